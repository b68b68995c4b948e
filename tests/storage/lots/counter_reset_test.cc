// Counters of number templates that begin again with the year, the month or the day.
#include "storage/domain/kinds/counter_reset.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/lot_ref.h"
#include "storage/lots/lots.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;

class CounterResetTest : public ::testing::Test {
 protected:
  void SetProduct(const std::string& number_template, CounterReset reset) {
    Product wire{.product_id = ProductId("wire"),
                 .number_template = number_template,
                 .counter_reset = reset};
    const auto set = UpsertProducts(world_.db(), {.context = world_.Context("UpsertProducts"),
                                                  .products = {wire},
                                                  .paths = {{"number_template", "counter_reset"}}});
    ASSERT_TRUE(set.ok()) << set.status();
  }
  void SetDay(absl::CivilDay day) { world_.set_now(absl::FromCivil(day, absl::UTCTimeZone())); }
  // As UpsertProducts answers, or the refused field.
  std::string SetNextNumber(int64_t next_number) {
    const auto set = UpsertProducts(
        world_.db(), {.context = world_.Context("UpsertProducts"),
                      .products = {{.product_id = ProductId("wire"), .next_number = next_number}},
                      .paths = {{"next_number"}}});
    return set.ok() ? absl::StrCat(set->front().next_number) : RefusalOf(set.status());
  }
  int64_t NextNumber() {
    const WriteContext context = world_.Context("GetProduct");
    const auto wire = GetProduct(world_.db(), {context.company, ProductId("wire"), context.now});
    return wire.ok() ? wire->next_number : 0;
  }
  std::vector<std::string> MadeAt(absl::CivilMinute minute, int64_t count = 1) {
    world_.set_now(absl::FromCivil(minute, absl::UTCTimeZone()));
    const auto created = CreateLots(world_.db(), world_.CreateCountCommand("wire", count));
    if (!created.ok()) return {RefusalOf(created.status())};
    return NumbersOf(created->lots);
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(CounterResetTest, BeginsAgainWithTheYearOfTheCompanysZone) {
  world_.SetSetting("time_zone", "'Europe/Berlin'");
  world_.set_now(absl::FromCivil(absl::CivilDay(2026, 12, 30), absl::UTCTimeZone()));
  SetProduct("L{YYYY}-{##}", CounterReset::kYear);
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 12, 31, 22, 59), 2),
              ElementsAre("L2026-01", "L2026-02"));
  // Midnight in Berlin, an hour before that of UTC.
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 12, 31, 23, 1)), ElementsAre("L2027-01"));
  EXPECT_THAT(MadeAt(absl::CivilMinute(2027, 6, 1, 0, 0)), ElementsAre("L2027-02"));
  EXPECT_THAT(MadeAt(absl::CivilMinute(2028, 1, 1, 0, 0)), ElementsAre("L2028-01"));
}

TEST_F(CounterResetTest, BeginsAgainWithMonthAndDay) {
  world_.set_now(absl::FromCivil(absl::CivilDay(2026, 1, 1), absl::UTCTimeZone()));
  SetProduct("{YY}{MM}-{##}", CounterReset::kMonth);
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 1, 5, 0, 0)), ElementsAre("2601-01"));
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 1, 31, 0, 0)), ElementsAre("2601-02"));
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 2, 1, 0, 0)), ElementsAre("2602-01"));
  SetProduct("{YY}{DDD}-{##}", CounterReset::kDay);
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 2, 1, 9, 0)), ElementsAre("26032-02"));
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 2, 2, 9, 0)), ElementsAre("26033-01"));
}

