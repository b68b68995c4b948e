// RecallService: everything that bad lots touched.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lots/v1/recall.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/rpc.h"
#include "storage/pg/connection.h"

namespace lots {

namespace handlers {

absl::StatusOr<v1::Recall> OpenRecall(const v1::OpenRecallRequest& request, const Call& call,
                                      pg::Connection& db);
absl::StatusOr<v1::Recall> GetRecall(const v1::GetRecallRequest& request, const Call& call,
                                     pg::Connection& db);
absl::StatusOr<v1::ListRecallsResponse> ListRecalls(const v1::ListRecallsRequest& request,
                                                    const Call& call, pg::Connection& db);
absl::Status StreamRecallReport(const v1::StreamRecallReportRequest& request, const Call& call,
                                pg::Connection& db, Sink<v1::StreamRecallReportResponse>& sink);
absl::StatusOr<v1::Recall> CloseRecall(const v1::CloseRecallRequest& request, const Call& call,
                                       pg::Connection& db);

}  // namespace handlers

// Sends each method down the call path of rpc.h to its handler.
class RecallService final : public v1::RecallService::CallbackService {
 public:
  explicit RecallService(Rpc& rpc) : rpc_(rpc) {}

  grpc::ServerUnaryReactor* OpenRecall(grpc::CallbackServerContext* context,
                                       const v1::OpenRecallRequest* request,
                                       v1::Recall* response) override;
  grpc::ServerUnaryReactor* GetRecall(grpc::CallbackServerContext* context,
                                      const v1::GetRecallRequest* request,
                                      v1::Recall* response) override;
  grpc::ServerUnaryReactor* ListRecalls(grpc::CallbackServerContext* context,
                                        const v1::ListRecallsRequest* request,
                                        v1::ListRecallsResponse* response) override;
  grpc::ServerWriteReactor<v1::StreamRecallReportResponse>* StreamRecallReport(
      grpc::CallbackServerContext* context, const v1::StreamRecallReportRequest* request) override;
  grpc::ServerUnaryReactor* CloseRecall(grpc::CallbackServerContext* context,
                                        const v1::CloseRecallRequest* request,
                                        v1::Recall* response) override;

 private:
  Rpc& rpc_;
};

}  // namespace lots
