// When plans are made: kept for few values, made for the values where there are many, dropped when
// tables have grown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "storage/pg/pool.h"
#include "storage/pg/table_growth.h"
#include "tests/support/database/test_database.h"

namespace lots::pg {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr Statement kFind{"test_plans_find", "SELECT count(*) FROM things WHERE id = ANY($1)"};
constexpr Statement kPlans{"test_plans_made",
                           "SELECT generic_plans, custom_plans FROM pg_prepared_statements "
                           "WHERE name = 'test_plans_find'"};

class PlansTest : public ::testing::Test {
 protected:
  PlansTest() {
    database_.Execute(
        "CREATE TABLE things (id int8 CONSTRAINT things_pkey PRIMARY KEY, name text) "
        "WITH (autovacuum_enabled = off);"
        // So that a long text takes its place in the page.
        "ALTER TABLE things ALTER COLUMN name SET STORAGE PLAIN");
    db_ = database_.Connect();
  }

  static std::vector<int64_t> Many() { return std::vector<int64_t>(kCustomPlanArrayMin, 1); }
  static std::vector<int64_t> Few() { return std::vector<int64_t>(kCustomPlanArrayMin - 1, 1); }

  // How often kFind was planned for any values, and for its values.
  std::pair<int64_t, int64_t> PlansMade() {
    const auto made = Query(*db_, kPlans);
    EXPECT_TRUE(made.ok()) << made.status();
    return {(*made)[0].Get<int64_t>(0), (*made)[0].Get<int64_t>(1)};
  }
  void AddRows(int64_t rows) {
    const absl::Status added = db_->RunScript(
        "test", absl::StrCat("INSERT INTO things SELECT (SELECT coalesce(max(id), 0) FROM things) "
                             "+ n, '' FROM generate_series(1, ",
                             rows, ") n; SELECT pg_stat_force_next_flush()"));
    EXPECT_TRUE(added.ok()) << added;
  }
  // Rows of so many pages of 8 KiB, or a few more.
  void AddPages(int pages) {
    database_.Execute(
        absl::StrCat("INSERT INTO things SELECT (SELECT coalesce(max(id), 0) FROM things) + n, "
                     "repeat('x', 3000) FROM generate_series(1, ",
                     2 * pages, ") n"));
  }

  TestDatabase database_;
  std::unique_ptr<Connection> db_;
};

TEST_F(PlansTest, ManyValuesArePlannedFor) {
  ASSERT_TRUE(Query(*db_, kFind, Few()).ok());
  ASSERT_TRUE(Query(*db_, kFind, Many()).ok());
  EXPECT_THAT(PlansMade(), Pair(1, 1));
  ASSERT_TRUE(Query(*db_, kFind, Few()).ok());
  EXPECT_THAT(PlansMade(), Pair(2, 1)) << "the setting outlived its transaction";
}

TEST_F(PlansTest, OnePipelineAnswersInOrderWithManyAndFewValues) {
  AddPages(1);
  Pipeline pipeline(*db_);
  const size_t one = pipeline.Add(kFind, std::vector<int64_t>{1, 2});
  const size_t two = pipeline.Add(kFind, Many());
  const size_t three = pipeline.Add(kFind, Many());
  const auto results = pipeline.Send();
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[one][0].Get<int>(0), 2);
  EXPECT_EQ((*results)[two][0].Get<int>(0), 1);
  EXPECT_EQ((*results)[three][0].Get<int>(0), 1);
}

TEST_F(PlansTest, WritesArePlannedForManyValuesAndSnapshotsAreNot) {
  {
    Transaction write(*db_);
    write.Add(kFind, Many());
    ASSERT_TRUE(write.Commit().ok());
  }
  EXPECT_THAT(PlansMade(), Pair(0, 1));
  {
    Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
    snapshot.Add(kFind, Many());
    ASSERT_TRUE(snapshot.Commit().ok());
  }
  EXPECT_THAT(PlansMade(), Pair(1, 1));
}

