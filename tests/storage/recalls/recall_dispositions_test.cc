// What became of goods of a recall.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/storage/recalls/recall_work_fixture.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(RecallWork, ADispositionReplacesTheOneBeforeAndStandsInHistory) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Open({salt});
  EXPECT_EQ(Clear(salt, "stock", "10.001"), "FIELD_INVALID dispositions[0].quantity");
  EXPECT_EQ(Clear(salt, "stock", "4"), "OK");
  EXPECT_EQ(Clear(salt, "stock", "6"), "OK");
  Must(SetRecallDisposition(world_.db(),
                            Disposing(salt, "SCRAP", "1", RecallDispositionKind::kScrapped)));
  Must(SetRecallDisposition(world_.db(),
                            Disposing(salt, "SCRAP", "0", RecallDispositionKind::kScrapped)));

  const RecallReportPiece report = Report();
  ASSERT_THAT(report.dispositions, SizeIs(1));
  EXPECT_EQ(report.dispositions[0].quantity, Q("6"));
  EXPECT_EQ(report.dispositions[0].note, "sieved");
  EXPECT_EQ(report.dispositions[0].lot.number, "SALT");
  EXPECT_EQ(report.lots[0].unaccounted, Q("4"));
  EXPECT_THAT(RecallEvents(salt),
              ElementsAre("CLEARED 4.000", "CLEARED 6.000", "SCRAPPED 1.000", "SCRAPPED 0.000"));
}

// CLEARED and REWORKED are of the same goods: together they are never more than is there.
TEST_F(RecallWork, NoMoreIsGoodThanIsThere) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Open({salt});
  const auto rework = [&](absl::string_view quantity) {
    return RefusalOf(SetRecallDisposition(world_.db(), Disposing(salt, "stock", quantity,
                                                                 RecallDispositionKind::kReworked))
                         .status());
  };

  EXPECT_EQ(Clear(salt, "stock", "10"), "OK");
  EXPECT_EQ(Clear(salt, "stock", "10"), "OK");
  EXPECT_EQ(Clear(salt, "stock", "11"), "FIELD_INVALID dispositions[0].quantity");
  EXPECT_EQ(rework("1"), "FIELD_INVALID dispositions[0].quantity");
  EXPECT_EQ(Clear(salt, "stock", "6"), "OK");
  EXPECT_EQ(rework("4"), "OK");
  SetRecallDispositionCommand both = Disposing(salt, "stock", "3", RecallDispositionKind::kCleared);
  both.dispositions.push_back(both.dispositions.front());
  both.dispositions.back().kind = RecallDispositionKind::kReworked;
  both.dispositions.back().quantity = Q("7");
  EXPECT_TRUE(SetRecallDisposition(world_.db(), both).ok());
}

TEST_F(RecallWork, ADispositionNamesEverythingThatIsWrong) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  const LotId other = world_.CreateLot("salt", "OTHER", "10");
  Open({salt});
  SetRecallDispositionCommand command =
      Disposing(salt, "stock", "0.0001", RecallDispositionKind::kCleared);
  const auto add = [&](const LotRef& lot, const char* place) {
    command.dispositions.push_back(command.dispositions.front());
    command.dispositions.back().lot = lot;
    command.dispositions.back().location_id = LocationId(place);
    command.dispositions.back().quantity = Q("1");
  };
  add({.lot_id = other}, "stock");
  add({.product_id = ProductId("salt"), .number = "NONE"}, "NOWHERE");
  add({.lot_id = salt}, "stock");

  EXPECT_EQ(RefusalOf(SetRecallDisposition(world_.db(), command).status()),
            "QUANTITY_SCALE dispositions[0].quantity; LOT_NOT_IN_RECALL dispositions[1].lot; "
            "LOCATION_NOT_FOUND dispositions[2].location_id; LOT_NOT_FOUND dispositions[2].lot; "
            "DUPLICATE_IN_REQUEST dispositions[3]");
  EXPECT_THAT(Report().dispositions, IsEmpty());
}

}  // namespace
}  // namespace lots
