// Suggests lots to take.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

enum class SuggestStrategy : int16_t {
  kFefo = 1,  // first expired, first out; lots without an expiry date last
  kFifo = 2,
  kLifo = 3,
};
struct SuggestLotsQuery {
  CompanyId company;
  ProductId product_id;
  Quantity quantity;
  std::optional<LocationId> location_id;  // this location and those below; none: every INTERNAL one
  std::optional<SuggestStrategy> strategy;  // none: FEFO where the company has expiry, else FIFO
  bool include_past_removal = false;        // also lots that should be off the shelf by now
  absl::Time now;
};
struct LotPick {
  LotId lot_id;
  std::string number;
  LocationId location_id;
  Quantity quantity;
  std::optional<absl::CivilDay> expires_on;
  std::optional<absl::Time> stock_since;
};
struct Suggestion {
  std::vector<LotPick> picks;  // at most kSuggestPicksMax
  Quantity missing;            // the wanted quantity minus all that could be taken
  int scale = 0;               // the product's
};
// Which lots to take first. Refuses with COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND, LOCATION_NOT_FOUND,
// PRODUCT_NOT_TRACKED and QUANTITY_SCALE.
absl::StatusOr<Suggestion> SuggestLots(pg::Connection& db, const SuggestLotsQuery& query);

}  // namespace lots
