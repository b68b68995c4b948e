// Decides which postings and reversals the ledger refuses. refusals.cc has the words.
#include "storage/ledger/rules/validate.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/time/time.h"
#include "storage/domain/dates.h"
#include "storage/domain/hold.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/rules/accept.h"
#include "storage/ledger/rules/kinds.h"
#include "storage/ledger/rules/refusals.h"

namespace lots {

namespace {

using Problems = std::vector<Problem>;

// One movement and what is known of its lot and its places.
struct Case {
  const LedgerFacts& facts;
  const Accept& accept;
  const Posting& posting;
  const LotFacts& lot;
  BalanceFacts from;
  BalanceFacts to;
};

void ValidateReferences(const LedgerFacts& facts, const Posting& posting, Problems& problems) {
  if (facts.FindLot(posting.lot_id) == nullptr) {
    problems.push_back(LotNotFound(posting.lot_id, FieldOf(posting, "lot")));
  }
  if (!facts.FindKind(posting.from).has_value()) {
    problems.push_back(LocationNotFound(FieldOf(posting, "from_location_id"), posting.from));
  }
  if (!facts.FindKind(posting.to).has_value()) {
    problems.push_back(LocationNotFound(FieldOf(posting, "to_location_id"), posting.to));
  }
  if (posting.from == posting.to) {
    problems.push_back(FieldInvalid(FieldOf(posting, "to_location_id"), posting.to.value(),
                                    "a movement goes to another place than it comes from"));
  }
}

// The kinds of the two places, and the quantity by itself.
void ValidateShape(const Case& c, Problems& problems) {
  const Posting& posting = c.posting;
  if (!KindsFit(posting, c.from.kind, c.to.kind)) {
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
}

// What is in a retired place may leave it.
void ValidateDestination(const Case& c, const std::string& field, Problems& problems) {
  if (!c.facts.retired.contains(c.posting.to)) return;
  problems.push_back(LocationRetired(field, c.posting.to));
}

// Goods that come back make an archived lot ACTIVE again. A lot may be archived while an order has
// all that is left of it.
bool IsAlive(const Case& c) {
  const Posting& posting = c.posting;
  const bool comes_back = posting.kind == MovementKind::kReturn ||
                          posting.kind == MovementKind::kIssueReturn || posting.is_return;
  const bool may_be_archived = comes_back || posting.is_issued;
  return c.lot.state == LotState::kActive ||
         (may_be_archived && c.lot.state == LotState::kArchived);
}

void ValidateExpiry(const Case& c, Problems& problems) {
  const MovementKind kind = c.posting.kind;
  const bool uses_up = kind == MovementKind::kDelivery || kind == MovementKind::kConsumption ||
                       kind == MovementKind::kInstallation || kind == MovementKind::kIssue;
  if (!uses_up || !c.facts.company.expiry_enabled || c.accept.expired) return;
  const absl::CivilDay day = DayIn(c.posting.occurred_at, c.facts.company.zone);
  if (IsExpired(c.lot.expires_on, day)) problems.push_back(LotExpired(c.posting, c.lot, day));
}

// Whether a hold lets goods go to the posting's destination.
bool IsExempt(const Hold& hold, const Case& c) {
  if (absl::c_linear_search(hold.exempt_location_ids, c.posting.to)) return true;
  if (!hold.exempts_disposal) return false;
  return c.to.kind == LocationKind::kScrap || c.to.kind == LocationKind::kSupplier ||
         c.facts.quarantines.contains(c.posting.to);
}

// Whether a hold keeps goods where this posting takes them from.
bool HoldApplies(const Case& c, const Hold& hold) {
  return hold.binding && hold.location_id.value_or(c.posting.from) == c.posting.from &&
         !IsExempt(hold, c);
}

// The holds of a part of what is at the source: together they keep the sum of their quantities.
void ValidatePartHolds(const Case& c, const std::string& field, Problems& problems) {
  const Hold* oldest = nullptr;
  Quantity kept;
  for (const Hold& hold : c.facts.HoldsOf(c.lot.lot_id)) {
    if (!hold.quantity.has_value() || !HoldApplies(c, hold)) continue;
    if (oldest == nullptr) oldest = &hold;
    kept += *hold.quantity;
  }
  const bool leaves_it_there = c.from.quantity - c.posting.quantity >= kept;
  if (oldest == nullptr || leaves_it_there) return;
  problems.push_back(
      PartHeld(c.posting, c.lot, *oldest, {.kept = kept, .present = c.from.quantity}, field));
}

// Of several holds the refusal names the strongest, and of equally strong ones the oldest.
void ValidateHolds(const Case& c, const std::string& field, Problems& problems) {
  // What a customer has is not held back, but nobody builds it into a unit. The reversal of an
  // installation goes the other way: the goods come out of the unit, and a hold keeps nothing
  // there.
  const bool is_built_in =
      c.posting.kind == MovementKind::kInstallation && c.to.kind == LocationKind::kProduction;
  const bool can_refuse = IsOnHand(c.from.kind) || c.posting.is_issued || is_built_in;
  if (c.accept.held || !can_refuse) return;
  const Hold* strongest = nullptr;
  for (const Hold& hold : c.facts.HoldsOf(c.lot.lot_id)) {
    if (hold.quantity.has_value() || !HoldApplies(c, hold)) continue;
    if (strongest == nullptr || HoldStrength(hold.cause) > HoldStrength(strongest->cause)) {
      strongest = &hold;
    }
  }
  if (strongest == nullptr) return ValidatePartHolds(c, field, problems);
  problems.push_back(LotHeld(c.posting, c.lot, *strongest, field));
}

// The deliveries of a posting's lot to its source of which something can come back.
std::vector<MovementId> OpenDeliveries(const LedgerFacts& facts, const Posting& posting) {
  std::vector<MovementId> open;
  for (const auto& [movement_id, delivery] : facts.deliveries) {
    const bool is_there = delivery.lot_id == posting.lot_id && delivery.to == posting.from;
    if (is_there && delivery.returnable.IsPositive()) open.push_back(movement_id);
  }
  return open;
}

// A movement that names no partner fits any.
bool SamePartner(const std::string& one, const std::string& other) {
  return one.empty() || other.empty() || one == other;
}

// Whether goods of a delivery may come back from the partner of the posting.
bool PartnerFits(const LedgerFacts& facts, const DeliveryFacts& delivery, const Posting& posting) {
  return SamePartner(posting.partner_id, delivery.partner_id) ||
         facts.lots.at(posting.lot_id).tracking == Tracking::kSerial;
}

// What is missing at the posting's source was delivered to the partner of the posting at another
// place: the goods come from there. Where a serial is, ValidateSerialSource says.
std::optional<Problem> FindReturnElsewhere(const Case& c) {
  const bool is_missing = c.from.quantity < c.posting.quantity;
  if (!is_missing || c.lot.tracking == Tracking::kSerial) return std::nullopt;
  LocationId place;
  std::vector<MovementId> open;
  for (const auto& [movement_id, delivery] : c.facts.deliveries) {
    const bool is_theirs = delivery.lot_id == c.posting.lot_id &&
                           delivery.partner_id == c.posting.partner_id &&
                           delivery.returnable.IsPositive();
    if (!is_theirs || (!open.empty() && delivery.to != place)) continue;
    place = delivery.to;
    open.push_back(movement_id);
  }
  if (open.empty()) return std::nullopt;
  return ReturnIsElsewhere(c.posting, c.lot, place, open);
}

void ValidateUnnamedReturn(const Case& c, Problems& problems) {
  if (c.posting.partner_id.empty()) {
    problems.push_back(ReturnNeedsPartnerOrDelivery(FieldOf(c.posting, "delivery_movement_id")));
    return;
  }
  const std::vector<MovementId> open = OpenDeliveries(c.facts, c.posting);
  if (!open.empty()) {
    problems.push_back(ReturnMustNameDelivery(c.posting, c.lot, open));
    return;
  }
  std::optional<Problem> elsewhere = FindReturnElsewhere(c);
  if (elsewhere.has_value()) problems.push_back(*std::move(elsewhere));
}

void ValidateReturn(const Case& c, Problems& problems) {
  const Posting& posting = c.posting;
  if (posting.kind != MovementKind::kReturn) return;
  if (!posting.delivery.has_value()) return ValidateUnnamedReturn(c, problems);
  const auto found = c.facts.deliveries.find(*posting.delivery);
  if (found == c.facts.deliveries.end()) {
    problems.push_back(ReturnNamesNoDelivery(posting));
    return;
  }
  const DeliveryFacts& delivery = found->second;
  if (delivery.lot_id != posting.lot_id) {
    problems.push_back(ReturnOfAnotherLot(posting));
  } else if (delivery.to != posting.from) {
    problems.push_back(ReturnFromAnotherPlace(posting, delivery));
  } else if (!PartnerFits(c.facts, delivery, posting)) {
    problems.push_back(ReturnFromAnotherPartner(posting, delivery));
  } else if (posting.quantity > delivery.returnable) {
    problems.push_back(ReturnExceeds(posting, c.lot, delivery.returnable));
  }
}

void ValidateSupplierReturn(const Case& c, Problems& problems) {
  const Posting& posting = c.posting;
  if (posting.kind != MovementKind::kSupplierReturn || !posting.receipt.has_value()) return;
  const auto found = c.facts.receipts.find(*posting.receipt);
  if (found == c.facts.receipts.end() || found->second.lot_id != posting.lot_id) {
    problems.push_back(SupplierReturnNamesNoReceipt(posting));
  } else if (found->second.from != posting.to) {
    problems.push_back(SupplierReturnToAnotherPlace(posting, found->second));
  } else if (!SamePartner(posting.partner_id, found->second.partner_id)) {
    problems.push_back(SupplierReturnToAnotherPartner(posting, found->second));
  } else if (posting.quantity > found->second.returnable) {
    problems.push_back(ReturnExceeds(posting, c.lot, found->second.returnable));
  }
}

// A serial's own facts are in order. Quantities of lots may be back-dated.
void ValidateTime(const Case& c, Problems& problems) {
  const absl::Time since = c.facts.CameAt(c.lot.lot_id);
  if (c.posting.occurred_at >= since) return;
  problems.push_back(BeforeArrival(c.posting, c.lot, *c.facts.WhereIs(c.lot.lot_id), since));
}

// A serial that went into production is a part of something, or was taken apart. Such a serial
// comes out of production, and from nowhere else.
void ValidateSerialSource(const Case& c, Problems& problems) {
  const std::optional<Place> here = c.facts.WhereIs(c.lot.lot_id);
  const bool is_held_somewhere = here.has_value() && HoldsGoods(here->kind);
  if (HoldsGoods(c.from.kind)) {
    if (is_held_somewhere && here->location_id == c.posting.from) return;
    problems.push_back(SerialNotThere(c.posting, c.lot, here));
    return;
  }
  const bool is_used_up = here.has_value() && here->kind == LocationKind::kProduction &&
                          c.from.kind != LocationKind::kProduction;
  if (is_held_somewhere || is_used_up) problems.push_back(SerialOnHand(c.posting, c.lot, *here));
}

// What is there suffices, and no balance leaves the range of a quantity. An ADJUSTMENT adds
// what is missing, but only for a movement without any other problem.
void ValidateBalances(const Case& c, Problems& problems) {
  const Quantity limit = Quantity::FromUnits(Quantity::kUnitsMax);
  const bool is_covered =
      problems.empty() && MissingAtSource(c.facts, c.accept, c.posting).IsPositive();
  if (c.lot.tracking == Tracking::kSerial) {
    const size_t problems_before = problems.size();
    if (!is_covered) ValidateSerialSource(c, problems);
    // Of a serial that is elsewhere, the time there says nothing.
    if (problems.size() == problems_before) ValidateTime(c, problems);
  } else if (!is_covered && HoldsGoods(c.from.kind) && c.from.quantity < c.posting.quantity) {
    problems.push_back(NotEnough(c.posting, c.lot, c.from.quantity));
  } else if (c.from.quantity - c.posting.quantity < -limit) {
    problems.push_back(QuantityOverflow(c.posting, c.lot, c.posting.from));
  } else if (c.to.quantity + c.posting.quantity > limit) {
    problems.push_back(QuantityOverflow(c.posting, c.lot, c.posting.to));
  }
}

// What happened since to the goods that a reversal takes back: the first reason of the list.
std::optional<Problem> FindUse(const Case& c, const Movement& movement) {
  const std::string& field = c.posting.field;
  const auto later = c.facts.later_movements.find(movement.movement_id);
  if (later != c.facts.later_movements.end()) {
    return SerialMovedSince(c.lot, field, later->second);
  }
  if (HoldsGoods(c.from.kind) && c.from.quantity < movement.quantity) {
    return ResultUsedUp(c.posting, c.lot, c.from.quantity, movement.quantity);
  }
  const auto delivery = c.facts.deliveries.find(movement.movement_id);
  if (delivery != c.facts.deliveries.end() && delivery->second.returnable < movement.quantity) {
    return ResultReturned(c.lot, field, delivery->second.returnable);
  }
  const auto receipt = c.facts.receipts.find(movement.movement_id);
  if (receipt != c.facts.receipts.end() && receipt->second.returnable < movement.quantity) {
    return ResultSentBack(c.lot, field, receipt->second.returnable);
  }
  return std::nullopt;
}

std::optional<Problem> FindReversalProblem(const Case& c, const Movement& movement) {
  const std::string& field = c.posting.field;
  if (movement.reverses.has_value()) return NotReversible(movement.movement_id, field);
  const auto reversed_by = c.facts.reversals.find(movement.movement_id);
  if (reversed_by != c.facts.reversals.end()) {
    return AlreadyReversed(movement.movement_id, reversed_by->second, field);
  }
  return FindUse(c, movement);
}

Case CaseOf(const LedgerFacts& facts, const Accept& accept, const Posting& posting) {
  return {.facts = facts,
          .accept = accept,
          .posting = posting,
          .lot = facts.lots.at(posting.lot_id),
          .from = facts.BalanceAt(posting.lot_id, posting.from),
          .to = facts.BalanceAt(posting.lot_id, posting.to)};
}

}  // namespace

std::vector<Problem> ValidatePosting(const LedgerFacts& facts, const Accept& accept,
                                     const Posting& posting) {
  Problems problems;
  ValidateReferences(facts, posting, problems);
  if (!problems.empty()) return problems;
  const Case c = CaseOf(facts, accept, posting);
  ValidateShape(c, problems);
  if (!problems.empty()) return problems;
  ValidateDestination(c, FieldOf(posting, "to_location_id"), problems);
  if (!IsAlive(c)) problems.push_back(LotNotActive(posting, c.lot));
  ValidateExpiry(c, problems);
  ValidateHolds(c, FieldOf(posting, "lot"), problems);
  ValidateReturn(c, problems);
  ValidateSupplierReturn(c, problems);
  ValidateBalances(c, problems);
  return problems;
}

std::vector<Problem> ValidateReversal(const LedgerFacts& facts, const Accept& accept,
                                      const PostedMovement& original, const Posting& posting) {
  const Case c = CaseOf(facts, accept, posting);
  Problems problems;
  std::optional<Problem> problem = FindReversalProblem(c, original.movement);
  if (problem.has_value()) {
    problems.push_back(*std::move(problem));
  } else {
    ValidateDestination(c, posting.field, problems);
    ValidateHolds(c, posting.field, problems);
  }
  return problems;
}

std::optional<MovementId> FindDelivery(const LedgerFacts& facts, const Posting& posting) {
  if (posting.kind != MovementKind::kReturn || facts.FindLot(posting.lot_id) == nullptr) {
    return std::nullopt;
  }
  std::vector<MovementId> open = OpenDeliveries(facts, posting);
  std::erase_if(open, [&](const MovementId& id) {
    return !PartnerFits(facts, facts.deliveries.at(id), posting);
  });
  return open.size() == 1 ? std::optional(open.front()) : std::nullopt;
}

std::optional<MovementId> FindInstalledDelivery(const LedgerFacts& facts, const Posting& posting) {
  if (facts.FindKind(posting.from) != LocationKind::kCustomer) return std::nullopt;
  Posting sent_back = posting;
  sent_back.kind = MovementKind::kReturn;
  const std::optional<MovementId> delivery = FindDelivery(facts, sent_back);
  const bool covers =
      delivery.has_value() && facts.deliveries.at(*delivery).returnable >= posting.quantity;
  return covers ? delivery : std::nullopt;
}

namespace {

// What is missing at the source, unless the posting moves a serial that is elsewhere.
Quantity MissingFrom(const LedgerFacts& facts, const Posting& posting, const BalanceFacts& from) {
  if (from.quantity >= posting.quantity) return Quantity();
  const std::optional<Place> here = facts.WhereIs(posting.lot_id);
  const bool is_elsewhere =
      here.has_value() && (HoldsGoods(here->kind) || here->kind == LocationKind::kProduction);
  return is_elsewhere ? Quantity() : posting.quantity - from.quantity;
}

}  // namespace

Quantity ShortageOf(const LedgerFacts& facts, const Posting& posting) {
  const BalanceFacts from = facts.BalanceAt(posting.lot_id, posting.from);
  if (!IsOnHand(from.kind)) return Quantity();
  const bool is_serial = facts.lots.at(posting.lot_id).tracking == Tracking::kSerial;
  const bool lies_elsewhere =
      !is_serial && facts.OnHandElsewhere(posting.lot_id, posting.from).IsPositive();
  if (lies_elsewhere) return Quantity();
  return MissingFrom(facts, posting, from);
}

Quantity MissingAtSource(const LedgerFacts& facts, const Accept& accept, const Posting& posting) {
  if (posting.kind != MovementKind::kReturn) {
    return accept.shortage ? ShortageOf(facts, posting) : Quantity();
  }
  if (posting.delivery.has_value()) return Quantity();
  return MissingFrom(facts, posting, facts.BalanceAt(posting.lot_id, posting.from));
}

}  // namespace lots
