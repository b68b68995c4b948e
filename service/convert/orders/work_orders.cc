// Requests of work orders as commands.
#include "service/convert/orders/work_orders.h"

#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "service/convert/orders/fields.h"
#include "service/convert/writes.h"
#include "storage/base/limits.h"

namespace lots {
namespace {

CompletionOutput ReadOutput(const v1::CompletionOutput& output, size_t index,
                            FieldChecker& fields) {
  const auto path = [&](absl::string_view field) { return Indexed("outputs", index, field); };
  return {.lot_id = fields.OptionalUuid<LotId>(path("lot_id"), output.lot_id()),
          .number = output.number(),
          .quantity = fields.OptionalQuantity(path("quantity"), output.quantity()),
          .to = IdOrNone<LocationId>(path("to_location_id"), output.to_location_id(), fields),
          .dates = fields.Dates(path(""), output),
          .texts = {.reference =
                        fields.Line(path("reference"), output.reference(), kReferenceCharactersMax),
                    .notes = fields.Text(path("notes"), output.notes(), kNotesCharactersMax),
                    .attributes = fields.AttributesOf(path("attributes"), output.attributes())}};
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
  read.from_issued = component.from_issued();
  return read;
}

AutoComponent ReadAutoComponent(const v1::AutoComponent& component, size_t index,
                                FieldChecker& fields) {
  const auto path = [&](absl::string_view field) {
    return Indexed("auto_components", index, field);
  };
  AutoComponent read{
      .product_id = fields.Required<ProductId>(path("product_id"), component.product_id()),
      .quantity = fields.RequiredQuantity(path("quantity"), component.quantity()),
      .strategy = fields.OptionalEnum<SuggestStrategy>(path("strategy"), component.strategy()),
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
      .auto_components =
          ReadList("auto_components", request.auto_components(), kAutoComponentsMax, fields,
                   [&](const auto& e, size_t i) { return ReadAutoComponent(e, i, fields); }),
      .consume_issued = request.consume_issued(),
      .by_products =
          ReadList("by_products", request.by_products(), kByProductsPerCompletionMax, fields,
                   [&](const auto& e, size_t i) { return ReadByProduct(e, i, fields); }),
      .destination = IdOrNone<LocationId>("destination_location_id",
                                          request.destination_location_id(), fields),
      .source = IdOrNone<LocationId>("source_location_id", request.source_location_id(), fields),
      .close = request.close(),
      .occurred_at = fields.OccurTime(
          "occur_time", request.has_occur_time() ? &request.occur_time() : nullptr, call.now),
      .accept = ReadAccept(request.accept(), /*later_expiry=*/true, fields),
      .accept_later_expiry = absl::c_linear_search(request.accept(), v1::ACCEPTANCE_LATER_EXPIRY),
      .note = fields.Text("note", request.note(), kNoteCharactersMax),
      .validate_only = request.validate_only(),
      .work_place = ReadWorkPlace(request, fields)};
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

}  // namespace lots
