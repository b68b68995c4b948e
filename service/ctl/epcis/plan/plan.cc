// Plans each event by its kind: what it does to the balance, and which requests it takes.
#include "service/ctl/epcis/plan/plan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/ctl/epcis/plan/effects.h"
#include "service/ctl/epcis/plan/events.h"
#include "service/ctl/epcis/plan/goods.h"
#include "service/ctl/epcis/plan/mentions.h"
#include "service/ctl/epcis/plan/records.h"
#include "service/ctl/epcis/plan/transformations.h"

namespace lots::ctl {
namespace {

// Goods come into being: from outside, as far as this document tells.
void PlanOrigin(const EpcisEvent& event, const EpcisLine& line, const EpcisMeaning& meaning,
                EpcisGoods& goods, EventRequests& requests) {
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
  goods.FollowUp(event, line, meaning, requests);
}

// The action DELETE ends goods; the step or the disposition says how.
void PlanDelete(const EpcisEvent& event, const EpcisLine& line, const EpcisMeaning& meaning,
                EpcisGoods& goods, EventRequests& requests) {
  const std::string place = goods.PlaceOf(event);
  if (!goods.Provide(event, line, place, "ends", requests)) return;
  const v1::MovementKind kind =
      meaning.end.has_value() ? meaning.end->kind : v1::MOVEMENT_KIND_SCRAP;
  if (!meaning.end.has_value() && MovesGoods(meaning)) {
    goods.Discrepancy(event,
                      absl::StrCat("ends ", goods.TextOf(line), " at ", place, " and says ",
                                   meaning.word, " of the same goods"),
                      absl::StrCat(WithArticle(kind), " takes it off"));
  }
  goods.End(event, line, kind, /*why=*/"", requests);
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

// An event that ends goods has the action DELETE; with OBSERVE it says only that they were seen.
void PlanLoss(const EpcisEvent& event, const EpcisLine& line, const EpcisEnd& end,
              EpcisGoods& goods, EventRequests& requests) {
  if (!end.by_step && goods.IsGone(*line.lot)) {
    goods.Notice(event, absl::StrCat("says ", end.word, " of ", goods.TextOf(line),
                                     ", which is off the record already"));
    return;
  }
  const std::string place = goods.PlaceOf(event);
  if (!goods.Provide(event, line, place, "ends", requests)) return;
  goods.Discrepancy(event,
                    absl::StrCat("ends ", goods.TextOf(line), " at ", place,
                                 " and is no record of that: its action is OBSERVE, not DELETE"),
                    absl::StrCat(WithArticle(end.kind), " takes it off"));
  goods.End(event, line, end.kind, absl::StrCat("discrepancy: only OBSERVE says ", end.word),
            requests);
}

void PlanArrivalFrom(const EpcisEvent& event, const EpcisLine& taken, const std::string& source,
                     const std::string& to, EpcisGoods& goods, EventRequests& requests) {
  if (source == to) {
    goods.Notice(event, to == kTransitId
                            ? absl::StrCat(goods.TextOf(taken), " is on the way already")
                            : absl::StrCat("confirms ", goods.TextOf(taken), " where it is"));
    return;
  }
  goods.Take(taken, source);
  goods.Arrive(event, taken, {.kind = v1::MOVEMENT_KIND_TRANSFER, .from = source, .to = to},
               requests);
}

// The goods are at the event's place now, or on the way: they come from wherever they are on
// record.
void PlanArrival(const EpcisEvent& event, const EpcisLine& line, const EpcisMeaning& meaning,
                 EpcisGoods& goods, EventRequests& requests) {
  const bool is_received = meaning.effect == EpcisEffect::kReceived;
  const std::string to = goods.DestinationOf(event, meaning.effect);
  EpcisLine missing = line;
  for (const auto& [source, available] : goods.SourcesOf(event, meaning.effect, *line.lot)) {
    const EpcisLine taken{line.lot, std::min(missing.quantity, available)};
    missing.quantity -= taken.quantity;
    if (taken.quantity.IsPositive()) PlanArrivalFrom(event, taken, source, to, goods, requests);
  }
  if (missing.quantity.IsZero()) return;
  if (meaning.is_ahead && !goods.balance().Knows(*line.lot)) {
    goods.Notice(event, absl::StrCat(EpcisGoods::NameOf(*line.lot), " is not in use yet"));
    return;
  }
  const bool from_outside = is_received && !line.lot->has_origin &&
                            !(line.lot->is_serial && goods.balance().Knows(*line.lot));
  if (from_outside) {
    goods.Arrive(event, missing, {.kind = v1::MOVEMENT_KIND_RECEIPT, .to = to}, requests);
    return;
  }
  goods.Add(event, missing, to,
            absl::StrCat(is_received ? "receives " : "sees ", goods.TextOf(line), " at ", to),
            requests);
}

void PlanObserved(const EpcisEvent& event, const EpcisLine& line, const EpcisMeaning& meaning,
                  EpcisGoods& goods, EventRequests& requests) {
  if (meaning.effect == EpcisEffect::kReceived) {
    PlanArrival(event, line, meaning, goods, requests);
    goods.FollowUp(event, line, meaning, requests);
  } else if (meaning.end.has_value()) {
    PlanLoss(event, line, *meaning.end, goods, requests);
  } else if (meaning.effect == EpcisEffect::kShipped) {
    PlanShipping(event, line, goods, requests);
  } else if (meaning.effect != EpcisEffect::kPassed) {
    PlanArrival(event, line, meaning, goods, requests);
  }
}

// Whether the event says as much of where its goods are as it must. A reading that says nothing of
// that harms nothing.
bool SaysWhere(const EpcisEvent& event, const EpcisMeaning& meaning, EpcisGoods& goods) {
  const bool observes = event.action == EpcisEvent::kObserve && !meaning.end.has_value();
  if (observes && meaning.effect == EpcisEffect::kUnderway) return true;
  const bool is_reading =
      observes && meaning.is_report && !meaning.is_partial && meaning.effect == EpcisEffect::kSeen;
  if (!event.place.empty() || !is_reading) return goods.HasPlace(event);
  goods.Notice(event, "names no place and moves nothing");
  return false;
}

void PlanObject(const EpcisEvent& event, EpcisGoods& goods) {
  if (event.items.empty()) goods.Notice(event, "names no goods");
  const std::vector<EpcisLine> lines = goods.LinesOf(event, event.items);
  const EpcisMeaning meaning = MeaningOf(event);
  if (lines.empty() || !SaysWhere(event, meaning, goods)) return;
  EventRequests requests({&event});
  for (const EpcisLine& line : lines) {
    goods.NameUnclear(event, line, meaning);
    if (event.action == EpcisEvent::kAdd) {
      PlanOrigin(event, line, meaning, goods, requests);
    } else if (event.action == EpcisEvent::kDelete) {
      PlanDelete(event, line, meaning, goods, requests);
    } else {
      PlanObserved(event, line, meaning, goods, requests);
    }
  }
  goods.Append(requests);
}

}  // namespace

EpcisPlan PlanEpcisImport(const EpcisDocument& document) {
  const CountedEvents counted = CountEvents(document);
  EpcisGoods goods(document, counted);
  EpcisTransformations transformations(counted.events, goods);
  EpcisRecords records(counted.events);
  for (const EpcisEvent* event : counted.events) {
    if (event->kind == EpcisEvent::kTransformation) {
      transformations.AddEvent(*event);
    } else if (event->kind == EpcisEvent::kObject) {
      PlanObject(*event, goods);
    } else {
      PlanMention(*event, goods, records);
    }
  }
  return goods.Finish();
}

}  // namespace lots::ctl
