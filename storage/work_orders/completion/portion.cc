// Shares what the completions of a lot used over quantities of the lot.
#include "storage/work_orders/completion/portion.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "storage/domain/kinds/sql_words.h"

namespace lots::orders {
namespace {

// The completions of lot $2 that are in effect, and `own`: these and their corrections.
#define LOTS_COMPLETIONS_OF_LOT                                                                \
  "WITH made AS ("                                                                             \
  " SELECT o.transformation_id, sum(o.quantity) AS quantity"                                   \
  " FROM transformation_outputs o"                                                             \
  " JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id"    \
  " AND t.kind = {TRANSFORMATION_PRODUCTION} AND t.reverses_id IS NULL"                        \
  " WHERE o.company = $1 AND o.lot_id = $2 AND o.role IN ({OUTPUTS_MADE}) AND NOT EXISTS ("    \
  "  SELECT FROM transformations r"                                                            \
  "  WHERE r.company = $1 AND r.reverses_id = o.transformation_id)"                            \
  " GROUP BY o.transformation_id),"                                                            \
  "own AS ("                                                                                   \
  " SELECT made.transformation_id FROM made"                                                   \
  " UNION ALL"                                                                                 \
  " SELECT c.transformation_id FROM made"                                                      \
  " JOIN transformations c ON c.company = $1 AND c.corrects_id = made.transformation_id"       \
  " WHERE NOT EXISTS (SELECT FROM transformations r"                                           \
  "  WHERE r.company = $1 AND r.reverses_id = c.transformation_id)),"                          \
  "used AS ("                                                                                  \
  " SELECT i.transformation_id, i.line, i.lot_id, i.output_lot_id,"                            \
  " i.quantity - COALESCE(ended.corrected, 0) AS quantity,"                                    \
  " COALESCE(ended.returned, 0) AS returned"                                                   \
  " FROM own"                                                                                  \
  " JOIN transformation_inputs i ON i.company = $1"                                            \
  " AND i.transformation_id = own.transformation_id AND i.lot_id = ANY($3)"                    \
  " AND i.lot_id <> $2 AND (i.output_lot_id = $2 OR i.output_lot_id IS NULL)"                  \
  " CROSS JOIN LATERAL ("                                                                      \
  "  SELECT sum(e.quantity) FILTER (WHERE t.kind = {TRANSFORMATION_CORRECTION}) AS corrected," \
  "  sum(e.quantity) FILTER (WHERE t.kind <> {TRANSFORMATION_CORRECTION}) AS returned"         \
  "  FROM component_ends e"                                                                    \
  "  JOIN transformations t ON t.company = $1 AND t.transformation_id = e.ending_id"           \
  "  WHERE e.company = $1 AND e.transformation_id = i.transformation_id"                       \
  "  AND e.input_line = i.line AND NOT EXISTS (SELECT FROM transformations r"                  \
  "   WHERE r.company = $1 AND r.reverses_id = e.ending_id)) AS ended) "

constexpr const char* kReadLinesText = LOTS_COMPLETIONS_OF_LOT R"sql(
  SELECT transformation_id, line, lot_id, output_lot_id, quantity - returned
  FROM used WHERE quantity > returned
  ORDER BY transformation_id, line)sql"_sql;
constexpr pg::Statement kReadLines{"read_lot_portion_lines", kReadLinesText};

// What is left over of a component, and came out again as a by-product, is not in the lot. $4: the
// quantity that is taken apart. The division comes last: what divides evenly is not rounded.
constexpr const char* kReadSharesText = LOTS_COMPLETIONS_OF_LOT R"sql(
  SELECT l.lot_id,
         LEAST(u.quantity - b.quantity - u.returned,
               ceil((u.quantity - b.quantity) * power(10::numeric, l.scale::numeric) * $4::numeric
                    / (SELECT sum(quantity) FROM made))
               / power(10::numeric, l.scale::numeric))::numeric(19, 6),
         (SELECT min(m.from_stock_since) FROM movements m
          WHERE m.company = $1 AND m.lot_id = l.lot_id AND m.kind = {MOVEMENT_CONSUMPTION}
            AND m.from_stock_since IS NOT NULL
            AND m.transformation_id IN (SELECT transformation_id FROM own))
  FROM (SELECT lot_id, sum(quantity) AS quantity, sum(returned) AS returned
        FROM used GROUP BY lot_id) AS u
  JOIN lots l ON l.company = $1 AND l.lot_id = u.lot_id
  CROSS JOIN LATERAL (
    SELECT COALESCE(sum(o.quantity), 0) AS quantity FROM transformation_outputs o
    WHERE o.company = $1 AND o.lot_id = u.lot_id AND o.role = {OUTPUT_BY_PRODUCT}
      AND o.transformation_id IN (SELECT transformation_id FROM made)) AS b)sql"_sql;
constexpr pg::Statement kReadShares{"read_lot_portion_shares", kReadSharesText};

}  // namespace

size_t AddPortionReads(pg::Transaction& transaction, const CompanyId& company, const LotId& lot,
                       Quantity quantity, const std::vector<LotId>& components) {
  const size_t first = transaction.Add(kReadLines, company, lot, components);
  transaction.Add(kReadShares, company, lot, components, quantity);
  return first;
}

LotPortion ReadPortion(const pg::Results& results, size_t first) {
  LotPortion portion;
  for (const pg::Row row : results[first]) {
    portion.lines.push_back({.transformation_id = row.Get<TransformationId>(0),
                             .line = row.Get<int>(1),
                             .lot_id = row.Get<LotId>(2),
                             .output = row.Get<std::optional<LotId>>(3),
                             .left = row.Get<Quantity>(4)});
  }
  for (const pg::Row row : results[first + 1]) {
    const auto lot = row.Get<LotId>(0);
    portion.contents.pooled[lot] = std::max(Quantity(), row.Get<Quantity>(1));
    if (!row.IsNull(2)) portion.contents.stock_since[lot] = row.Get<absl::Time>(2);
  }
  return portion;
}

std::vector<ComponentEnd> EndsOf(const LotPortion& portion, const std::vector<BackLine>& back) {
  absl::flat_hash_map<LotId, Quantity> returned;
  for (const BackLine& line : back) returned[line.lot_id] += line.quantity;
  std::vector<ComponentEnd> ends;
  for (const PortionLine& line : portion.lines) {
    const auto found = returned.find(line.lot_id);
    if (found == returned.end() || !found->second.IsPositive()) continue;
    const Quantity quantity = std::min(found->second, line.left);
    found->second -= quantity;
    ends.push_back({.transformation_id = line.transformation_id,
                    .input_line = line.line,
                    .lot_id = line.lot_id,
                    .unit = line.output,
                    .quantity = quantity});
  }
  return ends;
}

}  // namespace lots::orders
