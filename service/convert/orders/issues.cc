// Issues and returns of components as commands and messages.
#include "service/convert/orders/issues.h"

#include <algorithm>
#include <string>

#include "service/convert/list_page.h"
#include "service/convert/orders/fields.h"
#include "service/convert/writes.h"
#include "storage/base/limits.h"

namespace lots {
namespace {

IssueLine ReadLine(const v1::IssueLine& line, size_t index, FieldChecker& fields) {
  const auto path = [&](absl::string_view field) { return Indexed("lines", index, field); };
  IssueLine read{
      .lot = {},
      .product_id = ProductId(),
      .quantity = fields.OptionalQuantity(path("quantity"), line.quantity()),
      .from = IdOrNone<LocationId>(path("from_location_id"), line.from_location_id(), fields),
      .strategy = fields.OptionalEnum<SuggestStrategy>(path("strategy"), line.strategy())};
  if (line.product_id().empty()) {
    read.lot = fields.Lot(path("lot"), line.lot());
    if (read.strategy.has_value()) {
      fields.Refused(path("strategy"), "", "only lots of a product are chosen; give product_id");
    }
    return read;
  }
  if (line.has_lot()) fields.Refused(path("lot"), "", "give a lot or product_id, not both");
  read.product_id = fields.Required<ProductId>(path("product_id"), line.product_id());
  if (line.quantity().empty()) fields.Refused(path("quantity"), "", "say how much");
  return read;
}

void CheckProductLines(const v1::IssueComponentsRequest& request, FieldChecker& fields) {
  const auto count =
      std::count_if(request.lines().begin(), request.lines().end(),
                    [](const v1::IssueLine& line) { return !line.product_id().empty(); });
  if (count <= kAutoComponentsMax) return;
  fields.Refused("lines", absl::StrCat(count),
                 absl::StrCat("at most ", kAutoComponentsMax, " lines may name a product"));
}

ReturnLine ReadReturn(const v1::ReturnComponentsRequest::Line& line, size_t index,
                      FieldChecker& fields) {
  const auto path = [&](absl::string_view field) { return Indexed("lines", index, field); };
  return {.lot = fields.Lot(path("lot"), line.lot()),
          .quantity = fields.OptionalQuantity(path("quantity"), line.quantity()),
          .to = IdOrNone<LocationId>(path("to_location_id"), line.to_location_id(), fields)};
}

void CheckWhatReturns(const v1::ReturnComponentsRequest& request, FieldChecker& fields) {
  if (request.everything() == !request.lines().empty()) {
    fields.Refused("lines", "", "say what comes back: lines, or everything, and not both");
  }
}

v1::IssuedLine LineOf(const IssuedLine& line) {
  v1::IssuedLine message;
  message.set_lot_id(line.lot_id.value().ToString());
  message.set_product_id(line.product_id.value());
  message.set_number(line.number);
  message.set_quantity(line.quantity.Format(line.scale));
  message.set_location_id(line.location_id.value());
  return message;
}

}  // namespace

IssueCommand CommandOf(const v1::IssueComponentsRequest& request, const Call& call,
                       FieldChecker& fields) {
  fields.Count("lines", request.lines_size(), 1, kIssueLinesMax);
  CheckProductLines(request, fields);
  return {
      .context = fields.Write(request, call),
      .work_order = fields.Required<WorkOrderId>("work_order_id", request.work_order_id()),
      .product = IdOrNone<ProductId>("product_id", request.product_id(), fields),
      .planned_quantity = fields.OptionalQuantity("planned_quantity", request.planned_quantity()),
      .lines = ReadList("lines", request.lines(), kIssueLinesMax, fields,
                        [&](const auto& e, size_t i) { return ReadLine(e, i, fields); }),
      .source = IdOrNone<LocationId>("source_location_id", request.source_location_id(), fields),
      .work_place = ReadWorkPlace(request, fields),
      .occurred_at = fields.OccurTime(
          "occur_time", request.has_occur_time() ? &request.occur_time() : nullptr, call.now),
      .accept = ReadAccept(request.accept(), /*later_expiry=*/false, fields),
      .note = fields.Text("note", request.note(), kNoteCharactersMax)};
}

ReturnCommand CommandOf(const v1::ReturnComponentsRequest& request, const Call& call,
                        FieldChecker& fields) {
  CheckWhatReturns(request, fields);
  return {.context = fields.Write(request, call),
          .work_order = fields.Required<WorkOrderId>("work_order_id", request.work_order_id()),
          .lines = ReadList("lines", request.lines(), kIssueLinesMax, fields,
                            [&](const auto& e, size_t i) { return ReadReturn(e, i, fields); }),
          .everything = request.everything(),
          .destination = IdOrNone<LocationId>("destination_location_id",
                                              request.destination_location_id(), fields),
          .work_place = ReadWorkPlace(request, fields),
          .occurred_at = fields.OccurTime(
              "occur_time", request.has_occur_time() ? &request.occur_time() : nullptr, call.now),
          .note = fields.Text("note", request.note(), kNoteCharactersMax)};
}

v1::IssueComponentsResponse IssueToProto(const IssuePosted& posted) {
  v1::IssueComponentsResponse message;
  message.set_transformation_id(posted.transformation_id.value().ToString());
  message.set_line_count(static_cast<int64_t>(posted.lines.size()));
  message.set_adjustment_count(static_cast<int64_t>(posted.adjustments.size()));
  AnswerRoom room(message);
  message.set_lines_truncated(!room.Fill(posted.lines, LineOf, *message.mutable_lines()));
  room.Fill(
      posted.adjustments, [](const MovementId& id) { return id.value().ToString(); },
      *message.mutable_adjustment_movement_ids());
  return message;
}

v1::ReturnComponentsResponse ReturnToProto(const IssuePosted& posted) {
  v1::ReturnComponentsResponse message;
  message.set_transformation_id(posted.transformation_id.value().ToString());
  message.set_line_count(static_cast<int64_t>(posted.lines.size()));
  AnswerRoom room(message);
  message.set_lines_truncated(!room.Fill(posted.lines, LineOf, *message.mutable_lines()));
  room.Fill(
      posted.unarchived, [](const LotId& id) { return id.value().ToString(); },
      *message.mutable_unarchived_lot_ids());
  return message;
}

}  // namespace lots
