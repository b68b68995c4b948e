// The handlers of AuditService: who wrote what to which lots, and from where.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/audit.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"
#include "storage/writes/audit.h"

namespace lots {

v1::WriteOrigin OriginToProto(const AuditEntry& entry);

namespace handlers {

absl::StatusOr<v1::ListAuditEntriesResponse> ListAuditEntries(
    const v1::ListAuditEntriesRequest& request, const Call& call, pg::Connection& db);

}  // namespace handlers

}  // namespace lots
