// The SQL that fills the factory.
#include "tests/bench/factory_sql.h"

namespace lots::bench {

// bench_id: an id with the time of lot `place`, made unique by kind and number. Kinds: 1
// lot, 2 transformation, 3 receipt and production, 4 consumption, 5 transfer, 6 delivery, 7 board,
// 8 its movement, 9 audit entry of a work order, 10 of a delivery.
// bench_chance: 0 to 1. bench_zipf: 1 to `of`, the smaller the more often.
const char kFactoryCatalogSql[] = R"sql(
CREATE FUNCTION pg_temp.bench_id(kind bigint, place bigint, number bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((($FIRST + place * $STEP) << 16) | 28672 | (number & 4095)), 16, '0')
          || to_hex((-9223372036854775808)::bigint | (kind << 58)
                    | (number * 2654435761 & 288230376151711743)))::uuid $$;
CREATE FUNCTION pg_temp.bench_at(place bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT to_timestamp(($FIRST + place * $STEP) / 1000.0::float8) $$;
CREATE FUNCTION pg_temp.bench_chance(place bigint, seed bigint) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
  SELECT (hashint8extended(place, seed) & 16777215) / 16777216.0::float8 $$;
CREATE FUNCTION pg_temp.bench_zipf(place bigint, seed bigint, "of" bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
  SELECT floor(power("of" + 1, pg_temp.bench_chance(place, seed)))::bigint $$;
CREATE FUNCTION pg_temp.bench_place(place bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT 'WH-' || (place / 10 % 8 + 1) $$;

INSERT INTO companies (company, lots_enabled, expiry_enabled, time_zone, version, created_at,
                       updated_at)
VALUES ('$COMPANY', true, true, 'UTC', 1, '2024-11-01', '2024-11-01');

INSERT INTO products (company, product_id, display_name, tracking, unit, scale, number_template,
                      inherit_expiry, warranty_months, gtin, producible, case_sensitive, version,
                      created_at, updated_at)
SELECT '$COMPANY', kind.name || '-' || n, kind.name || ' number ' || n, kind.tracking, kind.unit,
       kind.scale, '', false, kind.warranty, '', kind.producible, false, 1,
       timestamptz '2024-11-01', timestamptz '2024-11-01'
FROM (VALUES ('RAW', 2, 'kg', 3, 0, false, 5), ('MIX', 2, 'kg', 3, 0, true, 1),
             ('UNIT', 3, 'pc', 0, 24, true, 4))
       AS kind (name, tracking, unit, scale, warranty, producible, tenths),
     generate_series(1, $PRODUCTS * kind.tenths / 10) n
UNION ALL
SELECT '$COMPANY', one.name, one.name, one.tracking, 'pc', 0, one.template, false, 0, '', true,
       false, 1, '2024-11-01', '2024-11-01'
FROM (VALUES ('BOARD', 3, ''), ('GADGET', 3, 'G-{########}'), ('BLEND', 2, ''))
       AS one (name, tracking, template);

INSERT INTO locations (company, location_id, kind, display_name, parent_id, gln, street, city,
                       region, postal_code, country, phone, is_default, created_at, updated_at)
SELECT '$COMPANY', id, kind, '', parent, '', '', '', '', '', '', '', is_default,
       timestamptz '2024-11-01', timestamptz '2024-11-01'
FROM (SELECT 'WH-' || n, 1, NULL, false FROM generate_series(1, 8) n
      UNION ALL
      SELECT 'BIN-' || n, 1, 'WH-' || (n % 8 + 1), false FROM generate_series(1, 200) n
      UNION ALL
      VALUES ('TRUCK', 2, NULL, false), ('SUPPLIER', 3, NULL, true), ('CUSTOMER', 4, NULL, true),
             ('PRODUCTION', 5, NULL, true), ('SCRAP', 6, NULL, true),
             ('ADJUSTMENT', 7, NULL, true)) AS place (id, kind, parent, is_default);
)sql";

const char kFactoryLotsSql[] = R"sql(
INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number, number_key,
                  reference, search_key, notes, attributes, manufactured_on, expires_on, state,
                  version, created_by, created_at, updated_at, entry_id)
SELECT '$COMPANY', pg_temp.bench_id(1, i, i),
       CASE WHEN role < 4 THEN 'RAW-' || pg_temp.bench_zipf(i, 1, $PRODUCTS / 2)
            WHEN role = 4 THEN 'MIX-' || pg_temp.bench_zipf(i, 2, $PRODUCTS / 10)
            ELSE 'UNIT-' || pg_temp.bench_zipf(i / 10, 3, $PRODUCTS * 4 / 10) END,
       CASE WHEN role < 5 THEN 2 ELSE 3 END, CASE WHEN role < 5 THEN 3 ELSE 0 END, false,
       number, lower(number), reference, lower(number) || E'\n' || lower(reference), '', '{}',
       (at AT TIME ZONE 'UTC')::date,
       CASE WHEN role < 5 THEN (at AT TIME ZONE 'UTC')::date + 3650 END,
       CASE WHEN role > 4 AND i / 10 % 5 = 0 THEN 3 ELSE 2 END, 1, 'bench', at, at,
       CASE WHEN role = 4 THEN pg_temp.bench_id(9, i, i / 10 * 2)
            WHEN role > 4 THEN pg_temp.bench_id(9, i / 10 * 10 + 5, i / 10 * 2 + 1) END
FROM (SELECT i, i % 10 AS role,
             pg_temp.bench_at(CASE WHEN i % 10 < 5 THEN i ELSE i / 10 * 10 + 5 END) AS at,
             CASE WHEN i % 10 < 5 THEN 'L' ELSE 'SN' END || lpad(i::text, 8, '0') AS number,
             CASE WHEN i % 10 < 4 THEN 'PO-' || i / 7 ELSE '' END AS reference
      FROM generate_series(0, $GROUPS * 10 - 1) i) AS lot;
)sql";

