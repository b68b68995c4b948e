// Statements that travel together: one round trip for as many statements as need no answer from each other.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/pg/connection.h"
#include "storage/pg/params.h"
#include "storage/pg/result.h"
#include "storage/pg/statement.h"

namespace lots::pg {

// Results of one flight, in the order the statements were added.
using Results = std::vector<Result>;

// Flight sends reads: the statements added since the last Send, in one round trip. The first error is the answer, and the statements
// after it did not run.
class Flight {
 public:
  explicit Flight(Connection& db) : db_(db) {}

  // Returns the place of the statement's result in the Results of the next Send.
  template <class... Args>
  size_t Add(const Statement& statement, const Args&... args);
  // For the few statements whose text is composed (list filters, over a whitelist): runs unprepared, under `name`.
  size_t AddComposed(const char* name, std::string sql, Params params);

  absl::StatusOr<Results> Send();
};

// Transaction is one writing (or snapshot-reading) transaction of one or more flights. BEGIN travels with the first flight and COMMIT with
// the last, so a write that need not judge is one round trip, and one that must is two.
// Destroyed while open, it rolls back. After any error it has rolled back already.
class Transaction {
 public:
  enum class Kind {
    kWrite,     // READ COMMITTED
    kSnapshot,  // REPEATABLE READ, READ ONLY: every flight sees the same state
  };
  explicit Transaction(Connection& db, Kind kind = Kind::kWrite);
  ~Transaction();

  template <class... Args>
  size_t Add(const Statement& statement, const Args&... args);
  size_t AddComposed(const char* name, std::string sql, Params params);

  // Sends what was added; the transaction stays open.
  absl::StatusOr<Results> Send();
  // Sends what was added and COMMIT. An error whose outcome cannot be known (the connection broke after COMMIT was sent) satisfies
  // IsUnknownOutcome; every other error means that nothing was written.
  absl::StatusOr<Results> Commit();
};

// One statement on its own.
template <class... Args>
absl::StatusOr<Result> Query(Connection& db, const Statement& statement, const Args&... args);

}  // namespace lots::pg
