// Where components are: issued to an order, installed and removed, and after a correction.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/corrections/corrections.h"
#include "storage/units/maintain.h"
#include "storage/whereabouts/whereabouts.h"
#include "storage/work_orders/issue/issue.h"
#include "storage/work_orders/work_orders.h"
#include "tests/storage/whereabouts/whereabouts_calls.h"
#include "tests/support/base/must.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

class WhereaboutsOfComponents : public WhereaboutsCalls {
 protected:
  void Issue(const std::vector<LotId>& lots) {
    IssueCommand command;
    command.context = world_.Context("IssueComponents");
    command.work_order = WorkOrderId("W1");
    command.product = ProductId("bike");
    for (const LotId& lot : lots) command.lines.emplace_back().lot.emplace().lot_id = lot;
    command.source = LocationId("stock");
    command.occurred_at = world_.now();
    Must(IssueComponents(world_.db(), command));
  }
  void Return(const LotId& lot) {
    ReturnCommand command;
    command.context = world_.Context("ReturnComponents");
    command.work_order = WorkOrderId("W1");
    command.lines.emplace_back().lot.lot_id = lot;
    command.destination = LocationId("stock");
    command.occurred_at = world_.now();
    Must(ReturnComponents(world_.db(), command));
  }
  MaintenanceCommand Maintaining(const LotId& unit) {
    MaintenanceCommand command;
    command.context = world_.Context("MaintainUnit");
    command.unit.lot_id = unit;
    command.destination = LocationId("stock");
    command.source = LocationId("stock");
    command.occurred_at = world_.now();
    return command;
  }
};

TEST_F(WhereaboutsOfComponents, IssuedGoodsAreInTheWorkInProcessOfTheirOrder) {
  const LotId issued = Serial("issued");
  const LotId returned = Serial("returned");
  const LotId exact = Serial("exact");
  const LotId pooled = Serial("pooled");
  Issue({issued, returned, exact, pooled});
  EXPECT_EQ(Read(exact).position->work_order, WorkOrderId("W1"));
  Return(returned);
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output("unit")};
  command.components = {Component(exact, "", 0), Component(pooled)};
  for (CompletionComponent& component : command.components) component.from_issued = true;
  ASSERT_TRUE(CompleteWorkOrder(world_.db(), command).ok());

  ExpectStates({{"motor", "issued", "ISSUED"},
                {"motor", "returned", "IN_STOCK"},
                {"motor", "exact", "BUILT_IN"},
                {"motor", "pooled", "CONSUMED"},
                {"bike", "unit", "IN_STOCK"}});
}

TEST_F(WhereaboutsOfComponents, AComponentGoesInAndComesOut) {
  const LotId old_motor = Serial("old");
  const LotId unit = Make("bike", "unit", {old_motor});
  const LotId new_motor = Serial("new");
  MaintenanceCommand command = Maintaining(unit);
  command.removals.emplace_back().lot.lot_id = old_motor;
  command.installations.emplace_back().lot.lot_id = new_motor;
  const Maintenance swapped = Must(MaintainUnit(world_.db(), command));

  ExpectStates(
      {{"motor", "old", "IN_STOCK"}, {"motor", "new", "BUILT_IN"}, {"bike", "unit", "IN_STOCK"}});
  EXPECT_EQ(Filtered("unit_lot_id = " + unit.value().ToString()), "new");
  EXPECT_EQ(Shown(Read(new_motor).unit), "bike/unit IN_STOCK  at shelf");
  Undo(swapped.transformation_id);
  ExpectStates(
      {{"motor", "old", "BUILT_IN"}, {"motor", "new", "IN_STOCK"}, {"bike", "unit", "IN_STOCK"}});
  EXPECT_EQ(Filtered("unit_lot_id = " + unit.value().ToString()), "old");
}

TEST_F(WhereaboutsOfComponents, ACorrectedComponentIsWhereItReallyIs) {
  const LotId wrong = Serial("wrong");
  const LotId right = Serial("right");
  const LotId unit = Make("bike", "unit", {wrong});
  CorrectGenealogyCommand command;
  command.context = world_.Context("CorrectGenealogy");
  command.transformation_id = completion_;
  command.reason = "misread label";
  CorrectionLine& line = command.lines.emplace_back();
  line.wrong.emplace().lot.lot_id = wrong;
  line.wrong->unit.emplace().lot_id = unit;
  line.right.emplace().lot.lot_id = right;
  Must(CorrectGenealogy(world_.db(), command));

  ExpectStates({{"motor", "wrong", "IN_STOCK"},
                {"motor", "right", "BUILT_IN"},
                {"bike", "unit", "IN_STOCK"}});
  EXPECT_EQ(Filtered("unit_lot_id = " + unit.value().ToString()), "right");
}

}  // namespace
}  // namespace lots
