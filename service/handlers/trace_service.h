// TraceService: what went into what, and what follows from it.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lots/v1/trace.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/rpc.h"
#include "storage/pg/connection.h"

namespace lots {

namespace handlers {

absl::Status TraceUpstream(const v1::TraceUpstreamRequest& request, const Call& call,
                           pg::Connection& db, Sink<v1::TraceUpstreamResponse>& sink);
absl::Status TraceDownstream(const v1::TraceDownstreamRequest& request, const Call& call,
                             pg::Connection& db, Sink<v1::TraceDownstreamResponse>& sink);

// trace_questions.cc
absl::Status ListRecipients(const v1::ListRecipientsRequest& request, const Call& call,
                            pg::Connection& db, Sink<v1::ListRecipientsResponse>& sink);
absl::StatusOr<v1::FindCommonOriginsResponse> FindCommonOrigins(
    const v1::FindCommonOriginsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::Warranty> GetWarranty(const v1::GetWarrantyRequest& request, const Call& call,
                                         pg::Connection& db);

}  // namespace handlers

// Sends each method down the call path of rpc.h to its handler.
class TraceService final : public v1::TraceService::CallbackService {
 public:
  explicit TraceService(Rpc& rpc) : rpc_(rpc) {}

  grpc::ServerWriteReactor<v1::TraceUpstreamResponse>* TraceUpstream(
      grpc::CallbackServerContext* context, const v1::TraceUpstreamRequest* request) override;
  grpc::ServerWriteReactor<v1::TraceDownstreamResponse>* TraceDownstream(
      grpc::CallbackServerContext* context, const v1::TraceDownstreamRequest* request) override;
  grpc::ServerWriteReactor<v1::ListRecipientsResponse>* ListRecipients(
      grpc::CallbackServerContext* context, const v1::ListRecipientsRequest* request) override;
  grpc::ServerUnaryReactor* FindCommonOrigins(grpc::CallbackServerContext* context,
                                              const v1::FindCommonOriginsRequest* request,
                                              v1::FindCommonOriginsResponse* response) override;
  grpc::ServerUnaryReactor* GetWarranty(grpc::CallbackServerContext* context,
                                        const v1::GetWarrantyRequest* request,
                                        v1::Warranty* response) override;

 private:
  Rpc& rpc_;
};

}  // namespace lots
