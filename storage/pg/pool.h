// A bounded set of connections that survives a restart of the database.
#pragma once

namespace lots::pg {

struct PoolOptions {
  ConnectionOptions connection;
  int connections_max = 8;
  absl::Duration lifetime_max = absl::Minutes(30);  // plus a random tenth, so that they do not all end together
  absl::Duration idle_check_after = absl::Seconds(30);
};

// Thread safe. LIFO, so that idle connections stay idle; waiters are served first come first served.
class Pool {
 public:
  explicit Pool(PoolOptions options);
  // A connection is open and usable when leased; when its database went away, the lease's destruction drops it, and (08xxx, 57P01, 25006)
  // all idle ones with it.
  class Lease;   // movable, operator*, operator->, returns the connection when destroyed
  // UNAVAILABLE when the database cannot be reached, DEADLINE_EXCEEDED when no connection became free in time.
  absl::StatusOr<Lease> Acquire(absl::Time deadline);
  // For metrics.
  struct Gauge { int idle; int busy; int max; int64_t opened_total; int64_t timeouts_total; };
  Gauge gauge() const;
};

}  // namespace lots::pg