// Work order w = 2g makes lot 4 of group g, and w = 2g + 1 its serials. A component is in one case
// of ten an old favourite, and otherwise the newer the more likely.
const char kFactoryOrdersSql[] = R"sql(
CREATE TEMP TABLE bench_orders ON COMMIT DROP AS
SELECT w, w / 2 AS of_group, w / 2 * 10 + 4 + w % 2 AS place,
       pg_temp.bench_id(2, w / 2 * 10 + 4 + w % 2, w) AS step,
       pg_temp.bench_id(9, w / 2 * 10 + 4 + w % 2, w) AS entry,
       'MO-' || lpad(w::text, 8, '0') AS name, pg_temp.bench_at(w / 2 * 10 + 4 + w % 2) AS at
FROM generate_series(0, $GROUPS * 2 - 1) w;
CREATE TEMP TABLE bench_used ON COMMIT DROP AS
SELECT w, line, step, entry, name, place, at + line * interval '1 microsecond' AS at,
       (w * 3 + line) % 5 + 1 AS quantity,
       10 * CASE WHEN pg_temp.bench_chance(w * 3 + line, 4) < 0.1
                 THEN pg_temp.bench_zipf(w * 3 + line, 5, of_group) - 1
                 ELSE of_group + 1 - pg_temp.bench_zipf(w * 3 + line, 6, of_group) END
         + CASE WHEN w % 2 = 1 AND line = 0 THEN 4
                ELSE floor(4 * pg_temp.bench_chance(w * 3 + line, 7))::bigint END AS lot
FROM bench_orders, generate_series(0, 2) line;

INSERT INTO work_orders (company, work_order_id, product_id, planned_quantity, completed_quantity,
                         state, created_at, updated_at)
SELECT '$COMPANY', o.name,
       CASE WHEN w % 2 = 0 THEN 'MIX-' || pg_temp.bench_zipf(o.place, 2, $PRODUCTS / 10)
            ELSE 'UNIT-' || pg_temp.bench_zipf(of_group, 3, $PRODUCTS * 4 / 10) END,
       made, made, 2, at - interval '1 minute', at
FROM (SELECT w, of_group, place, name, at, CASE w % 2 WHEN 0 THEN 1000000 ELSE 5 END AS made
      FROM bench_orders) AS o;
