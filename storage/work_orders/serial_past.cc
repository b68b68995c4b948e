// Reads what happened to serials before.
#include "storage/work_orders/serial_past.h"

#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/kinds/transformation.h"

namespace lots::orders {
namespace {

// For each of these serials, the last transformation of it that was not reversed. In the order of
// the serial's own movements: the clocks of several servers order nothing else.
constexpr pg::Statement kReadLastUses{"read_last_transformations", R"sql(
  SELECT DISTINCT ON (m.lot_id) m.lot_id, t.kind, m.kind = {MOVEMENT_CONSUMPTION}, t.work_order_id,
         EXISTS (SELECT FROM transformation_outputs o
                 WHERE o.company = $1 AND o.transformation_id = t.transformation_id
                   AND o.role = {OUTPUT_RETURNED})
  FROM movements m
  JOIN transformations t ON t.company = $1 AND t.transformation_id = m.transformation_id
  WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.reverses_id IS NULL
    AND t.kind <> {TRANSFORMATION_ISSUE}
    AND NOT EXISTS (SELECT FROM transformations r
                    WHERE r.company = $1 AND r.reverses_id = t.transformation_id)
  ORDER BY m.lot_id, m.recorded_at DESC, m.movement_id DESC)sql"_sql};

constexpr pg::Statement kReadMoved{"read_moved_serials", R"sql(
  SELECT DISTINCT m.lot_id
  FROM movements m
  WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.reverses_id IS NULL
    AND NOT EXISTS (SELECT FROM movements r
                    WHERE r.company = $1 AND r.reverses_id = m.movement_id))sql"};

}  // namespace

size_t AddSerialPasts(pg::Transaction& transaction, const CompanyId& company,
                      const std::vector<LotId>& serials) {
  const size_t first = transaction.Add(kReadLastUses, company, serials);
  transaction.Add(kReadMoved, company, serials);
  return first;
}

SerialPasts ReadSerialPasts(const pg::Results& results, size_t first) {
  SerialPasts pasts;
  for (const pg::Row row : results[first]) {
    pasts[row.Get<LotId>(0)] = {
        .moved = false,
        .taken_apart =
            row.Get<TransformationKind>(1) == TransformationKind::kDisassembly && row.Get<bool>(2),
        .gave_components = row.Get<bool>(4),
        .produced_by = row.Get<std::optional<WorkOrderId>>(3)};
  }
  for (const pg::Row row : results[first + 1]) pasts[row.Get<LotId>(0)].moved = true;
  return pasts;
}

}  // namespace lots::orders
