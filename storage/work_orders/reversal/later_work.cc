// Finds the work on units since a transformation.
#include "storage/work_orders/reversal/later_work.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "storage/domain/kinds/sql_identities.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/refusals.h"

namespace lots::orders {
namespace {

// SQL: the units whose components the transformation $2 changed. A maintenance names its unit,
// because an end of a pooled line does not.
#define LOTS_UNITS_OF_TRANSFORMATION                                                    \
  " SELECT o.lot_id FROM transformation_outputs o"                                      \
  " WHERE o.company = $1 AND o.transformation_id = $2 AND o.role = {OUTPUT_MAINTAINED}" \
  " UNION"                                                                              \
  " SELECT e.unit_lot_id FROM component_ends e"                                         \
  " WHERE e.company = $1 AND e.ending_id = $2 AND e.unit_lot_id IS NOT NULL"

constexpr const char* kLockUnitsText = R"sql(
  WITH RECURSIVE later AS (
    SELECT unit.lot_id, 0 AS depth
    FROM ()sql" LOTS_UNITS_OF_TRANSFORMATION R"sql() AS unit (lot_id)
    UNION ALL)sql" LOTS_LATER_IDENTITY R"sql()
  SELECT l.lot_id
  FROM lots l
  WHERE l.company = $1 AND l.lot_id IN (SELECT lot_id FROM later)
  ORDER BY l.lot_id FOR NO KEY UPDATE)sql"_sql;
constexpr pg::Statement kLockUnits{"lock_units_of_transformation", kLockUnitsText};

// What was done since to what went in here, or to a unit that was made here: something was taken
// out, or a component was installed. A unit that was only worked on here stays what it is. What was
// put in or taken out by a correction is as if it had been so from the beginning. What was recorded
// before belongs to an earlier life of the unit.
constexpr pg::Statement kReadLaterWork{"read_later_work_on_units", R"sql(
  SELECT t.transformation_id, l.lot_id, l.number, l.product_id, l.tracking
  FROM (SELECT e.ending_id, e.lot_id
        FROM component_ends e
        WHERE e.company = $1 AND e.transformation_id IN (
          SELECT $2::uuid
          UNION ALL
          SELECT c.transformation_id FROM transformations c
          WHERE c.company = $1 AND c.corrects_id = $2)
        UNION ALL
        SELECT i.transformation_id, i.output_lot_id
        FROM transformation_outputs o
        JOIN transformation_inputs i ON i.company = $1 AND i.output_lot_id = o.lot_id
        JOIN transformations m ON m.company = $1 AND m.transformation_id = i.transformation_id
          AND m.kind = {TRANSFORMATION_MAINTENANCE}
        JOIN transformations own ON own.company = $1 AND own.transformation_id = $2
          AND own.recorded_at < m.recorded_at
        WHERE o.company = $1 AND o.transformation_id = $2 AND o.role IN ({OUTPUTS_MADE})
          AND NOT EXISTS (SELECT FROM transformation_inputs used
                          WHERE used.company = $1 AND used.transformation_id = $2
                            AND used.lot_id = o.lot_id)) AS later (transformation_id, lot_id)
  JOIN transformations t ON t.company = $1 AND t.transformation_id = later.transformation_id
    AND t.reverses_id IS NULL AND t.corrects_id IS DISTINCT FROM $2
  JOIN lots l ON l.company = $1 AND l.lot_id = later.lot_id
  WHERE NOT EXISTS (SELECT FROM transformations r
                    WHERE r.company = $1 AND r.reverses_id = t.transformation_id)
  ORDER BY t.recorded_at DESC, t.transformation_id DESC
  LIMIT 1)sql"_sql};

// A unit that was taken apart since has no place for the components that would be in it again,
// under whatever number. Parts of a lot do not count, nor does a disassembly that ended an earlier
// life of the unit.
constexpr const char* kReadTakenApartText = R"sql(
  WITH RECURSIVE later AS (
    SELECT unit.lot_id, 0 AS depth
    FROM ()sql" LOTS_UNITS_OF_TRANSFORMATION R"sql() AS unit (lot_id)
    JOIN lots l ON l.company = $1 AND l.lot_id = unit.lot_id AND l.tracking = {TRACKING_SERIAL}
    UNION ALL)sql" LOTS_LATER_IDENTITY R"sql()
  SELECT d.transformation_id, l.lot_id, l.number, l.product_id, l.tracking
  FROM later
  JOIN lots l ON l.company = $1 AND l.lot_id = later.lot_id
  JOIN transformation_inputs i ON i.company = $1 AND i.lot_id = later.lot_id
  JOIN transformations d ON d.company = $1 AND d.transformation_id = i.transformation_id
    AND d.kind = {TRANSFORMATION_DISASSEMBLY} AND d.reverses_id IS NULL
  JOIN transformations t ON t.company = $1 AND t.transformation_id = $2
    AND (t.recorded_at, t.transformation_id) < (d.recorded_at, d.transformation_id)
  WHERE NOT EXISTS (SELECT FROM transformations r
                    WHERE r.company = $1 AND r.reverses_id = d.transformation_id)
  ORDER BY d.recorded_at DESC, d.transformation_id DESC
  LIMIT 1)sql"_sql;
constexpr pg::Statement kReadTakenApart{"read_later_disassembly_of_units", kReadTakenApartText};

// `happened` completes "serial A of product bike …; reverse transformation X first".
Problem UsedBy(const pg::Row& row, absl::string_view happened) {
  const std::string later = row.Get<TransformationId>(0).value().ToString();
  LotFacts lot;
  lot.lot_id = row.Get<LotId>(1);
  lot.number = row.Get<std::string>(2);
  lot.product_id = row.Get<ProductId>(3);
  lot.tracking = row.Get<Tracking>(4);
  return ResultUsed(lot, "transformation_id",
                    absl::StrCat(happened, "; reverse transformation ", later, " first"),
                    {"transformation_id", later});
}

}  // namespace

void AddUnitLocks(pg::Transaction& transaction, const CompanyId& company,
                  const TransformationId& transformation) {
  transaction.Add(kLockUnits, company, transformation);
}

size_t AddLaterWork(pg::Transaction& transaction, const CompanyId& company,
                    const TransformationId& transformation) {
  const size_t first = transaction.Add(kReadLaterWork, company, transformation);
  transaction.Add(kReadTakenApart, company, transformation);
  return first;
}

std::optional<Problem> FindLaterWork(const pg::Results& results, size_t first) {
  const pg::Result& worked = results[first];
  const pg::Result& apart = results[first + 1];
  if (!worked.empty()) {
    return UsedBy(worked[0], "was taken out of its unit since, or got a component");
  }
  if (!apart.empty()) return UsedBy(apart[0], "was disassembled since");
  return std::nullopt;
}

}  // namespace lots::orders
