// The handlers of WorkOrderService: serials of work orders, completions, disassemblies and their
// reversal.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/work_order.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

absl::StatusOr<v1::AssignSerialsResponse> AssignSerials(const v1::AssignSerialsRequest& request,
                                                        const Call& call, pg::Connection& db);
absl::StatusOr<v1::UnassignSerialsResponse> UnassignSerials(
    const v1::UnassignSerialsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::IssueComponentsResponse> IssueComponents(
    const v1::IssueComponentsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::ReturnComponentsResponse> ReturnComponents(
    const v1::ReturnComponentsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::CompleteWorkOrderResponse> CompleteWorkOrder(
    const v1::CompleteWorkOrderRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::CancelWorkOrderResponse> CancelWorkOrder(
    const v1::CancelWorkOrderRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::ReopenWorkOrderResponse> ReopenWorkOrder(
    const v1::ReopenWorkOrderRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::WorkOrder> GetWorkOrder(const v1::GetWorkOrderRequest& request, const Call& call,
                                           pg::Connection& db);
absl::StatusOr<v1::ListWorkOrdersResponse> ListWorkOrders(const v1::ListWorkOrdersRequest& request,
                                                          const Call& call, pg::Connection& db);
absl::StatusOr<v1::DisassembleResponse> Disassemble(const v1::DisassembleRequest& request,
                                                    const Call& call, pg::Connection& db);
absl::StatusOr<v1::ReverseCompletionResponse> ReverseCompletion(
    const v1::ReverseCompletionRequest& request, const Call& call, pg::Connection& db);

}  // namespace lots::handlers
