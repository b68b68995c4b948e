// Splits one transaction's reads over two connections that share a snapshot.
#pragma once

#include <deque>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/pg/pipeline.h"
#include "storage/pg/pool.h"

namespace lots::pg {

// ParallelReads has Transaction's Add, SendAsync and Take. After AddConnection, every second
// statement of a pipeline runs on a second connection, whose transaction sees the same snapshot.
class ParallelReads {
 public:
  // Reads in any transaction, always over its one connection.
  explicit ParallelReads(Transaction& only) : first_(only) {}
  // `snapshot` is of kind kSnapshot, on `db`. `pool` lends the second connection; with nullptr
  // there is none.
  ParallelReads(Transaction& snapshot, Connection& db, Pool* pool)
      : first_(snapshot), db_(&db), pool_(pool) {}
  ParallelReads(const ParallelReads&) = delete;
  ParallelReads& operator=(const ParallelReads&) = delete;

  // Takes the second connection if the pool has one to spare that reaches the same server. Without
  // it the results are the same, only slower. Precondition: no statement is waiting for its result.
  absl::Status AddConnection();

  template <class... Args>
  void Add(const Statement& statement, const Args&... args) {
    Next().Add(statement, args...);
  }
  absl::Status SendAsync();
  // Returns the results in the order of Add.
  absl::StatusOr<Result> Take();

 private:
  // The transaction that takes the next statement.
  Transaction& Next();

  Transaction& first_;
  Connection* db_ = nullptr;
  Pool* pool_ = nullptr;
  std::optional<Pool::Lease> lease_;
  std::optional<Transaction> second_;
  std::deque<Transaction*> asked_;  // one for each statement that was added and not taken
};

}  // namespace lots::pg
