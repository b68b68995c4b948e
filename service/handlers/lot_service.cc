#include "service/handlers/lot_service.h"

#include "service/handlers/hold_handlers.h"
#include "service/handlers/lot_batches.h"

namespace lots {
namespace {

constexpr Method kCreateLot{.name = "lots.v1.LotService/CreateLot"};
constexpr Method kBatchCreateLots{.name = "lots.v1.LotService/BatchCreateLots"};
constexpr Method kGetLot{.name = "lots.v1.LotService/GetLot"};
constexpr Method kBatchGetLots{.name = "lots.v1.LotService/BatchGetLots"};
constexpr Method kFindLots{.name = "lots.v1.LotService/FindLots"};
constexpr Method kListLots{.name = "lots.v1.LotService/ListLots", .every_company = true};
constexpr Method kSummarizeLots{.name = "lots.v1.LotService/SummarizeLots", .every_company = true};
constexpr Method kUpdateLot{.name = "lots.v1.LotService/UpdateLot"};
constexpr Method kArchiveLot{.name = "lots.v1.LotService/ArchiveLot"};
constexpr Method kUnarchiveLot{.name = "lots.v1.LotService/UnarchiveLot"};
constexpr Method kDeleteLot{.name = "lots.v1.LotService/DeleteLot"};
constexpr Method kListLotLocations{.name = "lots.v1.LotService/ListLotLocations"};
constexpr Method kListLotHistory{.name = "lots.v1.LotService/ListLotHistory"};
constexpr Method kPreviewLotNumbers{.name = "lots.v1.LotService/PreviewLotNumbers"};
constexpr Method kSplitLot{.name = "lots.v1.LotService/SplitLot"};
constexpr Method kMergeLots{.name = "lots.v1.LotService/MergeLots"};
constexpr Method kRelabelLot{.name = "lots.v1.LotService/RelabelLot"};
constexpr Method kHoldLots{.name = "lots.v1.LotService/HoldLots"};
constexpr Method kReleaseLots{.name = "lots.v1.LotService/ReleaseLots"};

}  // namespace

grpc::ServerUnaryReactor* LotService::CreateLot(grpc::CallbackServerContext* context,
                                                const v1::CreateLotRequest* request,
                                                v1::Lot* response) {
  return rpc_.Unary(context, request, response, kCreateLot, handlers::CreateLot);
}

grpc::ServerUnaryReactor* LotService::BatchCreateLots(grpc::CallbackServerContext* context,
                                                      const v1::BatchCreateLotsRequest* request,
                                                      v1::BatchCreateLotsResponse* response) {
  return rpc_.Unary(context, request, response, kBatchCreateLots, handlers::BatchCreateLots);
}

grpc::ServerUnaryReactor* LotService::GetLot(grpc::CallbackServerContext* context,
                                             const v1::GetLotRequest* request, v1::Lot* response) {
  return rpc_.Batch(context, request, response, kGetLot, handlers::GetLotsTogether);
}

grpc::ServerUnaryReactor* LotService::BatchGetLots(grpc::CallbackServerContext* context,
                                                   const v1::BatchGetLotsRequest* request,
                                                   v1::BatchGetLotsResponse* response) {
  return rpc_.Unary(context, request, response, kBatchGetLots, handlers::BatchGetLots);
}

grpc::ServerUnaryReactor* LotService::FindLots(grpc::CallbackServerContext* context,
                                               const v1::FindLotsRequest* request,
                                               v1::FindLotsResponse* response) {
  return rpc_.Unary(context, request, response, kFindLots, handlers::FindLots);
}

grpc::ServerUnaryReactor* LotService::ListLots(grpc::CallbackServerContext* context,
                                               const v1::ListLotsRequest* request,
                                               v1::ListLotsResponse* response) {
  return rpc_.Unary(context, request, response, kListLots, handlers::ListLots);
}

grpc::ServerUnaryReactor* LotService::SummarizeLots(grpc::CallbackServerContext* context,
                                                    const v1::SummarizeLotsRequest* request,
                                                    v1::SummarizeLotsResponse* response) {
  return rpc_.Unary(context, request, response, kSummarizeLots, handlers::SummarizeLots);
}

grpc::ServerUnaryReactor* LotService::UpdateLot(grpc::CallbackServerContext* context,
                                                const v1::UpdateLotRequest* request,
                                                v1::Lot* response) {
  return rpc_.Unary(context, request, response, kUpdateLot, handlers::UpdateLot);
}

grpc::ServerUnaryReactor* LotService::ArchiveLot(grpc::CallbackServerContext* context,
                                                 const v1::ArchiveLotRequest* request,
                                                 v1::Lot* response) {
  return rpc_.Unary(context, request, response, kArchiveLot, handlers::ArchiveLot);
}

grpc::ServerUnaryReactor* LotService::UnarchiveLot(grpc::CallbackServerContext* context,
                                                   const v1::UnarchiveLotRequest* request,
                                                   v1::Lot* response) {
  return rpc_.Unary(context, request, response, kUnarchiveLot, handlers::UnarchiveLot);
}

grpc::ServerUnaryReactor* LotService::DeleteLot(grpc::CallbackServerContext* context,
                                                const v1::DeleteLotRequest* request,
                                                v1::DeleteLotResponse* response) {
  return rpc_.Unary(context, request, response, kDeleteLot, handlers::DeleteLot);
}

grpc::ServerUnaryReactor* LotService::ListLotLocations(grpc::CallbackServerContext* context,
                                                       const v1::ListLotLocationsRequest* request,
                                                       v1::ListLotLocationsResponse* response) {
  return rpc_.Batch(context, request, response, kListLotLocations, handlers::ListLocationsTogether);
}

grpc::ServerUnaryReactor* LotService::ListLotHistory(grpc::CallbackServerContext* context,
                                                     const v1::ListLotHistoryRequest* request,
                                                     v1::ListLotHistoryResponse* response) {
  return rpc_.Unary(context, request, response, kListLotHistory, handlers::ListLotHistory);
}

grpc::ServerUnaryReactor* LotService::PreviewLotNumbers(grpc::CallbackServerContext* context,
                                                        const v1::PreviewLotNumbersRequest* request,
                                                        v1::PreviewLotNumbersResponse* response) {
  return rpc_.Unary(context, request, response, kPreviewLotNumbers, handlers::PreviewLotNumbers);
}

grpc::ServerUnaryReactor* LotService::HoldLots(grpc::CallbackServerContext* context,
                                               const v1::HoldLotsRequest* request,
                                               v1::HoldLotsResponse* response) {
  return rpc_.Unary(context, request, response, kHoldLots, handlers::HoldLots);
}

grpc::ServerUnaryReactor* LotService::ReleaseLots(grpc::CallbackServerContext* context,
                                                  const v1::ReleaseLotsRequest* request,
                                                  v1::ReleaseLotsResponse* response) {
  return rpc_.Unary(context, request, response, kReleaseLots, handlers::ReleaseLots);
}

grpc::ServerUnaryReactor* LotService::SplitLot(grpc::CallbackServerContext* context,
                                               const v1::SplitLotRequest* request,
                                               v1::ReshapeResponse* response) {
  return rpc_.Unary(context, request, response, kSplitLot, handlers::SplitLot);
}

grpc::ServerUnaryReactor* LotService::MergeLots(grpc::CallbackServerContext* context,
                                                const v1::MergeLotsRequest* request,
                                                v1::ReshapeResponse* response) {
  return rpc_.Unary(context, request, response, kMergeLots, handlers::MergeLots);
}

grpc::ServerUnaryReactor* LotService::RelabelLot(grpc::CallbackServerContext* context,
                                                 const v1::RelabelLotRequest* request,
                                                 v1::ReshapeResponse* response) {
  return rpc_.Unary(context, request, response, kRelabelLot, handlers::RelabelLot);
}

}  // namespace lots
