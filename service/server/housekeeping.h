// What the server does beside serving: watching the database, and forgetting old requests.
#pragma once

#include <atomic>
#include <memory>

#include "absl/status/status.h"
#include "service/observe/log.h"
#include "storage/pg/connection.h"
#include "storage/pg/pool.h"

namespace lots {

// Asks the database whether it is there, on a connection of its own: a busy pool is no illness.
class DatabaseWatch {
 public:
  explicit DatabaseWatch(pg::ConnectionOptions options) : options_(std::move(options)) {}

  // OK when it answers and has the schema that this program needs.
  absl::Status Check();
  // What the last Check said; any thread may ask.
  bool healthy() const { return healthy_; }

 private:
  absl::Status TryCheck();
  absl::Status Connect();

  const pg::ConnectionOptions options_;
  std::unique_ptr<pg::Connection> db_;
  std::atomic<bool> healthy_ = false;
};

// Deletes the requests that are older than kRequestsKept, of every company.
void ForgetOldRequests(pg::Pool& pool, Log& log);

}  // namespace lots
