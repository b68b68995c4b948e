// What the bounds of a trace need to know of lots.
#include "absl/container/flat_hash_map.h"
#include "storage/base/status_macros.h"
#include "storage/trace_bounds.h"

namespace lots {
namespace {

// $3 and $4: by when it had happened and was recorded. Only places of the kinds that goods come
// from are looked at, and a lot that was never there costs no look at its movements. A serial is
// one, whatever was recorded.
constexpr pg::Statement kTotals{"trace_totals", R"sql(
  WITH wanted AS (
    SELECT lot_id, scale, tracking FROM lots WHERE company = $1 AND lot_id = ANY($2)),
  made AS (
    SELECT o.lot_id, sum(o.quantity) AS quantity
    FROM wanted w
    JOIN transformation_outputs o ON o.company = $1 AND o.lot_id = w.lot_id AND o.role <> 3
    WHERE w.tracking <> 3 AND NOT EXISTS (
      SELECT FROM transformations r WHERE r.company = $1 AND r.reverses_id = o.transformation_id
        AND r.recorded_at <= $4)
      AND ($3 = 'infinity' AND $4 = 'infinity' OR EXISTS (
        SELECT FROM transformations t WHERE t.company = $1
          AND t.transformation_id = o.transformation_id
          AND t.occurred_at <= $3 AND t.recorded_at <= $4))
    GROUP BY o.lot_id),
  came AS (
    SELECT m.lot_id, sum(m.quantity) AS quantity
    FROM wanted w
    JOIN balances b ON b.company = $1 AND b.lot_id = w.lot_id AND b.kind IN (3, 7)
    JOIN movements m ON m.company = $1 AND m.lot_id = b.lot_id
      AND m.from_location_id = b.location_id AND m.reverses_id IS NULL
    WHERE w.tracking <> 3 AND m.occurred_at <= $3 AND m.recorded_at <= $4 AND NOT EXISTS (
      SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id
        AND r.recorded_at <= $4)
    GROUP BY m.lot_id)
  SELECT w.lot_id, w.scale, w.tracking, CASE w.tracking WHEN 3 THEN 1::numeric
         ELSE coalesce(made.quantity, 0) + coalesce(came.quantity, 0) END
  FROM wanted w
  LEFT JOIN made ON made.lot_id = w.lot_id
  LEFT JOIN came ON came.lot_id = w.lot_id)sql"};

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
