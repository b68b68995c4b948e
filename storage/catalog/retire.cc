// RetireProducts and RetireLocations.

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/base/status_macros.h"
#include "storage/catalog/catalog.h"
#include "storage/catalog/read_each.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/pg/pipeline.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

// Whoever names a new work order of the product has a share of its row and is waited for; who comes
// later waits, and finds the product retired.
constexpr pg::Statement kLockRetiring{"lock_retiring_products", R"sql(
  SELECT product_id, false FROM products
  WHERE company = $1 AND product_id = ANY ($2)
  ORDER BY product_id FOR UPDATE)sql"};

// The same of movements into the location.
constexpr pg::Statement kLockLocations{"lock_retiring_locations", R"sql(
  SELECT location_id, is_default FROM locations
  WHERE company = $1 AND location_id = ANY ($2)
  ORDER BY location_id FOR UPDATE)sql"};

// After the locks, the first lots that keep a product in use.
constexpr pg::Statement kFindGoodsOfProducts{"find_goods_of_products", R"sql(
  SELECT wanted.product_id, l.product_id || '/' || l.number
  FROM unnest($2::text[]) AS wanted (product_id)
  CROSS JOIN LATERAL (
    SELECT DISTINCT b.lot_id
    FROM balances b
    WHERE b.company = $1 AND b.product_id = wanted.product_id AND b.quantity <> 0
      AND b.kind IN ({PLACES_ON_HAND})
    ORDER BY b.lot_id
    LIMIT $3) AS held
  JOIN lots l ON l.company = $1 AND l.lot_id = held.lot_id
  ORDER BY wanted.product_id, l.lot_id)sql"_sql};

constexpr pg::Statement kFindOpenOrders{"find_open_orders_of_products", R"sql(
  SELECT wanted.product_id, held.work_order_id
  FROM unnest($2::text[]) AS wanted (product_id)
  CROSS JOIN LATERAL (
    SELECT w.work_order_id
    FROM work_orders w
    WHERE w.company = $1 AND w.product_id = wanted.product_id AND w.state = {ORDER_OPEN}
    ORDER BY w.work_order_id
    LIMIT $3) AS held
  ORDER BY wanted.product_id, held.work_order_id)sql"_sql};

constexpr pg::Statement kFindGoodsAtLocations{"find_goods_at_locations", R"sql(
  SELECT wanted.location_id, l.product_id || '/' || l.number
  FROM unnest($2::text[]) AS wanted (location_id)
  CROSS JOIN LATERAL (
    SELECT b.lot_id
    FROM balances b
    WHERE b.company = $1 AND b.location_id = wanted.location_id AND b.quantity <> 0
      AND b.kind IN ({PLACES_ON_HAND})
    ORDER BY b.lot_id
    LIMIT $3) AS held
  JOIN lots l ON l.company = $1 AND l.lot_id = held.lot_id
  ORDER BY wanted.location_id, l.lot_id)sql"_sql};

constexpr pg::Statement kRetireProducts{"retire_products", R"sql(
  UPDATE products SET retired_at = $3, version = version + 1, updated_at = $3
  WHERE company = $1 AND product_id = ANY ($2) AND retired_at IS NULL)sql"};
constexpr pg::Statement kUseProducts{"take_products_into_use", R"sql(
  UPDATE products SET retired_at = NULL, version = version + 1, updated_at = $3
  WHERE company = $1 AND product_id = ANY ($2) AND retired_at IS NOT NULL)sql"};
constexpr pg::Statement kRetireLocations{"retire_locations", R"sql(
  UPDATE locations SET retired_at = $3, version = version + 1, updated_at = $3
  WHERE company = $1 AND location_id = ANY ($2) AND retired_at IS NULL)sql"};
constexpr pg::Statement kUseLocations{"take_locations_into_use", R"sql(
  UPDATE locations SET retired_at = NULL, version = version + 1, updated_at = $3
  WHERE company = $1 AND location_id = ANY ($2) AND retired_at IS NOT NULL)sql"};

// As many as a person needs to find the rest with a list.
constexpr int64_t kUsesShownMax = 3;

// What keeps resources in use, by their ids: names of lots, or of work orders.
using Uses = absl::flat_hash_map<std::string, std::vector<std::string>>;

Uses UsesOf(const pg::Result& rows) {
  Uses uses;
  for (const pg::Row row : rows) uses[row.Get<std::string>(0)].push_back(row.Get<std::string>(1));
  return uses;
}

// One resource that a command names.
struct Retiring {
  std::string field;    // "product_ids[3]"
  const char* id_fact;  // "product_id"
  std::string name;     // product "pump"
  std::string id;
};

Problem InUse(const Retiring& retiring, const std::string& why, Facts facts) {
  facts.emplace(facts.begin(), retiring.id_fact, retiring.id);
  return {.reason = Reason::kStillInUse,
          .field = retiring.field,
          .message = absl::StrCat(retiring.name, " cannot be retired: ", why),
          .facts = std::move(facts)};
}

void AddGoods(const Retiring& retiring, const Uses& goods, std::vector<Problem>& problems) {
  const auto found = goods.find(retiring.id);
  if (found == goods.end()) return;
  const std::string lots = absl::StrJoin(found->second, ", ");
  problems.push_back(InUse(
      retiring, absl::StrCat("goods are on hand (", lots, "); move them out, or scrap them first"),
      {{"lots", lots}}));
}

void AddOrders(const Retiring& retiring, const Uses& orders, std::vector<Problem>& problems) {
  const auto found = orders.find(retiring.id);
  if (found == orders.end()) return;
  const std::string names = absl::StrJoin(found->second, ", ");
  problems.push_back(InUse(
      retiring, absl::StrCat("work orders are open (", names, "); close or cancel them first"),
      {{"work_orders", names}}));
}

