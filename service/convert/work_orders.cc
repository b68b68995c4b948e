// Requests of work orders as commands, and their results as messages.
#include "service/convert/work_orders.h"

#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "service/convert/convert.h"
#include "service/convert/list_page.h"
#include "service/convert/writes.h"
#include "storage/base/limits.h"
#include "storage/domain/transformation.h"
#include "storage/work_orders/read.h"

namespace lots {
namespace {

template <class Id>
std::optional<Id> IdOrNone(absl::string_view field, const std::string& value,
                           FieldChecker& fields) {
  if (value.empty()) return std::nullopt;
  return fields.Required<Id>(field, value);
}

// A list longer than its limit is one problem, and is not read.
template <class Entries, class Read>
auto ReadList(absl::string_view field, const Entries& entries, int64_t count_max,
              FieldChecker& fields, Read read) {
  std::vector<decltype(read(entries.Get(0), size_t{0}))> list;
  fields.Count(field, entries.size(), 0, count_max);
  if (entries.size() > count_max) return list;
  list.reserve(entries.size());
  for (int i = 0; i < entries.size(); ++i) {
    list.push_back(read(entries.Get(i), static_cast<size_t>(i)));
  }
  return list;
}

CompletionOutput ReadOutput(const v1::CompletionOutput& output, size_t index,
                            FieldChecker& fields) {
  const auto path = [&](absl::string_view field) { return Indexed("outputs", index, field); };
  return {.lot_id = fields.OptionalUuid<LotId>(path("lot_id"), output.lot_id()),
          .number = output.number(),
          .quantity = fields.OptionalQuantity(path("quantity"), output.quantity()),
          .to = IdOrNone<LocationId>(path("to_location_id"), output.to_location_id(), fields),
          .dates = fields.Dates(path(""), output)};
}

CompletionComponent ReadComponent(const v1::CompletionComponent& component, size_t index,
                                  FieldChecker& fields) {
  const auto path = [&](absl::string_view field) { return Indexed("components", index, field); };
  CompletionComponent read{
      .lot = fields.Lot(path("lot"), component.lot()),
      .quantity = fields.OptionalQuantity(path("quantity"), component.quantity()),
      .from = IdOrNone<LocationId>(path("from_location_id"), component.from_location_id(), fields),
      .output_index = {}};
  if (component.has_output_index()) read.output_index = component.output_index();
  return read;
}

// A by-product may be named by its product alone and then gets a generated number; other lots may
// not.
LotRef ReadByProductLot(const std::string& field, const v1::LotRef& lot, FieldChecker& fields) {
  if (!lot.lot_id().empty() || !lot.number().empty()) return fields.Lot(field, lot);
  return {.lot_id = {},
          .product_id =
              fields.Required<ProductId>(absl::StrCat(field, ".product_id"), lot.product_id()),
          .number = ""};
}

CompletionByProduct ReadByProduct(const v1::CompletionByProduct& by_product, size_t index,
                                  FieldChecker& fields) {
  const auto path = [&](absl::string_view field) { return Indexed("by_products", index, field); };
  return {.lot = ReadByProductLot(path("lot"), by_product.lot(), fields),
          .quantity = fields.OptionalQuantity(path("quantity"), by_product.quantity()),
          .to = IdOrNone<LocationId>(path("to_location_id"), by_product.to_location_id(), fields)};
}

Accept ReadAccept(const v1::CompleteWorkOrderRequest& request, FieldChecker& fields) {
  Accept accept;
  for (int i = 0; i < request.accept_size(); ++i) {
    switch (request.accept(i)) {
      case v1::ACCEPTANCE_HELD:
        accept.held = true;
        break;
      case v1::ACCEPTANCE_EXPIRED:
        accept.expired = true;
        break;
      case v1::ACCEPTANCE_SHORT:
        accept.shortage = true;
        break;
      case v1::ACCEPTANCE_LATER_EXPIRY:
        break;  // no rule of the ledger
      default:
        fields.Refused(Indexed("accept", i), absl::StrCat(static_cast<int>(request.accept(i))),
                       "must be HELD, EXPIRED, SHORT or LATER_EXPIRY");
    }
  }
  return accept;
}

// A request of AssignSerials has a count, a count and a first number, or the numbers.
void CheckWhichSerials(const v1::AssignSerialsRequest& request, FieldChecker& fields) {
  if (request.numbers_size() > 0) {
    fields.Count("numbers", request.numbers_size(), 1, kSerialsPerCallMax);
    if (request.count() != 0) fields.Refused("count", "", "give a count or numbers, not both");
  } else {
    fields.InRange("count", request.count(), 1, kSerialsPerCallMax);
  }
  if (!request.first_number().empty() && request.count() == 0) {
    fields.Refused("first_number", request.first_number(), "needs count");
  }
}

std::string IdText(const LotId& id) { return id.value().ToString(); }

v1::NumberedLot EntryOf(const NumberedLot& lot) { return ToProto(lot); }

}  // namespace

AssignSerialsCommand CommandOf(const v1::AssignSerialsRequest& request, const Call& call,
                               FieldChecker& fields) {
  CheckWhichSerials(request, fields);
  return {
      .context = fields.Write(request, call),
      .work_order = fields.Required<WorkOrderId>("work_order_id", request.work_order_id()),
      .product = IdOrNone<ProductId>("product_id", request.product_id(), fields),
      .planned_quantity = fields.OptionalQuantity("planned_quantity", request.planned_quantity()),
      .count = request.count(),
      .first_number = request.first_number(),
      .numbers = {request.numbers().begin(), request.numbers().end()}};
}

UnassignSerialsCommand CommandOf(const v1::UnassignSerialsRequest& request, const Call& call,
                                 FieldChecker& fields) {
  fields.Count("numbers", request.numbers_size(), 1, kSerialsPerCallMax);
  return {.context = fields.Write(request, call),
          .work_order = fields.Required<WorkOrderId>("work_order_id", request.work_order_id()),
          .numbers = {request.numbers().begin(), request.numbers().end()},
          .keep = request.keep()};
}

CompletionCommand CommandOf(const v1::CompleteWorkOrderRequest& request, const Call& call,
                            FieldChecker& fields) {
  // All outputs of a completion together, the planned ones too.
  const int64_t planned_max = kSerialsPerCallMax - request.outputs_size();
  return {
      .context = fields.Write(request, call),
      .work_order = fields.Required<WorkOrderId>("work_order_id", request.work_order_id()),
      .product = IdOrNone<ProductId>("product_id", request.product_id(), fields),
      .planned_quantity = fields.OptionalQuantity("planned_quantity", request.planned_quantity()),
      .outputs = ReadList("outputs", request.outputs(), kSerialsPerCallMax, fields,
                          [&](const auto& e, size_t i) { return ReadOutput(e, i, fields); }),
      .planned_serial_count = fields.InRange("planned_serial_count", request.planned_serial_count(),
                                             0, std::max<int64_t>(planned_max, 0)),
      .components =
          ReadList("components", request.components(), kComponentsPerCompletionMax, fields,
                   [&](const auto& e, size_t i) { return ReadComponent(e, i, fields); }),
      .by_products =
          ReadList("by_products", request.by_products(), kByProductsPerCompletionMax, fields,
                   [&](const auto& e, size_t i) { return ReadByProduct(e, i, fields); }),
      .destination = IdOrNone<LocationId>("destination_location_id",
                                          request.destination_location_id(), fields),
      .source = IdOrNone<LocationId>("source_location_id", request.source_location_id(), fields),
      .close = request.close(),
      .occurred_at = fields.OccurTime(
          "occur_time", request.has_occur_time() ? &request.occur_time() : nullptr, call.now),
      .accept = ReadAccept(request, fields),
      .accept_later_expiry = absl::c_linear_search(request.accept(), v1::ACCEPTANCE_LATER_EXPIRY),
      .note = fields.Text("note", request.note(), kNoteCharactersMax),
      .validate_only = request.validate_only()};
}

DisassemblyCommand CommandOf(const v1::DisassembleRequest& request, const Call& call,
                             FieldChecker& fields) {
  const auto read = [&](const v1::DisassembleRequest::Component& component, size_t index) {
    const auto path = [&](absl::string_view field) { return Indexed("components", index, field); };
    return DisassemblyComponent{
        .lot = fields.Lot(path("lot"), component.lot()),
        .quantity = fields.OptionalQuantity(path("quantity"), component.quantity()),
        .to = IdOrNone<LocationId>(path("to_location_id"), component.to_location_id(), fields)};
  };
  return {.context = fields.Write(request, call),
          .unit = fields.Lot("lot", request.lot()),
          .quantity = fields.OptionalQuantity("quantity", request.quantity()),
          .from = IdOrNone<LocationId>("from_location_id", request.from_location_id(), fields),
          .destination = fields.Required<LocationId>("destination_location_id",
                                                     request.destination_location_id()),
          .components =
              ReadList("components", request.components(), kDisassemblyComponentsMax, fields, read),
          .occurred_at = fields.OccurTime(
              "occur_time", request.has_occur_time() ? &request.occur_time() : nullptr, call.now),
          .note = fields.Text("note", request.note(), kNoteCharactersMax)};
}

namespace {

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