TEST_F(PlansTest, AnErrorAmongManyValuesIsTheStatementsOwn) {
  constexpr Statement kFail{"test_plans_fail", "SELECT 1 / (cardinality($1) * 0)"};
  const auto failed = Query(*db_, kFail, Many());
  EXPECT_EQ(SqlState(failed.status()), "22012") << failed.status();
  EXPECT_TRUE(db_->usable());
}

TEST_F(PlansTest, GrowthIsFoundOnceATableHasDoubled) {
  TableGrowth growth;
  AddRows(1'000);
  EXPECT_THAT(*growth.Grown(*db_), IsEmpty()) << "there is nothing to compare with yet";
  AddRows(500);
  EXPECT_THAT(*growth.Grown(*db_), IsEmpty());
  AddRows(500);
  const std::vector<std::string> grown = *growth.Grown(*db_);
  EXPECT_THAT(grown, ElementsAre("things"));
  EXPECT_THAT(*growth.Grown(*db_), IsEmpty()) << "the same growth was found twice";

  ASSERT_TRUE(Analyze(*db_, grown).ok());
  constexpr Statement kRows{"test_plans_rows",
                            "SELECT reltuples::bigint FROM pg_class WHERE relname = 'things'"};
  EXPECT_EQ((*Query(*db_, kRows))[0].Get<int64_t>(0), 2'000);
}

TEST_F(PlansTest, SmallTablesMayDouble) {
  TableGrowth growth;
  AddRows(100);
  ASSERT_THAT(*growth.Grown(*db_), IsEmpty());
  AddRows(kRowsGrownMin - 1);
  EXPECT_THAT(*growth.Grown(*db_), IsEmpty());
}

TEST_F(PlansTest, GrowthIsFoundBesideALockAndStatisticsWaitForNone) {
  TableGrowth growth;
  AddRows(1'000);
  ASSERT_THAT(*growth.Grown(*db_), IsEmpty());
  AddRows(1'000);
  const auto locking = database_.Connect();
  ASSERT_TRUE(locking->RunScript("test", "BEGIN; LOCK TABLE things").ok());
  db_->set_deadline(absl::Now() + absl::Seconds(20));
  EXPECT_THAT(*growth.Grown(*db_), ElementsAre("things"));
  EXPECT_EQ(SqlState(Analyze(*db_, {"things"})), "55P03");
  EXPECT_TRUE(db_->usable());
  locking->Rollback();
}

TEST_F(PlansTest, PoolDropsPlansOfIdleAndOfBusyConnections) {
  constexpr Statement kScan{"test_plans_scan", "SELECT count(*) FROM things WHERE id = $1"};
  constexpr Statement kScans{"test_plans_scans",
                             "SELECT pg_stat_get_xact_numscans('things'::regclass)"};
  Pool pool({.connection = database_.options(), .connections_max = 1});
  const auto seq_scans = [&]() -> int64_t {
    auto lease = pool.Acquire(absl::Now() + absl::Seconds(20));
    EXPECT_TRUE(lease.ok()) << lease.status();
    Transaction transaction(**lease);
    const size_t before = transaction.Add(kScans);
    transaction.Add(kScan, int64_t{1});
    const size_t after = transaction.Add(kScans);
    const auto results = transaction.Commit();
    EXPECT_TRUE(results.ok()) << results.status();
    if (!results.ok()) return -1;
    return (*results)[after][0].Get<int64_t>(0) - (*results)[before][0].Get<int64_t>(0);
  };
  database_.Execute("INSERT INTO things VALUES (1, ''); ANALYZE things");
  ASSERT_EQ(seq_scans(), 1) << "one page is read from end to end";
  AddPages(500);
  ASSERT_EQ(seq_scans(), 1) << "the plan is kept";
  pool.DropPlans();
  EXPECT_EQ(seq_scans(), 0);
  EXPECT_EQ(pool.gauge().opened_total, 1);
}

}  // namespace
}  // namespace lots::pg
