// Disassemble: a quantity of a lot.
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/kinds/movement.h"
#include "storage/genealogy/trace.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::IsEmpty;

// 100 of SOUP were made of 50 of SALT, and 1 of PEEL, which has one decimal, went into it exactly.
class PortionTest : public ::testing::Test {
 protected:
  PortionTest() {
    salt_ = world_.CreateLot("salt", "SALT", "60");
    peel_ = world_.CreateLot("peel", "PEEL", "10");
    CompletionCommand command = world_.CompleteCommand("W1", "soup");
    command.outputs = {Output("SOUP", "100")};
    command.components = {Component(salt_, "50"), Component(peel_, "1", 0)};
    const auto made = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(made.ok()) << made.status();
    completion_ = made->transformation_id;
    soup_ = made->outputs[0].lot_id;
  }
  ~PortionTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  static DisassemblyComponent Stated(const LotId& lot, absl::string_view quantity) {
    DisassemblyComponent component;
    component.lot.lot_id = lot;
    component.quantity = OptionalQuantity(quantity);
    return component;
  }
  DisassemblyCommand Command(absl::string_view quantity,
                             std::vector<DisassemblyComponent> components) {
    DisassemblyCommand command = world_.DisassembleCommand(soup_);
    command.quantity = OptionalQuantity(quantity);
    command.components = std::move(components);
    return command;
  }
  // "SALT 5.000; PEEL 0.1", or the refusal.
  std::string Back(const DisassemblyCommand& command) {
    const auto disassembly = Disassemble(world_.db(), command);
    if (!disassembly.ok()) return RefusalOf(disassembly.status());
    last_ = disassembly->transformation_id;
    std::vector<std::string> lines;
    for (const ReturnedComponent& component : disassembly->components) {
      lines.push_back(
          absl::StrCat(component.number, " ", component.quantity.Format(component.scale)));
    }
    return absl::StrJoin(lines, "; ");
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  LotId salt_, peel_, soup_;
  TransformationId completion_, last_;
};

TEST_F(PortionTest, TheShareOfTheQuantityComesBack) {
  const DisassemblyCommand command = Command("10", {Stated(salt_, "5"), Stated(peel_, "0.1")});
  EXPECT_EQ(Back(command), "PEEL 0.1; SALT 5.000");
  EXPECT_EQ(world_.Where(soup_), "shelf 90");
  EXPECT_EQ(world_.Where(salt_), "stock 15");
  EXPECT_EQ(world_.Where(peel_), "stock 9.1");
  EXPECT_EQ(Back(command), "PEEL 0.1; SALT 5.000");
  EXPECT_EQ(world_.Where(soup_), "shelf 90");
}

TEST_F(PortionTest, NotMoreThanTheShare) {
  EXPECT_EQ(Back(Command("10", {Stated(salt_, "5.001")})), "NOT_A_COMPONENT components[0]");
  EXPECT_EQ(Back(Command("101", {Stated(salt_, "1")})), "NOT_ENOUGH lot.quantity");
  // Rounded up to the component's decimals.
  EXPECT_EQ(Back(Command("0.001", {Stated(peel_, "0.1")})), "PEEL 0.1");
  EXPECT_EQ(Back(Command("0.001", {Stated(salt_, "0.001")})), "SALT 0.001");
}

// Each part is rounded up, and all of them together never give back more than went in.
TEST_F(PortionTest, PartsNeverGiveBackMoreThanWentIn) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Back(Command("9", {Stated(peel_, "0.1"), Stated(salt_, "4.5")})),
              "PEEL 0.1; SALT 4.500");
  }
  EXPECT_EQ(Back(Command("1", {Stated(peel_, "0.1")})), "NOT_A_COMPONENT components[0]");
  EXPECT_EQ(Back(Command("10", {Stated(salt_, "5")})), "SALT 5.000");
  EXPECT_EQ(world_.Where(soup_), "");
  EXPECT_EQ(world_.Where(salt_), "stock 60");
  EXPECT_EQ(world_.Where(peel_), "stock 10");
}

