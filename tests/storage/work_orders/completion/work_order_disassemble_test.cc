// Disassemble: what comes back of a unit.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/workshop.h"

namespace lots {
namespace {

using ::testing::IsEmpty;

// W1 made bikes A and B: F1 and F2 went into one each, and so did 2 and 3 of PAINT; motors M1 and
// M2 and 10 of SALT were pooled.
class DisassembleTest : public ::testing::Test {
 protected:
  DisassembleTest() {
    f1_ = shop_.Serial("frame", "F1");
    f2_ = shop_.Serial("frame", "F2");
    m1_ = shop_.Serial("motor", "M1");
    m2_ = shop_.Serial("motor", "M2");
    paint_ = shop_.Lot("salt", "PAINT", "5");
    salt_ = shop_.Lot("salt", "SALT", "10");
    CompletionCommand command = shop_.Completing("W1", "bike");
    command.outputs = {Output("A"), Output("B")};
    command.components = {Used(f1_, "", 0),     Used(f2_, "", 1), Used(paint_, "2", 0),
                          Used(paint_, "3", 1), Used(m1_),        Used(m2_),
                          Used(salt_, "10")};
    const auto made = CompleteWorkOrder(shop_.db(), command);
    EXPECT_TRUE(made.ok()) << made.status();
    completion_ = made->transformation_id;
    a_ = made->outputs[0].lot_id;
    b_ = made->outputs[1].lot_id;
  }
  ~DisassembleTest() override { EXPECT_THAT(CheckLedger(shop_.db(), shop_.company()), IsEmpty()); }

