// The handlers of InspectionService: recording and finding inspections.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/inspection.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

absl::StatusOr<v1::RecordInspectionResponse> RecordInspection(
    const v1::RecordInspectionRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::Inspection> GetInspection(const v1::GetInspectionRequest& request,
                                             const Call& call, pg::Connection& db);
absl::StatusOr<v1::ListInspectionsResponse> ListInspections(
    const v1::ListInspectionsRequest& request, const Call& call, pg::Connection& db);

}  // namespace lots::handlers