TEST_F(CounterResetTest, TheYearOfAWeekIsTheOneThatTheWeekBelongsTo) {
  world_.set_now(absl::FromCivil(absl::CivilDay(2026, 12, 28), absl::UTCTimeZone()));
  SetProduct("{YYYY}W{WW}-{##}", CounterReset::kYear);
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 12, 31, 9, 0)), ElementsAre("2026W53-01"));
  EXPECT_THAT(MadeAt(absl::CivilMinute(2027, 1, 1, 9, 0)), ElementsAre("2026W53-02"));
  EXPECT_THAT(MadeAt(absl::CivilMinute(2027, 1, 4, 9, 0)), ElementsAre("2027W01-01"));
}

TEST_F(CounterResetTest, AServerWhoseDayIsBehindMakesNoNumberTwice) {
  world_.set_now(absl::FromCivil(absl::CivilDay(2026, 1, 1), absl::UTCTimeZone()));
  SetProduct("{YYYY}-{##}", CounterReset::kYear);
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 12, 31, 9, 0), 2), ElementsAre("2026-01", "2026-02"));
  EXPECT_THAT(MadeAt(absl::CivilMinute(2027, 1, 1, 0, 0)), ElementsAre("2027-01"));
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 12, 31, 23, 59)), ElementsAre("2026-03"));
  EXPECT_THAT(MadeAt(absl::CivilMinute(2027, 1, 1, 0, 1)), ElementsAre("2027-04"));
}

TEST_F(CounterResetTest, TheNextNumberIsTheOneOfThePeriodOfToday) {
  SetDay(absl::CivilDay(2026, 12, 30));
  SetProduct("L{YYYY}-{####}", CounterReset::kYear);
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 12, 31, 9, 0), 3), SizeIs(3));
  EXPECT_EQ(NextNumber(), 4);

  SetDay(absl::CivilDay(2027, 1, 2));
  EXPECT_EQ(NextNumber(), 1);
  EXPECT_EQ(SetNextNumber(100), "100");
  EXPECT_EQ(NextNumber(), 100);
  EXPECT_THAT(MadeAt(absl::CivilMinute(2027, 1, 2, 9, 0)), ElementsAre("L2027-0100"));
  EXPECT_THAT(MadeAt(absl::CivilMinute(2027, 1, 2, 9, 0)), ElementsAre("L2027-0101"));

  // Below the counter of the year that is over.
  SetDay(absl::CivilDay(2028, 1, 1));
  EXPECT_EQ(SetNextNumber(50), "50");
  EXPECT_THAT(MadeAt(absl::CivilMinute(2028, 1, 1, 9, 0)), ElementsAre("L2028-0050"));
}

TEST_F(CounterResetTest, AResetThatChangesInANewPeriodKeepsTheNextNumber) {
  SetDay(absl::CivilDay(2026, 12, 30));
  SetProduct("L{YYYY}{MM}-{##}", CounterReset::kYear);
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 12, 31, 9, 0), 3), SizeIs(3));

  SetDay(absl::CivilDay(2027, 1, 2));
  SetProduct("L{YYYY}{MM}-{##}", CounterReset::kMonth);
  EXPECT_EQ(NextNumber(), 1);
  EXPECT_THAT(MadeAt(absl::CivilMinute(2027, 1, 2, 9, 0)), ElementsAre("L202701-01"));
}

TEST_F(CounterResetTest, NumbersOfOtherDaysDoNotKeepACounterUp) {
  SetDay(absl::CivilDay(2026, 12, 30));
  SetProduct("{###}*{YYYY}{check:mod10}", CounterReset::kNever);
  EXPECT_THAT(MadeAt(absl::CivilMinute(2026, 12, 31, 9, 0), 4), SizeIs(4));

  SetDay(absl::CivilDay(2027, 1, 2));
  EXPECT_EQ(SetNextNumber(1), "1");
  const std::vector<std::string> made = MadeAt(absl::CivilMinute(2027, 1, 2, 9, 0));
  EXPECT_THAT(made, ElementsAre(StartsWith("001*2027")));
  EXPECT_EQ(SetNextNumber(1), "FIELD_INVALID products[0].next_number");
}

}  // namespace
}  // namespace lots
