// Reads lots by id or number, and the next numbers of a product.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

struct Lot;

// The lots in the order of `lot_ids`, none for an id that no lot has. Runs one statement, whatever
// the number of lots. `now` decides which lots are expired.
absl::StatusOr<std::vector<std::optional<Lot>>> FindLotsById(pg::Connection& db,
                                                             const CompanyId& company,
                                                             absl::Span<const LotId> lot_ids,
                                                             absl::Time now);

// LOT_NOT_FOUND.
absl::StatusOr<Lot> GetLot(pg::Connection& db, const CompanyId& company, const LotId& lot_id,
                           absl::Time now);

// LOT_NOT_FOUND for each missing lot, at "lot_ids[3]".
absl::StatusOr<std::vector<Lot>> GetLots(pg::Connection& db, const CompanyId& company,
                                         absl::Span<const LotId> lot_ids, absl::Time now);

struct FindLotsQuery {
  CompanyId company;
  std::vector<std::string> numbers;  // as typed
  ProductId product_id;              // empty: every product
  absl::Time now;
};
// For each number, in their order: the lots that have it, sorted by product. When no lot has any:
// COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND if there is no such company or product.
absl::StatusOr<std::vector<std::vector<Lot>>> FindLots(pg::Connection& db,
                                                       const FindLotsQuery& query);

struct PreviewNumbersQuery {
  CompanyId company;
  ProductId product_id;
  int64_t count = 1;
  std::string first_number;  // empty: the template
  absl::Time now;
};
// The next numbers of a product. Reserves none. COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND,
// PRODUCT_NOT_TRACKED and those of ReserveNumbers.
absl::StatusOr<std::vector<std::string>> PreviewLotNumbers(pg::Connection& db,
                                                           const PreviewNumbersQuery& query);

}  // namespace lots
