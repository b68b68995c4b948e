// What a completion passes on from what it used to what it made: holds and recall membership.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/kinds/movement.h"
#include "storage/holds/holds.h"
#include "storage/lots/locations.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HoldsInheritTest : public ::testing::Test {
 protected:
  ~HoldsInheritTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  // A hold of one lot; of what is at a place, when one is named.
  HoldLotsCommand Holding(const LotId& lot, absl::string_view location = "") {
    HoldTarget target{.lot = {.lot_id = lot}, .location = std::nullopt};
    if (!location.empty()) target.location = LocationId(std::string(location));
    return {.context = world_.Context("HoldLots"),
            .targets = {std::move(target)},
            .reason = "cracks",
            .expires_at = std::nullopt,
            .exempt_location_ids = {}};
  }
  HoldId Hold(const HoldLotsCommand& command) {
    const auto holds = HoldLots(world_.db(), command);
    EXPECT_TRUE(holds.ok()) << holds.status();
    return holds.ok() ? holds->front() : HoldId();
  }
  HoldId Hold(const LotId& lot) { return Hold(Holding(lot)); }
  void AddMember(const std::string& recall, const LotId& lot, bool drill = false,
                 bool certain = true) {
    lots::AddMember(world_.db(), {.company = world_.company(),
                                  .recall = recall,
                                  .lot = lot,
                                  .drill = drill,
                                  .depth = 3,
                                  .certain = certain});
  }
  // Bikes of these numbers, in a work order of their own.
  CompletionCommand Making(const std::vector<std::string>& numbers,
                           std::vector<CompletionComponent> components) {
    CompletionCommand command = world_.CompleteCommand("W-" + numbers.front(), "bike");
    for (const std::string& number : numbers) command.outputs.push_back(Output(number));
    command.components = std::move(components);
    command.accept.held = true;
    return command;
  }
  Completion Complete(const CompletionCommand& command) {
    const auto completion = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(completion.ok()) << completion.status();
    return completion.ok() ? *completion : Completion();
  }
  std::vector<std::string> HoldsOn(const LotId& lot) {
    return lots::HoldsOn(world_.db(), world_.company(), lot);
  }
  std::vector<std::string> HoldsOn(absl::string_view bike) {
    return HoldsOn(world_.IdOf("bike", bike));
  }
  std::vector<lots::Hold> HoldsShownFor(const LotId& lot) {
    const auto found = ListLotLocations(
        world_.db(), {.company = world_.company(), .lot_id = lot, .now = world_.now()});
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? found->holds : std::vector<lots::Hold>();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(HoldsInheritTest, HeldComponentIsRefusedUnlessAccepted) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  Hold(frame);
  CompletionCommand command = Making({"A"}, {Component(frame, "", 0)});
  command.accept.held = false;

  EXPECT_EQ(RefusalOf(CompleteWorkOrder(world_.db(), command).status()),
            "LOT_HELD components[0].lot");

  command.accept.held = true;
  Complete(command);
  EXPECT_THAT(HoldsOn("A"), ElementsAre("INHERITED from F1"));
}

TEST_F(HoldsInheritTest, InheritedHoldSaysWhatItWasMadeOf) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  HoldLotsCommand hold = Holding(frame);
  hold.expires_at = absl::FromUnixMicros(absl::ToUnixMicros(world_.now() + absl::Hours(5)));
  hold.exempt_location_ids = {LocationId("line"), LocationId("SCRAP")};
  Hold(hold);
  hold = Holding(frame);
  hold.expires_at = absl::FromUnixMicros(absl::ToUnixMicros(world_.now() + absl::Hours(7)));
  hold.exempt_location_ids = {LocationId("SCRAP"), LocationId("shop")};
  Hold(hold);

  Complete(Making({"A"}, {Component(frame, "", 0)}));

  const std::vector<lots::Hold> holds = HoldsShownFor(world_.IdOf("bike", "A"));
  ASSERT_THAT(holds, SizeIs(1));
  EXPECT_EQ(holds[0].cause, HoldCause::kInherited);
  EXPECT_EQ(holds[0].source_lot_id, frame);
  EXPECT_EQ(holds[0].reason, "made of held lot F1 of product frame: cracks");
  EXPECT_EQ(holds[0].expires_at, hold.expires_at);
  EXPECT_THAT(holds[0].exempt_location_ids, ElementsAre(LocationId("SCRAP")));
  EXPECT_EQ(holds[0].placed_by, "tester");
  EXPECT_EQ(RefusalOf(RecordMovements(world_.db(), world_.MoveCommand(MovementKind::kDelivery,
                                                                      world_.IdOf("bike", "A"), "1",
                                                                      "shelf", "shop"))
                          .status()),
            "LOT_HELD movements[0].lot");
}

