// What the events of a document are about: its products, places and lots, under the ids that they
// get here. A pure function of the document.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/lot.pb.h"
#include "service/ctl/epcis/document/document.h"

namespace lots::ctl {

// Where goods are between shipping and receiving.
inline constexpr char kTransitId[] = "IN-TRANSIT";

// A lot or a unit.
struct EpcisLot {
  std::string product_id;
  std::string number;
  std::string uri;
  bool is_serial = false;
  EpcisLotData data;
  // Whether an event of the document creates the lot; otherwise the lot comes from outside.
  bool has_origin = false;
  // Whether a transformation makes it.
  bool is_made = false;
};

class EpcisCatalog {
 public:
  // `events`, those that count, in the order of time: the first that says something about a lot or
  // a product counts.
  EpcisCatalog(const EpcisDocument& document, const std::vector<const EpcisEvent*>& events);

  // The lot that an item speaks of, or why there is none.
  absl::StatusOr<const EpcisLot*> Find(const EpcisItem& item) const;
  std::string UnitOf(const EpcisLot& lot) const { return products_.at(lot.product_id).unit(); }
  // One id for all spellings of a place: that of the first one that the document has.
  std::string PlaceId(const std::string& uri) const;
  // Texts that the API does not take as they are, and what is registered instead.
  const std::vector<std::string>& rewritten() const { return rewritten_; }

  // In the order of their ids.
  std::vector<v1::Product> Products() const;
  // The places that events or master data name, and the one for goods on their way.
  std::vector<v1::Location> Locations() const;

 private:
  struct ProductFacts {
    std::string uom;
    bool has_serials = false;
  };

  // Each registers the place with its address; without master data an empty one.
  void AddPlace(const std::string& uri, const EpcisMaster& master);
  // The text on one line. Notes line breaks and other control characters, said to be of `what`.
  std::string Line(const std::string& what, const std::string& text, size_t bytes_max);
  // The master data's name, and the whole URI where the id is only a short form of it.
  std::string DisplayName(const std::string& name, const std::string& uri, const std::string& id);
  void AddItems(const EpcisEvent& event, const std::vector<EpcisItem>& items);
  void AddItem(const EpcisEvent& event, const EpcisItem& item, bool names_lot, bool originates);
  void AddProduct(const EpcisItem& item);
  // The number that the lot gets: the document's, unless another lot of the product has it.
  std::string NumberFor(const EpcisItem& item, const std::string& lot_number);

  const EpcisDocument& document_;
  std::map<std::string, v1::Product> products_;    // by product id
  std::map<std::string, ProductFacts> facts_;      // by product id
  std::map<std::string, EpcisLot> lots_;           // by KeyOf(item)
  std::map<std::string, std::string> numbers_;     // folded PRODUCT/NUMBER → KeyOf(item)
  std::map<std::string, v1::Location> locations_;  // by location id
  std::map<std::string, std::string> place_ids_;   // by PlaceKey
  std::vector<std::string> rewritten_;
};

// "kg" for "KGM"; codes without a usual sign stay as they are.
std::string UnitOfUom(const std::string& uom);
// Whether quantities in the two units are of one measure: "" and "pcs" both count.
bool IsSameUnit(const std::string& unit, const std::string& other);

}  // namespace lots::ctl
