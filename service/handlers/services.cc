// The table of all methods: one line each, with the shape of its handler and its options. A method
// and its handler have the same name. The permission that a caller needs is an option in the proto.
#include "service/handlers/services.h"

#include "lots/v1/audit.grpc.pb.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/hold.grpc.pb.h"
#include "lots/v1/inspection.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/recall.grpc.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "lots/v1/trace.grpc.pb.h"
#include "lots/v1/unit.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "service/handlers/audit.h"
#include "service/handlers/catalog.h"
#include "service/handlers/lots/lots.h"
#include "service/handlers/quality/holds.h"
#include "service/handlers/quality/inspections.h"
#include "service/handlers/recalls/recalls.h"
#include "service/handlers/stock.h"
#include "service/handlers/trace.h"
#include "service/handlers/units.h"
#include "service/handlers/work_orders.h"
#include "service/rpc/call.h"

namespace lots {
namespace {

// The messages of a handler.
template <class Handler>
struct MessagesOf;
template <class Req, class Res>
struct MessagesOf<UnaryHandler<Req, Res>> {
  using Request = Req;
  using Response = Res;
};
template <class Req, class Res>
struct MessagesOf<BatchHandler<Req, Res>> {
  using Request = Req;
  using Response = Res;
};
template <class Req, class Res>
struct MessagesOf<StreamHandler<Req, Res>> {
  using Request = Req;
  using Response = Res;
};
template <auto handler>
using RequestOf = typename MessagesOf<decltype(handler)>::Request;
template <auto handler>
using ResponseOf = typename MessagesOf<decltype(handler)>::Response;

template <class Generated>
class OnCallPath : public Generated::CallbackService {
 public:
  explicit OnCallPath(Rpc& rpc) : rpc_(rpc) {}

