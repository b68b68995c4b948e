// Lists movements.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

struct Movement;

// The place of a movement in history.
struct MovementPosition {
  absl::Time recorded_at;
  MovementId movement_id;
};
struct ListMovementsQuery {
  CompanyId company;
  std::string filter;                     // the fields of ListMovementsRequest.filter
  std::optional<MovementPosition> after;  // the last movement of the page before
  int limit = 0;
};
// Movements, the newest recorded first. Refuses with FILTER_INVALID and COMPANY_NOT_FOUND; an empty
// page also with PRODUCT_NOT_FOUND, LOT_NOT_FOUND, LOCATION_NOT_FOUND and WORK_ORDER_NOT_FOUND for
// what the filter names.
absl::StatusOr<std::vector<Movement>> ListMovements(pg::Connection& db,
                                                    const ListMovementsQuery& query);

}  // namespace lots
