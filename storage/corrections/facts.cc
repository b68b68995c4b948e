// The statements that read a transformation which is corrected.
#include "storage/corrections/facts.h"

#include <utility>

#include "storage/domain/kinds/sql_identities.h"
#include "storage/domain/kinds/sql_words.h"

namespace lots::corrections {
namespace {

constexpr pg::Statement kLockOrder{"lock_order_to_correct", R"sql(
  SELECT work_order_id FROM work_orders
  WHERE company = $1 AND work_order_id = (
    SELECT t.work_order_id FROM transformations t
    WHERE t.company = $1 AND t.transformation_id = $2)
  FOR UPDATE)sql"};

constexpr pg::Statement kLockUnits{"lock_units_to_correct", R"sql(
  SELECT l.lot_id FROM lots l
  WHERE l.company = $1 AND l.lot_id IN (
    SELECT o.lot_id FROM transformation_outputs o
    WHERE o.company = $1 AND o.transformation_id = $2 AND o.role <> {OUTPUT_RETURNED})
  ORDER BY l.lot_id FOR NO KEY UPDATE)sql"_sql};

constexpr pg::Statement kReadTransformation{"read_transformation_to_correct", R"sql(
  SELECT t.kind, t.work_order_id, t.occurred_at, t.recorded_at, t.reverses_id, r.transformation_id,
         t.transformation_id
  FROM transformations t
  LEFT JOIN transformations r ON r.company = $1 AND r.reverses_id = t.transformation_id
  WHERE t.company = $1 AND t.transformation_id = $2)sql"};

// The lines of the transformation and of its corrections. The movements that took the goods are in
// the order of the lines: the first line of a lot belongs to the first movement of it.
constexpr pg::Statement kReadLinks{"read_links_to_correct", R"sql(
  WITH own AS (
    SELECT $2::uuid AS transformation_id
    UNION ALL
    SELECT c.transformation_id FROM transformations c
    WHERE c.company = $1 AND c.corrects_id = $2 AND NOT EXISTS (
      SELECT FROM transformations r
      WHERE r.company = $1 AND r.reverses_id = c.transformation_id)),
  lines AS (
    SELECT i.transformation_id, i.line, i.lot_id, i.output_lot_id, i.quantity,
           row_number() OVER (PARTITION BY i.transformation_id, i.lot_id ORDER BY i.line) AS ordinal
    FROM own
    JOIN transformation_inputs i ON i.company = $1 AND i.transformation_id = own.transformation_id
      AND i.lot_id = ANY($3)),
  taken AS (
    SELECT m.transformation_id, m.lot_id, m.from_location_id, m.from_stock_since,
           row_number() OVER (PARTITION BY m.transformation_id, m.lot_id
                              ORDER BY m.recorded_at, m.movement_id) AS ordinal
    FROM own
    JOIN movements m ON m.company = $1 AND m.transformation_id = own.transformation_id
      AND m.lot_id = ANY($3) AND m.kind IN ({MOVEMENTS_INTO_UNITS}) AND m.reverses_id IS NULL)
  SELECT n.transformation_id, n.line, n.lot_id, n.output_lot_id, n.quantity - n.ended,
         n.from_location_id, n.from_stock_since
  FROM (
    SELECT lines.transformation_id, lines.line, lines.lot_id, lines.output_lot_id, lines.quantity,
           taken.from_location_id, taken.from_stock_since,
           COALESCE((
             SELECT sum(e.quantity) FROM component_ends e
             WHERE e.company = $1 AND e.transformation_id = lines.transformation_id
               AND e.input_line = lines.line AND NOT EXISTS (
                 SELECT FROM transformations r
                 WHERE r.company = $1 AND r.reverses_id = e.ending_id)), 0) AS ended
    FROM lines
    LEFT JOIN taken ON taken.transformation_id = lines.transformation_id
      AND taken.lot_id = lines.lot_id AND taken.ordinal = lines.ordinal) AS n
  WHERE n.quantity > n.ended
  ORDER BY n.transformation_id, n.line)sql"_sql};

// As what the named units came out: a unit may have another number or product by now.
constexpr const char* kReadOutputsText = R"sql(
  WITH RECURSIVE self AS (
    SELECT n.unit_id, n.unit_id AS lot_id, 0 AS depth FROM unnest($3::uuid[]) AS n (unit_id)
    UNION ALL)sql" LOTS_FORMER_IDENTITY_OF("self.unit_id,") R"sql()
  SELECT DISTINCT self.unit_id, self.lot_id
  FROM self
  JOIN transformation_outputs o ON o.company = $1 AND o.lot_id = self.lot_id
    AND o.transformation_id = $2 AND o.role <> {OUTPUT_RETURNED})sql"_sql;
constexpr pg::Statement kReadOutputs{"read_outputs_of_units_to_correct", kReadOutputsText};

// Everything that came out, and what took it apart since, under whatever number. Parts of a lot do
// not count.
constexpr const char* kReadUnitsText = R"sql(
  WITH RECURSIVE made AS (
    SELECT o.lot_id, sum(o.quantity) AS quantity
    FROM transformation_outputs o
    WHERE o.company = $1 AND o.transformation_id = $2 AND o.role <> {OUTPUT_RETURNED}
    GROUP BY o.lot_id),
  later AS (
    SELECT made.lot_id AS unit_id, made.lot_id, 0 AS depth
    FROM made
    JOIN lots l ON l.company = $1 AND l.lot_id = made.lot_id AND l.tracking = {TRACKING_SERIAL}
    UNION ALL)sql" LOTS_LATER_IDENTITY_OF("later.unit_id,") R"sql(),
  apart AS (
    SELECT DISTINCT ON (later.unit_id) later.unit_id, d.transformation_id
    FROM later
    JOIN transformation_inputs i ON i.company = $1 AND i.lot_id = later.lot_id
    JOIN transformations d ON d.company = $1 AND d.transformation_id = i.transformation_id
      AND d.kind = {TRANSFORMATION_DISASSEMBLY} AND d.reverses_id IS NULL
    JOIN transformations t ON t.company = $1 AND t.transformation_id = $2
      AND t.recorded_at < d.recorded_at
    WHERE NOT EXISTS (SELECT FROM transformations r
                      WHERE r.company = $1 AND r.reverses_id = d.transformation_id)
    ORDER BY later.unit_id, d.recorded_at, d.transformation_id)
  SELECT l.lot_id, l.number, l.tracking, made.quantity, apart.transformation_id
  FROM made
  JOIN lots l ON l.company = $1 AND l.lot_id = made.lot_id
  LEFT JOIN apart ON apart.unit_id = made.lot_id
  ORDER BY l.lot_id)sql"_sql;
