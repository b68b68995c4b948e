// Database errors as absl::Status. The only place that reads SQLSTATE.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

struct pg_conn;  // libpq's
struct pg_result;

namespace lots::pg {

// The status carries SQLSTATE and the violated constraint's name as payloads; its text is for the
// log, never for a caller.
//   40001, 40P01, 55P03 → ABORTED · 57014 → DEADLINE_EXCEEDED · 23xxx → FAILED_PRECONDITION (23505
//   ALREADY_EXISTS) · 08xxx, 57Pxx, 53300, 25006, 25P03, 26000, a broken connection → UNAVAILABLE ·
//   anything else → INTERNAL.

// The name of the violated constraint; empty when the status is no constraint violation.
std::string ViolatedConstraint(const absl::Status& status);
bool ViolatesConstraint(const absl::Status& status, absl::string_view name);

// Whether a commit was under way when the connection broke: the commit may have happened. The
// status has the code UNKNOWN, which no other status of this layer has. Such a write is never run
// again here.
bool IsUnknownOutcome(const absl::Status& status);

// Whether a concurrent writer was in the way and nothing was written: a serialization failure, a
// deadlock, or AsConflict. Running the whole operation again is the answer to it (RunWrite).
bool IsConflict(const absl::Status& status);
// The failure as ABORTED, and as a conflict: for an operation that knows that a concurrent writer
// caused it, from the violated constraint, say.
absl::Status AsConflict(const absl::Status& failure);

// The SQLSTATE, or empty when the server said nothing: a broken connection, a deadline.
std::string SqlState(const absl::Status& status);

// The Statement::name of the statement that failed, or empty.
std::string FailedStatement(const absl::Status& status);

// Whether the error says more about the server than about the statement: the server is stopping,
// starting, out of connections, or no longer the primary.
bool IsServerLost(const absl::Status& status);

// Whether a statement that was prepared earlier no longer fits the schema, or is no longer there.
bool IsStalePlan(const absl::Status& status);

// These functions make the statuses; for this folder only.
absl::Status ErrorOf(const pg_result* result, absl::string_view statement);
// UNAVAILABLE, with what libpq says about the connection.
absl::Status ConnectionLost(const pg_conn* connection);
// The UNKNOWN of IsUnknownOutcome, with the cause's text.
absl::Status UnknownOutcome(const absl::Status& cause);
// The same error under another code.
absl::Status WithCode(absl::StatusCode code, const absl::Status& status);

}  // namespace lots::pg
