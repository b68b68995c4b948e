// Look-ups in the ledger's facts.
#include "storage/ledger/rules/facts.h"

namespace lots {

const LotFacts* LedgerFacts::FindLot(const LotId& lot_id) const {
  const auto found = lots.find(lot_id);
  return found == lots.end() ? nullptr : &found->second;
}

std::optional<LocationKind> LedgerFacts::FindKind(const LocationId& location_id) const {
  const auto found = kinds.find(location_id);
  if (found == kinds.end()) return std::nullopt;
  return found->second;
}

BalanceFacts LedgerFacts::BalanceAt(const LotId& lot_id, const LocationId& location_id) const {
  const auto found = balances.find({lot_id, location_id});
  if (found != balances.end()) return found->second;
  BalanceFacts empty;
  empty.kind = kinds.at(location_id);
  return empty;
}

Quantity LedgerFacts::QuantityAt(const LotId& lot_id, const LocationId& location_id) const {
  const auto found = balances.find({lot_id, location_id});
  return found == balances.end() ? Quantity() : found->second.quantity;
}

Quantity LedgerFacts::OnHandElsewhere(const LotId& lot_id, const LocationId& location_id) const {
  const auto found = on_hand_elsewhere.find(lot_id);
  Quantity sum = found == on_hand_elsewhere.end() ? Quantity() : found->second;
  for (auto own = balances.lower_bound({lot_id, LocationId()});
       own != balances.end() && own->first.first == lot_id; ++own) {
    const bool is_elsewhere = own->first.second != location_id && IsOnHand(own->second.kind);
    if (is_elsewhere) sum += own->second.quantity;
  }
  return sum;
}

StockDates LedgerFacts::DatesAt(const LotId& lot_id, const LocationId& location_id) const {
  const auto found = balances.find({lot_id, location_id});
  return found == balances.end() ? StockDates() : found->second.dates;
}

bool LedgerFacts::HasTaken(const LotId& lot_id, const LocationId& location_id) const {
  const auto found = balances.find({lot_id, location_id});
  return found != balances.end() && found->second.taken;
}

std::optional<Place> LedgerFacts::WhereIs(const LotId& serial) const {
  const auto found = serial_places.find(serial);
  const bool is_somewhere = found != serial_places.end() && !found->second.is_nowhere;
  return is_somewhere ? std::optional(found->second.place) : std::nullopt;
}

absl::Time LedgerFacts::CameAt(const LotId& serial) const {
  const auto found = serial_places.find(serial);
  return found == serial_places.end() ? absl::InfinitePast() : found->second.since;
}

absl::Span<const Hold> LedgerFacts::HoldsOf(const LotId& lot_id) const {
  const auto found = holds.find(lot_id);
  if (found == holds.end()) return {};
  return found->second;
}

}  // namespace lots