TEST_F(HoldsInheritTest, ExactInputHoldsItsOutputAndPooledOnesAll) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  Hold(frame);
  CompletionCommand command = Making({"A", "B"}, {Component(frame, "", 1), Component(salt, "2")});
  command.by_products = {ByProduct("peel", "P1", "1")};
  Complete(command);
  EXPECT_THAT(HoldsOn("A"), IsEmpty());
  EXPECT_THAT(HoldsOn("B"), ElementsAre("INHERITED from F1"));
  EXPECT_THAT(HoldsOn(world_.IdOf("peel", "P1")), IsEmpty());

  Hold(salt);
  command = Making({"C", "D"}, {Component(salt, "1"), Component(salt, "1", 0)});
  command.by_products = {ByProduct("peel", "P2", "1")};
  Complete(command);
  EXPECT_THAT(HoldsOn("C"), ElementsAre("INHERITED from SALT"));
  EXPECT_THAT(HoldsOn("D"), ElementsAre("INHERITED from SALT"));
  EXPECT_THAT(HoldsOn(world_.IdOf("peel", "P2")), ElementsAre("INHERITED from SALT"));
}

TEST_F(HoldsInheritTest, HoldOfAPlacePassesOnWhenGoodsWereTakenThere) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  Hold(Holding(salt, "line"));
  ASSERT_EQ(RefusalOf(RecordMovements(world_.db(), world_.MoveCommand(MovementKind::kTransfer, salt,
                                                                      "2", "stock", "line"))
                          .status()),
            "OK");

  Complete(Making({"A"}, {Component(salt, "1")}));
  CompletionCommand command = Making({"B"}, {Component(salt, "1")});
  command.source = LocationId("line");
  Complete(command);

  EXPECT_THAT(HoldsOn("A"), IsEmpty());
  EXPECT_THAT(HoldsOn("B"), ElementsAre("INHERITED from SALT"));
}

TEST_F(HoldsInheritTest, HoldOfAPlaceThatMoreIsPutToPassesNothingOn) {
  const LotId soup = world_.CreateLot("soup", "SOUP", "5");
  Hold(Holding(soup, "line"));
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("SOUP", "4"), Output("OTHER", "4")};
  command.components = {Component(soup, "1")};
  command.destination = LocationId("line");
  Complete(command);

  EXPECT_THAT(HoldsOn(world_.IdOf("soup", "OTHER")), IsEmpty());
}

TEST_F(HoldsInheritTest, WhatIsMadeOfItIsHeldAllTheWay) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  Hold(salt);
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("SOUP", "4")};
  command.components = {Component(salt, "1")};
  command.destination = LocationId("stock");
  command.accept.held = true;
  Complete(command);
  const LotId soup = world_.IdOf("soup", "SOUP");

  Complete(Making({"A"}, {Component(soup, "1")}));

  EXPECT_THAT(HoldsOn("A"), ElementsAre("INHERITED from SOUP"));
  EXPECT_EQ(HoldsShownFor(world_.IdOf("bike", "A"))[0].reason,
            "made of held lot SOUP of product soup: made of held lot SALT of product salt: cracks");
}

TEST_F(HoldsInheritTest, LongReasonIsCut) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  HoldLotsCommand hold = Holding(salt);
  for (int i = 0; i < kNoteCharactersMax; ++i) hold.reason += "ü";
  Hold(hold);

  Complete(Making({"A"}, {Component(salt, "1")}));

  const std::string reason = HoldsShownFor(world_.IdOf("bike", "A"))[0].reason;
  EXPECT_THAT(reason, ::testing::EndsWith("ü…"));
  EXPECT_LE(reason.size(), 2 * kNoteCharactersMax + 1);
}

TEST_F(HoldsInheritTest, ReleasedAndExpiredHoldsPassNothingOn) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  HoldLotsCommand hold = Holding(salt);
  hold.expires_at = world_.now() + absl::Seconds(1);
  Hold(hold);
  const HoldId released = Hold(salt);
  ASSERT_TRUE(ReleaseLots(world_.db(), {.context = world_.Context("ReleaseLots"),
                                        .holds = {released},
                                        .lots = {},
                                        .note = "good"})
                  .ok());
  CompletionCommand command = Making({"A"}, {Component(salt, "1")});
  command.context.now += absl::Minutes(1);

  Complete(command);

  EXPECT_THAT(HoldsOn("A"), IsEmpty());
}

