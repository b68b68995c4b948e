// UpsertProducts, GetProduct and ListProducts.

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/catalog/catalog.h"
#include "storage/catalog/new_company.h"
#include "storage/catalog/product_counters.h"
#include "storage/catalog/read_each.h"
#include "storage/catalog/update_fields.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/counter_reset.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/existence.h"
#include "storage/numbers/gtin.h"
#include "storage/numbers/new_id.h"
#include "storage/numbers/template.h"
#include "storage/pg/pipeline.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

// Whoever is creating a lot of one of them has a share of its row, by the foreign key, and is
// waited for; so its rules and its lots are known until the commit.
constexpr pg::Statement kLockProducts{"lock_products", R"sql(
  SELECT product_id, display_name, tracking, unit, scale, number_template, expire_days,
         best_before_days, removal_days, alert_days, inherit_expiry, warranty_months, gtin,
         producible, case_sensitive, version, created_at, updated_at, counter_reset,
         hold_on_receipt, retired_at
  FROM products WHERE company = $1 AND product_id = ANY ($2)
  ORDER BY product_id FOR UPDATE)sql"};

// Read beside kLockProducts and not locked: a range of numbers may be taken meanwhile.
constexpr pg::Statement kFindCounters{"find_counters", R"sql(
  SELECT n.product_id, n.next_value, n.period, c.time_zone
  FROM number_counters n JOIN companies c ON c.company = $1
  WHERE n.company = $1 AND n.product_id = ANY ($2))sql"};

constexpr pg::Statement kFindProducts{"find_products", R"sql(
  SELECT product_id, display_name, tracking, unit, scale, number_template, expire_days,
         best_before_days, removal_days, alert_days, inherit_expiry, warranty_months, gtin,
         producible, case_sensitive, version, created_at, updated_at, counter_reset,
         hold_on_receipt, retired_at
  FROM products WHERE company = $1 AND product_id = ANY ($2))sql"};

constexpr pg::Statement kListProducts{"list_products", R"sql(
  SELECT product_id, display_name, tracking, unit, scale, number_template, expire_days,
         best_before_days, removal_days, alert_days, inherit_expiry, warranty_months, gtin,
         producible, case_sensitive, version, created_at, updated_at, counter_reset,
         hold_on_receipt, retired_at
  FROM products WHERE company = $1 AND product_id > $2 AND ($4 OR retired_at IS NULL)
  ORDER BY product_id LIMIT $3)sql"};

constexpr pg::Statement kCountLotsOfProducts{"count_lots_of_products", R"sql(
  SELECT product_id, count(*) FROM lots WHERE company = $1 AND product_id = ANY ($2)
  GROUP BY product_id)sql"};

constexpr pg::Statement kInsertProduct{"insert_product", R"sql(
  INSERT INTO products
    (company, product_id, display_name, tracking, unit, scale, number_template, expire_days,
     best_before_days, removal_days, alert_days, inherit_expiry, warranty_months, gtin,
     producible, case_sensitive, version, created_at, updated_at, counter_reset, hold_on_receipt)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18, $19,
          $20))sql"};

constexpr pg::Statement kUpdateProduct{"update_product", R"sql(
  UPDATE products
  SET display_name = $3, tracking = $4, unit = $5, scale = $6, number_template = $7,
      expire_days = $8, best_before_days = $9, removal_days = $10, alert_days = $11,
      inherit_expiry = $12, warranty_months = $13, gtin = $14, producible = $15,
      case_sensitive = $16, version = $17, updated_at = $18, counter_reset = $19,
      hold_on_receipt = $20
  WHERE company = $1 AND product_id = $2)sql"};

using ProductField = UpdateField<Product>;

