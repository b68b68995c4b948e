// LotService's methods about holds.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/hold.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

absl::StatusOr<v1::HoldLotsResponse> HoldLots(const v1::HoldLotsRequest& request, const Call& call,
                                              pg::Connection& db);
absl::StatusOr<v1::ReleaseLotsResponse> ReleaseLots(const v1::ReleaseLotsRequest& request,
                                                    const Call& call, pg::Connection& db);

}  // namespace lots::handlers
