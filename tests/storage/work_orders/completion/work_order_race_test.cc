// Work orders from many connections at once: the invariants hold, whichever connection is quicker.

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/movement.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/read.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;

constexpr int kConnections = 16;

class WorkOrderRaceTest : public ::testing::Test {
 protected:
  ~WorkOrderRaceTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  // What each of the connections answers to its call, all at the same time.
  std::vector<std::string> AtOnce(std::function<absl::Status(int, pg::Connection&)> call) {
    std::vector<std::string> answers(kConnections);
    std::vector<std::thread> threads;
    for (int i = 0; i < kConnections; ++i) {
      threads.emplace_back([&, i] {
        const auto db = database_.Connect();
        answers[i] = RefusalOf(call(i, *db));
      });
    }
    for (std::thread& thread : threads) thread.join();
    return answers;
  }
  static int64_t Count(const std::vector<std::string>& answers, absl::string_view answer) {
    return std::count(answers.begin(), answers.end(), answer);
  }
  WorkOrder Get(absl::string_view work_order) {
    const auto order =
        GetWorkOrder(world_.db(), world_.company(), WorkOrderId(std::string(work_order)));
    EXPECT_TRUE(order.ok()) << order.status();
    return order.ok() ? *order : WorkOrder();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(WorkOrderRaceTest, OneComponentInManyCompletionsIsUsedOnce) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  const LotId salt = world_.CreateLot("salt", "SALT", "100");
  std::vector<CompletionCommand> commands;
  for (int i = 0; i < kConnections; ++i) {
    commands.push_back(world_.CompleteCommand(absl::StrCat("W", i), "bike"));
    commands.back().outputs = {Output(absl::StrCat("A", i))};
    commands.back().components = {Component(salt, "1"), Component(frame, "", 0)};
    // Some see both in another order.
    if (i % 2 == 1)
      std::reverse(commands.back().components.begin(), commands.back().components.end());
  }
  const auto answers = AtOnce(
      [&](int i, pg::Connection& db) { return CompleteWorkOrder(db, commands[i]).status(); });
  EXPECT_EQ(Count(answers, "OK"), 1);
  EXPECT_EQ(Count(answers, "SERIAL_NOT_THERE components[0].from_location_id") +
                Count(answers, "SERIAL_NOT_THERE components[1].from_location_id"),
            kConnections - 1);
  EXPECT_EQ(world_.Where(salt), "stock 99");
}

TEST_F(WorkOrderRaceTest, PlannedSerialsAreCompletedOnceEach) {
  ASSERT_TRUE(AssignSerials(world_.db(), world_.AssignCountCommand("W1", "bike", 40)).ok());
  std::vector<CompletionCommand> commands;
  for (int i = 0; i < kConnections; ++i) {
    commands.push_back(world_.CompleteCommand("W1", ""));
    commands.back().planned_serial_count = 3;
  }
  std::vector<std::vector<NumberedLot>> made(kConnections);
  const auto answers = AtOnce([&](int i, pg::Connection& db) {
    const auto completion = CompleteWorkOrder(db, commands[i]);
    if (completion.ok()) made[i] = completion->outputs;
    return completion.status();
  });
  // 13 times 3 of 40.
  EXPECT_EQ(Count(answers, "OK"), 13);
  EXPECT_EQ(Count(answers, "SERIAL_NOT_ASSIGNED planned_serial_count"), kConnections - 13);
  std::set<LotId> serials;
  for (const auto& outputs : made) {
    for (const NumberedLot& lot : outputs) serials.insert(lot.lot_id);
  }
  EXPECT_EQ(serials.size(), 39u);
  EXPECT_EQ(Get("W1").completed, Q("39"));
  EXPECT_EQ(Get("W1").planned_serial_count, 1);
}

TEST_F(WorkOrderRaceTest, OneFinishedSerialIsMadeOnce) {
  std::vector<CompletionCommand> commands;
  for (int i = 0; i < kConnections; ++i) {
    commands.push_back(world_.CompleteCommand(absl::StrCat("W", i), "bike"));
    commands.back().outputs = {Output("ONE"), Output(absl::StrCat("OTHER", i))};
  }
  const auto answers = AtOnce(
      [&](int i, pg::Connection& db) { return CompleteWorkOrder(db, commands[i]).status(); });
  EXPECT_EQ(Count(answers, "OK"), 1);
  EXPECT_EQ(Count(answers, "SERIAL_ALREADY_PRODUCED outputs[0]"), kConnections - 1);
}

TEST_F(WorkOrderRaceTest, OneLotIsMadeByManyAndSumsUp) {
  std::vector<CompletionCommand> commands;
  for (int i = 0; i < kConnections; ++i) {
    commands.push_back(world_.CompleteCommand(absl::StrCat("W", i % 4), "soup"));
    commands.back().outputs = {Output("S-1", "0.1")};
  }
  const auto answers = AtOnce(
      [&](int i, pg::Connection& db) { return CompleteWorkOrder(db, commands[i]).status(); });
  EXPECT_THAT(answers, Each("OK"));
  EXPECT_EQ(world_.Where(world_.IdOf("soup", "S-1")), "shelf 1.6");
}

TEST_F(WorkOrderRaceTest, FreePlannedSerialGoesToOneTaker) {
  ASSERT_TRUE(AssignSerials(world_.db(), world_.AssignCommand("W", "bike", {"FREE"})).ok());
  ASSERT_TRUE(UnassignSerials(world_.db(), {.context = world_.Context("UnassignSerials"),
                                            .work_order = WorkOrderId("W"),
                                            .numbers = {"FREE"},
                                            .keep = true})
                  .ok());
  std::vector<CompletionCommand> completions;
  std::vector<AssignSerialsCommand> assignments;
  for (int i = 0; i < kConnections; ++i) {
    assignments.push_back(world_.AssignCommand(absl::StrCat("W", i), "bike", {"FREE"}));
    completions.push_back(world_.CompleteCommand(absl::StrCat("W", i), "bike"));
    completions.back().outputs = {Output("FREE")};
  }
  const auto answers = AtOnce([&](int i, pg::Connection& db) {
    return i % 2 == 0 ? AssignSerials(db, assignments[i]).status()
                      : CompleteWorkOrder(db, completions[i]).status();
  });
  EXPECT_EQ(Count(answers, "OK"), 1) << ::testing::PrintToString(answers);
}

TEST_F(WorkOrderRaceTest, CrossingRepeatsAreOneCompletion) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output(""), Output("A")};
  command.components = {Component(frame, "", 0)};
  std::vector<std::string> ids(kConnections), numbers(kConnections);
  const auto answers = AtOnce([&](int i, pg::Connection& db) {
    const auto completion = CompleteWorkOrder(db, command);
    if (completion.ok()) {
      ids[i] = completion->transformation_id.value().ToString();
      numbers[i] = completion->outputs.front().number;
    }
    return completion.status();
  });
  EXPECT_THAT(answers, Each("OK"));
  EXPECT_THAT(ids, Each(ids.front()));
  EXPECT_THAT(numbers, Each(numbers.front()));
  EXPECT_EQ(Get("W1").completed, Q("2"));
}