constexpr ProductField kProductFields[] = {
    {"display_name", [](const Product& given, Product& p) { p.display_name = given.display_name; }},
    {"tracking",
     [](const Product& given, Product& p) {
       if (given.tracking.has_value()) p.tracking = given.tracking;
     }},
    {"unit", [](const Product& given, Product& p) { p.unit = given.unit; }},
    {"scale", [](const Product& given, Product& p) { p.scale = given.scale; }},
    {"number_template",
     [](const Product& given, Product& p) { p.number_template = given.number_template; }},
    {"counter_reset",
     [](const Product& given, Product& p) {
       if (given.counter_reset.has_value()) p.counter_reset = given.counter_reset;
     }},
    {"next_number",
     [](const Product& given, Product& p) {
       if (given.next_number > 0) p.next_number = given.next_number;
     }},
    {"shelf_life.expire_days",
     [](const Product& given, Product& p) {
       p.shelf_life.expire_days = given.shelf_life.expire_days;
     }},
    {"shelf_life.best_before_days",
     [](const Product& given, Product& p) {
       p.shelf_life.best_before_days = given.shelf_life.best_before_days;
     }},
    {"shelf_life.removal_days",
     [](const Product& given, Product& p) {
       p.shelf_life.removal_days = given.shelf_life.removal_days;
     }},
    {"shelf_life.alert_days",
     [](const Product& given, Product& p) {
       p.shelf_life.alert_days = given.shelf_life.alert_days;
     }},
    {"inherit_expiry",
     [](const Product& given, Product& p) { p.inherit_expiry = given.inherit_expiry; }},
    {"warranty_months",
     [](const Product& given, Product& p) { p.warranty_months = given.warranty_months; }},
    {"gtin", [](const Product& given, Product& p) { p.gtin = given.gtin; }},
    {"producible", [](const Product& given, Product& p) { p.producible = given.producible; }},
    {"case_sensitive",
     [](const Product& given, Product& p) { p.case_sensitive = given.case_sensitive; }},
    {"hold_on_receipt",
     [](const Product& given, Product& p) { p.hold_on_receipt = given.hold_on_receipt; }},
};

Product ReadProduct(const pg::Row& row) {
  using Days = std::optional<int32_t>;
  return {.product_id = ProductId(row.Get<std::string>(0)),
          .display_name = row.Get<std::string>(1),
          .tracking = row.Get<Tracking>(2),
          .unit = row.Get<std::string>(3),
          .scale = row.Get<int>(4),
          .number_template = row.Get<std::string>(5),
          .counter_reset = row.Get<CounterReset>(18),
          .next_number = 1,
          .shelf_life = {.expire_days = row.Get<Days>(6),
                         .best_before_days = row.Get<Days>(7),
                         .removal_days = row.Get<Days>(8),
                         .alert_days = row.Get<Days>(9)},
          .inherit_expiry = row.Get<bool>(10),
          .warranty_months = row.Get<int>(11),
          .gtin = row.Get<std::string>(12),
          .producible = row.Get<bool>(13),
          .case_sensitive = row.Get<bool>(14),
          .hold_on_receipt = row.Get<bool>(19),
          .version = row.Get<int64_t>(15),
          .created_at = row.Get<absl::Time>(16),
          .updated_at = row.Get<absl::Time>(17),
          .retired_at = row.Get<std::optional<absl::Time>>(20)};
}

using ProductsById = std::map<ProductId, StoredProduct>;

// `now`: the next number of a counter whose period is over is 1.
absl::StatusOr<ProductsById> ReadProducts(const pg::Result& products, const pg::Result& counters,
                                          absl::Time now) {
  ProductsById by_id;
  for (const pg::Row& row : products) {
    StoredProduct stored{.product = ReadProduct(row)};
    by_id.emplace(stored.product.product_id, std::move(stored));
  }
  for (const pg::Row& row : counters) {
    const auto found = by_id.find(ProductId(row.Get<std::string>(0)));
    if (found == by_id.end()) continue;
    ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(row.Get<absl::string_view>(3)));
    const StoredCounter counter{.next_value = row.Get<int64_t>(1),
                                .period = row.Get<std::optional<absl::CivilDay>>(2)};
    SetCounter(counter, DayIn(now, zone), found->second);
  }
  return by_id;
}

std::vector<ProductId> IdsOf(const std::vector<Product>& products) {
  std::vector<ProductId> ids;
  for (const Product& product : products) ids.push_back(product.product_id);
  return ids;
}

