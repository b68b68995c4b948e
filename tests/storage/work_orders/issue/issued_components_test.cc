// What becomes of issued components: used up with the last of their order, given back to it by a
// reversal, brought back by two at once.

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/lot.h"
#include "storage/lots/lots.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/work_orders.h"
#include "tests/storage/work_orders/issue/issue_calls.h"
#include "tests/storage/work_orders/issue/issue_fixture.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using IssuedComponentsTest = IssueTest;

TEST_F(IssuedComponentsTest, AnOrderDoesNotEndWithIssuedComponents) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  Issue("W1", {LineOf(salt, "5"), LineOf(frame)});
  const CancelWorkOrderCommand cancel{.context = world_.Context("CancelWorkOrder"),
                                      .work_order = WorkOrderId("W1")};
  EXPECT_EQ(RefusalOf(CancelWorkOrder(world_.db(), cancel).status()),
            "COMPONENTS_ISSUED work_order_id");
  CompletionCommand close = world_.CompleteCommand("W1", "");
  close.close = true;
  EXPECT_EQ(Completed(close), "COMPONENTS_ISSUED work_order_id");
  CompletionCommand last = Completion("W1", "A");
  last.close = true;
  last.components = {Issued(frame, "", 0)};
  EXPECT_EQ(Completed(last), "COMPONENTS_ISSUED work_order_id");
  last.consume_issued = true;
  EXPECT_EQ(Completed(last), "OK");
  EXPECT_EQ(StateOf("W1"), WorkOrderState::kClosed);
  EXPECT_THAT(Left("W1"), IsEmpty());
}

TEST_F(IssuedComponentsTest, ConsumingTheRestNamesItAlsoInARepeat) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Issue("W1", {LineOf(salt, "5")});
  CompletionCommand last = Completion("W1", "A");
  last.components = {Issued(salt, "1")};
  last.consume_issued = true;
  for (int i = 0; i < 2; ++i) {
    SCOPED_TRACE(i);
    const auto completion = CompleteWorkOrder(world_.db(), last);
    ASSERT_TRUE(completion.ok()) << completion.status();
    ASSERT_THAT(completion->chosen, SizeIs(1));
    EXPECT_EQ(completion->chosen[0].lot_id, salt);
    EXPECT_EQ(completion->chosen[0].quantity, Q("4"));
    EXPECT_EQ(completion->chosen[0].from.value(), "WORK_IN_PROCESS");
  }
  EXPECT_EQ(world_.Where(salt), "stock 5");
}

TEST_F(IssuedComponentsTest, TakenApartItComesBackWithItsDate) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  const std::string before = world_.Dates("F1", "stock");
  Issue("W1", {LineOf(frame)});
  CompletionCommand completion = Completion("W1", "A");
  completion.components = {Issued(frame, "", 0)};
  ASSERT_EQ(Completed(completion), "OK");
  const auto apart = Disassemble(world_.db(), world_.DisassembleCommand(world_.IdOf("bike", "A")));
  ASSERT_TRUE(apart.ok()) << apart.status();
  EXPECT_EQ(world_.Where(frame), "stock 1");
  EXPECT_EQ(world_.Dates("F1", "stock").substr(world_.Dates("F1", "stock").find(" since ")),
            before.substr(before.find(" since ")));
}

TEST_F(IssuedComponentsTest, AReversedCompletionGivesBackToTheOrder) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  const IssuePosted issue = Issue("W1", {LineOf(salt, "5"), LineOf(frame)});
  CompletionCommand completion = Completion("W1", "A");
  completion.components = {Issued(salt, "4"), Issued(frame, "", 0)};
  const auto made = CompleteWorkOrder(world_.db(), completion);
  ASSERT_TRUE(made.ok()) << made.status();
  // What was used up does not go back to its location before that.
  EXPECT_EQ(ReasonOf(ReverseCompletion(world_.db(),
                                       world_.ReverseCompletionCommand(issue.transformation_id))
                         .status()),
            "RESULT_USED");
  ASSERT_TRUE(
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(made->transformation_id))
          .ok());
  EXPECT_THAT(Left("W1"), ElementsAre("F1 1", "SALT 5"));
  EXPECT_EQ(world_.Where(salt), "stock 5");
  const auto reversed =
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(issue.transformation_id));
  ASSERT_TRUE(reversed.ok()) << reversed.status();
  EXPECT_THAT(Left("W1"), IsEmpty());
  EXPECT_EQ(world_.Where(salt), "stock 10");
  EXPECT_EQ(world_.Where(frame), "stock 1");
}

TEST_F(IssuedComponentsTest, AReversedReturnIsInTheOrderAgain) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Issue("W1", {LineOf(salt, "5")});
  ReturnCommand back = ReturnOf(world_, "W1");
  back.lines = {BackOf(salt, "2")};
  const auto posted = ReturnComponents(world_.db(), back);
  ASSERT_TRUE(posted.ok()) << posted.status();
  ASSERT_TRUE(
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(posted->transformation_id))
          .ok());
  EXPECT_THAT(Left("W1"), ElementsAre("SALT 5"));
  EXPECT_EQ(world_.Where(salt), "stock 5");
}

TEST_F(IssuedComponentsTest, AnArchivedLotIsUsedUpAndComesBackToLife) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  Issue("W1", {LineOf(salt, "5")});
  const auto archived = ArchiveLot(world_.db(), world_.LotCommandFor(salt));
  ASSERT_TRUE(archived.ok()) << archived.status();
  CompletionCommand completion = Completion("W1", "A");
  completion.components = {Issued(salt, "3")};
  EXPECT_EQ(Completed(completion), "OK");
  EXPECT_EQ(world_.StateOf(salt), "ARCHIVED");
  ReturnCommand back = ReturnOf(world_, "W1");
  back.lines = {BackOf(salt)};
  const auto posted = ReturnComponents(world_.db(), back);
  ASSERT_TRUE(posted.ok()) << posted.status();
  EXPECT_THAT(posted->unarchived, ElementsAre(salt));
  EXPECT_EQ(world_.StateOf(salt), "ACTIVE");
}

TEST_F(IssuedComponentsTest, ReturnsUsesAndTheEndOfAnOrderExcludeEachOther) {
  constexpr int kConnections = 8;
  const LotId salt = world_.CreateLot("salt", "SALT", "100");
  Issue("W1", {LineOf(salt, "4")});
  std::vector<CompletionCommand> completions;
  std::vector<ReturnCommand> returns;
  for (int i = 0; i < kConnections; ++i) {
    completions.push_back(Completion("W1", absl::StrCat("A", i)));
    completions.back().components = {Issued(salt, "1")};
    returns.push_back(ReturnOf(world_, "W1"));
    returns.back().lines = {BackOf(salt, "1")};
  }
  std::vector<std::string> answers(kConnections);
  std::vector<std::thread> threads;
  for (int i = 0; i < kConnections; ++i) {
    threads.emplace_back([&, i] {
      const auto db = database_.Connect();
      answers[i] = i % 2 == 0 ? ReasonOf(CompleteWorkOrder(*db, completions[i]).status())
                              : ReasonOf(ReturnComponents(*db, returns[i]).status());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(answers.begin(), answers.end(), "OK"), 4);
  EXPECT_EQ(std::count(answers.begin(), answers.end(), "NOT_ISSUED"), 4);
  EXPECT_THAT(Left("W1"), IsEmpty());
}

}  // namespace
}  // namespace lots
