// Compares what other events say with the ObjectEvents around them.
#include "service/ctl/epcis/plan/records.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "service/ctl/epcis/plan/catalog.h"
#include "service/ctl/epcis/plan/effects.h"

namespace lots::ctl {
namespace {

// Two systems write down one delivery hours apart; two deliveries of one lot are rarely that close.
constexpr absl::Duration kApartMax = absl::Hours(24);

bool IsUnderway(const EpcisEvent& event) {
  return MeaningOf(event).effect == EpcisEffect::kUnderway;
}

}  // namespace

EpcisRecords::EpcisRecords(const std::vector<const EpcisEvent*>& events) {
  for (const EpcisEvent* event : events) {
    const Change change = ChangeOf(*event);
    if (event->kind != EpcisEvent::kObject || change == Change::kNone) continue;
    for (const EpcisItem& item : event->items) {
      if (!item.quantity.has_value()) continue;
      Record record;
      record.event = event;
      record.change = change;
      record.quantity = *item.quantity;
      record.uom = item.uom;
      records_[item.identity.key].push_back(std::move(record));
    }
  }
}

EpcisRecords::Change EpcisRecords::ChangeOf(const EpcisEvent& event) {
  const EpcisMeaning meaning = MeaningOf(event);
  const bool is_object = event.kind == EpcisEvent::kObject;
  if (meaning.end.has_value() || (is_object && event.action == EpcisEvent::kDelete)) {
    return Change::kEnds;
  }
  if (meaning.effect == EpcisEffect::kShipped || meaning.effect == EpcisEffect::kUnderway) {
    return Change::kLeaves;
  }
  const bool arrives =
      meaning.effect == EpcisEffect::kReceived || meaning.effect == EpcisEffect::kVoided;
  if (arrives || (is_object && event.action == EpcisEvent::kAdd)) return Change::kArrives;
  return Change::kNone;
}

bool EpcisRecords::Answers(const Record& record, const EpcisEvent& event, const EpcisItem& item) {
  const bool any_place = event.place.empty() || record.event->place.empty() || IsUnderway(event) ||
                         IsUnderway(*record.event);
  return record.change == ChangeOf(event) &&
         (any_place || PlaceKey(record.event->place) == PlaceKey(event.place)) &&
         IsSameUnit(UnitOfUom(record.uom), UnitOfUom(item.uom));
}

void EpcisRecords::Append(const EpcisEvent& event, EpcisItem item,
                          std::vector<EpcisItem>& unrecorded) {
  const auto found = records_.find(item.identity.key);
  if (found != records_.end() && item.quantity.has_value()) {
    std::vector<Record>& records = found->second;
    auto record = std::lower_bound(
        records.begin(), records.end(), event.time - kApartMax,
        [](const Record& earlier, absl::Time time) { return earlier.event->time < time; });
    for (; record != records.end() && record->event->time <= event.time + kApartMax; ++record) {
      if (!Answers(*record, event, item)) continue;
      Quantity& mentioned = record->mentioned[event.kind];
      const Quantity same = std::min(*item.quantity, record->quantity - mentioned);
      mentioned += same;
      *item.quantity -= same;
    }
    if (item.quantity->IsZero()) return;
  }
  unrecorded.push_back(std::move(item));
}

std::vector<EpcisItem> EpcisRecords::Unrecorded(const EpcisEvent& event,
                                                const std::vector<EpcisItem>& items,
                                                const EpcisPallets& pallets) {
  // The goods may be recorded as the pallet that they are on, when it is known what is on it.
  std::vector<EpcisItem> on_parent;
  const EpcisIdentity parent = IdentityOf(event.parent);
  const auto goods_on_parent = pallets.GoodsOn(parent.key);
  const bool is_known = goods_on_parent.has_value() && !goods_on_parent->empty();
  // The end of a case is not that of what is in it.
  if (is_known && (parent.kind == EpcisIdentity::kPallet || ChangeOf(event) != Change::kEnds)) {
    Append(event, {.identity = parent, .quantity = Quantity::FromUnits(1), .uom = ""}, on_parent);
    if (on_parent.empty()) return {};
  }
  std::vector<EpcisItem> unrecorded;
  for (const EpcisItem& item : items) {
    std::vector<EpcisItem> rest;
    Append(event, item, rest);
    const auto on_pallet = item.identity.kind == EpcisIdentity::kPallet
                               ? pallets.GoodsOn(item.identity.key)
                               : std::nullopt;
    if (rest.empty() || !on_pallet.has_value() || on_pallet->empty()) {
      unrecorded.insert(unrecorded.end(), rest.begin(), rest.end());
      continue;
    }
    for (const EpcisItem& goods : *on_pallet) Append(event, goods, unrecorded);
  }
  return unrecorded;
}

}  // namespace lots::ctl
