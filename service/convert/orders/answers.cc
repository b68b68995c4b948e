// Results of WorkOrderService as messages.

#include <string>
#include <utility>

#include "service/convert/convert.h"
#include "service/convert/list_page.h"
#include "service/convert/orders/work_orders.h"
#include "storage/base/limits.h"
#include "storage/domain/transformation.h"
#include "storage/work_orders/read.h"

namespace lots {
namespace {

std::string IdText(const LotId& id) { return id.value().ToString(); }

v1::NumberedLot EntryOf(const NumberedLot& lot) { return ToProto(lot); }

// The last ones that fit in an answer: their notes may be long.
void AddCompletions(const std::vector<Transformation>& completions, v1::WorkOrder& message) {
  std::vector<v1::Transformation> fitting;
  size_t bytes = message.ByteSizeLong();
  for (auto last = completions.rbegin(); last != completions.rend(); ++last) {
    fitting.push_back(ToProto(*last));
    bytes += EntryBytes(fitting.back());
    if (bytes > kAnswerBytesMax) {
      fitting.pop_back();
      break;
    }
  }
  for (auto first = fitting.rbegin(); first != fitting.rend(); ++first) {
    *message.add_completions() = std::move(*first);
  }
}

// Before the completions: what an order has is more important than the oldest of these.
void AddIssued(const WorkOrder& order, v1::WorkOrder& message) {
  message.set_issued_count(order.issued_count);
  for (const IssuedComponent& issued : order.issued) {
    v1::WorkOrder::Issued& entry = *message.add_issued();
    entry.set_lot_id(IdText(issued.lot_id));
    entry.set_product_id(issued.product_id.value());
    entry.set_number(issued.number);
    entry.set_quantity(issued.quantity.Format(issued.scale));
    *entry.mutable_issue_time() = ToProto(issued.issued_at);
  }
}

v1::IssuedLine ChosenToProto(const ChosenComponent& chosen) {
  v1::IssuedLine line;
  line.set_lot_id(IdText(chosen.lot_id));
  line.set_product_id(chosen.product_id.value());
  line.set_number(chosen.number);
  line.set_quantity(chosen.quantity.Format(chosen.scale));
  line.set_location_id(chosen.from.value());
  return line;
}

}  // namespace

v1::WorkOrder ToProto(const WorkOrder& order) {
  v1::WorkOrder message;
  message.set_work_order_id(order.work_order_id.value());
  message.set_company(order.company.value());
  message.set_product_id(order.product_id.value());
  SetIfAny(order.planned,
           [&](Quantity planned) { message.set_planned_quantity(planned.Format(order.scale)); });
  message.set_completed_quantity(order.completed.Format(order.scale));
  message.set_planned_serial_count(order.planned_serial_count);
  message.set_state(ToProto(order.state));
  *message.mutable_create_time() = ToProto(order.created_at);
  *message.mutable_update_time() = ToProto(order.updated_at);
  for (const WorkOrderSerial& serial : order.serials) {
    v1::WorkOrder::Serial& entry = *message.add_serials();
    entry.set_number(serial.number);
    entry.set_lot_id(serial.lot_id.value().ToString());
    entry.set_state(ToProto(serial.state));
  }
  message.set_serials_truncated(order.serials_truncated);
  AddIssued(order, message);
  AddCompletions(order.completions, message);
  return message;
}

// All outputs fit, whatever their numbers: they come first.
static_assert(kSerialsPerCallMax * (4 * kNumberCharactersMax + 50) < kAnswerBytesMax);

v1::CompleteWorkOrderResponse ToProto(const Completion& completion) {
  v1::CompleteWorkOrderResponse message;
  const Uuid& transformation = completion.transformation_id.value();
  if (!transformation.IsNil()) message.set_transformation_id(transformation.ToString());
  message.set_state(ToProto(completion.state));
  message.set_completed_quantity(completion.completed.Format(completion.scale));
  message.set_voided_count(static_cast<int64_t>(completion.voided.size()));
  message.set_adjustment_count(static_cast<int64_t>(completion.adjustments.size()));
  AnswerRoom room(message);
  room.Fill(completion.outputs, EntryOf, *message.mutable_outputs());
  message.set_by_products_truncated(
      !room.Fill(completion.by_products, EntryOf, *message.mutable_by_products()));
  message.set_voided_truncated(!room.Fill(completion.voided, EntryOf, *message.mutable_voided()));
  message.set_adjustments_truncated(!room.Fill(
      completion.adjustments, [](const MovementId& id) { return id.value().ToString(); },
      *message.mutable_adjustment_movement_ids()));
  message.set_chosen_count(static_cast<int64_t>(completion.chosen.size()));
  message.set_chosen_truncated(
      !room.Fill(completion.chosen, ChosenToProto, *message.mutable_chosen()));
  return message;
}

v1::CancelWorkOrderResponse CancellationToProto(const std::vector<NumberedLot>& voided) {
  v1::CancelWorkOrderResponse message;
  message.set_voided_count(static_cast<int64_t>(voided.size()));
  message.set_voided_truncated(
      !AnswerRoom(message).Fill(voided, EntryOf, *message.mutable_voided()));
  return message;
}

v1::ReopenWorkOrderResponse ToProto(const ReopenedOrder& reopened) {
  v1::ReopenWorkOrderResponse message;
  message.set_voided_count(reopened.voided_count);
  AnswerRoom(message).Fill(reopened.voided, EntryOf, *message.mutable_voided());
  message.set_voided_truncated(message.voided_size() < reopened.voided_count);
  return message;
}

v1::DisassembleResponse ToProto(const Disassembly& disassembly) {
  v1::DisassembleResponse message;
  message.set_transformation_id(disassembly.transformation_id.value().ToString());
  message.set_component_count(static_cast<int64_t>(disassembly.components.size()));
  message.set_unarchived_count(static_cast<int64_t>(disassembly.unarchived.size()));
  const auto entry_of = [](const ReturnedComponent& component) {
    v1::DisassembleResponse::Component entry;
    entry.set_lot_id(component.lot_id.value().ToString());
    entry.set_number(component.number);
    entry.set_quantity(component.quantity.Format(component.scale));
    entry.set_to_location_id(component.to.value());
    entry.set_exact(component.exact);
    return entry;
  };
  AnswerRoom room(message);
  message.set_components_truncated(
      !room.Fill(disassembly.components, entry_of, *message.mutable_components()));
  message.set_unarchived_truncated(
      !room.Fill(disassembly.unarchived, IdText, *message.mutable_unarchived_lot_ids()));
  return message;
}

v1::ReverseCompletionResponse ToProto(const CompletionReversal& reversal) {
  v1::ReverseCompletionResponse message;
  message.set_transformation_id(reversal.transformation_id.value().ToString());
  for (const LotId& lot : reversal.unarchived) message.add_unarchived_lot_ids(IdText(lot));
  if (!reversal.state.has_value()) return message;
  message.set_state(ToProto(*reversal.state));
  message.set_completed_quantity(reversal.completed.Format(reversal.scale));
  return message;
}

}  // namespace lots
