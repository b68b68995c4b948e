// How much of a lot is at one place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/hold.h"
#include "storage/domain/kinds/location.h"

namespace lots {

// What one place holds of one lot.
struct LotStock {
  CompanyId company;
  LotId lot_id;
  ProductId product_id;
  std::string number;
  int scale = 0;
  LocationId location_id;
  LocationKind kind = LocationKind::kInternal;
  Quantity quantity;
  std::optional<absl::Time> arrived_at;
  std::optional<absl::Time> stock_since;
  std::optional<absl::CivilDay> expires_on;
  std::optional<HoldCause> hold_cause;  // of what is here
  // Of WORK_IN_PROCESS: the orders that have it, the first 20 by id, and how much each of them
  // has.
  std::vector<WorkOrderId> work_orders = {};
  std::vector<Quantity> work_order_quantities = {};
};

}  // namespace lots
