// LotService: lots and serial numbers.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/lot.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/rpc.h"
#include "storage/pg/connection.h"

namespace lots {

namespace handlers {

// lot_service_write.cc
absl::StatusOr<v1::Lot> CreateLot(const v1::CreateLotRequest& request, const Call& call,
                                  pg::Connection& db);
absl::StatusOr<v1::BatchCreateLotsResponse> BatchCreateLots(
    const v1::BatchCreateLotsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::Lot> UpdateLot(const v1::UpdateLotRequest& request, const Call& call,
                                  pg::Connection& db);
absl::StatusOr<v1::Lot> ArchiveLot(const v1::ArchiveLotRequest& request, const Call& call,
                                   pg::Connection& db);
absl::StatusOr<v1::Lot> UnarchiveLot(const v1::UnarchiveLotRequest& request, const Call& call,
                                     pg::Connection& db);
absl::StatusOr<v1::DeleteLotResponse> DeleteLot(const v1::DeleteLotRequest& request,
                                                const Call& call, pg::Connection& db);

// lot_service_read.cc
absl::StatusOr<v1::BatchGetLotsResponse> BatchGetLots(const v1::BatchGetLotsRequest& request,
                                                      const Call& call, pg::Connection& db);
absl::StatusOr<v1::FindLotsResponse> FindLots(const v1::FindLotsRequest& request, const Call& call,
                                              pg::Connection& db);
absl::StatusOr<v1::ListLotsResponse> ListLots(const v1::ListLotsRequest& request, const Call& call,
                                              pg::Connection& db);
absl::StatusOr<v1::SummarizeLotsResponse> SummarizeLots(const v1::SummarizeLotsRequest& request,
                                                        const Call& call, pg::Connection& db);
absl::StatusOr<v1::ListLotHistoryResponse> ListLotHistory(const v1::ListLotHistoryRequest& request,
                                                          const Call& call, pg::Connection& db);
absl::StatusOr<v1::PreviewLotNumbersResponse> PreviewLotNumbers(
    const v1::PreviewLotNumbersRequest& request, const Call& call, pg::Connection& db);

// lot_service_reshape.cc
absl::StatusOr<v1::ReshapeResponse> SplitLot(const v1::SplitLotRequest& request, const Call& call,
                                             pg::Connection& db);
absl::StatusOr<v1::ReshapeResponse> MergeLots(const v1::MergeLotsRequest& request, const Call& call,
                                              pg::Connection& db);
absl::StatusOr<v1::ReshapeResponse> RelabelLot(const v1::RelabelLotRequest& request,
                                               const Call& call, pg::Connection& db);

}  // namespace handlers

// Sends each method down the call path of rpc.h to its handler.
class LotService final : public v1::LotService::CallbackService {
 public:
  explicit LotService(Rpc& rpc) : rpc_(rpc) {}

  grpc::ServerUnaryReactor* CreateLot(grpc::CallbackServerContext* context,
                                      const v1::CreateLotRequest* request,
                                      v1::Lot* response) override;
  grpc::ServerUnaryReactor* BatchCreateLots(grpc::CallbackServerContext* context,
                                            const v1::BatchCreateLotsRequest* request,
                                            v1::BatchCreateLotsResponse* response) override;
  grpc::ServerUnaryReactor* GetLot(grpc::CallbackServerContext* context,
                                   const v1::GetLotRequest* request, v1::Lot* response) override;
  grpc::ServerUnaryReactor* BatchGetLots(grpc::CallbackServerContext* context,
                                         const v1::BatchGetLotsRequest* request,
                                         v1::BatchGetLotsResponse* response) override;
  grpc::ServerUnaryReactor* FindLots(grpc::CallbackServerContext* context,
                                     const v1::FindLotsRequest* request,
                                     v1::FindLotsResponse* response) override;
  grpc::ServerUnaryReactor* ListLots(grpc::CallbackServerContext* context,
                                     const v1::ListLotsRequest* request,
                                     v1::ListLotsResponse* response) override;
  grpc::ServerUnaryReactor* SummarizeLots(grpc::CallbackServerContext* context,
                                          const v1::SummarizeLotsRequest* request,
                                          v1::SummarizeLotsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateLot(grpc::CallbackServerContext* context,
                                      const v1::UpdateLotRequest* request,
                                      v1::Lot* response) override;
  grpc::ServerUnaryReactor* ArchiveLot(grpc::CallbackServerContext* context,
                                       const v1::ArchiveLotRequest* request,
                                       v1::Lot* response) override;
  grpc::ServerUnaryReactor* UnarchiveLot(grpc::CallbackServerContext* context,
                                         const v1::UnarchiveLotRequest* request,
                                         v1::Lot* response) override;
  grpc::ServerUnaryReactor* DeleteLot(grpc::CallbackServerContext* context,
                                      const v1::DeleteLotRequest* request,
                                      v1::DeleteLotResponse* response) override;
  grpc::ServerUnaryReactor* ListLotLocations(grpc::CallbackServerContext* context,
                                             const v1::ListLotLocationsRequest* request,
                                             v1::ListLotLocationsResponse* response) override;
  grpc::ServerUnaryReactor* ListLotHistory(grpc::CallbackServerContext* context,
                                           const v1::ListLotHistoryRequest* request,
                                           v1::ListLotHistoryResponse* response) override;
  grpc::ServerUnaryReactor* PreviewLotNumbers(grpc::CallbackServerContext* context,
                                              const v1::PreviewLotNumbersRequest* request,
                                              v1::PreviewLotNumbersResponse* response) override;
  grpc::ServerUnaryReactor* HoldLots(grpc::CallbackServerContext* context,
                                     const v1::HoldLotsRequest* request,
                                     v1::HoldLotsResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseLots(grpc::CallbackServerContext* context,
                                        const v1::ReleaseLotsRequest* request,
                                        v1::ReleaseLotsResponse* response) override;
  grpc::ServerUnaryReactor* SplitLot(grpc::CallbackServerContext* context,
                                     const v1::SplitLotRequest* request,
                                     v1::ReshapeResponse* response) override;
  grpc::ServerUnaryReactor* MergeLots(grpc::CallbackServerContext* context,
                                      const v1::MergeLotsRequest* request,
                                      v1::ReshapeResponse* response) override;
  grpc::ServerUnaryReactor* RelabelLot(grpc::CallbackServerContext* context,
                                       const v1::RelabelLotRequest* request,
                                       v1::ReshapeResponse* response) override;

 private:
  Rpc& rpc_;
};

}  // namespace lots
