// Holds against everything that moves at the same moment: what is posted is posted before the hold,
// or is refused for it.
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/barrier.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/holds/holds.h"
#include "storage/pg/pipeline.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr int kWorkers = 8;
// Long enough for a loaded machine; nobody waits for it unless something is wrong.
constexpr absl::Duration kPatience = absl::Seconds(60);

// The lots that left the shelves after their hold, by the order of history.
constexpr pg::Statement kReadSlipped{"test_read_slipped", R"sql(
  SELECT DISTINCT m.lot_id
  FROM holds h
  JOIN movements m ON m.company = $1 AND m.lot_id = h.lot_id AND m.recorded_at >= h.placed_at
  JOIN locations f ON f.company = $1 AND f.location_id = m.from_location_id AND f.kind IN (1, 2)
  WHERE h.company = $1 AND m.to_location_id <> ALL(h.exempt_location_ids))sql"};

std::vector<LotId> Slipped(pg::Connection& db, const CompanyId& company) {
  const auto rows = pg::Query(db, kReadSlipped, company);
  EXPECT_TRUE(rows.ok()) << rows.status();
  std::vector<LotId> lots;
  for (const pg::Row row : *rows) lots.push_back(row.Get<LotId>(0));
  return lots;
}

class HoldsRaceTest : public ::testing::Test {
 protected:
  // Runs `work(worker, its connection)` on so many threads, which all begin at once.
  void InThreads(int count, const std::function<void(int, pg::Connection&)>& work) {
    auto* barrier = new absl::Barrier(count);
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        const std::unique_ptr<pg::Connection> db = database_.Connect();
        if (barrier->Block()) delete barrier;
        work(i, *db);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  HoldLotsCommand Holding(const CompanyId& company, const std::vector<LotId>& lots) {
    HoldLotsCommand command{.context = {.company = company,
                                        .request_id = "hold",
                                        .method = "HoldLots",
                                        .payload_hash = "hash",
                                        .actor = "quality",
                                        .now = absl::Now()},
                            .reason = "lab report 7"};
    for (const LotId& lot : lots) {
      command.targets.push_back({.lot = {.lot_id = lot}, .location = std::nullopt});
    }
    return command;
  }

  TestDatabase database_{TestDatabase::kMigrated};
};

// Each server has a clock of its own, and none is right.
TEST_F(HoldsRaceTest, NoMovementSlipsPastAHold) {
  World world(database_);
  std::vector<LotId> held = {world.CreateLot("salt", "L1"), world.CreateLot("salt", "L2")};
  world.MustRecord("RECEIPT L1 100000 >stock");
  world.MustRecord("RECEIPT L2 100000 >stock");
  for (int i = 0; i < kWorkers; ++i) {
    held.push_back(world.CreateLot("bike", absl::StrCat("S", i)));
    world.MustRecord(absl::StrCat("RECEIPT S", i, " 1 >stock"));
  }
  std::vector<std::unique_ptr<World>> worlds;
  for (int i = 0; i < kWorkers; ++i) {
    worlds.push_back(std::make_unique<World>(world, database_.Connect()));
  }
  std::atomic<int> moved = 0;
  std::atomic<bool> is_held = false;
  std::atomic<int> refused = 0;
  const absl::Time deadline = absl::Now() + kPatience;

  InThreads(kWorkers + 1, [&](int worker, pg::Connection& db) {
    if (worker == kWorkers) {
      while (moved < 10 * kWorkers && absl::Now() < deadline) std::this_thread::yield();
      const auto holds = HoldLots(db, Holding(world.company(), held));
      EXPECT_TRUE(holds.ok()) << holds.status();
      is_held = true;
      return;
    }
    World& own = *worlds[worker];
    const std::string serial = absl::StrCat("S", worker);
    for (int i = 0; absl::Now() < deadline; ++i) {
      own.set_now(absl::Now() + absl::Milliseconds(20 * (worker - kWorkers / 2)));
      // A movement that begins after the hold has committed is refused.
      const bool was_held = is_held;
      const bool is_back = i % 2 == 1;
      const absl::Status status =
          own.Record({absl::StrCat("DELIVERY L", worker % 2 + 1, " 1 stock>"),
                      absl::StrCat("TRANSFER ", serial, " 1 ",
                                   is_back ? "shelf>stock" : "stock>shelf")})
              .status();
      if (status.ok()) {
        EXPECT_FALSE(was_held);
        ++moved;
        continue;
      }
      EXPECT_EQ(ReasonOf(status), "LOT_HELD");
      ++refused;
      if (was_held) return;
    }
    ADD_FAILURE() << "the hold never came";
  });

  EXPECT_THAT(Slipped(world.db(), world.company()), IsEmpty());
  EXPECT_GE(refused, kWorkers);
  EXPECT_THAT(CheckLedger(world.db(), world.company()), IsEmpty());
}

// What each completion took of the lot before its hold, and what it passed on.
constexpr pg::Statement kReadInheritance{"test_read_inheritance", R"sql(
  SELECT m.recorded_at > h.placed_at,
         EXISTS (SELECT 1 FROM holds i
                 WHERE i.company = $1 AND i.lot_id = o.lot_id AND i.cause = 3
                   AND i.source_lot_id = $2)
  FROM movements m
  JOIN transformation_outputs o ON o.company = $1 AND o.transformation_id = m.transformation_id
  JOIN holds h ON h.company = $1 AND h.lot_id = $2
  WHERE m.company = $1 AND m.lot_id = $2 AND m.kind = 5)sql"};

class CompletionRaceTest : public HoldsRaceTest {
 protected:
  // Bikes made of SALT, by each worker until it is refused for the hold or has none left to make;
  // the hold comes in the middle. Answers how the completions ended.
  std::map<std::string, int> Race(bool accepts_held) {
    std::vector<std::vector<CompletionCommand>> commands(kWorkers);
    for (int worker = 0; worker < kWorkers; ++worker) {
      for (int i = 0; i < kEach; ++i) {
        const std::string number = absl::StrCat("B", worker, "-", i);
        CompletionCommand command = world_.CompleteCommand(absl::StrCat("W-", number), "bike");
        command.outputs = {Output(number)};
        command.components = {Component(salt_, "1")};
        command.accept.held = accepts_held;
        commands[worker].push_back(std::move(command));
      }
    }
    absl::Mutex mutex;
    std::map<std::string, int> endings;
    std::atomic<int> done = 0;
    std::atomic<bool> held = false;
    const absl::Time deadline = absl::Now() + kPatience;
    InThreads(kWorkers + 1, [&](int worker, pg::Connection& db) {
      if (worker == kWorkers) {
        while (done < kWorkers * kEach / 4 && absl::Now() < deadline) std::this_thread::yield();
        EXPECT_TRUE(HoldLots(db, Holding(world_.company(), {salt_})).ok());
        held = true;
        return;
      }
      for (CompletionCommand& command : commands[worker]) {
        // However long the hold has to wait for its lock, some completions come after it.
        const bool is_last = &command == &commands[worker].back();
        while (is_last && !held && absl::Now() < deadline) std::this_thread::yield();
        command.context.now = absl::Now();
        const absl::Status status = CompleteWorkOrder(db, command).status();
        ++done;
        absl::MutexLock lock(&mutex);
        ++endings[RefusalOf(status)];
      }
    });
    return endings;
  }

