// Which status a SQLSTATE becomes, and what a status of this layer carries.
#include "storage/pg/error.h"

#include <libpq-fe.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace lots::pg {
namespace {

constexpr absl::string_view kSqlStatePayload = "lots/sqlstate";
constexpr absl::string_view kConstraintPayload = "lots/constraint";
constexpr absl::string_view kStatementPayload = "lots/statement";
constexpr absl::string_view kConflictPayload = "lots/conflict";

struct CodeOfState {
  absl::string_view prefix;
  absl::StatusCode code;
};

// The first entry that the SQLSTATE begins with decides.
constexpr CodeOfState kCodes[] = {
    {"40001", absl::StatusCode::kAborted},           // serialization failure
    {"40P01", absl::StatusCode::kAborted},           // deadlock
    {"55P03", absl::StatusCode::kAborted},           // lock not available
    {"57014", absl::StatusCode::kDeadlineExceeded},  // cancelled, by us or statement_timeout
    {"23505", absl::StatusCode::kAlreadyExists},     // unique violation
    {"23", absl::StatusCode::kFailedPrecondition},   // other constraints
    {"08", absl::StatusCode::kUnavailable},          // connection
    {"57P", absl::StatusCode::kUnavailable},         // stopping, crashed, starting
    {"53300", absl::StatusCode::kUnavailable},       // too many connections
    {"25006", absl::StatusCode::kUnavailable},       // read only: a standby, after a failover
    {"25P03", absl::StatusCode::kUnavailable},       // idle in a transaction for too long
    {"26000", absl::StatusCode::kUnavailable},       // prepared statement gone (a pooler's doing)
};

absl::StatusCode CodeOf(absl::string_view sqlstate) {
  for (const CodeOfState& entry : kCodes) {
    if (absl::StartsWith(sqlstate, entry.prefix)) return entry.code;
  }
  return absl::StatusCode::kInternal;
}

absl::string_view FieldOf(const pg_result* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? "" : text;
}

std::string PayloadOf(const absl::Status& status, absl::string_view payload) {
  const absl::optional<absl::Cord> value = status.GetPayload(payload);
  return value.has_value() ? std::string(*value) : "";
}

void SetPayload(absl::Status& status, absl::string_view payload, absl::string_view value) {
  if (!value.empty()) status.SetPayload(payload, absl::Cord(value));
}

std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(absl::StripAsciiWhitespace(text), {{"\n", "; "}, {"\t", " "}});
}

}  // namespace

std::string ViolatedConstraint(const absl::Status& status) {
  return PayloadOf(status, kConstraintPayload);
}

bool ViolatesConstraint(const absl::Status& status, absl::string_view name) {
  return ViolatedConstraint(status) == name;
}

bool IsUnknownOutcome(const absl::Status& status) { return absl::IsUnknown(status); }

bool IsConflict(const absl::Status& status) {
  const std::string sqlstate = SqlState(status);
  return sqlstate == "40001" || sqlstate == "40P01" ||
         status.GetPayload(kConflictPayload).has_value();
}

absl::Status AsConflict(const absl::Status& failure) {
  absl::Status conflict = WithCode(absl::StatusCode::kAborted, failure);
  SetPayload(conflict, kConflictPayload, "1");
  return conflict;
}

std::string SqlState(const absl::Status& status) { return PayloadOf(status, kSqlStatePayload); }

std::string FailedStatement(const absl::Status& status) {
  return PayloadOf(status, kStatementPayload);
}

bool IsServerLost(const absl::Status& status) {
  const std::string sqlstate = SqlState(status);
  return absl::StartsWith(sqlstate, "08") || absl::StartsWith(sqlstate, "57P") ||
         sqlstate == "25006";
}

bool IsStalePlan(const absl::Status& status) {
  const std::string sqlstate = SqlState(status);
  // 0A000 is "cached plan must not change result type". It has other meanings too; the text that
  // would tell them apart is in the server's language.
  return sqlstate == "0A000" || sqlstate == "26000";
}

absl::Status ErrorOf(const pg_result* result, absl::string_view statement) {
  const absl::string_view sqlstate = FieldOf(result, PG_DIAG_SQLSTATE);
  absl::Status status;
  if (sqlstate.empty()) {
    status = absl::UnavailableError(
        absl::StrCat(statement, ": ", OneLine(PQresultErrorMessage(result))));
  } else {
    // Without the detail, which quotes the row: the log is no place for a company's data.
    status = absl::Status(CodeOf(sqlstate),
                          absl::StrCat(statement, ": ", sqlstate, " ",
                                       OneLine(FieldOf(result, PG_DIAG_MESSAGE_PRIMARY))));
  }
  SetPayload(status, kSqlStatePayload, sqlstate);
  if (absl::StartsWith(sqlstate, "23")) {
    SetPayload(status, kConstraintPayload, FieldOf(result, PG_DIAG_CONSTRAINT_NAME));
  }
  SetPayload(status, kStatementPayload, statement);
  return status;
}

absl::Status ConnectionLost(const pg_conn* connection) {
  return absl::UnavailableError(
      absl::StrCat("no connection to the database: ", OneLine(PQerrorMessage(connection))));
}

absl::Status UnknownOutcome(const absl::Status& cause) {
  return absl::UnknownError(
      absl::StrCat("the transaction may or may not have been committed: ", cause.message()));
}

absl::Status WithCode(absl::StatusCode code, const absl::Status& status) {
  absl::Status changed(code, status.message());
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& value) { changed.SetPayload(url, value); });
  return changed;
}

}  // namespace lots::pg
