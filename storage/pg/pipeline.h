// Statements that travel together: one round trip for as many statements as need no answer from
// each other.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/pg/connection.h"
#include "storage/pg/values/params.h"
#include "storage/pg/values/result.h"
#include "storage/pg/values/statement.h"

namespace lots::pg {

// Pipeline sends reads: the statements added since the last Send, in one round trip. The first
// error is the answer, and the statements after it did not run.
class Pipeline {
 public:
  explicit Pipeline(Connection& db) : db_(db) {}
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Returns the place of the statement's result in the Results of the next Send.
  template <class... Args>
  size_t Add(const Statement& statement, const Args&... args) {
    return Append({statement, {}, Params::Of(args...)});
  }
  // For the few statements whose text is composed (list filters, over a whitelist): runs
  // unprepared, under `name`.
  size_t AddComposed(const char* name, std::string sql, Params params) {
    return Append({{name, nullptr}, std::move(sql), std::move(params)});
  }

  // Nothing added: nothing sent, no results.
  absl::StatusOr<Results> Send();

 private:
  size_t Append(QueuedStatement step);

  Connection& db_;
  std::vector<QueuedStatement> statements_;
};

// Transaction is one writing (or snapshot-reading) transaction of one or more pipelines. BEGIN
// travels with the first pipeline and COMMIT with the last, so a write that need not judge is one
// round trip, and one that must is two. Destroyed while open, it rolls back. After any error it has
// rolled back already, and it is over.
class Transaction {
 public:
  enum class Kind {
    kWrite,     // READ COMMITTED
    kSnapshot,  // REPEATABLE READ, READ ONLY: every pipeline sees the same state
  };
  explicit Transaction(Connection& db, Kind kind = Kind::kWrite) : db_(db), kind_(kind) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Begins at once, in the snapshot that another transaction of kind kSnapshot exported under this
  // name and keeps open. For one of kind kSnapshot that has sent nothing; after an error it is
  // over.
  absl::Status BeginIn(absl::string_view snapshot);

  // As in Pipeline. BEGIN and COMMIT have no place in the Results.
  template <class... Args>
  size_t Add(const Statement& statement, const Args&... args) {
    return Append({statement, {}, Params::Of(args...)});
  }
  size_t AddComposed(const char* name, std::string sql, Params params) {
    return Append({{name, nullptr}, std::move(sql), std::move(params)});
  }

  // Says that the transaction writes `amount` of what the counter counts. The connection's observer
  // is told once it has committed.
  void Count(const Counter& counter, double amount = 1) { counted_.push_back({counter, amount}); }

  // Sends what was added; the transaction stays open.
  absl::StatusOr<Results> Send();
  // Sends what was added, and does not wait: Take gives the results in the order of Add, each as
  // soon as it is there, so that reading one and making the next go on at the same time. The first
  // error is the last result. All are taken before anything else is sent.
  absl::Status Post();
  absl::StatusOr<Result> Take();
  // Sends what was added and COMMIT. An error whose outcome cannot be known (the connection broke
  // after COMMIT was sent) satisfies IsUnknownOutcome; every other error means that nothing was
  // written.
  absl::StatusOr<Results> Commit();

 private:
  enum class State { kNew, kOpen, kOver };
  struct Counted {
    Counter counter;
    double amount;
  };

  size_t Append(QueuedStatement step);
  // Runs BEGIN, when this is the first pipeline, and what was added.
  absl::StatusOr<Results> RunStatements();
  // What an answer makes of the transaction: after an error it is over.
  void OnAnswer(const absl::Status& answer);
  void ReportCounted() const;

  Connection& db_;
  const Kind kind_;
  State state_ = State::kNew;
  std::vector<QueuedStatement> statements_;  // empty, or BEGIN and what was added
  std::vector<Counted> counted_;
};

// One statement on its own.
template <class... Args>
absl::StatusOr<Result> Query(Connection& db, const Statement& statement, const Args&... args) {
  Pipeline pipeline(db);
  pipeline.Add(statement, args...);
  absl::StatusOr<Results> results = pipeline.Send();
  if (!results.ok()) return std::move(results).status();
  return std::move(results->front());
}

}  // namespace lots::pg
