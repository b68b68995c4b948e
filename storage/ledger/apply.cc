// What a movement does to its two places: quantities, dates, the order of history.
#include <algorithm>

#include "storage/ledger/ledger.h"

namespace lots {

namespace {

// What the goods carry along: only moves inside, and new names, keep the date that FIFO sorts by.
absl::Time StockSinceOf(const Posting& posting, const StockDates& source) {
  if (posting.stock_since.has_value()) return *posting.stock_since;
  if (posting.kind != MovementKind::kTransfer) return posting.occurred_at;
  return source.stock_since.value_or(posting.occurred_at);
}

}  // namespace

absl::Time Ledger::RecordTime(const Case& c) const {
  absl::Time last = std::max(c.from.last_recorded_at, c.to.last_recorded_at);
  // What left by one virtual place may come in by another: no balance joins the two movements of a
  // serial, but its history has one order.
  const auto serial = serial_places_.find(c.lot.lot_id);
  if (serial != serial_places_.end()) last = std::max(last, serial->second.last_recorded_at);
  // What it was posted in spite of stands before it, whichever server's clock placed that.
  for (const Hold& hold : HoldsOf(c.lot.lot_id)) last = std::max(last, hold.placed_at);
  return std::max(now_, last + absl::Microseconds(1));
}

Ledger::Line& Ledger::AddLine(const Case& c) {
  const absl::Time recorded_at = RecordTime(c);
  lines_.push_back({.posting = c.posting,
                    .recorded_at = recorded_at,
                    .from_before = c.from.dates,
                    .to_before = c.to.dates});
  for (Balance* balance : {&c.from, &c.to}) {
    balance->last_recorded_at = recorded_at;
    balance->changed = true;
    balance->rewinding.reset();
  }
  c.from.taken = true;
  recorded_at_ = std::max(recorded_at_, recorded_at);
  c.from.quantity -= c.posting.quantity;
  c.to.quantity += c.posting.quantity;
  if (c.lot.tracking == Tracking::kSerial) {
    serial_places_[c.lot.lot_id] = {
        .place = {.location_id = c.posting.to, .kind = c.to.kind, .quantity = c.posting.quantity},
        .last_recorded_at = recorded_at};
  }
  return lines_.back();
}

void Ledger::Apply(const Case& c) {
  const absl::Time since = StockSinceOf(c.posting, c.from.dates);
  const bool was_empty = c.to.quantity.IsZero();
  AddLine(c);
  if (c.from.quantity.IsZero()) c.from.dates = {};
  if (HoldsGoods(c.to.kind) && was_empty) c.to.dates.arrived_at = c.posting.occurred_at;
  if (IsOnHand(c.to.kind)) {
    c.to.dates.stock_since = std::min(c.to.dates.stock_since.value_or(since), since);
  }
  if (c.posting.kind != MovementKind::kReturn) return;
  Delivery& delivery = deliveries_.at(*c.posting.delivery);
  delivery.returnable -= c.posting.quantity;
  delivery.changed = true;
}

}  // namespace lots