// Collects the problems of product `index` of a command.
class ProductValidator {
 public:
  ProductValidator(size_t index, std::vector<Problem>& problems)
      : index_(index), problems_(problems) {}

  void ValidateNewId(const Product& product) {
    std::optional<Problem> problem =
        CheckNewId(Indexed("products", index_, "product_id"), product.product_id.value());
    if (problem.has_value()) problems_.push_back(*std::move(problem));
  }

  // Rules of the values themselves. The GTIN is brought into its 14 digits.
  void Validate(Product& product) {
    if (!product.tracking.has_value()) Refused("tracking", "", "is required for a new product");
    const bool serial = product.tracking == Tracking::kSerial;
    InRange("scale", product.scale, serial ? 0 : Quantity::kScaleMax);
    InRange("warranty_months", product.warranty_months, kWarrantyMonthsMax);
    ValidateShelfLife(product.shelf_life);
    if (!product.gtin.empty()) {
      const absl::StatusOr<std::string> gtin = CleanGtin(product.gtin);
      Require("gtin", product.gtin, gtin.status());
      product.gtin = gtin.value_or("");
    }
    if (!product.number_template.empty()) {
      Require("number_template", product.number_template,
              NumberTemplate::Parse(product.number_template).status());
    }
    ValidateReset(product);
  }

  // `stored`: the current version, 0 of a new product.
  void ValidateVersion(const Product& given, int64_t stored) {
    if (given.version == 0 || given.version == stored) return;
    problems_.push_back(
        ResourceChanged(Indexed("products", index_), given.product_id.value(), stored));
  }

  void Refused(absl::string_view field, absl::string_view value, absl::string_view message) {
    problems_.push_back(FieldInvalid(Indexed("products", index_, field), value, message));
  }

 private:
  void ValidateShelfLife(const ShelfLife& shelf_life) {
    Require("shelf_life", "", CheckShelfLife(shelf_life));
  }
  void InRange(absl::string_view field, int64_t value, int64_t max) {
    if (0 <= value && value <= max) return;
    Refused(field, absl::StrCat(value),
            absl::StrCat("value ", value, " is not between 0 and ", max));
  }
  void Require(absl::string_view field, absl::string_view value, const absl::Status& status) {
    if (!status.ok()) Refused(field, value, status.message());
  }
  void ValidateReset(const Product& product) {
    const CounterReset reset = product.counter_reset.value_or(CounterReset::kNever);
    if (reset == CounterReset::kNever) return;
    if (product.number_template.empty()) {
      return Refused("counter_reset", Name(reset), "needs a number_template with a date");
    }
    const auto number_template = NumberTemplate::Parse(product.number_template);
    if (number_template.ok()) {
      Require("counter_reset", Name(reset), number_template->CheckReset(reset));
    }
  }

  const size_t index_;
  std::vector<Problem>& problems_;
};

// The rule that would change although lots depend on it; empty: none.
absl::string_view ChangedRule(const Product& stored, const Product& wanted) {
  if (stored.tracking != wanted.tracking) return "tracking";
  if (stored.scale != wanted.scale) return "scale";
  if (stored.case_sensitive != wanted.case_sensitive) return "case_sensitive";
  // 1.5 kg would become 1.5 g. A unit that was never given may still be.
  if (!stored.unit.empty() && stored.unit != wanted.unit) return "unit";
  return "";
}

bool IsChanged(const Product& a, const Product& b) {
  const auto key = [](const Product& p) {
    return std::tie(p.display_name, p.tracking, p.unit, p.scale, p.number_template, p.counter_reset,
                    p.next_number, p.inherit_expiry, p.warranty_months, p.gtin, p.producible,
                    p.case_sensitive, p.hold_on_receipt);
  };
  return key(a) != key(b) || !(a.shelf_life == b.shelf_life);
}

