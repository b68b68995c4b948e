// The rows that the operations of work orders share, and what they refuse about them. For
// storage/work_order_*.cc and storage/reshape*.cc only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"
#include "storage/domain/write_context.h"
#include "storage/lot_rows/product.h"
#include "storage/pg/pipeline.h"
#include "storage/writes/run_write.h"

namespace lots::orders {

// What making lots of a product depends on.
struct ProductRules : LotProduct {
  bool producible = false;
  bool inherit_expiry = false;
};

struct OrderRow {
  WorkOrderId work_order;
  ProductId product_id;
  Quantity completed;
  WorkOrderState state = WorkOrderState::kOpen;
  absl::Time updated_at;
};

// How a request names its order.
struct OrderNaming {
  WorkOrderId work_order;
  std::optional<ProductId> product;
  std::optional<Quantity> planned_quantity;
};

// An order's row and the rules of products.
struct OrderFacts {
  std::optional<OrderRow> order;
  absl::flat_hash_map<ProductId, ProductRules> products;

  // Of the order; null when there is no order.
  const ProductRules* product() const;
  const ProductRules* FindProduct(const ProductId& product_id) const;
};

// Where the answers stand among a pipeline's results.
struct OrderPlaces {
  size_t order;
  size_t products;
};

// Adds: create the order when it is new and the product is said and known, lock its row, lock the
// rules of its product and of `products` against change.
OrderPlaces AddOrderLock(pg::Transaction& transaction, const WriteContext& context,
                         const OrderNaming& naming, const std::vector<ProductId>& products = {});
OrderFacts ReadOrder(const OrderNaming& naming, const pg::Results& results, OrderPlaces places);

// The same facts without a lock: of the order where it exists, and of `products`.
absl::StatusOr<OrderFacts> ReadOrderUnlocked(pg::Connection& db, const CompanyId& company,
                                             const OrderNaming& naming,
                                             const std::vector<ProductId>& products = {});

// The instant that a write to the locked order is dated with: later than all before it, whatever
// the servers' clocks say.
absl::Time OrderTime(const OrderRow& order, absl::Time now);

// Adds the order's new state. `completed` is added; without a planned quantity it stays.
struct OrderChange {
  WorkOrderId work_order;
  WorkOrderState state = WorkOrderState::kOpen;
  Quantity completed;
  std::optional<Quantity> planned_quantity;
  absl::Time at;
};
void AddOrderChange(pg::Transaction& transaction, const CompanyId& company,
                    const OrderChange& change);

// What is wrong with the order as a request names it, for making serials or lots of its product.
std::vector<Problem> JudgeOrder(const OrderNaming& naming, const OrderFacts& facts);
// WORK_ORDER_NOT_FOUND, or WORK_ORDER_CLOSED unless it is open; for operations that do not create
// it.
absl::Status CheckOpen(const OrderNaming& naming, const OrderFacts& facts);

// SERIAL_ASSIGNED_ELSEWHERE; `other` is the order that the serial is planned for.
Problem AssignedElsewhere(absl::string_view field, const LotId& lot_id, absl::string_view number,
                          const WorkOrderId& other);
Problem LotIsVoid(absl::string_view field, const LotId& lot_id, absl::string_view number);
// DUPLICATE_IN_REQUEST: `what` ("number \"A\"") stood at `first_index` of the list already.
Problem Duplicate(absl::string_view field, absl::string_view key, absl::string_view value,
                  size_t first_index);

}  // namespace lots::orders
