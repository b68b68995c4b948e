// Database errors as absl::Status. The only place that reads SQLSTATE.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/pg/connection.h"

namespace lots::pg {

// The status carries SQLSTATE and the violated constraint's name as payloads; its text is for the log, never for a caller.
//   40001, 40P01, 55P03 → ABORTED · 57014 → DEADLINE_EXCEEDED · 23xxx → FAILED_PRECONDITION (23505 ALREADY_EXISTS) ·
//   08xxx, 57P01–57P03, 53300, 25006, 26000, a broken connection → UNAVAILABLE · anything else → INTERNAL.

// The name of the violated constraint; empty when the status is no constraint violation.
std::string ViolatedConstraint(const absl::Status& status);
bool ViolatesConstraint(const absl::Status& status, absl::string_view name);

// Whether a commit was under way when the connection broke: it may have happened. Its code is UNKNOWN. Never retried here.
bool IsUnknownOutcome(const absl::Status& status);
// Serialization failure or deadlock: the only errors that running the whole operation again is an answer to.
bool IsConflict(const absl::Status& status);

// The SQLSTATE, or empty.
std::string SqlState(const absl::Status& status);

}  // namespace lots::pg
