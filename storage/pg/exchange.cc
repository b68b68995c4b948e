// Sends the statements of one pipeline and reads their answers in order.
#include "storage/pg/exchange.h"

#include <libpq-fe.h>

#include <cstring>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/pg/error.h"

namespace lots::pg {
namespace {

constexpr int kBinary = 1;

// A composed statement is planned for its values: whether an index pays depends on what is searched
// for. So is a statement with many values (kPlannedArrayMin). All others keep the plan that was
// made once (see kSessionSettings). Ends with the transaction.
constexpr absl::string_view kPlanByValues =
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)";
// After a statement with many values: the checks of foreign keys, which PostgreSQL would else plan
// anew for each row that is inserted later, keep their plans again.
constexpr absl::string_view kPlanOnce =
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true)";
// Before the first statement with many values: plans that were made while a table was empty, those
// of the checks of foreign keys too, could read all rows of the table for each of the values.
constexpr absl::string_view kDropPlans = "DISCARD PLANS";

// Goes before a composed statement; ends with the transaction.
std::string SettingsFor(const Connection& db) {
  const std::string name = db.application_name();
  if (name.empty()) return std::string(kPlanByValues);
  return absl::StrCat(kPlanByValues, ", set_config('application_name', '", name, "', true)");
}

bool IsComposed(const QueuedStatement& step) { return !step.composed.empty(); }
bool IsPlannedForValues(const QueuedStatement& step) {
  return step.plans == PlanUse::kNewForValues;
}

bool HasTypes(const Params& params, const std::vector<Oid>& types) {
  if (params.size() != static_cast<int>(types.size())) return false;
  for (int i = 0; i < params.size(); ++i) {
    if (params.type(i) != types[i]) return false;
  }
  return true;
}

std::vector<Oid> TypesOf(const Params& params) {
  std::vector<Oid> types;
  for (int i = 0; i < params.size(); ++i) types.push_back(params.type(i));
  return types;
}

bool IsAmong(const std::vector<const QueuedStatement*>& statements, const QueuedStatement& step) {
  for (const QueuedStatement* other : statements) {
    if (std::strcmp(other->statement.name, step.statement.name) == 0) return true;
  }
  return false;
}

// The parameters as libpq wants them: four arrays.
struct Arrays {
  explicit Arrays(const Params& params) {
    for (int i = 0; i < params.size(); ++i) {
      types.push_back(params.type(i));
      values.push_back(params.data(i));
      lengths.push_back(params.length(i));
      formats.push_back(kBinary);
    }
  }
  absl::InlinedVector<Oid, 16> types;
  absl::InlinedVector<const char*, 16> values;
  absl::InlinedVector<int, 16> lengths;
  absl::InlinedVector<int, 16> formats;
};

bool SendComposed(pg_conn* connection, const std::string& sql, const Params& params = {}) {
  const Arrays arrays(params);
  return PQsendQueryParams(connection, sql.c_str(), params.size(), arrays.types.data(),
                           arrays.values.data(), arrays.lengths.data(), arrays.formats.data(),
                           kBinary) == 1;
}

bool SendPrepared(pg_conn* connection, const QueuedStatement& step) {
  const Arrays params(step.params);
  return PQsendQueryPrepared(connection, step.statement.name, step.params.size(),
                             params.values.data(), params.lengths.data(), params.formats.data(),
                             kBinary) == 1;
}

}  // namespace

Exchange::Exchange(Connection& db, absl::Span<const QueuedStatement> statements)
    : db_(db),
      statements_(statements),
      wire_(db.connection_.get(), db.deadline_, db.cancelled_, db.stop_wait_) {}

absl::StatusOr<Results> Exchange::Run() {
  RETURN_IF_ERROR(Begin());
  Results results;
  results.reserve(statements_.size());
  while (!all_taken()) {
    ASSIGN_OR_RETURN(Result answer, Take());
    results.push_back(std::move(answer));
  }
  return results;
}

absl::Status Exchange::Post() {
  at_once_ = true;
  return Begin();
}

