// What is undone or corrected late, after the unit or its component went another way.
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/corrections/corrections.h"
#include "storage/holds/holds.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/report.h"
#include "tests/storage/units/unit_world.h"
#include "tests/support/base/must.h"
#include "tests/support/world/holds.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class UnitUndoTest : public UnitTest {
 protected:
  // Motor NAME of one frame.
  TransformationId MakeMotor(const std::string& motor, const std::string& frame) {
    CompletionCommand command = world_.CompleteCommand("W-" + motor, "motor");
    command.outputs = {Output(motor)};
    command.components = {Component(Id(frame), "", 0)};
    command.destination = LocationId("stock");
    const TransformationId making = Complete(command);
    ids_[motor] = world_.IdOf("motor", motor);
    return making;
  }
  std::string Correct(const TransformationId& transformation, CorrectionLine line) {
    Tick();
    const auto corrected = CorrectGenealogy(world_.db(), {.context = world_.Context("Correct"),
                                                          .transformation_id = transformation,
                                                          .reason = "scanned the wrong label",
                                                          .lines = {line},
                                                          .accept = {}});
    if (corrected.ok()) correction_ = corrected->transformation_id;
    return RefusalOf(corrected.status());
  }
  CorrectionLine Forgotten(const std::string& lot, std::optional<std::string> unit,
                           const std::string& quantity = "", const std::string& from = "") {
    CorrectionLine line;
    line.right = RightComponent{
        .lot = {.lot_id = Id(lot)}, .quantity = OptionalQuantity(quantity), .from = {}, .unit = {}};
    if (unit.has_value()) line.right->unit = LotRef{.lot_id = Id(*unit)};
    if (!from.empty()) line.right->from = LocationId(from);
    return line;
  }
  Recall Open(const std::string& name, const std::string& seed, bool include_former = false) {
    OpenRecallCommand command{
        .context = world_.Context("OpenRecall"), .recall_id = RecallId(name), .reason = "cracks"};
    command.seeds.push_back({.lot_id = Id(seed)});
    command.include_former = include_former;
    return Must(OpenRecall(world_.db(), command));
  }
  void PlaceHold(const std::string& lot) {
    Must(HoldLots(world_.db(), {.context = world_.Context("HoldLots"),
                                .targets = {{.lot = {.lot_id = Id(lot)}}},
                                .reason = "cracks"}));
  }
  std::vector<std::string> Holds(const std::string& lot) {
    return HoldsOn(world_.db(), world_.company(), Id(lot));
  }
  std::vector<std::string> Members(const std::string& name) {
    std::vector<std::string> members;
    RecallReportReader reader(world_.company(), RecallId(name));
    for (;;) {
      const auto piece = Must(reader.Next(world_.db()));
      if (!piece.has_value()) return members;
      for (const RecallLot& lot : piece->lots) {
        if (!lot.exclusion.has_value()) members.push_back(lot.number);
      }
    }
  }

  TransformationId correction_;  // the last one
};

// The bike got a component in its life before this one.
TEST_F(UnitUndoTest, ARebuildIsReversedWhateverWasInstalledBefore) {
  Complete(Making("W2", "C", "BAD"));
  EXPECT_EQ(Maintain("C", {}, {"SALT=1@stock"}), "OK");
  EXPECT_EQ(Disassemble("C"), "BAD 1; SALT 1");
  const TransformationId rebuilding = Complete(Making("W3", "C", "GOOD"));
  EXPECT_EQ(Reverse(rebuilding), "OK");
  EXPECT_EQ(In("C"), "");
  EXPECT_EQ(world_.Where("GOOD"), "stock 1");
}

