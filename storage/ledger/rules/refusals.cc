// The words of the ledger's refusals.
#include "storage/ledger/rules/refusals.h"

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/rules/kinds.h"

namespace lots {

namespace {

std::string DayText(absl::CivilDay day) { return absl::FormatCivilTime(day); }

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
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

// How a serial that is at this place can come in.
absl::string_view WayBackFrom(const Place& place) {
  if (place.location_id == WorkInProcess()) return "; return it from its work order first";
  switch (place.kind) {
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

struct ConstraintWords {
  absl::string_view constraint;
  Reason reason;
  absl::string_view message;
};
constexpr ConstraintWords kConstraintWords[] = {
    {"balances_not_negative", Reason::kNotEnough, "there is less than the movement takes"},
    {"balances_serial_is_one", Reason::kSerialOnHand, "the serial is on hand already"},
    {"balances_serial_in_one_place", Reason::kSerialOnHand, "the serial is in another place"},
    {"balances_bounded", Reason::kQuantityOverflow, "a place cannot hold so much"},
    {"deliveries_returnable_not_negative", Reason::kReturnExceedsDelivery,
     "more is returned than is left of the delivery"},
    {"movements_reversed_once", Reason::kAlreadyReversed, "the movement was reversed before"},
};

Facts ReversedFacts(const MovementId& movement) {
  return {{"movement_id", movement.value().ToString()}};
}

// `why` completes "movement …".
Problem DeliveryMismatch(const Posting& posting, absl::string_view why) {
  const std::string delivery = posting.delivery->value().ToString();
  return {.reason = Reason::kReturnMismatch,
          .field = FieldOf(posting, "delivery_movement_id"),
          .message = absl::StrCat("movement ", delivery, " ", why),
          .facts = {{"movement_id", delivery}}};
}

// The first of these deliveries: the text of a refusal stays short.
std::string FirstIds(absl::Span<const MovementId> deliveries) {
  constexpr size_t kShownMax = 4;
  return absl::StrJoin(deliveries.subspan(0, kShownMax), ", ",
                       [](std::string* out, const MovementId& delivery) {
                         absl::StrAppend(out, delivery.value().ToString());
                       });
}

// `why` completes "movement …".
Problem ReceiptMismatch(const Posting& posting, absl::string_view why) {
  const std::string receipt = posting.receipt->value().ToString();
  return {.reason = Reason::kReturnMismatch,
          .field = FieldOf(posting, "receipt_movement_id"),
          .message = absl::StrCat("movement ", receipt, " ", why),
          .facts = {{"movement_id", receipt}}};
}

}  // namespace

std::string NameOf(const LotFacts& lot) {
  return absl::StrCat(lot.tracking == Tracking::kSerial ? "serial " : "lot ", lot.number,
                      " of product ", lot.product_id.value());
}

Problem ResultUsed(const LotFacts& lot, const std::string& field, absl::string_view why,
                   Fact fact) {
  return {.reason = Reason::kResultUsed,
          .field = field,
          .message = absl::StrCat(NameOf(lot), " ", why),
          .facts = FactsOf(lot, std::move(fact))};
}

std::string FieldOf(const Posting& posting, absl::string_view field) {
  return posting.field.empty() ? std::string(field) : absl::StrCat(posting.field, ".", field);
}

Problem KindMismatch(const Posting& posting, LocationKind from, LocationKind to) {
  return {.reason = Reason::kLocationKindMismatch,
          .field = FieldOf(posting, "kind"),
          .message = absl::StrCat("the ", Name(posting.kind), " ", KindsWanted(posting.kind),
                                  ", but ", posting.from.value(), " is ", Name(from), " and ",
                                  posting.to.value(), " is ", Name(to)),
          .facts = {{"kind", std::string(Name(posting.kind))},
                    {"from_kind", std::string(Name(from))},
                    {"to_kind", std::string(Name(to))}}};
}

Problem HeldAtKindMismatch(const std::string& field, const LocationId& location,
                           LocationKind kind) {
  return {.reason = Reason::kLocationKindMismatch,
          .field = field,
          .message = absl::StrCat("location ", location.value(), " is ", Name(kind),
                                  "; goods are held at INTERNAL and TRANSIT locations"),
          .facts = {{"kind", "HOLD"}, {"location_kind", std::string(Name(kind))}}};
}

Problem OutputAtKindMismatch(const std::string& field, const LocationId& location,
                             LocationKind kind) {
  return {.reason = Reason::kLocationKindMismatch,
          .field = field,
          .message = absl::StrCat("location ", location.value(), " is ", Name(kind),
                                  "; what comes out goes to an INTERNAL or TRANSIT location"),
          .facts = {{"kind", std::string(Name(MovementKind::kProduction))},
                    {"from_kind", std::string(Name(LocationKind::kProduction))},
                    {"to_kind", std::string(Name(kind))}}};
}

Problem SerialQuantityNotOne(const Posting& posting, const LotFacts& lot) {
  return {.reason = Reason::kSerialQuantityNotOne,
          .field = FieldOf(posting, "quantity"),
          .message = absl::StrCat(NameOf(lot), " is one unit: its quantity is 1, not ",
                                  posting.quantity.ToString()),
          .facts = FactsOf(lot, Fact{"quantity", posting.quantity.ToString()})};
}

Problem LotNotActive(const Posting& posting, const LotFacts& lot) {
  const std::string field = FieldOf(posting, "lot");
  const NumberedLot numbered{lot.number, lot.lot_id};
  if (lot.state == LotState::kArchived) return LotArchived(field, numbered, NameOf(lot));
  if (lot.state == LotState::kVoid) {
    return LotVoid(field, numbered, NameOf(lot), ": it was never produced");
  }
  return LotPlanned(field, numbered, NameOf(lot), " and not produced yet: it is nowhere");
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

Problem ReturnNamesNoDelivery(const Posting& posting) {
  return DeliveryMismatch(posting, "is no delivery");
}

Problem ReturnOfAnotherLot(const Posting& posting) {
  return DeliveryMismatch(posting, "delivered another lot");
}

Problem ReturnFromAnotherPlace(const Posting& posting, const DeliveryFacts& delivery) {
  return DeliveryMismatch(posting, absl::StrCat("went to ", delivery.to.value()));
}

Problem ReturnFromAnotherPartner(const Posting& posting, const DeliveryFacts& delivery) {
  return DeliveryMismatch(
      posting, absl::StrCat("went to ", delivery.partner_id, ", not to ", posting.partner_id));
}

Problem ReturnNeedsPartnerOrDelivery(absl::string_view field) {
  return FieldInvalid(field, "",
                      "a RETURN names the delivery that it returns, or, where there is none, the "
                      "partner_id and the from_location_id of the customer");
}

Problem ReturnMustNameDelivery(const Posting& posting, const LotFacts& lot,
                               absl::Span<const MovementId> deliveries) {
  const std::string ids = FirstIds(deliveries);
  return {.reason = Reason::kReturnMismatch,
          .field = FieldOf(posting, "delivery_movement_id"),
          .message = absl::StrCat(NameOf(lot), " was delivered to ", posting.from.value(),
                                  "; name the delivery of which it comes back: ", ids),
          .facts = FactsOf(lot, Fact{"deliveries", ids})};
}

Problem ReturnIsElsewhere(const Posting& posting, const LotFacts& lot, const LocationId& location,
                          absl::Span<const MovementId> deliveries) {
  const std::string ids = FirstIds(deliveries);
  return {.reason = Reason::kReturnMismatch,
          .field = FieldOf(posting, "from_location_id"),
          .message = absl::StrCat(NameOf(lot), " was delivered to ", posting.partner_id, " at ",
                                  location.value(), ", not at ", posting.from.value(),
                                  "; name the delivery of which it comes back: ", ids),
          .facts = FactsOf(lot, Fact{"deliveries", ids})};
}

Problem SupplierReturnNamesNoReceipt(const Posting& posting) {
  return ReceiptMismatch(posting, "is no receipt of this lot");
}

Problem SupplierReturnToAnotherPlace(const Posting& posting, const ReceiptFacts& receipt) {
  return ReceiptMismatch(posting, absl::StrCat("came from ", receipt.from.value()));
}

Problem SupplierReturnToAnotherPartner(const Posting& posting, const ReceiptFacts& receipt) {
  return ReceiptMismatch(
      posting, absl::StrCat("came from ", receipt.partner_id, ", not from ", posting.partner_id));
}

Problem ReturnExceeds(const Posting& posting, const LotFacts& lot, Quantity returnable) {
  const bool is_to_supplier = posting.kind == MovementKind::kSupplierReturn;
  const std::string returned =
      (is_to_supplier ? *posting.receipt : *posting.delivery).value().ToString();
  return {
      .reason = Reason::kReturnExceedsDelivery,
      .field = FieldOf(posting, "quantity"),
      .message = absl::StrCat("only ", returnable.Format(lot.scale), " of ", NameOf(lot),
                              " is left to return of ", is_to_supplier ? "receipt " : "delivery ",
                              returned, ", not ", posting.quantity.Format(lot.scale)),
      .facts = {{"movement_id", returned},
                {"returnable", returnable.Format(lot.scale)},
                {"quantity", posting.quantity.Format(lot.scale)}}};
}

Problem NotEnough(const Posting& posting, const LotFacts& lot, Quantity available) {
  const std::string there = available.Format(lot.scale);
  const std::string needed = posting.quantity.Format(lot.scale);
  return {.reason = Reason::kNotEnough,
          .field = FieldOf(posting, "quantity"),
          .message = absl::StrCat("location ", posting.from.value(), " has ", there, " of ",
                                  NameOf(lot), ", not ", needed),
          .facts = FactsOf(lot, Fact{"location_id", posting.from.value()}, Fact{"available", there},
                           Fact{"needed", needed})};
}

void AppendElsewhere(absl::Span<const Place> places, int scale, Problem& problem) {
  std::vector<std::string> elsewhere;
  for (const Place& place : places) {
    if (absl::c_linear_search(problem.facts, Fact{"location_id", place.location_id.value()})) {
      continue;
    }
    elsewhere.push_back(
        absl::StrCat(place.quantity.Format(scale), " at ", place.location_id.value()));
  }
  if (elsewhere.empty()) return;
  const std::string text = absl::StrJoin(elsewhere, ", ");
  absl::StrAppend(&problem.message, "; there is ", text, ": move it here first, or take it there");
  problem.facts.emplace_back("elsewhere", text);
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

Problem SerialOnHand(const Posting& posting, const LotFacts& lot, const Place& here) {
  return {.reason = Reason::kSerialOnHand,
          .field = FieldOf(posting, "lot"),
          .message = absl::StrCat(
              NameOf(lot), here.kind == LocationKind::kProduction ? " went into " : " is at ",
              here.location_id.value(), " and cannot come in again", WayBackFrom(here)),
          .facts = FactsOf(lot, Fact{"actual_location_id", here.location_id.value()})};
}

Problem BeforeArrival(const Posting& posting, const LotFacts& lot, const Place& here,
                      absl::Time since) {
  const std::string came = TimeText(since);
  const std::string moved = TimeText(posting.occurred_at);
  return {
      .reason = Reason::kBeforeArrival,
      .field = FieldOf(posting, "occur_time"),
      .message = absl::StrCat(NameOf(lot), " came to ", here.location_id.value(), " at ", came,
                              ", so nothing can happen to it there at ", moved,
                              "; give a later occur_time, or reverse what was recorded wrongly"),
      .facts = FactsOf(lot, Fact{"location_id", here.location_id.value()},
                       Fact{"arrive_time", came}, Fact{"occur_time", moved})};
}

Problem AlreadyReversed(const MovementId& movement, const MovementId& reversal,
                        const std::string& field) {
  Facts facts = ReversedFacts(movement);
  facts.emplace_back("reversed_by", reversal.value().ToString());
  return {.reason = Reason::kAlreadyReversed,
          .field = field,
          .message = absl::StrCat("movement ", movement.value().ToString(),
                                  " was reversed before, by ", reversal.value().ToString()),
          .facts = std::move(facts)};
}

Problem NotReversible(const MovementId& movement, const std::string& field) {
  return {.reason = Reason::kReversalNotReversible,
          .field = field,
          .message = absl::StrCat("movement ", movement.value().ToString(),
                                  " is a reversal itself; record the movement anew instead"),
          .facts = ReversedFacts(movement)};
}

Problem ResultUsedUp(const Posting& reversal, const LotFacts& lot, Quantity available,
                     Quantity moved) {
  const std::string left = available.Format(lot.scale);
  return ResultUsed(lot, reversal.field,
                    absl::StrCat("was used since: ", left, " is left at ", reversal.from.value(),
                                 " of ", moved.Format(lot.scale)),
                    {"available", left});
}

Problem ResultReturned(const LotFacts& lot, const std::string& field, Quantity returnable) {
  return ResultUsed(lot, field, "was returned from this delivery; reverse the return first",
                    {"available", returnable.Format(lot.scale)});
}

Problem ResultSentBack(const LotFacts& lot, const std::string& field, Quantity returnable) {
  return ResultUsed(lot, field, "of this receipt went back to the supplier; reverse that first",
                    {"available", returnable.Format(lot.scale)});
}

Problem SerialMovedSince(const LotFacts& lot, const std::string& field,
                         const LaterMovements& later) {
  std::vector<std::string> ids, steps;
  for (const LaterMovement& movement : later.first) {
    ids.push_back(movement.movement_id.value().ToString());
    // All movements of a transformation are reversed together.
    std::string step =
        movement.transformation.has_value()
            ? absl::StrCat("transformation ", movement.transformation->value().ToString(),
                           " with ReverseCompletion")
            : absl::StrCat("movement ", ids.back(), " (", Name(movement.kind), ")");
    if (steps.empty() || steps.back() != step) steps.push_back(std::move(step));
  }
  const int64_t more = later.count - static_cast<int64_t>(ids.size());
  Problem problem = ResultUsed(
      lot, field,
      absl::StrCat("moved on since; reverse first, in this order: ", absl::StrJoin(steps, ", "),
                   more > 0 ? absl::StrCat(", and ", more, " more movements before these") : ""),
      {"movement_id", ids.front()});
  problem.facts.emplace_back("movement_ids", absl::StrJoin(ids, ","));
  problem.facts.emplace_back("movement_count", absl::StrCat(later.count));
  const LaterMovement& last = later.first.front();
  if (last.transformation.has_value()) {
    problem.facts.emplace_back("transformation_id", last.transformation->value().ToString());
  }
  return problem;
}

Problem AlreadyReversed(const TransformationId& transformation, const TransformationId& reversal) {
  const std::string id = transformation.value().ToString();
  const std::string by = reversal.value().ToString();
  return {.reason = Reason::kAlreadyReversed,
          .field = "transformation_id",
          .message = absl::StrCat("transformation ", id, " was reversed before, by ", by),
          .facts = {{"transformation_id", id}, {"reversed_by", by}}};
}

Problem NotReversible(const TransformationId& transformation) {
  const std::string id = transformation.value().ToString();
  return {.reason = Reason::kReversalNotReversible,
          .field = "transformation_id",
          .message =
              absl::StrCat("transformation ", id, " is a reversal itself; record it anew instead"),
          .facts = {{"transformation_id", id}}};
}

std::optional<Problem> FailedConstraint(absl::string_view constraint) {
  for (const ConstraintWords& words : kConstraintWords) {
    if (words.constraint != constraint) continue;
    return Problem{.reason = words.reason,
                   .message = absl::StrCat(words.message,
                                           ": another write came first; read again and repeat")};
  }
  return std::nullopt;
}

}  // namespace lots
