// MaintainUnit: what comes out and goes in, what is refused, and taking it back.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "storage/holds/holds.h"
#include "tests/storage/units/unit_world.h"

namespace lots {
namespace {

class MaintainTest : public UnitTest {};

TEST_F(MaintainTest, ASwapIsOneTransaction) {
  EXPECT_EQ(In("A"), "1 F1 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled");
  const MaintenanceCommand swap = Maintaining("A", {"F1@yard"}, {"F3@stock"});
  EXPECT_EQ(Maintain(swap), "OK");
  const TransformationId first = last_;
  EXPECT_EQ(In("A"), "1 F3 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled");
  EXPECT_EQ(world_.Where("F1"), "yard 1");
  EXPECT_EQ(world_.Where("F3"), "");
  EXPECT_EQ(world_.Where(Id("A")), "shelf 1");
  // The repeat is the same answer, and nothing moves twice.
  const auto repeat = MaintainUnit(world_.db(), swap);
  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_EQ(repeat->transformation_id, first);
  ASSERT_EQ(repeat->removed.size(), 1u);
  EXPECT_EQ(repeat->removed[0].number, "F1");
  EXPECT_EQ(repeat->removed[0].location, LocationId("yard"));
  ASSERT_EQ(repeat->installed.size(), 1u);
  EXPECT_EQ(repeat->installed[0].number, "F3");
  EXPECT_EQ(repeat->installed[0].location, LocationId("stock"));
}

TEST_F(MaintainTest, LotsByQuantityExactAndPooled) {
  EXPECT_EQ(Maintain("A", {"PAINT=0.5@SCRAP", "SALT=4@stock"}, {"SALT=1@stock"}), "OK");
  EXPECT_EQ(In("A"), "1 F1 1; 1 M1 1; 1 PAINT 1.5; 1 SALT 6 pooled; 1 SALT 1");
  EXPECT_EQ(In("B"), "1 F2 1; 1 SALT 6 pooled");
  // Without a quantity: all that is exactly in it.
  EXPECT_EQ(Maintain("A", {"PAINT@stock"}, {}), "OK");
  EXPECT_EQ(world_.Where("PAINT"), "SCRAP 0.5, stock 99.5");
  EXPECT_EQ(Maintain("A", {"SALT=7.5@stock"}, {}), "NOT_A_COMPONENT removals[0]");
}

TEST_F(MaintainTest, WhatASingleUnitUsedAsAWholeIsInIt) {
  CompletionCommand command = Making("W2", "C", "F3");
  command.components.push_back(Component(Id("SALT"), "5"));
  Complete(command);
  EXPECT_EQ(In("C"), "1 F3 1; 1 SALT 5");
}

TEST_F(MaintainTest, AUnitIsMaintainedWhereverItIs) {
  Deliver("A", "anna");
  Tick();
  world_.MustRecord("DELIVERY F3 1 stock>shop #anna");
  EXPECT_EQ(Maintain("A", {"F1@shop"}, {"F3@shop"}), "OK");
  EXPECT_EQ(world_.Where(Id("A")), "shop 1");
  EXPECT_EQ(world_.Where("F1"), "shop 1");
  EXPECT_EQ(In("A"), "1 F3 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled");
  ASSERT_TRUE(composition_.place.has_value());
  EXPECT_EQ(composition_.place->location_id, LocationId("shop"));
  EXPECT_EQ(composition_.place->partner_id, "anna");
  // F3 was delivered by itself, and comes back with the unit only.
  EXPECT_EQ(Recipients("F3"), "anna F3; anna A");
  EXPECT_EQ(Reverse(last_), "OK");
  EXPECT_EQ(world_.Where("F3"), "shop 1");
  EXPECT_EQ(world_.Where("F1"), "");
}

TEST_F(MaintainTest, Refusals) {
  struct Case {
    const char* about;
    std::string unit;
    std::vector<std::string> out, in;
    const char* refusal;
  };
  const Case cases[] = {
      {"nothing", "A", {}, {}, "FIELD_INVALID installations"},
      {"not in it", "A", {"F2@stock"}, {}, "NOT_A_COMPONENT removals[0]"},
      {"too much", "A", {"PAINT=2.5@stock"}, {}, "NOT_A_COMPONENT removals[0]"},
      {"twice", "A", {}, {"F3@stock", "F3@stock"}, "DUPLICATE_IN_REQUEST installations[1]"},
      {"no place",
       "A",
       {"F1"},
       {"F3"},
       "FIELD_INVALID removals[0].to_location_id; FIELD_INVALID "
       "installations[0].from_location_id"},
      {"no quantity", "A", {}, {"SALT@stock"}, "FIELD_INVALID installations[0].quantity"},
      {"elsewhere", "A", {}, {"F3@yard"}, "SERIAL_NOT_THERE installations[0].from_location_id"},
      {"in another unit",
       "A",
       {},
       {"F2@stock"},
       "SERIAL_NOT_THERE installations[0].from_location_id"},
      {"too little", "A", {}, {"SALT=91@stock"}, "NOT_ENOUGH installations[0].quantity"},
      {"itself", "A", {}, {"A@shelf"}, "COMPONENT_CONTAINS_UNIT installations[0]"},
      {"a wrong place",
       "A",
       {"F1@SUPPLIER"},
       {},
       "LOCATION_KIND_MISMATCH removals[0].to_location_id"},
      {"a lot", "SALT", {}, {"F3@stock"}, "TRACKING_MISMATCH lot"},
  };
  for (const Case& c : cases) EXPECT_EQ(Maintain(c.unit, c.out, c.in), c.refusal) << c.about;
  MaintenanceCommand unknown = Maintaining("A", {"F1@stock"}, {});
  unknown.unit.lot_id = LotId(Uuid::MakeV7());
  EXPECT_EQ(Maintain(unknown), "LOT_NOT_FOUND lot");
  unknown = Maintaining("A", {"F1@stock"}, {});
  unknown.removals[0].lot.lot_id = LotId(Uuid::MakeV7());
  EXPECT_EQ(Maintain(unknown), "LOT_NOT_FOUND removals[0].lot");
  // Nothing of all this was left behind.
  EXPECT_EQ(In("A"), "1 F1 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled");
}

TEST_F(MaintainTest, OnlyAUnitThatIsInUse) {
  EXPECT_EQ(Disassemble("B"), "F2 1");
  EXPECT_EQ(Maintain("B", {}, {"F3@stock"}), "UNIT_NOT_IN_USE lot");
  world_.Move(MovementKind::kScrap, Id("A"), "", "shelf", "SCRAP");
  EXPECT_EQ(Maintain("A", {"F1@stock"}, {}), "UNIT_NOT_IN_USE lot");
}

// Rule 10: a serial's own facts are in order.
TEST_F(MaintainTest, NothingHappensBeforeTheUnitOrTheComponentCameThere) {
  const absl::Time before = world_.now() - absl::Hours(5);
  MaintenanceCommand command = Maintaining("A", {}, {"F3@stock"});
  command.context.now = Tick();
  command.occurred_at = before;
  EXPECT_EQ(RefusalOf(MaintainUnit(world_.db(), command).status()), "BEFORE_ARRIVAL occur_time");
  EXPECT_EQ(Maintain("A", {"F1@stock"}, {"F3@stock"}), "OK");
  command = Maintaining("A", {"F3@stock"}, {});
  command.context.now = world_.now();
  command.occurred_at = world_.now() - absl::Minutes(30);
  EXPECT_EQ(RefusalOf(MaintainUnit(world_.db(), command).status()), "BEFORE_ARRIVAL occur_time");
}

TEST_F(MaintainTest, HeldAndExpiredComponentsAreRefusedUnlessAccepted) {
  ASSERT_TRUE(HoldLots(world_.db(), {.context = world_.Context("HoldLots"),
                                     .targets = {{.lot = {.lot_id = Id("F3")}}},
                                     .reason = "cracked"})
                  .ok());
  EXPECT_EQ(Maintain("A", {}, {"F3@stock"}), "LOT_HELD installations[0].lot");
  MaintenanceCommand accepted = Maintaining("A", {"F1@yard"}, {"F3@stock"});
  accepted.accept.held = true;
  EXPECT_EQ(Maintain(accepted), "OK");
  // The unit inherits the hold.
  RecordMovementsCommand move =
      world_.MoveCommand(MovementKind::kTransfer, Id("A"), "", "shelf", "yard");
  EXPECT_EQ(ReasonOf(RecordMovements(world_.db(), move).status()), "LOT_HELD");
}

TEST_F(MaintainTest, AHeldComponentComesOut) {
  ASSERT_TRUE(HoldLots(world_.db(), {.context = world_.Context("HoldLots"),
                                     .targets = {{.lot = {.lot_id = Id("F1")}}},
                                     .reason = "cracked"})
                  .ok());
  EXPECT_EQ(Maintain("A", {"F1@yard"}, {}), "OK");
  EXPECT_EQ(world_.Where("F1"), "yard 1");
}

// Also where nothing goes in.
TEST_F(MaintainTest, IsPartOfTheHistoryOfTheUnitAndOfTheComponent) {
  const auto count = [&](const LotId& lot) {
    const std::vector<std::string> lines = world_.History(lot);
    return std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
      return absl::StartsWith(line, "TRANSFORMATION");
    });
  };
  const auto of_unit = count(Id("A")), of_component = count(Id("F1"));
  EXPECT_EQ(Maintain("A", {"F1@yard"}, {}), "OK");
  EXPECT_EQ(count(Id("A")), of_unit + 1);
  EXPECT_EQ(count(Id("F1")), of_component + 1);
}

