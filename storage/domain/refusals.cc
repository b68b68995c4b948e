// The words of shared refusals.
#include "storage/domain/refusals.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/domain/dates.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/reasons.h"

namespace lots {

namespace {

Facts FactsOf(const NumberedLot& lot) {
  return {{"lot_id", lot.lot_id.value().ToString()}, {"number", lot.number}};
}

Facts TrackingFacts(const ProductId& product_id, Tracking tracking) {
  return {{"product_id", product_id.value()}, {"tracking", std::string(Name(tracking))}};
}

Problem Duplicate(absl::string_view field, std::string message, Facts facts, std::string first) {
  facts.emplace_back("first_index", std::move(first));
  return {.reason = Reason::kDuplicateInRequest,
          .field = std::string(field),
          .message = std::move(message),
          .facts = std::move(facts)};
}

}  // namespace

Problem CompanyNotFound(const CompanyId& company, absl::string_view field) {
  return {.reason = Reason::kCompanyNotFound,
          .field = std::string(field),
          .message = absl::StrCat("company ", company.value(),
                                  " does not exist; its first UpdateSettings, UpsertProducts or "
                                  "UpsertLocations creates it"),
          .facts = {{"company", company.value()}}};
}

Problem LotsDisabled(const CompanyId& company, absl::string_view field) {
  return {.reason = Reason::kLotsDisabled,
          .field = std::string(field),
          .message = absl::StrCat("lots and serials are switched off for company ", company.value(),
                                  "; switch them on with UpdateSettings"),
          .facts = {{"company", company.value()}}};
}

Problem ProductNotFound(absl::string_view field, const ProductId& product_id) {
  return {.reason = Reason::kProductNotFound,
          .field = std::string(field),
          .message = absl::StrCat("product ", product_id.value(),
                                  " does not exist; register it with UpsertProducts"),
          .facts = {{"product_id", product_id.value()}}};
}

Problem ProductNotTracked(absl::string_view field, const ProductId& product_id) {
  return {.reason = Reason::kProductNotTracked,
          .field = std::string(field),
          .message = absl::StrCat("product ", product_id.value(),
                                  " is not tracked, so it has no lots; set its tracking to LOT or "
                                  "SERIAL with UpsertProducts"),
          .facts = {{"product_id", product_id.value()}}};
}

Problem QuantityScale(absl::string_view field, Quantity quantity, int scale,
                      const ProductId& product_id) {
  return {.reason = Reason::kQuantityScale,
          .field = std::string(field),
          .message = absl::StrCat(quantity.ToString(), " has more than the ", scale,
                                  " decimals of product ", product_id.value()),
          .facts = {{"quantity", quantity.ToString()},
                    {"scale", absl::StrCat(scale)},
                    {"product_id", product_id.value()}}};
}

Problem NotASerial(absl::string_view number, const ProductId& product_id, Tracking tracking,
                   absl::string_view why) {
  return {.reason = Reason::kTrackingMismatch,
          .field = "lot",
          .message = absl::StrCat(QuotedLot(number), " is no serial: ", why),
          .facts = TrackingFacts(product_id, tracking)};
}

Problem ProductWithoutSerials(const ProductId& product_id, Tracking tracking) {
  return {
      .reason = Reason::kTrackingMismatch,
      .field = "product_id",
      .message = absl::StrCat("product ", product_id.value(), " is tracked ", Name(tracking),
                              ", and serials are for products tracked ", Name(Tracking::kSerial)),
      .facts = TrackingFacts(product_id, tracking)};
}

Problem SerialNotReshaped(absl::string_view field, absl::string_view number,
                          const ProductId& product_id) {
  return {.reason = Reason::kTrackingMismatch,
          .field = std::string(field),
          .message = absl::StrCat("\"", number,
                                  "\" is a serial, one unit: it is neither split nor merged; give "
                                  "it another number with RelabelLot"),
          .facts = TrackingFacts(product_id, Tracking::kSerial)};
}

Problem TrackingDiffers(const ProductId& product_id, TrackingRules of_product,
                        absl::string_view number, TrackingRules of_lot) {
  Facts facts = TrackingFacts(product_id, of_product.tracking);
  facts.emplace_back("scale", absl::StrCat(of_product.scale));
  return {.reason = Reason::kTrackingMismatch,
          .field = "product_id",
          .message =
              absl::StrCat("product ", product_id.value(), " is tracked by ",
                           Name(of_product.tracking), " with ", of_product.scale, " decimals, and ",
                           QuotedLot(number), " by ", Name(of_lot.tracking), " with ", of_lot.scale,
                           "; it becomes a product of the same tracking and scale"),
          .facts = std::move(facts)};
}

Problem LocationNotFound(absl::string_view field, const LocationId& location_id) {
  return {.reason = Reason::kLocationNotFound,
          .field = std::string(field),
          .message = absl::StrCat("location ", location_id.value(),
                                  " does not exist; create it with UpsertLocations"),
          .facts = {{"location_id", location_id.value()}}};
}

Problem ParentLocationNotFound(absl::string_view field, const LocationId& parent_id) {
  return {.reason = Reason::kLocationNotFound,
          .field = std::string(field),
          .message = absl::StrCat("the parent ", parent_id.value(),
                                  " neither exists nor is in this request; add it to the request"),
          .facts = {{"location_id", parent_id.value()}}};
}

Problem MovementNotFound(absl::string_view field, const MovementId& movement_id) {
  const std::string id = movement_id.value().ToString();
  return {.reason = Reason::kMovementNotFound,
          .field = std::string(field),
          .message = absl::StrCat("movement ", id, " does not exist"),
          .facts = {{"movement_id", id}}};
}

Problem ProductRetired(absl::string_view field, const ProductId& product_id) {
  return {.reason = Reason::kRetired,
          .field = std::string(field),
          .message = absl::StrCat("product \"", product_id.value(),
                                  "\" is retired and gets no new lots and work orders; "
                                  "RetireProducts with undo takes it back into use"),
          .facts = {{"product_id", product_id.value()}}};
}

Problem LocationRetired(absl::string_view field, const LocationId& location_id) {
  return {.reason = Reason::kRetired,
          .field = std::string(field),
          .message = absl::StrCat("location \"", location_id.value(),
                                  "\" is retired and nothing goes into it; RetireLocations with "
                                  "undo takes it back into use"),
          .facts = {{"location_id", location_id.value()}}};
}

Problem LotNotFound(const LotRef& ref, absl::string_view field) {
  if (ref.lot_id.has_value()) return LotNotFound(*ref.lot_id, field);
  return {.reason = Reason::kLotNotFound,
          .field = std::string(field),
          .message = absl::StrCat("product \"", ref.product_id.value(), "\" has no lot \"",
                                  ref.number, "\"; create it first"),
          .facts = {{"product_id", ref.product_id.value()}, {"number", ref.number}}};
}

Problem LotNotFound(const LotId& lot_id, absl::string_view field) {
  const std::string text = lot_id.value().ToString();
  return {.reason = Reason::kLotNotFound,
          .field = std::string(field),
          .message = absl::StrCat("no lot ", text, " in this company"),
          .facts = {{"lot_id", text}}};
}

Problem WorkOrderNotFound(const WorkOrderId& work_order, absl::string_view field) {
  return {.reason = Reason::kWorkOrderNotFound,
          .field = std::string(field),
          .message = absl::StrCat("no work order \"", work_order.value(), "\" in this company"),
          .facts = {{"work_order_id", work_order.value()}}};
}

Problem RecallNotFound(const RecallId& recall_id, absl::string_view field) {
  return {.reason = Reason::kRecallNotFound,
          .field = std::string(field),
          .message = absl::StrCat("no recall \"", recall_id.value(), "\" in this company"),
          .facts = {{"recall_id", recall_id.value()}}};
}

Problem TransformationNotFound(const TransformationId& transformation) {
  const std::string text = transformation.value().ToString();
  return {Reason::kTransformationNotFound,
          "transformation_id",
          absl::StrCat("no transformation ", text, " in this company"),
          {{"transformation_id", text}}};
}

Problem NotAComponent(absl::string_view field, const NumberedLot& lot, Quantity available,
                      Quantity needed, absl::string_view is_there) {
  return {Reason::kNotAComponent,
          std::string(field),
          absl::StrCat("of lot \"", lot.number, "\" ", available.ToString(), " ", is_there,
                       ", not ", needed.ToString()),
          {{"lot_id", lot.lot_id.value().ToString()},
           {"number", lot.number},
           {"available", available.ToString()},
           {"needed", needed.ToString()}}};
}

Problem ComponentContainsUnit(absl::string_view field, const NumberedLot& component,
                              const ProductId& product_id, const NumberedLot& unit) {
  Facts facts = FactsOf(component);
  facts.emplace_back("unit_lot_id", unit.lot_id.value().ToString());
  return {.reason = Reason::kComponentContainsUnit,
          .field = std::string(field),
          .message = absl::StrCat(
              LotOfProduct(component.number, product_id), " cannot be installed in unit \"",
              unit.number,
              component.lot_id == unit.lot_id ? "\": it is this unit" : "\": this unit is in it"),
          .facts = std::move(facts)};
}

Problem PageTokenInvalid(absl::string_view what) {
  return {
      .reason = Reason::kPageTokenInvalid,
      .field = "page_token",
      .message = absl::StrCat("the page token belongs to another ", what, "; start without one")};
}

Problem PageTokenDamaged() {
  return {.reason = Reason::kPageTokenInvalid,
          .field = "page_token",
          .message = "the page token is damaged or belongs to another query; start without one",
          .facts = {{"field", "page_token"}}};
}

Problem SettingsChanged(int64_t version) {
  const std::string etag = absl::StrCat("\"", version, "\"");
  return {
      .reason = Reason::kEtagMismatch,
      .field = "settings.etag",
      .message = absl::StrCat("settings.etag is not the current one, ", etag,
                              ": somebody changed the settings; read them again and decide anew"),
      .facts = {{"etag", etag}}};
}

Problem ResourceChanged(absl::string_view entry, absl::string_view id, int64_t version) {
  const std::string field = absl::StrCat(entry, ".etag");
  if (version == 0) {
    return {.reason = Reason::kEtagMismatch,
            .field = field,
            .message = absl::StrCat(field, " is given, but \"", id,
                                    "\" does not exist; leave the etag out to create it"),
            .facts = {}};
  }
  const std::string etag = absl::StrCat("\"", version, "\"");
  return {.reason = Reason::kEtagMismatch,
          .field = field,
          .message = absl::StrCat("\"", id, "\" was changed: its etag is ", etag,
                                  " now; read it again and decide anew"),
          .facts = {{"etag", etag}}};
}

Problem LotChanged(const LotId& lot_id, int64_t version) {
  const std::string etag = absl::StrCat("\"", version, "\"");
  return {.reason = Reason::kEtagMismatch,
          .field = "etag",
          .message = absl::StrCat("lot ", lot_id.value().ToString(), " was changed: its etag is ",
                                  etag, " now; read it again and decide anew"),
          .facts = {{"etag", etag}}};
}

Problem HoldChanged(const HoldId& hold_id, int64_t version) {
  const std::string etag = absl::StrCat("\"", version, "\"");
  return {.reason = Reason::kEtagMismatch,
          .field = "hold.etag",
          .message = absl::StrCat("hold ", hold_id.value().ToString(), " was changed: its etag is ",
                                  etag, " now; read it again and decide anew"),
          .facts = {{"etag", etag}}};
}

Problem PermissionMissing(absl::string_view permission, absl::string_view field,
                          absl::string_view why) {
  return {.reason = Reason::kPermissionMissing,
          .field = std::string(field),
          .message = absl::StrCat("the caller lacks the permission \"", permission, "\"",
                                  why.empty() ? "" : ": ", why),
          .facts = {{"permission", std::string(permission)}}};
}

std::string QuotedLot(absl::string_view number) { return absl::StrCat("lot \"", number, "\""); }

std::string LotOfProduct(absl::string_view number, const ProductId& product_id) {
  return absl::StrCat("lot ", number, " of product ", product_id.value());
}

Problem LotPlanned(absl::string_view field, const NumberedLot& lot, absl::string_view name,
                   absl::string_view rest) {
  return {.reason = Reason::kLotPlanned,
          .field = std::string(field),
          .message = absl::StrCat(name, " is planned", rest),
          .facts = FactsOf(lot)};
}

Problem LotArchived(absl::string_view field, const NumberedLot& lot, absl::string_view name) {
  return {.reason = Reason::kLotArchived,
          .field = std::string(field),
          .message = absl::StrCat(name, " is archived; unarchive it first"),
          .facts = FactsOf(lot)};
}

Problem LotVoid(absl::string_view field, const NumberedLot& lot, absl::string_view name,
                absl::string_view rest) {
  return {.reason = Reason::kLotVoid,
          .field = std::string(field),
          .message = absl::StrCat(name, " is void", rest),
          .facts = FactsOf(lot)};
}

Problem VoidNumber(absl::string_view field, const NumberedLot& lot) {
  return LotVoid(field, lot, QuotedLot(lot.number),
                 "; name it in AssignSerials, which plans it again, or use another number");
}

std::optional<Problem> CheckLaterExpiry(absl::string_view field, const NumberedLot& lot,
                                        std::optional<absl::CivilDay> before,
                                        std::optional<absl::CivilDay> after,
                                        const LaterExpiry& later) {
  if (!IsLaterExpiry(before, after)) return std::nullopt;
  if (later.accepted && !later.note.empty()) return std::nullopt;
  if (later.accepted) return FieldInvalid("note", "", "say why the goods expire later");
  const std::string old_day = absl::FormatCivilTime(*before);
  const std::string new_day = after.has_value() ? absl::FormatCivilTime(*after) : std::string();
  Facts facts = FactsOf(lot);
  facts.emplace_back("expire_date", old_day);
  facts.emplace_back("new_expire_date", new_day);
  return Problem{
      .reason = Reason::kExpiryLater,
      .field = std::string(field),
      .message = absl::StrCat(QuotedLot(lot.number), " expires on ", old_day, " and would expire ",
                              new_day.empty() ? "never" : absl::StrCat("on ", new_day),
                              "; accept LATER_EXPIRY with that permission, and say why in `note`"),
      .facts = std::move(facts)};
}

Problem TargetTwice(const LotId& lot_id, size_t index, size_t first) {
  return Duplicate(
      Indexed("targets", index),
      absl::StrCat("targets[", index, "] is targets[", first, "] again; hold each target once"),
      {{"lot_id", lot_id.value().ToString()}}, absl::StrCat(first));
}

Problem ListedTwice(absl::string_view list, size_t index, size_t first, Facts facts) {
  return Duplicate(
      Indexed(list, index),
      absl::StrCat(list, "[", index, "] is ", list, "[", first, "] again; name each one once"),
      std::move(facts), absl::StrCat(first));
}

Problem SerialMovesTwice(const NumberedLot& serial, const ProductId& product_id, size_t index,
                         size_t first) {
  return Duplicate(Indexed("movements", index, "lot"),
                   absl::StrCat("serial ", serial.number, " of product ", product_id.value(),
                                " moves in movements[", first,
                                "] already; record the second movement in a later request"),
                   {{"lot_id", serial.lot_id.value().ToString()}}, absl::StrCat(first));
}

Problem NumberTwice(absl::string_view field, absl::string_view number,
                    absl::string_view first_field, size_t first) {
  return Duplicate(field,
                   absl::StrCat("number \"", number, "\" stands in this request before, in ",
                                first_field, "; give each once"),
                   {{"number", std::string(number)}}, absl::StrCat(first));
}

Problem SeedTwice(absl::string_view list, const LotRef& seed, size_t index, size_t first) {
  return Duplicate(Indexed(list, index),
                   absl::StrCat(Indexed(list, index), " is ", Indexed(list, first),
                                " again; name each lot once"),
                   {{"lot_id", seed.lot_id.has_value() ? seed.lot_id->value().ToString() : ""},
                    {"number", seed.number}},
                   absl::StrCat(first));
}

Problem UnitTwice(absl::string_view field, absl::string_view first_field, const NumberedLot& unit) {
  return Duplicate(
      field,
      absl::StrCat(QuotedLot(unit.number), " is already in ", first_field, "; name each unit once"),
      {{"lot_id", unit.lot_id.value().ToString()}}, std::string(first_field));
}

Problem ValueTwice(absl::string_view field, absl::string_view key, absl::string_view value,
                   size_t first) {
  return Duplicate(field,
                   absl::StrCat(field, ": \"", value, "\" stands at position ", first,
                                " of the request already"),
                   {{std::string(key), std::string(value)}}, absl::StrCat(first));
}

}  // namespace lots
