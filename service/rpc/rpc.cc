// The call path: authenticates, admits, runs and finishes every call.
#include "service/rpc/rpc.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/peer_address.h"
#include "service/base/server_limits.h"
#include "service/base/text_fields.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/domain/write_context.h"

namespace lots {
namespace {

constexpr absl::string_view kAnonymous = "anonymous";
constexpr absl::string_view kEveryCompany = "-";
constexpr size_t kRequestIdBytesMax = 4 * kIdCharactersMax;  // UTF-8

std::string MetadataOf(const grpc::CallbackServerContext& context, const char* name) {
  const auto found = context.client_metadata().find(name);
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(), found->second.size());
}

std::string TraceStateOf(const grpc::CallbackServerContext& context) {
  std::vector<absl::string_view> headers;
  const auto [begin, end] = context.client_metadata().equal_range("tracestate");
  for (auto header = begin; header != end; ++header) {
    headers.emplace_back(header->second.data(), header->second.size());
  }
  return JoinTraceState(headers);
}

Outcome Busy(absl::string_view what) {
  return OutcomeOf(
      Refuse({Reason::kServerBusy,
              "",
              absl::StrCat("the server is busy (", what, "): wait a moment and repeat"),
              {}}));
}

absl::Status ShuttingDown() {
  return Refuse(
      {Reason::kShuttingDown, "", "the server is stopping: repeat, and another one answers", {}});
}

absl::Status PermissionMissing(v1::Permission permission) {
  return Refuse(lots::PermissionMissing(NameOf(permission)));
}

// A known caller acts itself, and may name the person that it acts for. An unknown caller is only
// known by the name that it gives.
std::string ActorOf(const Caller& caller, const std::string& named) {
  if (caller.subject.empty()) return named.empty() ? std::string(kAnonymous) : named;
  return named.empty() ? caller.subject : absl::StrCat(caller.subject, " for ", named);
}

// One company cannot fill the queue: other companies find room whatever it sends.
int ShareOf(int queue_max) { return std::max(1, queue_max / 4 * 3); }

bool IsRefusedAccess(const Outcome& outcome) {
  const grpc::StatusCode code = outcome.status.error_code();
  return code == grpc::StatusCode::UNAUTHENTICATED || code == grpc::StatusCode::PERMISSION_DENIED;
}

// Refusals of one caller for one company share a log line.
std::string LineKeyOf(const PendingCall& pending) {
  return absl::StrCat(pending.call.caller->id, "\n", pending.call.company.value());
}

bool IsBusy(const Outcome& outcome) { return outcome.reason == Name(Reason::kServerBusy); }

LogLevel LevelOf(const Outcome& outcome) {
  if (!outcome.error_id.empty()) return LogLevel::kError;
  if (outcome.status.error_code() == grpc::StatusCode::UNAVAILABLE) return LogLevel::kWarning;
  return LogLevel::kInfo;
}

}  // namespace

Rpc::Rpc(RpcOptions options, Identity& identity, pg::Pool& pool, const PageTokens& page_tokens,
         Metrics& metrics, Log& log)
    : options_(std::move(options)),
      queue_full_(Busy(absl::StrCat("its queue of ", options_.queue_max, " is full"))),
      streams_full_(Busy(absl::StrCat(options_.streams_max, " streams at once"))),
      shutting_down_(OutcomeOf(ShuttingDown())),
      permissions_(options_.services),
      identity_(identity),
      limits_(options_.caller),
      pool_(pool),
      page_tokens_(page_tokens),
      metrics_(metrics),
      log_(log),
      unary_queue_({.workers = options_.workers,
                    .waiting_max = options_.queue_max,
                    .waiting_max_per_company = ShareOf(options_.queue_max),
                    .batch_max = kCallsPerBatchMax},
                   [this](const std::vector<Job*>& jobs) { Run(jobs); }),
      stream_queue_({.workers = options_.stream_workers,
                     .waiting_max = options_.streams_max,
                     .waiting_max_per_company = options_.streams_max,
                     .batch_max = 1},
                    [this](const std::vector<Job*>& jobs) { Run(jobs); }) {}

Rpc::~Rpc() = default;

void Rpc::RefuseNewCalls() { stopping_ = true; }

