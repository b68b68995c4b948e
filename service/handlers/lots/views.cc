// Adds the whereabouts to lots whose caller asked for them.
#include "service/handlers/lots/views.h"

#include "service/convert/convert.h"
#include "storage/base/status_macros.h"

namespace lots {
namespace {

v1::LotWhereabouts::Position PositionToProto(const SerialPosition& position) {
  v1::LotWhereabouts::Position message;
  message.set_location_id(position.location_id.value());
  message.set_location_kind(ToProto(position.kind));
  message.set_partner_id(position.partner_id);
  message.set_movement_id(position.movement_id.value().ToString());
  *message.mutable_since_time() = ToProto(position.since);
  SetIfAny(position.work_order, [&](const auto& id) { message.set_work_order_id(id.value()); });
  return message;
}

// Other states say themselves what became of the unit, and PRODUCTION or ADJUSTMENT nothing more.
bool IsSomewhere(const std::vector<Whereabouts>& states) {
  for (const Whereabouts state : states) {
    if (state == Whereabouts::kInStock || state == Whereabouts::kIssued ||
        state == Whereabouts::kWithCustomer || state == Whereabouts::kAtSupplier ||
        state == Whereabouts::kScrapped) {
      return true;
    }
  }
  return false;
}

// The fields that a unit and a lot share.
template <class Found, class Message>
void SetPlace(const Found& found, Message& message) {
  for (const Whereabouts state : found.states) {
    message.add_states(static_cast<v1::Whereabouts>(state));
  }
  if (!IsSomewhere(found.states)) return;
  SetIfAny(found.position,
           [&](const auto& position) { *message.mutable_position() = PositionToProto(position); });
}

v1::LotWhereabouts::Unit UnitToProto(const RelatedUnit& unit) {
  v1::LotWhereabouts::Unit message;
  message.set_lot_id(unit.lot_id.value().ToString());
  message.set_product_id(unit.product_id.value());
  message.set_number(unit.number);
  SetPlace(unit, message);
  return message;
}

}  // namespace

v1::LotWhereabouts ToProto(const LotWhereabouts& whereabouts) {
  v1::LotWhereabouts message;
  SetPlace(whereabouts, message);
  SetIfAny(whereabouts.unit,
           [&](const RelatedUnit& unit) { *message.mutable_unit() = UnitToProto(unit); });
  SetIfAny(whereabouts.outermost_unit,
           [&](const RelatedUnit& unit) { *message.mutable_outermost_unit() = UnitToProto(unit); });
  SetIfAny(whereabouts.successor,
           [&](const RelatedUnit& unit) { *message.mutable_successor() = UnitToProto(unit); });
  return message;
}

namespace handlers {

bool IsFullView(v1::LotView view, FieldChecker& fields) {
  return fields.OptionalEnum<v1::LotView>("view", view) == v1::LOT_VIEW_FULL;
}

absl::StatusOr<LotMessages> LotMessages::Read(pg::Connection& db, const CompanyId& company,
                                              bool is_full, absl::Span<const Lot> lots) {
  LotMessages messages;
  if (!is_full) return messages;
  std::vector<LotId> lot_ids;
  for (const Lot& lot : lots) lot_ids.push_back(lot.lot_id);
  ASSIGN_OR_RETURN(messages.whereabouts_, ReadWhereabouts(db, company, lot_ids));
  return messages;
}

v1::Lot LotMessages::Of(const Lot& lot) const {
  v1::Lot message = ToProto(lot);
  const auto found = whereabouts_.find(lot.lot_id);
  if (found != whereabouts_.end()) *message.mutable_whereabouts() = ToProto(found->second);
  return message;
}

}  // namespace handlers

}  // namespace lots
