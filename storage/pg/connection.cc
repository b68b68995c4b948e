// Opening a connection, its deadline and cancellation, and the statements prepared on it.
#include "storage/pg/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/pg/error.h"
#include "storage/pg/exchange.h"
#include "storage/pg/wire.h"

namespace lots::pg {
namespace {

// A rollback is quick; a server that is gone must not hold the caller.
constexpr absl::Duration kRollbackMax = absl::Seconds(5);

constexpr Statement kPing{"ping", "SELECT 1"};
constexpr Statement kRollback{"rollback", "ROLLBACK"};
constexpr Statement kDropPlans{"drop_plans", "DISCARD PLANS"};
constexpr const char* kForgetPrepared = "DEALLOCATE ALL";

// A transaction that its owner forgot, or whose owner hangs, would hold locks and vacuum. Dates are
// made in C++; a session in UTC keeps SQL from disagreeing. Prepared statements find rows by their
// keys, whatever the values: one plan is right for all of them, once the tables have their size
// (table_growth.h). Left to itself, PostgreSQL takes short arrays for cheaper than the plan it
// keeps, and plans anew each time: a third of what it computed for a completion. A role or a
// database that sets synchronous_commit off would lose acknowledged writes, and one that hides
// warnings would hide that a commit was not replicated (TakeNotice).
constexpr absl::string_view kSessionSettings =
    "-c idle_in_transaction_session_timeout=60s -c timezone=UTC "
    "-c plan_cache_mode=force_generic_plan -c synchronous_commit=on -c client_min_messages=warning";

// Whether the options say of synchronous_commit what is as durable as `on`, or nothing.
absl::Status CheckDurable(absl::string_view options) {
  constexpr absl::string_view kName = "synchronous_commit";
  const size_t at = options.rfind(kName);
  if (at == absl::string_view::npos) return absl::OkStatus();
  absl::string_view value = options.substr(at + kName.size());
  absl::ConsumePrefix(&value, "=");
  value = value.substr(0, value.find(' '));
  if (value == "on" || value == "remote_apply") return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the options of the database's conninfo set synchronous_commit to \"", value,
                   "\", with which acknowledged writes can be lost: leave it out, or write on or "
                   "remote_apply"));
}

// The `options` of the conninfo, to be appended to ours: given twice, the last one alone would
// count.
absl::StatusOr<std::string> OptionsOf(const std::string& conninfo) {
  using Parsed = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;
  const Parsed parsed(PQconninfoParse(conninfo.c_str(), nullptr), PQconninfoFree);
  if (parsed == nullptr) {
    // libpq's text quotes what it could not read, which may be the password.
    return absl::InvalidArgumentError(
        "the database's conninfo is neither keyword=value pairs nor a postgresql:// URI");
  }
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (absl::string_view(option->keyword) != "options" || option->val == nullptr) continue;
    RETURN_IF_ERROR(CheckDurable(option->val));
    return std::string(option->val);
  }
  return std::string();
}

std::string TimeoutSeconds(absl::Duration timeout) {
  // Two seconds is the shortest that libpq knows.
  return absl::StrCat(
      std::max<int64_t>(2, absl::ToInt64Seconds(absl::Ceil(timeout, absl::Seconds(1)))));
}

