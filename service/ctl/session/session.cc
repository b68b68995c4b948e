// The calls of one run, made with messages of any type: gRPC's templates are compiled here alone.
#include "service/ctl/session/session.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/sync_stream.h>

#include <chrono>
#include <cstdlib>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/repeated_field.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/errors.pb.h"
#include "service/ctl/base/interrupt.h"
#include "service/ctl/session/json.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/base/uuid.h"

namespace lots::ctl {
namespace {

using google::protobuf::Message;
using google::protobuf::MessageLite;
using grpc::internal::RpcMethod;

constexpr char kEveryCompany[] = "-";
// Leaves the progress bar's line, and the ^C that a terminal shows.
constexpr char kNewLine[] = "\n";

std::shared_ptr<grpc::Channel> Connect(const std::string& address, const Access& access) {
  grpc::ChannelArguments arguments;
  // The service bounds its answers; a client's usual 4 MiB would only cut the largest of them.
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetUserAgentPrefix("lotctl");
  return grpc::CreateCustomChannel(
      address,
      access.credentials == nullptr ? grpc::InsecureChannelCredentials() : access.credentials,
      arguments);
}

// The trace that this command belongs to, as scripts and build servers hand it down
// (OpenTelemetry's TRACEPARENT). Empty when the text cannot be a header.
std::string TraceParent() {
  const char* const text = std::getenv("TRACEPARENT");
  if (text == nullptr) return "";
  const absl::string_view parent = text;
  const bool is_plain = parent.find_first_not_of("0123456789abcdef-") == absl::string_view::npos;
  return is_plain ? std::string(parent) : "";
}

// And what others keep in it (TRACESTATE).
std::string TraceState() {
  const char* const text = std::getenv("TRACESTATE");
  if (text == nullptr) return "";
  return absl::c_all_of(absl::string_view(text), absl::ascii_isprint) ? text : "";
}

// The value of a text field that every request of the kind has.
std::string TextOf(const Message& request, const char* field) {
  const auto* const descriptor = request.GetDescriptor()->FindFieldByName(field);
  Check(descriptor != nullptr);
  return request.GetReflection()->GetString(request, descriptor);
}

void SetText(Message& request, const char* field, const std::string& value) {
  const auto* const descriptor = request.GetDescriptor()->FindFieldByName(field);
  Check(descriptor != nullptr);
  request.GetReflection()->SetString(&request, descriptor, value);
}

// The fields that all writes and their answers share.
bool IsDryRun(const Message& request) {
  const auto* const field = request.GetDescriptor()->FindFieldByName("validate_only");
  Check(field != nullptr);
  return request.GetReflection()->GetBool(request, field);
}

void AskForDryRun(Message& request) {
  const auto* const field = request.GetDescriptor()->FindFieldByName("validate_only");
  Check(field != nullptr);
  request.GetReflection()->SetBool(&request, field, true);
}

google::protobuf::RepeatedPtrField<v1::Problem> ProblemsIn(const Message& answer) {
  const auto* const field = answer.GetDescriptor()->FindFieldByName("problems");
  Check(field != nullptr);
  const google::protobuf::Reflection& reflection = *answer.GetReflection();
  google::protobuf::RepeatedPtrField<v1::Problem> problems;
  for (int i = 0; i < reflection.FieldSize(answer, field); ++i) {
    problems.Add()->CopyFrom(reflection.GetRepeatedMessage(answer, field, i));
  }
  return problems;
}

// The word as a shell takes it for one word, and for nothing else.
std::string QuoteForShell(const std::string& word) {
  const bool is_plain = absl::c_all_of(word, [](unsigned char c) {
    return absl::ascii_isalnum(c) ||
           absl::string_view("_@%+=:,./-").find(c) != absl::string_view::npos;
  });
  if (is_plain && !word.empty()) return word;
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

}  // namespace

Session::Session(const GlobalOptions& options, const Terminal& terminal, const Access& access)
    : options_(options),
      token_(access.token),
      terminal_(terminal),
      begin_time_(absl::FromUnixMicros(absl::ToUnixMicros(absl::Now()))),
      request_id_(options.request_id),
      progress_(terminal),
      channel_(Connect(options.address, access)) {}

absl::Status Session::CallUnary(const char* path, Message& request, Message& response) {
  if (TextOf(request, "company").empty()) SetText(request, "company", options_.company);
  return CallAsIs(path, request, response);
}

absl::Status Session::WriteUnary(const char* path, Message& request, Message& response,
                                 DryRunOutput output) {
  const bool has_own_id = !TextOf(request, "request_id").empty();
  if (!has_own_id) SetText(request, "request_id", NextRequestId());
  if (validate_only_) AskForDryRun(request);
  if (IsDryRun(request)) return ValidateUnary(path, request, response, output);
  const Repeat repeat = RepeatOf(has_own_id);
  SetSignalMessage("lotctl: ended while a write was under way.\n", ctl::TextOf(repeat));
  absl::Status status = CallUnary(path, request, response);
  if (!status.ok() && OutcomeUnknown(status)) SetUnknownOutcome(status, repeat);
  if (status.ok()) SetSignalMessage("lotctl: ended after a write.\n", RestOf(repeat));
  return status;
}

absl::Status Session::ValidateUnary(const char* path, Message& request, Message& response,
                                    DryRunOutput output) {
  RETURN_IF_ERROR(CallUnary(path, request, response));
  has_validated_ = true;
  const auto problems = ProblemsIn(response);
  problem_count_ += problems.size();
  if (problems.empty() && output == DryRunOutput::kProblems) return absl::OkStatus();
  if (json()) {
    RETURN_IF_ERROR(PrintJson(response));
  } else {
    PrintDryRun(problems, terminal());
  }
  return EndOfDryRun();
}

absl::Status Session::VerdictOf(const absl::Status& status) const {
  const bool is_verdict = has_validated_ && (status.ok() || IsEndOfDryRun(status));
  if (!is_verdict) return status;
  if (problem_count_ == 0) return absl::OkStatus();
  return Refused(absl::StrCat(problem_count_, problem_count_ == 1 ? " problem" : " problems",
                              "; nothing was written"));
}

void Session::SetSignalMessage(absl::string_view what, absl::string_view advice) {
  std::string text = absl::StrCat(terminal_.err_is_terminal ? kNewLine : "", what, advice);
  if (signal_message_ == nullptr) {
    signal_message_ = std::make_unique<SignalMessage>(std::move(text));
  } else {
    signal_message_->Change(std::move(text));
  }
}

// What the stubs that gRPC generates do, without one stub for each method.
absl::Status Session::CallAsIs(const char* path, const Message& request, Message& response) {
  grpc::ClientContext context;
  Prepare(context);
  progress_.Resume();
  const RpcMethod method(path, RpcMethod::NORMAL_RPC);
  return FromGrpc(grpc::internal::BlockingUnaryCall<MessageLite, MessageLite>(
      channel_.get(), method, &context, request, &response));
}

absl::Status Session::CallStream(const char* path, Message& request, Message& message,
                                 absl::FunctionRef<void()> each) {
  if (TextOf(request, "company").empty()) SetText(request, "company", options_.company);
  grpc::ClientContext context;
  Prepare(context);
  progress_.Resume();
  const RpcMethod method(path, RpcMethod::SERVER_STREAMING);
  const std::unique_ptr<grpc::ClientReader<MessageLite>> reader(
      grpc::internal::ClientReaderFactory<MessageLite>::Create<MessageLite>(channel_.get(), method,
                                                                            &context, request));
  while (reader->Read(&message)) {
    each();
    progress_.Advance(1);
  }
  return FromGrpc(reader->Finish());
}

void Session::Prepare(grpc::ClientContext& context) const {
  context.set_deadline(std::chrono::system_clock::now() +
                       absl::ToChronoMilliseconds(absl::Seconds(options_.timeout_seconds)));
  if (!token_.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", token_));
  if (!options_.actor.empty()) context.AddMetadata(kActorMetadata, options_.actor);
  const std::string parent = TraceParent();
  if (!parent.empty()) context.AddMetadata("traceparent", parent);
  const std::string state = TraceState();
  if (!parent.empty() && !state.empty()) context.AddMetadata("tracestate", state);
}

const std::string& Session::RequestId() {
  if (request_id_.empty()) request_id_ = Uuid::MakeV7().ToString();
  return request_id_;
}

std::string Session::NextRequestId() {
  ++writes_;
  return writes_ == 1 ? RequestId() : absl::StrCat(RequestId(), "-", writes_);
}

std::string Session::AsMeant(const std::string& before, const std::string& word) const {
  for (const auto& [flag, value] : meant_) {
    if (before == flag) return value;
    const std::string joined = absl::StrCat(flag, "=");
    if (absl::StartsWith(word, joined)) return absl::StrCat(joined, value);
  }
  return word;
}

Repeat Session::RepeatOf(bool has_own_id) {
  const bool is_typed = has_own_id || !options_.request_id.empty();
  std::vector<std::string> words = {"lotctl"};
  if (!is_typed) words.insert(words.end(), {"--request-id", RequestId()});
  for (size_t i = 0; i < options_.arguments.size(); ++i) {
    words.push_back(AsMeant(i == 0 ? "" : options_.arguments[i - 1], options_.arguments[i]));
  }
  return {.request_id = has_own_id ? "" : RequestId(),
          .command = absl::StrJoin(words, " ", [](std::string* out, const std::string& word) {
            absl::StrAppend(out, QuoteForShell(word));
          })};
}

bool Session::is_of_several_companies() const { return options_.company == kEveryCompany; }

absl::StatusOr<absl::TimeZone> Session::ReadZone() {
  if (is_of_several_companies()) {
    return UsageError(
        "with --company - a time names its offset, as 2026-12-31T08:00:00+01:00: companies have "
        "time zones of their own");
  }
  return ZoneOf(options_.company);
}

absl::StatusOr<absl::TimeZone> Session::ZoneOf(const std::string& company) {
  const auto known = zones_.find(company);
  if (known != zones_.end()) return known->second;
  return zones_.emplace(company, LoadZone(company)).first->second;
}

absl::TimeZone Session::zone() {
  if (json()) return absl::UTCTimeZone();  // JSON has UTC
  const absl::StatusOr<absl::TimeZone> zone = ReadZone();
  return zone.ok() ? *zone : absl::UTCTimeZone();
}

absl::CivilDay Session::TodayIn(const std::string& company) {
  if (json()) return absl::CivilDay();  // JSON has no words for it
  const auto zone = ZoneOf(is_of_several_companies() ? company : options_.company);
  return absl::ToCivilDay(begin_time_, zone.ok() ? *zone : absl::UTCTimeZone());
}

absl::StatusOr<absl::TimeZone> Session::LoadZone(const std::string& company) {
  v1::GetSettingsRequest request;
  request.set_company(company);
  v1::Settings settings;
  RETURN_IF_ERROR(CallUnary(kGetSettings.path, request, settings));
  absl::TimeZone zone;
  if (absl::LoadTimeZone(settings.time_zone(), &zone)) return zone;
  return UsageError(absl::StrCat("this machine does not know the company's time zone ",
                                 settings.time_zone(),
                                 ": give times with their offset, as 2026-12-31T08:00:00+01:00"));
}

absl::Status Session::PrintJson(const Message& message) const {
  ASSIGN_OR_RETURN(const std::string line, ToJson(message));
  terminal().out << line << "\n";
  return absl::OkStatus();
}

}  // namespace lots::ctl
