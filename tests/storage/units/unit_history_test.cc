// What once was in a unit: traces, recipients, recalls and origins follow what is in it at the
// asked time.
#include <map>
#include <string>
#include <vector>

#include "storage/genealogy/questions/origins.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/report.h"
#include "tests/storage/units/unit_world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class UnitHistoryTest : public UnitTest {
 protected:
  OpenRecallCommand Opening(const std::string& name, const std::string& seed) {
    OpenRecallCommand command{
        .context = world_.Context("OpenRecall"), .recall_id = RecallId(name), .reason = "cracks"};
    command.seeds.push_back({.lot_id = Id(seed)});
    return command;
  }
  // "A until": the report's lots that a seed was in before.
  std::vector<std::string> FormerLots(const std::string& name) {
    RecallReportReader reader(world_.company(), RecallId(name));
    std::vector<std::string> lots;
    for (;;) {
      const auto piece = reader.Next(world_.db());
      EXPECT_TRUE(piece.ok()) << piece.status();
      if (!piece.ok() || !piece->has_value()) return lots;
      for (const RecallFormerLot& lot : (*piece)->former_lots) {
        lots.push_back(absl::StrCat(lot.number, lot.certain ? " certain" : " possible"));
      }
    }
  }
};

// A unit is built with a bad component, taken apart, rebuilt with a good one, and delivered.
TEST_F(UnitHistoryTest, WhatWasTakenOutIsNoLongerInTheRebuiltUnit) {
  Complete(Making("W2", "C", "BAD"));
  const absl::Time built = world_.now();
  EXPECT_EQ(Affected("BAD"), "C certain");
  EXPECT_EQ(Disassemble("C"), "BAD 1");
  EXPECT_EQ(Affected("BAD"), "");
  Complete(Making("W3", "C", "GOOD"));
  const absl::Time known = world_.now();
  Deliver("C", "anna");

  EXPECT_EQ(Affected("BAD"), "");
  EXPECT_EQ(Affected("BAD", true), "C certain former");
  EXPECT_EQ(Affected("GOOD"), "C certain");
  EXPECT_EQ(Affected("C", false, TraceDirection::kUpstream), "GOOD certain");
  EXPECT_EQ(Affected("C", true, TraceDirection::kUpstream), "BAD certain former; GOOD certain");
  EXPECT_EQ(Affected("BAD", false, TraceDirection::kDownstream, built), "C certain");
  EXPECT_EQ(Affected("BAD", false, TraceDirection::kDownstream, known), "");
  EXPECT_EQ(Recipients("BAD"), "");
  // It was delivered after BAD had come out.
  EXPECT_EQ(Recipients("BAD", true), "");
  EXPECT_EQ(Recipients("GOOD"), "anna C");

  const auto origins = FindCommonOrigins(
      world_.db(), {.company = world_.company(), .failed = {{.lot_id = Id("C")}}, .limit = 50});
  ASSERT_TRUE(origins.ok()) << origins.status();
  for (const Origin& origin : origins->origins) EXPECT_NE(origin.number, "BAD");

  SendBack("C", "anna");
  EXPECT_EQ(Disassemble("C"), "GOOD 1");
}

TEST_F(UnitHistoryTest, DeliveriesOfTheTimeWhenItWasInTheUnit) {
  Complete(Making("W2", "C", "BAD"));
  Deliver("C", "anna");
  SendBack("C", "anna");
  EXPECT_EQ(Maintain("C", {"BAD@SCRAP"}, {"GOOD@stock"}), "OK");
  Deliver("C", "ben");
  EXPECT_EQ(Recipients("BAD"), "");
  EXPECT_EQ(Recipients("BAD", true), "anna C former");
  EXPECT_EQ(Recipients("GOOD"), "anna C; ben C");
}

// What was pooled may have come back, and is not in a unit that was taken apart.
TEST_F(UnitHistoryTest, APooledComponentIsNotInAUnitThatWasTakenApart) {
  EXPECT_EQ(Affected("SALT"), "A possible; B possible");
  EXPECT_EQ(Disassemble("B"), "F2 1");
  EXPECT_EQ(Affected("SALT"), "A possible");
  EXPECT_EQ(Affected("SALT", true), "A possible; B possible former");
  EXPECT_EQ(Maintain("A", {"SALT=10@stock"}, {}), "OK");
  EXPECT_EQ(Affected("SALT"), "");
}