Rpc::Gauge Rpc::gauge() const {
  const WorkQueue::Gauge unary = unary_queue_.gauge();
  const WorkQueue::Gauge streams = stream_queue_.gauge();
  return {.queue = {.waiting = unary.waiting + streams.waiting,
                    .busy = unary.busy + streams.busy,
                    .workers = unary.workers + streams.workers},
          .in_flight = in_flight_,
          .streams = streams_};
}

std::optional<grpc::Status> Rpc::Begin(PendingCall& pending, const Method& method,
                                       const grpc::CallbackServerContext& context,
                                       const RequestHeader& header, CallKind kind) {
  const MethodMetrics& metrics = metrics_.Of(method.name);
  metrics.started->Increment();
  metrics.received->Increment();
  ++in_flight_;
  pending.kind = kind;
  pending.dry_run = header.dry_run;
  InitCall(pending, method, context, header.request_id);
  const absl::Status identified = Identify(pending, method, context, header);
  if (!identified.ok()) {
    Outcome refused = OutcomeOf(identified);
    Report(pending, refused);
    return std::move(refused.status);
  }
  const Outcome* const refused = Admit(pending);
  if (refused == nullptr) return std::nullopt;
  Report(pending, *refused);
  return refused->status;
}

CallTrace Rpc::TraceOf(const grpc::CallbackServerContext& context) const {
  TraceParent parent = ParseTraceParent(MetadataOf(context, "traceparent"));
  const bool begins_here = parent.trace_id.empty();
  if (begins_here && options_.spans == nullptr) return {};
  return {.trace_id = begins_here ? MakeTraceId() : std::move(parent.trace_id),
          .span_id = MakeSpanId(),
          .parent_span_id = std::move(parent.span_id),
          .state = begins_here ? "" : TraceStateOf(context),
          .sampled = begins_here || parent.sampled};
}

void Rpc::InitCall(PendingCall& pending, const Method& method,
                   const grpc::CallbackServerContext& context, absl::string_view request_id) const {
  pending.peer = context.peer();
  pending.trace = TraceOf(context);
  // Kept for the log; a caller cannot fill the log with a long request id.
  if (request_id.size() <= kRequestIdBytesMax) pending.request_id = std::string(request_id);
  Call& call = pending.call;
  call.method = method.name;
  // The database keeps microseconds, and an answer says what is kept.
  call.now = absl::FromUnixMicros(absl::ToUnixMicros(absl::Now()));
  call.page_tokens = &page_tokens_;
  call.pool = &pool_;
  call.deadline = DeadlineOf(context, method, call.now);
}

absl::Status Rpc::Identify(PendingCall& pending, const Method& method,
                           const grpc::CallbackServerContext& context,
                           const RequestHeader& header) {
  Call& call = pending.call;
  ASSIGN_OR_RETURN(call.caller, identity_.Authenticate(context, call.now));
  const Caller& caller = *call.caller;
  if (!caller.id.empty()) {
    absl::StatusOr<CallerLimits::CallSlot> slot = limits_.Take(caller.id, call.now);
    if (!slot.ok()) {
      metrics_.rejected("caller").Increment();
      return slot.status();
    }
    pending.slot = *std::move(slot);
  }
  if (header.is_write) SetOrigin(pending, context);
  RETURN_IF_ERROR(CheckPermissions(caller, method, header.extra_permissions));
  RETURN_IF_ERROR(ChooseCompany(call, method, header.company));
  TextChecker fields;
  call.actor = ActorOf(caller, fields.OptionalId("lots-actor", MetadataOf(context, "lots-actor")));
  return fields.ok() ? absl::OkStatus() : fields.status();
}

void Rpc::SetOrigin(PendingCall& pending, const grpc::CallbackServerContext& context) const {
  pending.call.origin =
      std::make_shared<const CallOrigin>(CallOrigin{.caller = pending.call.caller->id,
                                                    .peer = AddressOf(pending.peer),
                                                    .certificate = identity_.CertificateOf(context),
                                                    .trace_id = pending.trace.trace_id});
}

