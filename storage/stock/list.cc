// Lists stock, as it is now or as it was at a past time.
#include "storage/stock/list.h"

#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/hold.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/sql_issued.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/lot_stock.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/existence.h"
#include "storage/lot_rows/hold_row.h"
#include "storage/pg/pipeline.h"
#include "storage/query/filter.h"

namespace lots {

namespace {

// $2 is the current time.
constexpr const char* kStockNow =
    R"sql(
  SELECT balances.lot_id, balances.product_id, lots.number, lots.scale, balances.location_id,
         balances.kind, balances.quantity, balances.arrived_at, balances.stock_since,
         lots.expires_on,
         )sql" LOTS_PLACE_HOLD_CAUSE("balances", "$2") ", " LOTS_ISSUED_ARRAYS("balances",
                                                                               "20") R"sql(
  FROM balances
  JOIN lots ON lots.company = $1 AND lots.lot_id = balances.lot_id
  WHERE balances.company = $1 AND balances.quantity <> 0)sql";

// Sums movements at each balance of a lot. A balance is never deleted, so a lot has one for every
// place it was ever at.
constexpr char kStockThen[] = R"sql(
  SELECT balances.lot_id, balances.product_id, lots.number, lots.scale, balances.location_id,
         balances.kind, moved.quantity, NULL::timestamptz, NULL::timestamptz, lots.expires_on,
         NULL::smallint, '{}'::text[], '{}'::numeric[]
  FROM balances
  JOIN lots ON lots.company = $1 AND lots.lot_id = balances.lot_id
  CROSS JOIN LATERAL (
    SELECT COALESCE(sum(CASE WHEN movements.to_location_id = balances.location_id
                             THEN movements.quantity ELSE -movements.quantity END), 0) AS quantity
    FROM movements
    WHERE movements.company = $1 AND movements.lot_id = balances.lot_id
      AND (movements.from_location_id = balances.location_id
           OR movements.to_location_id = balances.location_id)
      AND )sql";
constexpr char kStockThenRows[] = R"sql() AS moved
  WHERE balances.company = $1 AND moved.quantity <> 0)sql";

constexpr char kBelow[] = R"sql((
    WITH RECURSIVE below AS (
      SELECT location_id FROM locations WHERE company = $1 AND location_id = $place
      UNION
      SELECT child.location_id
      FROM below
      JOIN locations AS child ON child.company = $1 AND child.parent_id = below.location_id)
    SELECT location_id FROM below))sql";

constexpr FilterEnumValue kPlaceKinds[] = {
    {"INTERNAL", static_cast<int64_t>(LocationKind::kInternal)},
    {"TRANSIT", static_cast<int64_t>(LocationKind::kTransit)},
    {"SUPPLIER", static_cast<int64_t>(LocationKind::kSupplier)},
    {"CUSTOMER", static_cast<int64_t>(LocationKind::kCustomer)},
    {"PRODUCTION", static_cast<int64_t>(LocationKind::kProduction)},
    {"SCRAP", static_cast<int64_t>(LocationKind::kScrap)},
    {"ADJUSTMENT", static_cast<int64_t>(LocationKind::kAdjustment)},
};
constexpr FilterEnumValue kHoldCauses[] = {
    {"LOT", static_cast<int64_t>(HoldCause::kLot)},
    {"PLACE", static_cast<int64_t>(HoldCause::kPlace)},
    {"INHERITED", static_cast<int64_t>(HoldCause::kInherited)},
    {"RECALL", static_cast<int64_t>(HoldCause::kRecall)},
};

// Goods are held where goods are kept.
#define LOTS_STOCK_IS_HELD(condition)                                              \
  "balances.kind IN ({PLACES_ON_HAND}) AND EXISTS (SELECT 1 FROM lot_holds h "_sql \
  "WHERE h.company = $1 AND h.lot_id = balances.lot_id "                           \
  "AND (h.location_id IS NULL OR h.location_id = balances.location_id)" condition  \
  " AND" LOTS_HOLD_BINDS("$2") ")"

// What can be asked at any time; quantity stands first, since its SQL differs.
constexpr FilterField kFieldsThen[] = {
    {.name = "quantity", .type = FilterType::kQuantity, .sql = "moved.quantity"},
    {.name = "product_id", .sql = "balances.product_id"},
    {.name = "number", .sql = "lots.number_key", .is_number_key = true},
    {.name = "location_id", .sql = "balances.location_id"},
    {.name = "location_kind",
     .type = FilterType::kEnum,
     .sql = "balances.kind",
     .values = kPlaceKinds,
     .value_prefix = "LOCATION_KIND_"},
    {.name = "expire_date", .type = FilterType::kDate, .sql = "lots.expires_on"},
    {.name = "attributes", .type = FilterType::kAttributes, .sql = "lots.attributes"},
};
// What is only known of now.
const FilterField kFieldsOfNow[] = {
    {.name = "arrive_time", .type = FilterType::kTime, .sql = "balances.arrived_at"},
    {.name = "stock_since_time", .type = FilterType::kTime, .sql = "balances.stock_since"},
    {.name = "held", .type = FilterType::kBool, .sql = "(" LOTS_STOCK_IS_HELD("") ")"},
    {.name = "hold_cause",
     .type = FilterType::kMember,
     .sql = LOTS_STOCK_IS_HELD(" AND h.cause = $?"),
     .values = kHoldCauses,
     .value_prefix = "HOLD_CAUSE_"},
};

