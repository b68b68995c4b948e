// Writes the genealogies on which traces and recalls are measured.
#include "tests/bench/graph.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/bench/bench.h"

namespace lots::bench {
namespace {

// $C: the company. A lot's id is made of its level and its place there, so that rows that belong
// together need no look-up; it begins with a time, as the ids that lotd makes do (UUIDv7).
constexpr char kCatalog[] = R"sql(
INSERT INTO companies VALUES ('$C', true, true, 'UTC', 1, now(), now());
INSERT INTO products VALUES
  ('$C', 'part', 'Part', 2, 'pc', 0, '', NULL, NULL, NULL, NULL, false, 0, '', true, false, 1,
   now(), now());
INSERT INTO locations VALUES
  ('$C', 'STOCK', 1, '', NULL, '', '', '', '', '', '', '', false, now(), now()),
  ('$C', 'CUSTOMER', 4, '', NULL, '', '', '', '', '', '', '', true, now(), now()),
  ('$C', 'PRODUCTION', 5, '', NULL, '', '', '', '', '', '', '', true, now(), now()),
  ('$C', 'ADJUSTMENT', 7, '', NULL, '', '', '', '', '', '', '', true, now(), now());
CREATE FUNCTION pg_temp.bench_id(kind text, level int, place bigint) RETURNS uuid
  LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(1700000000000 + level * 10000000 + place), 12, '0') || '7' ||
          substr(md5('$C ' || kind || ' ' || level || ' ' || place), 14, 3) || '8' ||
          substr(md5('$C ' || place || ' ' || kind), 18, 15))::uuid $$;
CREATE TEMP TABLE bench_lots (level int, place bigint, lot_id uuid);
)sql";

// Lots of one level.
constexpr char kLevelLots[] = R"sql(
INSERT INTO bench_lots
SELECT $L, i, pg_temp.bench_id('lot', $L, i) FROM generate_series(0, $N - 1) i;
)sql";

// The transformations that make a level: number t makes lots 2t and 2t + 1 of three lots of the
// level before: one by place, so that all are reached, and two anywhere.
constexpr char kLevelSteps[] = R"sql(
INSERT INTO transformations
SELECT '$C', pg_temp.bench_id('step', $L, t), 1, NULL, now(), now(), 'bench', '', NULL
FROM generate_series(0, ($N - 1) / 2) t;
INSERT INTO transformation_inputs
SELECT '$C', pg_temp.bench_id('step', $L, t), line, pg_temp.bench_id('lot', $L - 1,
         CASE line WHEN 0 THEN t % $P ELSE (t * 7919 + line * 104729) % $P END), 1, NULL
FROM generate_series(0, ($N - 1) / 2) t, generate_series(0, 2) line;
INSERT INTO transformation_outputs
SELECT '$C', pg_temp.bench_id('step', $L, place / 2), place % 2, lot_id, 100, 1
FROM bench_lots WHERE level = $L;
)sql";

// Everything that hangs on a lot: 100 of it are made (of the seed more), one goes into each
// transformation that takes it, and of every third lot ten go to a customer. Numbers count up, as
// those of a template do.
constexpr char kStock[] = R"sql(
INSERT INTO lots
SELECT '$C', lot_id, 'part', 2, 0, false,
       CASE level WHEN 0 THEN 'SEED' ELSE 'L' || level || '-' || lpad(place::text, 7, '0') END,
       CASE level WHEN 0 THEN 'seed' ELSE 'l' || level || '-' || lpad(place::text, 7, '0') END,
       '', '', '', '{}',
       NULL, NULL, NULL, NULL, NULL, 2, 1, 'bench', now(), now()
FROM bench_lots;
CREATE TEMP TABLE bench_used AS
SELECT lot_id, count(*) AS used FROM transformation_inputs WHERE company = '$C' GROUP BY lot_id;
INSERT INTO balances
SELECT '$C', l.lot_id, 'STOCK', 'part', 1, false,
       CASE level WHEN 0 THEN 10000000 ELSE 100 END - coalesce(u.used, 0)
         - CASE place % 3 WHEN 2 THEN 10 ELSE 0 END, now(), now(), now()
