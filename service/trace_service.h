// TraceService: what went into what.
#pragma once

#include "absl/status/status.h"
#include "lots/v1/trace.grpc.pb.h"
#include "service/call.h"
#include "service/rpc.h"
#include "storage/pg/connection.h"

namespace lots {

namespace handlers {

absl::Status TraceUpstream(const v1::TraceUpstreamRequest& request, const Call& call,
                           pg::Connection& db, Sink<v1::TraceUpstreamResponse>& sink);
absl::Status TraceDownstream(const v1::TraceDownstreamRequest& request, const Call& call,
                             pg::Connection& db, Sink<v1::TraceDownstreamResponse>& sink);

}  // namespace handlers

// Sends each method down the road of rpc.h to its handler.
class TraceService final : public v1::TraceService::CallbackService {
 public:
  explicit TraceService(Rpc& rpc) : rpc_(rpc) {}

  grpc::ServerWriteReactor<v1::TraceUpstreamResponse>* TraceUpstream(
      grpc::CallbackServerContext* context, const v1::TraceUpstreamRequest* request) override;
  grpc::ServerWriteReactor<v1::TraceDownstreamResponse>* TraceDownstream(
      grpc::CallbackServerContext* context, const v1::TraceDownstreamRequest* request) override;

 private:
  Rpc& rpc_;
};

}  // namespace lots
