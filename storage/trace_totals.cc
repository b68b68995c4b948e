// What the bounds of a trace need to know of lots.
#include "absl/container/flat_hash_map.h"
#include "storage/base/status_macros.h"
#include "storage/trace_bounds.h"

namespace lots {
namespace {

// $3 and $4: by when it had happened and was recorded. Only places of the kinds that goods come
// from are looked at, and a lot that was never there costs no look at its movements. A serial is
// one, whatever was recorded. Subselects, which always go lot by lot over an index: joins were
// planned as nested loops over all of them where statistics were missing.
constexpr pg::Statement kTotals{"trace_totals", R"sql(
  SELECT l.lot_id, l.scale, l.tracking, CASE l.tracking WHEN 3 THEN 1::numeric ELSE
    coalesce((
      SELECT sum(o.quantity) FROM transformation_outputs o
      WHERE o.company = $1 AND o.lot_id = l.lot_id AND o.role <> 3
        AND NOT EXISTS (
          SELECT FROM transformations r WHERE r.company = $1
            AND r.reverses_id = o.transformation_id AND r.recorded_at <= $4)
        AND ($3 = 'infinity' AND $4 = 'infinity' OR EXISTS (
          SELECT FROM transformations t WHERE t.company = $1
            AND t.transformation_id = o.transformation_id
            AND t.occurred_at <= $3 AND t.recorded_at <= $4))), 0)
    + coalesce((
      SELECT sum((
        SELECT sum(m.quantity) FROM movements m
        WHERE m.company = $1 AND m.lot_id = l.lot_id AND m.from_location_id = b.location_id
          AND m.reverses_id IS NULL AND m.occurred_at <= $3 AND m.recorded_at <= $4
          AND NOT EXISTS (
            SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id
              AND r.recorded_at <= $4)))
      FROM balances b
      WHERE b.company = $1 AND b.lot_id = l.lot_id AND b.kind IN (3, 7)), 0) END
  FROM lots l WHERE l.company = $1 AND l.lot_id = ANY($2))sql"};

constexpr pg::Statement kCommonScale{"trace_common_scale", R"sql(
  SELECT count(DISTINCT p.unit), max(p.scale)
  FROM lots l
  JOIN products p ON p.company = $1 AND p.product_id = l.product_id
  WHERE l.company = $1 AND l.lot_id = ANY($2))sql"};

constexpr size_t kLotsPerStatement = 20'000;

}  // namespace

absl::StatusOr<std::vector<TraceLot>> ReadTraceLots(pg::Transaction& snapshot,
                                                    const TraceOrder& order,
                                                    absl::Span<const LotId> lot_ids) {
  std::vector<TraceLot> lots;
  lots.reserve(lot_ids.size());
  for (size_t begin = 0; begin < lot_ids.size(); begin += kLotsPerStatement) {
    const absl::Span<const LotId> chunk = lot_ids.subspan(begin, kLotsPerStatement);
    snapshot.Add(kTotals, order.company, std::vector<LotId>(chunk.begin(), chunk.end()),
                 order.as_of, order.known_at);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
    absl::flat_hash_map<LotId, TraceLot> found;
    for (const pg::Row& row : results[0]) {
      found[row.Get<LotId>(0)] = {.total = row.Get<Quantity>(3),
                                  .scale = row.Get<int>(1),
                                  .serial = row.Get<Tracking>(2) == Tracking::kSerial};
    }
    for (const LotId& lot_id : chunk) lots.push_back(found[lot_id]);
  }
  return lots;
}

absl::StatusOr<std::optional<int>> ReadCommonScale(pg::Transaction& snapshot,
                                                   const TraceOrder& order,
                                                   const std::vector<LotId>& lot_ids) {
  snapshot.Add(kCommonScale, order.company, lot_ids);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  if (results[0][0].Get<int64_t>(0) != 1) return std::nullopt;
  return results[0][0].Get<int>(1);
}

}  // namespace lots