absl::Status Rpc::CheckPermissions(const Caller& caller, const Method& method,
                                   Permissions extra_permissions) const {
  const v1::Permission own = permissions_.Of(method.name);
  if (!caller.permissions.Has(own)) return PermissionMissing(own);
  const Permissions missing = extra_permissions.Without(caller.permissions);
  return missing.empty() ? absl::OkStatus() : PermissionMissing(missing.first());
}

absl::Status Rpc::ChooseCompany(Call& call, const Method& method, absl::string_view company) const {
  const Companies& companies = call.caller->companies;
  if (company.empty()) company = companies.only();
  if (company.empty()) company = options_.default_company;
  const bool every_company = method.every_company && company == kEveryCompany;
  TextChecker fields;
  const CompanyId chosen(fields.RequiredId("company", company));
  if (company == kEveryCompany && !every_company) {
    fields.Refused("company", company, "every company at once is for lists only: name one");
  }
  if (!fields.ok()) return fields.status();
  call.company = chosen;
  call.every_company = every_company;
  if (every_company || companies.Has(chosen.value())) return absl::OkStatus();
  return Refuse({Reason::kCompanyForbidden,
                 "",
                 absl::StrCat("the caller may not act for company \"", chosen.value(), "\""),
                 {{"company", chosen.value()}}});
}

absl::Time Rpc::DeadlineOf(const grpc::CallbackServerContext& context, const Method& method,
                           absl::Time now) const {
  const absl::Time latest = now + (method.is_large ? kLargeDeadlineMax : kDeadlineMax);
  const auto deadline = context.deadline();
  if (deadline != std::chrono::system_clock::time_point::max()) {
    return std::min(absl::FromChrono(deadline), latest);
  }
  const absl::Duration unsaid = method.is_large
                                    ? std::max(options_.deadline_default, kLargeDeadlineDefault)
                                    : options_.deadline_default;
  return std::min(now + unsaid, latest);
}

const Outcome* Rpc::Admit(PendingCall& pending) {
  if (stopping_) return &shutting_down_;
  if (pending.kind == CallKind::kStream) return AdmitStream(pending);
  if (unary_queue_.Push(pending.call.company.value(), pending)) return nullptr;
  metrics_.rejected("queue").Increment();
  return &queue_full_;
}

const Outcome* Rpc::AdmitStream(PendingCall& pending) {
  if (++streams_ <= options_.streams_max) {
    pending.on_destroyed = [this] { --streams_; };
    if (stream_queue_.Push(pending.call.company.value(), pending)) return nullptr;
  } else {
    --streams_;
  }
  metrics_.rejected("streams").Increment();
  return &streams_full_;
}

void Rpc::Run(const std::vector<Job*>& jobs) {
  std::vector<PendingCall*> wanted;
  for (Job* const job : jobs) {
    PendingCall& pending = *static_cast<PendingCall*>(job);
    if (!std::exchange(pending.begun, true)) {
      pending.queued = absl::Now() - pending.call.now;
      metrics_.queue_seconds().Observe(absl::ToDoubleSeconds(pending.queued));
    }
    const absl::Status status = CheckStillWanted(pending);
    if (status.ok()) {
      wanted.push_back(&pending);
    } else {
      End(pending, OutcomeOf(status));
    }
  }
  if (wanted.empty()) return;
  const std::vector<absl::Status> statuses = Handle(wanted);
  for (size_t i = 0; i < wanted.size(); ++i) {
    PendingCall& pending = *wanted[i];
    if (statuses[i].ok() && pending.Pause([this, &pending] { Resume(pending); })) continue;
    // A caller that has its answer may call again at once, so its slot is returned before the
    // answer. A stream keeps its slot until the client has read it.
    if (pending.kind == CallKind::kUnary) pending.slot = CallerLimits::CallSlot();
    End(pending, OutcomeOf(statuses[i]));
  }
}

void Rpc::Resume(PendingCall& pending) {
  // The queue of streams has room for every admitted stream.
  if (!stream_queue_.Push(pending.call.company.value(), pending)) End(pending, queue_full_);
}

absl::Status Rpc::CheckStillWanted(const PendingCall& pending) const {
  if (pending.cancelled) return absl::CancelledError("while queued");
  if (absl::Now() >= pending.call.deadline) return absl::DeadlineExceededError("while queued");
  if (stopping_) return ShuttingDown();
  return absl::OkStatus();
}

