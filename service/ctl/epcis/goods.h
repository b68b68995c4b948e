// Goods in the course of an import: what the events do to the balance, which movements that takes,
// and what does not add up.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "service/ctl/epcis/balance.h"
#include "service/ctl/epcis/catalog.h"
#include "service/ctl/epcis/plan.h"
#include "service/ctl/epcis/steps.h"

namespace lots::ctl {

// Goods of one lot in an event.
struct EpcisLine {
  const EpcisLot* lot = nullptr;
  Quantity quantity;
};

class EpcisGoods {
 public:
  // `events` in the order of time.
  EpcisGoods(const EpcisDocument& document, const std::vector<const EpcisEvent*>& events)
      : catalog_(document, events) {
    plan_.event_count = events.size();
  }

  const EpcisBalance& balance() const { return balance_; }
  EpcisPallets& pallets() { return pallets_; }
  std::string PlaceOf(const EpcisEvent& event) const { return catalog_.PlaceId(event.place); }

  // --- findings ---------------------------------------------------------------------------------

  void Notice(const EpcisEvent& event, std::string what);
  void Discrepancy(const EpcisEvent& event, std::string what, std::string remedy);
  // False, with a discrepancy, when the event does not say where it happened.
  bool HasPlace(const EpcisEvent& event);
  // Once a lot: whether the dates that come with it make sense.
  void CheckDates(const EpcisEvent& event, const EpcisLot& lot);
  // "steel/H-1" and "12.5 kg of steel/H-1".
  static std::string NameOf(const EpcisLot& lot);
  std::string TextOf(const EpcisLine& line) const;
  // "10000 kg at the mill", "none of it anywhere".
  std::string Whereabouts(const EpcisLot& lot) const;

  // --- goods ------------------------------------------------------------------------------------

  // The goods that items of an event mean, one line a lot, with those on pallets. What cannot be
  // told is a discrepancy.
  std::vector<EpcisLine> LinesOf(const EpcisEvent& event, const std::vector<EpcisItem>& items);
  // Sees to it that the goods are at the place, by an adjustment where they are not on record
  // there; that is a discrepancy. False when even that makes no sense: a unit that was used up
  // before.
  bool Provide(const EpcisEvent& event, const EpcisLine& line, const std::string& place,
               const std::string& operation, EpcisSteps& steps);
  // Adds goods to the record that an event found at a place, with a discrepancy.
  void Add(const EpcisEvent& event, const EpcisLine& line, const std::string& place,
           const std::string& what, EpcisSteps& steps);
  void Take(const EpcisLine& line, const std::string& place);
  void Make(const EpcisLine& line, const std::string& place);
  // Moves goods that `move` already took from its source, and settles what was owed there.
  void Arrive(const EpcisEvent& event, const EpcisLine& line, EpcisMove move, EpcisSteps& steps);
  // Notes that a step needs the lot, so that it is created first; serials that a transformation
  // makes are created by its completion, unless `early`.
  const EpcisLot* Use(const EpcisLot* lot, bool early = false);

  void Append(EpcisSteps& steps);
  // What is left on the way, and the whole plan. Once.
  EpcisPlan Finish();

 private:
  using Items = std::vector<EpcisItem>;

  // The items with pallets replaced by what is on them.
  Items Unpacked(const EpcisEvent& event, const Items& items);
  bool ProvideUnit(const EpcisEvent& event, const EpcisLine& line, const std::string& place,
                   const std::string& operation, EpcisSteps& steps);

  const EpcisCatalog catalog_;
  EpcisPlan plan_;
  EpcisBalance balance_;
  EpcisPallets pallets_;
  std::set<const EpcisLot*> used_;
  std::set<const EpcisLot*> dates_checked_;
};

void SetDate(absl::CivilDay day, google::type::Date& date);
// The dates without those that contradict the expiry date or, where there is none, each other: the
// API refuses such lots.
EpcisLotData Consistent(EpcisLotData data);

}  // namespace lots::ctl
