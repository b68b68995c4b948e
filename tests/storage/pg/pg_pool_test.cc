// The pool of connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/pg/pipeline.h"
#include "storage/pg/pool.h"
#include "tests/support/database/gate.h"
#include "tests/support/database/test_database.h"

namespace lots::pg {
namespace {

constexpr Statement kPid{"test_pool_pid", "SELECT pg_backend_pid()"};
constexpr Statement kOne{"test_pool_one", "SELECT 1"};
constexpr Statement kTerminateOthers{
    "test_pool_terminate",
    "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"};

class PingCounter : public StatementObserver {
 public:
  void OnStatement(const Statement& statement, absl::Duration, const absl::Status&) override {
    if (absl::string_view(statement.name) == "ping") ++count;
  }
  std::atomic<int> count = 0;
};

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

class PoolTest : public ::testing::Test {
 protected:
  PoolOptions Options(int connections_max) const {
    return {.connection = database_.options(), .connections_max = connections_max};
  }

  static int PidOf(Connection& db) {
    const auto pid = Query(db, kPid);
    EXPECT_TRUE(pid.ok()) << pid.status();
    return pid.ok() ? (*pid)[0].Get<int>(0) : 0;
  }
  // Of a connection that was leased, asked and returned.
  static int PidOf(Pool& pool) {
    auto lease = pool.Acquire(Soon());
    EXPECT_TRUE(lease.ok()) << lease.status();
    return lease.ok() ? PidOf(**lease) : 0;
  }

  TestDatabase database_;
};

TEST_F(PoolTest, ConnectionIsUsedAgain) {
  Pool pool(Options(2));

  const int first = PidOf(pool);

  EXPECT_EQ(PidOf(pool), first);
  EXPECT_EQ(pool.gauge().opened_total, 1);
}

TEST_F(PoolTest, TheOneUsedLastIsLeasedFirst) {
  Pool pool(Options(2));
  int last = 0;
  {
    const auto one = pool.Acquire(Soon());
    const auto two = pool.Acquire(Soon());
    ASSERT_TRUE(one.ok() && two.ok());
    last = PidOf(**one);  // Leases end in the reverse order of their making.
  }

  EXPECT_EQ(PidOf(pool), last);
  EXPECT_EQ(PidOf(pool), last);
}

TEST_F(PoolTest, GaugeCountsIdleAndBusy) {
  Pool pool(Options(3));
  auto one = pool.Acquire(Soon());
  { const auto two = pool.Acquire(Soon()); }

  EXPECT_EQ(pool.gauge().busy, 1);
  EXPECT_EQ(pool.gauge().idle, 1);
  EXPECT_EQ(pool.gauge().max, 3);
  EXPECT_EQ(pool.gauge().opened_total, 2);
}

TEST_F(PoolTest, AConnectionIsSpareWhileHalfAreFree) {
  Pool pool(Options(4));
  const auto one = pool.Acquire(Soon());
  ASSERT_TRUE(one.ok());
  {
    const auto spare = pool.AcquireSpare(Soon());
    ASSERT_TRUE(spare.has_value());
    EXPECT_NE(PidOf(**spare), PidOf(**one));
    EXPECT_FALSE(pool.AcquireSpare(Soon()).has_value());
  }

  EXPECT_TRUE(pool.AcquireSpare(Soon()).has_value());
  EXPECT_EQ(pool.gauge().busy, 1);
}

TEST_F(PoolTest, MoreThanTheMaximumWaitsUntilTheDeadline) {
  Pool pool(Options(1));
  const auto lease = pool.Acquire(Soon());

  const auto late = pool.Acquire(absl::Now() + absl::Milliseconds(50));

  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(pool.gauge().timeouts_total, 1);
  EXPECT_EQ(pool.gauge().busy, 1);
}

TEST_F(PoolTest, ReturnedConnectionGoesToAWaiter) {
  Pool pool(Options(1));
  std::vector<std::thread> threads;
  std::atomic<int> served = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 20; ++j) {
        const auto lease = pool.Acquire(Soon());
        ASSERT_TRUE(lease.ok()) << lease.status();
        ASSERT_TRUE(Query(**lease, kOne).ok());
        ++served;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(served, 160);
  EXPECT_EQ(pool.gauge().busy, 0);
  EXPECT_EQ(pool.gauge().opened_total, 1);
}

TEST_F(PoolTest, WaitersAreServedInTheOrderTheyCame) {
  Pool pool(Options(1));
  auto held = std::make_unique<absl::StatusOr<Pool::Lease>>(pool.Acquire(Soon()));
  std::vector<std::thread> threads;
  std::vector<int> served;  // The thread that holds the one connection writes.
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&pool, &served, i] {
      const auto lease = pool.Acquire(Soon());
      ASSERT_TRUE(lease.ok()) << lease.status();
      served.push_back(i);
    });
    while (pool.gauge().waiting <= i) std::this_thread::yield();
  }

  held.reset();
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(served, ::testing::ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(pool.gauge().waiting, 0);
}

