// Finds what units regain by a reversal, and passes on what holds it.
#include "storage/work_orders/reversal/regained.h"

#include <algorithm>
#include <iterator>

#include "absl/container/btree_set.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/rules/facts.h"
#include "storage/recalls/effects/effects.h"

namespace lots::orders {
namespace {

// SQL: the transformation that the row `e` of component_ends names, and those that correct it.
#define LOTS_MAKING_AND_CORRECTIONS                    \
  " (SELECT e.transformation_id"                       \
  " UNION ALL"                                         \
  " SELECT c.transformation_id FROM transformations c" \
  " WHERE c.company = $1 AND c.corrects_id = e.transformation_id) AS own (transformation_id)"

// input_line 0: the end of a whole making.
constexpr const char* kReadRegainedText = R"sql(
  SELECT e.lot_id
  FROM component_ends e
  WHERE e.company = $1 AND e.ending_id = $2 AND e.input_line > 0
  UNION
  SELECT i.lot_id
  FROM component_ends e
  CROSS JOIN LATERAL)sql" LOTS_MAKING_AND_CORRECTIONS R"sql(
  JOIN transformation_inputs i ON i.company = $1 AND i.transformation_id = own.transformation_id
    AND i.output_lot_id IS NULL
  WHERE e.company = $1 AND e.ending_id = $2 AND e.input_line = 0
  ORDER BY 1)sql";
constexpr pg::Statement kReadRegained{"read_regained_components", kReadRegainedText};

// Of these components ($3): the units that each is in again, and whether it certainly is. A pooled
// line of which nothing was left is in all that was made of it and not taken apart since; while
// something was left, they had it all the time. Runs when the reversal is written: what it reverses
// ($2) has no ends in effect any more.
constexpr const char* kReadLinksText = R"sql(
  SELECT e.lot_id, e.unit_lot_id, true
  FROM component_ends e
  WHERE e.company = $1 AND e.ending_id = $2 AND e.input_line > 0 AND e.lot_id = ANY($3)
    AND e.unit_lot_id IS NOT NULL
  UNION
  SELECT e.lot_id, o.lot_id, false
  FROM component_ends e
  JOIN transformations t ON t.company = $1 AND t.transformation_id = e.transformation_id
  JOIN transformation_inputs i ON i.company = $1 AND i.transformation_id = e.transformation_id
    AND i.line = e.input_line AND i.quantity <= (
      SELECT sum(back.quantity) FROM component_ends back
      WHERE back.company = $1 AND back.transformation_id = e.transformation_id
        AND back.input_line = e.input_line AND (back.ending_id = $2 OR NOT EXISTS (
          SELECT FROM transformations r
          WHERE r.company = $1 AND r.reverses_id = back.ending_id)))
  JOIN transformation_outputs o ON o.company = $1
    AND o.transformation_id = COALESCE(t.corrects_id, t.transformation_id)
    AND o.role <> {OUTPUT_RETURNED} AND NOT o.left_over
  WHERE e.company = $1 AND e.ending_id = $2 AND e.input_line > 0 AND e.lot_id = ANY($3)
    AND e.unit_lot_id IS NULL AND NOT EXISTS (
      SELECT FROM component_ends apart
      WHERE apart.company = $1 AND apart.transformation_id = o.transformation_id
        AND apart.input_line = 0 AND apart.lot_id = o.lot_id AND NOT EXISTS (
          SELECT FROM transformations r
          WHERE r.company = $1 AND r.reverses_id = apart.ending_id))
  UNION
  SELECT i.lot_id, e.unit_lot_id, false
  FROM component_ends e
  CROSS JOIN LATERAL)sql" LOTS_MAKING_AND_CORRECTIONS R"sql(
  JOIN transformation_inputs i ON i.company = $1 AND i.transformation_id = own.transformation_id
    AND i.output_lot_id IS NULL AND i.lot_id = ANY($3)
  WHERE e.company = $1 AND e.ending_id = $2 AND e.input_line = 0
    AND NOT EXISTS (SELECT FROM transformations r
                    WHERE r.company = $1 AND r.reverses_id = own.transformation_id)
    AND i.quantity > COALESCE((
      SELECT sum(back.quantity) FROM component_ends back
      WHERE back.company = $1 AND back.transformation_id = i.transformation_id
        AND back.input_line = i.line AND NOT EXISTS (
          SELECT FROM transformations r
          WHERE r.company = $1 AND r.reverses_id = back.ending_id)), 0)
  ORDER BY 1, 2, 3 DESC)sql"_sql;
constexpr pg::Statement kReadLinks{"read_regained_links", kReadLinksText};

}  // namespace

absl::StatusOr<std::vector<LotId>> FindRegained(pg::Connection& db, const CompanyId& company,
                                                const TransformationId& transformation) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kReadRegained, company, transformation));
  return ReadRegained(rows);
}

size_t AddRegained(pg::Transaction& transaction, const CompanyId& company,
                   const TransformationId& transformation) {
  return transaction.Add(kReadRegained, company, transformation);
}

std::vector<LotId> ReadRegained(const pg::Result& rows) {
  std::vector<LotId> components;
  for (const pg::Row row : rows) components.push_back(row.Get<LotId>(0));
  return components;
}

// Only what is held is read further: the pooled components of thousands of units are many pairs.
absl::Status PassOnRegained(pg::Transaction& transaction, const WriteContext& context,
                            const LedgerFacts& facts, const RegainingReversal& reversal,
                            const std::vector<LotId>& regained) {
  std::vector<LotId> held;
  std::copy_if(regained.begin(), regained.end(), std::back_inserter(held),
               [&](const LotId& component) { return !facts.HoldsOf(component).empty(); });
  if (held.empty()) return absl::OkStatus();
  const size_t links = transaction.Add(kReadLinks, context.company, reversal.reversed, held);
  const absl::StatusOr<pg::Results> results = transaction.Send();
  if (!results.ok()) return Ledger::Explain(results.status());
  effects::GenealogyChange change{.transformation_id = reversal.reversal,
                                  .reason = reversal.note,
                                  .added = {},
                                  .added_pooled = {},
                                  .removed = {},
                                  .units = {}};
  absl::btree_set<LotId> units;
  for (const pg::Row row : (*results)[links]) {
    change.added.push_back(
        {.input = row.Get<LotId>(0), .output = row.Get<LotId>(1), .certain = row.Get<bool>(2)});
    units.insert(change.added.back().output);
  }
  change.units.assign(units.begin(), units.end());
  return effects::ApplyChange(transaction, context, facts, change);
}

}  // namespace lots::orders
