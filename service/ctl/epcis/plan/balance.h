// The model in memory that the events of a document run through before anything is written: the
// quantity of each lot at each place, and the contents of each pallet.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/ctl/epcis/document/document.h"
#include "service/ctl/epcis/plan/catalog.h"
#include "storage/base/quantity.h"

namespace lots::ctl {

// How much of which lot is at which place. Never negative: what is taken was there, or was put
// there first by an adjustment.
class EpcisBalance {
 public:
  Quantity At(const EpcisLot& lot, const std::string& place) const;
  // The places that hold some of it, in their order.
  std::vector<std::pair<std::string, Quantity>> PlacesOf(const EpcisLot& lot) const;
  // Whether it was ever anywhere.
  bool Knows(const EpcisLot& lot) const { return places_.contains(&lot); }

  // The lots of which a place holds some, by product and number.
  std::vector<std::pair<const EpcisLot*, Quantity>> LotsAt(const std::string& place) const;

  void Put(const EpcisLot& lot, const std::string& place, Quantity quantity);
  void Take(const EpcisLot& lot, const std::string& place, Quantity quantity);

  // Records a shortage that an adjustment covered. Goods that arrive there later settle the deficit
  // first, or they would be counted twice.
  void AddDeficit(const EpcisLot& lot, const std::string& place, Quantity quantity);
  // Subtracts an arrival from the deficit there. Returns how much of the arrival that took.
  Quantity Settle(const EpcisLot& lot, const std::string& place, Quantity arrived);

 private:
  using Places = std::map<std::string, Quantity>;
  std::map<const EpcisLot*, Places> places_;
  std::map<const EpcisLot*, Places> deficits_;
};

// The contents of each pallet, by the key of its identity. A pallet may be on another one. A case,
// which is goods with a serial of its own, has contents too.
class EpcisPallets {
 public:
  void Pack(const std::string& pallet, const std::vector<EpcisItem>& items);
  // Without items: everything.
  void Unpack(const std::string& pallet, const std::vector<EpcisItem>& items);
  bool Knows(const std::string& pallet) const { return contents_.contains(pallet); }
  // The goods on the pallet, on the pallets on it, and in the cases on them. Nothing when one of
  // the pallets is unknown.
  std::optional<std::vector<EpcisItem>> GoodsOn(const std::string& pallet) const;

 private:
  // `open`: the pallets around this one, so that a circle ends.
  bool Collect(const std::string& pallet, std::set<std::string>& open,
               std::vector<EpcisItem>& goods) const;

  std::map<std::string, std::vector<EpcisItem>> contents_;
};

}  // namespace lots::ctl