// The component would be in a unit that is not there.
TEST_F(UnitUndoTest, ARemovalIsNotReversedOnceTheUnitWasTakenApart) {
  EXPECT_EQ(Maintain("A", {"F1@yard"}, {}), "OK");
  const TransformationId removal = last_;
  Disassemble("A");
  const TransformationId apart = last_;
  EXPECT_NE(Reverse(removal), "OK");
  EXPECT_EQ(world_.Where("F1"), "yard 1");
  EXPECT_EQ(Affected("F1"), "");
  EXPECT_EQ(Reverse(apart), "OK");
  EXPECT_EQ(Reverse(removal), "OK");
  EXPECT_EQ(In("A"), "1 F1 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled");
}

// The salt that did not come back is in the unit again.
TEST_F(UnitUndoTest, AUnitThatIsThereAgainJoinsTheRecallOfWhatIsInIt) {
  EXPECT_EQ(Disassemble("B"), "F2 1");
  const TransformationId apart = last_;
  Open("R1", "SALT");
  EXPECT_THAT(Members("R1"), ElementsAre("SALT", "A"));
  EXPECT_EQ(Reverse(apart), "OK");
  EXPECT_EQ(Affected("SALT"), "A possible; B possible");
  EXPECT_THAT(Members("R1"), ElementsAre("SALT", "A", "B"));
}

// At a customer, where a hold stops nothing.
TEST_F(UnitUndoTest, AUnitThatHasTheRecalledComponentAgainJoinsTheRecall) {
  Deliver("A", "anna");
  EXPECT_EQ(Maintain("A", {"F1@shop"}, {}), "OK");
  const TransformationId removal = last_;
  Open("R1", "F1");
  EXPECT_THAT(Members("R1"), ElementsAre("F1"));
  EXPECT_EQ(Reverse(removal), "OK");
  EXPECT_EQ(Affected("F1"), "A certain");
  EXPECT_THAT(Members("R1"), ElementsAre("F1", "A"));
}

// The other bike had the salt all the time.
TEST_F(UnitUndoTest, AUnitThatIsThereAgainInheritsTheHoldOfWhatIsInIt) {
  EXPECT_EQ(Disassemble("B"), "F2 1");
  const TransformationId apart = last_;
  PlaceHold("SALT");
  EXPECT_EQ(Reverse(apart), "OK");
  EXPECT_THAT(Holds("B"), ElementsAre("INHERITED from SALT"));
  EXPECT_THAT(Holds("A"), IsEmpty());
}

// The frame is in the motor again, and the motor is in the bike.
TEST_F(UnitUndoTest, TheHoldOfARegainedComponentGoesOnToWhatTheUnitIsIn) {
  MakeMotor("MX", "BAD");
  Complete(Making("W2", "C", "MX"));
  Deliver("C", "anna");
  EXPECT_EQ(Maintain("MX", {"BAD@shop"}, {}), "OK");
  const TransformationId removal = last_;
  PlaceHold("BAD");
  EXPECT_EQ(Reverse(removal), "OK");
  EXPECT_THAT(Holds("MX"), ElementsAre("INHERITED from BAD"));
  EXPECT_THAT(Holds("C"), ElementsAre("INHERITED from MX"));
}

// An installation of what is recalled since is taken back: the component comes out.
TEST_F(UnitUndoTest, AnInstallationOfARecalledComponentIsReversed) {
  EXPECT_EQ(Maintain("A", {}, {"F3@stock"}), "OK");
  const TransformationId installation = last_;
  Open("R1", "F3");
  EXPECT_EQ(Reverse(installation), "OK");
  EXPECT_EQ(world_.Where("F3"), "stock 1");
}

TEST_F(UnitUndoTest, ACorrectionDoesNotPutABikeIntoItsOwnMotor) {
  const TransformationId motor = MakeMotor("MX", "BAD");
  Complete(Making("W2", "C", "MX"));
  EXPECT_NE(Correct(motor, Forgotten("C", "MX")), "OK");
  EXPECT_EQ(world_.Where(Id("C")), "shelf 1");
  EXPECT_EQ(In("C"), "1 MX 1; 2 BAD 1");
}

