// StockService: what moves, and what is where.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/stock.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/rpc.h"
#include "storage/pg/connection.h"

namespace lots {

namespace handlers {

absl::StatusOr<v1::RecordMovementsResponse> RecordMovements(
    const v1::RecordMovementsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::Movement> ReverseMovement(const v1::ReverseMovementRequest& request,
                                             const Call& call, pg::Connection& db);
absl::StatusOr<v1::ListMovementsResponse> ListMovements(const v1::ListMovementsRequest& request,
                                                        const Call& call, pg::Connection& db);
absl::StatusOr<v1::ListStockResponse> ListStock(const v1::ListStockRequest& request,
                                                const Call& call, pg::Connection& db);
absl::StatusOr<v1::SuggestLotsResponse> SuggestLots(const v1::SuggestLotsRequest& request,
                                                    const Call& call, pg::Connection& db);

}  // namespace handlers

// Sends each method down the call path of rpc.h to its handler.
class StockService final : public v1::StockService::CallbackService {
 public:
  explicit StockService(Rpc& rpc) : rpc_(rpc) {}

  grpc::ServerUnaryReactor* RecordMovements(grpc::CallbackServerContext* context,
                                            const v1::RecordMovementsRequest* request,
                                            v1::RecordMovementsResponse* response) override;
  grpc::ServerUnaryReactor* ReverseMovement(grpc::CallbackServerContext* context,
                                            const v1::ReverseMovementRequest* request,
                                            v1::Movement* response) override;
  grpc::ServerUnaryReactor* ListMovements(grpc::CallbackServerContext* context,
                                          const v1::ListMovementsRequest* request,
                                          v1::ListMovementsResponse* response) override;
  grpc::ServerUnaryReactor* ListStock(grpc::CallbackServerContext* context,
                                      const v1::ListStockRequest* request,
                                      v1::ListStockResponse* response) override;
  grpc::ServerUnaryReactor* SuggestLots(grpc::CallbackServerContext* context,
                                        const v1::SuggestLotsRequest* request,
                                        v1::SuggestLotsResponse* response) override;

 private:
  Rpc& rpc_;
};

}  // namespace lots
