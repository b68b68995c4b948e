// Lists stock: what is where.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

struct LotStock;

struct StockPosition {
  LotId lot_id;
  LocationId location_id;
};
// All given selections (lots, product, location) apply. Without any, all stock of the company.
struct ListStockQuery {
  CompanyId company;
  std::vector<LotId> lot_ids;
  std::optional<ProductId> product_id;
  std::optional<LocationId> location_id;
  bool include_descendants = false;
  std::optional<absl::Time> as_of;  // counts what happened until then
  std::optional<absl::Time>
      known_at;  // counts what was recorded until then; at most one of the two
  // False: INTERNAL and TRANSIT only, unless the filter names the kind, or WORK_IN_PROCESS is
  // asked.
  bool all_kinds = false;
  std::string filter = {};  // the fields of ListStockRequest.filter
  absl::Time now;           // decides which holds have expired
  std::optional<StockPosition> after;
  int limit = 0;
};
// The places with a quantity other than 0, by lot id and location id. Dates and hold causes are
// left empty when `as_of` or `known_at` is given. Refuses with COMPANY_NOT_FOUND,
// PRODUCT_NOT_FOUND, LOT_NOT_FOUND (naming each), LOCATION_NOT_FOUND and FILTER_INVALID.
absl::StatusOr<std::vector<LotStock>> ListStock(pg::Connection& db, const ListStockQuery& query);

}  // namespace lots
