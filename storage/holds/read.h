// Reads holds: those that somebody placed, with a product, and those that were inherited.
// Memberships in recalls are not among them; storage/recalls reads these.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/domain/hold.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

// A hold and its lot.
struct LotHold {
  CompanyId company;
  Hold hold;
  ProductId product_id;
  std::string number;
  int scale = 0;
};

// HOLD_NOT_FOUND.
absl::StatusOr<LotHold> GetHold(pg::Connection& db, const CompanyId& company,
                                const HoldId& hold_id);

// The place of a hold in the list.
struct HoldPosition {
  absl::Time placed_at;
  HoldId hold_id;
};
struct ListHoldsQuery {
  CompanyId company;
  std::string filter;                 // the fields of ListHoldsRequest.filter
  std::optional<HoldPosition> after;  // the last hold of the page before
  int limit = 0;
  absl::Time now;  // decides which holds are active
};
// Holds, the newest first, ended ones too. Refuses with FILTER_INVALID and COMPANY_NOT_FOUND; an
// empty page also with PRODUCT_NOT_FOUND, LOT_NOT_FOUND and LOCATION_NOT_FOUND for what the filter
// names.
absl::StatusOr<std::vector<LotHold>> ListHolds(pg::Connection& db, const ListHoldsQuery& query);

}  // namespace lots
