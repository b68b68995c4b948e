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

// A composed statement gets a custom plan: whether an index pays depends on what is searched for.
// So does a statement with many values (kCustomPlanArrayMin). All others use their generic plan
// (see kSessionSettings). Ends with the transaction.
constexpr absl::string_view kForceCustomPlan =
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)";
// After a statement with many values: foreign key checks use generic plans again, or PostgreSQL
// would make a custom plan for each row that is inserted later.
constexpr absl::string_view kForceGenericPlan =
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true)";
// Before the first statement with many values: cached plans that were made while a table was empty,
// those of foreign key checks too, could read all rows of the table for each of the values.
constexpr absl::string_view kDropPlansText = "DISCARD PLANS";

// Goes before a composed statement; ends with the transaction.
std::string SettingsFor(const Connection& db) {
  const std::string name = db.application_name();
  if (name.empty()) return std::string(kForceCustomPlan);
  return absl::StrCat(kForceCustomPlan, ", set_config('application_name', '", name, "', true)");
}

bool IsComposed(const QueuedStatement& queued) { return !queued.composed.empty(); }
bool HasCustomPlan(const QueuedStatement& queued) { return queued.plans == PlanUse::kCustom; }

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

bool IsAmong(const std::vector<const QueuedStatement*>& statements, const QueuedStatement& queued) {
  for (const QueuedStatement* other : statements) {
    if (std::strcmp(other->statement.name, queued.statement.name) == 0) return true;
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

bool SendPrepared(pg_conn* connection, const QueuedStatement& queued) {
  const Arrays params(queued.params);
  return PQsendQueryPrepared(connection, queued.statement.name, queued.params.size(),
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

absl::Status Exchange::SendAsync() {
  flush_each_ = true;
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
  if (all_taken() && !wire_.AwaitCancelRequests()) db_.broken_ = true;
  if (!first_error_.ok()) return first_error_;
  return answer;
}

absl::Status Exchange::SendAll() {
  if (!SendPrepares() || !SendStatements()) return ConnectionLost(db_.connection_.get());
  RETURN_IF_ERROR(wire_.Flush());
  return ReadPrepares();
}

void Exchange::CollectUnprepared() {
  for (const QueuedStatement& queued : statements_) {
    if (IsComposed(queued) || IsPrepared(queued) || IsAmong(unprepared_, queued)) continue;
    unprepared_.push_back(&queued);
  }
}

bool Exchange::IsPrepared(const QueuedStatement& queued) const {
  const auto prepared = db_.prepared_.find(queued.statement.name);
  if (prepared == db_.prepared_.end()) return false;
  // Two statements of one name, or one statement called with different types.
  Check(prepared->second.sql == queued.statement.sql ||
        std::strcmp(prepared->second.sql, queued.statement.sql) == 0);
  Check(HasTypes(queued.params, prepared->second.types));
  return true;
}

// The prepares end with a sync of their own, and so with a transaction of their own. A BEGIN behind
// them in the same one could not choose its isolation level any more (SQLSTATE 25001).
bool Exchange::SendPrepares() {
  pg_conn* const connection = db_.connection_.get();
  for (const QueuedStatement* queued : unprepared_) {
    const Arrays params(queued->params);
    if (PQsendPrepare(connection, queued->statement.name, queued->statement.sql,
                      queued->params.size(), params.types.data()) != 1) {
      return false;
    }
  }
  return unprepared_.empty() || PQpipelineSync(connection) == 1;
}

bool Exchange::SendStatements() {
  for (const QueuedStatement& queued : statements_) {
    if (!Send(queued)) return false;
    // Else the server keeps an answer until its buffer is full, or all are there.
    if (flush_each_ && PQsendFlushRequest(db_.connection_.get()) != 1) return false;
  }
  return PQpipelineSync(db_.connection_.get()) == 1;
}

bool Exchange::Send(const QueuedStatement& queued) {
  pg_conn* const connection = db_.connection_.get();
  if (IsComposed(queued)) {
    return SendComposed(connection, SettingsFor(db_)) &&
           SendComposed(connection, queued.composed, queued.params);
  }
  for (const absl::string_view setting : SettingsBefore(queued)) {
    if (!SendComposed(connection, std::string(setting))) return false;
  }
  if (!SendPrepared(connection, queued)) return false;
  if (HasCustomPlan(queued)) return SendComposed(connection, std::string(kForceGenericPlan));
  return !ReportsTraceAfter(queued) ||
         SendComposed(connection,
                      absl::StrCat("SET LOCAL application_name = '", db_.application_name(), "'"));
}

std::vector<absl::string_view> Exchange::SettingsBefore(const QueuedStatement& queued) const {
  if (IsComposed(queued)) return {kForceCustomPlan};
  std::vector<absl::string_view> settings;
  if (&queued == FirstThatDropsPlans()) settings.push_back(kDropPlansText);
  if (HasCustomPlan(queued)) settings.push_back(kForceCustomPlan);
  return settings;
}

const QueuedStatement* Exchange::FirstThatDropsPlans() const {
  const auto first = absl::c_find_if(
      statements_, [](const QueuedStatement& queued) { return queued.plans != PlanUse::kGeneric; });
  return first == statements_.end() ? nullptr : &*first;
}

bool Exchange::ReportsTraceAfter(const QueuedStatement& queued) const {
  return queued.begins_snapshot && !db_.traceparent_.empty();
}

absl::Status Exchange::ReadPrepares() {
  if (unprepared_.empty()) return absl::OkStatus();
  for (const QueuedStatement* queued : unprepared_) {
    const bool failed_before = !first_error_.ok();
    ASSIGN_OR_RETURN(const Result answer, ReadAnswer(*queued));
    if (!failed_before && !first_error_.ok()) Report(*queued, first_error_);
    if (answer.raw() == nullptr) continue;
    db_.prepared_[queued->statement.name] = {queued->statement.sql, TypesOf(queued->params)};
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
  const QueuedStatement& queued = statements_[next_++];
  const bool failed_before = !first_error_.ok();
  absl::StatusOr<Result> answer = ReadResult(queued);
  if (!failed_before) Report(queued, answer.ok() ? first_error_ : answer.status());
  return answer;
}

absl::StatusOr<Result> Exchange::ReadResult(const QueuedStatement& queued) {
  for (size_t i = 0; i < SettingsBefore(queued).size(); ++i) {
    RETURN_IF_ERROR(ReadAnswer(queued).status());
  }
  absl::StatusOr<Result> answer = ReadAnswer(queued);
  const bool has_setting_after = HasCustomPlan(queued) || ReportsTraceAfter(queued);
  if (answer.ok() && has_setting_after) RETURN_IF_ERROR(ReadAnswer(queued).status());
  return answer;
}

absl::StatusOr<Result> Exchange::ReadAnswer(const QueuedStatement& queued) {
  ASSIGN_OR_RETURN(Result answer, wire_.Next());
  if (answer.raw() == nullptr) return ConnectionLost(db_.connection_.get());
  const ExecStatusType kind = PQresultStatus(answer.raw());
  const bool succeeded = kind == PGRES_TUPLES_OK || kind == PGRES_COMMAND_OK;
  if (!succeeded && kind != PGRES_PIPELINE_ABORTED) {
    TakeError(queued, ErrorOf(answer.raw(), queued.statement.name));
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

void Exchange::TakeError(const QueuedStatement& queued, absl::Status error) {
  if (!first_error_.ok()) return;
  first_error_ = wire_.Explain(std::move(error));
  db_.server_lost_ |= IsServerLost(first_error_);
  // What was prepared a moment ago cannot be stale: its error is a real one.
  found_stale_plan_ =
      IsStalePlan(first_error_) && !IsComposed(queued) && !IsAmong(unprepared_, queued);
}

void Exchange::Report(const QueuedStatement& queued, const absl::Status& status) {
  if (db_.observer_ == nullptr) return;
  const absl::Time now = absl::Now();
  const char* const text = IsComposed(queued) ? queued.composed.c_str() : queued.statement.sql;
  db_.observer_->OnStatement({queued.statement.name, text}, now - last_answer_at_, status);
  last_answer_at_ = now;
}

absl::Status Exchange::Break(const absl::Status& status) {
  next_ = statements_.size();
  db_.broken_ = true;
  db_.server_lost_ = true;
  // An error that the server sent last says more than that the connection is lost.
  return first_error_.ok() ? status : first_error_;
}

}  // namespace lots::pg
