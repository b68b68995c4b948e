#include "service/ctl/session/session.h"

#include <chrono>
#include <cstdlib>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/ctl/session/json.h"
#include "storage/base/status_macros.h"
#include "storage/base/uuid.h"

namespace lots::ctl {
namespace {

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

}  // namespace

Session::Session(const GlobalOptions& options, const Terminal& terminal, const Access& access)
    : options_(options),
      token_(access.token),
      terminal_(terminal),
      progress_(terminal),
      channel_(Connect(options.address, access)),
      stubs_(v1::CatalogService::NewStub(channel_), v1::LotService::NewStub(channel_),
             v1::StockService::NewStub(channel_), v1::WorkOrderService::NewStub(channel_),
             v1::TraceService::NewStub(channel_), v1::RecallService::NewStub(channel_),
             v1::AuditService::NewStub(channel_)) {}

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

absl::Status Session::PrintJson(const google::protobuf::Message& message) const {
  ASSIGN_OR_RETURN(const std::string line, ToJson(message));
  terminal().out << line << "\n";
  return absl::OkStatus();
}

}  // namespace lots::ctl
