// The places of lots, and what holds the lots there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/hold.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_stock.h"
#include "storage/pg/connection.h"

namespace lots {

struct LotLocationsQuery {
  CompanyId company;
  LotId lot_id;
  bool show_all = false;  // empty and virtual places too
  absl::Time now;         // decides which holds have expired
};
struct LotLocations {
  ProductId product_id;
  std::string number;
  std::vector<LotStock> locations;  // on hand first, then with customers, then scrapped, then the
                                    // virtual ones; by id within
  Quantity on_hand;
  int scale = 0;
  std::vector<Hold> holds;  // those that bind, oldest first; at most kHoldsShownMax
};
// The same of several lots at once.
struct FindLocationsQuery {
  CompanyId company;
  std::vector<LotId> lot_ids;
  std::vector<bool> show_all;  // of each lot
  absl::Time now;
};
// In the order of `lot_ids`; none for an id that no lot has.
absl::StatusOr<std::vector<std::optional<LotLocations>>> FindLotLocations(
    pg::Connection& db, const FindLocationsQuery& query);
// The places of a lot, and its holds. LOT_NOT_FOUND.
absl::StatusOr<LotLocations> ListLotLocations(pg::Connection& db, const LotLocationsQuery& query);

}  // namespace lots
