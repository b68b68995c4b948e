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
#include "storage/work_orders/read.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/workshop.h"

namespace lots {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;

constexpr int kConnections = 16;

class WorkOrderRaceTest : public ::testing::Test {
 protected:
  ~WorkOrderRaceTest() override {
    EXPECT_THAT(CheckLedger(shop_.db(), shop_.company()), IsEmpty());
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
        GetWorkOrder(shop_.db(), shop_.company(), WorkOrderId(std::string(work_order)));
    EXPECT_TRUE(order.ok()) << order.status();
    return order.ok() ? *order : WorkOrder();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  Workshop shop_{database_};
};

TEST_F(WorkOrderRaceTest, OneComponentInManyCompletionsIsUsedOnce) {
  const LotId frame = shop_.Serial("frame", "F1");
  const LotId salt = shop_.Lot("salt", "SALT", "100");
  std::vector<CompletionCommand> orders;
  for (int i = 0; i < kConnections; ++i) {
    orders.push_back(shop_.Completing(absl::StrCat("W", i), "bike"));
    orders.back().outputs = {Output(absl::StrCat("A", i))};
    orders.back().components = {Used(salt, "1"), Used(frame, "", 0)};
    // Some see both in another order.
    if (i % 2 == 1) std::reverse(orders.back().components.begin(), orders.back().components.end());
  }
  const auto answers =
      AtOnce([&](int i, pg::Connection& db) { return CompleteWorkOrder(db, orders[i]).status(); });
  EXPECT_EQ(Count(answers, "OK"), 1);
  EXPECT_EQ(Count(answers, "SERIAL_NOT_THERE components[0].from_location_id") +
                Count(answers, "SERIAL_NOT_THERE components[1].from_location_id"),
            kConnections - 1);
  EXPECT_EQ(shop_.Where(salt), "STOCK:99");
}

TEST_F(WorkOrderRaceTest, PlannedSerialsAreCompletedOnceEach) {
  ASSERT_TRUE(AssignSerials(shop_.db(), shop_.AssigningCount("W1", "bike", 40)).ok());
  std::vector<CompletionCommand> orders;
  for (int i = 0; i < kConnections; ++i) {
    orders.push_back(shop_.Completing("W1", ""));
    orders.back().planned_serial_count = 3;
  }
  std::vector<std::vector<NumberedLot>> made(kConnections);
  const auto answers = AtOnce([&](int i, pg::Connection& db) {
    const auto completion = CompleteWorkOrder(db, orders[i]);
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
  std::vector<CompletionCommand> orders;
  for (int i = 0; i < kConnections; ++i) {
    orders.push_back(shop_.Completing(absl::StrCat("W", i), "bike"));
    orders.back().outputs = {Output("ONE"), Output(absl::StrCat("OTHER", i))};
  }
  const auto answers =
      AtOnce([&](int i, pg::Connection& db) { return CompleteWorkOrder(db, orders[i]).status(); });
  EXPECT_EQ(Count(answers, "OK"), 1);
  EXPECT_EQ(Count(answers, "SERIAL_ALREADY_PRODUCED outputs[0]"), kConnections - 1);
}

TEST_F(WorkOrderRaceTest, OneLotIsMadeByManyAndSumsUp) {
  std::vector<CompletionCommand> orders;
  for (int i = 0; i < kConnections; ++i) {
    orders.push_back(shop_.Completing(absl::StrCat("W", i % 4), "soup"));
    orders.back().outputs = {Output("S-1", "0.1")};
  }
  const auto answers =
      AtOnce([&](int i, pg::Connection& db) { return CompleteWorkOrder(db, orders[i]).status(); });
  EXPECT_THAT(answers, Each("OK"));
  EXPECT_EQ(shop_.Where(shop_.IdOf("soup", "S-1")), "SHELF:1.6");
}

TEST_F(WorkOrderRaceTest, FreePlannedSerialGoesToOneTaker) {
  ASSERT_TRUE(AssignSerials(shop_.db(), shop_.Assigning("W", "bike", {"FREE"})).ok());
  ASSERT_TRUE(UnassignSerials(shop_.db(), {.context = shop_.Context("UnassignSerials"),
                                           .work_order = WorkOrderId("W"),
                                           .numbers = {"FREE"},
                                           .keep = true})
                  .ok());
  std::vector<CompletionCommand> completions;
  std::vector<AssignSerialsCommand> assignments;
  for (int i = 0; i < kConnections; ++i) {
    assignments.push_back(shop_.Assigning(absl::StrCat("W", i), "bike", {"FREE"}));
    completions.push_back(shop_.Completing(absl::StrCat("W", i), "bike"));
    completions.back().outputs = {Output("FREE")};
  }
  const auto answers = AtOnce([&](int i, pg::Connection& db) {
    return i % 2 == 0 ? AssignSerials(db, assignments[i]).status()
                      : CompleteWorkOrder(db, completions[i]).status();
  });
  EXPECT_EQ(Count(answers, "OK"), 1) << ::testing::PrintToString(answers);
}

TEST_F(WorkOrderRaceTest, CrossingRepeatsAreOneCompletion) {
  const LotId frame = shop_.Serial("frame", "F1");
  CompletionCommand command = shop_.Completing("W1", "bike");
  command.outputs = {Output(""), Output("A")};
  command.components = {Used(frame, "", 0)};
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
  const LotId frame = shop_.Serial("frame", "F1");
  CompletionCommand command = shop_.Completing("W1", "bike");
  command.outputs = {Output("A")};
  command.components = {Used(frame, "", 0)};
  const auto completion = CompleteWorkOrder(shop_.db(), command);
  ASSERT_TRUE(completion.ok()) << completion.status();
  std::vector<CompletionReversalCommand> reversals;
  for (int i = 0; i < kConnections; ++i) {
    reversals.push_back(shop_.Reversing(completion->transformation_id));
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
    CompletionCommand command = shop_.Completing("W1", "bike");
    command.outputs = {Output(absl::StrCat("A", round))};
    const auto completion = CompleteWorkOrder(shop_.db(), command);
    ASSERT_TRUE(completion.ok()) << completion.status();
    const LotId unit = completion->outputs[0].lot_id;
    const auto reversal = shop_.Reversing(completion->transformation_id);
    std::vector<RecordMovementsCommand> moves;
    for (int i = 0; i < kConnections; ++i) {
      moves.push_back(shop_.Moving(MovementKind::kDelivery, unit, "", "SHELF", "SHOP"));
    }
    const auto answers = AtOnce([&](int i, pg::Connection& db) {
      return i % 4 == 0 ? ReverseCompletion(db, reversal).status()
                        : RecordMovements(db, moves[i]).status();
    });
    // The reversals are repeats of each other: all or none, and then one delivery.
    const int64_t reversed = Count({answers[0], answers[4], answers[8], answers[12]}, "OK");
    EXPECT_TRUE(reversed == 0 || reversed == 4) << ::testing::PrintToString(answers);
    EXPECT_EQ(Count(answers, "OK"), reversed == 0 ? 1 : 4);
    EXPECT_EQ(shop_.Where(unit), reversed == 0 ? "SHOP:1" : "");
  }
}

TEST_F(WorkOrderRaceTest, PooledComponentsComeBackOnceAmongSiblings) {
  const LotId salt = shop_.Lot("salt", "SALT", "10");
  CompletionCommand command = shop_.Completing("W1", "bike");
  for (int i = 0; i < kConnections; ++i) command.outputs.push_back(Output(absl::StrCat("A", i)));
  command.components = {Used(salt, "10")};
  const auto completion = CompleteWorkOrder(shop_.db(), command);
  ASSERT_TRUE(completion.ok()) << completion.status();
  std::vector<DisassemblyCommand> disassemblies;
  for (int i = 0; i < kConnections; ++i) {
    disassemblies.push_back(shop_.Disassembling(completion->outputs[i].lot_id));
    DisassemblyComponent back;
    back.lot.lot_id = salt;
    back.quantity = Q("3");
    disassemblies.back().components = {back};
  }
  const auto answers =
      AtOnce([&](int i, pg::Connection& db) { return Disassemble(db, disassemblies[i]).status(); });
  EXPECT_EQ(Count(answers, "OK"), 3);
  EXPECT_EQ(Count(answers, "NOT_A_COMPONENT components[0]"), kConnections - 3);
  EXPECT_EQ(shop_.Where(salt), "STOCK:9");
}

TEST_F(WorkOrderRaceTest, CompletionsThatUseEachOthersProductsGetThrough) {
  // Reworks in pairs: each makes what the other uses, so their locks cross.
  std::vector<CompletionCommand> orders;
  const LotId left = shop_.Lot("soup", "LEFT", "100");
  const LotId right = shop_.Lot("soup", "RIGHT", "100");
  for (int i = 0; i < kConnections; ++i) {
    orders.push_back(shop_.Completing(absl::StrCat("W", i), "soup"));
    orders.back().outputs = {Output(i % 2 == 0 ? "LEFT" : "RIGHT", "1")};
    orders.back().components = {Used(i % 2 == 0 ? right : left, "1")};
    orders.back().destination = LocationId("STOCK");
  }
  const auto answers =
      AtOnce([&](int i, pg::Connection& db) { return CompleteWorkOrder(db, orders[i]).status(); });
  EXPECT_THAT(answers, Each("OK"));
  EXPECT_EQ(shop_.Where(left), "STOCK:100");
  EXPECT_EQ(shop_.Where(right), "STOCK:100");
}

TEST_F(WorkOrderRaceTest, CancelAndCompleteExcludeEachOther) {
  ASSERT_TRUE(AssignSerials(shop_.db(), shop_.AssigningCount("W1", "bike", 5)).ok());
  std::vector<CompletionCommand> orders;
  for (int i = 0; i < kConnections; ++i) {
    orders.push_back(shop_.Completing("W1", ""));
    orders.back().planned_serial_count = 1;
  }
  const CancelWorkOrderCommand cancel{.context = shop_.Context("CancelWorkOrder"),
                                      .work_order = WorkOrderId("W1")};
  std::vector<NumberedLot> voided;
  const auto answers = AtOnce([&](int i, pg::Connection& db) {
    if (i != 3) return CompleteWorkOrder(db, orders[i]).status();
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
