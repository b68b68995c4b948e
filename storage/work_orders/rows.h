// The rows that the operations of work orders share, and what is validated of them. For this
// folder and those below it only.
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
#include "storage/base/quantity.h"
#include "storage/domain/dates.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/work_order.h"
#include "storage/lot_rows/product.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct Problem;
struct WriteContext;

}  // namespace lots

namespace lots::orders {

// What making lots of a product depends on.
struct ProductRules : LotProduct {
  bool producible = false;
  bool inherit_expiry = false;
  bool is_retired = false;
};

struct OrderRow {
  WorkOrderId work_order;
  ProductId product_id;
  Quantity completed;
  WorkOrderState state = WorkOrderState::kOpen;
  absl::Time updated_at;
};

// A work order as a request names it.
struct OrderRef {
  WorkOrderId work_order;
  std::optional<ProductId> product;
  std::optional<Quantity> planned_quantity;
};

// An order's row and the rules of products.
struct OrderFacts {
  std::optional<OrderRow> order;
  bool is_new = false;  // this transaction created the order
  absl::flat_hash_map<ProductId, ProductRules> products;

  // The rules of the order's product; nullptr when there is no order.
  const ProductRules* product() const;
  const ProductRules* FindProduct(const ProductId& product_id) const;
};

// The indices of these reads in a pipeline's Results.
struct OrderResultIndices {
  std::optional<size_t> created;
  size_t order;
  size_t products;
};

// Adds: create the order when it is new and the product is said and known, lock its row, lock the
// rules of its product and of `products` against change.
OrderResultIndices AddOrderLock(pg::Transaction& transaction, const WriteContext& context,
                                const OrderRef& order_ref,
                                const std::vector<ProductId>& products = {});
OrderFacts ReadOrder(const OrderRef& order_ref, const pg::Results& results,
                     OrderResultIndices indices);

// The same facts without a lock: of the order where it exists, and of `products`.
absl::StatusOr<OrderFacts> ReadOrderUnlocked(pg::Connection& db, const CompanyId& company,
                                             const OrderRef& order_ref,
                                             const std::vector<ProductId>& products = {});

// The time of a write to the locked order. It is later than every earlier write's, whatever the
// servers' clocks say.
absl::Time OrderTime(const OrderRow& order, absl::Time now);

// Adds the write of the order's new state. `completed` is added to the order's; without a planned
// quantity the order keeps its own.
struct OrderChange {
  WorkOrderId work_order;
  WorkOrderState state = WorkOrderState::kOpen;
  Quantity completed;
  std::optional<Quantity> planned_quantity;
  absl::Time at;
};
void AddOrderChange(pg::Transaction& transaction, const CompanyId& company,
                    const OrderChange& change);

// The problems with the order that a request names, for making serials or lots of its product.
std::vector<Problem> ValidateOrder(const OrderRef& order_ref, const OrderFacts& facts);
// WORK_ORDER_NOT_FOUND, or WORK_ORDER_CLOSED unless it is open; for operations that do not create
// it.
absl::Status CheckOpen(const OrderRef& order_ref, const OrderFacts& facts);

}  // namespace lots::orders