  // "F1 1 STOCK exact; SALT 4.000 LINE".
  std::string Back(const DisassemblyCommand& command) {
    const auto disassembly = Disassemble(shop_.db(), command);
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
    const auto reversed = ReverseCompletion(shop_.db(), shop_.Reversing(transformation));
    EXPECT_TRUE(reversed.ok()) << reversed.status();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  Workshop shop_{database_};
  LotId f1_, f2_, m1_, m2_, paint_, salt_, a_, b_;
  TransformationId completion_, last_;
};

TEST_F(DisassembleTest, ExactComponentsComeBackByThemselves) {
  const DisassemblyCommand command = shop_.Disassembling(a_);
  EXPECT_EQ(Back(command), "F1 1 STOCK exact; PAINT 2.000 STOCK exact");
  EXPECT_EQ(shop_.Where(a_), "");
  EXPECT_EQ(shop_.StateOf(a_), "ACTIVE");
  EXPECT_EQ(shop_.Where(f1_), "STOCK:1");
  EXPECT_EQ(shop_.Where(f2_), "");
  EXPECT_EQ(shop_.Where(paint_), "STOCK:2");
  // The repeat is the same answer, and nothing comes back twice.
  EXPECT_EQ(Back(command), "F1 1 STOCK exact; PAINT 2.000 STOCK exact");
  EXPECT_EQ(shop_.Where(paint_), "STOCK:2");
}

TEST_F(DisassembleTest, PooledComponentsComeBackAsStated) {
  DisassemblyCommand command = shop_.Disassembling(a_);
  command.components = {Stated(m2_), Stated(salt_, "4", "LINE"), Stated(f1_, "", "SCRAP"),
                        Stated(paint_, "2.5")};
  EXPECT_EQ(Back(command), "NOT_A_COMPONENT components[3]");
  command.components[3].quantity = Q("2");
  EXPECT_EQ(Back(command),
            "F1 1 SCRAP exact; M2 1 STOCK; PAINT 2.000 STOCK exact; SALT 4.000 LINE");
  EXPECT_EQ(Back(command),
            "F1 1 SCRAP exact; M2 1 STOCK; PAINT 2.000 STOCK exact; SALT 4.000 LINE");
}

TEST_F(DisassembleTest, ExactComponentIsSharedOutOverPlaces) {
  DisassemblyCommand command = shop_.Disassembling(b_);
  command.components = {Stated(paint_, "1", "SCRAP")};
  EXPECT_EQ(Back(command), "COMPONENT_MISSING components");
  command.components.push_back(Stated(paint_, "", "LINE"));
  EXPECT_EQ(Back(command), "F2 1 STOCK exact; PAINT 1.000 SCRAP exact; PAINT 2.000 LINE exact");
}

TEST_F(DisassembleTest, NeverAnotherUnits) {
  const LotId stranger = shop_.Serial("frame", "F9");
  DisassemblyCommand command = shop_.Disassembling(a_);
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
  DisassemblyCommand first = shop_.Disassembling(a_);
  first.components = {Stated(salt_, "7"), Stated(m1_)};
  EXPECT_EQ(Back(first), "F1 1 STOCK exact; M1 1 STOCK; PAINT 2.000 STOCK exact; SALT 7.000 STOCK");
  const TransformationId disassembly = last_;

  DisassemblyCommand second = shop_.Disassembling(b_);
  second.components = {Stated(salt_, "3.001")};
  EXPECT_EQ(Back(second), "NOT_A_COMPONENT components[0]");
  second.components = {Stated(m1_)};
  EXPECT_EQ(Back(second), "NOT_A_COMPONENT components[0]");
  second.components = {Stated(salt_, "3")};
  EXPECT_EQ(Back(second), "F2 1 STOCK exact; PAINT 3.000 STOCK exact; SALT 3.000 STOCK");

  // What a disassembly gave back is in the unit again once it is taken back.
  Reverse(last_);
  Reverse(disassembly);
  DisassemblyCommand third = shop_.Disassembling(b_);
  third.components = {Stated(salt_, "10")};
  EXPECT_EQ(Back(third), "F2 1 STOCK exact; PAINT 3.000 STOCK exact; SALT 10.000 STOCK");
}

TEST_F(DisassembleTest, TakenFromWhereItIsOrSaid) {
  DisassemblyCommand command = shop_.Disassembling(a_);
  command.from = LocationId("LINE");
  EXPECT_EQ(Back(command), "SERIAL_NOT_THERE lot.from_location_id");
  ASSERT_TRUE(
      RecordMovements(shop_.db(), shop_.Moving(MovementKind::kTransfer, a_, "", "SHELF", "LINE"))
          .ok());
  EXPECT_EQ(Back(command), "F1 1 STOCK exact; PAINT 2.000 STOCK exact");
  EXPECT_EQ(Back(shop_.Disassembling(a_)), "SERIAL_NOT_THERE lot.from_location_id");
}

TEST_F(DisassembleTest, Refusals) {
  EXPECT_EQ(Back(shop_.Disassembling(LotId(Uuid::MakeV7()))), "LOT_NOT_FOUND lot");
  EXPECT_EQ(Back(shop_.Disassembling(salt_)), "TRACKING_MISMATCH lot");
  ASSERT_TRUE(AssignSerials(shop_.db(), shop_.Assigning("W2", "bike", {"P"})).ok());
  EXPECT_EQ(Back(shop_.Disassembling(shop_.IdOf("bike", "P"))),
            "LOT_PLANNED lot.lot; SERIAL_NOT_THERE lot.from_location_id");
  DisassemblyCommand command = shop_.Disassembling(a_);
  command.destination = LocationId("MOON");
  EXPECT_EQ(Back(command).substr(0, 18), "LOCATION_NOT_FOUND");
  command.destination = LocationId("SHOP");
  EXPECT_EQ(Back(command).substr(0, 22), "LOCATION_KIND_MISMATCH");
  shop_.Archive(paint_);
  EXPECT_EQ(Back(shop_.Disassembling(a_)).substr(0, 12), "LOT_ARCHIVED");
  EXPECT_EQ(shop_.Where(a_), "SHELF:1");
}

TEST_F(DisassembleTest, ANewNumberKeepsItsComponents) {
  const auto relabel = [&](const LotId& lot, const std::string& number) {
    const auto done = RelabelLot(shop_.db(), {.context = shop_.Context("RelabelLot"),
                                              .lot = {.lot_id = lot},
                                              .from = LocationId("SHELF"),
                                              .number = number,
                                              .occurred_at = shop_.now()});
    EXPECT_TRUE(done.ok()) << done.status();
    return done->lots[0].lot_id;
  };
  const LotId renamed = relabel(relabel(a_, "A-2"), "A-3");
  const LotId sibling = relabel(b_, "B-2");
  // What a sibling gave back does not come back again, whatever its number is.
  DisassemblyCommand command = shop_.Disassembling(sibling);
  command.components = {Stated(salt_, "7")};
  EXPECT_EQ(Back(command), "F2 1 STOCK exact; PAINT 3.000 STOCK exact; SALT 7.000 STOCK");
  command = shop_.Disassembling(renamed);
  command.components = {Stated(salt_, "4")};
  EXPECT_EQ(Back(command), "NOT_A_COMPONENT components[0]");
  command.components = {Stated(salt_, "3"), Stated(m1_)};
  EXPECT_EQ(Back(command),
            "F1 1 STOCK exact; M1 1 STOCK; PAINT 2.000 STOCK exact; SALT 3.000 STOCK");
  EXPECT_EQ(shop_.Where(f1_), "STOCK:1");
  // Rebuilt under its new number, it has only what went in then.
  CompletionCommand rebuild = shop_.Completing("W3", "bike");
  rebuild.outputs = {Output("A-3")};
  rebuild.components = {Used(f2_, "", 0)};
  ASSERT_TRUE(CompleteWorkOrder(shop_.db(), rebuild).ok());
  EXPECT_EQ(Back(shop_.Disassembling(renamed)), "F2 1 STOCK exact");
}

TEST_F(DisassembleTest, NothingHappensToAUnitBeforeItCameThere) {
  DisassemblyCommand command = shop_.Disassembling(a_);
  command.occurred_at = absl::FromCivil(absl::CivilDay(2001, 1, 1), absl::UTCTimeZone());
  EXPECT_EQ(Back(command), "BEFORE_ARRIVAL occur_time; BEFORE_ARRIVAL occur_time");

  CompletionCommand use = shop_.Completing("W2", "bike");
  use.outputs = {Output("C")};
  use.components = {Used(shop_.Serial("frame", "F3"), "", 0)};
  use.occurred_at = command.occurred_at;
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(shop_.db(), use).status()), "BEFORE_ARRIVAL occur_time");

