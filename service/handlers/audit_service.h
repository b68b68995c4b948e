// AuditService: who did what to which lots, and from where.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/audit.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/rpc.h"
#include "storage/pg/connection.h"
#include "storage/writes/audit.h"

namespace lots {

v1::WriteOrigin OriginToProto(const AuditEntry& entry);

namespace handlers {

absl::StatusOr<v1::ListAuditEntriesResponse> ListAuditEntries(
    const v1::ListAuditEntriesRequest& request, const Call& call, pg::Connection& db);

}  // namespace handlers

// Sends each method down the call path of rpc.h to its handler.
class AuditService final : public v1::AuditService::CallbackService {
 public:
  explicit AuditService(Rpc& rpc) : rpc_(rpc) {}

  grpc::ServerUnaryReactor* ListAuditEntries(grpc::CallbackServerContext* context,
                                             const v1::ListAuditEntriesRequest* request,
                                             v1::ListAuditEntriesResponse* response) override;

 private:
  Rpc& rpc_;
};

}  // namespace lots
