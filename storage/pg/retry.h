// Runs a whole operation again when the database says that two of them crossed.
#pragma once

namespace lots::pg {

// At most this many runs in all; between them a random pause that doubles from 1 ms. Deadlocks and serialization failures
// come from crossing writers, and the second run nearly always wins.
inline constexpr int kRunsMax = 5;

// Calls `operation()` (returning absl::Status or StatusOr) until it answers anything but IsConflict, or kRunsMax runs, or the
// connection's deadline. The last answer is returned. `retries`, when given, is told each repetition.
template <class Operation>
auto RunWithRetries(Connection& db, Operation operation) -> decltype(operation());

}  // namespace lots::pg