  EXPECT_NE(Back(shop_.Disassembling(a_)), "");
  CompletionCommand rebuild = shop_.Completing("W3", "bike");
  rebuild.outputs = {Output("A")};
  rebuild.occurred_at = command.occurred_at;
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(shop_.db(), rebuild).status()),
            "BEFORE_ARRIVAL occur_time");
}

TEST_F(DisassembleTest, UnitIsRebuiltUnderTheSameSerial) {
  EXPECT_EQ(Back(shop_.Disassembling(a_)), "F1 1 STOCK exact; PAINT 2.000 STOCK exact");
  const LotId f3 = shop_.Serial("frame", "F3");
  CompletionCommand rebuild = shop_.Completing("W2", "bike");
  rebuild.outputs = {Output("A")};
  rebuild.components = {Used(f3, "", 0)};
  const auto rebuilt = CompleteWorkOrder(shop_.db(), rebuild);
  ASSERT_TRUE(rebuilt.ok()) << rebuilt.status();
  EXPECT_EQ(rebuilt->outputs[0].lot_id, a_);
  EXPECT_EQ(shop_.Where(a_), "SHELF:1");

  // Only what it was built of last comes back.
  DisassemblyCommand command = shop_.Disassembling(a_);
  command.components = {Stated(salt_, "1")};
  EXPECT_EQ(Back(command), "NOT_A_COMPONENT components[0]");
  EXPECT_EQ(Back(shop_.Disassembling(a_)), "F3 1 STOCK exact");
  // Made again once more, and not while it is there.
  CompletionCommand again = shop_.Completing("W3", "bike");
  again.outputs = {Output("A")};
  ASSERT_TRUE(CompleteWorkOrder(shop_.db(), again).ok());
  again.context = shop_.Context("CompleteWorkOrder");
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(shop_.db(), again).status()),
            "SERIAL_ALREADY_PRODUCED outputs[0]");
}

TEST_F(DisassembleTest, ReworkAddsToWhatIsInTheUnit) {
  const LotId bell = shop_.Serial("frame", "BELL");
  CompletionCommand rework = shop_.Completing("R1", "bike");
  rework.outputs = {Output(a_)};
  rework.components = {Used(a_), Used(bell, "", 0)};
  rework.components[0].from = LocationId("SHELF");
  ASSERT_TRUE(CompleteWorkOrder(shop_.db(), rework).ok());
  EXPECT_EQ(Back(shop_.Disassembling(a_)),
            "BELL 1 STOCK exact; F1 1 STOCK exact; PAINT 2.000 STOCK exact");
}

TEST_F(DisassembleTest, WhatReworkRemovedDoesNotComeBackAgain) {
  CompletionCommand rework = shop_.Completing("R1", "bike");
  rework.outputs = {Output(a_)};
  rework.components = {Used(a_)};
  rework.components[0].from = LocationId("SHELF");
  rework.by_products = {Besides("salt", "PAINT", "0.5")};
  ASSERT_TRUE(CompleteWorkOrder(shop_.db(), rework).ok());
  EXPECT_EQ(Back(shop_.Disassembling(a_)), "F1 1 STOCK exact; PAINT 1.500 STOCK exact");
}

TEST_F(DisassembleTest, UnitWithoutRecordedComponentsIsTakenApartIntoNothing) {
  const LotId bought = shop_.Serial("bike", "BOUGHT");
  EXPECT_EQ(Back(shop_.Disassembling(bought)), "");
  EXPECT_EQ(shop_.Where(bought), "");
}

}  // namespace
}  // namespace lots
