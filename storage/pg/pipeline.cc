// BEGIN, COMMIT and ROLLBACK around pipelines, and which outcomes are unknown.
#include "storage/pg/pipeline.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/pg/error.h"

namespace lots::pg {
namespace {

constexpr Statement kBegin{"begin", "BEGIN ISOLATION LEVEL READ COMMITTED"};
constexpr Statement kBeginSnapshot{"begin_snapshot",
                                   "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
constexpr Statement kCommit{"commit", "COMMIT"};
constexpr Statement kCheckConstraints{"check_constraints", "SET CONSTRAINTS ALL IMMEDIATE"};

QueuedStatement QueuedOf(const Statement& statement) { return {statement, {}, {}}; }

QueuedStatement BeginOf(Transaction::Kind kind) {
  if (kind == Transaction::Kind::kWrite) return QueuedOf(kBegin);
  return {.statement = kBeginSnapshot, .begins_snapshot = true};
}

// After a pipeline with COMMIT failed. The connection being in step means that the server has
// answered every statement. An error that it gave to a statement before COMMIT means that COMMIT
// was skipped; one given to COMMIT with the connection's end may have come after the fact.
bool IsOutcomeKnown(const Connection& db, const absl::Status& status) {
  if (db.usable()) return true;
  return !SqlState(status).empty() && FailedStatement(status) != kCommit.name;
}

// For few values, a generic plan that was made while a table was empty costs little. For many
// values such a plan can look at every row of a company for each value. An INSERT itself looks
// nothing up, but the checks of its foreign keys do.
PlanUse PlanUseOf(const QueuedStatement& queued) {
  if (!queued.composed.empty() || queued.params.longest_array() < kCustomPlanArrayMin) {
    return PlanUse::kGeneric;
  }
  const bool inserts =
      absl::StartsWith(absl::StripLeadingAsciiWhitespace(queued.statement.sql), "INSERT");
  return inserts ? PlanUse::kGenericReplanForeignKeys : PlanUse::kCustom;
}

}  // namespace

size_t Pipeline::Append(QueuedStatement queued) {
  queued.plans = PlanUseOf(queued);
  statements_.push_back(std::move(queued));
  return statements_.size() - 1;
}

absl::StatusOr<Results> Pipeline::Send() {
  if (statements_.empty()) return Results();
  const std::vector<QueuedStatement> statements = std::exchange(statements_, {});
  return db_.Run(statements);
}

Transaction::~Transaction() {
  if (state_ == State::kOpen && !joined_) db_.Rollback();
}

absl::Status Transaction::BeginIn(absl::string_view snapshot) {
  Check(kind_ == Kind::kSnapshot && state_ == State::kNew);
  // As a script: whatever else goes before would take a snapshot of its own. The name is the
  // database's: digits and dashes.
  std::string script =
      absl::StrCat(kBeginSnapshot.sql, "; SET TRANSACTION SNAPSHOT '", snapshot, "'");
  const std::string name = db_.application_name();
  if (!name.empty()) absl::StrAppend(&script, "; SET LOCAL application_name = '", name, "'");
  const absl::Status begun = db_.RunScript("begin_in_snapshot", script);
  OnAnswer(begun);
  return begun;
}

size_t Transaction::Append(QueuedStatement queued) {
  Check(state_ != State::kOver);
  // Every pipeline keeps the first element for BEGIN, so that adding does not move the statements.
  if (statements_.empty()) statements_.push_back(BeginOf(kind_));
  // Not in snapshots: traces and reports ask for thousands of values level by level, and planning
  // for each of these values would take longer than what a better plan saves.
  if (kind_ == Kind::kWrite) queued.plans = PlanUseOf(queued);
  statements_.push_back(std::move(queued));
  return statements_.size() - 2;
}

absl::StatusOr<Results> Transaction::Send() {
  Check(state_ != State::kOver);
  if (statements_.empty()) return Results();
  absl::StatusOr<Results> results = RunStatements();
  OnAnswer(results.status());
  return results;
}

absl::Status Transaction::SendAsync() {
  Check(state_ != State::kOver && !statements_.empty());
  std::vector<QueuedStatement> statements = std::exchange(statements_, {});
  const bool begins = Begins();
  if (!begins) statements.erase(statements.begin());
  absl::Status sent = db_.SendAsync(std::move(statements));
  if (sent.ok() && begins) sent = db_.Take().status();
  OnAnswer(sent);
  return sent;
}

absl::StatusOr<Result> Transaction::Take() {
  Check(state_ == State::kOpen);
  absl::StatusOr<Result> result = db_.Take();
  OnAnswer(result.status());
  return result;
}

void Transaction::OnAnswer(const absl::Status& answer) {
  state_ = answer.ok() ? State::kOpen : State::kOver;
  if (!answer.ok()) db_.Rollback();
}

absl::StatusOr<Results> Transaction::Commit() {
  Check(state_ != State::kOver);
  const bool nothing_to_commit = state_ == State::kNew && statements_.empty();
  if (nothing_to_commit) {
    state_ = State::kOver;
    return Results();
  }
  if (db_.dry_run()) return EndInDryRun();
  Append(QueuedOf(kCommit));
  const bool can_send = db_.usable();
  db_.TakeUnreplicated();  // of an earlier statement that was its own transaction
  absl::StatusOr<Results> results = RunStatements();
  state_ = State::kOver;
  if (!results.ok()) {
    db_.Rollback();
    const bool wrote_nothing = kind_ == Kind::kSnapshot || !can_send;
    if (wrote_nothing || IsOutcomeKnown(db_, results.status())) return results;
    return UnknownOutcome(results.status());
  }
  // A COMMIT that finds its transaction failed answers with success, and ROLLBACK for a word.
  if (results->back().command() != kCommit.sql) {
    return absl::InternalError("the transaction was rolled back before its COMMIT");
  }
  if (db_.TakeUnreplicated()) {
    return UnknownOutcome(absl::UnavailableError("the synchronous standby did not confirm it"));
  }
  results->pop_back();
  ReportCounted();
  return results;
}

// After the checks of a write the transaction is over for its owner, and open for the reads that
// follow: DryRun rolls it back.
absl::StatusOr<Results> Transaction::EndInDryRun() {
  const bool writes = kind_ == Kind::kWrite;
  if (writes) Append(QueuedOf(kCheckConstraints));
  absl::StatusOr<Results> results = Send();
  state_ = State::kOver;
  if (results.ok() && writes) results->pop_back();
  if (results.ok() && !writes && !joined_) db_.Rollback();
  return results;
}

void Transaction::ReportCounted() const {
  if (db_.observer() == nullptr) return;
  for (const Counted& counted : counted_) {
    db_.observer()->OnWritten(counted.counter, counted.amount);
  }
}

bool Transaction::Begins() {
  if (state_ != State::kNew) return false;
  joined_ = db_.dry_run() && db_.usable() && db_.in_transaction();
  Check(!joined_ || kind_ == Kind::kSnapshot);
  return !joined_;
}

absl::StatusOr<Results> Transaction::RunStatements() {
  const std::vector<QueuedStatement> statements = std::exchange(statements_, {});
  const bool begins = Begins();
  absl::StatusOr<Results> results =
      db_.Run(absl::MakeConstSpan(statements).subspan(begins ? 0 : 1));
  if (results.ok() && begins) results->erase(results->begin());
  return results;
}

}  // namespace lots::pg
