// What the bounds of a trace need to know of lots.
#include "absl/container/flat_hash_map.h"
#include "storage/base/status_macros.h"
#include "storage/trace_bounds.h"

namespace lots {
namespace {

// What is made: lines, added up here. $3 and $4: by when it had happened and was recorded.
constexpr pg::Statement kMade{"trace_total_made", R"sql(
  SELECT o.lot_id, o.quantity
  FROM transformation_outputs o
  WHERE o.company = $1 AND o.lot_id = ANY($2) AND o.role <> 3 AND NOT EXISTS (
    SELECT FROM transformations r
    WHERE r.company = $1 AND r.reverses_id = o.transformation_id))sql"};

constexpr pg::Statement kMadeThen{"trace_total_made_then", R"sql(
  SELECT o.lot_id, o.quantity
  FROM transformation_outputs o
  JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id
    AND t.occurred_at <= $3 AND t.recorded_at <= $4
  WHERE o.company = $1 AND o.lot_id = ANY($2) AND o.role <> 3 AND NOT EXISTS (
    SELECT FROM transformations r
    WHERE r.company = $1 AND r.reverses_id = o.transformation_id AND r.recorded_at <= $4))sql"};

// Only places of the kinds that goods come from are looked at, and a lot that was never there costs
// no look at its movements.
constexpr pg::Statement kCame{"trace_total_came", R"sql(
  SELECT m.lot_id, m.quantity
  FROM balances b
  JOIN movements m ON m.company = $1 AND m.lot_id = b.lot_id
    AND m.from_location_id = b.location_id AND m.reverses_id IS NULL
  WHERE b.company = $1 AND b.lot_id = ANY($2) AND b.kind IN (3, 7)
    AND m.occurred_at <= $3 AND m.recorded_at <= $4 AND NOT EXISTS (
      SELECT FROM movements r
      WHERE r.company = $1 AND r.reverses_id = m.movement_id AND r.recorded_at <= $4))sql"};

constexpr pg::Statement kCommonScale{"trace_common_scale", R"sql(
  SELECT count(DISTINCT p.unit), max(p.scale)
  FROM lots l
  JOIN products p ON p.company = $1 AND p.product_id = l.product_id
  WHERE l.company = $1 AND l.lot_id = ANY($2))sql"};

}  // namespace

absl::StatusOr<std::vector<Quantity>> ReadTotals(pg::Transaction& snapshot, const TraceOrder& order,
                                                 const std::vector<LotId>& lot_ids) {
  std::vector<Quantity> totals(lot_ids.size());
  if (lot_ids.empty()) return totals;
  if (order.IsNow()) {
    snapshot.Add(kMade, order.company, lot_ids);
  } else {
    snapshot.Add(kMadeThen, order.company, lot_ids, order.as_of, order.known_at);
  }
  snapshot.Add(kCame, order.company, lot_ids, order.as_of, order.known_at);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  absl::flat_hash_map<LotId, size_t> places;
  for (size_t i = 0; i < lot_ids.size(); ++i) places[lot_ids[i]] = i;
  for (const pg::Result& result : results) {
    for (const pg::Row& row : result) {
      totals[places.at(row.Get<LotId>(0))] += row.Get<Quantity>(1);
    }
  }
  return totals;
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
