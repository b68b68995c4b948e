// Adds and takes in the balance of an import, and packs and unpacks its pallets.
#include "service/ctl/epcis/plan/balance.h"

#include <algorithm>
#include <tuple>

#include "storage/base/check.h"

namespace lots::ctl {
namespace {

bool SameThing(const EpcisItem& a, const EpcisItem& b) { return a.identity.key == b.identity.key; }

}  // namespace

Quantity EpcisBalance::At(const EpcisLot& lot, const std::string& place) const {
  const auto places = places_.find(&lot);
  if (places == places_.end()) return Quantity();
  const auto at = places->second.find(place);
  return at == places->second.end() ? Quantity() : at->second;
}

std::vector<std::pair<std::string, Quantity>> EpcisBalance::PlacesOf(const EpcisLot& lot) const {
  const auto places = places_.find(&lot);
  if (places == places_.end()) return {};
  return {places->second.begin(), places->second.end()};
}

std::vector<std::pair<const EpcisLot*, Quantity>> EpcisBalance::LotsAt(
    const std::string& place) const {
  std::vector<std::pair<const EpcisLot*, Quantity>> lots;
  for (const auto& [lot, places] : places_) {
    if (places.contains(place)) lots.emplace_back(lot, places.at(place));
  }
  std::sort(lots.begin(), lots.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first->product_id, a.first->number) <
           std::tie(b.first->product_id, b.first->number);
  });
  return lots;
}

void EpcisBalance::Put(const EpcisLot& lot, const std::string& place, Quantity quantity) {
  places_[&lot][place] += quantity;
}

void EpcisBalance::Take(const EpcisLot& lot, const std::string& place, Quantity quantity) {
  Places& places = places_[&lot];
  Quantity& there = places[place];
  Check(there >= quantity);
  there -= quantity;
  if (there.IsZero()) places.erase(place);
}

void EpcisBalance::AddDeficit(const EpcisLot& lot, const std::string& place, Quantity quantity) {
  deficits_[&lot][place] += quantity;
}

Quantity EpcisBalance::Settle(const EpcisLot& lot, const std::string& place, Quantity arrived) {
  Quantity& deficit = deficits_[&lot][place];
  const Quantity settled = std::min(deficit, arrived);
  deficit -= settled;
  return settled;
}

void EpcisPallets::Pack(const std::string& pallet, const std::vector<EpcisItem>& items) {
  std::vector<EpcisItem>& contents = contents_[pallet];
  contents.insert(contents.end(), items.begin(), items.end());
}

void EpcisPallets::Unpack(const std::string& pallet, const std::vector<EpcisItem>& items) {
  std::vector<EpcisItem>& contents = contents_[pallet];
  if (items.empty()) contents.clear();
  for (const EpcisItem& item : items) {
    for (EpcisItem& packed : contents) {
      if (!SameThing(packed, item)) continue;
      packed.quantity = packed.quantity.value_or(Quantity()) -
                        item.quantity.value_or(packed.quantity.value_or(Quantity()));
      break;
    }
    std::erase_if(contents, [](const EpcisItem& packed) {
      return packed.quantity.has_value() && !packed.quantity->IsPositive();
    });
  }
}

std::optional<std::vector<EpcisItem>> EpcisPallets::GoodsOn(const std::string& pallet) const {
  std::vector<EpcisItem> goods;
  std::set<std::string> open;
  if (!Collect(pallet, open, goods)) return std::nullopt;
  return goods;
}

bool EpcisPallets::Collect(const std::string& pallet, std::set<std::string>& open,
                           std::vector<EpcisItem>& goods) const {
  const auto contents = contents_.find(pallet);
  if (contents == contents_.end() || !open.insert(pallet).second) return false;
  bool known = true;
  for (const EpcisItem& item : contents->second) {
    const bool is_pallet = item.identity.kind == EpcisIdentity::kPallet;
    if (!is_pallet) goods.push_back(item);
    // A case is goods, and has goods in it.
    if (is_pallet || contents_.contains(item.identity.key)) {
      known = (Collect(item.identity.key, open, goods) || !is_pallet) && known;
    }
  }
  open.erase(pallet);
  return known;
}

}  // namespace lots::ctl
