// CorrectGenealogy: holds and recalls of the units, and of what was made of them.
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/corrections/corrections.h"
#include "storage/domain/kinds/movement.h"
#include "storage/holds/holds.h"
#include "storage/recalls/recalls.h"
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
using ::testing::IsEmpty;

constexpr pg::Statement kChanges{"test_member_changes", R"sql(
  SELECT l.number || ' ' || c.kind || ' ' || c.evidence
  FROM recall_member_changes c JOIN lots l ON l.company = $1 AND l.lot_id = c.lot_id
  WHERE c.company = $1 AND c.transformation_id = $2 ORDER BY l.number, c.kind)sql"};

// Frame BAD went into motor M, and M into bike A. GOOD is a frame in stock.
class CorrectEffectsTest : public ::testing::Test {
 protected:
  CorrectEffectsTest() {
    bad_ = world_.CreateLot("frame", "BAD", "1");
    good_ = world_.CreateLot("frame", "GOOD", "1");
    motor_ = Make("W1", "motor", "M", bad_, "stock");
    motor_completion_ = last_;
    bike_ = Make("W2", "bike", "A", motor_, "shelf");
  }
  ~CorrectEffectsTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  LotId Make(const char* order, const char* product, const char* number, const LotId& component,
             const char* from) {
    CompletionCommand command = world_.CompleteCommand(order, product);
    command.outputs = {Output(number)};
    command.components = {Component(component, "", 0)};
    command.components[0].from = LocationId(from);
    command.accept.held = true;
    const auto made = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(made.ok()) << made.status();
    last_ = made->transformation_id;
    return made->outputs[0].lot_id;
  }
  void Hold(const LotId& lot) {
    const auto held = HoldLots(world_.db(), {.context = world_.Context("HoldLots"),
                                             .targets = {{.lot = {.lot_id = lot}, .location = {}}},
                                             .reason = "cracks",
                                             .expires_at = {},
                                             .exempt_location_ids = {}});
    ASSERT_TRUE(held.ok()) << held.status();
  }
  void OpenRecallOf(const LotId& seed) {
    OpenRecallCommand command{.context = world_.Context("OpenRecall"),
                              .recall_id = RecallId("RC"),
                              .seeds = {{.lot_id = seed}},
                              .reason = "cracks",
                              .exempt_location_ids = {}};
    command.context.now = absl::Now();
    const auto opened = OpenRecall(world_.db(), command);
    ASSERT_TRUE(opened.ok()) << opened.status();
  }
  // The motor was made of `right`, not of `wrong`.
  void Replace(const LotId& wrong, const LotId& right) {
    CorrectGenealogyCommand command{.context = world_.Context("CorrectGenealogy"),
                                    .transformation_id = motor_completion_,
                                    .reason = "swapped",
                                    .lines = {},
                                    .accept = {}};
    command.accept.held = true;
    CorrectionLine line;
    line.wrong = WrongComponent{
        .lot = {.lot_id = wrong}, .quantity = {}, .unit = LotRef{.lot_id = motor_}, .to = {}};
    line.right = RightComponent{.lot = {.lot_id = right}, .quantity = {}, .from = {}, .unit = {}};
    command.lines = {line};
    const auto corrected = CorrectGenealogy(world_.db(), command);
    ASSERT_TRUE(corrected.ok()) << corrected.status();
    correction_ = corrected->transformation_id;
  }
  std::vector<std::string> HoldsOf(const LotId& lot) {
    return HoldsOn(world_.db(), world_.company(), lot);
  }
  std::vector<std::string> Changes(const TransformationId& transformation) {
    const auto rows = pg::Query(world_.db(), kChanges, world_.company(), transformation);
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<std::string> changes;
    for (const pg::Row row : *rows) changes.push_back(row.Get<std::string>(0));
    return changes;
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  LotId bad_, good_, motor_, bike_;
  TransformationId last_, motor_completion_, correction_;
};

TEST_F(CorrectEffectsTest, AHeldComponentHoldsWhatWasMadeOfIt) {
  Hold(good_);
  EXPECT_THAT(HoldsOf(bike_), IsEmpty());
  Replace(bad_, good_);
  EXPECT_THAT(HoldsOf(motor_), ElementsAre("INHERITED from GOOD"));
  EXPECT_THAT(HoldsOf(bike_), ElementsAre("INHERITED from M"));
}

TEST_F(CorrectEffectsTest, HoldsEndWithTheLinkThatGaveThem) {
  Hold(good_);
  Replace(bad_, good_);
  Replace(good_, bad_);
  EXPECT_THAT(HoldsOf(motor_), IsEmpty());
  EXPECT_THAT(HoldsOf(bike_), IsEmpty());
}

TEST_F(CorrectEffectsTest, AHoldThatTheUnitHasForAnotherReasonStays) {
  Hold(motor_);
  const LotId pump = Make("W3", "pump", "P", good_, "stock");
  Hold(pump);
  CorrectGenealogyCommand command{.context = world_.Context("CorrectGenealogy"),
                                  .transformation_id = last_,
                                  .reason = "was never in it",
                                  .lines = {},
                                  .accept = {}};
  CorrectionLine line;
  line.wrong = WrongComponent{
      .lot = {.lot_id = good_}, .quantity = {}, .unit = LotRef{.lot_id = pump}, .to = {}};
  command.lines = {line};
  ASSERT_TRUE(CorrectGenealogy(world_.db(), command).ok());
  EXPECT_THAT(HoldsOf(pump), ElementsAre("LOT"));
}

TEST_F(CorrectEffectsTest, AnOpenRecallGainsMembers) {
  OpenRecallOf(good_);
  Replace(bad_, good_);
  EXPECT_THAT(HoldsOf(motor_), ElementsAre("RECALL RC depth 1 certain"));
  EXPECT_THAT(HoldsOf(bike_), ElementsAre("RECALL RC depth 2 certain"));
}

TEST_F(CorrectEffectsTest, AnOpenRecallLosesWhatIsNotMadeOfItsSeeds) {
  OpenRecallOf(bad_);
  EXPECT_THAT(HoldsOf(bike_), ElementsAre("RECALL RC depth 2 certain"));
  Replace(bad_, good_);
  EXPECT_THAT(HoldsOf(motor_), IsEmpty());
  EXPECT_THAT(HoldsOf(bike_), IsEmpty());
  EXPECT_THAT(HoldsOf(bad_), ElementsAre("RECALL RC depth 0 certain"));
  EXPECT_THAT(Changes(correction_), ElementsAre("A 4 swapped", "M 4 swapped"));

  // Corrected back, they are members again, and their history says so.
  Replace(good_, bad_);
  EXPECT_THAT(HoldsOf(bike_), ElementsAre("RECALL RC depth 2 certain"));
  EXPECT_THAT(Changes(correction_), ::testing::Contains("A 3 swapped"));
}

TEST_F(CorrectEffectsTest, TheReversalOfACorrectionGivesItBack) {
  OpenRecallOf(bad_);
  Hold(good_);
  Replace(bad_, good_);
  EXPECT_THAT(HoldsOf(bike_), ElementsAre("INHERITED from M"));
  CompletionReversalCommand command = world_.ReverseCompletionCommand(correction_);
  command.may_correct = false;
  EXPECT_EQ(RefusalOf(ReverseTransformation(world_.db(), command).status()),
            "PERMISSION_MISSING transformation_id");
  command.may_correct = true;
  const auto reversed = ReverseTransformation(world_.db(), command);
  // The frame that the recall holds would leave its place again.
  EXPECT_EQ(ReasonOf(reversed.status()), "LOT_HELD");

  EndRecall(world_.db(), world_.company(), "RC");
  command.context = world_.Context("ReverseCompletion");
  const auto again = ReverseTransformation(world_.db(), command);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(HoldsOf(motor_), IsEmpty());
  EXPECT_THAT(HoldsOf(bike_), IsEmpty());
}

}  // namespace
}  // namespace lots
