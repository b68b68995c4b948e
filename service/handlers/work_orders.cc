// WorkOrderService: serials of work orders, completions, disassemblies and reversals.
#include "service/handlers/work_orders.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/status.h"
#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "service/convert/orders/issues.h"
#include "service/convert/orders/work_orders.h"
#include "service/convert/writes.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/corrections/corrections.h"
#include "storage/work_orders/read.h"
#include "storage/work_orders/work_orders.h"

namespace lots {
namespace {

// The position after which a page begins. Signed tokens always have both keys.
std::optional<std::pair<absl::Time, WorkOrderId>> OrderAfter(const PageKeys& keys) {
  int64_t micros = 0;
  if (keys.size() != 2 || !absl::SimpleAtoi(keys[0], &micros)) return std::nullopt;
  return std::pair(absl::FromUnixMicros(micros), WorkOrderId(keys[1]));
}

PageKeys KeysOf(const WorkOrder& order) {
  return {absl::StrCat(absl::ToUnixMicros(order.created_at)), order.work_order_id.value()};
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::AssignSerialsResponse> AssignSerials(const v1::AssignSerialsRequest& request,
                                                        const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const AssignSerialsCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<NumberedLot> serials, lots::AssignSerials(db, command));
  v1::AssignSerialsResponse response;
  for (const NumberedLot& serial : serials) *response.add_serials() = ToProto(serial);
  return response;
}

absl::StatusOr<v1::UnassignSerialsResponse> UnassignSerials(
    const v1::UnassignSerialsRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const UnassignSerialsCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<NumberedLot> serials, lots::UnassignSerials(db, command));
  v1::UnassignSerialsResponse response;
  for (const NumberedLot& serial : serials) *response.add_serials() = ToProto(serial);
  return response;
}

absl::StatusOr<v1::IssueComponentsResponse> IssueComponents(
    const v1::IssueComponentsRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const IssueCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const IssuePosted posted, lots::IssueComponents(db, command));
  return IssueToProto(posted);
}

absl::StatusOr<v1::ReturnComponentsResponse> ReturnComponents(
    const v1::ReturnComponentsRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const ReturnCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const IssuePosted posted, lots::ReturnComponents(db, command));
  return ReturnToProto(posted);
}

absl::StatusOr<v1::CompleteWorkOrderResponse> CompleteWorkOrder(
    const v1::CompleteWorkOrderRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const CompletionCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Completion completion, lots::CompleteWorkOrder(db, command));
  if (command.validate_only) return v1::CompleteWorkOrderResponse();
  return ToProto(completion);
}

absl::StatusOr<v1::CancelWorkOrderResponse> CancelWorkOrder(
    const v1::CancelWorkOrderRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const CancelWorkOrderCommand command{
      .context = fields.Write(request, call),
      .work_order = fields.Required<WorkOrderId>("work_order_id", request.work_order_id())};
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<NumberedLot> voided, lots::CancelWorkOrder(db, command));
  return CancellationToProto(voided);
}

absl::StatusOr<v1::ReopenWorkOrderResponse> ReopenWorkOrder(
    const v1::ReopenWorkOrderRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const ReopenWorkOrderCommand command{
      .context = fields.Write(request, call),
      .work_order = fields.Required<WorkOrderId>("work_order_id", request.work_order_id())};
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const ReopenedOrder reopened, lots::ReopenWorkOrder(db, command));
  return ToProto(reopened);
}

absl::StatusOr<v1::WorkOrder> GetWorkOrder(const v1::GetWorkOrderRequest& request, const Call& call,
                                           pg::Connection& db) {
  FieldChecker fields;
  const auto id = fields.Required<WorkOrderId>("work_order_id", request.work_order_id());
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const WorkOrder order, lots::GetWorkOrder(db, call.company, id));
  return ToProto(order);
}

absl::StatusOr<v1::ListWorkOrdersResponse> ListWorkOrders(const v1::ListWorkOrdersRequest& request,
                                                          const Call& call, pg::Connection& db) {
  v1::ListWorkOrdersResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    // The surplus item shows that there is another page.
    ASSIGN_OR_RETURN(const std::vector<WorkOrder> orders,
                     lots::ListWorkOrders(db, {.company = company,
                                               .filter = request.filter(),
                                               .after = OrderAfter(after),
                                               .limit = room.items + 1}));
    return FillPiece(
        orders, /*has_more=*/false, room, [](const WorkOrder& order) { return ToProto(order); },
        [&](size_t i) { return KeysOf(orders[i]); }, *response.mutable_work_orders());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

absl::StatusOr<v1::DisassembleResponse> Disassemble(const v1::DisassembleRequest& request,
                                                    const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const DisassemblyCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Disassembly disassembly, lots::Disassemble(db, command));
  return ToProto(disassembly);
}

absl::StatusOr<v1::ReverseCompletionResponse> ReverseCompletion(
    const v1::ReverseCompletionRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const CompletionReversalCommand command{
      .context = fields.Write(request, call),
      .transformation_id =
          fields.RequiredUuid<TransformationId>("transformation_id", request.transformation_id()),
      .note = fields.Text("note", request.note(), kNoteCharactersMax),
      .may_correct = call.caller->permissions.Has(v1::PERMISSION_CORRECT)};
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const CompletionReversal reversal, lots::ReverseTransformation(db, command));
  return ToProto(reversal);
}

}  // namespace handlers

}  // namespace lots