constexpr pg::Statement kReadUnits{"read_units_to_correct", kReadUnitsText};

constexpr pg::Statement kReadPlaces{"read_places_of_serials_to_correct", R"sql(
  SELECT lot_id, location_id FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND is_serial AND quantity > 0
    AND kind IN ({PLACES_OF_GOODS}))sql"_sql};

std::optional<CorrectedTransformation> ReadTransformation(const pg::Result& rows) {
  if (rows.empty()) return std::nullopt;
  const pg::Row row = rows[0];
  return CorrectedTransformation{.transformation_id = row.Get<TransformationId>(6),
                                 .kind = row.Get<TransformationKind>(0),
                                 .work_order = row.Get<std::optional<WorkOrderId>>(1),
                                 .occurred_at = row.Get<absl::Time>(2),
                                 .recorded_at = row.Get<absl::Time>(3),
                                 .reverses = row.Get<std::optional<TransformationId>>(4),
                                 .reversed_by = row.Get<std::optional<TransformationId>>(5)};
}

Link ReadLink(const pg::Row& row) {
  return {.transformation_id = row.Get<TransformationId>(0),
          .line = row.Get<int>(1),
          .lot_id = row.Get<LotId>(2),
          .unit = row.Get<std::optional<LotId>>(3),
          .left = row.Get<Quantity>(4),
          .taken_from = row.Get<std::optional<LocationId>>(5),
          .stock_since = row.Get<std::optional<absl::Time>>(6)};
}

UnitFacts ReadUnit(const pg::Row& row) {
  return {.lot_id = row.Get<LotId>(0),
          .number = row.Get<std::string>(1),
          .tracking = row.Get<Tracking>(2),
          .quantity = row.Get<Quantity>(3),
          .taken_apart_by = row.Get<std::optional<TransformationId>>(4)};
}

}  // namespace

void AddLocks(pg::Transaction& transaction, const FactsQuery& query) {
  transaction.Add(kLockOrder, query.company, query.transformation_id);
  transaction.Add(kLockUnits, query.company, query.transformation_id);
}

size_t AddReads(pg::Transaction& transaction, const FactsQuery& query) {
  const auto& [company, id, components, units] = query;
  const size_t first = transaction.Add(kReadTransformation, company, id);
  transaction.Add(kReadLinks, company, id, components);
  transaction.Add(kReadOutputs, company, id, units);
  transaction.Add(kReadUnits, company, id);
  return first;
}

GenealogyFacts ReadFacts(const pg::Results& results, size_t first) {
  GenealogyFacts facts;
  facts.transformation = ReadTransformation(results[first]);
  for (const pg::Row row : results[first + 1]) facts.links.push_back(ReadLink(row));
  for (const pg::Row row : results[first + 2]) {
    facts.outputs.emplace(row.Get<LotId>(0), row.Get<LotId>(1));
  }
  for (const pg::Row row : results[first + 3]) {
    UnitFacts unit = ReadUnit(row);
    if (unit.taken_apart_by.has_value()) {
      const LotId id = unit.lot_id;
      facts.apart.emplace(id, std::move(unit));
    } else {
      facts.units.push_back(std::move(unit));
    }
  }
  return facts;
}

size_t AddPlaces(pg::Transaction& transaction, const CompanyId& company,
                 const std::vector<LotId>& serials) {
  return transaction.Add(kReadPlaces, company, serials);
}

absl::flat_hash_map<LotId, LocationId> ReadPlaces(const pg::Result& rows) {
  absl::flat_hash_map<LotId, LocationId> places;
  for (const pg::Row row : rows) places.emplace(row.Get<LotId>(0), row.Get<LocationId>(1));
  return places;
}

}  // namespace lots::corrections
