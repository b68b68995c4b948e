#include "service/ctl/epcis/goods.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lots/v1/lot.pb.h"
#include "service/ctl/output/show.h"
#include "storage/base/limits.h"

namespace lots::ctl {
namespace {

Quantity TotalOf(const std::vector<std::pair<std::string, Quantity>>& places) {
  Quantity total;
  for (const auto& [place, quantity] : places) total += quantity;
  return total;
}

v1::NewLot NewLotOf(const EpcisLot& lot) {
  v1::NewLot created;
  created.set_number(lot.number);
  if (lot.uri.size() <= kReferenceCharactersMax) {
    created.set_reference(lot.uri);
  } else {
    created.set_notes(lot.uri);
  }
  const EpcisLotData data = Consistent(lot.data);
  if (data.manufacture_date) SetDate(*data.manufacture_date, *created.mutable_manufacture_date());
  if (data.expire_date) SetDate(*data.expire_date, *created.mutable_expire_date());
  if (data.best_before_date) SetDate(*data.best_before_date, *created.mutable_best_before_date());
  return created;
}

}  // namespace

void SetDate(absl::CivilDay day, google::type::Date& date) {
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
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

// --- findings
// -------------------------------------------------------------------------------------

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

// --- goods
// ----------------------------------------------------------------------------------------

EpcisGoods::Items EpcisGoods::Unpacked(const EpcisEvent& event, const Items& items) {
  Items goods;
  Items on_pallets;
  for (const EpcisItem& item : items) {
    if (item.identity.kind != EpcisIdentity::kPallet) {
      goods.push_back(item);
      continue;
    }
    const std::optional<Items> found = pallets_.GoodsOn(item.identity.uri);
    if (!found || found->empty()) {
      Discrepancy(event,
                  absl::StrCat("speaks of the pallet ", item.identity.uri,
                               ", and no event before says what is on it"),
                  "the pallet is left out");
      continue;
    }
    on_pallets.insert(on_pallets.end(), found->begin(), found->end());
  }
  // Goods that the event names beside their pallet are not to be counted twice.
  for (EpcisItem& item : on_pallets) {
    const bool named = std::any_of(goods.begin(), goods.end(), [&](const EpcisItem& other) {
      return other.identity.product == item.identity.product &&
             other.identity.number == item.identity.number;
    });
    if (!named) goods.push_back(std::move(item));
  }
  return goods;
}

std::vector<EpcisLine> EpcisGoods::LinesOf(const EpcisEvent& event, const Items& items) {
  std::vector<EpcisLine> lines;
  for (const EpcisItem& item : Unpacked(event, items)) {
    const absl::StatusOr<const EpcisLot*> lot = catalog_.Find(item);
    if (!lot.ok()) {
      Discrepancy(event, std::string(lot.status().message()), "that line is left out");
      continue;
    }
    const auto same = std::find_if(lines.begin(), lines.end(),
                                   [&](const EpcisLine& line) { return line.lot == *lot; });
    if (same == lines.end()) {
      lines.push_back({*lot, *item.quantity});
    } else if (!(*lot)->is_serial) {
      same->quantity += *item.quantity;
    }
  }
  return lines;
}

bool EpcisGoods::Provide(const EpcisEvent& event, const EpcisLine& line, const std::string& place,
                         const std::string& operation, EpcisSteps& steps) {
  const Quantity there = balance_.At(*line.lot, place);
  if (there >= line.quantity) return true;
  if (line.lot->is_serial) return ProvideUnit(event, line, place, operation, steps);
  const Quantity missing = line.quantity - there;
  const Quantity elsewhere = TotalOf(balance_.PlacesOf(*line.lot)) - there;
  Add(event, {line.lot, missing}, place, absl::StrCat(operation, " ", TextOf(line), " at ", place),
      steps);
  balance_.Owe(*line.lot, place, std::min(missing, elsewhere));
  return true;
}

bool EpcisGoods::ProvideUnit(const EpcisEvent& event, const EpcisLine& line,
                             const std::string& place, const std::string& operation,
                             EpcisSteps& steps) {
  const std::string what = absl::StrCat(operation, " ", NameOf(*line.lot), " at ", place);
  const auto places = balance_.PlacesOf(*line.lot);
  if (places.empty()) {
    Add(event, line, place, what, steps);
    return !balance_.At(*line.lot, place).IsZero();
  }
  const std::string& actual = places.front().first;
  Discrepancy(event, absl::StrCat(what, "; on record it is at ", actual),
              absl::StrCat("a TRANSFER from ", actual, " puts that right"));
  steps.Adjust({.kind = v1::MOVEMENT_KIND_TRANSFER,
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
                     const std::string& what, EpcisSteps& steps) {
  // A unit that was somewhere and is nowhere now was used up: it cannot come in again.
  if (line.lot->is_serial && balance_.Knows(*line.lot)) {
    Discrepancy(event, absl::StrCat(what, "; on record it was used up before"), "it is left out");
    return;
  }
  Discrepancy(event, absl::StrCat(what, "; on record there is ", Whereabouts(*line.lot)),
              absl::StrCat("an ADJUSTMENT adds ", TextOf(line), " at ", place));
  steps.Adjust({.kind = v1::MOVEMENT_KIND_ADJUSTMENT,
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

void EpcisGoods::Arrive(const EpcisEvent& event, const EpcisLine& line, EpcisMove move,
                        EpcisSteps& steps) {
  move.lot = Use(line.lot);
  move.quantity = line.quantity;
  steps.Move(move);
  balance_.Put(*line.lot, move.to, line.quantity);
  const Quantity settled = balance_.Settle(*line.lot, move.to, line.quantity);
  if (settled.IsZero()) return;
  Notice(event, absl::StrCat("brings ", TextOf({line.lot, settled}),
                             " that an earlier event used there already; an ADJUSTMENT takes them "
                             "off the record again"));
  steps.Settle({.kind = v1::MOVEMENT_KIND_ADJUSTMENT,
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

void EpcisGoods::Append(EpcisSteps& steps) {
  for (EpcisStep& step : steps.Take()) plan_.steps.push_back(std::move(step));
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
