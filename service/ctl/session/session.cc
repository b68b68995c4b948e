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
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "service/ctl/session/json.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/base/uuid.h"

namespace lots::ctl {
namespace {

using google::protobuf::Message;
using google::protobuf::MessageLite;
using grpc::internal::RpcMethod;

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
// (OpenTelemetry's TRACEPARENT). What cannot stand in a header is no trace.
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

}  // namespace

Session::Session(const GlobalOptions& options, const Terminal& terminal, const Access& access)
    : options_(options),
      token_(access.token),
      terminal_(terminal),
      progress_(terminal),
      channel_(Connect(options.address, access)) {}

absl::Status Session::CallUnary(const char* path, Message& request, Message& response) {
  if (TextOf(request, "company").empty()) SetText(request, "company", options_.company);
  return CallAsIs(path, request, response);
}

absl::Status Session::WriteUnary(const char* path, Message& request, Message& response) {
  if (TextOf(request, "request_id").empty()) SetText(request, "request_id", NextRequestId());
  absl::Status status = CallUnary(path, request, response);
  if (!status.ok() && OutcomeUnknown(status)) {
    SetUnknownOutcome(status, TextOf(request, "request_id"));
  }
  return status;
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

std::string Session::NextRequestId() {
  ++writes_;
  if (options_.request_id.empty()) return Uuid::MakeV7().ToString();
  if (writes_ == 1) return options_.request_id;
  return absl::StrCat(options_.request_id, "-", writes_);
}

absl::Status Session::PrintJson(const Message& message) const {
  ASSIGN_OR_RETURN(const std::string line, ToJson(message));
  terminal().out << line << "\n";
  return absl::OkStatus();
}

}  // namespace lots::ctl
