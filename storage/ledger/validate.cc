// What the ledger refuses. Every refusal says what is the case instead and what to do.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "storage/domain/dates.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/ledger.h"
#include "storage/lot_rows/resolve.h"

namespace lots {

namespace {

// For the text of a refusal.
constexpr size_t kLotPlacesMax = 4;

constexpr pg::Statement kReadLotPlaces{"ledger_read_lot_places", R"sql(
SELECT lot_id, location_id, kind, quantity
FROM balances
WHERE company = $1 AND lot_id = ANY($2) AND NOT is_serial AND quantity > 0 AND kind IN (1, 2)
ORDER BY lot_id, quantity DESC, location_id)sql"};

// "serial SN-1 of product bike".
std::string NameOf(const LotFacts& lot) {
  return absl::StrCat(lot.tracking == Tracking::kSerial ? "serial " : "lot ", lot.number,
                      " of product ", lot.product_id.value());
}

std::string DayText(absl::CivilDay day) { return absl::FormatCivilTime(day); }

std::string FieldOf(const Posting& posting, absl::string_view field) {
  return posting.field.empty() ? std::string(field) : absl::StrCat(posting.field, ".", field);
}

Facts FactsOf(const LotFacts& lot) {
  return {{"lot_id", lot.lot_id.value().ToString()}, {"number", lot.number}};
}

template <class... More>
Facts FactsOf(const LotFacts& lot, More... more) {
  Facts facts = FactsOf(lot);
  (facts.push_back(std::move(more)), ...);
  return facts;
}

using Fact = Facts::value_type;

// The kinds of location that each side of a movement may have: ledger.proto, MovementKind.
bool KindsFit(MovementKind kind, LocationKind from, LocationKind to) {
  switch (kind) {
    case MovementKind::kReceipt:
      return from == LocationKind::kSupplier && IsOnHand(to);
    case MovementKind::kTransfer:
      return IsOnHand(from) && IsOnHand(to);
    case MovementKind::kDelivery:
      return IsOnHand(from) && to == LocationKind::kCustomer;
    case MovementKind::kReturn:
      return from == LocationKind::kCustomer && IsOnHand(to);
    case MovementKind::kConsumption:
      return IsOnHand(from) && to == LocationKind::kProduction;
    case MovementKind::kProduction:
      return from == LocationKind::kProduction && (IsOnHand(to) || to == LocationKind::kScrap);
    case MovementKind::kScrap:
      return IsOnHand(from) && to == LocationKind::kScrap;
    case MovementKind::kAdjustment:
      return (IsOnHand(from) && to == LocationKind::kAdjustment) ||
             (from == LocationKind::kAdjustment && IsOnHand(to));
  }
  return false;
}

absl::string_view KindsWanted(MovementKind kind) {
  switch (kind) {
    case MovementKind::kReceipt:
      return "goes from SUPPLIER to INTERNAL or TRANSIT";
    case MovementKind::kTransfer:
      return "goes between INTERNAL and TRANSIT locations";
    case MovementKind::kDelivery:
      return "goes from INTERNAL or TRANSIT to CUSTOMER";
    case MovementKind::kReturn:
      return "goes from CUSTOMER to INTERNAL or TRANSIT";
    case MovementKind::kConsumption:
      return "goes from INTERNAL or TRANSIT to PRODUCTION";
    case MovementKind::kProduction:
      return "goes from PRODUCTION to INTERNAL, TRANSIT or SCRAP";
    case MovementKind::kScrap:
      return "goes from INTERNAL or TRANSIT to SCRAP";
    case MovementKind::kAdjustment:
      return "goes between ADJUSTMENT and INTERNAL or TRANSIT";
  }
  return "is unknown";
}

Problem KindMismatch(const Posting& posting, LocationKind from, LocationKind to) {
  return {.reason = Reason::kLocationKindMismatch,
          .field = FieldOf(posting, "kind"),
          .message = absl::StrCat("a ", Name(posting.kind), " ", KindsWanted(posting.kind),
                                  ", but ", posting.from.value(), " is ", Name(from), " and ",
                                  posting.to.value(), " is ", Name(to)),
          .facts = {{"kind", std::string(Name(posting.kind))},
                    {"from_kind", std::string(Name(from))},
                    {"to_kind", std::string(Name(to))}}};
}

Problem SerialQuantityNotOne(const Posting& posting, const LotFacts& lot) {
  return {.reason = Reason::kSerialQuantityNotOne,
          .field = FieldOf(posting, "quantity"),
          .message = absl::StrCat(NameOf(lot), " is one unit: its quantity is 1, not ",
                                  posting.quantity.ToString()),
          .facts = FactsOf(lot, Fact{"quantity", posting.quantity.ToString()})};
}

Problem StateRefused(const Posting& posting, const LotFacts& lot, Reason reason,
                     absl::string_view why) {
  Facts facts = FactsOf(lot);
  if (lot.planned_for.has_value()) facts.emplace_back("work_order_id", lot.planned_for->value());
  return {.reason = reason,
          .field = FieldOf(posting, "lot"),
          .message = absl::StrCat(NameOf(lot), " ", why),
          .facts = std::move(facts)};
}

Problem LotExpired(const Posting& posting, const LotFacts& lot, absl::CivilDay day) {
  return {
      .reason = Reason::kLotExpired,
      .field = FieldOf(posting, "lot"),
      .message = absl::StrCat(NameOf(lot), " expired: its last day of use was ",
                              DayText(*lot.expires_on), ", and the ", Name(posting.kind), " is on ",
                              DayText(day), "; scrap it, or accept EXPIRED with that permission"),
      .facts =
          FactsOf(lot, Fact{"expire_date", DayText(*lot.expires_on)}, Fact{"day", DayText(day)})};
}

Problem ReturnMismatch(const Posting& posting, absl::string_view why) {
  const std::string delivery = posting.delivery->value().ToString();
  return {.reason = Reason::kReturnMismatch,
          .field = FieldOf(posting, "delivery_movement_id"),
          .message = absl::StrCat("movement ", delivery, " ", why),
          .facts = {{"movement_id", delivery}}};
}

Problem ReturnExceeds(const Posting& posting, const LotFacts& lot, Quantity returnable) {
  const std::string delivery = posting.delivery->value().ToString();
  return {.reason = Reason::kReturnExceedsDelivery,
          .field = FieldOf(posting, "quantity"),
          .message = absl::StrCat("only ", returnable.Format(lot.scale), " of ", NameOf(lot),
                                  " is left to return of delivery ", delivery, ", not ",
                                  posting.quantity.Format(lot.scale)),
          .facts = {{"movement_id", delivery},
                    {"returnable", returnable.Format(lot.scale)},
                    {"quantity", posting.quantity.Format(lot.scale)}}};
}

Problem QuantityOverflow(const Posting& posting, const LotFacts& lot, const LocationId& location) {
  return {
      .reason = Reason::kQuantityOverflow,
      .field = FieldOf(posting, "quantity"),
      .message = absl::StrCat("location ", location.value(), " would hold more of ", NameOf(lot),
                              " than the largest quantity there is, ", Quantity::kUnitsMax),
      .facts = {{"lot_id", lot.lot_id.value().ToString()}, {"location_id", location.value()}}};
}

Problem SerialNotThere(const Posting& posting, const LotFacts& lot,
                       const std::optional<Place>& here) {
  Facts facts = FactsOf(lot, Fact{"location_id", posting.from.value()});
  std::string where = "it is nowhere";
  if (here.has_value() && HoldsGoods(here->kind)) {
    where = absl::StrCat("it is at ", here->location_id.value());
  } else if (here.has_value() && here->kind == LocationKind::kProduction) {
    where = absl::StrCat("it went into ", here->location_id.value());
  }
  if (here.has_value() && where != "it is nowhere") {
    facts.emplace_back("actual_location_id", here->location_id.value());
  }
  return {.reason = Reason::kSerialNotThere,
          .field = FieldOf(posting, "from_location_id"),
          .message = absl::StrCat(NameOf(lot), " is not at ", posting.from.value(), ": ", where),
          .facts = std::move(facts)};
}

absl::string_view WayBackFrom(LocationKind kind) {
  switch (kind) {
    case LocationKind::kCustomer:
      return "; record a RETURN that names its delivery";
    case LocationKind::kScrap:
      return "; reverse the movement that scrapped it";
    case LocationKind::kProduction:
      return "; it comes back by disassembly, or by reversing what used it";
    default:
      return "; move it with a TRANSFER";
  }
}

Problem SerialOnHand(const Posting& posting, const LotFacts& lot, const Place& here) {
  return {.reason = Reason::kSerialOnHand,
          .field = FieldOf(posting, "lot"),
          .message = absl::StrCat(
              NameOf(lot), here.kind == LocationKind::kProduction ? " went into " : " is at ",
              here.location_id.value(), " and cannot come in again", WayBackFrom(here.kind)),
          .facts = FactsOf(lot, Fact{"actual_location_id", here.location_id.value()})};
}

}  // namespace

void Ledger::Post(const Posting& posting, std::vector<Problem>& problems) {
  if (!JudgeReferences(posting, problems)) return;
  const Case c{posting, lots_.at(posting.lot_id), BalanceOf(posting.lot_id, posting.from),
               BalanceOf(posting.lot_id, posting.to)};
  if (!JudgeShape(c, problems)) return;
  const size_t problems_before = problems.size();
  JudgeLot(c, problems);
  JudgeHolds(c, FieldOf(posting, "lot"), problems);
  JudgeReturn(c, problems);
  if (accept_.shortage && problems.size() == problems_before) CoverShortage(c);
  JudgeSource(c, problems);
  if (problems.size() == problems_before) Apply(c);
}

bool Ledger::JudgeReferences(const Posting& posting, Problems& problems) const {
  const size_t problems_before = problems.size();
  if (FindLot(posting.lot_id) == nullptr)
    problems.push_back(LotNotFound(posting.lot_id, FieldOf(posting, "lot")));
  if (!FindKind(posting.from).has_value()) {
    problems.push_back(LocationNotFound(FieldOf(posting, "from_location_id"), posting.from));
  }
  if (!FindKind(posting.to).has_value()) {
    problems.push_back(LocationNotFound(FieldOf(posting, "to_location_id"), posting.to));
  }
  if (posting.from == posting.to) {
    problems.push_back(FieldInvalid(FieldOf(posting, "to_location_id"), posting.to.value(),
                                    "a movement goes to another place than it comes from"));
  }
  return problems.size() == problems_before;
}

bool Ledger::JudgeShape(const Case& c, Problems& problems) const {
  const size_t problems_before = problems.size();
  const Posting& posting = c.posting;
  if (!KindsFit(posting.kind, c.from.kind, c.to.kind)) {
    problems.push_back(KindMismatch(posting, c.from.kind, c.to.kind));
  }
  if (!posting.quantity.IsPositive()) {
    problems.push_back(FieldInvalid(FieldOf(posting, "quantity"), posting.quantity.ToString(),
                                    "a movement's quantity is more than 0"));
  } else if (c.lot.tracking == Tracking::kSerial && posting.quantity != Quantity::FromUnits(1)) {
    problems.push_back(SerialQuantityNotOne(posting, c.lot));
  } else if (!posting.quantity.FitsScale(c.lot.scale)) {
    problems.push_back(QuantityScale(FieldOf(posting, "quantity"), posting.quantity, c.lot.scale,
                                     c.lot.product_id));
  }
  return problems.size() == problems_before;
}

void Ledger::JudgeLot(const Case& c, Problems& problems) const {
  switch (c.lot.state) {
    case LotState::kActive:
      break;
    case LotState::kPlanned:
      problems.push_back(StateRefused(c.posting, c.lot, Reason::kLotPlanned,
                                      "is planned and not produced yet: it is nowhere"));
      break;
    case LotState::kArchived:
      problems.push_back(
          StateRefused(c.posting, c.lot, Reason::kLotArchived, "is archived; unarchive it first"));
      break;
    case LotState::kVoid:
      problems.push_back(
          StateRefused(c.posting, c.lot, Reason::kLotVoid, "is void: it was never produced"));
      break;
  }
  const bool uses_up =
      c.posting.kind == MovementKind::kDelivery || c.posting.kind == MovementKind::kConsumption;
  if (!uses_up || !company_.expiry_enabled || accept_.expired) return;
  const absl::CivilDay day = DayIn(c.posting.occurred_at, company_.zone);
  if (IsExpired(c.lot.expires_on, day)) problems.push_back(LotExpired(c.posting, c.lot, day));
}

void Ledger::JudgeReturn(const Case& c, Problems& problems) const {
  const Posting& posting = c.posting;
  if (posting.kind != MovementKind::kReturn) return;
  if (!posting.delivery.has_value()) {
    problems.push_back(FieldInvalid(FieldOf(posting, "delivery_movement_id"), "",
                                    "a RETURN names the delivery that it returns"));
    return;
  }
  const auto found = deliveries_.find(*posting.delivery);
  if (found == deliveries_.end()) {
    problems.push_back(ReturnMismatch(posting, "is no delivery"));
    return;
  }
  const Delivery& delivery = found->second;
  if (delivery.lot_id != posting.lot_id) {
    problems.push_back(ReturnMismatch(posting, "delivered another lot"));
  } else if (delivery.to != posting.from) {
    problems.push_back(ReturnMismatch(posting, absl::StrCat("went to ", delivery.to.value())));
  } else if (!posting.partner_id.empty() && delivery.partner_id != posting.partner_id) {
    problems.push_back(ReturnMismatch(
        posting, absl::StrCat("went to another customer than ", posting.partner_id)));
  } else if (posting.quantity > delivery.returnable) {
    problems.push_back(ReturnExceeds(posting, c.lot, delivery.returnable));
  }
}

void Ledger::JudgeSource(const Case& c, Problems& problems) {
  const Quantity limit = Quantity::FromUnits(Quantity::kUnitsMax);
  if (c.lot.tracking == Tracking::kSerial) {
    JudgeSerialSource(c, problems);
  } else if (HoldsGoods(c.from.kind) && c.from.quantity < c.posting.quantity) {
    problems.push_back(NotEnough(c));
  } else if (c.from.quantity - c.posting.quantity < -limit) {
    problems.push_back(QuantityOverflow(c.posting, c.lot, c.posting.from));
  } else if (c.to.quantity + c.posting.quantity > limit) {
    problems.push_back(QuantityOverflow(c.posting, c.lot, c.posting.to));
  }
}

void Ledger::JudgeSerialSource(const Case& c, Problems& problems) const {
  const std::optional<Place> here = WhereIs(c.lot.lot_id);
  const bool somewhere = here.has_value() && HoldsGoods(here->kind);
  if (HoldsGoods(c.from.kind)) {
    if (somewhere && here->location_id == c.posting.from) return;
    problems.push_back(SerialNotThere(c.posting, c.lot, here));
    return;
  }
  // What went into production is inside of something, or taken apart: it comes out of production,
  // and from nowhere else.
  const bool used_up = here.has_value() && here->kind == LocationKind::kProduction &&
                       c.from.kind != LocationKind::kProduction;
  if (somewhere || used_up) problems.push_back(SerialOnHand(c.posting, c.lot, *here));
}

// None when they cannot be read: what is refused is refused all the same.
absl::Span<const Place> Ledger::LotPlaces(const LotId& lot_id) {
  if (!lot_places_.has_value()) lot_places_ = ReadLotPlaces();
  const auto found = lot_places_->find(lot_id);
  if (found == lot_places_->end()) return {};
  return found->second;
}

Ledger::PlacesOfLots Ledger::ReadLotPlaces() {
  const std::vector<LotId> lot_ids(touched_lots_.begin(), touched_lots_.end());
  const size_t read = transaction_->Add(kReadLotPlaces, context_.company, lot_ids);
  const absl::StatusOr<pg::Results> results = transaction_->Send();
  if (!results.ok()) return {};
  PlacesOfLots places_of;
  for (const pg::Row row : (*results)[read]) {
    std::vector<Place>& places = places_of[row.Get<LotId>(0)];
    if (places.size() == kLotPlacesMax) continue;
    places.push_back({.location_id = row.Get<LocationId>(1),
                      .kind = row.Get<LocationKind>(2),
                      .quantity = row.Get<Quantity>(3)});
  }
  return places_of;
}

Problem Ledger::NotEnough(const Case& c) {
  const int scale = c.lot.scale;
  Facts facts = FactsOf(c.lot, Fact{"location_id", c.posting.from.value()},
                        Fact{"available", c.from.quantity.Format(scale)},
                        Fact{"needed", c.posting.quantity.Format(scale)});
  std::vector<std::string> elsewhere;
  for (const Place& place : LotPlaces(c.lot.lot_id)) {
    if (place.location_id == c.posting.from) continue;
    elsewhere.push_back(
        absl::StrCat(place.quantity.Format(scale), " at ", place.location_id.value()));
  }
  if (!elsewhere.empty()) facts.emplace_back("elsewhere", absl::StrJoin(elsewhere, ", "));
  return {.reason = Reason::kNotEnough,
          .field = FieldOf(c.posting, "quantity"),
          .message = absl::StrCat(
              "location ", c.posting.from.value(), " has ", c.from.quantity.Format(scale), " of ",
              NameOf(c.lot), ", not ", c.posting.quantity.Format(scale),
              elsewhere.empty() ? "" : absl::StrCat("; there is ", absl::StrJoin(elsewhere, ", "))),
          .facts = std::move(facts)};
}

void Ledger::CoverShortage(const Case& c) {
  if (!IsOnHand(c.from.kind) || c.from.quantity >= c.posting.quantity) return;
  const std::optional<Place> here = WhereIs(c.lot.lot_id);
  // A serial that is somewhere else is not short, it is in the wrong place.
  if (here.has_value() && (HoldsGoods(here->kind) || here->kind == LocationKind::kProduction)) {
    return;
  }
  const LocationId adjustment = DefaultLocation(LocationKind::kAdjustment);
  const Posting posting{.movement_id = MovementId(Uuid::MakeV7()),
                        .kind = MovementKind::kAdjustment,
                        .lot_id = c.posting.lot_id,
                        .quantity = c.posting.quantity - c.from.quantity,
                        .from = adjustment,
                        .to = c.posting.from,
                        .document = c.posting.document,
                        .occurred_at = c.posting.occurred_at,
                        .note = "shortage accepted",
                        .transformation = c.posting.transformation,
                        .work_order = c.posting.work_order,
                        .field = c.posting.field};
  Apply({posting, c.lot, BalanceOf(posting.lot_id, adjustment), c.from});
  adjustments_.push_back(posting.movement_id);
}

}  // namespace lots
