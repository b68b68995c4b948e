// Chooses the lots of a product that an operation takes: of components that are named by product
// and quantity. For work orders only.
//
// The places of the product are read without a lock, in the order of the strategy, and more of them
// than are needed. The ledger locks them with everything else, in its own order. Then the lots are
// chosen from what is left there. Other operations may have emptied all of these places meanwhile:
// before anything is refused, FindMore looks for places that were not locked, and the operation
// runs again when there are some. So no shortage is reported while there is enough.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/ledger/rules/posting.h"
#include "storage/pg/pipeline.h"
#include "storage/stock/suggest.h"

namespace lots {

class Ledger;
struct Problem;
struct WriteContext;

}  // namespace lots

namespace lots::orders {

// What is wanted of a product. `field` is its path in the request: "auto_components[0]".
struct PickQuery {
  ProductId product_id;
  Quantity quantity;
  std::optional<SuggestStrategy> strategy;  // none: FEFO where the company has expiry, else FIFO
  std::optional<LocationId> from;           // with the locations below; none is a problem
  absl::Time occurred_at;                   // decides what is expired
  std::string field;
};

// A place that has some of the product.
struct PickPlace {
  LotId lot_id;
  LocationId location_id;
  bool is_serial = false;
};

// What one query may take from, in the order in which it takes.
struct PickPlaces {
  std::vector<PickPlace> places;
  Quantity available;           // in all places, also those that are not listed
  bool needs_too_many = false;  // more than kSuggestPicksMax places
  bool product_exists = false;
  bool location_exists = false;
  int scale = 0;  // of the product
};
// In the order of the queries. What is held, expired, past its removal date or not ACTIVE is left
// out. `besides`: how much the operation takes of lots that its request names, which may be the
// same.
absl::StatusOr<std::vector<PickPlaces>> FindPlaces(pg::Connection& db, const WriteContext& context,
                                                   const std::vector<PickQuery>& queries,
                                                   Quantity besides);

// Touches every place, and `to` of its lot.
void TouchPlaces(const std::vector<PickPlaces>& found, const LocationId& to, Ledger& ledger);

// How much of each lot and place the operation takes besides.
using TakenQuantities = absl::btree_map<std::pair<LotId, LocationId>, Quantity>;

struct Pick {
  LotId lot_id;
  LocationId location_id;
  Quantity quantity;
};
struct Picks {
  std::vector<Pick> picks;
  Quantity missing;
};
// Chooses from the places as the loaded ledger knows them; `like` is the movement that will be
// posted, without lot, quantity and source. Adds to `taken`.
Picks ChoosePicks(const PickQuery& query, const PickPlaces& found, const Posting& like,
                  const Ledger& ledger, TakenQuantities& taken);

// The problems that are known without a lock: PRODUCT_NOT_FOUND, LOCATION_NOT_FOUND, FIELD_INVALID.
void ValidatePicks(const PickQuery& query, const PickPlaces& found, std::vector<Problem>& problems);
// COMPONENT_SHORT.
Problem ComponentShort(const PickQuery& query, Quantity available);

// A write conflict when there is a place that one of these queries may take from, and that is not
// among those found: then the operation runs again. `missing`: the queries of which something is
// missing; of the others not every place was found. Without one nothing is read. Call it with the
// locks held.
absl::Status FindMore(pg::Transaction& transaction, const WriteContext& context,
                      const std::vector<PickQuery>& missing, const std::vector<PickPlaces>& found);

}  // namespace lots::orders
