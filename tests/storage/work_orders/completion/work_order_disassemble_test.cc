// Disassemble: what comes back of a unit.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// W1 made bikes A and B: F1 and F2 went into one each, and so did 2 and 3 of PAINT; motors M1 and
// M2 and 10 of SALT were pooled.
class DisassembleTest : public ::testing::Test {
 protected:
  DisassembleTest() {
    f1_ = world_.CreateLot("frame", "F1", "1");
    f2_ = world_.CreateLot("frame", "F2", "1");
    m1_ = world_.CreateLot("motor", "M1", "1");
    m2_ = world_.CreateLot("motor", "M2", "1");
    paint_ = world_.CreateLot("salt", "PAINT", "5");
    salt_ = world_.CreateLot("salt", "SALT", "10");
    CompletionCommand command = world_.CompleteCommand("W1", "bike");
    command.outputs = {Output("A"), Output("B")};
    command.components = {
        Component(f1_, "", 0),     Component(f2_, "", 1), Component(paint_, "2", 0),
        Component(paint_, "3", 1), Component(m1_),        Component(m2_),
        Component(salt_, "10")};
    const auto made = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(made.ok()) << made.status();
    completion_ = made->transformation_id;
    a_ = made->outputs[0].lot_id;
    b_ = made->outputs[1].lot_id;
  }
  ~DisassembleTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  // "F1 1 stock exact; SALT 4.000 LINE".
  std::string Back(const DisassemblyCommand& command) {
    const auto disassembly = Disassemble(world_.db(), command);
    if (!disassembly.ok()) return RefusalOf(disassembly.status());
    last_ = disassembly->transformation_id;
    std::vector<std::string> lines;
    for (const ReturnedComponent& component : disassembly->components) {
      lines.push_back(absl::StrCat(component.number, " ",
                                   component.quantity.Format(component.scale), " ",
                                   component.to.value(), component.exact ? " exact" : ""));
    }
    return absl::StrJoin(lines, "; ");
  }
  DisassemblyComponent Stated(const LotId& lot, absl::string_view quantity = "",
                              absl::string_view to = "") {
    DisassemblyComponent component;
    component.lot.lot_id = lot;
    if (!quantity.empty()) component.quantity = Q(quantity);
    if (!to.empty()) component.to = LocationId(std::string(to));
    return component;
  }
  void Reverse(const TransformationId& transformation) {
    const auto reversed =
        ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(transformation));
    EXPECT_TRUE(reversed.ok()) << reversed.status();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  LotId f1_, f2_, m1_, m2_, paint_, salt_, a_, b_;
  TransformationId completion_, last_;
};

TEST_F(DisassembleTest, ExactComponentsComeBackByThemselves) {
  const DisassemblyCommand command = world_.DisassembleCommand(a_);
  EXPECT_EQ(Back(command), "F1 1 stock exact; PAINT 2.000 stock exact");
  EXPECT_EQ(world_.Where(a_), "");
  EXPECT_EQ(world_.StateOf(a_), "ACTIVE");
  EXPECT_EQ(world_.Where(f1_), "stock 1");
  EXPECT_EQ(world_.Where(f2_), "");
  EXPECT_EQ(world_.Where(paint_), "stock 2");
  // The repeat is the same answer, and nothing comes back twice.
  EXPECT_EQ(Back(command), "F1 1 stock exact; PAINT 2.000 stock exact");
  EXPECT_EQ(world_.Where(paint_), "stock 2");
}

TEST_F(DisassembleTest, PooledComponentsComeBackAsStated) {
  DisassemblyCommand command = world_.DisassembleCommand(a_);
  command.components = {Stated(m2_), Stated(salt_, "4", "line"), Stated(f1_, "", "SCRAP"),
                        Stated(paint_, "2.5")};
  EXPECT_EQ(Back(command), "NOT_A_COMPONENT components[3]");
  command.components[3].quantity = Q("2");
  EXPECT_EQ(Back(command),
            "F1 1 SCRAP exact; M2 1 stock; PAINT 2.000 stock exact; SALT 4.000 line");
  EXPECT_EQ(Back(command),
            "F1 1 SCRAP exact; M2 1 stock; PAINT 2.000 stock exact; SALT 4.000 line");
}