// An output that is an older lot gets one hold for each source, however often it is made more of.
TEST_F(HoldsInheritTest, OneHoldForEachSourceIsEnough) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  Hold(salt);
  for (int i = 0; i < 3; ++i) {
    CompletionCommand command = world_.CompleteCommand("W1", "soup");
    command.outputs = {Output("SOUP", "1"), Output("SOUP", "1")};
    command.components = {Component(salt, "1"), Component(salt, "0.5", 0)};
    command.accept.held = true;
    Complete(command);
  }

  EXPECT_THAT(HoldsOn(world_.IdOf("soup", "SOUP")), ElementsAre("INHERITED from SALT"));
}

TEST_F(HoldsInheritTest, ALotThatGoesInByTwoLinesPassesOneHoldOn) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  Hold(salt);
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("SOUP", "1")};
  command.components = {Component(salt, "1"), Component(salt, "2")};
  command.accept.held = true;

  Complete(command);

  EXPECT_THAT(HoldsOn(world_.IdOf("soup", "SOUP")), ElementsAre("INHERITED from SALT"));
}

TEST_F(HoldsInheritTest, PooledHoldsOfManyLotsPassOnThoseThatLastLongest) {
  std::vector<CompletionComponent> components;
  for (size_t i = 0; i < kInheritedSourcesMax + 3; ++i) {
    const LotId frame = world_.CreateLot("frame", absl::StrCat("F", i), "1");
    HoldLotsCommand hold = Holding(frame);
    if (i < 3) hold.expires_at = world_.now() + absl::Hours(1);
    Hold(hold);
    components.push_back(Component(frame));
  }

  Complete(Making({"A"}, std::move(components)));

  EXPECT_THAT(HoldsOn("A"),
              ElementsAre("INHERITED from F3", "INHERITED from F4", "INHERITED from F5",
                          "INHERITED from F6", "INHERITED from F7"));
}

TEST_F(HoldsInheritTest, MembershipIsPassedOn) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  AddMember("R1", frame);
  AddMember("R2", salt);
  CompletionCommand command = Making({"A", "B"}, {Component(frame, "", 0), Component(salt, "2")});
  command.accept.held = false;
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(world_.db(), command).status()),
            "LOT_HELD components[0].lot; LOT_HELD components[1].lot");
  command.accept.held = true;

  Complete(command);

  EXPECT_THAT(HoldsOn("A"), ElementsAre("RECALL R1 depth 4 certain", "RECALL R2 depth 4 possible"));
  EXPECT_THAT(HoldsOn("B"), ElementsAre("RECALL R2 depth 4 possible"));
}

TEST_F(HoldsInheritTest, MembershipIsCertainWhenMemberAndInheritanceAreCertain) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  const LotId doubtful = world_.CreateLot("salt", "DOUBTFUL", "5");
  AddMember("R1", salt);
  AddMember("R2", doubtful, /*drill=*/false, /*certain=*/false);

  Complete(Making({"A"}, {Component(salt, "1"), Component(doubtful, "1", 0)}));
  CompletionCommand command = Making({"B"}, {Component(salt, "1")});
  command.by_products = {ByProduct("peel", "P1", "1")};
  Complete(command);
  Complete(Making({"C", "D"}, {Component(salt, "1"), Component(salt, "1", 0)}));

  EXPECT_THAT(HoldsOn("A"), ElementsAre("RECALL R1 depth 4 certain", "RECALL R2 depth 4 possible"));
  EXPECT_THAT(HoldsOn("B"), ElementsAre("RECALL R1 depth 4 possible"));
  EXPECT_THAT(HoldsOn(world_.IdOf("peel", "P1")), ElementsAre("RECALL R1 depth 4 possible"));
  EXPECT_THAT(HoldsOn("C"), ElementsAre("RECALL R1 depth 4 certain"));
  EXPECT_THAT(HoldsOn("D"), ElementsAre("RECALL R1 depth 4 possible"));
}

constexpr pg::Statement kReadJoining{"test_read_joining", R"sql(
  SELECT m.transformation_id, m.joined_at = t.recorded_at
  FROM recall_members m
  JOIN transformations t ON t.company = $1 AND t.transformation_id = m.transformation_id
  WHERE m.company = $1 AND m.lot_id = $2)sql"};

