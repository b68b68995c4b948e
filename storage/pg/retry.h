// Runs a whole operation again when the database says that two of them crossed.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/pg/connection.h"
#include "storage/pg/error.h"

namespace lots::pg {

// At most this many runs in all; between them a random pause that doubles from 1 ms. Deadlocks and
// serialization failures come from crossing writers, and the second run nearly always wins.
inline constexpr int kRunsMax = 5;

// Waits before run number `run` + 1 and tells the connection's observer. False, without waiting,
// when there is to be no such run: runs or time are used up, or the client went away.
bool PauseBeforeNextRun(Connection& db, int run);

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// Calls `operation()` (returning absl::Status or StatusOr) until it answers anything but
// IsConflict, or kRunsMax runs, or the connection's deadline. The last answer is returned.
template <class Operation>
auto RunWithRetries(Connection& db, Operation operation) -> decltype(operation()) {
  for (int run = 1;; ++run) {
    auto answer = operation();
    if (!IsConflict(StatusOf(answer)) || !PauseBeforeNextRun(db, run)) return answer;
  }
}

}  // namespace lots::pg