TEST_F(UnitHistoryTest, AsOfAndKnownAt) {
  const absl::Time before = world_.now();
  EXPECT_EQ(Maintain("A", {"F1@yard"}, {"F3@stock"}), "OK");
  const absl::Time swapped = world_.now();
  // A removal of yesterday that is recorded today.
  MaintenanceCommand late = Maintaining("A", {"PAINT=2@stock"}, {});
  late.context.now = Tick();
  late.occurred_at = swapped + absl::Minutes(1);
  ASSERT_TRUE(MaintainUnit(world_.db(), late).ok());

  struct Case {
    absl::Time as_of, known_at;
    bool include_former;
    const char* in;
  };
  const absl::Time now = absl::InfiniteFuture();
  const Case cases[] = {
      {now, now, false, "1 F3 1; 1 M1 1; 1 SALT 10 pooled"},
      {now, now, true, "1 F1 1 former; 1 F3 1; 1 M1 1; 1 PAINT 2 former; 1 SALT 10 pooled"},
      {before, now, false, "1 F1 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled"},
      {swapped, now, false, "1 F3 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled"},
      {now, swapped + absl::Minutes(2), false, "1 F3 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled"},
      {before - absl::Hours(2), now, false, ""},
  };
  for (const Case& c : cases) {
    CompositionQuery query{.as_of = c.as_of, .known_at = c.known_at};
    query.include_former = c.include_former;
    EXPECT_EQ(In("A", query), c.in);
  }
}

TEST_F(UnitHistoryTest, ARelabelInBetweenChangesNothing) {
  Complete(Making("W2", "C", "BAD"));
  Relabel("C", "C-2");
  EXPECT_EQ(Affected("BAD"), "C certain; C-2 certain");
  EXPECT_EQ(Maintain("C-2", {"BAD@yard"}, {"GOOD@stock"}), "OK");
  EXPECT_EQ(Affected("BAD"), "");
  EXPECT_EQ(Affected("BAD", true), "C certain former; C-2 certain former");
  EXPECT_EQ(Affected("GOOD"), "C-2 certain");
  In("GOOD");
  ASSERT_EQ(composition_.units.size(), 1u);
  EXPECT_EQ(composition_.units[0].unit.number, "C-2");
}

TEST_F(UnitHistoryTest, ARecallCountsFormerUnitsApart) {
  Complete(Making("W2", "C", "BAD"));
  EXPECT_EQ(Maintain("C", {"BAD@yard"}, {"GOOD@stock"}), "OK");
  OpenRecallCommand dry = Opening("R0", "BAD");
  dry.validate_only = true;
  const auto planned = OpenRecall(world_.db(), dry);
  ASSERT_TRUE(planned.ok()) << planned.status();
  EXPECT_EQ(planned->scope.lot_count, 1);
  EXPECT_EQ(planned->scope.former_count, 1);

  const auto apart = OpenRecall(world_.db(), Opening("R1", "BAD"));
  ASSERT_TRUE(apart.ok()) << apart.status();
  EXPECT_EQ(apart->scope.lot_count, 1);
  EXPECT_EQ(apart->scope.former_count, 1);
  EXPECT_THAT(FormerLots("R1"), ElementsAre("C certain"));

  OpenRecallCommand all = Opening("R2", "BAD");
  all.include_former = true;
  const auto with_former = OpenRecall(world_.db(), all);
  ASSERT_TRUE(with_former.ok()) << with_former.status();
  EXPECT_EQ(with_former->scope.lot_count, 2);
  EXPECT_EQ(with_former->scope.former_count, 0);
  EXPECT_THAT(FormerLots("R2"), IsEmpty());
}

// A unit that gets a component of an open recall is a member from then on.
TEST_F(UnitHistoryTest, AUnitThatGetsARecalledComponentJoinsTheRecall) {
  OpenRecallCommand command = Opening("R1", "BAD");
  command.drill = true;
  ASSERT_TRUE(OpenRecall(world_.db(), command).ok());
  EXPECT_EQ(Maintain("A", {}, {"BAD@stock"}), "OK");
  const auto recall = GetRecall(world_.db(), world_.company(), RecallId("R1"));
  ASSERT_TRUE(recall.ok()) << recall.status();
  EXPECT_EQ(recall->scope.lot_count, 2);
  EXPECT_EQ(recall->scope.certain_count, 2);
}

}  // namespace
}  // namespace lots
