// UnitService: components are installed and removed, and what is in a unit is answered.
#include "service/handlers/units.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "service/convert/orders/fields.h"
#include "service/convert/writes.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/units/composition.h"
#include "storage/units/maintain.h"

namespace lots {
namespace {

std::optional<LocationId> PlaceOf(absl::string_view field, const std::string& value,
                                  FieldChecker& fields) {
  if (value.empty()) return std::nullopt;
  return fields.Required<LocationId>(field, value);
}

// `place` reads the field of the entry that has its location; `name` is the field's name.
template <class Entries, class Place>
std::vector<ComponentMove> ReadMoves(absl::string_view list, const Entries& entries,
                                     absl::string_view name, Place place, FieldChecker& fields) {
  std::vector<ComponentMove> moves;
  fields.Count(list, entries.size(), 0, kMaintainedComponentsMax);
  if (entries.size() > kMaintainedComponentsMax) return moves;
  for (int i = 0; i < entries.size(); ++i) {
    const auto path = [&](absl::string_view field) { return Indexed(list, i, field); };
    const auto& entry = entries.Get(i);
    moves.push_back({.lot = fields.Lot(path("lot"), entry.lot()),
                     .quantity = fields.OptionalQuantity(path("quantity"), entry.quantity()),
                     .location = PlaceOf(path(name), place(entry), fields)});
  }
  return moves;
}

std::string NoteOf(const v1::MaintainUnitRequest& request, FieldChecker& fields) {
  const std::string reason =
      fields.Text("reason", request.reason(), kMaintenanceReasonCharactersMax);
  if (reason.empty()) fields.Refused("reason", "", "say why");
  const std::string note = fields.Text("note", request.note(), kMaintenanceNoteCharactersMax);
  return note.empty() ? reason : absl::StrCat(reason, ": ", note);
}

MaintenanceCommand CommandOf(const v1::MaintainUnitRequest& request, const Call& call,
                             FieldChecker& fields) {
  return {
      .context = fields.Write(request, call),
      .unit = fields.Lot("lot", request.lot()),
      .removals = ReadMoves(
          "removals", request.removals(), "to_location_id",
          [](const auto& entry) { return entry.to_location_id(); }, fields),
      .installations = ReadMoves(
          "installations", request.installations(), "from_location_id",
          [](const auto& entry) { return entry.from_location_id(); }, fields),
      .destination = PlaceOf("destination_location_id", request.destination_location_id(), fields),
      .source = PlaceOf("source_location_id", request.source_location_id(), fields),
      .document = fields.DocumentOf("document", request.document()),
      .occurred_at = fields.OccurTime(
          "occur_time", request.has_occur_time() ? &request.occur_time() : nullptr, call.now),
      .accept = ReadAccept(request.accept(), /*later_expiry=*/false, fields),
      .note = NoteOf(request, fields)};
}

CompositionQuery QueryOf(const v1::GetCompositionRequest& request, const Call& call,
                         FieldChecker& fields) {
  CompositionQuery query{.company = call.company, .lot = fields.Lot("lot", request.lot())};
  query.as_of = fields.Time("as_of", request.has_as_of() ? &request.as_of() : nullptr)
                    .value_or(absl::InfiniteFuture());
  query.known_at = fields.Time("known_at", request.has_known_at() ? &request.known_at() : nullptr)
                       .value_or(absl::InfiniteFuture());
  query.include_former = request.include_former();
  query.level_max =
      static_cast<int>(fields.InRange("level_max", request.level_max(), 0, kCompositionLevelsMax));
  query.limit = fields.InRange("entry_limit", request.entry_limit(), 0, kCompositionEntriesMax);
  if (query.level_max == 0) query.level_max = kCompositionLevelsDefault;
  if (query.limit == 0) query.limit = kCompositionEntriesDefault;
  return query;
}

v1::MaintainUnitResponse::Component ToProto(const MaintainedComponent& component) {
  v1::MaintainUnitResponse::Component message;
  message.set_lot_id(component.lot_id.value().ToString());
  message.set_product_id(component.product_id.value());
  message.set_number(component.number);
  message.set_quantity(component.quantity.Format(component.scale));
  message.set_location_id(component.location.value());
  return message;
}

v1::CompositionEntry ToProto(const CompositionEntry& entry) {
  v1::CompositionEntry message;
  message.set_level(entry.level);
  message.set_lot_id(entry.lot.lot_id.value().ToString());
  message.set_product_id(entry.lot.product_id.value());
  message.set_number(entry.lot.number);
  message.set_tracking(lots::ToProto(entry.lot.tracking));
  message.set_quantity(entry.quantity.Format(entry.lot.scale));
  message.set_exact(entry.exact);
  message.set_transformation_id(entry.transformation_id.value().ToString());
  *message.mutable_since_time() = lots::ToProto(entry.since);
  SetIfAny(entry.until,
           [&](absl::Time time) { *message.mutable_until_time() = lots::ToProto(time); });
  return message;
}

v1::ContainingUnit ToProto(const ContainingUnit& unit) {
  v1::ContainingUnit message;
  message.set_level(unit.level);
  message.set_lot_id(unit.unit.lot_id.value().ToString());
  message.set_product_id(unit.unit.product_id.value());
  message.set_number(unit.unit.number);
  message.set_quantity(unit.quantity.ToString());
  *message.mutable_since_time() = lots::ToProto(unit.since);
  return message;
}

v1::MaintainUnitResponse ToProto(const Maintenance& maintenance) {
  v1::MaintainUnitResponse message;
  message.set_transformation_id(maintenance.transformation_id.value().ToString());
  for (const MaintainedComponent& component : maintenance.removed) {
    *message.add_removed() = ToProto(component);
  }
  for (const MaintainedComponent& component : maintenance.installed) {
    *message.add_installed() = ToProto(component);
  }
  for (const MovementId& id : maintenance.adjustments) {
    message.add_adjustment_movement_ids(id.value().ToString());
  }
  for (const LotId& lot : maintenance.unarchived) {
    message.add_unarchived_lot_ids(lot.value().ToString());
  }
  return message;
}

v1::Composition ToProto(const Composition& composition) {
  v1::Composition message;
  message.set_lot_id(composition.lot.lot_id.value().ToString());
  message.set_product_id(composition.lot.product_id.value());
  message.set_number(composition.lot.number);
  for (const ContainingUnit& unit : composition.units) {
    *message.add_containing_units() = ToProto(unit);
  }
  SetIfAny(composition.place, [&](const UnitPlace& place) {
    message.set_location_id(place.location_id.value());
    message.set_location_kind(lots::ToProto(place.kind));
    message.set_partner_id(place.partner_id);
  });
  AnswerRoom room(message);
  const auto entry_of = [](const CompositionEntry& entry) { return ToProto(entry); };
  const bool fits = room.Fill(composition.entries, entry_of, *message.mutable_entries());
  message.set_truncated(composition.truncated || !fits);
  return message;
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::MaintainUnitResponse> MaintainUnit(const v1::MaintainUnitRequest& request,
                                                      const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const MaintenanceCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Maintenance maintenance, lots::MaintainUnit(db, command));
  return ToProto(maintenance);
}

absl::StatusOr<v1::Composition> GetComposition(const v1::GetCompositionRequest& request,
                                               const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const CompositionQuery query = QueryOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Composition composition, lots::GetComposition(db, query));
  return ToProto(composition);
}

}  // namespace handlers

}  // namespace lots
