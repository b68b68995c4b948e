// A client of the API. The client calls the handlers as a worker of the server does, or it sends
// its requests over a gRPC channel. The answers are the same.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/recall.grpc.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "lots/v1/trace.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "service/base/status.h"
#include "service/handlers/catalog.h"
#include "service/handlers/lots/lots.h"
#include "service/handlers/recalls/recalls.h"
#include "service/handlers/stock.h"
#include "service/handlers/trace.h"
#include "service/handlers/work_orders.h"
#include "service/identity/caller.h"
#include "service/rpc/call.h"
#include "service/rpc/dry_run.h"
#include "service/rpc/page_token.h"
#include "storage/base/check.h"
#include "storage/pg/connection.h"

namespace lots::simulator {

// The service, the response, the handler and the method of the stub that belong to a request.
template <class Request>
struct RpcOf;

#define LOTS_SIMULATOR_RPC(service_name, name, response) \
  LOTS_SIMULATOR_RPC_BY(service_name, name, response, name)
#define LOTS_SIMULATOR_RPC_BY(service_name, name, response, handler)    \
  template <>                                                           \
  struct RpcOf<v1::name##Request> {                                     \
    using Service = v1::service_name;                                   \
    using Response = v1::response;                                      \
    static constexpr char kName[] = "lots.v1." #service_name "/" #name; \
    static constexpr auto kHandler = &handlers::handler;                \
    static constexpr auto kMethod = &v1::service_name::Stub::name;      \
  }
LOTS_SIMULATOR_RPC(CatalogService, UpdateSettings, Settings);
LOTS_SIMULATOR_RPC(CatalogService, UpsertProducts, UpsertProductsResponse);
LOTS_SIMULATOR_RPC(CatalogService, UpsertLocations, UpsertLocationsResponse);
LOTS_SIMULATOR_RPC(LotService, CreateLot, Lot);
LOTS_SIMULATOR_RPC(LotService, ArchiveLot, Lot);
LOTS_SIMULATOR_RPC(LotService, UnarchiveLot, Lot);
LOTS_SIMULATOR_RPC(LotService, BatchGetLots, BatchGetLotsResponse);
LOTS_SIMULATOR_RPC(LotService, FindLots, FindLotsResponse);
LOTS_SIMULATOR_RPC_BY(LotService, ListLotLocations, ListLotLocationsResponse,
                      ListLocationsTogether);
LOTS_SIMULATOR_RPC(LotService, ListLotHistory, ListLotHistoryResponse);
LOTS_SIMULATOR_RPC(LotService, SplitLot, ReshapeResponse);
LOTS_SIMULATOR_RPC(LotService, MergeLots, ReshapeResponse);
LOTS_SIMULATOR_RPC(LotService, RelabelLot, ReshapeResponse);
LOTS_SIMULATOR_RPC(LotService, HoldLots, HoldLotsResponse);
LOTS_SIMULATOR_RPC(LotService, ReleaseLots, ReleaseLotsResponse);
LOTS_SIMULATOR_RPC(StockService, RecordMovements, RecordMovementsResponse);
LOTS_SIMULATOR_RPC(StockService, ReverseMovement, Movement);
LOTS_SIMULATOR_RPC(StockService, ListStock, ListStockResponse);
LOTS_SIMULATOR_RPC(StockService, SuggestLots, SuggestLotsResponse);
LOTS_SIMULATOR_RPC(WorkOrderService, AssignSerials, AssignSerialsResponse);
LOTS_SIMULATOR_RPC(WorkOrderService, UnassignSerials, UnassignSerialsResponse);
LOTS_SIMULATOR_RPC(WorkOrderService, CompleteWorkOrder, CompleteWorkOrderResponse);
LOTS_SIMULATOR_RPC(WorkOrderService, CancelWorkOrder, CancelWorkOrderResponse);
LOTS_SIMULATOR_RPC(WorkOrderService, ReopenWorkOrder, ReopenWorkOrderResponse);
LOTS_SIMULATOR_RPC(WorkOrderService, GetWorkOrder, WorkOrder);
LOTS_SIMULATOR_RPC(WorkOrderService, Disassemble, DisassembleResponse);
LOTS_SIMULATOR_RPC(WorkOrderService, ReverseCompletion, ReverseCompletionResponse);
LOTS_SIMULATOR_RPC(TraceService, TraceUpstream, TraceUpstreamResponse);
LOTS_SIMULATOR_RPC(TraceService, TraceDownstream, TraceDownstreamResponse);
LOTS_SIMULATOR_RPC(TraceService, ListRecipients, ListRecipientsResponse);
LOTS_SIMULATOR_RPC(RecallService, OpenRecall, Recall);
LOTS_SIMULATOR_RPC(RecallService, GetRecall, Recall);
LOTS_SIMULATOR_RPC(RecallService, CloseRecall, Recall);
LOTS_SIMULATOR_RPC(RecallService, StreamRecallReport, StreamRecallReportResponse);
#undef LOTS_SIMULATOR_RPC
#undef LOTS_SIMULATOR_RPC_BY

