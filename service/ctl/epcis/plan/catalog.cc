// Collects the products, locations and lots that the events name.
#include "service/ctl/epcis/plan/catalog.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"

namespace lots::ctl {
namespace {

// Thousandths of a kilogram or litre; the most the API has where a document needs more.
constexpr int kScaleUsual = 3;

std::string KeyOf(const EpcisIdentity& identity) {
  return absl::StrCat(identity.product, "\n", identity.number);
}

// One lot number for several lots of one product says nothing about any of them.
std::map<std::string, std::set<std::string>> NumbersByProduct(const std::vector<EpcisItem>& items) {
  std::map<std::string, std::set<std::string>> numbers;
  for (const EpcisItem& item : items) {
    if (item.identity.kind != EpcisIdentity::kLot) continue;
    numbers[item.identity.product].insert(item.identity.number);
  }
  return numbers;
}

bool IsLocation(const std::string& uri) {
  return absl::StrContains(uri, ":location:") || absl::StrContains(uri, ":sgln:") ||
         absl::StrContains(uri, "/414/");
}

}  // namespace

std::string UnitOfUom(const std::string& uom) {
  static const std::map<std::string, std::string> kUnits = {
      {"KGM", "kg"}, {"GRM", "g"},  {"TNE", "t"},  {"LTR", "l"},   {"MLT", "ml"}, {"MTR", "m"},
      {"LBR", "lb"}, {"ONZ", "oz"}, {"EA", "pcs"}, {"H87", "pcs"}, {"C62", "pcs"}};
  const auto unit = kUnits.find(uom);
  return unit == kUnits.end() ? OneLine(uom, kUnitCharactersMax) : unit->second;
}

bool IsSameUnit(const std::string& unit, const std::string& other) {
  const auto counts = [](const std::string& name) { return name.empty() || name == "pcs"; };
  return unit == other || (counts(unit) && counts(other));
}

EpcisCatalog::EpcisCatalog(const EpcisDocument& document,
                           const std::vector<const EpcisEvent*>& events)
    : document_(document) {
  for (const auto& [uri, master] : document.masters) {
    if (IsLocation(uri)) AddPlace(uri, master);
  }
  for (const EpcisEvent* event : events) {
    AddItems(*event, event->inputs);
    AddItems(*event, event->outputs);
    AddItems(*event, event->items);
    if (!event->place.empty()) AddPlace(event->place, EpcisMaster());
  }
  v1::Location& transit = locations_[kTransitId];
  transit.set_location_id(kTransitId);
  transit.set_kind(v1::LOCATION_KIND_TRANSIT);
  transit.set_display_name("Between shipping and receiving");
}

std::string EpcisCatalog::PlaceId(const std::string& uri) const {
  const auto id = place_ids_.find(PlaceKey(uri));
  return id == place_ids_.end() ? ResourceId(uri) : id->second;
}

void EpcisCatalog::AddPlace(const std::string& uri, const EpcisMaster& master) {
  const std::string id = place_ids_.emplace(PlaceKey(uri), ResourceId(uri)).first->second;
  v1::Location& location = locations_[id];
  if (!location.location_id().empty()) return;
  location.set_location_id(id);
  location.set_kind(v1::LOCATION_KIND_INTERNAL);
  location.set_display_name(DisplayName(master.name, uri, id));
  location.set_gln(GlnOf(uri));
  const std::string what = absl::StrCat("the address of ", id);
  v1::Address& address = *location.mutable_address();
  address.set_street(Line(what, master.street, kNameCharactersMax));
  address.set_city(Line(what, master.city, kCityCharactersMax));
  address.set_region(Line(what, master.region, kCityCharactersMax));
  address.set_postal_code(Line(what, master.postal_code, kPostalCodeCharactersMax));
  address.set_country(Line(what, master.country, kPostalCodeCharactersMax));
}

std::string EpcisCatalog::Line(const std::string& what, const std::string& text, size_t bytes_max) {
  std::string line = OneLine(text, bytes_max);
  if (line != text) {
    rewritten_.push_back(
        absl::StrCat(what, " is too long or has line breaks; it becomes '", line, "'"));
  }
  return line;
}

std::string EpcisCatalog::DisplayName(const std::string& name, const std::string& uri,
                                      const std::string& id) {
  const std::string line = Line(absl::StrCat("the name of ", id), name, kNameCharactersMax);
  if (id == uri || absl::StrContains(uri, id)) return line;
  return OneLine(line.empty() ? uri : absl::StrCat(line, " (", uri, ")"), kNameCharactersMax);
}

void EpcisCatalog::AddItems(const EpcisEvent& event, const std::vector<EpcisItem>& items) {
  const bool originates = &items == &event.outputs ||
                          (event.kind == EpcisEvent::kObject && event.action == EpcisEvent::kAdd);
  const std::map<std::string, std::set<std::string>> numbers = NumbersByProduct(items);
  for (const EpcisItem& item : items) {
    const EpcisIdentity::Kind kind = item.identity.kind;
    if (!item.identity.product.empty()) AddProduct(item);
    if (kind != EpcisIdentity::kLot && kind != EpcisIdentity::kSerial) continue;
    const bool names_lot =
        kind == EpcisIdentity::kLot && numbers.at(item.identity.product).size() == 1;
    AddItem(event, item, originates && names_lot, originates);
    EpcisLot& lot = lots_[KeyOf(item.identity)];
    lot.is_made = lot.is_made || &items == &event.outputs;
    v1::Product& product = products_[lot.product_id];
    product.set_producible(product.producible() || lot.is_made);
  }
}

void EpcisCatalog::AddProduct(const EpcisItem& item) {
  const std::string id = ResourceId(item.identity.product);
  v1::Product& product = products_[id];
  ProductFacts& facts = facts_[id];
  if (product.product_id().empty()) {
    product.set_product_id(id);
    product.set_gtin(item.identity.gtin);
    product.set_scale(kScaleUsual);
    product.set_tracking(v1::TRACKING_LOT);
    const auto master = document_.masters.find(item.identity.product);
    const std::string name = master == document_.masters.end() ? "" : master->second.name;
    product.set_display_name(DisplayName(name, item.identity.product, id));
  }
  if (facts.uom.empty()) facts.uom = item.uom;
  product.set_unit(UnitOfUom(facts.uom));
  if (item.quantity && !item.quantity->FitsScale(kScaleUsual)) {
    product.set_scale(Quantity::kScaleMax);
  }
  if (item.identity.kind == EpcisIdentity::kSerial) {
    facts.has_serials = true;
    product.set_tracking(v1::TRACKING_SERIAL);
  }
  if (facts.has_serials) product.set_scale(0);
}

void EpcisCatalog::AddItem(const EpcisEvent& event, const EpcisItem& item, bool names_lot,
                           bool originates) {
  const std::string key = KeyOf(item.identity);
  const bool is_new = !lots_.contains(key);
  EpcisLot& lot = lots_[key];
  if (is_new) {
    lot.product_id = ResourceId(item.identity.product);
    lot.uri = item.identity.uri;
    lot.is_serial = item.identity.kind == EpcisIdentity::kSerial;
  }
  // An event that only sees the lot may come, in time, before the one that says its number.
  if (is_new || (originates && !lot.has_origin)) {
    lot.number = NumberFor(item, names_lot ? event.lot_data.lot_number : "");
  }
  if (originates && !lot.has_origin) lot.data = event.lot_data;
  lot.has_origin = lot.has_origin || originates;
}

std::string EpcisCatalog::NumberFor(const EpcisItem& item, const std::string& lot_number) {
  const std::string key = KeyOf(item.identity);
  const std::string product_id = ResourceId(item.identity.product);
  const std::string full = absl::StrCat(item.identity.number, "~", HexHash(key).substr(0, 8));
  for (const std::string& number : {lot_number, item.identity.number, full}) {
    if (number.empty()) continue;
    // The API takes no spaces around a number either.
    const absl::string_view trimmed = absl::StripAsciiWhitespace(number);
    if (trimmed.empty()) continue;
    const std::string candidate = ShortId(trimmed);
    std::string& owner = numbers_[absl::AsciiStrToLower(absl::StrCat(product_id, "/", candidate))];
    if (!owner.empty() && owner != key) continue;
    owner = key;
    if (!IsPlainId(trimmed)) {
      rewritten_.push_back(absl::StrCat("the number '", number, "' of ", product_id,
                                        " is too long or has characters that a number cannot "
                                        "have; it becomes '",
                                        candidate, "'"));
    }
    return candidate;
  }
  return ShortId(full);
}

absl::StatusOr<const EpcisLot*> EpcisCatalog::Find(const EpcisItem& item) const {
  const std::string& uri = item.identity.uri;
  if (item.identity.kind == EpcisIdentity::kProduct) {
    return absl::NotFoundError(absl::StrCat("names no lot of the product ", uri));
  }
  const auto found = lots_.find(KeyOf(item.identity));
  if (item.identity.product.empty() || found == lots_.end()) {
    return absl::NotFoundError(absl::StrCat("speaks of ", uri, ", which is no lot or serial"));
  }
  const EpcisLot& lot = found->second;
  const ProductFacts& facts = facts_.at(lot.product_id);
  if (!item.quantity) return absl::NotFoundError(absl::StrCat("says no quantity of ", uri));
  if (facts.has_serials && !lot.is_serial) {
    return absl::NotFoundError(
        absl::StrCat("counts ", uri, " by lot, where the document has serials of the product"));
  }
  if (lot.is_serial && *item.quantity != Quantity::FromUnits(1)) {
    return absl::NotFoundError(
        absl::StrCat("counts ", item.quantity->ToString(), " of the unit ", uri));
  }
  if (!lot.is_serial && !IsSameUnit(UnitOfUom(item.uom), UnitOfUom(facts.uom))) {
    return absl::NotFoundError(absl::StrCat("counts ", uri, " in '", item.uom,
                                            "', where the document began with '", facts.uom, "'"));
  }
  return &lot;
}

std::vector<v1::Product> EpcisCatalog::Products() const {
  std::vector<v1::Product> products;
  for (const auto& [id, product] : products_) products.push_back(product);
  return products;
}

std::vector<v1::Location> EpcisCatalog::Locations() const {
  std::vector<v1::Location> locations;
  for (const auto& [id, location] : locations_) locations.push_back(location);
  return locations;
}

}  // namespace lots::ctl