 protected:
  Rpc& rpc_;
};

// The override of a method. Further arguments are options of Method.
#define LOTS_METHOD(service, method, ...)                              \
  static constexpr Method kMethod {                                    \
    .name = "lots.v1." #service "/" #method __VA_OPT__(, ) __VA_ARGS__ \
  }
#define LOTS_UNARY(service, method, ...)                                               \
  grpc::ServerUnaryReactor* method(grpc::CallbackServerContext* context,               \
                                   const RequestOf<&handlers::method>* request,        \
                                   ResponseOf<&handlers::method>* response) override { \
    LOTS_METHOD(service, method, __VA_ARGS__);                                         \
    return rpc_.Unary(context, request, response, kMethod, handlers::method);          \
  }
#define LOTS_BATCH(service, method, handler)                                            \
  grpc::ServerUnaryReactor* method(grpc::CallbackServerContext* context,                \
                                   const RequestOf<&handlers::handler>* request,        \
                                   ResponseOf<&handlers::handler>* response) override { \
    LOTS_METHOD(service, method);                                                       \
    return rpc_.Batch(context, request, response, kMethod, handlers::handler);          \
  }
#define LOTS_STREAM(service, method, ...)                                                \
  grpc::ServerWriteReactor<ResponseOf<&handlers::method>>* method(                       \
      grpc::CallbackServerContext* context, const RequestOf<&handlers::method>* request) \
      override {                                                                         \
    LOTS_METHOD(service, method, __VA_ARGS__);                                           \
    return rpc_.Stream(context, request, kMethod, handlers::method);                     \
  }

class AuditService final : public OnCallPath<v1::AuditService> {
 public:
  using OnCallPath::OnCallPath;
  LOTS_UNARY(AuditService, ListAuditEntries);
};

class CatalogService final : public OnCallPath<v1::CatalogService> {
 public:
  using OnCallPath::OnCallPath;
  LOTS_UNARY(CatalogService, GetSettings);
  LOTS_UNARY(CatalogService, UpdateSettings);
  LOTS_UNARY(CatalogService, UpsertProducts);
  LOTS_UNARY(CatalogService, GetProduct);
  LOTS_UNARY(CatalogService, ListProducts, .every_company = true);
  LOTS_UNARY(CatalogService, UpsertLocations);
  LOTS_UNARY(CatalogService, ListLocations, .every_company = true);
  LOTS_UNARY(CatalogService, GetLocation);
  LOTS_UNARY(CatalogService, RetireProducts);
  LOTS_UNARY(CatalogService, RetireLocations);
};

class HoldService final : public OnCallPath<v1::HoldService> {
 public:
  using OnCallPath::OnCallPath;
  LOTS_UNARY(HoldService, GetHold);
  LOTS_UNARY(HoldService, ListHolds, .every_company = true);
  LOTS_UNARY(HoldService, UpdateHold);
};

class InspectionService final : public OnCallPath<v1::InspectionService> {
 public:
  using OnCallPath::OnCallPath;
  LOTS_UNARY(InspectionService, RecordInspection, .is_large = true);
  LOTS_UNARY(InspectionService, GetInspection);
  LOTS_UNARY(InspectionService, ListInspections, .every_company = true);
};

class LotService final : public OnCallPath<v1::LotService> {
 public:
  using OnCallPath::OnCallPath;
  LOTS_UNARY(LotService, CreateLot);
  LOTS_UNARY(LotService, BatchCreateLots, .is_large = true);
  LOTS_BATCH(LotService, GetLot, GetLotsTogether);
  LOTS_UNARY(LotService, BatchGetLots);
  LOTS_UNARY(LotService, FindLots);
  LOTS_UNARY(LotService, ListLots, .every_company = true);
  LOTS_UNARY(LotService, SummarizeLots, .every_company = true);
  LOTS_UNARY(LotService, UpdateLot);
  LOTS_UNARY(LotService, ArchiveLot);
  LOTS_UNARY(LotService, UnarchiveLot);
  LOTS_UNARY(LotService, DeleteLot);
  LOTS_BATCH(LotService, ListLotLocations, ListLocationsTogether);
  LOTS_UNARY(LotService, ListLotHistory);
  LOTS_UNARY(LotService, PreviewLotNumbers);
  LOTS_UNARY(LotService, HoldLots, .is_large = true);
  LOTS_UNARY(LotService, ReleaseLots, .is_large = true);
  LOTS_UNARY(LotService, SplitLot, .is_large = true);
  LOTS_UNARY(LotService, MergeLots, .is_large = true);
  LOTS_UNARY(LotService, RelabelLot);
  LOTS_UNARY(LotService, BatchUpdateLots, .is_large = true);
};

class RecallService final : public OnCallPath<v1::RecallService> {
 public:
  using OnCallPath::OnCallPath;
  LOTS_UNARY(RecallService, OpenRecall, .is_large = true);
  LOTS_UNARY(RecallService, UpdateRecall, .is_large = true);
  LOTS_UNARY(RecallService, ExcludeRecallLots, .is_large = true);
  LOTS_UNARY(RecallService, IncludeRecallLots, .is_large = true);
  LOTS_UNARY(RecallService, SetRecallDisposition, .is_large = true);
  LOTS_UNARY(RecallService, RecordRecipientResponse, .is_large = true);
  LOTS_UNARY(RecallService, GetRecall, .is_large = true);
  LOTS_UNARY(RecallService, ListRecalls, .every_company = true);
  LOTS_STREAM(RecallService, StreamRecallReport, .is_large = true);
  LOTS_UNARY(RecallService, CloseRecall, .is_large = true);
};

class StockService final : public OnCallPath<v1::StockService> {
 public:
  using OnCallPath::OnCallPath;
  LOTS_UNARY(StockService, RecordMovements, .is_large = true);
  LOTS_UNARY(StockService, ReverseMovement);
  LOTS_UNARY(StockService, ListMovements, .every_company = true);
  LOTS_UNARY(StockService, ListStock, .every_company = true);
  LOTS_UNARY(StockService, SuggestLots);
};

class TraceService final : public OnCallPath<v1::TraceService> {
 public:
  using OnCallPath::OnCallPath;
  LOTS_STREAM(TraceService, TraceUpstream, .is_large = true);
  LOTS_STREAM(TraceService, TraceDownstream, .is_large = true);
  LOTS_STREAM(TraceService, ListRecipients, .is_large = true);
  LOTS_UNARY(TraceService, FindCommonOrigins, .is_large = true);
  LOTS_UNARY(TraceService, GetWarranty);
  LOTS_UNARY(TraceService, ExtendWarranty, .is_large = true);
  LOTS_UNARY(TraceService, GetTransformation);
  LOTS_UNARY(TraceService, CorrectGenealogy, .is_large = true);
};

class UnitService final : public OnCallPath<v1::UnitService> {
 public:
  using OnCallPath::OnCallPath;
  LOTS_UNARY(UnitService, MaintainUnit, .is_large = true);
  LOTS_UNARY(UnitService, GetComposition, .is_large = true);
};

class WorkOrderService final : public OnCallPath<v1::WorkOrderService> {
 public:
  using OnCallPath::OnCallPath;
  LOTS_UNARY(WorkOrderService, AssignSerials, .is_large = true);
  LOTS_UNARY(WorkOrderService, UnassignSerials, .is_large = true);
  LOTS_UNARY(WorkOrderService, CompleteWorkOrder, .is_large = true);
  LOTS_UNARY(WorkOrderService, CancelWorkOrder, .is_large = true);
  LOTS_UNARY(WorkOrderService, ReopenWorkOrder);
  LOTS_UNARY(WorkOrderService, GetWorkOrder);
  LOTS_UNARY(WorkOrderService, ListWorkOrders, .every_company = true);
  LOTS_UNARY(WorkOrderService, Disassemble, .is_large = true);
  LOTS_UNARY(WorkOrderService, ReverseCompletion, .is_large = true);
  LOTS_UNARY(WorkOrderService, IssueComponents, .is_large = true);
  LOTS_UNARY(WorkOrderService, ReturnComponents, .is_large = true);
};

#undef LOTS_METHOD
#undef LOTS_UNARY
#undef LOTS_BATCH
#undef LOTS_STREAM

}  // namespace

std::vector<std::string> ServiceNames() {
  return {v1::AuditService::service_full_name(), v1::CatalogService::service_full_name(),
          v1::HoldService::service_full_name(),  v1::InspectionService::service_full_name(),
          v1::LotService::service_full_name(),   v1::RecallService::service_full_name(),
          v1::StockService::service_full_name(), v1::TraceService::service_full_name(),
          v1::UnitService::service_full_name(),  v1::WorkOrderService::service_full_name()};
}

std::vector<std::unique_ptr<grpc::Service>> MakeServices(Rpc& rpc) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<AuditService>(rpc));
  services.push_back(std::make_unique<CatalogService>(rpc));
  services.push_back(std::make_unique<HoldService>(rpc));
  services.push_back(std::make_unique<InspectionService>(rpc));
  services.push_back(std::make_unique<LotService>(rpc));
  services.push_back(std::make_unique<RecallService>(rpc));
  services.push_back(std::make_unique<StockService>(rpc));
  services.push_back(std::make_unique<TraceService>(rpc));
  services.push_back(std::make_unique<UnitService>(rpc));
  services.push_back(std::make_unique<WorkOrderService>(rpc));
  return services;
}

}  // namespace lots