TEST_F(MaintainTest, IsReversedOnceWhileNothingWasDoneOnTop) {
  EXPECT_EQ(Maintain("A", {"F1@yard"}, {"F3@stock"}), "OK");
  const TransformationId first = last_;
  EXPECT_EQ(Maintain("A", {"F3@yard"}, {"GOOD@stock"}), "OK");
  const TransformationId second = last_;
  EXPECT_EQ(Reverse(first), "RESULT_USED transformation_id");
  EXPECT_EQ(Reverse(second), "OK");
  EXPECT_EQ(In("A"), "1 F3 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled");
  EXPECT_EQ(Reverse(second), "ALREADY_REVERSED transformation_id");
  EXPECT_EQ(Reverse(first), "OK");
  EXPECT_EQ(In("A"), "1 F1 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled");
  EXPECT_EQ(world_.StateOf(Id("F3")), "ACTIVE");
  EXPECT_EQ(world_.Where("F3"), "stock 1");
}

TEST_F(MaintainTest, ACompletionIsNotReversedUnderAMaintenance) {
  const TransformationId making = Complete(Making("W2", "C", "BAD"));
  EXPECT_EQ(Maintain("C", {}, {"SALT=1@stock"}), "OK");
  const TransformationId installed = last_;
  EXPECT_EQ(Reverse(making), "RESULT_USED transformation_id");
  EXPECT_EQ(Reverse(installed), "OK");
  EXPECT_EQ(Maintain("C", {"BAD@SCRAP"}, {}), "OK");
  EXPECT_EQ(Reverse(making), "RESULT_USED transformation_id");
}