INSERT INTO assignments (company, work_order_id, lot_id, assigned_at, position, assigned_by, state,
                         entry_id)
SELECT '$COMPANY', name, pg_temp.bench_id(1, i, i), at - interval '1 minute', i % 10 - 5, 'bench',
       2, entry
FROM bench_orders, generate_series(of_group * 10 + 5, of_group * 10 + 9) i WHERE w % 2 = 1;
INSERT INTO transformations (company, transformation_id, kind, work_order_id, occurred_at,
                             recorded_at, actor, note, entry_id)
SELECT '$COMPANY', step, 1, name, at, at + interval '100 microseconds', 'bench', '', entry
FROM bench_orders;
INSERT INTO audit_entries (company, entry_id, recorded_at, actor, caller, peer, certificate,
                           method, request_id, trace_id, work_order_id, lot_ids, lot_count)
SELECT '$COMPANY', entry, at + interval '100 microseconds', 'bench', '', '10.0.0.7', '',
       'lots.v1.WorkOrderService/CompleteWorkOrder', name, '', name,
       ARRAY[pg_temp.bench_id(1, place, place)], 4 + w % 2 * 4
FROM bench_orders;
INSERT INTO transformation_inputs (company, transformation_id, line, lot_id, quantity)
SELECT '$COMPANY', step, line, pg_temp.bench_id(1, lot, lot), quantity FROM bench_used;
INSERT INTO transformation_outputs (company, transformation_id, line, lot_id, quantity, role)
SELECT '$COMPANY', step, i - place, pg_temp.bench_id(1, i, i), CASE w % 2 WHEN 0 THEN 1000000 ELSE 1
       END, 1
FROM bench_orders, generate_series(place, place + w % 2 * 4) i;
)sql";

// A million of each lot is received or made, of which the orders took what they used. Of two lots
// in every fourth group ten were moved to a bin an hour later; a serial is delivered after two
// days.
const char kFactoryStockSql[] = R"sql(
INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
                       to_location_id, document_type, document_number, partner_id, occurred_at,
                       recorded_at, actor, note)
SELECT '$COMPANY', pg_temp.bench_id(3, i, i), 1, pg_temp.bench_id(1, i, i), 1000000, 'SUPPLIER',
       pg_temp.bench_place(i), 'purchase_order', 'PO-' || i / 7,
       'supplier-' || pg_temp.bench_zipf(i / 7, 8, 300), pg_temp.bench_at(i), pg_temp.bench_at(i),
       'bench', ''
FROM generate_series(0, $GROUPS - 1) g, generate_series(g * 10, g * 10 + 3) i;
INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
                       to_location_id, document_type, document_number, partner_id, occurred_at,
                       recorded_at, actor, note, transformation_id, work_order_id, entry_id)
SELECT '$COMPANY', pg_temp.bench_id(3, i, i), 6, pg_temp.bench_id(1, i, i),
       CASE w % 2 WHEN 0 THEN 1000000 ELSE 1 END, 'PRODUCTION', pg_temp.bench_place(i),
       'work_order', name, '', at, at + interval '100 microseconds', 'bench', '', step, name, entry
FROM bench_orders, generate_series(place, place + w % 2 * 4) i;
INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
                       to_location_id, document_type, document_number, partner_id, occurred_at,
                       recorded_at, actor, note, transformation_id, work_order_id, from_arrived_at,
                       from_stock_since, entry_id)
SELECT '$COMPANY', pg_temp.bench_id(4, place, w * 3 + line), 5, pg_temp.bench_id(1, lot, lot),
       quantity, pg_temp.bench_place(lot), 'PRODUCTION', 'work_order', name, '', at, at, 'bench',
       '', step, name, pg_temp.bench_at(lot), pg_temp.bench_at(lot), entry
FROM bench_used;
INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
                       to_location_id, document_type, document_number, partner_id, occurred_at,
                       recorded_at, actor, note, from_arrived_at, from_stock_since)