FROM bench_lots l LEFT JOIN bench_used u USING (lot_id);
INSERT INTO balances
SELECT '$C', lot_id, 'CUSTOMER', 'part', 4, false, 10, now(), NULL, now()
FROM bench_lots WHERE place % 3 = 2;
INSERT INTO balances
SELECT '$C', l.lot_id, 'PRODUCTION', 'part', 5, false,
       coalesce(u.used, 0) - CASE level WHEN 0 THEN 10000000 ELSE 100 END, NULL, NULL, now()
FROM bench_lots l LEFT JOIN bench_used u USING (lot_id);
INSERT INTO movements
SELECT '$C', pg_temp.bench_id('made', level, place), 6, lot_id,
       CASE level WHEN 0 THEN 10000000 ELSE 100 END, 'PRODUCTION', 'STOCK', '', '', '', now(),
       now(), 'bench', '', NULL, NULL,
       CASE level WHEN 0 THEN NULL ELSE pg_temp.bench_id('step', level, place / 2) END, NULL
FROM bench_lots;
INSERT INTO movements
SELECT '$C', overlay(transformation_id::text PLACING '9' || line FROM 20 FOR 2)::uuid, 5, lot_id,
       1, 'STOCK', 'PRODUCTION', '',
       '', '', now(), now(), 'bench', '', NULL, NULL, transformation_id, NULL
FROM transformation_inputs WHERE company = '$C';
INSERT INTO movements
SELECT '$C', pg_temp.bench_id('sold', level, place), 3, lot_id, 10, 'STOCK', 'CUSTOMER',
       'delivery_note', 'DN-' || place, 'customer-' || place % 500, now(), now(), 'bench', '', NULL,
       NULL, NULL, NULL
FROM bench_lots WHERE place % 3 = 2;
INSERT INTO deliveries
SELECT '$C', pg_temp.bench_id('sold', level, place), 10 FROM bench_lots WHERE place % 3 = 2;
DROP TABLE bench_lots;
DROP TABLE bench_used;
DROP FUNCTION pg_temp.bench_id;
)sql";

// One statement at a time: the wire's extended protocol takes no more.
void ExecuteAll(pg::Connection& db, std::string sql) {
  size_t begin = 0;
  for (size_t end; (end = sql.find(";\n", begin)) != std::string::npos; begin = end + 2) {
    Execute(db, sql.substr(begin, end - begin));
  }
}

}  // namespace

Graph FillGraph(pg::Connection& db, const std::string& company, int64_t lots) {
  Graph graph{.company = company, .lots = lots};
  const auto run = [&](const char* sql, int level, int64_t size, int64_t before) {
    ExecuteAll(db, absl::StrReplaceAll(sql, {{"$C", company},
                                             {"$L", absl::StrCat(level)},
                                             {"$N", absl::StrCat(size)},
                                             {"$P", absl::StrCat(before)}}));
  };
  // Foreign keys are checked by triggers, row by row; these rows are right by construction.
  Execute(db, "SET session_replication_role = replica");
  run(kCatalog, 0, 0, 0);
  run(kLevelLots, 0, 1, 0);
  graph.reached = 1;
  int64_t before = 1;
  for (int level = 1; level <= kGraphLevels; ++level) {
    const int64_t wide = 2 * lots * level / (kGraphLevels * (kGraphLevels + 1));
    const int64_t size = wide < 2 ? 2 : wide;
    run(kLevelLots, level, size, before);
    run(kLevelSteps, level, size, before);
    graph.reached += size;
    graph.deliveries += size / 3;
    before = size;
  }
  run(kStock, 0, 0, 0);
  Execute(db, "SET session_replication_role = DEFAULT");
  // As autovacuum does in a while.
  Execute(db, "VACUUM ANALYZE");
  Execute(db, "CHECKPOINT");
  return graph;
}

}  // namespace lots::bench