  static constexpr int kEach = 20;
  World world_{database_};
  LotId salt_ = world_.CreateLot("salt", "SALT", "100000");
};

TEST_F(CompletionRaceTest, NoConsumptionSlipsPastAHold) {
  const auto endings = Race(/*accepts_held=*/false);

  EXPECT_THAT(endings,
              UnorderedElementsAre(Pair("OK", Gt(0)), Pair("LOT_HELD components[0].lot", Gt(0))));
  EXPECT_THAT(Slipped(world_.db(), world_.company()), IsEmpty());
  EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
}

TEST_F(CompletionRaceTest, WhatIsMadeAfterTheHoldInheritsItAndNothingElseDoes) {
  const auto endings = Race(/*accepts_held=*/true);

  EXPECT_THAT(endings, UnorderedElementsAre(Pair("OK", kWorkers * kEach)));
  const auto rows = pg::Query(world_.db(), kReadInheritance, world_.company(), salt_);
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_THAT(*rows, SizeIs(kWorkers * kEach));
  int after = 0;
  for (const pg::Row row : *rows) {
    EXPECT_EQ(row.Get<bool>(0), row.Get<bool>(1));
    after += row.Get<bool>(0) ? 1 : 0;
  }
  EXPECT_GT(after, 0);
}

// An older lot that is made more of: it is held from then on, wherever some of it lies.
TEST_F(HoldsRaceTest, NoMovementSlipsPastAnInheritedHold) {
  World world(database_);
  const LotId salt = world.CreateLot("salt", "SALT", "1000");
  const LotId soup = world.CreateLot("soup", "SOUP", "100000");
  ASSERT_TRUE(HoldLots(world.db(), Holding(world.company(), {salt})).ok());
  CompletionCommand completion = world.CompleteCommand("W1", "soup");
  completion.outputs = {Output("SOUP", "1")};
  completion.components = {Component(salt, "1")};
  completion.accept.held = true;
  std::vector<std::vector<RecordMovementsCommand>> commands(kWorkers);
  for (std::vector<RecordMovementsCommand>& own : commands) {
    for (int i = 0; i < 200; ++i) {
      own.push_back(world.MoveCommand(MovementKind::kDelivery, soup, "1", "stock", "shop"));
    }
  }
  std::atomic<int> moved = 0;

  InThreads(kWorkers + 1, [&](int worker, pg::Connection& db) {
    if (worker == kWorkers) {
      const absl::Time deadline = absl::Now() + kPatience;
      while (moved < kWorkers && absl::Now() < deadline) std::this_thread::yield();
      completion.context.now = absl::Now();
      const auto done = CompleteWorkOrder(db, completion);
      EXPECT_TRUE(done.ok()) << done.status();
      return;
    }
    for (RecordMovementsCommand& command : commands[worker]) {
      command.context.now = absl::Now();
      const absl::Status status = RecordMovements(db, command).status();
      if (!status.ok()) {
        EXPECT_EQ(ReasonOf(status), "LOT_HELD");
        return;
      }
      ++moved;
    }
  });

  // The salt was taken in spite of its hold.
  EXPECT_THAT(Slipped(world.db(), world.company()), ElementsAre(salt));
  EXPECT_THAT(CheckLedger(world.db(), world.company()), IsEmpty());
}

TEST_F(HoldsRaceTest, SameRequestHoldsOnce) {
  World world(database_);
  const LotId lot = world.CreateLot("salt", "L1");
  const HoldLotsCommand command = Holding(world.company(), {lot});
  absl::Mutex mutex;
  std::map<std::string, int> answers;

  InThreads(kWorkers, [&](int, pg::Connection& db) {
    const auto holds = HoldLots(db, command);
    EXPECT_TRUE(holds.ok()) << holds.status();
    absl::MutexLock lock(&mutex);
    if (holds.ok()) ++answers[holds->front().value().ToString()];
  });

  EXPECT_THAT(answers, UnorderedElementsAre(Pair(::testing::_, kWorkers)));
}

TEST_F(HoldsRaceTest, HoldIsReleasedOnce) {
  World world(database_);
  const LotId lot = world.CreateLot("salt", "L1");
  const auto holds = HoldLots(world.db(), Holding(world.company(), {lot}));
  ASSERT_TRUE(holds.ok()) << holds.status();
  std::vector<ReleaseLotsCommand> commands;
  for (int i = 0; i < kWorkers; ++i) {
    commands.push_back({.context = world.Context("ReleaseLots"),
                        .holds = *holds,
                        .lots = {},
                        .note = "second test was good"});
  }
  absl::Mutex mutex;
  std::map<std::string, int> endings;

  InThreads(kWorkers, [&](int worker, pg::Connection& db) {
    const absl::Status status = ReleaseLots(db, commands[worker]).status();
    absl::MutexLock lock(&mutex);
    ++endings[ReasonOf(status)];
  });

  EXPECT_THAT(endings, UnorderedElementsAre(Pair("OK", 1), Pair("HOLD_ENDED", kWorkers - 1)));
}

}  // namespace
}  // namespace lots
