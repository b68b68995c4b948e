// The handlers of RecallService: opening a recall of bad lots, its report, closing it.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lots/v1/recall.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

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

}  // namespace lots::handlers
