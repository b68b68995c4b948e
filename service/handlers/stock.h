// The handlers of StockService: movements and stock.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/stock.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

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

}  // namespace lots::handlers