// BAD came out of the motor before the motor went into the bike, and GOOD went into the motor after
// it had come out of another bike.
TEST_F(UnitUndoTest, AUnitOnceHadWhatWasInItAtOneMoment) {
  MakeMotor("MX", "BAD");
  EXPECT_EQ(Maintain("MX", {"BAD@yard"}, {}), "OK");
  Complete(Making("W2", "C", "MX"));
  EXPECT_EQ(Maintain("C", {"MX@stock"}, {"F3@stock"}), "OK");
  EXPECT_EQ(Maintain("MX", {}, {"GOOD@stock"}), "OK");

  EXPECT_EQ(Affected("BAD", true), "MX certain former");
  EXPECT_EQ(Affected("GOOD", true), "MX certain");
  EXPECT_EQ(Open("R1", "BAD").scope.former_count, 1);
  EXPECT_EQ(Open("R2", "GOOD", true).scope.lot_count, 2);
}

// A forgotten component of a maintenance is in the maintained unit, and comes out of it.
TEST_F(UnitUndoTest, AForgottenComponentOfAMaintenanceComesBack) {
  EXPECT_EQ(Maintain("A", {"F1@yard"}, {}), "OK");
  EXPECT_EQ(Correct(last_, Forgotten("PAINT", std::nullopt, "3", "stock")), "OK");
  EXPECT_EQ(Affected("PAINT"), "A certain");
  EXPECT_EQ(Maintain("A", {"PAINT=5@stock"}, {}), "OK");
  EXPECT_EQ(Affected("PAINT"), "");
  EXPECT_EQ(world_.Where("PAINT"), "stock 100");
}

// The dealer swapped the frame, and noted the wrong one, which comes back to the dealer. What is
// built in is no longer the customer's to send back by itself.
TEST_F(UnitUndoTest, ASwapAtACustomerIsCorrected) {
  Deliver("A", "anna");
  Tick();
  world_.MustRecord("DELIVERY F3 1 stock>shop #anna");
  world_.MustRecord("DELIVERY GOOD 1 stock>shop #anna");
  EXPECT_EQ(Maintain("A", {"F1@shop"}, {"F3@shop"}), "OK");
  CorrectionLine line = Forgotten("GOOD", std::nullopt);
  line.wrong = WrongComponent{
      .lot = {.lot_id = Id("F3")}, .quantity = {}, .unit = LotRef{.lot_id = Id("A")}, .to = {}};
  EXPECT_EQ(Correct(last_, line), "OK");
  EXPECT_EQ(In("A"), "1 GOOD 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled");
  EXPECT_EQ(world_.Where("F3"), "shop 1");
  EXPECT_EQ(world_.Where("GOOD"), "");
  EXPECT_EQ(Reverse(correction_), "OK");
  EXPECT_EQ(In("A"), "1 F3 1; 1 M1 1; 1 PAINT 2; 1 SALT 10 pooled");
  EXPECT_EQ(world_.Where("F3"), "");
  EXPECT_EQ(world_.Where("GOOD"), "shop 1");
}

// It was in both bikes, of which one is there no longer, until that is undone.
TEST_F(UnitUndoTest, AForgottenPooledComponentIsInTheUnitThatIsThereAgain) {
  const TransformationId making = last_;
  const absl::Time made = world_.now();
  Disassemble("B");
  const TransformationId apart = last_;
  EXPECT_EQ(Correct(making, Forgotten("SALT", std::nullopt, "1", "stock")), "OK");
  const CompositionQuery then{.as_of = made};
  EXPECT_EQ(In("B", then), "1 F2 1; 1 SALT 10 pooled; 1 SALT 1 pooled");
  EXPECT_EQ(Reverse(apart), "OK");
  EXPECT_EQ(In("B"), "1 F2 1; 1 SALT 10 pooled; 1 SALT 1 pooled");
}

}  // namespace
}  // namespace lots
