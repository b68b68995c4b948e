// Reads of one snapshot over two connections.
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/pg/error.h"
#include "storage/pg/parallel_reads.h"
#include "storage/pg/pool.h"
#include "tests/support/database/test_database.h"

namespace lots::pg {
namespace {

constexpr Statement kPidAndNumber{"test_spread_pid", "SELECT pg_backend_pid(), $1::int8"};
constexpr Statement kCountThings{"test_spread_count", "SELECT count(*) FROM things"};
constexpr Statement kFail{"test_spread_fail", "SELECT 1 / ($1::int8 - 1)"};
constexpr Statement kNap{"test_spread_nap", "SELECT pg_sleep($1::int8)"};

class ParallelReadsTest : public ::testing::Test {
 protected:
  ParallelReadsTest()
      : pool_({.connection = database_.options(), .connections_max = 4}), db_(database_.Connect()) {
    database_.Execute("CREATE TABLE things (id int8)");
  }

  // The backends that answer `count` statements, each of which says its number.
  std::set<int> BackendsOf(ParallelReads& reads, int count) {
    for (int64_t i = 0; i < count; ++i) reads.Add(kPidAndNumber, i);
    EXPECT_TRUE(reads.SendAsync().ok());
    std::set<int> backends;
    for (int64_t i = 0; i < count; ++i) {
      const auto rows = reads.Take();
      EXPECT_TRUE(rows.ok()) << rows.status();
      if (!rows.ok()) return backends;
      backends.insert((*rows)[0].Get<int>(0));
      EXPECT_EQ((*rows)[0].Get<int64_t>(1), i);
    }
    return backends;
  }

  TestDatabase database_;
  Pool pool_;
  std::unique_ptr<Connection> db_;
};

TEST_F(ParallelReadsTest, OneBackendAnswersUntilTheReadsAreWidened) {
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  ParallelReads reads(snapshot, *db_, &pool_);

  EXPECT_EQ(BackendsOf(reads, 5).size(), 1U);
  ASSERT_TRUE(reads.AddConnection().ok());
  EXPECT_EQ(BackendsOf(reads, 5).size(), 2U);
  EXPECT_EQ(BackendsOf(reads, 1).size(), 1U);
}

TEST_F(ParallelReadsTest, TheServerKnowsWhoseWorkBothDo) {
  constexpr Statement kName{"test_spread_name", "SELECT current_setting('application_name')"};
  constexpr char kTrace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  db_->set_traceparent(kTrace);
  {
    Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
    ParallelReads reads(snapshot, *db_, &pool_);
    ASSERT_EQ(BackendsOf(reads, 1).size(), 1U);
    ASSERT_TRUE(reads.AddConnection().ok());
    ASSERT_EQ(BackendsOf(reads, 2).size(), 2U);

    reads.Add(kName);
    reads.Add(kName);
    ASSERT_TRUE(reads.SendAsync().ok());

    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ((*reads.Take())[0].Get<std::string>(0), absl::StrCat("lotd ", kTrace));
    }
  }
  // The one that was lent goes back without it.
  const auto lent = pool_.Acquire(absl::InfiniteFuture());
  ASSERT_TRUE(lent.ok()) << lent.status();
  EXPECT_EQ((*lent)->application_name(), "");
}

TEST_F(ParallelReadsTest, BothSeeTheFirstOnesSnapshot) {
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  ParallelReads reads(snapshot, *db_, &pool_);
  ASSERT_EQ(BackendsOf(reads, 1).size(), 1U);
  database_.Execute("INSERT INTO things VALUES (1)");
  ASSERT_TRUE(reads.AddConnection().ok());

  reads.Add(kCountThings);
  reads.Add(kCountThings);
  ASSERT_TRUE(reads.SendAsync().ok());

  for (int i = 0; i < 2; ++i) {
    const auto counted = reads.Take();
    ASSERT_TRUE(counted.ok()) << counted.status();
    EXPECT_EQ((*counted)[0].Get<int64_t>(0), 0);
  }
}

TEST_F(ParallelReadsTest, WithoutASpareConnectionOneBackendAnswersEverything) {
  const auto busy = pool_.Acquire(absl::InfiniteFuture());
  const auto busy_too = pool_.Acquire(absl::InfiniteFuture());
  ASSERT_TRUE(busy.ok() && busy_too.ok());
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  ParallelReads reads(snapshot, *db_, &pool_);

  ASSERT_TRUE(reads.AddConnection().ok());
  EXPECT_EQ(BackendsOf(reads, 4).size(), 1U);
}

TEST_F(ParallelReadsTest, ASpareConnectionToAnotherServerIsNotUsed) {
  TestDatabase other;
  Pool elsewhere({.connection = other.options(), .connections_max = 4});
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  ParallelReads reads(snapshot, *db_, &elsewhere);

  ASSERT_TRUE(reads.AddConnection().ok());
  EXPECT_EQ(BackendsOf(reads, 4).size(), 1U);
  EXPECT_EQ(elsewhere.gauge().busy, 0);
}

TEST_F(ParallelReadsTest, TheSecondConnectionGoesBackClean) {
  {
    Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
    ParallelReads reads(snapshot, *db_, &pool_);
    ASSERT_TRUE(reads.AddConnection().ok());
    EXPECT_EQ(pool_.gauge().busy, 1);
    reads.Add(kCountThings);
    reads.Add(kCountThings);
    ASSERT_TRUE(reads.SendAsync().ok());
  }

  EXPECT_EQ(pool_.gauge().busy, 0);
  EXPECT_EQ(pool_.gauge().idle, 1);
}

TEST_F(ParallelReadsTest, AnErrorOfEitherIsTheAnswer) {
  for (const int64_t failing : {0, 1}) {
    Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
    ParallelReads reads(snapshot, *db_, &pool_);
    ASSERT_TRUE(reads.AddConnection().ok());
    for (int64_t i = 0; i < 2; ++i) reads.Add(kFail, i == failing ? 1 : 3);
    ASSERT_TRUE(reads.SendAsync().ok());

    for (int64_t i = 0; i <= failing; ++i) {
      const auto answer = reads.Take();
      EXPECT_EQ(answer.ok(), i != failing);
      EXPECT_EQ(SqlState(answer.status()), i == failing ? "22012" : "");
    }
  }
}

TEST_F(ParallelReadsTest, TheFirstOnesDeadlineHoldsForBoth) {
  db_->set_deadline(absl::Now() + absl::Seconds(1));
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  ParallelReads reads(snapshot, *db_, &pool_);
  ASSERT_TRUE(reads.AddConnection().ok());
  reads.Add(kCountThings);
  reads.Add(kNap, int64_t{60});
  ASSERT_TRUE(reads.SendAsync().ok());
  ASSERT_TRUE(reads.Take().ok());

  EXPECT_EQ(reads.Take().status().code(), absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace lots::pg
