// One connection to PostgreSQL, used by one thread at a time.
#pragma once

namespace lots::pg {

struct ConnectionOptions {
  std::string conninfo;                   // libpq's keyword/value string or URI; several hosts allowed
  absl::Duration connect_timeout = absl::Seconds(3);
  StatementObserver* observer = nullptr;  // outlives the connection
};

class Connection {
 public:
  // UNAVAILABLE when the server cannot be reached; the text never carries a password.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const ConnectionOptions& options);

  // Every later wait on this connection ends by then: the running statement is cancelled at the server and the flight's answer is DEADLINE_EXCEEDED
  // (or success, when the commit had won the race). InfiniteFuture by default.
  void set_deadline(absl::Time deadline);
  absl::Time deadline() const;

  // False once the connection is broken; it is then only good for destruction.
  bool usable() const;
  int server_version() const;
};

}  // namespace lots::pg
