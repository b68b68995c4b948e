// What is done to a recall, against completions and deliveries under way.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/pg/pipeline.h"
#include "storage/recalls/answers.h"
#include "storage/recalls/recalls.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::AnyOf;
using ::testing::IsEmpty;

constexpr int kRounds = 15;

class RecallWorkRace : public ::testing::Test {
 protected:
  ~RecallWorkRace() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  // A salt of its own, in a recall of its own.
  LotId Recalled(int round) {
    recall_ = RecallId(absl::StrCat("RC-", round));
    const LotId salt = world_.CreateLot("salt", absl::StrCat("SALT-", round), "1000");
    const OpenRecallCommand command{.context = Context("OpenRecall"),
                                    .recall_id = recall_,
                                    .seeds = {{.lot_id = salt}},
                                    .reason = "glass"};
    const auto opened = OpenRecall(world_.db(), command);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return salt;
  }
  // For any thread.
  WriteContext Context(const std::string& method) {
    return {.company = world_.company(),
            .request_id = absl::StrCat("race-", ++requests_),
            .method = method,
            .payload_hash = "hash",
            .actor = "racer",
            .now = absl::Now()};
  }
  // Makes a soup of the salt although the salt is held. Returns how it ended.
  absl::Status Cook(pg::Connection& db, const std::string& soup, const LotId& salt) {
    CompletionCommand command;
    command.context = Context("CompleteWorkOrder");
    command.work_order = WorkOrderId(absl::StrCat("W-", soup));
    command.product = ProductId("soup");
    command.destination = LocationId("shelf");
    command.occurred_at = command.context.now;
    command.outputs = {Output(soup, "5")};
    command.components = {Component(salt, "1")};
    command.components.front().from = LocationId("stock");
    command.accept.held = true;
    return CompleteWorkOrder(db, command).status();
  }
  CloseRecallCommand Closing(bool leave_held) {
    return {.context = Context("CloseRecall"),
            .recall_id = recall_,
            .closing_note = "done",
            .leave_held = leave_held};
  }
  bool IsMember(const std::string& soup) {
    const auto rows = pg::Query(world_.db(), kIsMember, world_.company(), recall_.value(),
                                world_.IdOf("soup", soup));
    EXPECT_TRUE(rows.ok()) << rows.status();
    return (*rows)[0].Get<bool>(0);
  }
  std::string CauseOf(const LotId& lot) {
    return lots::CauseOf(world_.db(), world_.company(), lot, absl::Now());
  }

  static constexpr pg::Statement kIsMember{"race_is_member", R"sql(
    SELECT EXISTS (SELECT FROM recall_members
                   WHERE company = $1 AND recall_id = $2 AND lot_id = $3
                     AND ended_at IS NULL))sql"};

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  const std::unique_ptr<pg::Connection> other_ = database_.Connect();
  RecallId recall_;
  std::atomic<int> requests_{0};
};

// A soup of a lot that is excluded at that moment is a member exactly when it was made before.
TEST_F(RecallWorkRace, AnExclusionIsBeforeOrAfterACompletion) {
  for (int round = 0; round < kRounds; ++round) {
    const LotId salt = Recalled(round);
    std::atomic<bool> begun{false}, excluded{false}, stop{false};
    std::vector<std::string> before, after;
    std::thread cook([&] {
      for (int i = 0; !stop; ++i) {
        const std::string soup = absl::StrCat("S", round, "-", i);
        const bool is_after = excluded;
        const absl::Status cooked = Cook(*other_, soup, salt);
        EXPECT_TRUE(cooked.ok()) << cooked;
        if (!begun) before.push_back(soup);
        if (is_after) after.push_back(soup);
        if (after.size() >= 2) return;
      }
    });
    RecallLotsCommand command{.context = Context("ExcludeRecallLots"),
                              .recall_id = recall_,
                              .lots = {{.lot_id = salt}},
                              .evidence = "tested"};
    begun = true;
    const auto done = ExcludeRecallLots(world_.db(), command);
    excluded = true;
    if (!done.ok()) stop = true;
    cook.join();

    ASSERT_TRUE(done.ok()) << done.status();
    for (const std::string& soup : before) EXPECT_TRUE(IsMember(soup)) << soup;
    for (const std::string& soup : after) EXPECT_FALSE(IsMember(soup)) << soup;
  }
}

// A recall that closes leaves no member on hand that nothing accounts for, also none that is being
// made.
TEST_F(RecallWorkRace, AClosedRecallHasNoGoodsThatAreNotAccountedFor) {
  for (int round = 0; round < kRounds; ++round) {
    const LotId salt = Recalled(round);
    SetRecallDispositionCommand clear{.context = Context("SetRecallDisposition"),
                                      .recall_id = recall_};
    RecallDisposition& disposition = clear.dispositions.emplace_back();
    disposition.lot = {.lot_id = salt};
    disposition.location_id = LocationId("stock");
    disposition.quantity = Q("1000");
    ASSERT_TRUE(SetRecallDisposition(world_.db(), clear).ok());
    const std::string soup = absl::StrCat("S", round);
    absl::Status cooked;
    std::thread cook([&] { cooked = Cook(*other_, soup, salt); });
    const std::string closed = RefusalOf(CloseRecall(world_.db(), Closing(false)).status());
    cook.join();

    ASSERT_TRUE(cooked.ok()) << cooked;
    ASSERT_THAT(closed, AnyOf("OK", "RECALL_UNACCOUNTED recall_id"));
    EXPECT_EQ(IsMember(soup), closed != "OK") << round;
  }
}

// What is left held, and what is made of it at that moment, is held afterwards.
TEST_F(RecallWorkRace, WhatIsLeftHeldIsHeldWithEverythingMadeOfIt) {
  for (int round = 0; round < kRounds; ++round) {
    const LotId salt = Recalled(round);
    const std::string soup = absl::StrCat("S", round);
    absl::Status cooked;
    std::thread cook([&] { cooked = Cook(*other_, soup, salt); });
    const auto closed = CloseRecall(world_.db(), Closing(true));
    cook.join();

    ASSERT_TRUE(cooked.ok()) << cooked;
    ASSERT_TRUE(closed.ok()) << closed.status();
    EXPECT_EQ(CauseOf(salt), "LOT");
    EXPECT_THAT(CauseOf(world_.IdOf("soup", soup)), AnyOf("LOT", "INHERITED"));
  }
}

TEST_F(RecallWorkRace, NothingIsDeliveredBetweenARecallAndWhatItLeavesHeld) {
  const LotId salt = Recalled(1);
  std::atomic<bool> closed{false};
  std::atomic<int> delivered{0}, tried{0};
  std::thread driver([&] {
    for (int after = 0; after < 3;) {
      if (closed) ++after;
      NewMovement movement;
      movement.kind = MovementKind::kDelivery;
      movement.lot.lot_id = salt;
      movement.quantity = Q("1");
      movement.from = LocationId("stock");
      movement.to = LocationId("shop");
      movement.occurred_at = absl::Now();
      RecordMovementsCommand command;
      command.context = Context("RecordMovements");
      command.movements = {movement};
      ++tried;
      if (RecordMovements(*other_, command).status().ok()) ++delivered;
    }
  });
  const auto done = CloseRecall(world_.db(), Closing(true));
  closed = true;
  driver.join();

  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_GE(tried, 3);
  EXPECT_EQ(delivered, 0);
}

}  // namespace
}  // namespace lots