absl::Status Exchange::Begin() {
  CollectUnprepared();
  last_answer_at_ = absl::Now();
  const absl::Status sent = SendAll();
  return sent.ok() ? sent : Break(sent);
}

absl::StatusOr<Result> Exchange::Take() {
  // What the caller did since the last answer is no time of the statement's.
  last_answer_at_ = absl::Now();
  absl::StatusOr<Result> answer = ReadResults();
  if (!answer.ok()) return Break(answer.status());
  if (all_taken() && !wire_.Settle()) db_.broken_ = true;
  if (!first_error_.ok()) return first_error_;
  return answer;
}

absl::Status Exchange::SendAll() {
  if (!SendPrepares() || !SendStatements()) return ConnectionLost(db_.connection_.get());
  RETURN_IF_ERROR(wire_.Flush());
  return ReadPrepares();
}

void Exchange::CollectUnprepared() {
  for (const QueuedStatement& step : statements_) {
    if (IsComposed(step) || IsPrepared(step) || IsAmong(unprepared_, step)) continue;
    unprepared_.push_back(&step);
  }
}

bool Exchange::IsPrepared(const QueuedStatement& step) const {
  const auto prepared = db_.prepared_.find(step.statement.name);
  if (prepared == db_.prepared_.end()) return false;
  // Two statements of one name, or one statement called with different types.
  Check(prepared->second.sql == step.statement.sql ||
        std::strcmp(prepared->second.sql, step.statement.sql) == 0);
  Check(HasTypes(step.params, prepared->second.types));
  return true;
}

// The prepares end with a sync of their own, and so with a transaction of their own. A BEGIN behind
// them in the same one could not choose its isolation level any more (SQLSTATE 25001).
bool Exchange::SendPrepares() {
  pg_conn* const connection = db_.connection_.get();
  for (const QueuedStatement* step : unprepared_) {
    const Arrays params(step->params);
    if (PQsendPrepare(connection, step->statement.name, step->statement.sql, step->params.size(),
                      params.types.data()) != 1) {
      return false;
    }
  }
  return unprepared_.empty() || PQpipelineSync(connection) == 1;
}

bool Exchange::SendStatements() {
  for (const QueuedStatement& step : statements_) {
    if (!Send(step)) return false;
    // Else the server keeps an answer until its buffer is full, or all are there.
    if (at_once_ && PQsendFlushRequest(db_.connection_.get()) != 1) return false;
  }
  return PQpipelineSync(db_.connection_.get()) == 1;
}

bool Exchange::Send(const QueuedStatement& step) {
  pg_conn* const connection = db_.connection_.get();
  if (IsComposed(step)) {
    return SendComposed(connection, SettingsFor(db_)) &&
           SendComposed(connection, step.composed, step.params);
  }
  for (const absl::string_view setting : SettingsBefore(step)) {
    if (!SendComposed(connection, std::string(setting))) return false;
  }
  if (!SendPrepared(connection, step)) return false;
  if (IsPlannedForValues(step)) return SendComposed(connection, std::string(kPlanOnce));
  return !ReportsTraceAfter(step) ||
         SendComposed(connection,
                      absl::StrCat("SET LOCAL application_name = '", db_.application_name(), "'"));
}

std::vector<absl::string_view> Exchange::SettingsBefore(const QueuedStatement& step) const {
  if (IsComposed(step)) return {kPlanByValues};
  std::vector<absl::string_view> settings;
  if (&step == FirstWithNewPlans()) settings.push_back(kDropPlans);
  if (IsPlannedForValues(step)) settings.push_back(kPlanByValues);
  return settings;
}

const QueuedStatement* Exchange::FirstWithNewPlans() const {
  const auto first = absl::c_find_if(
      statements_, [](const QueuedStatement& step) { return step.plans != PlanUse::kKept; });
  return first == statements_.end() ? nullptr : &*first;
}

bool Exchange::ReportsTraceAfter(const QueuedStatement& step) const {
  return step.begins_snapshot && !db_.traceparent_.empty();
}

