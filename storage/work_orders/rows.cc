// Locks and reads an order's row and its products, and validates both.
#include "storage/work_orders/rows.h"

#include <algorithm>
#include <utility>

#include "storage/base/status_macros.h"
#include "storage/domain/kinds/counter_reset.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/domain/write_context.h"
#include "storage/numbers/new_id.h"
#include "storage/work_orders/refusals.h"

namespace lots::orders {
namespace {

// Nothing is inserted when the product is unknown: ValidateOrder says so in words.
constexpr pg::Statement kNameOrder{"name_work_order", R"sql(
  INSERT INTO work_orders (company, work_order_id, product_id, planned_quantity,
                           completed_quantity, state, created_at, updated_at)
  SELECT p.company, $2, p.product_id, NULL, 0, {ORDER_OPEN}, $4, $4
  FROM products p WHERE p.company = $1 AND p.product_id = $3
  ON CONFLICT (company, work_order_id) DO NOTHING)sql"_sql};

constexpr pg::Statement kLockOrder{"lock_work_order", R"sql(
  SELECT product_id, completed_quantity, state, updated_at
  FROM work_orders WHERE company = $1 AND work_order_id = $2 FOR UPDATE)sql"};

constexpr pg::Statement kReadOrderUnlocked{"read_work_order_unlocked", R"sql(
  SELECT product_id, completed_quantity, state, updated_at
  FROM work_orders WHERE company = $1 AND work_order_id = $2)sql"};

// KEY SHARE: tracking, scale and case rule are part of a key, so they cannot change meanwhile; and
// RetireProducts waits.
constexpr pg::Statement kLockProducts{"lock_order_products", R"sql(
  SELECT product_id, tracking, scale, case_sensitive, producible, number_template, expire_days,
         best_before_days, removal_days, alert_days, inherit_expiry, counter_reset,
         retired_at IS NOT NULL
  FROM products
  WHERE company = $1 AND product_id = ANY ($3 || ARRAY(
    SELECT w.product_id FROM work_orders w WHERE w.company = $1 AND w.work_order_id = $2))
  ORDER BY product_id FOR KEY SHARE)sql"};

constexpr pg::Statement kReadProductsUnlocked{"read_order_products_unlocked", R"sql(
  SELECT product_id, tracking, scale, case_sensitive, producible, number_template, expire_days,
         best_before_days, removal_days, alert_days, inherit_expiry, counter_reset,
         retired_at IS NOT NULL
  FROM products
  WHERE company = $1 AND product_id = ANY ($3 || ARRAY(
    SELECT w.product_id FROM work_orders w WHERE w.company = $1 AND w.work_order_id = $2)))sql"};

ProductRules RulesOf(const pg::Row& row) {
  ProductRules rules;
  rules.product_id = row.Get<ProductId>(0);
  rules.tracking = row.Get<Tracking>(1);
  rules.scale = row.Get<int>(2);
  rules.case_sensitive = row.Get<bool>(3);
  rules.producible = row.Get<bool>(4);
  rules.number_template = row.Get<std::string>(5);
  rules.shelf_life = {.expire_days = row.Get<std::optional<int32_t>>(6),
                      .best_before_days = row.Get<std::optional<int32_t>>(7),
                      .removal_days = row.Get<std::optional<int32_t>>(8),
                      .alert_days = row.Get<std::optional<int32_t>>(9)};
  rules.inherit_expiry = row.Get<bool>(10);
  rules.counter_reset = row.Get<CounterReset>(11);
  rules.is_retired = row.Get<bool>(12);
  return rules;
}

Problem OrderMissing(const OrderRef& order_ref) {
  if (order_ref.product.has_value()) return ProductNotFound("product_id", *order_ref.product);
  return OrderNeedsProduct(order_ref.work_order);
}

void ValidateProduct(const OrderRef& order_ref, const ProductRules& product,
                     std::vector<Problem>& problems) {
  if (product.tracking == Tracking::kNone) {
    problems.push_back(ProductNotTracked("product_id", product.product_id));
  }
  if (!product.producible) problems.push_back(NotProducible(product.product_id));
  const std::optional<Quantity>& planned = order_ref.planned_quantity;
  if (planned.has_value() && !planned->FitsScale(product.scale)) {
    problems.push_back(
        QuantityScale("planned_quantity", *planned, product.scale, product.product_id));
  }
}

constexpr pg::Statement kChangeOrder{"change_work_order", R"sql(
  UPDATE work_orders SET state = $3, completed_quantity = completed_quantity + $4,
         planned_quantity = COALESCE($5, planned_quantity), updated_at = $6
  WHERE company = $1 AND work_order_id = $2)sql"};

OrderFacts FactsOf(const OrderRef& order_ref, const pg::Result& order, const pg::Result& products) {
  OrderFacts facts;
  if (!order.empty()) {
    const pg::Row row = order[0];
    facts.order = OrderRow{.work_order = order_ref.work_order,
                           .product_id = row.Get<ProductId>(0),
                           .completed = row.Get<Quantity>(1),
                           .state = row.Get<WorkOrderState>(2),
                           .updated_at = row.Get<absl::Time>(3)};
  }
  for (const pg::Row row : products) {
    ProductRules rules = RulesOf(row);
    ProductId id = rules.product_id;
    facts.products.emplace(std::move(id), std::move(rules));
  }
  return facts;
}

}  // namespace

const ProductRules* OrderFacts::product() const {
  return order.has_value() ? FindProduct(order->product_id) : nullptr;
}

const ProductRules* OrderFacts::FindProduct(const ProductId& product_id) const {
  const auto found = products.find(product_id);
  return found == products.end() ? nullptr : &found->second;
}

OrderResultIndices AddOrderLock(pg::Transaction& transaction, const WriteContext& context,
                                const OrderRef& order_ref, const std::vector<ProductId>& products) {
  std::optional<size_t> created;
  if (order_ref.product.has_value()) {
    created = transaction.Add(kNameOrder, context.company, order_ref.work_order, *order_ref.product,
                              context.now);
  }
  return {
      .created = created,
      .order = transaction.Add(kLockOrder, context.company, order_ref.work_order),
      .products = transaction.Add(kLockProducts, context.company, order_ref.work_order, products)};
}

OrderFacts ReadOrder(const OrderRef& order_ref, const pg::Results& results,
                     OrderResultIndices indices) {
  OrderFacts facts = FactsOf(order_ref, results[indices.order], results[indices.products]);
  facts.is_new = indices.created.has_value() && results[*indices.created].affected() > 0;
  return facts;
}

absl::StatusOr<OrderFacts> ReadOrderUnlocked(pg::Connection& db, const CompanyId& company,
                                             const OrderRef& order_ref,
                                             const std::vector<ProductId>& products) {
  std::vector<ProductId> ids = products;
  if (order_ref.product.has_value()) ids.push_back(*order_ref.product);
  pg::Pipeline pipeline(db);
  pipeline.Add(kReadOrderUnlocked, company, order_ref.work_order);
  pipeline.Add(kReadProductsUnlocked, company, order_ref.work_order, ids);
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  return FactsOf(order_ref, results[0], results[1]);
}

absl::Time OrderTime(const OrderRow& order, absl::Time now) {
  return std::max(now, order.updated_at + absl::Microseconds(1));
}

void AddOrderChange(pg::Transaction& transaction, const CompanyId& company,
                    const OrderChange& change) {
  transaction.Add(kChangeOrder, company, change.work_order, change.state, change.completed,
                  change.planned_quantity, change.at);
}

std::vector<Problem> ValidateOrder(const OrderRef& order_ref, const OrderFacts& facts) {
  std::vector<Problem> problems;
  if (!facts.order.has_value()) return {OrderMissing(order_ref)};
  if (facts.is_new) {
    std::optional<Problem> problem = CheckNewId("work_order_id", order_ref.work_order.value());
    if (problem.has_value()) problems.push_back(*std::move(problem));
  }
  if (facts.order->state != WorkOrderState::kOpen) problems.push_back(NotOpen(*facts.order));
  if (order_ref.product.has_value() && *order_ref.product != facts.order->product_id) {
    problems.push_back(OtherProduct(*facts.order, *order_ref.product));
  }
  ValidateProduct(order_ref, *facts.product(), problems);
  if (facts.is_new && facts.product()->is_retired) {
    problems.push_back(ProductRetired("product_id", facts.order->product_id));
  }
  return problems;
}

absl::Status CheckOpen(const OrderRef& order_ref, const OrderFacts& facts) {
  if (!facts.order.has_value()) {
    return Refuse(WorkOrderNotFound(order_ref.work_order));
  }
  if (facts.order->state != WorkOrderState::kOpen) return Refuse(NotOpen(*facts.order));
  return absl::OkStatus();
}

}  // namespace lots::orders