TEST_F(PortionTest, AReversalMakesItWholeAgain) {
  EXPECT_EQ(Back(Command("100", {Stated(salt_, "50")})), "SALT 50.000");
  const auto reversed = ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(last_));
  ASSERT_TRUE(reversed.ok()) << reversed.status();
  EXPECT_EQ(world_.Where(soup_), "shelf 100");
  EXPECT_EQ(Back(Command("100", {Stated(salt_, "50")})), "SALT 50.000");
}

TEST_F(PortionTest, WhatCameBackWholeIsNotInTheLotAnyMore) {
  EXPECT_EQ(Back(Command("100", {Stated(salt_, "50")})), "SALT 50.000");
  std::vector<std::string> made;
  TraceQuery query{.company = world_.company(), .direction = TraceDirection::kDownstream};
  query.seeds = {salt_};
  query.depth_max = kTraceDepthMax;
  query.node_limit = kTraceNodesMax;
  const auto summary = Trace(world_.db(), query, [&](const TracePiece& piece) {
    for (const TraceNode& node : piece.nodes) made.push_back(node.number);
  });
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(made, std::vector<std::string>{"SALT"});
}

TEST_F(PortionTest, SeveralCompletionsShareTheLot) {
  const LotId pepper = world_.CreateLot("salt", "PEPPER", "10");
  CompletionCommand more = world_.CompleteCommand("W2", "soup");
  more.outputs = {Output("SOUP", "100")};
  more.components = {Component(pepper, "10")};
  ASSERT_TRUE(CompleteWorkOrder(world_.db(), more).ok());
  EXPECT_EQ(Back(Command("20", {Stated(salt_, "5.001")})), "NOT_A_COMPONENT components[0]");
  EXPECT_EQ(Back(Command("20", {Stated(salt_, "5"), Stated(pepper, "1")})),
            "PEPPER 1.000; SALT 5.000");
}

TEST_F(PortionTest, Refusals) {
  EXPECT_EQ(Back(Command("", {})), "FIELD_INVALID quantity");
  EXPECT_EQ(Back(Command("1", {Stated(salt_, "")})), "FIELD_INVALID components[0].quantity");
  EXPECT_EQ(Back(Command("1.0001", {})), "QUANTITY_SCALE lot.quantity");
  const LotId stranger = world_.CreateLot("salt", "STRANGER", "5");
  EXPECT_EQ(Back(Command("10", {Stated(stranger, "1")})), "NOT_A_COMPONENT components[0]");
  world_.Move(MovementKind::kTransfer, soup_, "40", "shelf", "line");
  EXPECT_EQ(Back(Command("10", {})), "FIELD_INVALID from_location_id");
  DisassemblyCommand command = Command("10", {Stated(salt_, "5")});
  command.from = LocationId("line");
  EXPECT_EQ(Back(command), "SALT 5.000");
  EXPECT_EQ(world_.Where(soup_), "line 30, shelf 60");
}

TEST_F(PortionTest, ASerialIsOne) {
  const LotId bike = world_.CreateLot("bike", "B1", "1");
  DisassemblyCommand command = world_.DisassembleCommand(bike);
  command.quantity = Q("2");
  EXPECT_EQ(Back(command), "SERIAL_QUANTITY_NOT_ONE lot.quantity");
  command.quantity = Q("1");
  EXPECT_EQ(Back(command), "");
}

// Two parts are taken apart at once, and each wants all of the peel.
TEST_F(PortionTest, TwoAtOnceShareWhatIsLeft) {
  std::string refusals[2];
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      World world(world_, database_.Connect());
      DisassemblyCommand command = world.DisassembleCommand(soup_);
      command.quantity = Q("50");
      command.components = {Stated(salt_, "25"), Stated(peel_, "0.5")};
      refusals[i] = RefusalOf(Disassemble(world.db(), command).status());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refusals[0], "OK");
  EXPECT_EQ(refusals[1], "OK");
  EXPECT_EQ(world_.Where(salt_), "stock 60");
  EXPECT_EQ(world_.Where(peel_), "stock 10");
  EXPECT_EQ(Back(Command("1", {})), "NOT_ENOUGH lot.quantity");
}

}  // namespace
}  // namespace lots
