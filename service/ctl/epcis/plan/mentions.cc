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
Items ItemsOf(const EpcisEvent& event, bool moves, EpcisGoods& goods) {
  Items items = event.items;
  const EpcisItem parent{
      .identity = IdentityOf(event.parent), .quantity = Quantity::FromUnits(1), .uom = ""};
  const bool is_pallet = parent.identity.kind == EpcisIdentity::kPallet;
  // Of a pallet that moves and that nobody knows, that much is said.
  const bool names_pallet = is_pallet && items.empty() &&
                            (moves || goods.pallets().GoodsOn(parent.identity.key).has_value());
  // A case is goods, and goes with what is in it.
  const bool names_case = moves && parent.identity.kind == EpcisIdentity::kSerial &&
                          !goods.KnownLinesOf({parent}).empty();
  if (names_pallet || names_case) items.push_back(parent);
  return items;
}

// What the event says that is not on record at its destination, moved there from where it is.
// Returns what is nowhere else either.
Quantity Fetch(const EpcisEvent& event, const EpcisLine& line, EpcisEffect effect,
               EpcisGoods& goods, EventRequests& requests) {
  const std::string to = goods.DestinationOf(event, effect);
  Quantity missing = line.quantity;
  for (const auto& [source, there] : goods.SourcesOf(event, effect, *line.lot)) {
    const EpcisLine taken{line.lot, std::min(missing, there)};
    missing -= taken.quantity;
    if (source == to || !taken.quantity.IsPositive()) continue;
    goods.Discrepancy(event,
                      absl::StrCat("has ", goods.TextOf(taken), " at ", to,
                                   " and is no record of a movement; on record there is ",
                                   goods.Whereabouts(*line.lot)),
                      absl::StrCat("a TRANSFER from ", source, " puts that right"));
    goods.Take(taken, source);
    goods.Arrive(
        event, taken,
        {.kind = v1::MOVEMENT_KIND_TRANSFER, .from = source, .to = to, .why = WhyOf(event)},
        requests);
  }
  return missing;
}

void PlanPresence(const EpcisEvent& event, const EpcisLine& line, EpcisEffect effect,
                  EpcisGoods& goods, EventRequests& requests) {
  const Quantity missing = Fetch(event, line, effect, goods, requests);
  if (missing.IsZero() || effect == EpcisEffect::kSeen) return;
  const std::string to = goods.DestinationOf(event, effect);
  goods.Add(event, {line.lot, missing}, to,
            absl::StrCat(effect == EpcisEffect::kReceived ? "receives " : "has ",
                         goods.TextOf(line), " at ", to),
            requests);
}

// Goods that are all on the way left before.
void PlanDeparture(const EpcisEvent& event, const EpcisLine& line, EpcisGoods& goods,
                   EventRequests& requests) {
  const std::string place = goods.PlaceOf(event);
  const bool on_the_way = goods.balance().At(*line.lot, place).IsZero() &&
                          goods.balance().At(*line.lot, kTransitId) >= line.quantity;
  if (on_the_way || !goods.Provide(event, line, place, "ships", requests)) return;
  goods.Discrepancy(event,
                    absl::StrCat("ships ", goods.TextOf(line), " from ", place,
                                 " and is no record of a movement; no other event ships them"),
                    absl::StrCat("a TRANSFER to ", kTransitId, " puts that right"));
  goods.Take(line, place);
  goods.Arrive(
      event, line,
      {.kind = v1::MOVEMENT_KIND_TRANSFER, .from = place, .to = kTransitId, .why = WhyOf(event)},
      requests);
}

void PlanEnding(const EpcisEvent& event, const EpcisLine& line, const EpcisEnd& end,
                EpcisGoods& goods, EventRequests& requests) {
  if (goods.IsGone(*line.lot)) {
    goods.Notice(event, absl::StrCat("says ", end.word, " of ", goods.TextOf(line),
                                     ", which is off the record already"));
    return;
  }
  const std::string place = goods.PlaceOf(event);
  if (!goods.Provide(event, line, place, "ends", requests)) return;
  goods.Discrepancy(event,
                    absl::StrCat("ends ", goods.TextOf(line), " at ", place, " (", end.word,
                                 ") and is no record of that; no other event ends them"),
                    absl::StrCat(WithArticle(end.kind), " takes it off"));
  goods.End(event, line, end.kind,
            absl::StrCat("discrepancy: only ", event.type, " says ", end.word), requests);
}

void PlanMove(const EpcisEvent& event, const EpcisLine& line, const EpcisMeaning& meaning,
              EpcisGoods& goods, EventRequests& requests) {
  if (meaning.effect == EpcisEffect::kReceived) {
    PlanPresence(event, line, meaning.effect, goods, requests);
    goods.FollowUp(event, line, meaning, requests);
  } else if (meaning.end.has_value()) {
    PlanEnding(event, line, *meaning.end, goods, requests);
  } else if (meaning.effect == EpcisEffect::kShipped) {
    PlanDeparture(event, line, goods, requests);
  } else if (meaning.effect != EpcisEffect::kPassed) {
    PlanPresence(event, line, meaning.effect, goods, requests);
  }
}

// What the event moves or ends. Goods without a lot are a discrepancy only there.
void PlanMoves(const EpcisEvent& event, const EpcisMeaning& meaning, const Items& items,
               EpcisGoods& goods, EventRequests& requests) {
  const bool needs_place = meaning.end.has_value() || meaning.effect != EpcisEffect::kUnderway;
  if (items.empty() || (needs_place && !goods.HasPlace(event))) return;
  const bool ends_link =
      event.kind == EpcisEvent::kTransaction && event.action == EpcisEvent::kDelete;
  for (const EpcisLine& line : goods.LinesOf(event, items)) {
    if (ends_link) {
      goods.Discrepancy(
          event,
          absl::StrCat("takes ", goods.TextOf(line), " out of a transaction and says ",
                       meaning.end ? meaning.end->word : meaning.word,
                       "; whether the goods moved is not said"),
          "it is left out");
    } else {
      PlanMove(event, line, meaning, goods, requests);
    }
  }
}

void PlanGoods(const EpcisEvent& event, EpcisGoods& goods, EpcisRecords& records) {
  EventRequests requests({&event});
  const EpcisMeaning meaning = MeaningOf(event);
  const bool moves = MovesGoods(meaning);
  const Items items = ItemsOf(event, moves, goods);
  for (const EpcisLine& line : goods.KnownLinesOf(items)) goods.NameUnclear(event, line, meaning);
  if (moves) {
    PlanMoves(event, meaning, records.Unrecorded(event, items, goods.pallets()), goods, requests);
  } else if (!event.place.empty()) {
    for (const EpcisLine& line : goods.KnownLinesOf(items)) {
      PlanPresence(event, line, meaning.effect, goods, requests);
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

void PlanMention(const EpcisEvent& event, EpcisGoods& goods, EpcisRecords& records) {
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
  PlanGoods(event, goods, records);
  if (is_aggregation) KeepPallet(event, goods);
}

}  // namespace lots::ctl