SELECT '$COMPANY', pg_temp.bench_id(5, i, i), 2, pg_temp.bench_id(1, i, i), 10,
       pg_temp.bench_place(i), 'BIN-' || pg_temp.bench_zipf(i, 9, 200), '', '', '', at, at, 'bench',
       '', pg_temp.bench_at(i), pg_temp.bench_at(i)
FROM (SELECT i, pg_temp.bench_at(i) + interval '1 hour 500 microseconds' AS at
      FROM generate_series(0, $GROUPS - 1, 4) g, generate_series(g * 10, g * 10 + 1) i) AS moved;
INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
                       to_location_id, document_type, document_number, partner_id, occurred_at,
                       recorded_at, actor, note, from_arrived_at, from_stock_since, entry_id)
SELECT '$COMPANY', pg_temp.bench_id(6, i, i), 3, pg_temp.bench_id(1, i, i), 1,
       pg_temp.bench_place(i), 'CUSTOMER', 'delivery_note', 'DN-' || g,
       'customer-' || pg_temp.bench_zipf(g, 10, 5000), at, at, 'bench', '',
       pg_temp.bench_at(g * 10 + 5), pg_temp.bench_at(g * 10 + 5),
       pg_temp.bench_id(10, g * 10 + 5, g)
FROM (SELECT g, i, pg_temp.bench_at(i) + interval '2 days' AS at
      FROM generate_series(0, $GROUPS - 1) g, generate_series(g * 10 + 5, g * 10 + 9) i
      WHERE g % 5 < 2) AS sold;
INSERT INTO audit_entries (company, entry_id, recorded_at, actor, caller, peer, certificate,
                           method, request_id, trace_id, lot_ids, lot_count)
SELECT '$COMPANY', pg_temp.bench_id(10, g * 10 + 5, g),
       pg_temp.bench_at(g * 10 + 5) + interval '2 days', 'bench', '', '10.0.0.7', '',
       'lots.v1.StockService/RecordMovements', 'DN-' || g, '',
       ARRAY[pg_temp.bench_id(1, g * 10 + 5, g * 10 + 5)], 5
FROM generate_series(0, $GROUPS - 1) g WHERE g % 5 < 2;
INSERT INTO deliveries (company, movement_id, returnable)
SELECT '$COMPANY', pg_temp.bench_id(6, i, i), 1
FROM generate_series(0, $GROUPS - 1) g, generate_series(g * 10 + 5, g * 10 + 9) i WHERE g % 5 < 2;

CREATE TEMP TABLE bench_sums ON COMMIT DROP AS
SELECT lot, sum(quantity) AS used, max(at) AS at FROM bench_used GROUP BY lot;
CREATE TEMP TABLE bench_stock ON COMMIT DROP AS
SELECT i, i % 10 AS role, coalesce(s.used, 0) AS used, s.at AS used_at,
       pg_temp.bench_at(CASE WHEN i % 10 < 5 THEN i ELSE i / 10 * 10 + 5 END) AS since,
       CASE WHEN i % 10 > 4 AND i / 10 % 5 < 2 THEN pg_temp.bench_at(i) + interval '2 days'
       END AS sold_at,
       CASE WHEN i % 10 < 2 AND i / 10 % 4 = 0 THEN 10 ELSE 0 END AS moved,
       CASE WHEN i % 10 = 4 THEN pg_temp.bench_at(i)
            WHEN i % 10 > 4 THEN pg_temp.bench_at(i / 10 * 10 + 5) END
         + interval '100 microseconds' AS made_at
FROM generate_series(0, $GROUPS * 10 - 1) i LEFT JOIN bench_sums s ON s.lot = i;
INSERT INTO balances (company, lot_id, location_id, product_id, kind, is_serial, quantity,
                      arrived_at, stock_since, last_recorded_at)
SELECT '$COMPANY', pg_temp.bench_id(1, i, i), location,
       CASE WHEN role < 4 THEN 'RAW-' || pg_temp.bench_zipf(i, 1, $PRODUCTS / 2)
            WHEN role = 4 THEN 'MIX-' || pg_temp.bench_zipf(i, 2, $PRODUCTS / 10)
            ELSE 'UNIT-' || pg_temp.bench_zipf(i / 10, 3, $PRODUCTS * 4 / 10) END,
       kind, role > 4, quantity, CASE WHEN quantity <> 0 AND kind IN (1, 4) THEN arrived END,
       CASE WHEN quantity <> 0 AND kind = 1 THEN since END, last
