// The gauges that are read from the database.
#include "storage/writes/company_gauges.h"

#include <gtest/gtest.h>

#include "storage/domain/kinds/movement.h"
#include "storage/recalls/recalls.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

class GaugesOf : public testing::Test {
 protected:
  CompanyGauges Take(const CompanyId& company = CompanyId("acme")) {
    const absl::StatusOr<CompanyGauges> gauges =
        ReadCompanyGauges(world_.db(), company, world_.now());
    EXPECT_TRUE(gauges.ok()) << gauges.status();
    return gauges.value_or(CompanyGauges());
  }
  absl::CivilDay InDays(int days) const {
    return absl::ToCivilDay(world_.now(), absl::UTCTimeZone()) + days;
  }
  void Open(const char* recall_id, bool drill) {
    OpenRecallCommand command{.context = world_.Context("OpenRecall"),
                              .recall_id = RecallId(recall_id)};
    command.seeds = {{.lot_id = salt_}};
    command.reason = "metal";
    command.drill = drill;
    ASSERT_TRUE(OpenRecall(world_.db(), command).ok());
  }

  const TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  const LotId salt_ = world_.CreateLot("salt", "SALT", "5");
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
  ASSERT_TRUE(CloseRecall(world_.db(), {.context = world_.Context("CloseRecall"),
                                        .recall_id = RecallId("RC-2"),
                                        .closing_note = "done",
                                        .leave_held = true})
                  .ok());

  EXPECT_EQ(Take().recalls_open, 1);
  EXPECT_EQ(Take().drills_open, 1);
}

TEST_F(GaugesOf, LotsOnHandThatExpireSoon) {
  world_.CreateLot("salt", "TODAY", {.quantity = "1", .expires_on = InDays(0)});
  world_.CreateLot("salt", "WEEK", {.quantity = "1", .expires_on = InDays(6)});
  world_.CreateLot("salt", "MONTH", {.quantity = "1", .expires_on = InDays(29)});
  world_.CreateLot("salt", "LATER", {.quantity = "1", .expires_on = InDays(30)});
  world_.CreateLot("salt", "OVER", {.quantity = "1", .expires_on = InDays(-1)});
  const LotId gone = world_.CreateLot("salt", "GONE", {.quantity = "1", .expires_on = InDays(3)});
  ASSERT_TRUE(RecordMovements(world_.db(), world_.MoveCommand(MovementKind::kDelivery, gone, "1",
                                                              "stock", "shop"))
                  .ok());

  EXPECT_EQ(Take().expiring_in_7_days, 2);
  EXPECT_EQ(Take().expiring_in_30_days, 3);
}

TEST_F(GaugesOf, TheWorstNumberRange) {
  // B##### and M####: motors have used 9,499 of 9,999.
  ASSERT_TRUE(AssignSerials(world_.db(), world_.AssignCountCommand("W1", "bike", 1)).ok());
  ASSERT_TRUE(AssignSerials(world_.db(), world_.AssignCountCommand("W2", "motor", 1)).ok());
  ASSERT_TRUE(world_.db()
                  .RunScript("test",
                             "UPDATE number_counters SET next_value = 9500 "
                             "WHERE product_id = 'motor'")
                  .ok());

  EXPECT_NEAR(Take().number_range_remaining_ratio, 0.05, 0.001);
  EXPECT_EQ(Take().number_ranges_low, 1);
}

TEST_F(GaugesOf, AnotherCompanyIsNotSeen) {
  Open("RC-1", false);
  world_.CreateLot("salt", "TODAY", {.quantity = "1", .expires_on = InDays(0)});

  const CompanyGauges other = Take(CompanyId("other"));

  EXPECT_EQ(other.recalls_open, 0);
  EXPECT_EQ(other.expiring_in_30_days, 0);
}

}  // namespace
}  // namespace lots
