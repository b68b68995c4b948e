// Reads resources that exist, for the answers of writes. For this folder only.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/catalog/resources.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

// In the order of the ids. Products and locations are never deleted: what a write found exists.
// `now`: the day of next_number.
absl::StatusOr<std::vector<Product>> ReadEach(pg::Connection& db, const CompanyId& company,
                                              const std::vector<ProductId>& ids, absl::Time now);
absl::StatusOr<std::vector<Location>> ReadEach(pg::Connection& db, const CompanyId& company,
                                               const std::vector<LocationId>& ids);

}  // namespace lots