FROM (
  SELECT i, role, since, since AS arrived, pg_temp.bench_place(i) AS location, 1 AS kind,
         CASE WHEN role < 5 THEN 1000000 - used - moved
              WHEN sold_at IS NOT NULL THEN 0 ELSE 1 END AS quantity,
         greatest(since, made_at, used_at, sold_at,
                  CASE WHEN moved > 0 THEN since + interval '1 hour 500 microseconds' END) AS last
  FROM bench_stock
  UNION ALL
  SELECT i, role, since, since, 'SUPPLIER', 3, -1000000, since FROM bench_stock WHERE role < 4
  UNION ALL
  SELECT i, role, since, since, 'PRODUCTION', 5,
         used - CASE WHEN role < 4 THEN 0 WHEN role = 4 THEN 1000000 ELSE 1 END,
         greatest(made_at, used_at)
  FROM bench_stock WHERE role > 3 OR used > 0
  UNION ALL
  SELECT i, role, since, since + interval '1 hour 500 microseconds',
         'BIN-' || pg_temp.bench_zipf(i, 9, 200), 1, 10, since + interval '1 hour 500 microseconds'
  FROM bench_stock WHERE moved > 0
  UNION ALL
  SELECT i, role, since, sold_at, 'CUSTOMER', 4, 1, sold_at
  FROM bench_stock WHERE sold_at IS NOT NULL
) AS side;
)sql";

// A month before the first lot, one a second, found at WH-1.
const char kFactoryBoardsSql[] = R"sql(
CREATE TEMP TABLE bench_boards ON COMMIT DROP AS
SELECT (lpad(to_hex((ms << 16) | 28672 | (n & 4095)), 16, '0')
        || to_hex((-9223372036854775808)::bigint | (7::bigint << 58)
                  | (n * 2654435761 & 288230376151711743)))::uuid AS lot_id,
       (lpad(to_hex((ms << 16) | 28672 | (n & 4095)), 16, '0')
        || to_hex((-9223372036854775808)::bigint | (8::bigint << 58)
                  | (n * 2654435761 & 288230376151711743)))::uuid AS movement_id,
       'BD' || lpad(n::text, 8, '0') AS number, to_timestamp(ms / 1000.0::float8) AS at
FROM (SELECT n, $FIRST - 2592000000 + n * 1000 AS ms
      FROM generate_series(0::bigint, $BOARDS - 1) n) AS board;
INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number, number_key,
                  reference, search_key, notes, attributes, state, version, created_by, created_at,
                  updated_at)
SELECT '$COMPANY', lot_id, 'BOARD', 3, 0, false, number, lower(number), '', lower(number) || E'\n',
       '', '{}', 2, 1, 'bench', at, at
FROM bench_boards;
INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
                       to_location_id, document_type, document_number, partner_id, occurred_at,
                       recorded_at, actor, note)
SELECT '$COMPANY', movement_id, 8, lot_id, 1, 'ADJUSTMENT', 'WH-1', '', '', '', at, at, 'bench', ''
FROM bench_boards;
INSERT INTO balances (company, lot_id, location_id, product_id, kind, is_serial, quantity,
                      arrived_at, stock_since, last_recorded_at)
SELECT '$COMPANY', lot_id, location_id, 'BOARD', kind, true, quantity,
       CASE kind WHEN 1 THEN at END, CASE kind WHEN 1 THEN at END, at
FROM bench_boards,
     (VALUES ('WH-1', 1, 1), ('ADJUSTMENT', 7, -1)) AS side (location_id, kind, quantity);
)sql";

const char kFactoryEndSql[] = R"sql(
DROP TABLE bench_orders, bench_used, bench_sums, bench_stock, bench_boards;
DROP FUNCTION pg_temp.bench_id, pg_temp.bench_at, pg_temp.bench_zipf, pg_temp.bench_chance,
  pg_temp.bench_place;
)sql";

}  // namespace lots::bench
