// The handlers of UnitService: components of units, and what is in a unit.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/unit.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

absl::StatusOr<v1::MaintainUnitResponse> MaintainUnit(const v1::MaintainUnitRequest& request,
                                                      const Call& call, pg::Connection& db);
absl::StatusOr<v1::Composition> GetComposition(const v1::GetCompositionRequest& request,
                                               const Call& call, pg::Connection& db);

}  // namespace lots::handlers
