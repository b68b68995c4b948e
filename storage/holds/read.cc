// Reads one hold, and lists holds.
#include "storage/holds/read.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/holds/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/existence.h"
#include "storage/lot_rows/hold_row.h"
#include "storage/pg/pipeline.h"
#include "storage/query/filter.h"

namespace lots {
namespace {

constexpr FilterEnumValue kCauses[] = {
    {"LOT", static_cast<int64_t>(HoldCause::kLot)},
    {"PLACE", static_cast<int64_t>(HoldCause::kPlace)},
    {"INHERITED", static_cast<int64_t>(HoldCause::kInherited)},
};

constexpr FilterField kFields[] = {
    {.name = "active",
     .type = FilterType::kBool,
     .sql = "(h.released_at IS NULL AND (h.expires_at IS NULL OR h.expires_at > $2))"},
    {.name = "cause",
     .type = FilterType::kEnum,
     .sql = "h.cause",
     .values = kCauses,
     .value_prefix = "HOLD_CAUSE_"},
    {.name = "lot_id", .type = FilterType::kUuid, .sql = "h.lot_id"},
    {.name = "product_id", .sql = "l.product_id"},
    {.name = "location_id", .sql = "h.location_id"},
    {.name = "reason", .sql = "h.reason COLLATE \"C\"", .search_sql = "lower(h.reason)"},
    {.name = "placer", .sql = "h.placed_by COLLATE \"C\""},
    {.name = "case_id", .sql = "h.case_id"},
    {.name = "awaits_inspection", .type = FilterType::kBool, .sql = "h.awaits_inspection"},
    {.name = "place_time", .type = FilterType::kTime, .sql = "h.placed_at"},
    {.name = "expire_time", .type = FilterType::kTime, .sql = "h.expires_at"},
    {.name = "release_time", .type = FilterType::kTime, .sql = "h.released_at"},
};

constexpr pg::Statement kGetHold{"get_hold", "SELECT" LOTS_PLACED_HOLD_COLUMNS
                                             R"sql(, l.product_id, l.number, l.scale
  FROM holds h
  JOIN lots l ON l.company = $1 AND l.lot_id = h.lot_id
  WHERE h.company = $1 AND h.hold_id = $2)sql"};

// $2: the current time. It is named here, because a filter may not name it.
constexpr char kListHolds[] = "SELECT" LOTS_PLACED_HOLD_COLUMNS
                              R"sql(, l.product_id, l.number, l.scale
  FROM holds h
  JOIN lots l ON l.company = $1 AND l.lot_id = h.lot_id
  WHERE h.company = $1 AND $2::timestamptz IS NOT NULL)sql";

LotHold LotHoldOf(const CompanyId& company, const pg::Row& row) {
  return {.company = company,
          .hold = ReadPlacedHold(row),
          .product_id = row.Get<ProductId>(kPlacedHoldColumnCount),
          .number = row.Get<std::string>(kPlacedHoldColumnCount + 1),
          .scale = row.Get<int>(kPlacedHoldColumnCount + 2)};
}

}  // namespace

absl::StatusOr<LotHold> GetHold(pg::Connection& db, const CompanyId& company,
                                const HoldId& hold_id) {
  ASSIGN_OR_RETURN(const pg::Result found, pg::Query(db, kGetHold, company, hold_id));
  if (found.empty()) return Refuse(HoldNotFound("hold_id", hold_id));
  return LotHoldOf(company, found[0]);
}

absl::StatusOr<std::vector<LotHold>> ListHolds(pg::Connection& db, const ListHoldsQuery& query) {
  ASSIGN_OR_RETURN(const absl::TimeZone zone, FindFilterZone(db, query.company, query.filter));
  pg::Params params = pg::Params::Of(query.company, query.now);
  ASSIGN_OR_RETURN(const Filter filter, CompileFilter(query.filter, kFields, zone, params));
  std::string sql = absl::StrCat(kListHolds, " AND ", filter.sql);
  if (query.after.has_value()) {
    const int placed_at = params.Add(query.after->placed_at);
    const int hold_id = params.Add(query.after->hold_id);
    absl::StrAppend(&sql, " AND (h.placed_at, h.hold_id) < ($", placed_at, ", $", hold_id, ")");
  }
  absl::StrAppend(&sql, " ORDER BY h.placed_at DESC, h.hold_id DESC LIMIT $",
                  params.Add(query.limit));
  pg::Pipeline pipeline(db);
  pipeline.AddComposed("list_holds", std::move(sql), std::move(params));
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  std::vector<LotHold> holds;
  for (const pg::Row row : results.front()) holds.push_back(LotHoldOf(query.company, row));
  if (holds.empty()) {
    AskedResources asked{.company = query.company};
    asked.AddFilter(filter.equalities);
    RETURN_IF_ERROR(CheckExistence(db, asked));
  }
  return holds;
}

}  // namespace lots
