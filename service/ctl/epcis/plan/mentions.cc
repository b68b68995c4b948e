// Plans what events without a record of their own say about where goods are.
#include "service/ctl/epcis/plan/mentions.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace lots::ctl {
namespace {

using Items = std::vector<EpcisItem>;

std::string WhyOf(const EpcisEvent& event) {
  return absl::StrCat("discrepancy: only ", event.type, " says that it moved");
}

// The goods of the event: its items, and what is on the pallet that it names.
Items ItemsOf(const EpcisEvent& event, EpcisGoods& goods) {
  Items items = event.items;
  const EpcisIdentity parent = IdentityOf(event.parent);
  const bool names_pallet = parent.kind == EpcisIdentity::kPallet && items.empty() &&
                            goods.pallets().GoodsOn(parent.key).has_value();
  if (names_pallet) items.push_back({.identity = parent, .quantity = Quantity::FromUnits(1)});
  return items;
}

// What the event says that is not on record at the place, moved there from where it is. Returns
// what is nowhere else either.
Quantity Fetch(const EpcisEvent& event, const EpcisLine& line, const std::string& place,
               EpcisGoods& goods, EventRequests& requests) {
  Quantity missing = line.quantity - std::min(line.quantity, goods.balance().At(*line.lot, place));
  auto sources = goods.balance().PlacesOf(*line.lot);
  std::stable_partition(sources.begin(), sources.end(),
                        [](const auto& source) { return source.first == kTransitId; });
  for (const auto& [other, there] : sources) {
    const EpcisLine taken{line.lot, std::min(missing, there)};
    if (other == place || !taken.quantity.IsPositive()) continue;
    goods.Discrepancy(event,
                      absl::StrCat("has ", goods.TextOf(taken), " at ", place,
                                   " and is no record of a movement; on record there is ",
                                   goods.Whereabouts(*line.lot)),
                      absl::StrCat("a TRANSFER from ", other, " puts that right"));
    goods.Take(taken, other);
    goods.Arrive(
        event, taken,
        {.kind = v1::MOVEMENT_KIND_TRANSFER, .from = other, .to = place, .why = WhyOf(event)},
        requests);
    missing -= taken.quantity;
  }
  return missing;
}

void PlanPresence(const EpcisEvent& event, const EpcisLine& line, EpcisGoods& goods,
                  EventRequests& requests) {
  const std::string place = goods.PlaceOf(event);
  const Quantity missing = Fetch(event, line, place, goods, requests);
  if (missing.IsZero() || !IsReceiving(event)) return;
  goods.Add(event, {line.lot, missing}, place,
            absl::StrCat("receives ", goods.TextOf(line), " at ", place), requests);
}

// Goods that another event shipped are on the way already.
void PlanDeparture(const EpcisEvent& event, const EpcisLine& line, EpcisGoods& goods,
                   EventRequests& requests) {
  const Quantity on_the_way = goods.balance().At(*line.lot, kTransitId);
  const EpcisLine leaving{line.lot, line.quantity - std::min(line.quantity, on_the_way)};
  if (leaving.quantity.IsZero()) return;
  const std::string place = goods.PlaceOf(event);
  if (!goods.Provide(event, leaving, place, "ships", requests)) return;
  goods.Discrepancy(event,
                    absl::StrCat("ships ", goods.TextOf(leaving), " from ", place,
                                 " and is no record of a movement; no other event ships them"),
                    absl::StrCat("a TRANSFER to ", kTransitId, " puts that right"));
  goods.Take(leaving, place);
  goods.Arrive(
      event, leaving,
      {.kind = v1::MOVEMENT_KIND_TRANSFER, .from = place, .to = kTransitId, .why = WhyOf(event)},
      requests);
}

void PlanGoods(const EpcisEvent& event, EpcisGoods& goods) {
  EventRequests requests({&event});
  const Items items = ItemsOf(event, goods);
  const bool moves = IsShipping(event) || IsReceiving(event);
  const bool placed = moves && !items.empty() ? goods.HasPlace(event) : !event.place.empty();
  if (placed) {
    // Goods without a lot are a discrepancy only where they move.
    for (const EpcisLine& line : moves ? goods.LinesOf(event, items) : goods.KnownLinesOf(items)) {
      if (IsShipping(event)) {
        PlanDeparture(event, line, goods, requests);
      } else {
        PlanPresence(event, line, goods, requests);
      }
    }
  }
  goods.Append(requests);
}

void KeepPallet(const EpcisEvent& event, EpcisGoods& goods) {
  if (event.parent.empty()) return;
  const std::string pallet = IdentityOf(event.parent).key;
  if (event.action == EpcisEvent::kDelete) {
    goods.pallets().Unpack(pallet, event.items);
  } else if (event.action == EpcisEvent::kAdd || !goods.pallets().Knows(pallet)) {
    goods.pallets().Pack(pallet, event.items);
  }
}

// What is installed in a unit, or taken out of it.
void NoteAssociation(const EpcisEvent& event, EpcisGoods& goods) {
  const std::vector<EpcisLine> lines = goods.KnownLinesOf(event.items);
  if (lines.empty() || event.action == EpcisEvent::kObserve) return;
  const bool added = event.action == EpcisEvent::kAdd;
  for (const EpcisLine& line : lines) {
    goods.Discrepancy(event,
                      absl::StrCat(added ? "makes " : "ends that ", goods.TextOf(line),
                                   added ? " a part of " : " is a part of ", event.parent),
                      "that is left out; the goods stay on record on their own");
  }
}

}  // namespace

void PlanMention(const EpcisEvent& event, EpcisGoods& goods) {
  const bool is_aggregation = event.kind == EpcisEvent::kAggregation;
  goods.Notice(event,
               absl::StrCat(event.type, " cannot be recorded yet",
                            is_aggregation ? "; only used to know what moves with a pallet" : ""));
  if (event.kind == EpcisEvent::kOther) {
    const bool names_goods =
        !event.items.empty() || !event.inputs.empty() || !event.outputs.empty();
    if (names_goods) {
      goods.Discrepancy(event, absl::StrCat("names goods, and EPCIS has no ", event.type),
                        "it is left out");
    }
    return;
  }
  if (event.kind == EpcisEvent::kAssociation) NoteAssociation(event, goods);
  PlanGoods(event, goods);
  if (is_aggregation) KeepPallet(event, goods);
}

}  // namespace lots::ctl