void AddDefault(const Retiring& retiring, std::vector<Problem>& problems) {
  problems.push_back(InUse(retiring,
                           "it is a default location of the company, and movements that leave a "
                           "side out use it",
                           {}));
}

// By id: whether it is a default location.
std::map<std::string, bool> ReadLocked(const pg::Result& rows) {
  std::map<std::string, bool> found;
  for (const pg::Row row : rows) found.emplace(row.Get<std::string>(0), row.Get<bool>(1));
  return found;
}

std::vector<Problem> ValidateProducts(const RetireProductsCommand& command, const pg::Results& read,
                                      size_t locked) {
  const std::map<std::string, bool> found = ReadLocked(read[locked]);
  Uses goods, orders;
  if (!command.undo) {
    goods = UsesOf(read[locked + 1]);
    orders = UsesOf(read[locked + 2]);
  }
  std::vector<Problem> problems;
  for (size_t i = 0; i < command.product_ids.size(); ++i) {
    const std::string& id = command.product_ids[i].value();
    const Retiring retiring{.field = Indexed("product_ids", i),
                            .id_fact = "product_id",
                            .name = absl::StrCat("product \"", id, "\""),
                            .id = id};
    if (!found.contains(id)) {
      problems.push_back(ProductNotFound(retiring.field, command.product_ids[i]));
    }
    AddGoods(retiring, goods, problems);
    AddOrders(retiring, orders, problems);
  }
  return problems;
}

std::vector<Problem> ValidateLocations(const RetireLocationsCommand& command,
                                       const pg::Results& read, size_t locked) {
  const std::map<std::string, bool> found = ReadLocked(read[locked]);
  Uses goods;
  if (!command.undo) goods = UsesOf(read[locked + 1]);
  std::vector<Problem> problems;
  for (size_t i = 0; i < command.location_ids.size(); ++i) {
    const std::string& id = command.location_ids[i].value();
    const Retiring retiring{.field = Indexed("location_ids", i),
                            .id_fact = "location_id",
                            .name = absl::StrCat("location \"", id, "\""),
                            .id = id};
    const auto location = found.find(id);
    if (location == found.end()) {
      problems.push_back(LocationNotFound(retiring.field, command.location_ids[i]));
    } else if (location->second && !command.undo) {
      AddDefault(retiring, problems);
    }
    AddGoods(retiring, goods, problems);
  }
  return problems;
}

absl::StatusOr<std::vector<Product>> TryProducts(pg::Connection& db,
                                                 const RetireProductsCommand& command) {
  const WriteContext& context = command.context;
  const std::vector<ProductId>& ids = command.product_ids;
  pg::Transaction transaction(db);
  ClaimRequest(transaction, context, {});
  const size_t locked = transaction.Add(kLockRetiring, context.company, ids);
  if (!command.undo) {
    transaction.Add(kFindGoodsOfProducts, context.company, ids, kUsesShownMax);
    transaction.Add(kFindOpenOrders, context.company, ids, kUsesShownMax);
  }
  ASSIGN_OR_RETURN(const pg::Results read, transaction.Send());
  std::vector<Problem> problems = ValidateProducts(command, read, locked);
  if (!problems.empty()) return Refuse(std::move(problems));
  transaction.Add(command.undo ? kUseProducts : kRetireProducts, context.company, ids, context.now);
  AddAuditEntry(transaction, context, {});
  RETURN_IF_ERROR(transaction.Commit().status());
  return ReadEach(db, context.company, ids, context.now);
}

absl::StatusOr<std::vector<Location>> TryLocations(pg::Connection& db,
                                                   const RetireLocationsCommand& command) {
  const WriteContext& context = command.context;
  const std::vector<LocationId>& ids = command.location_ids;
  pg::Transaction transaction(db);
  ClaimRequest(transaction, context, {});
  const size_t locked = transaction.Add(kLockLocations, context.company, ids);
  if (!command.undo) {
    transaction.Add(kFindGoodsAtLocations, context.company, ids, kUsesShownMax);
  }
  ASSIGN_OR_RETURN(const pg::Results read, transaction.Send());
  std::vector<Problem> problems = ValidateLocations(command, read, locked);
  if (!problems.empty()) return Refuse(std::move(problems));
  transaction.Add(command.undo ? kUseLocations : kRetireLocations, context.company, ids,
                  context.now);
  AddAuditEntry(transaction, context, {});
  RETURN_IF_ERROR(transaction.Commit().status());
  return ReadEach(db, context.company, ids);
}

}  // namespace

absl::StatusOr<std::vector<Product>> RetireProducts(pg::Connection& db,
                                                    const RetireProductsCommand& command) {
  const WriteContext& context = command.context;
  const auto rebuild = [&](const std::vector<Uuid>&) {
    return ReadEach(db, context.company, command.product_ids, context.now);
  };
  return RunWrite<std::vector<Product>>(db, {.context = context, .rebuild = rebuild},
                                        [&] { return TryProducts(db, command); });
}

absl::StatusOr<std::vector<Location>> RetireLocations(pg::Connection& db,
                                                      const RetireLocationsCommand& command) {
  const WriteContext& context = command.context;
  const auto rebuild = [&](const std::vector<Uuid>&) {
    return ReadEach(db, context.company, command.location_ids);
  };
  return RunWrite<std::vector<Location>>(db, {.context = context, .rebuild = rebuild},
                                         [&] { return TryLocations(db, command); });
}

}  // namespace lots