TEST_F(WorkOrderRaceTest, ACompletionIsReversedOnce) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output("A")};
  command.components = {Component(frame, "", 0)};
  const auto completion = CompleteWorkOrder(world_.db(), command);
  ASSERT_TRUE(completion.ok()) << completion.status();
  std::vector<CompletionReversalCommand> reversals;
  for (int i = 0; i < kConnections; ++i) {
    reversals.push_back(world_.ReverseCompletionCommand(completion->transformation_id));
  }
  const auto answers = AtOnce(
      [&](int i, pg::Connection& db) { return ReverseCompletion(db, reversals[i]).status(); });
  EXPECT_EQ(Count(answers, "OK"), 1);
  EXPECT_EQ(Count(answers, "ALREADY_REVERSED transformation_id"), kConnections - 1);
  EXPECT_EQ(Get("W1").completed, Quantity());
}

TEST_F(WorkOrderRaceTest, ReversalAndUseOfTheResultExcludeEachOther) {
  for (int round = 0; round < 5; ++round) {
    SCOPED_TRACE(round);
    CompletionCommand command = world_.CompleteCommand("W1", "bike");
    command.outputs = {Output(absl::StrCat("A", round))};
    const auto completion = CompleteWorkOrder(world_.db(), command);
    ASSERT_TRUE(completion.ok()) << completion.status();
    const LotId unit = completion->outputs[0].lot_id;
    const auto reversal = world_.ReverseCompletionCommand(completion->transformation_id);
    std::vector<RecordMovementsCommand> moves;
    for (int i = 0; i < kConnections; ++i) {
      moves.push_back(world_.MoveCommand(MovementKind::kDelivery, unit, "", "shelf", "shop"));
    }
    const auto answers = AtOnce([&](int i, pg::Connection& db) {
      return i % 4 == 0 ? ReverseCompletion(db, reversal).status()
                        : RecordMovements(db, moves[i]).status();
    });
    // The reversals are repeats of each other: all or none, and then one delivery.
    const int64_t reversed = Count({answers[0], answers[4], answers[8], answers[12]}, "OK");
    EXPECT_TRUE(reversed == 0 || reversed == 4) << ::testing::PrintToString(answers);
    EXPECT_EQ(Count(answers, "OK"), reversed == 0 ? 1 : 4);
    EXPECT_EQ(world_.Where(unit), reversed == 0 ? "shop 1" : "");
  }
}

