// Hot statements find their rows by an index: judged by EXPLAIN, and by what PostgreSQL counts, on
// a factory whose tables have statistics.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/domain/movement.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/locations.h"
#include "storage/lots/read.h"
#include "storage/stock/movements.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/bench/bench.h"
#include "tests/bench/factory.h"
#include "tests/support/database/test_database.h"

namespace lots::bench {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Factory kSmall{.lots = 8'000};

// Tables that grow for years: reading one from end to end is only right for a report.
constexpr const char* kLarge[] = {"lots",
                                  "balances",
                                  "movements",
                                  "transformations",
                                  "transformation_inputs",
                                  "transformation_outputs",
                                  "assignments",
                                  "work_orders",
                                  "holds",
                                  "recall_members",
                                  "requests",
                                  "audit_entries"};

// Select plans for the values it is given, so the plan that a connection keeps is asked for within.
constexpr char kExplain[] = R"sql(
CREATE FUNCTION pg_temp.explain_kept(statement text) RETURNS SETOF text LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) EXECUTE ' || statement LOOP RETURN NEXT line; END LOOP;
END $$)sql";

// What autovacuum does is done by the tests, and not at some moment or other.
constexpr char kLeaveAlone[] = R"sql(
DO $$ DECLARE name regclass;
BEGIN
  FOR name IN SELECT oid FROM pg_class
              WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name);
  END LOOP;
END $$)sql";

// What a factory does not have: holds that stand and that do not, recalls, requests.
constexpr char kMore[] = R"sql(
INSERT INTO holds (company, hold_id, lot_id, cause, reason, exempt_location_ids, placed_by,
                   placed_at, released_by, released_at, release_note)
SELECT 'main', md5('hold' || lot_id)::uuid, lot_id, 1, 'test', '{}', 'test', now(),
       CASE WHEN n % 4 > 0 THEN 'test' END, CASE WHEN n % 4 > 0 THEN now() END,
       CASE WHEN n % 4 > 0 THEN '' END
FROM (SELECT lot_id, row_number() OVER () AS n FROM lots WHERE company = 'main' LIMIT 5000) AS held;
INSERT INTO recalls (company, recall_id, reason, state, drill, exempt_location_ids, opened_by,
                     opened_at, open_micros)
SELECT 'main', 'R-' || n, 'test', 1, n % 2 = 0, '{}', 'test', now(), 0
FROM generate_series(1, 50) n;
INSERT INTO recall_members (company, lot_id, recall_id, depth, certain, joined_at)
SELECT 'main', lot_id, 'R-' || n % 50 + 1, 1, true, now()
FROM (SELECT lot_id, row_number() OVER () AS n FROM lots WHERE company = 'main' AND tracking = 2
      LIMIT 3000) AS member;
UPDATE lots SET attributes = '{"plant": {"text": "north"}}' WHERE company = 'main';
UPDATE lots SET attributes = '{"plant": {"text": "north"}, "colour": {"text": "red"}}',
                created_by = 'seldom', updated_at = '2001-01-01'
WHERE lot_id IN (SELECT lot_id FROM lots WHERE company = 'main' ORDER BY created_at LIMIT 3);
UPDATE movements SET document_type = 'seldom', partner_id = 'seldom', actor = 'seldom'
WHERE lot_id IN (SELECT lot_id FROM lots WHERE company = 'main' ORDER BY created_at LIMIT 3);
INSERT INTO locations (company, location_id, kind, display_name, gln, street, city, region,
                       postal_code, country, phone, is_default, created_at, updated_at)
VALUES ('main', 'SELDOM', 1, '', '', '', '', '', '', '', '', false, now(), now());
INSERT INTO balances (company, lot_id, location_id, product_id, kind, is_serial, quantity,
                      last_recorded_at)
SELECT company, lot_id, 'SELDOM', product_id, 1, false, 1, now()
FROM lots WHERE company = 'main' AND tracking = 2 ORDER BY created_at LIMIT 3;
INSERT INTO requests (company, request_id, method, payload_hash, made, created_at)
SELECT 'main', 'old-' || n, 'test', '', '{}', now() FROM generate_series(1, 5000) n;
ANALYZE;
)sql";

