// The goods of an import: what the events do to the balance, the movements that this takes, and the
// discrepancies.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "service/ctl/epcis/plan/balance.h"
#include "service/ctl/epcis/plan/catalog.h"
#include "service/ctl/epcis/plan/events.h"
#include "service/ctl/epcis/plan/plan.h"
#include "service/ctl/epcis/plan/requests.h"

namespace lots::ctl {

// Goods of one lot in an event.
struct EpcisLine {
  const EpcisLot* lot = nullptr;
  Quantity quantity;
};

// By the event's business step.
bool IsShipping(const EpcisEvent& event);
bool IsReceiving(const EpcisEvent& event);

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

  // The goods that the items of an event mean, one line for each lot, with the goods on pallets. An
  // item without known goods is a discrepancy.
  std::vector<EpcisLine> LinesOf(const EpcisEvent& event, const std::vector<EpcisItem>& items);
  // The same, of items that are known goods; says nothing of others.
  std::vector<EpcisLine> KnownLinesOf(const std::vector<EpcisItem>& items) const;
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
  Items Unpacked(const Items& items, std::vector<std::string>& unknown_pallets) const;
  bool ProvideUnit(const EpcisEvent& event, const EpcisLine& line, const std::string& place,
                   const std::string& operation, EventRequests& requests);

  const EpcisCatalog catalog_;
  EpcisPlan plan_;
  EpcisBalance balance_;
  EpcisPallets pallets_;
  std::set<const EpcisLot*> used_;
  std::set<const EpcisLot*> dates_checked_;
};

// The dates without those that contradict the expiry date or, where there is none, each other: the
// API refuses such lots.
EpcisLotData Consistent(EpcisLotData data);

}  // namespace lots::ctl
