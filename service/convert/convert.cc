// Storage's catalog, lots and movements as messages.
#include "service/convert/convert.h"

#include "absl/strings/str_cat.h"
#include "service/convert/holds.h"
#include "storage/catalog/resources.h"
#include "storage/domain/dates.h"
#include "storage/domain/document.h"
#include "storage/domain/kinds/counter_reset.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/lot_event.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/domain/kinds/work_order.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/lot_stock.h"
#include "storage/domain/movement.h"
#include "storage/domain/transformation.h"

namespace lots {
namespace {

void SetDates(const LotDates& dates, v1::Lot& message) {
  SetIfAny(dates.manufactured_on,
           [&](auto day) { *message.mutable_manufacture_date() = ToProto(day); });
  SetIfAny(dates.expires_on, [&](auto day) { *message.mutable_expire_date() = ToProto(day); });
  SetIfAny(dates.best_before_on,
           [&](auto day) { *message.mutable_best_before_date() = ToProto(day); });
  SetIfAny(dates.removal_on, [&](auto day) { *message.mutable_removal_date() = ToProto(day); });
  SetIfAny(dates.alert_on, [&](auto day) { *message.mutable_alert_date() = ToProto(day); });
}

v1::ShelfLife ToProto(const ShelfLife& shelf_life) {
  v1::ShelfLife message;
  SetIfAny(shelf_life.expire_days, [&](int days) { message.set_expire_days(days); });
  SetIfAny(shelf_life.best_before_days, [&](int days) { message.set_best_before_days(days); });
  SetIfAny(shelf_life.removal_days, [&](int days) { message.set_removal_days(days); });
  SetIfAny(shelf_life.alert_days, [&](int days) { message.set_alert_days(days); });
  return message;
}

v1::Address ToProto(const Address& address) {
  v1::Address message;
  message.set_street(address.street);
  message.set_city(address.city);
  message.set_region(address.region);
  message.set_postal_code(address.postal_code);
  message.set_country(address.country);
  message.set_phone(address.phone);
  return message;
}

template <class Id>
std::string IdText(const std::optional<Id>& id) {
  return id.has_value() ? id->value().ToString() : "";
}

std::string IdText(const std::optional<WorkOrderId>& id) {
  return id.has_value() ? id->value() : "";
}

}  // namespace

google::protobuf::Timestamp ToProto(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  google::protobuf::Timestamp message;
  message.set_seconds(seconds);
  message.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return message;
}

google::type::Date ToProto(absl::CivilDay day) {
  google::type::Date message;
  message.set_year(static_cast<int32_t>(day.year()));
  message.set_month(day.month());
  message.set_day(day.day());
  return message;
}

v1::Tracking ToProto(Tracking tracking) { return static_cast<v1::Tracking>(tracking); }
v1::CounterReset ToProto(CounterReset reset) { return static_cast<v1::CounterReset>(reset); }
v1::LocationKind ToProto(LocationKind kind) { return static_cast<v1::LocationKind>(kind); }
v1::LotState ToProto(LotState state) { return static_cast<v1::LotState>(state); }
v1::MovementKind ToProto(MovementKind kind) { return static_cast<v1::MovementKind>(kind); }
v1::TransformationKind ToProto(TransformationKind kind) {
  return static_cast<v1::TransformationKind>(kind);
}
v1::WorkOrderState ToProto(WorkOrderState state) { return static_cast<v1::WorkOrderState>(state); }
v1::LotEventKind ToProto(LotEventKind kind) { return static_cast<v1::LotEventKind>(kind); }

v1::Settings ToProto(const Settings& settings) {
  v1::Settings message;
  message.set_company(settings.company.value());
  message.set_lots_enabled(settings.lots_enabled);
  message.set_expiry_enabled(settings.expiry_enabled);
  message.set_time_zone(settings.time_zone);
  message.set_etag(EtagOf(settings.version));
  *message.mutable_create_time() = ToProto(settings.created_at);
  *message.mutable_update_time() = ToProto(settings.updated_at);
  return message;
}

v1::Product ToProto(const Product& product, const CompanyId& company) {
  v1::Product message;
  message.set_company(company.value());
  message.set_product_id(product.product_id.value());
  message.set_display_name(product.display_name);
  SetIfAny(product.tracking, [&](Tracking tracking) { message.set_tracking(ToProto(tracking)); });
  message.set_unit(product.unit);
  message.set_scale(product.scale);
  message.set_number_template(product.number_template);
  SetIfAny(product.counter_reset,
           [&](CounterReset reset) { message.set_counter_reset(ToProto(reset)); });
  message.set_next_number(product.next_number);
  *message.mutable_shelf_life() = ToProto(product.shelf_life);
  message.set_inherit_expiry(product.inherit_expiry);
  message.set_warranty_months(product.warranty_months);
  message.set_gtin(product.gtin);
  message.set_producible(product.producible);
  message.set_case_sensitive(product.case_sensitive);
  message.set_hold_on_receipt(product.hold_on_receipt);
  message.set_etag(EtagOf(product.version));
  *message.mutable_create_time() = ToProto(product.created_at);
  *message.mutable_update_time() = ToProto(product.updated_at);
  SetIfAny(product.retired_at,
           [&](absl::Time time) { *message.mutable_retire_time() = ToProto(time); });
  return message;
}

v1::Location ToProto(const Location& location, const CompanyId& company) {
  v1::Location message;
  message.set_company(company.value());
  message.set_location_id(location.location_id.value());
  SetIfAny(location.kind, [&](LocationKind kind) { message.set_kind(ToProto(kind)); });
  message.set_display_name(location.display_name);
  SetIfAny(location.parent_id, [&](const LocationId& id) { message.set_parent_id(id.value()); });
  message.set_gln(location.gln);
  *message.mutable_address() = ToProto(location.address);
  message.set_is_default(location.is_default);
  message.set_is_quarantine(location.is_quarantine);
  message.set_etag(EtagOf(location.version));
  *message.mutable_create_time() = ToProto(location.created_at);
  *message.mutable_update_time() = ToProto(location.updated_at);
  SetIfAny(location.retired_at,
           [&](absl::Time time) { *message.mutable_retire_time() = ToProto(time); });
  return message;
}

v1::Lot ToProto(const Lot& lot) {
  const bool is_deleted = lot.deleted_at.has_value();
  const bool is_unit = lot.tracking == Tracking::kSerial && !is_deleted;
  v1::Lot message;
  message.set_lot_id(lot.lot_id.value().ToString());
  message.set_company(lot.company.value());
  message.set_product_id(lot.product_id.value());
  message.set_number(lot.number);
  message.set_tracking(ToProto(lot.tracking));
  message.set_reference(lot.reference);
  message.set_notes(lot.notes);
  for (const auto& [key, value] : lot.attributes) {
    (*message.mutable_attributes())[key] = ToProto(value);
  }
  SetDates(lot.dates, message);
  message.set_state(is_deleted ? v1::LOT_STATE_DELETED : ToProto(lot.state));
  message.set_quantity(is_unit ? "1" : lot.on_hand.Format(lot.scale));
  message.set_on_hand_quantity(lot.on_hand.Format(lot.scale));
  message.set_etag(EtagOf(lot.version));
  *message.mutable_create_time() = ToProto(lot.created_at);
  *message.mutable_update_time() = ToProto(lot.updated_at);
  message.set_creator(lot.created_by);
  message.set_expired(lot.expired);
  SetIfAny(lot.hold_cause, [&](auto cause) { message.set_hold_cause(ToProto(cause)); });
  return message;
}

v1::LotStock ToProto(const LotStock& stock) {
  v1::LotStock message;
  message.set_company(stock.company.value());
  message.set_lot_id(stock.lot_id.value().ToString());
  message.set_product_id(stock.product_id.value());
  message.set_number(stock.number);
  message.set_location_id(stock.location_id.value());
  message.set_location_kind(ToProto(stock.kind));
  message.set_quantity(stock.quantity.Format(stock.scale));
  SetIfAny(stock.arrived_at, [&](auto time) { *message.mutable_arrive_time() = ToProto(time); });
  SetIfAny(stock.stock_since,
           [&](auto time) { *message.mutable_stock_since_time() = ToProto(time); });
  SetIfAny(stock.expires_on, [&](auto day) { *message.mutable_expire_date() = ToProto(day); });
  SetIfAny(stock.hold_cause, [&](auto cause) { message.set_hold_cause(ToProto(cause)); });
  for (size_t i = 0; i < stock.work_orders.size(); ++i) {
    v1::LotStock::IssuedQuantity& issued = *message.add_issued();
    issued.set_work_order_id(stock.work_orders[i].value());
    issued.set_quantity(stock.work_order_quantities[i].Format(stock.scale));
  }
  return message;
}

v1::NumberedLot ToProto(const NumberedLot& lot) {
  v1::NumberedLot message;
  message.set_number(lot.number);
  message.set_lot_id(lot.lot_id.value().ToString());
  message.set_deleted(lot.is_deleted);
  return message;
}

v1::Document ToProto(const Document& document) {
  v1::Document message;
  message.set_type(document.type);
  message.set_number(document.number);
  return message;
}

v1::Movement ToProto(const Movement& movement) {
  v1::Movement message;
  message.set_movement_id(movement.movement_id.value().ToString());
  message.set_company(movement.company.value());
  message.set_kind(ToProto(movement.kind));
  message.set_lot_id(movement.lot_id.value().ToString());
  message.set_product_id(movement.product_id.value());
  message.set_number(movement.number);
  message.set_quantity(movement.quantity.Format(movement.scale));
  message.set_from_location_id(movement.from.value());
  message.set_to_location_id(movement.to.value());
  *message.mutable_document() = ToProto(movement.document);
  message.set_partner_id(movement.partner_id);
  *message.mutable_occur_time() = ToProto(movement.occurred_at);
  *message.mutable_record_time() = ToProto(movement.recorded_at);
  message.set_actor(movement.actor);
  message.set_note(movement.note);
  message.set_reverses_movement_id(IdText(movement.reverses));
  message.set_delivery_movement_id(IdText(movement.delivery));
  message.set_receipt_movement_id(IdText(movement.receipt));
  message.set_transformation_id(IdText(movement.transformation));
  message.set_work_order_id(IdText(movement.work_order));
  message.set_unarchived(movement.unarchived);
  return message;
}

v1::Transformation ToProto(const Transformation& transformation) {
  v1::Transformation message;
  message.set_transformation_id(transformation.transformation_id.value().ToString());
  message.set_kind(ToProto(transformation.kind));
  message.set_work_order_id(IdText(transformation.work_order));
  *message.mutable_occur_time() = ToProto(transformation.occurred_at);
  *message.mutable_record_time() = ToProto(transformation.recorded_at);
  message.set_actor(transformation.actor);
  message.set_note(transformation.note);
  message.set_reverses_transformation_id(IdText(transformation.reverses));
  message.set_reversed_by_transformation_id(IdText(transformation.reversed_by));
  message.set_operation(transformation.work_place.operation);
  message.set_work_centre(transformation.work_place.work_centre);
  message.set_subcontractor_id(transformation.work_place.subcontractor_id);
  return message;
}

v1::AttributeValue ToProto(const AttributeValue& value) {
  v1::AttributeValue message;
  if (const auto* text = std::get_if<std::string>(&value)) message.set_text(*text);
  if (const auto* decimal = std::get_if<Quantity>(&value)) {
    message.set_decimal(decimal->ToString());
  }
  if (const auto* flag = std::get_if<bool>(&value)) message.set_flag(*flag);
  if (const auto* day = std::get_if<absl::CivilDay>(&value)) {
    *message.mutable_date() = ToProto(*day);
  }
  if (const auto* time = std::get_if<absl::Time>(&value)) *message.mutable_time() = ToProto(*time);
  return message;
}

std::string EtagOf(int64_t version) { return absl::StrCat("\"", version, "\""); }

}  // namespace lots