class HotStatements : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = std::make_unique<TestDatabase>(TestDatabase::kMigrated);
    db_ = database_->Connect();
    Execute(*db_, kLeaveAlone);
    FillFactory(*db_, kSmall);
    Execute(*db_, kMore);
    Execute(*db_, kExplain);
  }
  static void TearDownTestSuite() {
    db_.reset();
    database_.reset();
  }

  static WriteContext Context() {
    static int requests = 0;
    return {.company = CompanyId(kFactory),
            .request_id = absl::StrCat("hot-", ++requests),
            .method = "test",
            .payload_hash = "hash",
            .actor = "test",
            .now = absl::Now()};
  }
  // The hot operations, once each.
  void Read();
  void Write();
  static LotId Lot(int64_t lot) { return LotId(LotIdOf(kSmall, lot)); }

  // How often each table was read from end to end, and each index was used.
  static std::map<std::string, int64_t> Scans() {
    Select(*db_, "SELECT pg_stat_force_next_flush()::text");
    std::map<std::string, int64_t> scans;
    for (const pg::Row row : Select(*db_,
                                    "SELECT relname, seq_scan FROM pg_stat_user_tables UNION ALL "
                                    "SELECT indexrelname, idx_scan FROM pg_stat_user_indexes")) {
      scans[row.Get<std::string>(0)] = row.Get<int64_t>(1);
    }
    return scans;
  }
  // The tables and indexes that were scanned meanwhile.
  static std::set<std::string> ScannedBy(const std::function<void()>& work) {
    const std::map<std::string, int64_t> before = Scans();
    work();
    std::set<std::string> scanned;
    for (const auto& [name, count] : Scans()) {
      if (count > before.at(name)) scanned.insert(name);
    }
    return scanned;
  }

  static std::unique_ptr<TestDatabase> database_;
  static std::unique_ptr<pg::Connection> db_;
};

std::unique_ptr<TestDatabase> HotStatements::database_;
std::unique_ptr<pg::Connection> HotStatements::db_;

std::vector<std::string> LargeAmong(const std::set<std::string>& scanned) {
  std::vector<std::string> large;
  std::copy_if(std::begin(kLarge), std::end(kLarge), std::back_inserter(large),
               [&](const char* table) { return scanned.contains(table); });
  return large;
}

void HotStatements::Read() {
  const CompanyId company(kFactory);
  ASSERT_TRUE(GetLot(*db_, company, Lot(10), absl::Now()).ok());
  ASSERT_TRUE(ListLotLocations(*db_, {.company = company, .lot_id = Lot(10)}).ok());
  FindLotsQuery find{.company = company, .numbers = {NumberOf(10)}};
  ASSERT_TRUE(FindLots(*db_, find).ok());
  find.product_id = ProductId("RAW-1");
  ASSERT_TRUE(FindLots(*db_, find).ok());
}

// Serials are assigned and completed out of a lot in WH-1, some of which is moved.
void HotStatements::Write() {
  constexpr int64_t kComponent = 7'041;
  static int orders = 0;
  const WorkOrderId work_order(absl::StrCat("BW-", ++orders));
  const auto recorded = RecordMovements(*db_, {.context = Context(),
                                               .movements = {{.kind = MovementKind::kTransfer,
                                                              .lot = {.lot_id = Lot(kComponent)},
                                                              .quantity = Quantity::FromUnits(1),
                                                              .from = LocationId("WH-1"),
                                                              .to = LocationId("TRUCK"),
                                                              .occurred_at = absl::Now()}}});
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  const auto assigned = AssignSerials(
      *db_,
      {.context = Context(), .work_order = work_order, .product = ProductId("GADGET"), .count = 3});
  ASSERT_TRUE(assigned.ok()) << assigned.status();
  CompletionCommand completion{.context = Context(),
                               .work_order = work_order,
                               .planned_serial_count = 3,
                               .destination = LocationId("WH-1"),
                               .source = LocationId("WH-1"),
                               .close = true,
                               .occurred_at = absl::Now()};
  completion.components.push_back(
      {.lot = {.lot_id = Lot(kComponent)}, .quantity = Quantity::FromUnits(1)});
  const auto completed = CompleteWorkOrder(*db_, completion);
  ASSERT_TRUE(completed.ok()) << completed.status();
}

