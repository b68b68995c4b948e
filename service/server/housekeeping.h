// The periodic work of the server: watching the database, and deleting old request ids.
#pragma once

#include <atomic>
#include <memory>

#include "absl/status/status.h"
#include "service/observe/log.h"
#include "storage/pg/connection.h"
#include "storage/pg/pool.h"
#include "storage/pg/table_growth.h"

namespace lots {

// Pings the database on a connection of its own, because a busy pool is no failure.
class DatabaseWatch {
 public:
  explicit DatabaseWatch(pg::ConnectionOptions options) : options_(std::move(options)) {}

  // OK when the database answers and has the schema that this program needs.
  absl::Status Check();
  // Makes statistics of tables that have grown. Returns whether there were such tables: the plans
  // that sessions keep are too old then. False when the database does not answer. On the thread of
  // Check.
  bool AnalyzeGrownTables();
  // The result of the last Check. Thread safe.
  bool healthy() const { return healthy_; }

 private:
  absl::Status TryCheck();
  absl::Status Connect();

  const pg::ConnectionOptions options_;
  std::unique_ptr<pg::Connection> db_;
  pg::TableGrowth growth_;
  std::atomic<bool> healthy_ = false;
};

// Deletes the request ids of all companies that are older than kRequestsKept.
void ForgetOldRequests(pg::Pool& pool, Log& log);

}  // namespace lots
