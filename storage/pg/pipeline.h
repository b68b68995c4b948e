// Pipelines: statements that do not need each other's results travel in one round trip.
#pragma once

#include <cstddef>
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

// Statements with an array of this many values get a custom plan; other cached plans of the session
// are dropped first (about 10 ms). So many rows take more than 100 ms to write. Usual calls, with a
// hundred values, use generic plans. An INSERT keeps its generic plan (PlanUse).
inline constexpr size_t kCustomPlanArrayMin = 1'000;

// Pipeline runs reads. Send runs the statements added since the last Send in one round trip. It
// returns the first error; the statements after the failed one did not run.
class Pipeline {
 public:
  explicit Pipeline(Connection& db) : db_(db) {}
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Returns the index of the statement's result in the Results of the next Send.
  template <class... Args>
  size_t Add(const Statement& statement, const Args&... args) {
    return Append({statement, {}, Params::Of(args...)});
  }
  // For the few statements whose text is composed (the filters of lists, over a whitelist of
  // fields). Runs unprepared, under `name`.
  size_t AddComposed(const char* name, std::string sql, Params params) {
    return Append({{name, nullptr}, std::move(sql), std::move(params)});
  }

  // Sends nothing when nothing was added.
  absl::StatusOr<Results> Send();

 private:
  size_t Append(QueuedStatement queued);

  Connection& db_;
  std::vector<QueuedStatement> statements_;
};

// Transaction is one transaction of one or more pipelines, which writes or reads from a snapshot.
// BEGIN travels with the first pipeline and COMMIT with the last. A write that validates nothing
// takes one round trip; a write that validates what it read takes two. The destructor rolls an open
// transaction back. After an error the transaction has been rolled back and is over.
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

  // Begins at once, in the snapshot that another open transaction of kind kSnapshot exported under
  // this name. This transaction is of kind kSnapshot too, and has sent nothing. After an error it
  // is over.
  absl::Status BeginIn(absl::string_view snapshot);

  // As in Pipeline. BEGIN and COMMIT have no index in the Results.
  template <class... Args>
  size_t Add(const Statement& statement, const Args&... args) {
    return Append({statement, {}, Params::Of(args...)});
  }
  size_t AddComposed(const char* name, std::string sql, Params params) {
    return Append({{name, nullptr}, std::move(sql), std::move(params)});
  }

  // Adds `amount` to the counter once the transaction has committed: the connection's observer then
  // gets OnWritten.
  void Count(const Counter& counter, double amount = 1) { counted_.push_back({counter, amount}); }

  // Sends what was added; the transaction stays open.
  absl::StatusOr<Results> Send();
  // Sends what was added without waiting for results. Take returns the results in the order of Add,
  // each as soon as the server has sent it. The first error is the last result. Take all results
  // before anything else is sent.
  absl::Status SendAsync();
  absl::StatusOr<Result> Take();
  // Sends what was added, and COMMIT. When the connection broke after COMMIT was sent, the outcome
  // is unknown and the error satisfies IsUnknownOutcome. Every other error means that nothing was
  // written. In a dry run (dry_run.h) the transaction never commits.
  absl::StatusOr<Results> Commit();

 private:
  enum class State { kNew, kOpen, kOver };
  struct Counted {
    Counter counter;
    double amount;
  };

  size_t Append(QueuedStatement queued);
  // Whether the next pipeline begins with BEGIN.
  bool Begins();
  // Runs BEGIN, when this is the first pipeline, and what was added.
  absl::StatusOr<Results> RunStatements();
  // What Commit does in a dry run.
  absl::StatusOr<Results> EndInDryRun();
  // Sets the state after an answer: an error ends the transaction.
  void OnAnswer(const absl::Status& answer);
  void ReportCounted() const;

  Connection& db_;
  const Kind kind_;
  State state_ = State::kNew;
  bool joined_ = false;  // a snapshot within the transaction that a dry run left open
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
