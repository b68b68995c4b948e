// Reads and lists work orders.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/work_order.h"
#include "storage/domain/transformation.h"
#include "storage/pg/connection.h"

namespace lots {

struct WorkOrderSerial {
  std::string number;
  LotId lot_id;
  LotState state = LotState::kPlanned;
};

// What was issued of a lot and not used up.
struct IssuedComponent {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Quantity quantity;
  int scale = 0;
  absl::Time issued_at;  // last
};

struct WorkOrder {
  WorkOrderId work_order_id;
  CompanyId company;
  ProductId product_id;
  int scale = 0;  // of the product
  std::optional<Quantity> planned;
  Quantity completed;
  int64_t planned_serial_count = 0;
  WorkOrderState state = WorkOrderState::kOpen;
  absl::Time created_at;
  absl::Time updated_at;
  std::vector<WorkOrderSerial> serials;  // GetWorkOrder only: the first kWorkOrderSerialsShownMax
  bool serials_truncated = false;
  std::vector<Transformation> completions;  // GetWorkOrder only: the last so many, oldest first
  // GetWorkOrder only: the first kIssuedLotsShownMax by product and number, and how many there are.
  std::vector<IssuedComponent> issued = {};
  int64_t issued_count = 0;
};
// WORK_ORDER_NOT_FOUND.
absl::StatusOr<WorkOrder> GetWorkOrder(pg::Connection& db, const CompanyId& company,
                                       const WorkOrderId& work_order);

struct ListWorkOrdersQuery {
  CompanyId company;
  std::string filter;
  // The last order that was listed; none: from the newest.
  std::optional<std::pair<absl::Time, WorkOrderId>> after;
  int limit = 0;
};
// At most `limit` orders, newest first. FILTER_INVALID. When there is none: COMPANY_NOT_FOUND,
// PRODUCT_NOT_FOUND, WORK_ORDER_NOT_FOUND if the company or what the filter names does not exist.
absl::StatusOr<std::vector<WorkOrder>> ListWorkOrders(pg::Connection& db,
                                                      const ListWorkOrdersQuery& query);

}  // namespace lots
