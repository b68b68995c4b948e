// Reads what is in a unit.
#include "storage/genealogy/ends/unit_links.h"

#include <optional>

#include "storage/domain/kinds/sql_identities.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/genealogy/ends/sql_ends.h"

namespace lots {
namespace {

// The lots that the unit was and is, newest first.
constexpr const char* kIdentitiesText = R"sql(
  WITH RECURSIVE self AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql()
  SELECT lot_id FROM self ORDER BY depth)sql"_sql;
constexpr pg::Statement kIdentities{"unit_identities", kIdentitiesText};

// The exact lines of every transformation that put something into the unit.
constexpr const char* kExactLinksText = R"sql(
  WITH RECURSIVE self AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql()
  SELECT i.transformation_id, i.line, i.lot_id, i.output_lot_id, i.quantity -)sql" LOTS_ENDED_OF(
    "i") R"sql(
  FROM self
  JOIN transformation_inputs i ON i.company = $1 AND i.output_lot_id = self.lot_id
  JOIN transformations t ON t.company = $1 AND t.transformation_id = i.transformation_id
  WHERE)sql" LOTS_IN_EFFECT("t") R"sql( AND i.lot_id NOT IN (SELECT lot_id FROM self)
  ORDER BY t.occurred_at, t.recorded_at, i.transformation_id, i.line)sql"_sql;
constexpr pg::Statement kExactLinks{"unit_exact_links", kExactLinksText};

// The completions that made the unit and the corrections of these, with the lines that went into
// them as a whole.
constexpr const char* kPooledLinksText = R"sql(
  WITH RECURSIVE self AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql(),
  made AS (
    SELECT DISTINCT o.transformation_id, o.lot_id, t.occurred_at, t.recorded_at
    FROM self
    JOIN transformation_outputs o ON o.company = $1 AND o.lot_id = self.lot_id
      AND o.role IN ({OUTPUTS_MADE})
    JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id
      AND t.kind = {TRANSFORMATION_PRODUCTION}
    WHERE)sql" LOTS_IN_EFFECT("t") " AND NOT" LOTS_MAKING_ENDED("o.transformation_id", "o.lot_id")
    R"sql(),
  own AS (
    SELECT transformation_id, lot_id, occurred_at, recorded_at FROM made
    UNION ALL
    SELECT t.transformation_id, made.lot_id, t.occurred_at, t.recorded_at
    FROM made
    JOIN transformations t ON t.company = $1 AND t.corrects_id = made.transformation_id
    WHERE EXISTS (SELECT FROM transformation_inputs p
                  WHERE p.company = $1 AND p.transformation_id = t.transformation_id
                    AND p.output_lot_id IS NULL)
      AND)sql" LOTS_IN_EFFECT("t") R"sql()
  SELECT made.transformation_id, i.line, i.lot_id, made.lot_id, i.quantity -)sql" LOTS_ENDED_OF("i")
        R"sql(, i.lot_id IN (SELECT lot_id FROM self)
  FROM own AS made
  LEFT JOIN transformation_inputs i ON i.company = $1
    AND i.transformation_id = made.transformation_id AND i.output_lot_id IS NULL
  ORDER BY made.occurred_at, made.recorded_at, made.transformation_id, i.line)sql"_sql;
constexpr pg::Statement kPooledLinks{"unit_pooled_links", kPooledLinksText};

void AddLink(const pg::Row& row, bool exact, UnitLinks& links) {
  const UnitLink link{.transformation_id = row.Get<TransformationId>(0),
                      .line = row.Get<int>(1),
                      .lot_id = row.Get<LotId>(2),
                      .unit = row.Get<LotId>(3),
                      .left = row.Get<Quantity>(4),
                      .exact = exact};
  if (link.left.IsPositive()) links.links.push_back(link);
}

void AddMaking(const pg::Row& row, UnitLinks& links) {
  const auto id = row.Get<TransformationId>(0);
  const bool is_new = links.makings.empty() || links.makings.back().transformation_id != id;
  if (is_new) links.makings.push_back({.transformation_id = id, .unit = row.Get<LotId>(3)});
  // A rework uses the unit itself.
  if (!row.IsNull(1) && !row.Get<bool>(5)) AddLink(row, false, links);
}

}  // namespace

size_t AddUnitLinks(pg::Transaction& transaction, const CompanyId& company, const LotId& unit,
                    absl::Time as_of, absl::Time known_at) {
  const size_t first = transaction.Add(kIdentities, company, unit);
  transaction.Add(kExactLinks, company, unit, as_of, known_at);
  transaction.Add(kPooledLinks, company, unit, as_of, known_at);
  return first;
}

UnitLinks ReadUnitLinks(const pg::Results& results, size_t first) {
  UnitLinks links;
  for (const pg::Row row : results[first]) links.identities.push_back(row.Get<LotId>(0));
  for (const pg::Row row : results[first + 1]) AddLink(row, true, links);
  for (const pg::Row row : results[first + 2]) AddMaking(row, links);
  return links;
}

ComponentEnd EndOf(const UnitLink& link, Quantity quantity) {
  return {.transformation_id = link.transformation_id,
          .input_line = link.line,
          .lot_id = link.lot_id,
          .unit = link.exact ? std::optional(link.unit) : std::nullopt,
          .quantity = quantity};
}

}  // namespace lots