TEST_F(MaintainTest, DisassemblyGivesBackWhatIsInItNow) {
  EXPECT_EQ(Maintain("A", {"F1@SCRAP", "PAINT=2@stock"}, {"F3@stock"}), "OK");
  Relabel("A", "A-2");
  EXPECT_EQ(Maintain("A-2", {"M1@yard"}, {"M2@stock"}), "OK");
  EXPECT_EQ(In("A-2"), "1 F3 1; 1 M2 1; 1 SALT 10 pooled");
  EXPECT_EQ(Disassemble("A-2"), "F3 1; M2 1");
  EXPECT_EQ(In("A-2"), "");
  EXPECT_EQ(Reverse(last_), "OK");
  EXPECT_EQ(In("A-2"), "1 F3 1; 1 M2 1; 1 SALT 10 pooled");
}

// A component goes out beside the unit as a by-product, and another one goes in.
TEST_F(MaintainTest, AReworkSwapsInOneStep) {
  CompletionCommand rework = world_.CompleteCommand("R1", "bike");
  rework.outputs = {Output(Id("A"))};
  rework.components = {Component(Id("A")), Component(Id("GOOD"), "", 0)};
  rework.components[0].from = LocationId("shelf");
  rework.by_products = {ByProduct("frame", "F1", "1"), ByProduct("frame", "F2", "1")};
  rework.occurred_at = Tick();
  // What is in another unit does not come out of this one.
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(world_.db(), rework).status()),
            "SERIAL_ALREADY_PRODUCED by_products[1]");
  rework.by_products.pop_back();
  const TransformationId swapped = Complete(rework);
  EXPECT_EQ(In("A"), "1 GOOD 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled");
  EXPECT_EQ(world_.Where("F1"), "shelf 1");
  EXPECT_EQ(Affected("F1"), "");
  EXPECT_EQ(Affected("GOOD"), "A certain");
  EXPECT_EQ(Reverse(swapped), "OK");
  EXPECT_EQ(In("A"), "1 F1 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled");
  EXPECT_EQ(world_.StateOf(Id("F1")), "ACTIVE");
  EXPECT_EQ(world_.Where("F1"), "");
}

TEST_F(MaintainTest, AUnitInAUnitIsMaintainedAndDoesNotContainIt) {
  CompletionCommand command = world_.CompleteCommand("W2", "bike");
  command.outputs = {Output("TANDEM")};
  command.components = {Component(Id("A"), "", 0)};
  command.source = LocationId("shelf");
  Complete(command);
  EXPECT_EQ(Maintain("A", {"F1@yard"}, {"F3@stock"}), "OK");
  EXPECT_EQ(In("TANDEM"), "1 A 1; 2 F3 1; 2 M1 1; 2 PAINT 2; 2 SALT 10 pooled");
  EXPECT_EQ(Maintain("A", {}, {"TANDEM@shelf"}), "COMPONENT_CONTAINS_UNIT installations[0]");
  In("F3");
  ASSERT_EQ(composition_.units.size(), 2u);
  EXPECT_EQ(composition_.units[0].unit.number, "A");
  EXPECT_EQ(composition_.units[1].unit.number, "TANDEM");
  EXPECT_EQ(composition_.units[1].level, 2);
}

}  // namespace
}  // namespace lots
