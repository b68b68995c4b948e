// Holds of a quantity against movements at the same moment: whatever the order, the held quantity
// stays.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/holds/holds.h"
#include "storage/stock/stock.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr int kWorkers = 6;
// Long enough for a loaded machine; nobody waits for it unless something is wrong.
constexpr absl::Duration kPatience = absl::Seconds(60);

HoldLotsCommand HoldAtStock(World& world, const std::string& quantity) {
  HoldLotsCommand command{.context = world.Context("HoldLots"), .reason = "recount"};
  command.targets.push_back({.lot = {.lot_id = world.IdOf("L1")},
                             .location = LocationId("stock"),
                             .quantity = Quantity::Parse(quantity).value()});
  return command;
}

// Two holds of 400,000 of a million come while workers deliver. Then the workers take all that is
// free: the held quantity stays, and nobody was refused while there was enough beside it.
TEST(HoldsPartRace, TheHeldQuantityStaysWhoeverTakesTheRest) {
  TestDatabase database{TestDatabase::kMigrated};
  World world(database);
  world.CreateLot("salt", "L1");
  world.MustRecord("RECEIPT L1 1000000 >stock");
  std::atomic<int> moved = 0;
  std::atomic<int> placed = 0;
  std::atomic<int> refused = 0;
  const absl::Time deadline = absl::Now() + kPatience;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) {
    threads.emplace_back([&] {
      World own(world, database.Connect());
      while (absl::Now() < deadline) {
        const bool all_placed = placed == 2;
        const char* quantity = all_placed ? "1000" : "1";
        const absl::Status status =
            own.Record({absl::StrCat("DELIVERY L1 ", quantity, " stock>")}).status();
        ++moved;
        if (status.ok()) continue;
        EXPECT_EQ(ReasonOf(status), "LOT_HELD");
        EXPECT_TRUE(all_placed);
        EXPECT_LT(Quantity::Parse(FactOf(status, "free_quantity")).value(),
                  Quantity::FromUnits(1000));
        ++refused;
        return;
      }
    });
  }
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      World own(world, database.Connect());
      while (moved < 20 && absl::Now() < deadline) std::this_thread::yield();
      const auto holds = HoldLots(own.db(), HoldAtStock(own, "400000"));
      EXPECT_TRUE(holds.ok()) << holds.status();
      ++placed;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(refused, kWorkers);
  const std::string rest = world.Dates("L1", "stock");
  EXPECT_THAT(rest, StartsWith("800"));  // 800,000 and less than 1,000 that are free
  EXPECT_THAT(CheckLedger(world.db(), world.company()), IsEmpty());
}

// A change that lets goods go nowhere, against movements to the place that was exempt.
TEST(HoldsPartRace, AfterAnExemptionEndedNothingGoesThere) {
  TestDatabase database{TestDatabase::kMigrated};
  World world(database);
  world.CreateLot("salt", "L1");
  world.MustRecord("RECEIPT L1 100000 >stock");
  HoldLotsCommand command = HoldAtStock(world, "100000");
  command.exempt_location_ids = {LocationId("yard")};
  const HoldId hold = HoldLots(world.db(), command).value().front();
  std::atomic<int> moved = 0;
  std::atomic<int> refused = 0;
  std::atomic<bool> is_closed = false;
  const absl::Time deadline = absl::Now() + kPatience;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) {
    threads.emplace_back([&] {
      World own(world, database.Connect());
      while (absl::Now() < deadline) {
        const bool was_closed = is_closed;
        const std::string answer = ReasonOf(own.Record({"TRANSFER L1 1 stock>yard"}).status());
        if (answer == "OK") {
          EXPECT_FALSE(was_closed);
          ++moved;
          continue;
        }
        EXPECT_EQ(answer, "LOT_HELD");
        ++refused;
        return;
      }
    });
  }
  threads.emplace_back([&] {
    World own(world, database.Connect());
    while (moved < 20 && absl::Now() < deadline) std::this_thread::yield();
    const auto changed = UpdateHold(own.db(), {.context = own.Context("UpdateHold"),
                                               .hold_id = hold,
                                               .exempt_location_ids = std::vector<LocationId>()});
    EXPECT_TRUE(changed.ok()) << changed.status();
    is_closed = true;
  });
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(refused, kWorkers);
  EXPECT_THAT(CheckLedger(world.db(), world.company()), IsEmpty());
}

}  // namespace
}  // namespace lots
