// The goods of an import: what the events do to the balance, the movements that this takes, and the
// discrepancies.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/ctl/epcis/plan/balance.h"
#include "service/ctl/epcis/plan/catalog.h"
#include "service/ctl/epcis/plan/effects.h"
#include "service/ctl/epcis/plan/events.h"
#include "service/ctl/epcis/plan/plan.h"
#include "service/ctl/epcis/plan/requests.h"

namespace lots::ctl {

// Goods of one lot in an event.
struct EpcisLine {
  const EpcisLot* lot = nullptr;
  Quantity quantity;
};

class EpcisGoods {
 public:
  EpcisGoods(const EpcisDocument& document, const CountedEvents& counted);

  const EpcisBalance& balance() const { return balance_; }
  EpcisPallets& pallets() { return pallets_; }
  std::string PlaceOf(const EpcisEvent& event) const { return catalog_.PlaceId(event.place); }

  // Findings: what the import reports.

  void Notice(const EpcisEvent& event, std::string what);
  void Discrepancy(const EpcisEvent& event, std::string what, std::string remedy);
  // False, with a discrepancy, when the event does not say where it happened.
  bool HasPlace(const EpcisEvent& event);
  // Once a lot: whether the dates that come with it make sense.
  void CheckDates(const EpcisEvent& event, const EpcisLot& lot);
  // Whether the lot that the event uses had expired by the document's own dates: a discrepancy, and
  // the request must accept EXPIRED.
  bool HasExpired(const EpcisEvent& event, const EpcisLot& lot);
  // "steel/H-1" and "12.5 kg of steel/H-1".
  static std::string NameOf(const EpcisLot& lot);
  std::string TextOf(const EpcisLine& line) const;
  // "10000 kg at the mill", "none of it anywhere".
  std::string Whereabouts(const EpcisLot& lot) const;
  // Whether all of it was taken off the record.
  bool IsGone(const EpcisLot& lot) const;
  // Names what the event leaves open: whether the goods went in or out, how much was dispensed.
  void NameUnclear(const EpcisEvent& event, const EpcisLine& line, const EpcisMeaning& meaning);

  // The goods that the items of an event mean, one line for each lot, with the goods on pallets and
  // in cases. An item without known goods is a discrepancy.
  std::vector<EpcisLine> LinesOf(const EpcisEvent& event, const std::vector<EpcisItem>& items);
  // The same, of items that are known goods, without what is in cases; says nothing of others.
  std::vector<EpcisLine> KnownLinesOf(const std::vector<EpcisItem>& items) const;
  // Where the goods are after the event: at its place, or on the way.
  std::string DestinationOf(const EpcisEvent& event, EpcisEffect effect) const {
    return effect == EpcisEffect::kUnderway ? kTransitId : PlaceOf(event);
  }
  // Where goods that the event has at its place, or on the way, may come from, and how much there
  // is, the likeliest first. What is received is rather on the way than there already; goods from
  // outside of the document come anew each time.
  std::vector<std::pair<std::string, Quantity>> SourcesOf(const EpcisEvent& event,
                                                          EpcisEffect effect,
                                                          const EpcisLot& lot) const;
  // Ensures that the goods are at the place. Goods that are not on record there are a discrepancy,
  // and an adjustment adds them. False when an adjustment makes no sense: the unit was used up
  // before.
  bool Provide(const EpcisEvent& event, const EpcisLine& line, const std::string& place,
               const std::string& operation, EventRequests& requests);
  // Adds goods to the record that an event found at a place, with a discrepancy.
  void Add(const EpcisEvent& event, const EpcisLine& line, const std::string& place,
           const std::string& what, EventRequests& requests);
  void Take(const EpcisLine& line, const std::string& place);
  void Make(const EpcisLine& line, const std::string& place);
  // Ends goods that are at the place of the event, by a movement of that kind. `why`: as in
  // EpcisMove.
  void End(const EpcisEvent& event, const EpcisLine& line, v1::MovementKind kind,
           const std::string& why, EventRequests& requests);
  // What the event says besides of goods that it brought to its place: that they are on the way, or
  // ended. A discrepancy, and a movement that follows.
  void FollowUp(const EpcisEvent& event, const EpcisLine& line, const EpcisMeaning& meaning,
                EventRequests& requests);
  // Moves goods that are taken from the source of `move` already, and settles the deficit at its
  // destination.
  void Arrive(const EpcisEvent& event, const EpcisLine& line, EpcisMove move,
              EventRequests& requests);
  // Notes that a request needs the lot, so that it is created first; serials that a transformation
  // makes are created by its completion, unless `early`.
  const EpcisLot* Use(const EpcisLot* lot, bool early = false);

  // Takes over the requests of events, and counts the fields of the events that they drop.
  void Append(EventRequests& requests);
  // The whole plan, with notices of the goods still in transit. Called once.
  EpcisPlan Finish();

 private:
  using Items = std::vector<EpcisItem>;

  void Withdraw(const WrongEvent& wrong);
  // The items with pallets replaced by what is on them. Pallets without known goods are left out.
  // `opens_cases`: with what is in cases, beside the cases.
  Items Unpacked(const Items& items, bool opens_cases,
                 std::vector<std::string>& unknown_pallets) const;
  bool ProvideUnit(const EpcisEvent& event, const EpcisLine& line, const std::string& place,
                   const std::string& operation, EventRequests& requests);

  const EpcisCatalog catalog_;
  EpcisPlan plan_;
  EpcisBalance balance_;
  EpcisPallets pallets_;
  std::set<const EpcisLot*> used_;
  std::set<const EpcisLot*> dates_checked_;
};

// "a DELIVERY", "an ADJUSTMENT".
std::string WithArticle(v1::MovementKind kind);

// The dates without those that contradict the expiry date or, where there is none, each other: the
// API refuses such lots.
EpcisLotData Consistent(EpcisLotData data);

}  // namespace lots::ctl