TEST_F(WorkOrderRaceTest, PooledComponentsComeBackOnceAmongSiblings) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  for (int i = 0; i < kConnections; ++i) command.outputs.push_back(Output(absl::StrCat("A", i)));
  command.components = {Component(salt, "10")};
  const auto completion = CompleteWorkOrder(world_.db(), command);
  ASSERT_TRUE(completion.ok()) << completion.status();
  std::vector<DisassemblyCommand> disassemblies;
  for (int i = 0; i < kConnections; ++i) {
    disassemblies.push_back(world_.DisassembleCommand(completion->outputs[i].lot_id));
    DisassemblyComponent back;
    back.lot.lot_id = salt;
    back.quantity = Q("3");
    disassemblies.back().components = {back};
  }
  const auto answers =
      AtOnce([&](int i, pg::Connection& db) { return Disassemble(db, disassemblies[i]).status(); });
  EXPECT_EQ(Count(answers, "OK"), 3);
  EXPECT_EQ(Count(answers, "NOT_A_COMPONENT components[0]"), kConnections - 3);
  EXPECT_EQ(world_.Where(salt), "stock 9");
}

TEST_F(WorkOrderRaceTest, CompletionsThatUseEachOthersProductsGetThrough) {
  // Reworks in pairs: each makes what the other uses, so their locks cross.
  std::vector<CompletionCommand> commands;
  const LotId left = world_.CreateLot("soup", "LEFT", "100");
  const LotId right = world_.CreateLot("soup", "RIGHT", "100");
  for (int i = 0; i < kConnections; ++i) {
    commands.push_back(world_.CompleteCommand(absl::StrCat("W", i), "soup"));
    commands.back().outputs = {Output(i % 2 == 0 ? "LEFT" : "RIGHT", "1")};
    commands.back().components = {Component(i % 2 == 0 ? right : left, "1")};
    commands.back().destination = LocationId("stock");
  }
  const auto answers = AtOnce(
      [&](int i, pg::Connection& db) { return CompleteWorkOrder(db, commands[i]).status(); });
  EXPECT_THAT(answers, Each("OK"));
  EXPECT_EQ(world_.Where(left), "stock 100");
  EXPECT_EQ(world_.Where(right), "stock 100");
}

TEST_F(WorkOrderRaceTest, CancelAndCompleteExcludeEachOther) {
  ASSERT_TRUE(AssignSerials(world_.db(), world_.AssignCountCommand("W1", "bike", 5)).ok());
  std::vector<CompletionCommand> commands;
  for (int i = 0; i < kConnections; ++i) {
    commands.push_back(world_.CompleteCommand("W1", ""));
    commands.back().planned_serial_count = 1;
  }
  const CancelWorkOrderCommand cancel{.context = world_.Context("CancelWorkOrder"),
                                      .work_order = WorkOrderId("W1")};
  std::vector<NumberedLot> voided;
  const auto answers = AtOnce([&](int i, pg::Connection& db) {
    if (i != 3) return CompleteWorkOrder(db, commands[i]).status();
    const auto cancelled = CancelWorkOrder(db, cancel);
    if (cancelled.ok()) voided = *cancelled;
    return cancelled.status();
  });
  const int64_t completed = Count(answers, "OK") - 1;
  EXPECT_EQ(completed + static_cast<int64_t>(voided.size()), 5);
  EXPECT_EQ(Get("W1").completed, Quantity::FromUnits(completed));
  EXPECT_EQ(Get("W1").planned_serial_count, 0);
}

}  // namespace
}  // namespace lots
