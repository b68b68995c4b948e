// The methods of the API that lotctl calls, each with the types of its request and its answer.
// Forward declarations are enough here: a command includes the messages of its own methods only.
#pragma once

namespace lots::ctl {

// A method with one answer. `path` is its name in HTTP/2: "/lots.v1.LotService/GetLot".
template <class Request, class Response>
struct UnaryMethod {
  const char* path;
};

// A method with a stream of answers.
template <class Request, class Response>
struct StreamMethod {
  const char* path;
};

}  // namespace lots::ctl

// KIND(service, method, answer), for every method of the API. The request of Method is
// MethodRequest.
#define LOTS_CTL_METHODS(UNARY, STREAM)                                 \
  UNARY(AuditService, ListAuditEntries, ListAuditEntriesResponse)       \
  UNARY(CatalogService, GetSettings, Settings)                          \
  UNARY(CatalogService, UpdateSettings, Settings)                       \
  UNARY(CatalogService, UpsertProducts, UpsertProductsResponse)         \
  UNARY(CatalogService, GetProduct, Product)                            \
  UNARY(CatalogService, ListProducts, ListProductsResponse)             \
  UNARY(CatalogService, UpsertLocations, UpsertLocationsResponse)       \
  UNARY(CatalogService, ListLocations, ListLocationsResponse)           \
  UNARY(CatalogService, GetLocation, Location)                          \
  UNARY(CatalogService, RetireProducts, RetireProductsResponse)         \
  UNARY(CatalogService, RetireLocations, RetireLocationsResponse)       \
  UNARY(HoldService, GetHold, Hold)                                     \
  UNARY(HoldService, ListHolds, ListHoldsResponse)                      \
  UNARY(HoldService, UpdateHold, Hold)                                  \
  UNARY(InspectionService, RecordInspection, RecordInspectionResponse)  \
  UNARY(InspectionService, GetInspection, Inspection)                   \
  UNARY(InspectionService, ListInspections, ListInspectionsResponse)    \
  UNARY(LotService, CreateLot, Lot)                                     \
  UNARY(LotService, BatchCreateLots, BatchCreateLotsResponse)           \
  UNARY(LotService, GetLot, Lot)                                        \
  UNARY(LotService, BatchGetLots, BatchGetLotsResponse)                 \
  UNARY(LotService, FindLots, FindLotsResponse)                         \
  UNARY(LotService, ListLots, ListLotsResponse)                         \
  UNARY(LotService, SummarizeLots, SummarizeLotsResponse)               \
  UNARY(LotService, UpdateLot, Lot)                                     \
  UNARY(LotService, ArchiveLot, Lot)                                    \
  UNARY(LotService, UnarchiveLot, Lot)                                  \
  UNARY(LotService, DeleteLot, DeleteLotResponse)                       \
  UNARY(LotService, ListLotLocations, ListLotLocationsResponse)         \
  UNARY(LotService, ListLotHistory, ListLotHistoryResponse)             \
  UNARY(LotService, PreviewLotNumbers, PreviewLotNumbersResponse)       \
  UNARY(LotService, HoldLots, HoldLotsResponse)                         \
  UNARY(LotService, ReleaseLots, ReleaseLotsResponse)                   \
  UNARY(LotService, SplitLot, ReshapeResponse)                          \
  UNARY(LotService, MergeLots, ReshapeResponse)                         \
  UNARY(LotService, RelabelLot, ReshapeResponse)                        \
  UNARY(LotService, BatchUpdateLots, BatchUpdateLotsResponse)           \
  UNARY(RecallService, OpenRecall, Recall)                              \
  UNARY(RecallService, UpdateRecall, Recall)                            \
  UNARY(RecallService, ExcludeRecallLots, Recall)                       \
  UNARY(RecallService, IncludeRecallLots, Recall)                       \
  UNARY(RecallService, SetRecallDisposition, Recall)                    \
  UNARY(RecallService, RecordRecipientResponse, Recall)                 \
  UNARY(RecallService, GetRecall, Recall)                               \
  UNARY(RecallService, ListRecalls, ListRecallsResponse)                \
  STREAM(RecallService, StreamRecallReport, StreamRecallReportResponse) \
  UNARY(RecallService, CloseRecall, Recall)                             \
  UNARY(StockService, RecordMovements, RecordMovementsResponse)         \
  UNARY(StockService, ReverseMovement, Movement)                        \
  UNARY(StockService, ListMovements, ListMovementsResponse)             \
  UNARY(StockService, ListStock, ListStockResponse)                     \
  UNARY(StockService, SuggestLots, SuggestLotsResponse)                 \
  STREAM(TraceService, TraceUpstream, TraceUpstreamResponse)            \
  STREAM(TraceService, TraceDownstream, TraceDownstreamResponse)        \
  STREAM(TraceService, ListRecipients, ListRecipientsResponse)          \
  UNARY(TraceService, FindCommonOrigins, FindCommonOriginsResponse)     \
  UNARY(TraceService, GetWarranty, Warranty)                            \
  UNARY(TraceService, ExtendWarranty, ExtendWarrantyResponse)           \
  UNARY(TraceService, GetTransformation, TransformationDetails)         \
  UNARY(TraceService, CorrectGenealogy, CorrectGenealogyResponse)       \
  UNARY(UnitService, MaintainUnit, MaintainUnitResponse)                \
  UNARY(UnitService, GetComposition, Composition)                       \
  UNARY(WorkOrderService, AssignSerials, AssignSerialsResponse)         \
  UNARY(WorkOrderService, UnassignSerials, UnassignSerialsResponse)     \
  UNARY(WorkOrderService, CompleteWorkOrder, CompleteWorkOrderResponse) \
  UNARY(WorkOrderService, CancelWorkOrder, CancelWorkOrderResponse)     \
  UNARY(WorkOrderService, ReopenWorkOrder, ReopenWorkOrderResponse)     \
  UNARY(WorkOrderService, GetWorkOrder, WorkOrder)                      \
  UNARY(WorkOrderService, ListWorkOrders, ListWorkOrdersResponse)       \
  UNARY(WorkOrderService, Disassemble, DisassembleResponse)             \
  UNARY(WorkOrderService, ReverseCompletion, ReverseCompletionResponse) \
  UNARY(WorkOrderService, IssueComponents, IssueComponentsResponse)     \
  UNARY(WorkOrderService, ReturnComponents, ReturnComponentsResponse)

// kGetLot and its like, with the declarations of their messages.
#define LOTS_CTL_DECLARE(KIND, SERVICE, METHOD, RESPONSE)                                 \
  namespace lots::v1 {                                                                    \
  class METHOD##Request;                                                                  \
  class RESPONSE;                                                                         \
  }                                                                                       \
  namespace lots::ctl {                                                                   \
  inline constexpr KIND<v1::METHOD##Request, v1::RESPONSE> k##METHOD{"/lots.v1." #SERVICE \
                                                                     "/" #METHOD};        \
  }
#define LOTS_CTL_DECLARE_UNARY(...) LOTS_CTL_DECLARE(UnaryMethod, __VA_ARGS__)
#define LOTS_CTL_DECLARE_STREAM(...) LOTS_CTL_DECLARE(StreamMethod, __VA_ARGS__)
LOTS_CTL_METHODS(LOTS_CTL_DECLARE_UNARY, LOTS_CTL_DECLARE_STREAM)
#undef LOTS_CTL_DECLARE
#undef LOTS_CTL_DECLARE_UNARY
#undef LOTS_CTL_DECLARE_STREAM
