// One run of lotctl: the connection to the service, the global options and where answers go.
#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "grpcpp/grpcpp.h"
#include "lots/v1/audit.grpc.pb.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/recall.grpc.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "lots/v1/trace.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "service/ctl/output/progress.h"
#include "service/ctl/output/terminal.h"
#include "service/ctl/session/access.h"
#include "service/ctl/session/failure.h"

namespace lots::ctl {

// The metadata that tells the service who is acting.
inline constexpr char kActorMetadata[] = "lots-actor";

// What every command takes.
struct GlobalOptions {
  std::string address = "localhost:50051";
  std::string company;
  bool json = false;
  double timeout_seconds = 30;
  std::string actor;
  std::string request_id;
  AccessOptions access;
};

// Session makes the calls. A method is named as &v1::LotService::StubInterface::GetLot.
class Session {
 public:
  Session(const GlobalOptions& options, const Terminal& terminal, const Access& access = {});

  const GlobalOptions& options() const { return options_; }
  // For writing to: the progress bar is taken off the screen, and comes back with the next call.
  const Terminal& terminal() const {
    progress_.Stop();
    return terminal_;
  }
  Progress& progress() { return progress_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // One read, for the session's company unless the request names another.
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                Request request) {
    if (request.company().empty()) request.set_company(options_.company);
    grpc::ClientContext context;
    Prepare(context);
    progress_.Resume();
    Response response;
    const grpc::Status status = (StubOf<Stub>().*method)(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }

  // One write, under the request's own id or else the session's next one. When its outcome is
  // unknown the failure says the id under which it can be repeated.
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Write(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                              Response*),
                                 Request request) {
    if (request.request_id().empty()) request.set_request_id(NextRequestId());
    absl::StatusOr<Response> response = Call(method, request);
    if (response.ok() || !OutcomeUnknown(response.status())) return response;
    absl::Status status = response.status();
    SetUnknownOutcome(status, request.request_id());
    return status;
  }

  // One stream; `each` sees the messages as they come.
  template <class Stub, class Request, class Response>
  absl::Status Stream(std::unique_ptr<grpc::ClientReaderInterface<Response>> (Stub::*method)(
                          grpc::ClientContext*, const Request&),
                      Request request, absl::FunctionRef<void(const Response&)> each) {
    if (request.company().empty()) request.set_company(options_.company);
    grpc::ClientContext context;
    Prepare(context);
    progress_.Resume();
    auto reader = (StubOf<Stub>().*method)(&context, request);
    Response message;
    while (reader->Read(&message)) {
      each(message);
      progress_.Advance(1);
    }
    return FromGrpc(reader->Finish());
  }

  // The deadline, who calls and who acts.
  void Prepare(grpc::ClientContext& context) const;

  // The id of the next write: --request-id for the first, with -2, -3 … for those after it, so that
  // repeating the whole command repeats each of its writes; a fresh UUID without the option.
  std::string NextRequestId();

  // One line of proto3 JSON on standard output.
  absl::Status PrintJson(const google::protobuf::Message& message) const;
  bool json() const { return options_.json; }

 private:
  template <class Stub>
  Stub& StubOf() {
    return *std::get<std::unique_ptr<Stub>>(stubs_);
  }

  const GlobalOptions options_;
  const std::string token_;
  const Terminal terminal_;
  int writes_ = 0;
  mutable Progress progress_;  // what it draws is no state of ours
  std::shared_ptr<grpc::Channel> channel_;
  std::tuple<std::unique_ptr<v1::CatalogService::StubInterface>,
             std::unique_ptr<v1::LotService::StubInterface>,
             std::unique_ptr<v1::StockService::StubInterface>,
             std::unique_ptr<v1::WorkOrderService::StubInterface>,
             std::unique_ptr<v1::TraceService::StubInterface>,
             std::unique_ptr<v1::RecallService::StubInterface>,
             std::unique_ptr<v1::AuditService::StubInterface>>
      stubs_;
};

}  // namespace lots::ctl