// libpq reads the pairs in order and the last one counts: what stands before the conninfo
// ("dbname") is a default, what stands after it is settled.
pg_conn* Connect(const ConnectionOptions& options, const std::string& session_settings) {
  const std::string timeout = TimeoutSeconds(options.connect_timeout);
  const std::pair<const char*, const char*> settings[] = {
      {"fallback_application_name", "lotd"}, {"connect_timeout", timeout.c_str()},
      {"tcp_user_timeout", "10000"},         {"keepalives_idle", "30"},
      {"keepalives_interval", "10"},         {"keepalives_count", "3"},
      {"dbname", options.conninfo.c_str()},  {"client_encoding", "UTF8"},
      {"options", session_settings.c_str()},
  };
  std::vector<const char*> keywords, values;
  for (const auto& [keyword, value] : settings) {
    keywords.push_back(keyword);
    values.push_back(value);
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectdbParams(keywords.data(), values.data(), /*expand_dbname=*/1);
}

// PostgreSQL gives up waiting for a synchronous standby when the statement is cancelled, says so in
// a warning, and answers COMMIT with success. The warning's text is in the server's language; the
// function that gives it is not.
void TakeNotice(void* unreplicated, const pg_result* notice) {
  const char* const source = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);
  if (source != nullptr && absl::string_view(source) == "SyncRepWaitForLSN") {
    *static_cast<bool*>(unreplicated) = true;
  }
}

