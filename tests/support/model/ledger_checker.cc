// Recomputes a company's ledger from its movements.
#include "tests/support/model/ledger_checker.h"

#include "absl/strings/str_cat.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// Each statement returns a line of text for each violation of a rule.
constexpr pg::Statement kRules[] = {
    {"check_balances_are_sums", R"sql(
WITH sides AS (
  SELECT lot_id, to_location_id AS location_id, quantity FROM movements WHERE company = $1
  UNION ALL
  SELECT lot_id, from_location_id, -quantity FROM movements WHERE company = $1),
sums AS (
  SELECT lot_id, location_id, sum(quantity) AS quantity FROM sides GROUP BY lot_id, location_id),
held AS (SELECT lot_id, location_id, quantity FROM balances WHERE company = $1)
SELECT format('lot %s at %s: balance %s, movements %s', lot_id, location_id, held.quantity,
              sums.quantity)
FROM sums FULL JOIN held USING (lot_id, location_id)
WHERE held.quantity IS DISTINCT FROM COALESCE(sums.quantity, 0))sql"},
    {"check_lots_sum_to_zero", R"sql(
SELECT format('lot %s: all places sum to %s', lot_id, sum(quantity))
FROM balances WHERE company = $1 GROUP BY lot_id HAVING sum(quantity) <> 0)sql"},
    {"check_never_negative", R"sql(
WITH sides AS (
  SELECT lot_id, to_location_id AS location_id, quantity, recorded_at, movement_id
  FROM movements WHERE company = $1
  UNION ALL
  SELECT lot_id, from_location_id, -quantity, recorded_at, movement_id
  FROM movements WHERE company = $1),
history AS (
  SELECT lot_id, location_id, movement_id, sum(quantity) OVER (
           PARTITION BY lot_id, location_id ORDER BY recorded_at, movement_id) AS quantity
  FROM sides)
SELECT format('lot %s at %s: %s after movement %s', lot_id, location_id, quantity, movement_id)
FROM history
JOIN locations USING (location_id)
WHERE locations.company = $1 AND locations.kind IN (1, 2, 4, 6) AND quantity < 0)sql"},
    {"check_serials_in_one_place", R"sql(
WITH sides AS (
  SELECT movements.lot_id, recorded_at, movement_id,
         (destination.kind IN (1, 2, 4, 6))::int - (source.kind IN (1, 2, 4, 6))::int AS change
  FROM movements
  JOIN lots ON lots.company = $1 AND lots.lot_id = movements.lot_id AND lots.tracking = 3
  JOIN locations AS source
    ON source.company = $1 AND source.location_id = movements.from_location_id
  JOIN locations AS destination
    ON destination.company = $1 AND destination.location_id = movements.to_location_id
  WHERE movements.company = $1),
history AS (
  SELECT lot_id, movement_id, sum(change) OVER (
           PARTITION BY lot_id ORDER BY recorded_at, movement_id) AS places
  FROM sides)
SELECT format('serial %s: in %s places after movement %s', lot_id, places, movement_id)
FROM history WHERE places NOT IN (0, 1))sql"},
    {"check_history_is_ordered", R"sql(
WITH sides AS (
  SELECT lot_id, to_location_id AS location_id, recorded_at FROM movements WHERE company = $1
  UNION ALL
  SELECT lot_id, from_location_id, recorded_at FROM movements WHERE company = $1)
SELECT format('lot %s at %s: %s movements at %s', lot_id, location_id, count(*), recorded_at)
FROM sides GROUP BY lot_id, location_id, recorded_at HAVING count(*) > 1)sql"},
    {"check_last_record_is_known", R"sql(
WITH sides AS (
  SELECT lot_id, to_location_id AS location_id, recorded_at FROM movements WHERE company = $1
  UNION ALL
  SELECT lot_id, from_location_id, recorded_at FROM movements WHERE company = $1),
latest AS (
  SELECT lot_id, location_id, max(recorded_at) AS recorded_at FROM sides
  GROUP BY lot_id, location_id)
SELECT format('lot %s at %s: last recorded %s, the balance says %s', balances.lot_id,
              balances.location_id, latest.recorded_at, balances.last_recorded_at)
FROM balances LEFT JOIN latest USING (lot_id, location_id)
WHERE balances.company = $1
  AND balances.last_recorded_at <> COALESCE(latest.recorded_at, '-infinity'))sql"},
    {"check_reversals_mirror", R"sql(
SELECT format('movement %s does not mirror %s', reversal.movement_id, original.movement_id)
FROM movements AS reversal
JOIN movements AS original
  ON original.company = $1 AND original.movement_id = reversal.reverses_id
WHERE reversal.company = $1
  AND ((reversal.lot_id, reversal.quantity, reversal.from_location_id, reversal.to_location_id)
         <> (original.lot_id, original.quantity, original.to_location_id,
             original.from_location_id)
       OR original.reverses_id IS NOT NULL OR reversal.recorded_at <= original.recorded_at)
UNION ALL
SELECT format('movement %s is reversed %s times', reverses_id, count(*))
FROM movements WHERE company = $1 AND reverses_id IS NOT NULL
GROUP BY reverses_id HAVING count(*) > 1)sql"},
    {"check_returnable", R"sql(
WITH computed AS (
  SELECT movement_id, kind, delivery_id, quantity
  FROM movements
  WHERE company = $1 AND reverses_id IS NULL AND NOT EXISTS (
    SELECT FROM movements AS reversal
    WHERE reversal.company = $1 AND reversal.reverses_id = movements.movement_id)),
left_to_return AS (
  SELECT delivery.movement_id, COALESCE(max(computed.quantity), 0) - COALESCE((
           SELECT sum(quantity) FROM computed AS returned
           WHERE returned.kind IN (4, 12)
             AND returned.delivery_id = delivery.movement_id), 0) AS quantity
  FROM movements AS delivery
  LEFT JOIN computed USING (movement_id)
  WHERE delivery.company = $1 AND delivery.kind = 3 AND delivery.reverses_id IS NULL
  GROUP BY delivery.movement_id)
SELECT format('delivery %s: returnable %s, should be %s', left_to_return.movement_id, returnable,
              left_to_return.quantity)
FROM left_to_return
LEFT JOIN (SELECT movement_id, returnable FROM deliveries WHERE company = $1) AS kept
  USING (movement_id)
WHERE kept.returnable IS DISTINCT FROM left_to_return.quantity OR left_to_return.quantity < 0)sql"},
    {"check_dates", R"sql(
SELECT format('lot %s at %s: quantity %s, arrived %s, since %s', lot_id, location_id, quantity,
              arrived_at, stock_since)
FROM balances
WHERE company = $1
  AND ((arrived_at IS NOT NULL) <> (quantity <> 0 AND kind IN (1, 2, 4, 6))
       OR (stock_since IS NOT NULL) <> (quantity <> 0 AND kind IN (1, 2))))sql"},
    {"check_issued_are_sums", R"sql(
WITH sides AS (
  SELECT work_order_id, lot_id, quantity FROM movements
  WHERE company = $1 AND to_location_id = 'WORK_IN_PROCESS'
  UNION ALL
  SELECT work_order_id, lot_id, -quantity FROM movements
  WHERE company = $1 AND from_location_id = 'WORK_IN_PROCESS'),
sums AS (
  SELECT work_order_id, lot_id, sum(quantity) AS quantity FROM sides
  GROUP BY work_order_id, lot_id),
held AS (
  SELECT work_order_id, lot_id, quantity FROM issued_components WHERE company = $1)
SELECT format('lot %s in order %s: issued %s, movements %s', lot_id, work_order_id, held.quantity,
              sums.quantity)
FROM sums FULL JOIN held USING (work_order_id, lot_id)
WHERE held.quantity IS DISTINCT FROM COALESCE(sums.quantity, 0))sql"},
    {"check_ended_orders_have_nothing", R"sql(
SELECT format('order %s is not open and has %s of lot %s', i.work_order_id, i.quantity, i.lot_id)
FROM issued_components i
JOIN work_orders w ON w.company = $1 AND w.work_order_id = i.work_order_id
WHERE i.company = $1 AND i.quantity > 0 AND w.state <> 1)sql"},
};

}  // namespace

std::vector<std::string> CheckLedger(pg::Connection& db, const CompanyId& company) {
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  for (const pg::Statement& rule : kRules) snapshot.Add(rule, company);
  const absl::StatusOr<pg::Results> results = snapshot.Commit();
  if (!results.ok()) return {results.status().ToString()};
  std::vector<std::string> wrong;
  for (size_t i = 0; i < results->size(); ++i) {
    for (const pg::Row row : (*results)[i]) {
      wrong.push_back(absl::StrCat(kRules[i].name, ": ", row.Get<std::string>(0)));
    }
  }
  return wrong;
}

}  // namespace lots