// Exactly by a far member, and pooled by a near one.
TEST_F(HoldsInheritTest, MembershipTellsTheNearestSeed) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  AddMember("R1", salt);
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("NEAR", "2")};
  command.components = {Component(salt, "1")};
  command.accept.held = true;
  Complete(command);
  CompletionCommand both = world_.CompleteCommand("W2", "soup");
  both.outputs = {Output("BOTH", "1")};
  both.components = {Component(world_.IdOf("soup", "NEAR"), "1", 0), Component(salt, "1")};
  both.components[0].from = LocationId("shelf");
  both.accept.held = true;

  Complete(both);

  EXPECT_THAT(HoldsOn(world_.IdOf("soup", "NEAR")), ElementsAre("RECALL R1 depth 4 certain"));
  EXPECT_THAT(HoldsOn(world_.IdOf("soup", "BOTH")), ElementsAre("RECALL R1 depth 4 certain"));
}

TEST_F(HoldsInheritTest, MemberKnowsByWhatItJoinedAndWhen) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  AddMember("R1", frame);

  const Completion done = Complete(Making({"A"}, {Component(frame, "", 0)}));

  const auto rows =
      pg::Query(world_.db(), kReadJoining, world_.company(), world_.IdOf("bike", "A"));
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_THAT(*rows, SizeIs(1));
  EXPECT_EQ((*rows)[0].Get<TransformationId>(0), done.transformation_id);
  EXPECT_TRUE((*rows)[0].Get<bool>(1));
}

TEST_F(HoldsInheritTest, DrillIsPassedOnAndRefusesNothing) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  AddMember("D1", frame, /*drill=*/true);
  CompletionCommand command = Making({"A"}, {Component(frame, "", 0)});
  command.accept.held = false;

  Complete(command);

  EXPECT_THAT(HoldsOn("A"), ElementsAre("drill D1 depth 4 certain"));
  EXPECT_THAT(HoldsShownFor(world_.IdOf("bike", "A")), IsEmpty());
}

TEST_F(HoldsInheritTest, ClosedRecallIsNotPassedOn) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  AddMember("R1", frame);
  EndRecall(world_.db(), world_.company(), "R1");

  Complete(Making({"A"}, {Component(frame, "", 0)}));

  EXPECT_THAT(HoldsOn("A"), IsEmpty());
}

// The unit is held already, and it is not made of itself.
TEST_F(HoldsInheritTest, ReworkedUnitInheritsNothingFromItself) {
  const LotId bike = world_.CreateLot("bike", "A", "1");
  Hold(bike);
  AddMember("R1", bike);
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output(bike)};
  command.components = {Component(bike, "", 0)};
  command.accept.held = true;

  Complete(command);

  EXPECT_THAT(HoldsOn(bike), ElementsAre("LOT", "RECALL R1 depth 3 certain"));
}

TEST_F(HoldsInheritTest, HeldOutputsCannotBeTakenBackUntilTheyAreReleased) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  Hold(frame);
  const Completion done = Complete(Making({"A"}, {Component(frame, "", 0)}));
  const LotId bike = world_.IdOf("bike", "A");

  const absl::Status refused =
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(done.transformation_id))
          .status();
  EXPECT_THAT(RefusalOf(refused), HasSubstr("LOT_HELD"));
  EXPECT_EQ(FactOf(refused, "cause"), "INHERITED");

  ASSERT_TRUE(ReleaseLots(world_.db(), {.context = world_.Context("ReleaseLots"),
                                        .holds = {},
                                        .lots = {{.lot_id = bike}},
                                        .note = "typed wrongly"})
                  .ok());
  // The frame comes in again: that it is held refuses nothing.
  EXPECT_TRUE(
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(done.transformation_id)).ok());
  EXPECT_EQ(world_.Where(frame), "stock 1");
  EXPECT_THAT(HoldsOn(frame), ElementsAre("LOT"));
}

TEST_F(HoldsInheritTest, HeldUnitIsNotTakenApart) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  Complete(Making({"A"}, {Component(frame, "", 0)}));
  const LotId bike = world_.IdOf("bike", "A");
  Hold(bike);

  EXPECT_THAT(RefusalOf(Disassemble(world_.db(), world_.DisassembleCommand(bike)).status()),
              HasSubstr("LOT_HELD"));
}

}  // namespace
}  // namespace lots