// What the command changes in the stored products, in the order of the command.
std::vector<ProductChange> PlanChanges(const UpsertProductsCommand& command,
                                       const ProductsById& stored, std::vector<Problem>& problems) {
  std::vector<ProductChange> changes;
  for (size_t i = 0; i < command.products.size(); ++i) {
    const Product& given = command.products[i];
    ProductValidator validator(i, problems);
    ProductChange change{.stored = std::nullopt, .wanted = given};
    const auto found = stored.find(given.product_id);
    validator.ValidateVersion(given, found == stored.end() ? 0 : found->second.product.version);
    if (found == stored.end()) {
      validator.ValidateNewId(given);
      change.wanted.next_number = std::max<int64_t>(given.next_number, 1);
      change.wanted.created_at = command.context.now;
      if (!change.wanted.counter_reset.has_value()) {
        change.wanted.counter_reset = CounterReset::kNever;
      }
    } else {
      change.stored = found->second;
      change.wanted = Updated(found->second.product, given, PathsOfEntry(command.paths, i),
                              absl::MakeConstSpan(kProductFields));
    }
    validator.Validate(change.wanted);
    changes.push_back(std::move(change));
  }
  return changes;
}

// PRODUCT_HAS_LOTS for every product whose rules would change under its lots.
absl::Status ValidateRules(pg::Transaction& transaction, const CompanyId& company,
                           const std::vector<ProductChange>& changes,
                           std::vector<Problem>& problems) {
  std::vector<ProductId> ids;
  for (const ProductChange& change : changes) {
    if (change.stored.has_value() && !ChangedRule(change.stored->product, change.wanted).empty()) {
      ids.push_back(change.wanted.product_id);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  const size_t counted = transaction.Add(kCountLotsOfProducts, company, ids);
  ASSIGN_OR_RETURN(const pg::Results read, transaction.Send());
  std::map<ProductId, int64_t> lot_counts;
  for (const pg::Row& row : read[counted]) {
    lot_counts.emplace(row.Get<std::string>(0), row.Get<int64_t>(1));
  }
  for (size_t i = 0; i < changes.size(); ++i) {
    const auto lots = lot_counts.find(changes[i].wanted.product_id);
    if (lots == lot_counts.end()) continue;
    const absl::string_view rule = ChangedRule(changes[i].stored->product, changes[i].wanted);
    problems.push_back(
        {Reason::kProductHasLots,
         Indexed("products", i, rule),
         absl::StrCat("product \"", lots->first.value(), "\" has ", lots->second, " lots, so its ",
                      rule, " cannot change: register another product and move on with that"),
         {{"product_id", lots->first.value()},
          {"field", std::string(rule)},
          {"lot_count", absl::StrCat(lots->second)}}});
  }
  return absl::OkStatus();
}

void AddProductWrite(pg::Transaction& transaction, const CompanyId& company,
                     const pg::Statement& statement, const Product& p) {
  const ShelfLife& shelf_life = p.shelf_life;
  transaction.Add(statement, company, p.product_id, p.display_name, p.tracking, p.unit, p.scale,
                  p.number_template, shelf_life.expire_days, shelf_life.best_before_days,
                  shelf_life.removal_days, shelf_life.alert_days, p.inherit_expiry,
                  p.warranty_months, p.gtin, p.producible, p.case_sensitive, p.version,
                  p.updated_at, *p.counter_reset, p.hold_on_receipt);
}

// Adds what differs from what is stored; what does not keeps its etag.
void AddWrites(pg::Transaction& transaction, const WriteContext& context,
               std::vector<ProductChange>& changes, absl::CivilDay day) {
  for (ProductChange& change : changes) {
    Product& wanted = change.wanted;
    const bool is_new = !change.stored.has_value();
    if (is_new || IsChanged(change.stored->product, wanted)) {
      wanted.version = is_new ? 1 : change.stored->product.version + 1;
      wanted.updated_at = context.now;
      AddProductWrite(transaction, context.company, is_new ? kInsertProduct : kUpdateProduct,
                      wanted);
    }
    AddCounterWrite(transaction, context.company, change, day);
  }
}

absl::StatusOr<std::vector<Product>> TryUpsert(pg::Connection& db,
                                               const UpsertProductsCommand& command) {
  const WriteContext& context = command.context;
  const std::vector<ProductId> ids = IdsOf(command.products);
  pg::Transaction transaction(db);
  ClaimRequest(transaction, context, {});
  const size_t ensured = EnsureCompany(transaction, context);
  const size_t locked = transaction.Add(kLockProducts, context.company, ids);
  const size_t counters = transaction.Add(kFindCounters, context.company, ids);
  const size_t company = AddCompanyRead(transaction, context.company);
  ASSIGN_OR_RETURN(const pg::Results read, transaction.Send());
  RETURN_IF_ERROR(CheckNewCompany(context, read[ensured]));
  ASSIGN_OR_RETURN(const CompanyRules rules, ReadCompany(context.company, read[company]));
  const absl::CivilDay today = DayIn(context.now, rules.zone);
  ASSIGN_OR_RETURN(const ProductsById stored,
                   ReadProducts(read[locked], read[counters], context.now));
  std::vector<Problem> problems;
  std::vector<ProductChange> changes = PlanChanges(command, stored, problems);
  RETURN_IF_ERROR(ValidateRules(transaction, context.company, changes, problems));
  RETURN_IF_ERROR(ValidateCounters(db, context.company, changes, today, problems));
  if (!problems.empty()) return Refuse(std::move(problems));
  AddWrites(transaction, context, changes, today);
  AddAuditEntry(transaction, context, {});
  RETURN_IF_ERROR(transaction.Commit().status());
  std::vector<Product> products;
  for (ProductChange& change : changes) products.push_back(std::move(change.wanted));
  return products;
}

absl::StatusOr<ProductsById> FindProducts(pg::Connection& db, const CompanyId& company,
                                          const std::vector<ProductId>& ids, absl::Time now) {
  pg::Pipeline pipeline(db);
  const size_t products = pipeline.Add(kFindProducts, company, ids);
  const size_t counters = pipeline.Add(kFindCounters, company, ids);
  ASSIGN_OR_RETURN(const pg::Results read, pipeline.Send());
  return ReadProducts(read[products], read[counters], now);
}

absl::StatusOr<std::vector<Product>> Rebuild(pg::Connection& db,
                                             const UpsertProductsCommand& command) {
  return ReadEach(db, command.context.company, IdsOf(command.products), command.context.now);
}

}  // namespace

absl::StatusOr<std::vector<Product>> ReadEach(pg::Connection& db, const CompanyId& company,
                                              const std::vector<ProductId>& ids, absl::Time now) {
  ASSIGN_OR_RETURN(const ProductsById by_id, FindProducts(db, company, ids, now));
  std::vector<Product> products;
  for (const ProductId& id : ids) products.push_back(by_id.at(id).product);
  return products;
}

std::vector<absl::string_view> ProductFields() {
  return PathsOf(absl::MakeConstSpan(kProductFields));
}

absl::StatusOr<std::vector<Product>> UpsertProducts(pg::Connection& db,
                                                    const UpsertProductsCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>&) { return Rebuild(db, command); };
  return RunWrite<std::vector<Product>>(db, {.context = command.context, .rebuild = rebuild},
                                        [&] { return TryUpsert(db, command); });
}

absl::StatusOr<Product> GetProduct(pg::Connection& db, const ProductQuery& query) {
  ASSIGN_OR_RETURN(ProductsById found,
                   FindProducts(db, query.company, {query.product_id}, query.now));
  if (!found.empty()) return std::move(found.begin()->second.product);
  return Refuse(ProductNotFound("product_id", query.product_id));
}

absl::StatusOr<std::vector<Product>> ListProducts(pg::Connection& db, const ProductsQuery& query) {
  const CompanyId& company = query.company;
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kListProducts, company, query.after,
                                                    query.limit, query.show_retired));
  if (rows.empty()) RETURN_IF_ERROR(CheckExistence(db, {.company = company}));
  std::vector<ProductId> ids;
  for (const pg::Row& row : rows) ids.emplace_back(row.Get<std::string>(0));
  ASSIGN_OR_RETURN(const pg::Result counters, pg::Query(db, kFindCounters, company, ids));
  ASSIGN_OR_RETURN(ProductsById by_id, ReadProducts(rows, counters, query.now));
  std::vector<Product> products;
  for (auto& [id, stored] : by_id) products.push_back(std::move(stored.product));
  return products;
}

}  // namespace lots
