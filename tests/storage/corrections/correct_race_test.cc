// CorrectGenealogy against what happens to the same unit at the same time: both are there
// afterwards, or one of them is refused.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/corrections/corrections.h"
#include "storage/domain/kinds/movement.h"
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
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;

constexpr int kRounds = 10;

// In each round a bike was made of frame WRONG; RIGHT is in stock.
class CorrectRaceTest : public ::testing::Test {
 protected:
  struct Round {
    LotId wrong, right, bike;
    TransformationId completion;
  };

  ~CorrectRaceTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  Round Prepare(int number) {
    Round round;
    round.wrong = world_.CreateLot("frame", absl::StrCat("WRONG", number), "1");
    round.right = world_.CreateLot("frame", absl::StrCat("RIGHT", number), "1");
    CompletionCommand command = world_.CompleteCommand(absl::StrCat("W", number), "bike");
    command.outputs = {Output(absl::StrCat("A", number))};
    command.components = {Component(round.wrong, "", 0)};
    const auto made = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(made.ok()) << made.status();
    round.completion = made->transformation_id;
    round.bike = made->outputs[0].lot_id;
    return round;
  }
  CorrectGenealogyCommand Correction(World& world, const Round& round) {
    CorrectGenealogyCommand command{.context = world.Context("CorrectGenealogy"),
                                    .transformation_id = round.completion,
                                    .reason = "swapped",
                                    .lines = {},
                                    .accept = {}};
    CorrectionLine line;
    line.wrong = WrongComponent{.lot = {.lot_id = round.wrong},
                                .quantity = {},
                                .unit = LotRef{.lot_id = round.bike},
                                .to = {}};
    line.right =
        RightComponent{.lot = {.lot_id = round.right}, .quantity = {}, .from = {}, .unit = {}};
    command.lines = {line};
    return command;
  }
  // Corrects and does something else at once; returns both refusals.
  template <class Other>
  std::pair<std::string, std::string> AtOnce(const Round& round, Other other) {
    World mine(world_, database_.Connect()), theirs(world_, database_.Connect());
    const CorrectGenealogyCommand command = Correction(mine, round);
    std::string corrected, done;
    std::atomic<int> ready = 0;
    const auto wait = [&] {
      ++ready;
      while (ready < 2) std::this_thread::yield();
    };
    std::thread one([&] {
      wait();
      corrected = ReasonOf(CorrectGenealogy(mine.db(), command).status());
    });
    std::thread two([&] {
      wait();
      done = ReasonOf(other(theirs));
    });
    one.join();
    two.join();
    return {corrected, done};
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(CorrectRaceTest, ADeliveryGoesOn) {
  for (int i = 0; i < kRounds; ++i) {
    const Round round = Prepare(i);
    const auto [corrected, delivered] = AtOnce(round, [&](World& world) {
      return RecordMovements(world.db(), world.MoveCommand(MovementKind::kDelivery, round.bike, "1",
                                                           "shelf", "shop"))
          .status();
    });
    EXPECT_EQ(corrected, "OK");
    EXPECT_EQ(delivered, "OK");
    EXPECT_EQ(world_.Where(round.bike), "shop 1");
    EXPECT_EQ(world_.Where(round.wrong), "stock 1");
  }
}

TEST_F(CorrectRaceTest, ADisassemblyGivesBackWhatIsInTheUnit) {
  for (int i = 0; i < kRounds; ++i) {
    const Round round = Prepare(i);
    const auto [corrected, apart] = AtOnce(round, [&](World& world) {
      return Disassemble(world.db(), world.DisassembleCommand(round.bike)).status();
    });
    EXPECT_EQ(apart, "OK");
    EXPECT_THAT(corrected, AnyOf(Eq("OK"), Eq("UNIT_NOT_CORRECTABLE")));
    // Both frames are in stock, whichever came first.
    EXPECT_EQ(world_.Where(round.wrong), "stock 1");
    EXPECT_EQ(world_.Where(round.right), "stock 1");
  }
}

TEST_F(CorrectRaceTest, AReversalOfTheCompletionGivesBackWhatIsInTheUnit) {
  for (int i = 0; i < kRounds; ++i) {
    const Round round = Prepare(i);
    const auto [corrected, reversed] = AtOnce(round, [&](World& world) {
      return ReverseTransformation(world.db(), world.ReverseCompletionCommand(round.completion))
          .status();
    });
    EXPECT_EQ(reversed, "OK");
    EXPECT_THAT(corrected, AnyOf(Eq("OK"), Eq("TRANSFORMATION_NOT_CORRECTABLE")));
    EXPECT_EQ(world_.Where(round.wrong), "stock 1");
    EXPECT_EQ(world_.Where(round.right), "stock 1");
  }
}

TEST_F(CorrectRaceTest, ARecallOfTheRightComponentReachesTheUnit) {
  for (int i = 0; i < kRounds; ++i) {
    const Round round = Prepare(i);
    const std::string recall = absl::StrCat("RC-", i);
    const auto [corrected, opened] = AtOnce(round, [&](World& world) {
      OpenRecallCommand command{.context = world.Context("OpenRecall"),
                                .recall_id = RecallId(recall),
                                .seeds = {{.lot_id = round.right}},
                                .reason = "cracks",
                                .exempt_location_ids = {}};
      command.context.now = absl::Now();
      return OpenRecall(world.db(), command).status();
    });
    EXPECT_EQ(opened, "OK");
    EXPECT_THAT(corrected, AnyOf(Eq("OK"), Eq("LOT_HELD")));
    if (corrected != "OK") continue;
    EXPECT_THAT(HoldsOn(world_.db(), world_.company(), round.bike),
                ElementsAre(absl::StrCat("RECALL ", recall, " depth 1 certain")));
  }
}

TEST_F(CorrectRaceTest, OfTwoCorrectionsOneFindsTheLink) {
  for (int i = 0; i < kRounds; ++i) {
    const Round round = Prepare(i);
    const auto [first, second] = AtOnce(round, [&](World& world) {
      return CorrectGenealogy(world.db(), Correction(world, round)).status();
    });
    EXPECT_NE(first == "OK", second == "OK") << first << ", " << second;
    EXPECT_THAT(first == "OK" ? second : first, Eq("NOT_A_COMPONENT"));
    EXPECT_EQ(world_.Where(round.wrong), "stock 1");
    EXPECT_EQ(world_.Where(round.right), "");
  }
}

}  // namespace
}  // namespace lots