template <class Request>
using ResponseOf = typename RpcOf<Request>::Response;

// An answer: one message, or all those of a stream.
template <class Request>
struct Reply {
  grpc::Status status;
  std::vector<ResponseOf<Request>> messages;

  const ResponseOf<Request>& message() const { return messages.front(); }
};

// The clock that says when requests arrive.
enum class Clock {
  kSteps,  // the history's: days pass. Not with recalls, which are stamped when all is locked
  kWall,
};

// Not thread-safe.
class ApiClient {
 public:
  // Calls the handlers.
  ApiClient(std::unique_ptr<pg::Connection> db, std::string company, Clock clock)
      : db_(std::move(db)), company_(std::move(company)), clock_(clock) {}
  // Calls a server, which has a clock of its own.
  ApiClient(std::shared_ptr<grpc::Channel> channel, std::string company)
      : channel_(std::move(channel)), company_(std::move(company)) {}

  Clock clock() const { return clock_; }

  template <class Request>
  Reply<Request> Send(Request request, absl::Time now) {
    request.set_company(company_);
    if (db_ != nullptr) return CallHandler(RpcOf<Request>::kHandler, request, now);
    return CallStub(RpcOf<Request>::kMethod, request);
  }

 private:
  // Keeps what a stream sends.
  template <class Response>
  class Kept final : public Sink<Response> {
   public:
    void Append(Response message) override { messages.push_back(std::move(message)); }
    bool full() const override { return false; }
    void ResumeWith(typename Sink<Response>::Rest) override { Check(false); }

    std::vector<Response> messages;
  };

  template <class Request>
  Call CallOf(absl::Time now) const {
    return {.method = RpcOf<Request>::kName,
            .company = CompanyId(company_),
            .caller = caller_,
            .actor = "simulator",
            .now = now,
            .deadline = absl::Now() + absl::Minutes(1),
            .cancelled = nullptr,
            .page_tokens = &page_tokens_};
  }

  template <class Request, class Response>
  Reply<Request> CallHandler(UnaryHandler<Request, Response> handler, const Request& request,
                             absl::Time now) {
    absl::StatusOr<Response> response = RunHandler(handler, request, CallOf<Request>(now), *db_);
    if (!response.ok()) return {OutcomeOf(response.status()).status, {}};
    return {grpc::Status::OK, {*std::move(response)}};
  }
  template <class Request, class Response>
  Reply<Request> CallHandler(BatchHandler<Request, Response> handler, const Request& request,
                             absl::Time now) {
    std::vector<absl::StatusOr<Response>> responses =
        handler({&request}, CallOf<Request>(now), *db_);
    if (!responses[0].ok()) return {OutcomeOf(responses[0].status()).status, {}};
    return {grpc::Status::OK, {*std::move(responses[0])}};
  }
  template <class Request, class Response>
  Reply<Request> CallHandler(StreamHandler<Request, Response> handler, const Request& request,
                             absl::Time now) {
    Kept<Response> kept;
    const absl::Status status = handler(request, CallOf<Request>(now), *db_, kept);
    return {OutcomeOf(status).status, std::move(kept.messages)};
  }

  template <class Request, class Stub, class Response>
  Reply<Request> CallStub(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                       Response*),
                          const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(1)));
    const auto stub = RpcOf<Request>::Service::NewStub(channel_);
    Reply<Request> reply{{}, {Response()}};
    reply.status = ((*stub).*method)(&context, request, &reply.messages.front());
    return reply;
  }
  template <class Request, class Stub, class Response>
  Reply<Request> CallStub(std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(
                              grpc::ClientContext*, const Request&),
                          const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(1)));
    const auto stub = RpcOf<Request>::Service::NewStub(channel_);
    const auto reader = ((*stub).*method)(&context, request);
    Reply<Request> reply;
    for (Response message; reader->Read(&message);) reply.messages.push_back(message);
    reply.status = reader->Finish();
    return reply;
  }

  const std::unique_ptr<pg::Connection> db_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::string company_;
  const Clock clock_ = Clock::kWall;
  const PageTokens page_tokens_{"simulator"};
  // The caller whom a server without authentication assumes.
  const std::shared_ptr<const Caller> caller_ = std::make_shared<const Caller>(
      Caller{.companies = Companies::Every(), .permissions = Permissions::All()});
};

}  // namespace lots::simulator
