// Holds and inspections as messages.
#include "service/convert/holds.h"

#include <string>

#include "service/convert/convert.h"
#include "storage/domain/hold.h"
#include "storage/domain/kinds/hold.h"
#include "storage/holds/read.h"
#include "storage/lots/inspection.h"

namespace lots {
namespace {

v1::InspectionResult ToProto(const InspectionResult& result) {
  v1::InspectionResult message;
  message.set_name(result.name);
  SetIfAny(result.value,
           [&](const AttributeValue& value) { *message.mutable_value() = lots::ToProto(value); });
  message.set_unit(result.unit);
  SetIfAny(result.lower_limit, [&](Quantity limit) { message.set_lower_limit(limit.ToString()); });
  SetIfAny(result.upper_limit, [&](Quantity limit) { message.set_upper_limit(limit.ToString()); });
  SetIfAny(result.passed, [&](bool passed) { message.set_passed(passed); });
  return message;
}

}  // namespace

v1::HoldCause ToProto(HoldCause cause) { return static_cast<v1::HoldCause>(cause); }

v1::Hold ToProto(const Hold& hold, const ProductId& product_id, absl::string_view number) {
  v1::Hold message;
  SetIfAny(hold.hold_id, [&](auto id) { message.set_hold_id(id.value().ToString()); });
  message.set_lot_id(hold.lot_id.value().ToString());
  message.set_product_id(product_id.value());
  message.set_number(std::string(number));
  message.set_cause(ToProto(hold.cause));
  SetIfAny(hold.location_id, [&](const auto& id) { message.set_location_id(id.value()); });
  SetIfAny(hold.source_lot_id, [&](auto id) { message.set_source_lot_id(id.value().ToString()); });
  SetIfAny(hold.recall_id, [&](const auto& id) { message.set_recall_id(id.value()); });
  message.set_reason(hold.reason);
  for (const LocationId& id : hold.exempt_location_ids) {
    message.add_exempt_location_ids(id.value());
  }
  SetIfAny(hold.expires_at, [&](auto time) { *message.mutable_expire_time() = ToProto(time); });
  message.set_placer(hold.placed_by);
  *message.mutable_place_time() = ToProto(hold.placed_at);
  message.set_releaser(hold.released_by);
  SetIfAny(hold.released_at, [&](auto time) { *message.mutable_release_time() = ToProto(time); });
  message.set_release_note(hold.release_note);
  SetIfAny(hold.quantity, [&](Quantity kept) { message.set_quantity(kept.ToString()); });
  message.set_case_id(hold.case_id);
  message.set_awaits_inspection(hold.awaits_inspection);
  if (hold.hold_id.has_value()) message.set_etag(EtagOf(hold.version));
  SetIfAny(hold.updated_at, [&](auto time) { *message.mutable_update_time() = ToProto(time); });
  return message;
}

v1::Hold ToProto(const LotHold& hold) {
  v1::Hold message = ToProto(hold.hold, hold.product_id, hold.number);
  SetIfAny(hold.hold.quantity,
           [&](Quantity kept) { message.set_quantity(kept.Format(hold.scale)); });
  message.set_company(hold.company.value());
  return message;
}

v1::Inspection ToProto(const Inspection& inspection) {
  v1::Inspection message;
  message.set_inspection_id(inspection.inspection_id.value().ToString());
  message.set_company(inspection.company.value());
  message.set_lot_id(inspection.lot_id.value().ToString());
  message.set_product_id(inspection.product_id.value());
  message.set_number(inspection.number);
  message.set_plan(inspection.plan);
  message.set_verdict(static_cast<v1::Verdict>(inspection.verdict));
  message.set_inspector(inspection.inspector);
  *message.mutable_inspect_time() = ToProto(inspection.inspected_at);
  *message.mutable_record_time() = ToProto(inspection.recorded_at);
  message.set_actor(inspection.actor);
  message.set_note(inspection.note);
  for (const InspectionResult& result : inspection.results) {
    *message.add_results() = ToProto(result);
  }
  for (const InspectionDocument& document : inspection.documents) {
    v1::InspectionDocument& added = *message.add_documents();
    added.set_type(document.type);
    added.set_title(document.title);
    added.set_url(document.url);
  }
  SetIfAny(inspection.hold_id, [&](auto id) { message.set_hold_id(id.value().ToString()); });
  SetIfAny(inspection.released_hold_id,
           [&](auto id) { message.set_released_hold_id(id.value().ToString()); });
  return message;
}

}  // namespace lots