absl::Status Exchange::ReadPrepares() {
  if (unprepared_.empty()) return absl::OkStatus();
  for (const QueuedStatement* step : unprepared_) {
    const bool failed_before = !first_error_.ok();
    ASSIGN_OR_RETURN(const Result answer, ReadAnswer(*step));
    if (!failed_before && !first_error_.ok()) Report(*step, first_error_);
    if (answer.raw() == nullptr) continue;
    db_.prepared_[step->statement.name] = {step->statement.sql, TypesOf(step->params)};
  }
  return ReadSync();
}

absl::StatusOr<Result> Exchange::ReadResults() {
  ASSIGN_OR_RETURN(Result answer, ReadNext());
  while (!first_error_.ok() && !all_taken()) RETURN_IF_ERROR(ReadNext().status());
  if (all_taken()) RETURN_IF_ERROR(ReadSync());
  return answer;
}

absl::StatusOr<Result> Exchange::ReadNext() {
  const QueuedStatement& step = statements_[next_++];
  const bool failed_before = !first_error_.ok();
  absl::StatusOr<Result> answer = ReadResult(step);
  if (!failed_before) Report(step, answer.ok() ? first_error_ : answer.status());
  return answer;
}

absl::StatusOr<Result> Exchange::ReadResult(const QueuedStatement& step) {
  for (size_t i = 0; i < SettingsBefore(step).size(); ++i) {
    RETURN_IF_ERROR(ReadAnswer(step).status());
  }
  absl::StatusOr<Result> answer = ReadAnswer(step);
  const bool has_setting_after = IsPlannedForValues(step) || ReportsTraceAfter(step);
  if (answer.ok() && has_setting_after) RETURN_IF_ERROR(ReadAnswer(step).status());
  return answer;
}

absl::StatusOr<Result> Exchange::ReadAnswer(const QueuedStatement& step) {
  ASSIGN_OR_RETURN(Result answer, wire_.Next());
  if (answer.raw() == nullptr) return ConnectionLost(db_.connection_.get());
  const ExecStatusType kind = PQresultStatus(answer.raw());
  const bool succeeded = kind == PGRES_TUPLES_OK || kind == PGRES_COMMAND_OK;
  if (!succeeded && kind != PGRES_PIPELINE_ABORTED) {
    TakeError(step, ErrorOf(answer.raw(), step.statement.name));
    if (PQstatus(db_.connection_.get()) != CONNECTION_OK) return first_error_;
  }
  ASSIGN_OR_RETURN(const Result end, wire_.Next());
  if (end.raw() != nullptr) return ConnectionLost(db_.connection_.get());
  return succeeded ? std::move(answer) : Result();
}

absl::Status Exchange::ReadSync() {
  ASSIGN_OR_RETURN(const Result sync, wire_.Next());
  if (sync.raw() != nullptr && PQresultStatus(sync.raw()) == PGRES_PIPELINE_SYNC) {
    return absl::OkStatus();
  }
  return ConnectionLost(db_.connection_.get());
}

void Exchange::TakeError(const QueuedStatement& step, absl::Status error) {
  if (!first_error_.ok()) return;
  first_error_ = wire_.Explain(std::move(error));
  db_.server_lost_ |= IsServerLost(first_error_);
  // What was prepared a moment ago cannot be stale: its error is a real one.
  found_stale_plan_ = IsStalePlan(first_error_) && !IsComposed(step) && !IsAmong(unprepared_, step);
}

void Exchange::Report(const QueuedStatement& step, const absl::Status& status) {
  if (db_.observer_ == nullptr) return;
  const absl::Time now = absl::Now();
  const char* const text = IsComposed(step) ? step.composed.c_str() : step.statement.sql;
  db_.observer_->OnStatement({step.statement.name, text}, now - last_answer_at_, status);
  last_answer_at_ = now;
}

absl::Status Exchange::Break(const absl::Status& status) {
  next_ = statements_.size();
  db_.broken_ = true;
  db_.server_lost_ = true;
  // The server's last words, when it had any, say more than that the connection is lost.
  return first_error_.ok() ? status : first_error_;
}

}  // namespace lots::pg