// The statements that the connection has prepared, with their plans. The plan is made once for all
// values, so none have to be given.
std::map<std::string, std::string> Plans(pg::Connection& db) {
  std::map<std::string, std::string> plans;
  for (const pg::Row row : Select(db,
                                  "SELECT name, cardinality(parameter_types) "
                                  "FROM pg_prepared_statements")) {
    const std::string name = row.Get<std::string>(0);
    const std::vector<std::string> values(row.Get<int64_t>(1), "NULL");
    const bool explains = name != "begin" && name != "commit" && name != "begin_snapshot";
    if (!explains) continue;
    const std::string arguments =
        values.empty() ? "" : absl::StrCat("(", absl::StrJoin(values, ", "), ")");
    for (const pg::Row line :
         Select(db, absl::StrCat("SELECT pg_temp.explain_kept('", name, arguments, "')"))) {
      absl::StrAppend(&plans[name], line.Get<std::string>(0), "\n");
    }
  }
  return plans;
}

TEST_F(HotStatements, NoPreparedStatementReadsALargeTableFromEndToEnd) {
  Read();
  Write();
  const std::map<std::string, std::string> plans = Plans(*db_);
  EXPECT_GT(plans.size(), 20u);
  for (const auto& [name, plan] : plans) {
    for (const char* table : kLarge) {
      EXPECT_FALSE(absl::StrContains(plan, absl::StrCat("Seq Scan on ", table, "\n")) ||
                   absl::StrContains(plan, absl::StrCat("Seq Scan on ", table, " ")))
          << name << "\n"
          << plan;
    }
  }
}

TEST_F(HotStatements, EachUsesItsIndex) {
  constexpr std::pair<const char*, const char*> kIndexes[] = {
      {"find_lots_by_id", "lots_pkey"},
      {"find_lots_by_number", "lots_by_number"},
      {"find_product_lots_by_number", "Index Scan using lots_"},
      {"list_lot_locations", "balances_pkey"},
      {"read_on_hand_of_lots", "balances_pkey"},
      {"read_hold_causes_of_lots", "holds_standing"},
      {"read_hold_causes_of_lots", "recall_members_pkey"},
      {"ledger_read_holds", "holds_standing"},
      {"ledger_read_serial_places", "balances_pkey"},
      {"ledger_lock_balances", "balances_pkey"},
      {"ledger_update_balances", "balances_pkey"},
      {"lock_planned_serials", "assignments_planned"},
  };
  Read();
  Write();
  const std::map<std::string, std::string> plans = Plans(*db_);
  for (const auto& [name, index] : kIndexes) {
    const auto plan = plans.find(name);
    ASSERT_NE(plan, plans.end()) << name << " was not run";
    EXPECT_THAT(plan->second, HasSubstr(index)) << name;
  }
}

TEST_F(HotStatements, ListsAndSearchesReadTheirIndexAndNoLargeTable) {
  const struct {
    const char* what;
    ListLotsQuery query;
    const char* index;
  } kCases[] = {
      {"newest first", {}, "lots_by_creation"},
      {"by number", {.order_by = "number"}, "lots_by_number"},
      {"of a product", {.query = {.filter = "product_id = RAW-1"}}, "lots_by_product_creation"},
      {"substring", {.query = {.text = "000543"}}, "lots_search"},
      {"prefix", {.query = {.filter = "number = \"SN000012*\""}}, "lots_by_number"},
  };
  for (const auto& [what, asked, index] : kCases) {
    ListLotsQuery query = asked;
    query.query.company = CompanyId(kFactory);
    query.now = absl::Now();
    query.limit = 50;
    const std::set<std::string> scanned = ScannedBy([&] {
      const auto page = ListLots(*db_, query);
      ASSERT_TRUE(page.ok()) << what << ": " << page.status();
      EXPECT_FALSE(page->lots.empty()) << what;
    });
    EXPECT_THAT(LargeAmong(scanned), IsEmpty()) << what;
    EXPECT_THAT(scanned, Contains(index)) << what;
  }
}