std::vector<FilterField> FieldsOf(const ListStockQuery& query) {
  std::vector<FilterField> fields(std::begin(kFieldsThen), std::end(kFieldsThen));
  if (query.as_of.has_value() || query.known_at.has_value()) return fields;
  fields.front().sql = "balances.quantity";
  fields.insert(fields.end(), std::begin(kFieldsOfNow), std::end(kFieldsOfNow));
  return fields;
}

// The statement for a time, and its name.
struct StockSql {
  const char* name;
  std::string sql;
};
StockSql StockAt(const ListStockQuery& query, pg::Params& params) {
  if (query.as_of.has_value()) {
    return {"list_stock_as_of", absl::StrCat(kStockThen, "movements.occurred_at <= $",
                                             params.Add(*query.as_of), kStockThenRows)};
  }
  if (query.known_at.has_value()) {
    return {"list_stock_known_at", absl::StrCat(kStockThen, "movements.recorded_at <= $",
                                                params.Add(*query.known_at), kStockThenRows)};
  }
  return {"list_stock", kStockNow};
}

void AppendSelection(const ListStockQuery& query, const Filter& filter, std::string& sql,
                     pg::Params& params) {
  absl::StrAppend(&sql, " AND ", filter.sql);
  const bool all_kinds =
      query.all_kinds || filter.Names("location_kind") || query.location_id == WorkInProcess();
  if (!all_kinds) absl::StrAppend(&sql, " AND balances.kind IN ({PLACES_ON_HAND})"_sql);
  if (!query.lot_ids.empty()) {
    absl::StrAppend(&sql, " AND balances.lot_id = ANY($", params.Add(query.lot_ids), ")");
  }
  if (query.product_id.has_value()) {
    absl::StrAppend(&sql, " AND balances.product_id = $", params.Add(*query.product_id));
  }
  if (query.location_id.has_value()) {
    const std::string place = absl::StrCat("$", params.Add(*query.location_id));
    absl::StrAppend(&sql, " AND balances.location_id ",
                    query.include_descendants
                        ? absl::StrCat("IN ", absl::StrReplaceAll(kBelow, {{"$place", place}}))
                        : absl::StrCat("= ", place));
  }
  if (query.after.has_value()) {
    const int lot_id = params.Add(query.after->lot_id);
    const int location_id = params.Add(query.after->location_id);
    absl::StrAppend(&sql, " AND (balances.lot_id, balances.location_id) > ($", lot_id, ", $",
                    location_id, ")");
  }
}

AskedResources AskedBy(const ListStockQuery& query) {
  AskedResources asked{.company = query.company};
  for (size_t i = 0; i < query.lot_ids.size(); ++i) {
    asked.lots.emplace_back(Indexed("lot_ids", i), query.lot_ids[i]);
  }
  if (query.product_id.has_value()) asked.products.emplace_back("product_id", *query.product_id);
  if (query.location_id.has_value()) {
    asked.locations.emplace_back("location_id", *query.location_id);
  }
  return asked;
}

LotStock StockOf(const CompanyId& company, const pg::Row& row) {
  return {.company = company,
          .lot_id = row.Get<LotId>(0),
          .product_id = row.Get<ProductId>(1),
          .number = row.Get<std::string>(2),
          .scale = row.Get<int>(3),
          .location_id = row.Get<LocationId>(4),
          .kind = row.Get<LocationKind>(5),
          .quantity = row.Get<Quantity>(6),
          .arrived_at = row.Get<std::optional<absl::Time>>(7),
          .stock_since = row.Get<std::optional<absl::Time>>(8),
          .expires_on = row.Get<std::optional<absl::CivilDay>>(9),
          .hold_cause = row.Get<std::optional<HoldCause>>(10),
          .work_orders = row.Get<std::vector<WorkOrderId>>(11),
          .work_order_quantities = row.Get<std::vector<Quantity>>(12)};
}

}  // namespace

absl::StatusOr<std::vector<LotStock>> ListStock(pg::Connection& db, const ListStockQuery& query) {
  pg::Params params = pg::Params::Of(query.company, query.now);
  auto [name, sql] = StockAt(query, params);
  ASSIGN_OR_RETURN(const absl::TimeZone zone, FindFilterZone(db, query.company, query.filter));
  ASSIGN_OR_RETURN(const Filter filter, CompileFilter(query.filter, FieldsOf(query), zone, params));
  AppendSelection(query, filter, sql, params);
  absl::StrAppend(&sql, " ORDER BY balances.lot_id, balances.location_id LIMIT $",
                  params.Add(query.limit));
  pg::Pipeline pipeline(db);
  const size_t list = pipeline.AddComposed(name, std::move(sql), std::move(params));
  AskedResources asked = AskedBy(query);
  asked.AddFilter(filter.equalities);
  // A later page lists what is left, also when something was deleted meanwhile.
  const bool is_first = !query.after.has_value();
  const size_t missing = is_first ? AddMissingRead(pipeline, asked) : 0;
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  if (is_first) RETURN_IF_ERROR(RefuseMissing(asked, results[missing]));
  std::vector<LotStock> stock;
  for (const pg::Row row : results[list]) stock.push_back(StockOf(query.company, row));
  return stock;
}

}  // namespace lots
