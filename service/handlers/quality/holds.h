// The handlers of HoldService: finding and changing holds.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/hold.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

absl::StatusOr<v1::Hold> GetHold(const v1::GetHoldRequest& request, const Call& call,
                                 pg::Connection& db);
absl::StatusOr<v1::ListHoldsResponse> ListHolds(const v1::ListHoldsRequest& request,
                                                const Call& call, pg::Connection& db);
absl::StatusOr<v1::Hold> UpdateHold(const v1::UpdateHoldRequest& request, const Call& call,
                                    pg::Connection& db);

}  // namespace lots::handlers
