// The gauges that are read from the database.
#include "storage/writes/company_gauges.h"

#include <gtest/gtest.h>

#include "storage/recalls/recalls.h"
#include "tests/support/world/workshop.h"

namespace lots {
namespace {

class GaugesOf : public testing::Test {
 protected:
  CompanyGauges Take(const CompanyId& company = CompanyId("acme")) {
    const absl::StatusOr<CompanyGauges> gauges =
        ReadCompanyGauges(shop_.db(), company, shop_.now());
    EXPECT_TRUE(gauges.ok()) << gauges.status();
    return gauges.value_or(CompanyGauges());
  }
  absl::CivilDay InDays(int days) const {
    return absl::ToCivilDay(shop_.now(), absl::UTCTimeZone()) + days;
  }
  void Open(const char* recall_id, bool drill) {
    OpenRecallCommand command{.context = shop_.Context("OpenRecall"),
                              .recall_id = RecallId(recall_id)};
    command.seeds = {{.lot_id = salt_}};
    command.reason = "metal";
    command.drill = drill;
    ASSERT_TRUE(OpenRecall(shop_.db(), command).ok());
  }

  const TestDatabase database_{TestDatabase::kMigrated};
  Workshop shop_{database_};
  const LotId salt_ = shop_.Lot("salt", "SALT", "5");
};

TEST_F(GaugesOf, ACompanyAtPeaceHasNothingToTell) {
  const CompanyGauges gauges = Take();

  EXPECT_EQ(gauges.recalls_open, 0);
  EXPECT_EQ(gauges.drills_open, 0);
  EXPECT_EQ(gauges.expiring_in_30_days, 0);
  EXPECT_EQ(gauges.number_ranges_low, 0);
  EXPECT_EQ(gauges.number_range_remaining_ratio, 1);
}

TEST_F(GaugesOf, OpenRecallsAndDrillsAreCountedApart) {
  Open("RC-1", false);
  Open("RC-2", false);
  Open("D-1", true);
  ASSERT_TRUE(CloseRecall(shop_.db(), {.context = shop_.Context("CloseRecall"),
                                       .recall_id = RecallId("RC-2"),
                                       .closing_note = "done"})
                  .ok());

  EXPECT_EQ(Take().recalls_open, 1);
  EXPECT_EQ(Take().drills_open, 1);
}

TEST_F(GaugesOf, LotsOnHandThatExpireSoon) {
  shop_.Lot("salt", "TODAY", "1", InDays(0));
  shop_.Lot("salt", "WEEK", "1", InDays(6));
  shop_.Lot("salt", "MONTH", "1", InDays(29));
  shop_.Lot("salt", "LATER", "1", InDays(30));
  shop_.Lot("salt", "OVER", "1", InDays(-1));
  const LotId gone = shop_.Lot("salt", "GONE", "1", InDays(3));
  ASSERT_TRUE(
      RecordMovements(shop_.db(), shop_.Moving(MovementKind::kDelivery, gone, "1", "STOCK", "SHOP"))
          .ok());

  EXPECT_EQ(Take().expiring_in_7_days, 2);
  EXPECT_EQ(Take().expiring_in_30_days, 3);
}

TEST_F(GaugesOf, TheWorstNumberRange) {
  // B##### and M####: motors have used 9,499 of 9,999.
  ASSERT_TRUE(AssignSerials(shop_.db(), shop_.AssigningCount("W1", "bike", 1)).ok());
  ASSERT_TRUE(AssignSerials(shop_.db(), shop_.AssigningCount("W2", "motor", 1)).ok());
  ASSERT_TRUE(shop_.db()
                  .RunScript("test",
                             "UPDATE number_counters SET next_value = 9500 "
                             "WHERE product_id = 'motor'")
                  .ok());

  EXPECT_NEAR(Take().number_range_remaining_ratio, 0.05, 0.001);
  EXPECT_EQ(Take().number_ranges_low, 1);
}

TEST_F(GaugesOf, AnotherCompanyIsNotSeen) {
  Open("RC-1", false);
  shop_.Lot("salt", "TODAY", "1", InDays(0));

  const CompanyGauges other = Take(CompanyId("other"));

  EXPECT_EQ(other.recalls_open, 0);
  EXPECT_EQ(other.expiring_in_30_days, 0);
}

}  // namespace
}  // namespace lots