TEST_F(DisassembleTest, ExactComponentIsSharedOutOverPlaces) {
  DisassemblyCommand command = world_.DisassembleCommand(b_);
  command.components = {Stated(paint_, "1", "SCRAP")};
  EXPECT_EQ(Back(command), "COMPONENT_MISSING components");
  command.components.push_back(Stated(paint_, "", "line"));
  EXPECT_EQ(Back(command), "F2 1 stock exact; PAINT 1.000 SCRAP exact; PAINT 2.000 line exact");
}

TEST_F(DisassembleTest, NeverAnotherUnits) {
  const LotId stranger = world_.CreateLot("frame", "F9", "1");
  DisassemblyCommand command = world_.DisassembleCommand(a_);
  command.components = {Stated(f2_)};
  EXPECT_EQ(Back(command), "NOT_A_COMPONENT components[0]");
  command.components = {Stated(stranger)};
  EXPECT_EQ(Back(command), "NOT_A_COMPONENT components[0]");
  command.components = {Stated(LotId(Uuid::MakeV7()))};
  EXPECT_EQ(Back(command), "LOT_NOT_FOUND components[0].lot");
  command.components = {Stated(salt_)};
  EXPECT_EQ(Back(command), "FIELD_INVALID components[0].quantity");
}

TEST_F(DisassembleTest, PooledOnesComeBackOnceAmongAllUnits) {
  DisassemblyCommand first = world_.DisassembleCommand(a_);
  first.components = {Stated(salt_, "7"), Stated(m1_)};
  EXPECT_EQ(Back(first), "F1 1 stock exact; M1 1 stock; PAINT 2.000 stock exact; SALT 7.000 stock");
  const TransformationId disassembly = last_;

  DisassemblyCommand second = world_.DisassembleCommand(b_);
  second.components = {Stated(salt_, "3.001")};
  EXPECT_EQ(Back(second), "NOT_A_COMPONENT components[0]");
  second.components = {Stated(m1_)};
  EXPECT_EQ(Back(second), "NOT_A_COMPONENT components[0]");
  second.components = {Stated(salt_, "3")};
  EXPECT_EQ(Back(second), "F2 1 stock exact; PAINT 3.000 stock exact; SALT 3.000 stock");

  // What a disassembly gave back is in the unit again once it is taken back.
  Reverse(last_);
  Reverse(disassembly);
  DisassemblyCommand third = world_.DisassembleCommand(b_);
  third.components = {Stated(salt_, "10")};
  EXPECT_EQ(Back(third), "F2 1 stock exact; PAINT 3.000 stock exact; SALT 10.000 stock");
}

TEST_F(DisassembleTest, TakenFromWhereItIsOrSaid) {
  DisassemblyCommand command = world_.DisassembleCommand(a_);
  command.from = LocationId("line");
  EXPECT_EQ(Back(command), "SERIAL_NOT_THERE lot.from_location_id");
  ASSERT_TRUE(RecordMovements(world_.db(),
                              world_.MoveCommand(MovementKind::kTransfer, a_, "", "shelf", "line"))
                  .ok());
  EXPECT_EQ(Back(command), "F1 1 stock exact; PAINT 2.000 stock exact");
  EXPECT_EQ(Back(world_.DisassembleCommand(a_)), "SERIAL_NOT_THERE lot.from_location_id");
}

TEST_F(DisassembleTest, Refusals) {
  EXPECT_EQ(Back(world_.DisassembleCommand(LotId(Uuid::MakeV7()))), "LOT_NOT_FOUND lot");
  EXPECT_EQ(Back(world_.DisassembleCommand(salt_)), "FIELD_INVALID quantity");
  ASSERT_TRUE(AssignSerials(world_.db(), world_.AssignCommand("W2", "bike", {"P"})).ok());
  EXPECT_EQ(Back(world_.DisassembleCommand(world_.IdOf("bike", "P"))),
            "LOT_PLANNED lot.lot; SERIAL_NOT_THERE lot.from_location_id");
  DisassemblyCommand command = world_.DisassembleCommand(a_);
  command.destination = LocationId("MOON");
  EXPECT_EQ(Back(command).substr(0, 18), "LOCATION_NOT_FOUND");
  command.destination = LocationId("shop");
  EXPECT_EQ(Back(command).substr(0, 22), "LOCATION_KIND_MISMATCH");
  EXPECT_EQ(world_.Where(a_), "shelf 1");
}

