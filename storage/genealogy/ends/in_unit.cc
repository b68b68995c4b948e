// Reads in which units lots are.
#include "storage/genealogy/ends/in_unit.h"

#include "storage/domain/kinds/sql_words.h"
#include "storage/genealogy/ends/sql_ends.h"

namespace lots {
namespace {

// A step goes from a lot to the units that it is in, or from a unit to its next number: level,
// quantity and time then stay. Of a unit that has several numbers, only the last one is answered.
// What is in a unit is in no other one as well, so that only the first level can be wide; $5 bounds
// that. OFFSET 0 keeps the planner from reading
// what else went into or came out of an order before it looks whether that was a relabel.
constexpr const char* kInUnitsText = R"sql(
  WITH RECURSIVE up AS (
    SELECT n.lot_id AS asked_id, n.lot_id, 0 AS level, NULL::numeric AS quantity,
           NULL::timestamptz AS since, 0 AS steps
    FROM unnest($2::uuid[]) AS n (lot_id)
    UNION ALL
    SELECT up.asked_id, n.lot_id, up.level + n.levels, COALESCE(n.quantity, up.quantity),
           COALESCE(n.since, up.since), up.steps + 1
    FROM up
    CROSS JOIN LATERAL (
      (SELECT i.output_lot_id AS lot_id, 1 AS levels, i.quantity -)sql" LOTS_ENDED_OF("i") R"sql(
                AS quantity, t.occurred_at AS since
       FROM transformation_inputs i
       JOIN transformations t ON t.company = $1 AND t.transformation_id = i.transformation_id
         AND t.kind NOT IN ({TRANSFORMATIONS_OF_NAMES})
       JOIN lots l ON l.company = $1 AND l.lot_id = i.output_lot_id
         AND l.tracking = {TRACKING_SERIAL}
       WHERE i.company = $1 AND i.lot_id = up.lot_id AND i.output_lot_id <> up.lot_id
         AND)sql" LOTS_IN_EFFECT("t") R"sql( AND i.quantity >)sql" LOTS_ENDED_OF("i") R"sql(
       ORDER BY i.transformation_id, i.line LIMIT $5)
      UNION ALL
      (SELECT o.lot_id, 0, NULL, NULL
       FROM (SELECT t.transformation_id
             FROM transformation_inputs i
             JOIN transformations t ON t.company = $1
               AND t.transformation_id = i.transformation_id
               AND t.kind = {TRANSFORMATION_RELABEL}
             WHERE i.company = $1 AND i.lot_id = up.lot_id
               AND)sql" LOTS_IN_EFFECT("t") R"sql(
             OFFSET 0) AS relabel
       JOIN transformation_outputs o ON o.company = $1
         AND o.transformation_id = relabel.transformation_id
       JOIN lots l ON l.company = $1 AND l.lot_id = o.lot_id AND l.tracking = {TRACKING_SERIAL}
       LIMIT 1)
    ) AS n
    WHERE up.level < $6 AND up.steps < 100
  )
  SELECT up.asked_id, up.level, up.lot_id, up.quantity, up.since
  FROM up
  WHERE up.level > 0 AND NOT EXISTS (
    SELECT FROM transformation_inputs i
    JOIN transformations t ON t.company = $1 AND t.transformation_id = i.transformation_id
      AND t.kind = {TRANSFORMATION_RELABEL}
    WHERE i.company = $1 AND i.lot_id = up.lot_id AND)sql" LOTS_IN_EFFECT("t") R"sql(
    OFFSET 0)
  ORDER BY up.asked_id, up.level, up.since, up.lot_id
  LIMIT $5)sql"_sql;
constexpr pg::Statement kInUnits{"units_of_lots", kInUnitsText};

}  // namespace

size_t AddInUnits(pg::Pipeline& pipeline, const CompanyId& company, absl::Span<const LotId> lots,
                  int64_t limit, absl::Time as_of, absl::Time known_at) {
  return pipeline.Add(kInUnits, company, lots, as_of, known_at, limit, kUnitLevelsMax);
}

size_t AddInUnits(pg::Transaction& transaction, const CompanyId& company,
                  absl::Span<const LotId> lots, int64_t limit, absl::Time as_of,
                  absl::Time known_at) {
  return transaction.Add(kInUnits, company, lots, as_of, known_at, limit, kUnitLevelsMax);
}

std::vector<InUnit> ReadInUnits(const pg::Result& rows) {
  std::vector<InUnit> units;
  for (const pg::Row row : rows) {
    units.push_back({.lot_id = row.Get<LotId>(0),
                     .level = row.Get<int>(1),
                     .unit = row.Get<LotId>(2),
                     .quantity = row.Get<Quantity>(3),
                     .since = row.Get<absl::Time>(4)});
  }
  return units;
}

}  // namespace lots
