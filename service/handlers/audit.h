// The handlers of AuditService: who wrote what to which lots, and from where.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/audit.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

absl::StatusOr<v1::ListAuditEntriesResponse> ListAuditEntries(
    const v1::ListAuditEntriesRequest& request, const Call& call, pg::Connection& db);

}  // namespace lots::handlers