TEST_F(DisassembleTest, AnArchivedComponentComesBackToLife) {
  world_.SetState(paint_, LotState::kArchived);
  const DisassemblyCommand command = world_.DisassembleCommand(a_);

  const auto apart = Disassemble(world_.db(), command);

  ASSERT_TRUE(apart.ok()) << apart.status();
  EXPECT_EQ(apart->unarchived, std::vector<LotId>{paint_});
  EXPECT_EQ(world_.StateOf(paint_), "ACTIVE");
  const auto repeat = Disassemble(world_.db(), command);
  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_EQ(repeat->unarchived, std::vector<LotId>{paint_});
}

// FIFO takes what came back as if it had never gone in.
TEST_F(DisassembleTest, ComponentsComeBackWithTheDateThatTheyHadInStock) {
  const LotId frame = world_.CreateLot("frame", "F9"), salt = world_.CreateLot("salt", "OLD");
  world_.MustRecord("RECEIPT F9 1 >stock @2026-03-02");
  world_.MustRecord("RECEIPT OLD 10 >yard @2026-03-01");
  world_.MustRecord("RECEIPT OLD 10 >stock @2026-03-03");
  CompletionCommand command = world_.CompleteCommand("W2", "bike");
  command.outputs = {Output("C")};
  command.components = {Component(frame, "", 0), Component(salt, "10")};
  const auto made = CompleteWorkOrder(world_.db(), command);
  ASSERT_TRUE(made.ok()) << made.status();

  DisassemblyCommand apart = world_.DisassembleCommand(made->outputs[0].lot_id);
  apart.components = {Stated(salt, "4")};
  EXPECT_EQ(Back(apart), "F9 1 stock exact; OLD 4.000 stock");

  EXPECT_THAT(world_.Dates("F9", "stock"), HasSubstr("since 03-02"));
  EXPECT_THAT(world_.Dates("OLD", "stock"), HasSubstr("since 03-03"));
}

TEST_F(DisassembleTest, ANewNumberKeepsItsComponents) {
  const auto relabel = [&](const LotId& lot, const std::string& number,
                           const std::string& product) {
    const auto done = RelabelLot(world_.db(), {.context = world_.Context("RelabelLot"),
                                               .lot = {.lot_id = lot},
                                               .from = LocationId("shelf"),
                                               .product = ProductId(product),
                                               .number = number,
                                               .occurred_at = world_.now()});
    EXPECT_TRUE(done.ok()) << done.status();
    return done->lots[0].lot_id;
  };
  const LotId renamed = relabel(relabel(a_, "A-2", "pump"), "A-3", "bike");
  const LotId sibling = relabel(relabel(b_, "B-2", "bike"), "B-2", "pump");
  // What a sibling gave back does not come back again, whatever its number is.
  DisassemblyCommand command = world_.DisassembleCommand(sibling);
  command.components = {Stated(salt_, "7")};
  EXPECT_EQ(Back(command), "F2 1 stock exact; PAINT 3.000 stock exact; SALT 7.000 stock");
  command = world_.DisassembleCommand(renamed);
  command.components = {Stated(salt_, "4")};
  EXPECT_EQ(Back(command), "NOT_A_COMPONENT components[0]");
  command.components = {Stated(salt_, "3"), Stated(m1_)};
  EXPECT_EQ(Back(command),
            "F1 1 stock exact; M1 1 stock; PAINT 2.000 stock exact; SALT 3.000 stock");
  EXPECT_EQ(world_.Where(f1_), "stock 1");
  // Rebuilt under its new number, it has only what went in then.
  CompletionCommand rebuild = world_.CompleteCommand("W3", "bike");
  rebuild.outputs = {Output("A-3")};
  rebuild.components = {Component(f2_, "", 0)};
  ASSERT_TRUE(CompleteWorkOrder(world_.db(), rebuild).ok());
  EXPECT_EQ(Back(world_.DisassembleCommand(renamed)), "F2 1 stock exact");
}

