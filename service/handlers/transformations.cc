// TraceService: one transformation with its lines, and the correction of what was recorded wrongly
// about one.
#include <optional>
#include <string>
#include <vector>

#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "service/convert/orders/fields.h"
#include "service/convert/writes.h"
#include "service/handlers/trace.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/corrections/corrections.h"
#include "storage/domain/lot_ref.h"
#include "storage/genealogy/questions/transformation.h"

namespace lots {
namespace {

template <class Message>
void SetLot(const TransformedLot& lot, Message& message) {
  message.set_lot_id(lot.lot_id.value().ToString());
  message.set_product_id(lot.product_id.value());
  message.set_number(lot.number);
  message.set_quantity(lot.quantity.Format(lot.scale));
}

v1::TransformationInput InputOf(const TransformationInputDetails& input) {
  v1::TransformationInput message;
  SetLot(input.lot, message);
  message.set_remaining_quantity(input.remaining.Format(input.lot.scale));
  if (!input.output.has_value()) return message;
  message.set_output_lot_id(input.output->lot_id.value().ToString());
  message.set_output_number(input.output->number);
  return message;
}

v1::TransformationOutput OutputOf(const TransformationOutputDetails& output) {
  v1::TransformationOutput message;
  SetLot(output.lot, message);
  message.set_role(static_cast<v1::TransformationOutputRole>(output.role));
  if (!output.input.has_value()) return message;
  message.set_input_lot_id(output.input->lot_id.value().ToString());
  message.set_input_number(output.input->number);
  return message;
}

v1::TransformationDetails ToProto(const TransformationDetails& details) {
  v1::TransformationDetails message;
  *message.mutable_transformation() = lots::ToProto(details.transformation);
  SetIfAny(details.corrects, [&](const TransformationId& id) {
    message.set_corrects_transformation_id(id.value().ToString());
  });
  message.set_correction_count(details.correction_count);
  message.set_output_count(details.output_count);
  message.set_input_count(details.input_count);
  AnswerRoom room(message);
  room.Fill(
      details.corrections, [](const Transformation& each) { return lots::ToProto(each); },
      *message.mutable_corrections());
  room.Fill(details.outputs, OutputOf, *message.mutable_outputs());
  room.Fill(details.inputs, InputOf, *message.mutable_inputs());
  message.set_corrections_truncated(message.corrections_size() < details.correction_count);
  message.set_outputs_truncated(message.outputs_size() < details.output_count);
  message.set_inputs_truncated(message.inputs_size() < details.input_count);
  return message;
}

std::optional<LocationId> PlaceOf(const std::string& field, const std::string& value,
                                  FieldChecker& fields) {
  if (value.empty()) return std::nullopt;
  return fields.Required<LocationId>(field, value);
}

template <class Component>
std::optional<LotRef> UnitOf(const std::string& field, const Component& component,
                             FieldChecker& fields) {
  if (!component.has_unit()) return std::nullopt;
  return fields.Lot(field, component.unit());
}

CorrectionLine LineOf(const v1::CorrectGenealogyRequest::Line& line, size_t index,
                      FieldChecker& fields) {
  const auto path = [&](absl::string_view field) { return Indexed("lines", index, field); };
  CorrectionLine read;
  if (line.has_wrong()) {
    const auto& wrong = line.wrong();
    read.wrong = WrongComponent{
        .lot = fields.Lot(path("wrong.lot"), wrong.lot()),
        .quantity = fields.OptionalQuantity(path("wrong.quantity"), wrong.quantity()),
        .unit = UnitOf(path("wrong.unit"), wrong, fields),
        .to = PlaceOf(path("wrong.to_location_id"), wrong.to_location_id(), fields)};
  }
  if (line.has_right()) {
    const auto& right = line.right();
    read.right = RightComponent{
        .lot = fields.Lot(path("right.lot"), right.lot()),
        .quantity = fields.OptionalQuantity(path("right.quantity"), right.quantity()),
        .from = PlaceOf(path("right.from_location_id"), right.from_location_id(), fields),
        .unit = UnitOf(path("right.unit"), right, fields)};
  }
  return read;
}

CorrectGenealogyCommand CommandOf(const v1::CorrectGenealogyRequest& request, const Call& call,
                                  FieldChecker& fields) {
  CorrectGenealogyCommand command{
      .context = fields.Write(request, call),
      .transformation_id =
          fields.RequiredUuid<TransformationId>("transformation_id", request.transformation_id()),
      .reason = fields.Text("reason", request.reason(), kNoteCharactersMax),
      .lines = {},
      .accept = ReadAccept(request.accept(), /*later_expiry=*/false, fields)};
  if (request.reason().empty()) fields.Refused("reason", "", "say why");
  fields.Count("lines", request.lines_size(), 1, kCorrectionLinesMax);
  if (request.lines_size() > kCorrectionLinesMax) return command;
  for (int i = 0; i < request.lines_size(); ++i) {
    command.lines.push_back(LineOf(request.lines(i), static_cast<size_t>(i), fields));
  }
  return command;
}

std::string TextOf(const LotId& id) { return id.value().ToString(); }

v1::CorrectGenealogyResponse ToProto(const GenealogyCorrection& correction) {
  v1::CorrectGenealogyResponse message;
  message.set_transformation_id(correction.transformation_id.value().ToString());
  for (const MovementId& id : correction.adjustments) {
    message.add_adjustment_movement_ids(id.value().ToString());
  }
  for (const LotId& lot : correction.unarchived) message.add_unarchived_lot_ids(TextOf(lot));
  return message;
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::TransformationDetails> GetTransformation(
    const v1::GetTransformationRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const auto id =
      fields.RequiredUuid<TransformationId>("transformation_id", request.transformation_id());
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const TransformationDetails details,
                   lots::GetTransformation(db, call.company, id));
  return ToProto(details);
}

absl::StatusOr<v1::CorrectGenealogyResponse> CorrectGenealogy(
    const v1::CorrectGenealogyRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const CorrectGenealogyCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const GenealogyCorrection correction, lots::CorrectGenealogy(db, command));
  return ToProto(correction);
}

}  // namespace handlers

}  // namespace lots