// What few lots meet is found by an index; what many meet, among the next lots of the page.
TEST_F(HotStatements, FiltersReadTheirIndexOrTheOrderOfThePage) {
  const struct {
    const char* filter;
    const char* index;
  } kCases[] = {
      {"attributes.colour = red", "lots_attributes"},
      {"attributes.colour:*", "lots_attributes"},
      {"attributes.plant = north", "lots_by_creation"},
      {"creator = seldom", "lots_by_creator"},
      {"update_time < 2002-01-01", "lots_by_update"},
      {"location_id = SELDOM", "balances_by_location"},
      {"location_id = \"WH-1\"", "lots_by_creation"},
      {"partner_id = seldom", "movements_by_partner"},
      {"document_type = seldom", "movements_by_document_type"},
      {"hold_cause = LOT", "lots_by_creation"},
  };
  for (const auto& [filter, index] : kCases) {
    const std::set<std::string> scanned = ScannedBy([&] {
      const auto page = ListLots(*db_, {.query = {.company = CompanyId(kFactory), .filter = filter},
                                        .limit = 3,
                                        .now = absl::Now()});
      ASSERT_TRUE(page.ok()) << filter << ": " << page.status();
      EXPECT_FALSE(page->lots.empty()) << filter;
    });
    EXPECT_THAT(LargeAmong(scanned), IsEmpty()) << filter;
    EXPECT_THAT(scanned, Contains(index)) << filter;
  }
}

TEST_F(HotStatements, FiltersOfMovementsReadTheirIndex) {
  const struct {
    const char* filter;
    const char* index;
  } kCases[] = {
      {"partner_id = seldom", "movements_by_partner"},
      {"document_type = seldom", "movements_by_document_type"},
  };
  for (const auto& [filter, index] : kCases) {
    const std::set<std::string> scanned = ScannedBy([&] {
      ASSERT_TRUE(
          ListMovements(
              *db_, {.company = CompanyId(kFactory), .filter = filter, .after = {}, .limit = 50})
              .ok())
          << filter;
    });
    EXPECT_THAT(LargeAmong(scanned), IsEmpty()) << filter;
    EXPECT_THAT(scanned, Contains(index)) << filter;
  }
}

// New lots wait in a list beside the index, which every search reads whole: it has to be short,
// however many lots were written since the last VACUUM.
TEST_F(HotStatements, SearchReadsLittleThatIsNotInItsIndexYet) {
  constexpr char kWriteMany[] = R"sql(
BEGIN;
SET LOCAL session_replication_role = replica;
CREATE TEMP TABLE more ON COMMIT DROP AS
SELECT l.* FROM lots l, generate_series(1, 20) WHERE company = 'main' ORDER BY lot_id LIMIT 20000;
UPDATE more SET lot_id = gen_random_uuid(), number_key = gen_random_uuid()::text,
                search_key = gen_random_uuid()::text;
INSERT INTO lots SELECT * FROM more;
ROLLBACK)sql";
  constexpr int64_t kPagesWaitingMax = 64;
  const auto pages_read = [&] {
    const char* const kRead =
        "SELECT (idx_blks_hit + idx_blks_read)::bigint FROM pg_statio_user_indexes "
        "WHERE indexrelname = 'lots_search'";
    Select(*db_, "SELECT pg_stat_force_next_flush()::text");
    const int64_t before = SelectNumber(*db_, kRead);
    Check(ListLots(*db_, {.query = {.company = CompanyId(kFactory), .text = "000543"},
                          .limit = 50,
                          .now = absl::Now()})
              .ok());
    Select(*db_, "SELECT pg_stat_force_next_flush()::text");
    return SelectNumber(*db_, kRead) - before;
  };
  Execute(*db_, kWriteMany);
  const int64_t waiting = pages_read();
  Select(*db_, "SELECT gin_clean_pending_list('lots_search')::text");
  const int64_t indexed = pages_read();
  EXPECT_GT(indexed, 0);
  EXPECT_LE(waiting - indexed, kPagesWaitingMax);
}

// A page deep in a list begins where the last one ended, instead of counting up to it.
TEST_F(HotStatements, DeepPageReadsAsManyRowsAsTheFirst) {
  const auto rows_read = [&](const ListPosition& after) {
    const char* const kRead =
        "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'lots_by_creation'";
    Select(*db_, "SELECT pg_stat_force_next_flush()::text");
    const int64_t before = SelectNumber(*db_, kRead);
    const auto page = ListLots(*db_, {.query = {.company = CompanyId(kFactory)},
                                      .after = after,
                                      .limit = 50,
                                      .now = absl::Now()});
    Check(page.ok());
    Select(*db_, "SELECT pg_stat_force_next_flush()::text");
    return std::pair(SelectNumber(*db_, kRead) - before, page->after);
  };
  auto [first, after] = rows_read({});
  int64_t deep = 0;
  for (int page = 0; page < 100; ++page) std::tie(deep, after) = rows_read(after);
  EXPECT_GT(first, 0);
  EXPECT_LT(deep, 2 * first);
}

}  // namespace
}  // namespace lots::bench