TEST_F(DisassembleTest, NothingHappensToAUnitBeforeItCameThere) {
  DisassemblyCommand command = world_.DisassembleCommand(a_);
  command.occurred_at = absl::FromCivil(absl::CivilDay(1999, 1, 1), absl::UTCTimeZone());
  EXPECT_EQ(Back(command), "BEFORE_ARRIVAL occur_time; BEFORE_ARRIVAL occur_time");

  const LotId f3 = world_.CreateLot("frame", "F3");
  world_.Move(MovementKind::kReceipt, f3, "1", "SUPPLIER", "stock");
  CompletionCommand use = world_.CompleteCommand("W2", "bike");
  use.outputs = {Output("C")};
  use.components = {Component(f3, "", 0)};
  use.occurred_at = command.occurred_at;
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(world_.db(), use).status()), "BEFORE_ARRIVAL occur_time");

  EXPECT_NE(Back(world_.DisassembleCommand(a_)), "");
  CompletionCommand rebuild = world_.CompleteCommand("W3", "bike");
  rebuild.outputs = {Output("A")};
  rebuild.occurred_at = command.occurred_at;
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(world_.db(), rebuild).status()),
            "BEFORE_ARRIVAL occur_time");
}

TEST_F(DisassembleTest, UnitIsRebuiltUnderTheSameSerial) {
  EXPECT_EQ(Back(world_.DisassembleCommand(a_)), "F1 1 stock exact; PAINT 2.000 stock exact");
  const LotId f3 = world_.CreateLot("frame", "F3", "1");
  CompletionCommand rebuild = world_.CompleteCommand("W2", "bike");
  rebuild.outputs = {Output("A")};
  rebuild.components = {Component(f3, "", 0)};
  const auto rebuilt = CompleteWorkOrder(world_.db(), rebuild);
  ASSERT_TRUE(rebuilt.ok()) << rebuilt.status();
  EXPECT_EQ(rebuilt->outputs[0].lot_id, a_);
  EXPECT_EQ(world_.Where(a_), "shelf 1");

  // Only what it was built of last comes back.
  DisassemblyCommand command = world_.DisassembleCommand(a_);
  command.components = {Stated(salt_, "1")};
  EXPECT_EQ(Back(command), "NOT_A_COMPONENT components[0]");
  EXPECT_EQ(Back(world_.DisassembleCommand(a_)), "F3 1 stock exact");
  // Made again once more, and not while it is there.
  CompletionCommand again = world_.CompleteCommand("W3", "bike");
  again.outputs = {Output("A")};
  ASSERT_TRUE(CompleteWorkOrder(world_.db(), again).ok());
  again.context = world_.Context("CompleteWorkOrder");
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(world_.db(), again).status()),
            "SERIAL_ALREADY_PRODUCED outputs[0]");
}

TEST_F(DisassembleTest, ReworkAddsToWhatIsInTheUnit) {
  const LotId bell = world_.CreateLot("frame", "BELL", "1");
  CompletionCommand rework = world_.CompleteCommand("R1", "bike");
  rework.outputs = {Output(a_)};
  rework.components = {Component(a_), Component(bell, "", 0)};
  rework.components[0].from = LocationId("shelf");
  ASSERT_TRUE(CompleteWorkOrder(world_.db(), rework).ok());
  EXPECT_EQ(Back(world_.DisassembleCommand(a_)),
            "BELL 1 stock exact; F1 1 stock exact; PAINT 2.000 stock exact");
}

TEST_F(DisassembleTest, WhatReworkRemovedDoesNotComeBackAgain) {
  CompletionCommand rework = world_.CompleteCommand("R1", "bike");
  rework.outputs = {Output(a_)};
  rework.components = {Component(a_)};
  rework.components[0].from = LocationId("shelf");
  rework.by_products = {ByProduct("salt", "PAINT", "0.5")};
  ASSERT_TRUE(CompleteWorkOrder(world_.db(), rework).ok());
  EXPECT_EQ(Back(world_.DisassembleCommand(a_)), "F1 1 stock exact; PAINT 1.500 stock exact");
}

TEST_F(DisassembleTest, UnitWithoutRecordedComponentsIsTakenApartIntoNothing) {
  const LotId bought = world_.CreateLot("bike", "BOUGHT", "1");
  EXPECT_EQ(Back(world_.DisassembleCommand(bought)), "");
  EXPECT_EQ(world_.Where(bought), "");
}

}  // namespace
}  // namespace lots
