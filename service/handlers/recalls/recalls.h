// The handlers of RecallService: opening a recall of bad lots, working on it, its report, closing
// it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "lots/v1/recall.pb.h"
#include "lots/v1/recall_work.pb.h"
#include "service/rpc/call.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

class FieldChecker;

// A required text.
std::string RequiredText(FieldChecker& fields, absl::string_view field, const std::string& value,
                         int characters_max);
std::vector<LocationId> ExemptLocations(
    FieldChecker& fields, absl::string_view field,
    const google::protobuf::RepeatedPtrField<std::string>& given);

namespace handlers {

absl::StatusOr<v1::Recall> OpenRecall(const v1::OpenRecallRequest& request, const Call& call,
                                      pg::Connection& db);
absl::StatusOr<v1::Recall> GetRecall(const v1::GetRecallRequest& request, const Call& call,
                                     pg::Connection& db);
absl::StatusOr<v1::ListRecallsResponse> ListRecalls(const v1::ListRecallsRequest& request,
                                                    const Call& call, pg::Connection& db);
absl::Status StreamRecallReport(const v1::StreamRecallReportRequest& request, const Call& call,
                                pg::Connection& db, Sink<v1::StreamRecallReportResponse>& sink);
// work.cc
absl::StatusOr<v1::Recall> UpdateRecall(const v1::UpdateRecallRequest& request, const Call& call,
                                        pg::Connection& db);
absl::StatusOr<v1::Recall> ExcludeRecallLots(const v1::ExcludeRecallLotsRequest& request,
                                             const Call& call, pg::Connection& db);
absl::StatusOr<v1::Recall> IncludeRecallLots(const v1::IncludeRecallLotsRequest& request,
                                             const Call& call, pg::Connection& db);
absl::StatusOr<v1::Recall> SetRecallDisposition(const v1::SetRecallDispositionRequest& request,
                                                const Call& call, pg::Connection& db);
absl::StatusOr<v1::Recall> RecordRecipientResponse(
    const v1::RecordRecipientResponseRequest& request, const Call& call, pg::Connection& db);

// recalls.cc
absl::StatusOr<v1::Recall> CloseRecall(const v1::CloseRecallRequest& request, const Call& call,
                                       pg::Connection& db);

}  // namespace handlers

}  // namespace lots
