// Moves goods through the balance: the movements that takes, and the discrepancies.
#include "service/ctl/epcis/plan/goods.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lots/v1/lot.pb.h"
#include "service/ctl/output/show.h"
#include "service/ctl/session/arguments.h"
#include "storage/base/limits.h"

namespace lots::ctl {
namespace {

Quantity TotalOf(const std::vector<std::pair<std::string, Quantity>>& places) {
  Quantity total;
  for (const auto& [place, quantity] : places) total += quantity;
  return total;
}

// Empty where the URI is too long for a reference.
std::string ReferenceOf(const std::string& uri) {
  return uri.size() <= kReferenceCharactersMax ? OneLine(uri, kReferenceCharactersMax) : "";
}

v1::NewLot NewLotOf(const EpcisLot& lot) {
  v1::NewLot created;
  created.set_number(lot.number);
  created.set_reference(ReferenceOf(lot.uri));
  if (created.reference().empty()) created.set_notes(OneLine(lot.uri, kNotesCharactersMax));
  const EpcisLotData data = Consistent(lot.data);
  if (data.manufacture_date) *created.mutable_manufacture_date() = ToDate(*data.manufacture_date);
  if (data.expire_date) *created.mutable_expire_date() = ToDate(*data.expire_date);
  if (data.best_before_date) *created.mutable_best_before_date() = ToDate(*data.best_before_date);
  return created;
}

// A unit that is named twice is one unit.
void AddLine(const EpcisLine& line, std::vector<EpcisLine>& lines) {
  const auto same = std::find_if(lines.begin(), lines.end(),
                                 [&](const EpcisLine& other) { return other.lot == line.lot; });
  if (same == lines.end()) {
    lines.push_back(line);
  } else if (!line.lot->is_serial) {
    same->quantity += line.quantity;
  }
}

bool Names(const std::vector<EpcisItem>& items, const EpcisItem& item) {
  return std::any_of(items.begin(), items.end(), [&](const EpcisItem& other) {
    return other.identity.key == item.identity.key;
  });
}

// Whether the service refuses a movement of this kind of goods that have expired.
bool UsesGoods(v1::MovementKind kind) {
  return kind == v1::MOVEMENT_KIND_DELIVERY || kind == v1::MOVEMENT_KIND_CONSUMPTION;
}

// Whether what is in a case goes where the case goes: not when the case is made or used, or when
// only its number ends.
bool OpensCases(const EpcisEvent& event) {
  if (event.kind != EpcisEvent::kObject) return event.kind != EpcisEvent::kTransformation;
  const bool ends_number =
      event.step == "decommissioning" ||
      (event.action == EpcisEvent::kDelete && !MeaningOf(event).end.has_value());
  return event.action != EpcisEvent::kAdd && !ends_number;
}

}  // namespace

std::string WithArticle(v1::MovementKind kind) {
  const bool vowel = kind == v1::MOVEMENT_KIND_ADJUSTMENT;
  return absl::StrCat(vowel ? "an " : "a ", absl::AsciiStrToUpper(Show(kind)));
}

EpcisGoods::EpcisGoods(const EpcisDocument& document, const CountedEvents& counted)
    : catalog_(document, counted.events) {
  plan_.event_count = document.events.size();
  plan_.notices = counted.notices;
  plan_.discrepancies = counted.discrepancies;
  plan_.dropped = document.dropped;
  for (const std::string& what : catalog_.rewritten()) {
    plan_.discrepancies.push_back({.what = what, .remedy = "it is registered so"});
  }
  for (const EpcisEvent* event : counted.events) {
    for (const std::string& field : event->dropped) ++plan_.dropped[field];
    const bool says_nothing = event->disposition.empty();
    if (!says_nothing && !UsesDisposition(MeaningOf(*event), *event)) {
      ++plan_.dropped["disposition"];
    }
  }
  for (const WrongEvent& wrong : counted.declared_wrong) Withdraw(wrong);
}

EpcisLotData Consistent(EpcisLotData data) {
  if (data.expire_date && data.best_before_date && *data.best_before_date > *data.expire_date) {
    data.best_before_date.reset();
  }
  for (const std::optional<absl::CivilDay>& end : {data.expire_date, data.best_before_date}) {
    if (end && data.manufacture_date && *data.manufacture_date > *end) {
      data.manufacture_date.reset();
    }
  }
  return data;
}

void EpcisGoods::Notice(const EpcisEvent& event, std::string what) {
  plan_.notices.push_back({event.id, event.time, event.step, std::move(what), ""});
}

void EpcisGoods::Discrepancy(const EpcisEvent& event, std::string what, std::string remedy) {
  plan_.discrepancies.push_back(
      {event.id, event.time, event.step, std::move(what), std::move(remedy)});
}

bool EpcisGoods::HasPlace(const EpcisEvent& event) {
  if (!event.place.empty()) return true;
  Discrepancy(event, "says neither bizLocation nor readPoint", "it is left out");
  return false;
}

void EpcisGoods::CheckDates(const EpcisEvent& event, const EpcisLot& lot) {
  if (!dates_checked_.insert(&lot).second) return;
  const EpcisLotData data = Consistent(lot.data);
  if (data.manufacture_date != lot.data.manufacture_date ||
      data.best_before_date != lot.data.best_before_date) {
    Discrepancy(event, absl::StrCat("gives ", NameOf(lot), " dates that contradict each other"),
                "only the last day of use is kept");
  }
  const absl::CivilDay day = absl::ToCivilDay(event.time, absl::UTCTimeZone());
  if (data.manufacture_date && *data.manufacture_date > day) {
    Notice(event, absl::StrCat("says that ", NameOf(lot), " was made on ",
                               absl::FormatCivilTime(*data.manufacture_date),
                               ", later than the event itself"));
  }
}

bool EpcisGoods::HasExpired(const EpcisEvent& event, const EpcisLot& lot) {
  const std::optional<absl::CivilDay> expire_date = lot.data.expire_date;
  if (!expire_date || absl::ToCivilDay(event.time, absl::UTCTimeZone()) <= *expire_date) {
    return false;
  }
  Discrepancy(event,
              absl::StrCat("uses ", NameOf(lot), ", which expired on ",
                           absl::FormatCivilTime(*expire_date)),
              "it is recorded nevertheless, as EXPIRED accepted");
  return true;
}

std::string EpcisGoods::NameOf(const EpcisLot& lot) { return ShowLot(lot.product_id, lot.number); }

std::string EpcisGoods::TextOf(const EpcisLine& line) const {
  if (line.lot->is_serial) return NameOf(*line.lot);
  const std::string unit = catalog_.UnitOf(*line.lot);
  return absl::StrCat(line.quantity.ToString(), unit.empty() ? "" : " ", unit, " of ",
                      NameOf(*line.lot));
}

std::string EpcisGoods::Whereabouts(const EpcisLot& lot) const {
  std::vector<std::string> places;
  const std::string unit = catalog_.UnitOf(lot);
  for (const auto& [place, quantity] : balance_.PlacesOf(lot)) {
    places.push_back(
        absl::StrCat(quantity.ToString(), unit.empty() ? "" : " ", unit, " at ", place));
  }
  return places.empty() ? "none of it anywhere" : absl::StrJoin(places, ", ");
}

bool EpcisGoods::IsGone(const EpcisLot& lot) const {
  return balance_.Knows(lot) && balance_.PlacesOf(lot).empty();
}

void EpcisGoods::NameUnclear(const EpcisEvent& event, const EpcisLine& line,
                             const EpcisMeaning& meaning) {
  const bool observes = event.kind == EpcisEvent::kObject
                            ? event.action == EpcisEvent::kObserve
                            : event.kind != EpcisEvent::kTransformation;
  if (observes && meaning.effect == EpcisEffect::kPassed) {
    Discrepancy(event,
                absl::StrCat("says that ", TextOf(line), " passes ", PlaceOf(event),
                             ", and not whether in or out"),
                "it is left out");
  }
  if (meaning.is_partial) {
    Discrepancy(
        event,
        absl::StrCat("says that a part of ", TextOf(line), " was dispensed, and not how much"),
        "all of it stays on record");
  }
}

EpcisGoods::Items EpcisGoods::Unpacked(const Items& items, bool opens_cases,
                                       std::vector<std::string>& unknown_pallets) const {
  Items goods;
  Items on_pallets;
  for (const EpcisItem& item : items) {
    if (item.identity.kind != EpcisIdentity::kPallet) {
      goods.push_back(item);
      continue;
    }
    const std::optional<Items> found = pallets_.GoodsOn(item.identity.key);
    if (!found || found->empty()) {
      unknown_pallets.push_back(item.identity.uri);
      continue;
    }
    on_pallets.insert(on_pallets.end(), found->begin(), found->end());
  }
  for (const EpcisItem& item : opens_cases ? goods : Items()) {
    // A case on one of the pallets is opened already.
    const std::optional<Items> found = pallets_.GoodsOn(item.identity.key);
    if (!found || Names(on_pallets, item)) continue;
    on_pallets.insert(on_pallets.end(), found->begin(), found->end());
  }
  // Goods that the event names beside their pallet are not to be counted twice. Of one lot there
  // may be some on each of two pallets.
  std::erase_if(on_pallets, [&](const EpcisItem& item) { return Names(goods, item); });
  goods.insert(goods.end(), on_pallets.begin(), on_pallets.end());
  return goods;
}

std::vector<EpcisLine> EpcisGoods::LinesOf(const EpcisEvent& event, const Items& items) {
  std::vector<EpcisLine> lines;
  std::vector<std::string> unknown_pallets;
  const Items unpacked = Unpacked(items, OpensCases(event), unknown_pallets);
  for (const std::string& pallet : unknown_pallets) {
    Discrepancy(
        event,
        absl::StrCat("speaks of the pallet ", pallet, ", and no event before says what is on it"),
        "the pallet is left out");
  }
  for (const EpcisItem& item : unpacked) {
    const absl::StatusOr<const EpcisLot*> lot = catalog_.Find(item);
    if (lot.ok()) {
      AddLine({*lot, *item.quantity}, lines);
    } else {
      Discrepancy(event, std::string(lot.status().message()), "that line is left out");
    }
  }
  return lines;
}

std::vector<EpcisLine> EpcisGoods::KnownLinesOf(const Items& items) const {
  std::vector<EpcisLine> lines;
  std::vector<std::string> unknown_pallets;
  for (const EpcisItem& item : Unpacked(items, /*opens_cases=*/false, unknown_pallets)) {
    const absl::StatusOr<const EpcisLot*> lot = catalog_.Find(item);
    if (lot.ok()) AddLine({*lot, *item.quantity}, lines);
  }
  return lines;
}

std::vector<std::pair<std::string, Quantity>> EpcisGoods::SourcesOf(const EpcisEvent& event,
                                                                    EpcisEffect effect,
                                                                    const EpcisLot& lot) const {
  const std::string place = PlaceOf(event);
  const std::pair<std::string, Quantity> here(place, balance_.At(lot, place));
  const bool is_received = effect == EpcisEffect::kReceived;
  const bool way_first = effect == EpcisEffect::kUnderway || effect == EpcisEffect::kVoided;
  std::vector<std::pair<std::string, Quantity>> sources;
  if (!is_received && !way_first) sources.push_back(here);
  sources.emplace_back(kTransitId, balance_.At(lot, kTransitId));
  if (way_first) sources.push_back(here);
  for (const auto& [other, quantity] : balance_.PlacesOf(lot)) {
    if (other != place && other != kTransitId) sources.emplace_back(other, quantity);
  }
  if (is_received && lot.has_origin) sources.push_back(here);
  return sources;
}

bool EpcisGoods::Provide(const EpcisEvent& event, const EpcisLine& line, const std::string& place,
                         const std::string& operation, EventRequests& requests) {
  const Quantity there = balance_.At(*line.lot, place);
  if (there >= line.quantity) return true;
  if (line.lot->is_serial) return ProvideUnit(event, line, place, operation, requests);
  const Quantity missing = line.quantity - there;
  const Quantity elsewhere = TotalOf(balance_.PlacesOf(*line.lot)) - there;
  Add(event, {line.lot, missing}, place, absl::StrCat(operation, " ", TextOf(line), " at ", place),
      requests);
  balance_.AddDeficit(*line.lot, place, std::min(missing, elsewhere));
  return true;
}

bool EpcisGoods::ProvideUnit(const EpcisEvent& event, const EpcisLine& line,
                             const std::string& place, const std::string& operation,
                             EventRequests& requests) {
  const std::string what = absl::StrCat(operation, " ", NameOf(*line.lot), " at ", place);
  const auto places = balance_.PlacesOf(*line.lot);
  if (places.empty()) {
    Add(event, line, place, what, requests);
    return !balance_.At(*line.lot, place).IsZero();
  }
  const std::string& actual = places.front().first;
  Discrepancy(event, absl::StrCat(what, "; on record it is at ", actual),
              absl::StrCat("a TRANSFER from ", actual, " puts that right"));
  requests.Adjust({.kind = v1::MOVEMENT_KIND_TRANSFER,
                   .lot = Use(line.lot),
                   .quantity = line.quantity,
                   .from = actual,
                   .to = place,
                   .why = "corrects where it is"});
  balance_.Take(*line.lot, actual, line.quantity);
  balance_.Put(*line.lot, place, line.quantity);
  return true;
}

void EpcisGoods::Add(const EpcisEvent& event, const EpcisLine& line, const std::string& place,
                     const std::string& what, EventRequests& requests) {
  // A unit that was somewhere and is nowhere now was used up: it cannot come in again.
  if (line.lot->is_serial && balance_.Knows(*line.lot)) {
    Discrepancy(event, absl::StrCat(what, "; on record it was used up before"), "it is left out");
    return;
  }
  Discrepancy(event, absl::StrCat(what, "; on record there is ", Whereabouts(*line.lot)),
              absl::StrCat("an ADJUSTMENT adds ", TextOf(line), " at ", place));
  requests.Adjust({.kind = v1::MOVEMENT_KIND_ADJUSTMENT,
                   .lot = Use(line.lot, /*early=*/true),
                   .quantity = line.quantity,
                   .to = place,
                   .why = "discrepancy: not on record there"});
  balance_.Put(*line.lot, place, line.quantity);
}

void EpcisGoods::Take(const EpcisLine& line, const std::string& place) {
  balance_.Take(*line.lot, place, line.quantity);
}

void EpcisGoods::Make(const EpcisLine& line, const std::string& place) {
  balance_.Put(*Use(line.lot), place, line.quantity);
}

void EpcisGoods::End(const EpcisEvent& event, const EpcisLine& line, v1::MovementKind kind,
                     const std::string& why, EventRequests& requests) {
  if (UsesGoods(kind) && HasExpired(event, *line.lot)) requests.AcceptExpired();
  const std::string place = PlaceOf(event);
  Take(line, place);
  requests.Move(
      {.kind = kind, .lot = Use(line.lot), .quantity = line.quantity, .from = place, .why = why});
}

void EpcisGoods::FollowUp(const EpcisEvent& event, const EpcisLine& line,
                          const EpcisMeaning& meaning, EventRequests& requests) {
  const std::string place = PlaceOf(event);
  const bool ends = meaning.end.has_value();
  const bool leaves =
      meaning.effect == EpcisEffect::kShipped || meaning.effect == EpcisEffect::kUnderway;
  // What settled a deficit is off the record already.
  const EpcisLine left{line.lot, std::min(line.quantity, balance_.At(*line.lot, place))};
  if ((!ends && !leaves) || left.quantity.IsZero()) return;
  const std::string& word = ends ? meaning.end->word : meaning.word;
  const v1::MovementKind kind = ends ? meaning.end->kind : v1::MOVEMENT_KIND_TRANSFER;
  Discrepancy(event,
              absl::StrCat("brings ", TextOf(left), " to ", place, " and says ", word,
                           " of the same goods"),
              absl::StrCat(WithArticle(kind), ends ? " takes it off again"
                                                   : absl::StrCat(" to ", kTransitId, " follows")));
  if (UsesGoods(kind) && HasExpired(event, *line.lot)) requests.AcceptExpired();
  Take(left, place);
  if (!ends) balance_.Put(*line.lot, kTransitId, left.quantity);
  requests.Settle({.kind = kind,
                   .lot = Use(line.lot),
                   .quantity = left.quantity,
                   .from = place,
                   .to = ends ? "" : kTransitId,
                   .why = absl::StrCat("discrepancy: also says ", word)});
}

void EpcisGoods::Arrive(const EpcisEvent& event, const EpcisLine& line, EpcisMove move,
                        EventRequests& requests) {
  move.lot = Use(line.lot);
  move.quantity = line.quantity;
  requests.Move(move);
  balance_.Put(*line.lot, move.to, line.quantity);
  const Quantity settled = balance_.Settle(*line.lot, move.to, line.quantity);
  if (settled.IsZero()) return;
  Notice(event, absl::StrCat("brings ", TextOf({line.lot, settled}),
                             " that an earlier event used there already; an ADJUSTMENT takes them "
                             "off the record again"));
  requests.Settle({.kind = v1::MOVEMENT_KIND_ADJUSTMENT,
                   .lot = line.lot,
                   .quantity = settled,
                   .from = move.to,
                   .why = "settles an earlier discrepancy: used before it arrived on record"});
  balance_.Take(*line.lot, move.to, settled);
}

const EpcisLot* EpcisGoods::Use(const EpcisLot* lot, bool early) {
  const bool made = lot->is_serial && lot->is_made && !early;
  if (made || !used_.insert(lot).second) return lot;
  plan_.lots.push_back({.product_id = lot->product_id, .lot = NewLotOf(*lot)});
  return lot;
}

void EpcisGoods::Withdraw(const WrongEvent& wrong) {
  const EpcisEvent& event = *wrong.event;
  EpcisWithdrawal withdrawal{
      .event_id = event.id,
      .at = event.time,
      .step = event.step,
      .marks = MarksOf(event),
      .lots = {},
      .names_pallets = IdentityOf(event.parent).kind == EpcisIdentity::kPallet,
      .is_in_document = wrong.is_in_document};
  for (const Items* items : {&event.items, &event.inputs, &event.outputs}) {
    for (const EpcisItem& item : *items) {
      if (item.identity.kind == EpcisIdentity::kPallet) withdrawal.names_pallets = true;
      if (item.identity.number.empty()) continue;
      const bool is_unit = item.identity.kind == EpcisIdentity::kSerial;
      EpcisWithdrawal::Lot lot{.product_id = ResourceId(item.identity.product),
                               .numbers = {ShortId(item.identity.number)},
                               .reference = is_unit ? "" : ReferenceOf(item.identity.uri)};
      const std::string& lot_number = event.lot_data.lot_number;
      if (!lot_number.empty()) lot.numbers.push_back(ShortId(lot_number));
      withdrawal.lots.push_back(std::move(lot));
    }
  }
  plan_.withdrawals.push_back(std::move(withdrawal));
}

void EpcisGoods::Append(EventRequests& requests) {
  for (const std::string& field : requests.Dropped()) ++plan_.dropped[field];
  for (ImportRequest& request : requests.Take()) plan_.requests.push_back(std::move(request));
}

EpcisPlan EpcisGoods::Finish() {
  for (const auto& [lot, quantity] : balance_.LotsAt(kTransitId)) {
    plan_.notices.push_back(
        {.what = absl::StrCat(TextOf({lot, quantity}), " was shipped and never received")});
  }
  plan_.products = catalog_.Products();
  plan_.locations = catalog_.Locations();
  return std::move(plan_);
}

}  // namespace lots::ctl
