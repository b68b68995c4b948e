// Lists movements.
#include "storage/stock/movements.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/dates.h"
#include "storage/ledger/movements.h"
#include "storage/lot_rows/existence.h"
#include "storage/pg/pipeline.h"
#include "storage/query/filter.h"

namespace lots {

namespace {

constexpr FilterEnumValue kMovementKinds[] = {
    {"RECEIPT", 1},         {"TRANSFER", 2},   {"DELIVERY", 3},      {"RETURN", 4},
    {"CONSUMPTION", 5},     {"PRODUCTION", 6}, {"SCRAP", 7},         {"ADJUSTMENT", 8},
    {"SUPPLIER_RETURN", 9}, {"ISSUE", 10},     {"ISSUE_RETURN", 11}, {"INSTALLATION", 12},
    {"REMOVAL", 13},
};

constexpr FilterField kFields[] = {
    {.name = "lot_id", .type = FilterType::kUuid, .sql = "movements.lot_id"},
    {.name = "product_id", .sql = "lots.product_id"},
    {.name = "kind",
     .type = FilterType::kEnum,
     .sql = "movements.kind",
     .values = kMovementKinds,
     .value_prefix = "MOVEMENT_KIND_"},
    {.name = "from_location_id", .sql = "movements.from_location_id"},
    {.name = "to_location_id", .sql = "movements.to_location_id"},
    {.name = "location_id",
     .type = FilterType::kMember,
     .sql = "movements.from_location_id = $? OR movements.to_location_id = $?"},
    {.name = "document_type", .sql = "movements.document_type COLLATE \"C\""},
    {.name = "document_number", .sql = "movements.document_number"},
    {.name = "partner_id", .sql = "movements.partner_id"},
    {.name = "work_order_id", .sql = "movements.work_order_id"},
    {.name = "actor", .sql = "movements.actor COLLATE \"C\""},
    {.name = "occur_time", .type = FilterType::kTime, .sql = "movements.occurred_at"},
    {.name = "record_time", .type = FilterType::kTime, .sql = "movements.recorded_at"},
};

// Reads only the ids of a page. FindMovements reads the rows, so that movements are decoded in one
// place.
constexpr char kListMovements[] = R"sql(
  SELECT movements.movement_id
  FROM movements
  JOIN lots ON lots.company = $1 AND lots.lot_id = movements.lot_id
  WHERE movements.company = $1)sql";

constexpr char kNewestFirst[] = " ORDER BY movements.recorded_at DESC, movements.movement_id DESC";

// A filter may name days, and a day begins at midnight in the company's zone.
absl::StatusOr<absl::TimeZone> ZoneOf(pg::Connection& db, const ListMovementsQuery& query) {
  if (absl::StripAsciiWhitespace(query.filter).empty()) return absl::UTCTimeZone();
  ASSIGN_OR_RETURN(const Settings settings, GetSettings(db, query.company));
  return LoadZone(settings.time_zone);
}

}  // namespace

absl::StatusOr<std::vector<Movement>> ListMovements(pg::Connection& db,
                                                    const ListMovementsQuery& query) {
  ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(db, query));
  pg::Params params = pg::Params::Of(query.company);
  ASSIGN_OR_RETURN(const Filter filter, CompileFilter(query.filter, kFields, zone, params));
  std::string sql = absl::StrCat(kListMovements, " AND ", filter.sql);
  if (query.after.has_value()) {
    const int recorded_at = params.Add(query.after->recorded_at);
    const int movement_id = params.Add(query.after->movement_id);
    absl::StrAppend(&sql, " AND (movements.recorded_at, movements.movement_id) < ($", recorded_at,
                    ", $", movement_id, ")");
  }
  absl::StrAppend(&sql, kNewestFirst, " LIMIT $", params.Add(query.limit));
  pg::Pipeline pipeline(db);
  pipeline.AddComposed("list_movements", std::move(sql), std::move(params));
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  std::vector<MovementId> ids;
  for (const pg::Row row : results.front()) ids.push_back(row.Get<MovementId>(0));
  if (ids.empty()) {
    AskedResources asked{.company = query.company};
    asked.AddFilter(filter.equalities);
    RETURN_IF_ERROR(CheckExistence(db, asked));
  }

  ASSIGN_OR_RETURN(std::vector<PostedMovement> posted, FindMovements(db, query.company, ids));
  std::vector<Movement> movements;
  for (auto newest = posted.rbegin(); newest != posted.rend(); ++newest) {
    movements.push_back(std::move(newest->movement));
  }
  return movements;
}

}  // namespace lots