TEST_F(PoolTest, LeaseHasNoneOfTheLastCallsSettings) {
  Pool pool(Options(1));
  std::atomic<bool> gone = true;
  {
    const auto lease = pool.Acquire(Soon());
    ASSERT_TRUE(lease.ok());
    (*lease)->set_deadline(absl::Now());
    (*lease)->set_cancelled(&gone);
    (*lease)->set_dry_run(true);
  }

  const auto lease = pool.Acquire(Soon());

  EXPECT_EQ((*lease)->deadline(), absl::InfiniteFuture());
  EXPECT_FALSE((*lease)->cancelled());
  EXPECT_FALSE((*lease)->dry_run());
}

TEST_F(PoolTest, ConnectionWithAnOpenTransactionIsDropped) {
  Pool pool(Options(1));
  {
    const auto lease = pool.Acquire(Soon());
    ASSERT_TRUE((*lease)->RunScript("test_begin", "BEGIN").ok());
  }

  EXPECT_EQ(pool.gauge().idle, 0);
  EXPECT_FALSE((*pool.Acquire(Soon()))->in_transaction());
}

TEST_F(PoolTest, IdleConnectionsThatDiedAreReplaced) {
  Pool pool(Options(2));
  {
    const auto one = pool.Acquire(Soon());
    const auto two = pool.Acquire(Soon());
  }
  ASSERT_TRUE(Query(*database_.Connect(), kTerminateOthers).ok());

  const auto one = pool.Acquire(Soon());
  const auto two = pool.Acquire(Soon());

  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_TRUE(Query(**one, kOne).ok());
  EXPECT_TRUE(Query(**two, kOne).ok());
  EXPECT_EQ(pool.gauge().opened_total, 4);
}

TEST_F(PoolTest, LossSeenByOneLeaseDropsAllOthers) {
  Pool pool(Options(3));
  auto busy = std::make_unique<absl::StatusOr<Pool::Lease>>(pool.Acquire(Soon()));
  auto lost = std::make_unique<absl::StatusOr<Pool::Lease>>(pool.Acquire(Soon()));
  { const auto idle = pool.Acquire(Soon()); }
  ASSERT_EQ(pool.gauge().idle, 1);
  // What a primary says that has become a standby.
  constexpr char kReadOnly[] =
      "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction'; END $$";
  ASSERT_FALSE((**lost)->RunScript("test_read_only", kReadOnly).ok());

  lost.reset();
  EXPECT_EQ(pool.gauge().idle, 0);
  busy.reset();
  EXPECT_EQ(pool.gauge().idle, 0);

  PidOf(pool);
  EXPECT_EQ(pool.gauge().idle, 1);
}

TEST_F(PoolTest, OldConnectionIsReplaced) {
  PoolOptions options = Options(1);
  options.lifetime_max = absl::ZeroDuration();
  Pool pool(options);

  const int first = PidOf(pool);

  EXPECT_NE(PidOf(pool), first);
}

TEST_F(PoolTest, OnlyALongIdleConnectionIsAskedBeforeItIsLeased) {
  for (const absl::Duration idle_check_after : {absl::Hours(1), absl::ZeroDuration()}) {
    PingCounter pings;
    PoolOptions options = Options(1);
    options.connection.observer = &pings;
    options.idle_check_after = idle_check_after;
    Pool pool(options);

    PidOf(pool);
    PidOf(pool);

    EXPECT_EQ(pings.count, idle_check_after == absl::ZeroDuration() ? 1 : 0);
  }
}

TEST_F(PoolTest, OneSilentConnectionIsEnoughToDropAll) {
  Gate gate(database_.options().conninfo);
  PoolOptions options{.connection = {.conninfo = gate.conninfo()}, .connections_max = 3};
  options.idle_check_after = absl::ZeroDuration();
  Pool pool(options);
  {
    const auto one = pool.Acquire(Soon());
    const auto two = pool.Acquire(Soon());
    const auto three = pool.Acquire(Soon());
  }
  ASSERT_EQ(pool.gauge().idle, 3);
  gate.Shut();

  // Long enough for the first one to be asked, however busy the machine is.
  const absl::Time start = absl::Now();
  const auto lease = pool.Acquire(start + absl::Seconds(2));

  EXPECT_EQ(lease.status().code(), absl::StatusCode::kUnavailable) << lease.status();
  EXPECT_LT(absl::Now() - start, absl::Seconds(15));
  EXPECT_EQ(pool.gauge().idle, 0);
  EXPECT_EQ(pool.gauge().busy, 0);
}

TEST_F(PoolTest, UnreachableDatabaseIsUnavailableAndTheSlotIsFree) {
  PoolOptions options = Options(1);
  options.connection.conninfo = "host=/nowhere";
  Pool pool(options);

  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(pool.Acquire(Soon()).status().code(), absl::StatusCode::kUnavailable);
  }

  EXPECT_EQ(pool.gauge().busy, 0);
}

}  // namespace
}  // namespace lots::pg
