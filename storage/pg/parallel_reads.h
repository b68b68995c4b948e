// Reads of one transaction that may be spread over two backends, for who reads much.
#pragma once

#include <deque>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/pg/pipeline.h"
#include "storage/pg/pool.h"

namespace lots::pg {

// As Transaction's Add, Post and Take. Once widened, every second statement of a pipeline goes to a
// second connection, whose transaction sees the first one's snapshot.
class ParallelReads {
 public:
  // Of any transaction: never widened.
  explicit ParallelReads(Transaction& only) : first_(only) {}
  // `snapshot`: of kind kSnapshot, on `db`. `pool` lends the second connection; null: there is
  // none.
  ParallelReads(Transaction& snapshot, Connection& db, Pool* pool)
      : first_(snapshot), db_(&db), pool_(pool) {}
  ParallelReads(const ParallelReads&) = delete;
  ParallelReads& operator=(const ParallelReads&) = delete;

  // Takes the second connection, when the pool has one to spare that reaches the same server;
  // nothing is posted. Without one the reads are as right, and slower.
  absl::Status AddConnection();

  template <class... Args>
  void Add(const Statement& statement, const Args&... args) {
    Next().Add(statement, args...);
  }
  absl::Status Post();
  // In the order of Add.
  absl::StatusOr<Result> Take();

 private:
  // Whose turn it is.
  Transaction& Next();

  Transaction& first_;
  Connection* db_ = nullptr;
  Pool* pool_ = nullptr;
  std::optional<Pool::Lease> lease_;
  std::optional<Transaction> second_;
  std::deque<Transaction*> asked_;  // for each statement that was added and not taken
};

}  // namespace lots::pg
