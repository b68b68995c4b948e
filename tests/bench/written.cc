// Removes what a measurement wrote into the factory.
#include "tests/bench/written.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "storage/base/check.h"
#include "storage/pg/pipeline.h"
#include "tests/bench/bench.h"

namespace lots::bench {
namespace {

// $ID: the least id of that time; $SINCE: the time itself.
std::string Filled(const char* sql) {
  return absl::StrReplaceAll(
      sql, {{"$ID", absl::StrFormat("'%08x-%04x-0000-0000-000000000000'::uuid", kWrittenSince >> 16,
                                    kWrittenSince & 0xffff)},
            {"$SINCE", absl::StrCat("to_timestamp(", kWrittenSince / 1000, ")")}});
}

constexpr char kCount[] = R"sql(
SELECT 'lots', count(*) FROM lots WHERE company = 'main' AND lot_id >= $ID
UNION ALL
SELECT 'balances', count(*) FROM balances WHERE company = 'main' AND lot_id >= $ID
UNION ALL
SELECT 'movements', count(*) FROM movements WHERE company = 'main' AND recorded_at >= $SINCE
UNION ALL
SELECT 'transformations', count(*) FROM transformations
WHERE company = 'main' AND transformation_id >= $ID
UNION ALL
SELECT 'transformation_inputs', count(*) FROM transformation_inputs
WHERE company = 'main' AND transformation_id >= $ID
UNION ALL
SELECT 'transformation_outputs', count(*) FROM transformation_outputs
WHERE company = 'main' AND transformation_id >= $ID
UNION ALL
SELECT 'work_orders', count(*) FROM work_orders WHERE company = 'main' AND created_at >= $SINCE
UNION ALL
SELECT 'assignments', count(*) FROM assignments
WHERE company = 'main' AND work_order_id >= 'BW-' AND work_order_id < 'BW.'
UNION ALL
SELECT 'requests', count(*) FROM requests WHERE company = 'main'
UNION ALL
SELECT 'audit_entries', count(*) FROM audit_entries WHERE company = 'main' AND entry_id >= $ID
)sql";

constexpr char kWrong[] = R"sql(
WITH moved AS (
  SELECT DISTINCT lot_id FROM (
    SELECT lot_id FROM movements WHERE company = 'main' AND recorded_at >= $SINCE
    ORDER BY recorded_at DESC, movement_id DESC LIMIT 2000) AS last
  LIMIT 300),
sides AS (
  SELECT m.lot_id, m.to_location_id AS location_id, m.quantity
  FROM moved JOIN movements m ON m.company = 'main' AND m.lot_id = moved.lot_id
  UNION ALL
  SELECT m.lot_id, m.from_location_id, -m.quantity
  FROM moved JOIN movements m ON m.company = 'main' AND m.lot_id = moved.lot_id),
sums AS (
  SELECT lot_id, location_id, sum(quantity) AS quantity FROM sides GROUP BY lot_id, location_id),
held AS (
  SELECT b.lot_id, b.location_id, b.quantity
  FROM moved JOIN balances b ON b.company = 'main' AND b.lot_id = moved.lot_id)
SELECT format('lot %s at %s: balance %s, movements %s', lot_id, location_id, held.quantity,
              sums.quantity)
FROM sums FULL JOIN held USING (lot_id, location_id)
WHERE held.quantity IS DISTINCT FROM coalesce(sums.quantity, 0))sql";

// A place that was empty before holds nothing of the lot: its row goes. Dates do not matter to any
// measurement; they only have to be there where goods are.
constexpr char kUnwrite[] = R"sql(
BEGIN;
SET LOCAL session_replication_role = replica;
CREATE TEMP TABLE bench_unwritten ON COMMIT DROP AS
SELECT lot_id, location_id, sum(quantity) AS quantity FROM (
  SELECT lot_id, to_location_id AS location_id, quantity FROM movements
  WHERE company = 'main' AND recorded_at >= $SINCE
  UNION ALL
  SELECT lot_id, from_location_id, -quantity FROM movements
  WHERE company = 'main' AND recorded_at >= $SINCE) AS side
WHERE lot_id < $ID
GROUP BY lot_id, location_id;
DELETE FROM balances WHERE company = 'main' AND lot_id >= $ID;
DELETE FROM balances USING bench_unwritten u
WHERE balances.company = 'main' AND balances.lot_id = u.lot_id
  AND balances.location_id = u.location_id AND balances.quantity = u.quantity
  AND balances.kind IN (1, 5);
UPDATE balances SET quantity = balances.quantity - u.quantity,
       arrived_at = CASE WHEN kind = 1 THEN coalesce(arrived_at, '2025-01-01') END,
       stock_since = CASE WHEN kind = 1 THEN coalesce(stock_since, '2025-01-01') END
FROM bench_unwritten u
WHERE balances.company = 'main' AND balances.lot_id = u.lot_id
  AND balances.location_id = u.location_id AND u.quantity <> 0;
DELETE FROM deliveries USING movements m
WHERE deliveries.company = 'main' AND m.company = 'main' AND m.recorded_at >= $SINCE
  AND deliveries.movement_id = m.movement_id;
DELETE FROM movements WHERE company = 'main' AND recorded_at >= $SINCE;
DELETE FROM transformation_outputs WHERE company = 'main' AND transformation_id >= $ID;
DELETE FROM transformation_inputs WHERE company = 'main' AND transformation_id >= $ID;
DELETE FROM transformations WHERE company = 'main' AND transformation_id >= $ID;
DELETE FROM assignments
WHERE company = 'main' AND work_order_id >= 'BW-' AND work_order_id < 'BW.';
DELETE FROM work_orders WHERE company = 'main' AND created_at >= $SINCE;
DELETE FROM lot_events WHERE company = 'main';
DELETE FROM lots WHERE company = 'main' AND lot_id >= $ID;
DELETE FROM requests WHERE company = 'main';
DELETE FROM audit_entries WHERE company = 'main' AND entry_id >= $ID;
COMMIT;
)sql";

// So that every round finds the tables alike, and autovacuum nothing to do during one.
constexpr char kVacuum[] =
    "VACUUM balances, deliveries, movements, transformation_outputs, transformation_inputs, "
    "transformations, assignments, work_orders, lot_events, lots, requests, audit_entries";

}  // namespace

Rows CountWritten(pg::Connection& db) {
  Rows rows;
  for (const pg::Row row : Select(db, Filled(kCount))) {
    if (row.Get<int64_t>(1) > 0) rows[row.Get<std::string>(0)] = row.Get<int64_t>(1);
  }
  return rows;
}

void CheckWritten(pg::Connection& db) {
  const pg::Result wrong = Select(db, Filled(kWrong));
  for (const pg::Row row : wrong) std::cerr << row.Get<std::string>(0) << "\n";
  Check(wrong.empty());
}

void Unwrite(pg::Connection& db) {
  CheckOk(db.RunScript("bench_unwrite", Filled(kUnwrite)));
  Execute(db, kVacuum);
}

}  // namespace lots::bench
