// Filters of lots by what stands in other tables: places, movements, holds, attributes.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/lot_details.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/movement.h"
#include "storage/holds/holds.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/lots.h"
#include "storage/stock/stock.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

class LotFiltersTest : public ::testing::Test {
 protected:
  std::string Filtered(absl::string_view filter) {
    return absl::StrJoin(world_.List({.filter = std::string(filter)}), " ");
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(LotFiltersTest, FiltersByWhereALotIs) {
  const LotId moved = world_.CreateLot("wire", "moved", "10");
  world_.CreateLot("wire", "stays", "5");
  const LotId gone = world_.CreateLot("wire", "gone", "5");
  world_.Move(MovementKind::kTransfer, moved, "4", "stock", "truck");
  world_.Move(MovementKind::kTransfer, gone, "5", "stock", "truck");
  world_.Move(MovementKind::kDelivery, gone, "5", "truck", "CUSTOMER");

  EXPECT_EQ(Filtered("location_id = truck"), "moved");
  EXPECT_EQ(Filtered("location_id = stock"), "moved stays");
  EXPECT_EQ(Filtered("location_id = CUSTOMER"), "gone");
  EXPECT_EQ(Filtered("NOT location_id = stock"), "gone");
  EXPECT_EQ(Filtered("location_id = truck OR location_id = CUSTOMER"), "gone moved");
  EXPECT_EQ(Filtered("location_id = yard"), "");
}

TEST_F(LotFiltersTest, FiltersByPartnerAndDocumentOfItsMovements) {
  const LotId bought = world_.CreateLot("wire", "bought");
  const LotId reversed = world_.CreateLot("wire", "reversed");
  world_.CreateLot("wire", "made");
  RecordMovementsCommand command{.context = world_.Context("RecordMovements"), .movements = {}};
  for (const LotId& lot : {bought, reversed}) {
    command.movements.push_back({.kind = MovementKind::kReceipt,
                                 .lot = {.lot_id = lot},
                                 .quantity = Quantity::FromUnits(1),
                                 .to = LocationId("stock"),
                                 .document = {.type = "purchase_order", .number = "PO-7"},
                                 .partner_id = "mill",
                                 .occurred_at = world_.now()});
  }
  const auto recorded = RecordMovements(world_.db(), command);
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  ASSERT_TRUE(ReverseMovement(world_.db(), {.context = world_.Context("ReverseMovement"),
                                            .movement_id = recorded->movement_ids[1]})
                  .ok());

  EXPECT_EQ(Filtered("partner_id = mill"), "bought");
  EXPECT_EQ(Filtered("partner_id = \"\""), "");
  EXPECT_EQ(Filtered("document_type = purchase_order"), "bought");
  EXPECT_EQ(Filtered("document_number = \"PO-7\" AND partner_id = mill"), "bought");
  EXPECT_EQ(Filtered("NOT partner_id = mill"), "made reversed");
  EXPECT_EQ(Filtered("partner_id = miller"), "");
}

TEST_F(LotFiltersTest, FiltersByTheCauseOfAHold) {
  world_.CreateLot("wire", "free");
  const LotId held = world_.CreateLot("wire", "held");
  const LotId recalled = world_.CreateLot("wire", "recalled");
  const LotId drilled = world_.CreateLot("wire", "drilled");
  ASSERT_TRUE(HoldLots(world_.db(), {.context = world_.Context("HoldLots"),
                                     .targets = {{.lot = {.lot_id = held}}},
                                     .reason = "why"})
                  .ok());
  AddMember(world_.db(), {.company = world_.company(), .recall = "R1", .lot = recalled});
  AddMember(world_.db(),
            {.company = world_.company(), .recall = "R2", .lot = drilled, .drill = true});

  EXPECT_EQ(Filtered("hold_cause = LOT"), "held");
  EXPECT_EQ(Filtered("hold_cause = HOLD_CAUSE_RECALL"), "recalled");
  EXPECT_EQ(Filtered("hold_cause = PLACE"), "");
  EXPECT_EQ(Filtered("hold_cause = LOT OR hold_cause = RECALL"), "held recalled");
  EXPECT_EQ(Filtered("hold_cause != LOT"), "drilled free recalled");
}

TEST_F(LotFiltersTest, FiltersByCreatorAndAttributes) {
  const auto add = [&](absl::string_view number, Attributes attributes, std::string actor) {
    CreateLotsCommand command = world_.CreateCommand("wire", {std::string(number)});
    command.lots[0].attributes = std::move(attributes);
    command.context.actor = std::move(actor);
    ASSERT_TRUE(CreateLots(world_.db(), command).ok());
  };
  add("a", {{"colour", "red"}, {"width", *Quantity::Parse("12.5")}, {"lot size", "7"}}, "anna");
  add("b", {{"colour", "blue"}, {"width", *Quantity::Parse("9")}, {"bio", true}}, "bert");
  add("c",
      {{"caught", absl::CivilDay(2026, 1, 31)},
       {"tested", absl::FromCivil(absl::CivilSecond(2026, 1, 31, 9), absl::UTCTimeZone())}},
      "anna");
  add("d", {}, "anna");
  struct Case {
    const char* filter;
    const char* numbers;
  };
  for (const Case& c : std::vector<Case>{
           {"creator = anna", "a c d"},
           {"creator != anna", "b"},
           {"attributes.colour = red", "a"},
           {"attributes.colour != red", "b c d"},
           {"attributes.colour:*", "a b"},
           {"NOT attributes.colour:*", "c d"},
           {"attributes.\"lot size\" = 7", "a"},
           {"attributes.width = 12.50", "a"},
           {"attributes.width > 9", "a"},
           {"attributes.width <= 9", "b"},
           {"attributes.bio = true", "b"},
           {"attributes.bio = false", ""},
           {"attributes.caught = 2026-01-31", "c"},
           {"attributes.caught < 2026-01-31", ""},
           {"attributes.tested <= 2026-01-31", "c"},
           {"attributes.tested = \"2026-01-31T10:00:00+01:00\"", "c"},
           {"attributes.tested > 2026-01-31", ""},
           {"attributes.tested = 2026-01-31", "c"},
           {"attributes.tested != 2026-01-31", "a b d"},
           {"attributes.tested = 2026-01-30", ""},
           {"attributes.colour >= red", "a"},
           {"attributes.colour = red OR attributes.bio = true", "a b"},
           {"attributes.nothing = 1", ""},
       }) {
    SCOPED_TRACE(c.filter);
    EXPECT_EQ(Filtered(c.filter), c.numbers);
  }
}

TEST_F(LotFiltersTest, ADayOfAnAttributeIsOneOfTheCompanysZone) {
  world_.SetSetting("time_zone", "'Europe/Berlin'");
  CreateLotsCommand command = world_.CreateCommand("wire", {"late"});
  // Half past midnight in Berlin.
  command.lots[0].attributes = {
      {"tested", absl::FromCivil(absl::CivilMinute(2026, 1, 31, 23, 30), absl::UTCTimeZone())}};
  ASSERT_TRUE(CreateLots(world_.db(), command).ok());

  EXPECT_EQ(Filtered("attributes.tested = 2026-01-31"), "");
  EXPECT_EQ(Filtered("attributes.tested = 2026-02-01"), "late");
}

// A page is found by walking or by the index; both give the same pages.
TEST_F(LotFiltersTest, SparseFiltersComeInPages) {
  std::string expected;
  for (int i = 0; i < 12; ++i) {
    CreateLotsCommand command = world_.CreateCommand("wire", {absl::StrCat("n", i + 10)});
    if (i % 3 == 0) command.lots[0].attributes = {{"colour", "red"}};
    ASSERT_TRUE(CreateLots(world_.db(), command).ok());
    if (i % 3 == 0) absl::StrAppend(&expected, expected.empty() ? "" : " ", "n", i + 10);
  }
  for (const int page : {1, 2, 3, 4, 100}) {
    EXPECT_EQ(
        absl::StrJoin(world_.List({.filter = "attributes.colour = red"}, "number", page), " "),
        expected)
        << page;
  }
}

}  // namespace
}  // namespace lots
