// The handlers of TraceService: traces upstream and downstream, and the questions that a trace
// answers.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lots/v1/trace.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

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
absl::StatusOr<v1::ExtendWarrantyResponse> ExtendWarranty(const v1::ExtendWarrantyRequest& request,
                                                          const Call& call, pg::Connection& db);

// transformations.cc
absl::StatusOr<v1::TransformationDetails> GetTransformation(
    const v1::GetTransformationRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::CorrectGenealogyResponse> CorrectGenealogy(
    const v1::CorrectGenealogyRequest& request, const Call& call, pg::Connection& db);

}  // namespace lots::handlers
