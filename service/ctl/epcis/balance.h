// The plain model that a document's events are run through before anything is written: what is
// where, and what stands on which pallet.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/ctl/epcis/catalog.h"
#include "service/ctl/epcis/document.h"
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

  // A shortage that an adjustment made good: when the goods arrive there after all, they are not to
  // be counted twice.
  void Owe(const EpcisLot& lot, const std::string& place, Quantity quantity);
  // How much of an arrival of so much settles what is owed there; it is owed no more.
  Quantity Settle(const EpcisLot& lot, const std::string& place, Quantity arrived);

 private:
  using Places = std::map<std::string, Quantity>;
  std::map<const EpcisLot*, Places> places_;
  std::map<const EpcisLot*, Places> owed_;
};

// What stands on which pallet; a pallet may stand on another.
class EpcisPallets {
 public:
  void Pack(const std::string& pallet, const std::vector<EpcisItem>& items);
  // Without items: everything.
  void Unpack(const std::string& pallet, const std::vector<EpcisItem>& items);
  bool Knows(const std::string& pallet) const { return contents_.contains(pallet); }
  // The goods on the pallet and on what stands on it. Empty when nothing is known of one of them.
  std::optional<std::vector<EpcisItem>> GoodsOn(const std::string& pallet) const;

 private:
  // `open`: the pallets around this one, so that a circle ends.
  bool Collect(const std::string& pallet, std::set<std::string>& open,
               std::vector<EpcisItem>& goods) const;

  std::map<std::string, std::vector<EpcisItem>> contents_;
};

}  // namespace lots::ctl