absl::Status ExchangeScript(Wire& wire, pg_conn* connection, absl::string_view name,
                            const std::string& sql) {
  if (PQsendQuery(connection, sql.c_str()) != 1) return ConnectionLost(connection);
  RETURN_IF_ERROR(wire.Flush());
  absl::Status first_error;
  while (true) {
    ASSIGN_OR_RETURN(const Result answer, wire.Next());
    if (answer.raw() == nullptr) return first_error;
    const ExecStatusType kind = PQresultStatus(answer.raw());
    if (kind == PGRES_COPY_IN || kind == PGRES_COPY_OUT || kind == PGRES_COPY_BOTH) {
      return absl::InternalError(absl::StrCat(name, ": COPY is not for scripts"));
    }
    if (kind == PGRES_FATAL_ERROR && first_error.ok()) first_error = ErrorOf(answer.raw(), name);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const ConnectionOptions& options) {
  ASSIGN_OR_RETURN(const std::string extra, OptionsOf(options.conninfo));
  auto connection = std::unique_ptr<Connection>(new Connection(
      Connect(options, absl::StrCat(kSessionSettings, " ", extra)), options.observer));
  pg_conn* const raw = connection->connection_.get();
  if (PQstatus(raw) != CONNECTION_OK) return ConnectionLost(raw);
  PQsetNoticeReceiver(raw, TakeNotice, &connection->unreplicated_);
  if (PQsetnonblocking(raw, 1) != 0 || PQenterPipelineMode(raw) != 1) return ConnectionLost(raw);
  return connection;
}

Connection::Connection(pg_conn* connection, StatementObserver* observer)
    : connection_(connection), observer_(observer) {}

void Connection::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

void Connection::set_traceparent(std::string traceparent) {
  // It becomes part of a statement's text.
  Check(traceparent.find_first_not_of("0123456789abcdef-") == std::string::npos);
  traceparent_ = std::move(traceparent);
}

std::string Connection::application_name() const {
  return traceparent_.empty() ? "" : absl::StrCat("lotd ", traceparent_);
}

bool Connection::usable() const { return !broken_ && PQstatus(connection_.get()) == CONNECTION_OK; }

bool Connection::in_transaction() const {
  return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE;
}

int Connection::server_version() const { return PQserverVersion(connection_.get()); }

bool Connection::IsQuiet() const {
  pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
  return poll(&socket, 1, 0) == 0;
}

absl::Status Connection::Ping(absl::Duration timeout) {
  const absl::Time deadline = std::exchange(deadline_, absl::Now() + timeout);
  // Nothing is lost with a SELECT 1: a connection that is silent until then is given up at once.
  const absl::Duration stop_wait = std::exchange(stop_wait_, absl::ZeroDuration());
  const QueuedStatement ping{kPing, {}, {}};
  const absl::Status answer = Run({&ping, 1}).status();
  deadline_ = deadline;
  stop_wait_ = stop_wait;
  return answer;
}

absl::Status Connection::DropPlans() {
  const QueuedStatement drop{kDropPlans, {}, {}};
  return Run({&drop, 1}).status();
}

absl::StatusOr<Results> Connection::Run(absl::Span<const QueuedStatement> statements) {
  Check(async_ == nullptr);
  RETURN_IF_ERROR(CheckReady());
  const bool stood_alone = !in_transaction();
  Exchange first(*this, statements);
  absl::StatusOr<Results> results = first.Run();
  if (!first.found_stale_plan()) return results;
  const absl::Status stale = ForgetStale(results.status());
  if (stood_alone && usable()) return Exchange(*this, statements).Run();
  return stale;
}

// The exchange refers to the statements.
struct Connection::AsyncExchange {
  AsyncExchange(Connection& db, std::vector<QueuedStatement> sent)
      : statements(std::move(sent)), exchange(db, statements) {}

  const std::vector<QueuedStatement> statements;
  Exchange exchange;
};

Connection::~Connection() = default;

absl::Status Connection::SendAsync(std::vector<QueuedStatement> statements) {
  Check(async_ == nullptr);
  RETURN_IF_ERROR(CheckReady());
  async_ = std::make_unique<AsyncExchange>(*this, std::move(statements));
  const absl::Status sent = async_->exchange.SendAsync();
  if (!sent.ok()) async_.reset();
  return sent;
}

absl::StatusOr<Result> Connection::Take() {
  Check(async_ != nullptr);
  absl::StatusOr<Result> answer = async_->exchange.Take();
  if (!async_->exchange.all_taken()) return answer;
  const bool stale = async_->exchange.found_stale_plan();
  async_.reset();
  if (stale) return ForgetStale(answer.status());
  return answer;
}

absl::Status Connection::CheckReady() const {
  if (!usable()) return absl::UnavailableError("the database connection is broken");
  if (cancelled())
    return absl::CancelledError("the caller went away before the database was asked");
  if (absl::Now() >= deadline_) {
    return absl::DeadlineExceededError("the deadline passed before the database was asked");
  }
  return absl::OkStatus();
}

void Connection::Rollback() {
  while (async_ != nullptr) Take().IgnoreError();
  if (!usable() || !in_transaction()) return;
  RunInternal({kRollback, {}, {}});
}

// The schema has changed under a prepared statement, and most likely under others too. Earlier
// pipelines of its transaction are rolled back, so only the owner can begin again.
absl::Status Connection::ForgetStale(const absl::Status& error) {
  Rollback();
  ForgetPrepared();
  return WithCode(absl::StatusCode::kUnavailable, error);
}

void Connection::ForgetPrepared() {
  prepared_.clear();
  if (!usable()) return;
  RunInternal({{"forget_prepared", nullptr}, kForgetPrepared, {}});
}

void Connection::RunInternal(const QueuedStatement& queued) {
  const absl::Time deadline = std::exchange(deadline_, absl::Now() + kRollbackMax);
  const std::atomic<bool>* const cancelled = std::exchange(cancelled_, nullptr);
  if (!Exchange(*this, {&queued, 1}).Run().ok()) broken_ = true;
  deadline_ = deadline;
  cancelled_ = cancelled;
}

absl::Status Connection::RunScript(const char* name, const std::string& sql) {
  RETURN_IF_ERROR(CheckReady());
  pg_conn* const raw = connection_.get();
  // The simple protocol alone takes several statements in one text, and pipeline mode refuses it.
  Check(PQexitPipelineMode(raw) == 1);
  const absl::Time sent_at = absl::Now();
  Wire wire(raw, deadline_, cancelled_, stop_wait_);
  const absl::Status status = wire.Explain(ExchangeScript(wire, raw, name, sql));
  server_lost_ |= IsServerLost(status);
  // Pipeline mode is refused when answers are still due.
  if (!wire.AwaitCancelRequests() || PQenterPipelineMode(raw) != 1) broken_ = server_lost_ = true;
  if (!status.ok()) Rollback();
  if (observer_ != nullptr) {
    observer_->OnStatement({name, sql.c_str()}, absl::Now() - sent_at, status);
  }
  return status;
}

}  // namespace lots::pg
