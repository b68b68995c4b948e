// TraceService: one transformation with its lines, and the correction of what was recorded wrongly
// about one.
#include <string>

#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "service/handlers/trace.h"
#include "storage/base/status_macros.h"
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

}  // namespace handlers

}  // namespace lots
