// Plans each event by its kind: what it does to the balance, and which requests it takes.
#include "service/ctl/epcis/plan/plan.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/ctl/epcis/plan/events.h"
#include "service/ctl/epcis/plan/goods.h"
#include "service/ctl/epcis/plan/mentions.h"
#include "service/ctl/epcis/plan/transformations.h"
#include "service/ctl/output/show.h"

namespace lots::ctl {
namespace {

// Goods come into being: from outside, as far as this document tells.
void PlanOrigin(const EpcisEvent& event, const EpcisLine& line, EpcisGoods& goods,
                EventRequests& requests) {
  if (line.lot->is_serial && goods.balance().Knows(*line.lot)) {
    goods.Discrepancy(
        event,
        absl::StrCat("brings ", EpcisGoods::NameOf(*line.lot),
                     " into being, which is on record already: ", goods.Whereabouts(*line.lot)),
        "it is left out");
    return;
  }
  goods.CheckDates(event, *line.lot);
  goods.Use(line.lot, /*early=*/true);
  goods.Arrive(event, line, {.kind = v1::MOVEMENT_KIND_RECEIPT, .to = goods.PlaceOf(event)},
               requests);
}

void PlanEnd(const EpcisEvent& event, const EpcisLine& line, EpcisGoods& goods,
             EventRequests& requests) {
  const std::string place = goods.PlaceOf(event);
  if (!goods.Provide(event, line, place, "ends", requests)) return;
  goods.Take(line, place);
  requests.Move({.kind = v1::MOVEMENT_KIND_SCRAP,
                 .lot = goods.Use(line.lot),
                 .quantity = line.quantity,
                 .from = place});
}

void PlanShipping(const EpcisEvent& event, const EpcisLine& line, EpcisGoods& goods,
                  EventRequests& requests) {
  const std::string place = goods.PlaceOf(event);
  const bool on_the_way = goods.balance().At(*line.lot, place).IsZero() &&
                          goods.balance().At(*line.lot, kTransitId) >= line.quantity;
  if (on_the_way) {
    goods.Notice(event, absl::StrCat(goods.TextOf(line), " is on the way already"));
    return;
  }
  if (!goods.Provide(event, line, place, "ships", requests)) return;
  goods.Take(line, place);
  goods.Arrive(event, line, {.kind = v1::MOVEMENT_KIND_TRANSFER, .from = place, .to = kTransitId},
               requests);
}

// The movement of a step that ends goods. Such an event has the action DELETE; with OBSERVE it says
// only that the goods were seen.
std::optional<v1::MovementKind> LossOf(const EpcisEvent& event) {
  if (event.step == "retail_selling" || event.step == "dispensing") {
    return v1::MOVEMENT_KIND_DELIVERY;
  }
  if (event.step == "consuming") return v1::MOVEMENT_KIND_CONSUMPTION;
  if (event.step == "destroying") return v1::MOVEMENT_KIND_SCRAP;
  return std::nullopt;
}

void PlanLoss(const EpcisEvent& event, const EpcisLine& line, v1::MovementKind kind,
              EpcisGoods& goods, EventRequests& requests) {
  const std::string place = goods.PlaceOf(event);
  if (!goods.Provide(event, line, place, "ends", requests)) return;
  goods.Discrepancy(event,
                    absl::StrCat("ends ", goods.TextOf(line), " at ", place,
                                 " and is no record of that: its action is OBSERVE, not DELETE"),
                    absl::StrCat("a ", absl::AsciiStrToUpper(Show(kind)), " takes it off"));
  const bool uses = kind != v1::MOVEMENT_KIND_SCRAP;
  if (uses && goods.HasExpired(event, *line.lot)) requests.AcceptExpired();
  goods.Take(line, place);
  requests.Move({.kind = kind,
                 .lot = goods.Use(line.lot),
                 .quantity = line.quantity,
                 .from = place,
                 .why = absl::StrCat("discrepancy: only OBSERVE says ", event.step)});
}

// Where goods that arrive may come from, and how much there is, the likeliest first. What a
// receiving event speaks of is rather on the way than there already; goods from outside of the
// document come anew each time.
std::vector<std::pair<std::string, Quantity>> SourcesOf(const EpcisEvent& event,
                                                        const EpcisLot& lot,
                                                        const EpcisGoods& goods) {
  const std::string place = goods.PlaceOf(event);
  const EpcisBalance& balance = goods.balance();
  std::vector<std::pair<std::string, Quantity>> sources;
  if (!IsReceiving(event)) sources.emplace_back(place, balance.At(lot, place));
  sources.emplace_back(kTransitId, balance.At(lot, kTransitId));
  for (const auto& [other, quantity] : balance.PlacesOf(lot)) {
    if (other != place && other != kTransitId) sources.emplace_back(other, quantity);
  }
  if (IsReceiving(event) && lot.has_origin) sources.emplace_back(place, balance.At(lot, place));
  return sources;
}

void PlanArrivalFrom(const EpcisEvent& event, const EpcisLine& taken, const std::string& source,
                     EpcisGoods& goods, EventRequests& requests) {
  const std::string place = goods.PlaceOf(event);
  if (source == place) {
    goods.Notice(event, absl::StrCat("confirms ", goods.TextOf(taken), " where it is"));
    return;
  }
  goods.Take(taken, source);
  goods.Arrive(event, taken, {.kind = v1::MOVEMENT_KIND_TRANSFER, .from = source, .to = place},
               requests);
}

// The goods are at the event's place now: they come from wherever they are on record.
void PlanArrival(const EpcisEvent& event, const EpcisLine& line, EpcisGoods& goods,
                 EventRequests& requests) {
  EpcisLine missing = line;
  for (const auto& [source, available] : SourcesOf(event, *line.lot, goods)) {
    const EpcisLine taken{line.lot, std::min(missing.quantity, available)};
    missing.quantity -= taken.quantity;
    if (taken.quantity.IsPositive()) PlanArrivalFrom(event, taken, source, goods, requests);
  }
  if (missing.quantity.IsZero()) return;
  const std::string place = goods.PlaceOf(event);
  const bool from_outside = IsReceiving(event) && !line.lot->has_origin &&
                            !(line.lot->is_serial && goods.balance().Knows(*line.lot));
  if (from_outside) {
    goods.Arrive(event, missing, {.kind = v1::MOVEMENT_KIND_RECEIPT, .to = place}, requests);
    return;
  }
  goods.Add(
      event, missing, place,
      absl::StrCat(IsReceiving(event) ? "receives " : "sees ", goods.TextOf(line), " at ", place),
      requests);
}

void PlanObject(const EpcisEvent& event, EpcisGoods& goods) {
  if (event.items.empty()) goods.Notice(event, "names no goods");
  const std::vector<EpcisLine> lines = goods.LinesOf(event, event.items);
  if (lines.empty() || !goods.HasPlace(event)) return;
  EventRequests requests({&event});
  for (const EpcisLine& line : lines) {
    if (event.action == EpcisEvent::kAdd) {
      PlanOrigin(event, line, goods, requests);
    } else if (event.action == EpcisEvent::kDelete) {
      PlanEnd(event, line, goods, requests);
    } else if (const auto loss = LossOf(event); loss.has_value()) {
      PlanLoss(event, line, *loss, goods, requests);
    } else if (IsShipping(event)) {
      PlanShipping(event, line, goods, requests);
    } else {
      PlanArrival(event, line, goods, requests);
    }
  }
  goods.Append(requests);
}

}  // namespace

EpcisPlan PlanEpcisImport(const EpcisDocument& document) {
  const CountedEvents counted = CountEvents(document);
  EpcisGoods goods(document, counted);
  EpcisTransformations transformations(counted.events, goods);
  for (const EpcisEvent* event : counted.events) {
    if (event->kind == EpcisEvent::kTransformation) {
      transformations.AddEvent(*event);
    } else if (event->kind == EpcisEvent::kObject) {
      PlanObject(*event, goods);
    } else {
      PlanMention(*event, goods);
    }
  }
  return goods.Finish();
}

}  // namespace lots::ctl