std::vector<absl::Status> Rpc::Handle(absl::Span<PendingCall* const> calls) {
  PendingCall& first = *calls.front();
  absl::Time deadline = first.call.deadline;
  for (const PendingCall* const pending : calls) {
    deadline = std::max(deadline, pending->call.deadline);
  }
  if (first.batch() != nullptr) metrics_.batch_calls().Observe(static_cast<double>(calls.size()));
  const TraceScope trace(first.trace);
  const absl::Time asked = absl::Now();
  absl::StatusOr<pg::Pool::Lease> db = pool_.Acquire(deadline);
  metrics_.pool_acquire_seconds().Observe(absl::ToDoubleSeconds(absl::Now() - asked));
  if (!db.ok()) return std::vector<absl::Status>(calls.size(), db.status());
  (*db)->set_deadline(deadline);
  (*db)->set_traceparent(first.trace.traceparent());
  // A client that leaves must not cancel the statement that also answers others.
  if (calls.size() == 1) (*db)->set_cancelled(&first.cancelled);
  Metrics::TakeDatabaseTime();
  std::vector<absl::Status> statuses = first.Handle(calls, **db);
  const absl::Duration database = Metrics::TakeDatabaseTime() / static_cast<int64_t>(calls.size());
  for (PendingCall* const pending : calls) pending->database += database;
  (*db)->set_cancelled(nullptr);
  return statuses;
}

void Rpc::End(PendingCall& pending, Outcome outcome) {
  Report(pending, outcome);
  pending.Finish(std::move(outcome.status));
}

void Rpc::Report(const PendingCall& pending, const Outcome& outcome) {
  const absl::Duration elapsed = absl::Now() - pending.call.now;
  const MethodMetrics& metrics = metrics_.Of(pending.call.method);
  metrics.handled[outcome.status.error_code()]->Increment();
  metrics.sent->Increment(static_cast<double>(pending.messages_sent()));
  metrics.seconds->Observe(absl::ToDoubleSeconds(elapsed));
  if (IsRefusedAccess(outcome)) metrics_.security().refused(outcome.reason).Increment();
  WriteLine(pending, outcome, elapsed);
  RecordSpan(pending, outcome, elapsed);
  --in_flight_;
}

void Rpc::WriteLine(const PendingCall& pending, const Outcome& outcome, absl::Duration elapsed) {
  const LogLevel level = LevelOf(outcome);
  if (!log_.enabled(level)) return;
  // A full server refuses thousands of calls a second, all for the same reason. Their log lines
  // would slow the served calls and hide the other lines.
  const int64_t times = IsBusy(outcome) ? busy_lines_.Count(LineKeyOf(pending), absl::Now()) : 1;
  if (times == 0) return;
  LogFields fields;
  fields.Add("method", pending.call.method)
      .Add("company", pending.call.company.value())
      .Add("code", CodeName(outcome.status.error_code()))
      .AddIfAny("reason", outcome.reason)
      .Add("ms", elapsed)
      .Add("queue_ms", pending.queued)
      .Add("db_ms", pending.database)
      .AddIfAny("request_id", pending.request_id)
      .AddIfAny("validate_only", pending.dry_run ? "true" : "")
      .AddIfAny("caller", pending.call.caller == nullptr ? "" : pending.call.caller->id)
      .AddIfAny("actor", pending.call.actor)
      .Add("peer", pending.peer)
      .AddIfAny("trace_id", pending.trace.trace_id)
      .AddIfAny("span_id", pending.trace.span_id)
      .AddIfAny("error_id", outcome.error_id)
      .AddIfAny("error", outcome.internal_text);
  if (times > 1) fields.Add("times", times);
  log_.Write(level, "rpc", fields);
}

void Rpc::RecordSpan(const PendingCall& pending, const Outcome& outcome, absl::Duration elapsed) {
  if (options_.spans == nullptr || !pending.trace.sampled) return;
  options_.spans->Record({.trace = pending.trace,
                          .method = pending.call.method,
                          .begin = pending.call.now,
                          .end = pending.call.now + elapsed,
                          .code = outcome.status.error_code(),
                          .reason = std::string(outcome.reason),
                          .company = pending.call.company.value(),
                          .queued = pending.queued,
                          .database = pending.database});
}

}  // namespace lots
