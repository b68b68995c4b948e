// What a movement and a reversal do to their two places: quantities, dates, the order of history.
#include "storage/ledger/rules/apply.h"

#include <algorithm>

#include "storage/base/check.h"

namespace lots {

namespace {

// A movement and its two balances among the facts.
struct Move {
  const Posting& posting;
  const LotFacts& lot;
  BalanceFacts& from;
  BalanceFacts& to;
};

// Only a serial and a new lot may get a balance that was not touched: nobody else can insert its
// row meanwhile, because the serial's own row is locked and the new lot is not committed.
BalanceFacts& BalanceOf(LedgerFacts& facts, const LotFacts& lot, const LocationId& location_id) {
  const auto found = facts.balances.find({lot.lot_id, location_id});
  if (found != facts.balances.end()) return found->second;
  Check(lot.tracking == Tracking::kSerial || facts.new_lots.contains(lot.lot_id));
  BalanceFacts& added = facts.balances[{lot.lot_id, location_id}];
  added.kind = facts.kinds.at(location_id);
  return added;
}

Move MoveOf(LedgerFacts& facts, const Posting& posting) {
  const LotFacts& lot = facts.lots.at(posting.lot_id);
  return {posting, lot, BalanceOf(facts, lot, posting.from), BalanceOf(facts, lot, posting.to)};
}

// The date that goods bring along: a TRANSFER and a new name keep the date that FIFO sorts by, and
// a RETURN brings back the date that the goods left with.
absl::Time StockSinceOf(const LedgerFacts& facts, const Posting& posting,
                        const StockDates& source) {
  if (posting.stock_since.has_value()) return *posting.stock_since;
  std::optional<absl::Time> since;
  if (posting.kind == MovementKind::kTransfer) since = source.stock_since;
  if (posting.delivery.has_value()) since = facts.deliveries.at(*posting.delivery).stock_since;
  return since.value_or(posting.occurred_at);
}

absl::Time RecordTimeOf(const LedgerFacts& facts, const Move& move) {
  absl::Time last = std::max(move.from.last_recorded_at, move.to.last_recorded_at);
  // A serial may leave to one virtual place and come in from another. No balance joins these two
  // movements, but the serial's history has one order.
  const auto serial = facts.serial_places.find(move.lot.lot_id);
  if (serial != facts.serial_places.end()) {
    last = std::max(last, serial->second.last_recorded_at);
  }
  // A hold that this posting overrode sorts before it in history, whichever server's clock stamped
  // the hold.
  for (const Hold& hold : facts.HoldsOf(move.lot.lot_id)) last = std::max(last, hold.placed_at);
  return std::max(facts.now, last + absl::Microseconds(1));
}

// What every movement does, in either direction.
MovementRow Record(LedgerFacts& facts, const Move& move) {
  const absl::Time recorded_at = RecordTimeOf(facts, move);
  MovementRow row{.posting = move.posting,
                  .recorded_at = recorded_at,
                  .from_before = move.from.dates,
                  .to_before = move.to.dates};
  for (BalanceFacts* balance : {&move.from, &move.to}) {
    balance->last_recorded_at = recorded_at;
    balance->changed = true;
    balance->reversing_transformation.reset();
  }
  move.from.taken = true;
  facts.recorded_at = std::max(facts.recorded_at, recorded_at);
  move.from.quantity -= move.posting.quantity;
  move.to.quantity += move.posting.quantity;
  if (move.lot.state == LotState::kArchived && IsOnHand(move.to.kind)) {
    facts.lots.at(move.lot.lot_id).state = LotState::kActive;
    facts.unarchived.insert(move.lot.lot_id);
  }
  if (move.lot.tracking == Tracking::kSerial) {
    facts.serial_places[move.lot.lot_id] = {.place = {.location_id = move.posting.to,
                                                      .kind = move.to.kind,
                                                      .quantity = move.posting.quantity},
                                            .last_recorded_at = recorded_at,
                                            .since = move.posting.occurred_at};
  }
  return row;
}

// The reversed movement took nothing away, as is known now: the earlier date is the true one.
std::optional<absl::Time> Earlier(std::optional<absl::Time> a, std::optional<absl::Time> b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() ? a : b;
  return std::min(*a, *b);
}

void ReverseDeliveries(const Movement& movement, LedgerFacts& facts) {
  const auto own = facts.deliveries.find(movement.movement_id);
  if (own != facts.deliveries.end()) {
    own->second.returnable = Quantity();
    own->second.changed = true;
  }
  if (!movement.delivery.has_value()) return;
  DeliveryFacts& returned = facts.deliveries.at(*movement.delivery);
  returned.returnable += movement.quantity;
  returned.changed = true;
}

}  // namespace

MovementRow ApplyPosting(const Posting& posting, LedgerFacts& facts) {
  const Move move = MoveOf(facts, posting);
  const absl::Time since = StockSinceOf(facts, posting, move.from.dates);
  const bool was_empty = move.to.quantity.IsZero();
  MovementRow row = Record(facts, move);
  // A balance of work in process has no dates; the order knows them.
  const bool leaves_order = posting.is_issued || posting.kind == MovementKind::kIssueReturn;
  if (leaves_order) row.from_before.stock_since = posting.stock_since;
  if (move.from.quantity.IsZero()) move.from.dates = {};
  if (HoldsGoods(move.to.kind) && was_empty) move.to.dates.arrived_at = posting.occurred_at;
  if (IsOnHand(move.to.kind)) {
    move.to.dates.stock_since = std::min(move.to.dates.stock_since.value_or(since), since);
  }
  if (posting.receipt.has_value())
    facts.receipts.at(*posting.receipt).returnable -= posting.quantity;
  // A RETURN that follows in the same request may mean this delivery.
  if (posting.kind == MovementKind::kDelivery) {
    facts.deliveries[posting.movement_id] = {.lot_id = posting.lot_id,
                                             .to = posting.to,
                                             .partner_id = posting.partner_id,
                                             .returnable = posting.quantity,
                                             .stock_since = row.from_before.stock_since};
  }
  // A return of what was never delivered has none.
  if (posting.delivery.has_value()) {
    DeliveryFacts& delivery = facts.deliveries.at(*posting.delivery);
    delivery.returnable -= posting.quantity;
    delivery.changed = true;
  }
  return row;
}

MovementRow ApplyReversal(const PostedMovement& original, const Posting& posting,
                          LedgerFacts& facts) {
  const Movement& movement = original.movement;
  const Move move = MoveOf(facts, posting);
  // Whether the original is the last movement at a place. The movements of one transformation
  // follow each other there without a gap, because they were posted under the balance's lock.
  const auto is_last = [&](const BalanceFacts& balance) {
    return balance.last_recorded_at == movement.recorded_at ||
           (balance.reversing_transformation.has_value() &&
            balance.reversing_transformation == movement.transformation);
  };
  const bool is_last_where_it_arrived = is_last(move.from);
  const bool is_last_where_it_left = is_last(move.to);
  MovementRow row = Record(facts, move);
  row.reverses = movement.movement_id;
  if (is_last_where_it_arrived) {
    move.from.dates = original.to_before;
    move.from.reversing_transformation = movement.transformation;
  }
  if (is_last_where_it_left) move.to.reversing_transformation = movement.transformation;
  if (move.from.quantity.IsZero()) move.from.dates = {};
  // The original changed no dates at its source, or removed the dates because the source was then
  // empty. The earlier dates are therefore the dates before the original.
  move.to.dates.arrived_at = Earlier(move.to.dates.arrived_at, original.from_before.arrived_at);
  if (IsOnHand(move.to.kind)) {
    move.to.dates.stock_since =
        Earlier(move.to.dates.stock_since, original.from_before.stock_since);
  }
  ReverseDeliveries(movement, facts);
  return row;
}

}  // namespace lots
