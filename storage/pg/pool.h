// A bounded set of connections that survives a restart of the database.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/pg/connection.h"

namespace lots::pg {

struct PoolOptions {
  ConnectionOptions connection;
  int connections_max = 8;
  // A random tenth is added, so that not all connections end together.
  absl::Duration lifetime_max = absl::Minutes(30);
  absl::Duration idle_check_after = absl::Seconds(30);
};

// Pool is thread safe. It lends the connection that was used last, so that idle connections stay
// idle. Waiters get connections in the order in which they came.
class Pool {
 private:
  struct Pooled {
    std::unique_ptr<Connection> connection;
    absl::Time expires_at;
    absl::Time idle_since;
    // How often the server had been lost when this connection was opened.
    int64_t losses_before = 0;
    // The value of plan_drops_ when this connection was opened, or last dropped its plans.
    int64_t plan_drops = 0;
  };

 public:
  explicit Pool(PoolOptions options);
  // Call it after every lease has ended.
  ~Pool();

  // A lease holds a connection that was usable when it was lent. The end of the lease drops a
  // connection that is broken or in a transaction. When the server was lost (08xxx, 57P01, 25006),
  // all idle connections are dropped too.
  class Lease {
   public:
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), pooled_(std::move(other.pooled_)) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(pool_, other.pool_);
      std::swap(pooled_, other.pooled_);
      return *this;
    }
    ~Lease() {
      if (pool_ != nullptr) pool_->Return(std::move(pooled_));
    }

    Connection& operator*() const { return *pooled_.connection; }
    Connection* operator->() const { return pooled_.connection.get(); }

   private:
    friend class Pool;
    Lease(Pool* pool, Pooled pooled) : pool_(pool), pooled_(std::move(pooled)) {}

    Pool* pool_;
    Pooled pooled_;
  };

  // The connection's deadline is infinite, and it has neither cancel flag nor traceparent.
  // UNAVAILABLE when the database cannot be reached, DEADLINE_EXCEEDED when no connection became
  // free in time.
  absl::StatusOr<Lease> Acquire(absl::Time deadline);

  // A connection, if at least half of all are free. None otherwise, or when the database cannot be
  // reached.
  std::optional<Lease> AcquireSpare(absl::Time deadline);

  // Makes every connection drop the plans that it keeps before it is lent the next time: tables
  // have grown, and plans that were made while they were small read them from end to end.
  void DropPlans();

  // For metrics.
  struct Gauge {
    int idle;
    int busy;
    int max;
    int waiting;
    int64_t opened_total;
    int64_t timeouts_total;
  };
  Gauge gauge() const;

 private:
  struct Waiter {
    bool granted = false;
  };

  // Waits for a slot: the right to hold one connection.
  absl::Status AcquireSlot(absl::Time deadline);
  // Hands the slot to the waiter who has waited longest.
  void ReleaseSlot() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Fills the slot that was acquired, or gives it back.
  absl::StatusOr<Lease> Fill(absl::Time deadline);
  absl::StatusOr<Pooled> TakeOrOpen(absl::Time deadline);
  // The idle connection used last, or a Pooled without a connection.
  Pooled PopIdle();
  // Whether the connection still works. Takes a round trip only if it was idle for long or the
  // server has sent something.
  bool IsAlive(const Pooled& pooled, absl::Time deadline) const;
  // Drops the connection's plans when DropPlans was called since it last did. False: it is broken.
  bool HasFreshPlans(Pooled& pooled, absl::Time deadline) const;
  absl::StatusOr<Pooled> Open(absl::Time deadline);

  void Return(Pooled pooled);
  void Drop(Pooled pooled);
  // Marks all connections useless that were opened before this one lost the server.
  void NoteLoss(const Pooled& pooled) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsReusable(const Pooled& pooled, absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Moves out the idle connections that must not be used again, so that they close without the
  // lock.
  std::vector<Pooled> TakeUnusable(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const PoolOptions options_;

  mutable absl::Mutex mutex_;
  std::vector<Pooled> idle_ ABSL_GUARDED_BY(mutex_);  // the one used last at the end
  std::deque<Waiter*> waiters_ ABSL_GUARDED_BY(mutex_);
  int busy_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t losses_ ABSL_GUARDED_BY(mutex_) = 0;
  std::atomic<int64_t> plan_drops_ = 0;
  int64_t opened_total_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t timeouts_total_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::BitGen random_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lots::pg
