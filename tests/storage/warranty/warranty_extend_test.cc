// Extensions of warranties: what they add up to, what is refused, and two that race.
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/barrier.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/lots/lots.h"
#include "storage/stock/stock.h"
#include "storage/warranty/extend.h"
#include "storage/work_orders/reshape/reshape.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::Contains;
using ::testing::SizeIs;

absl::Time At(absl::string_view text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

absl::CivilDay DayOf(absl::string_view text) {
  absl::CivilDay day;
  EXPECT_TRUE(absl::ParseCivilTime(text, &day)) << text;
  return day;
}

std::string TermOf(const Warranty& warranty) {
  static constexpr const char* kNames[] = {"", "NONE", "NOT_DELIVERED", "IN_FORCE", "ENDED"};
  std::string text = kNames[static_cast<int>(warranty.state)];
  if (!warranty.starts_on.has_value()) return text;
  return absl::StrCat(text, " ", Day(warranty.starts_on), " to ", Day(warranty.ends_on));
}

class ExtendWarrantyTest : public ::testing::Test {
 protected:
  ExtendWarrantyTest() {
    SetMonths(12);
    world_.set_now(At("2026-06-01T00:00:00Z"));
  }

  void SetMonths(int months) {
    database_.Execute(absl::StrCat("UPDATE products SET warranty_months = ", months));
  }
  void Deliver(const LotId& lot, absl::string_view when = "2026-01-15T10:00:00Z") {
    RecordMovementsCommand command =
        world_.MoveCommand(MovementKind::kDelivery, lot, "", "stock", "shop");
    command.movements[0].occurred_at = At(when);
    command.movements[0].partner_id = "C-1";
    const auto moved = RecordMovements(world_.db(), command);
    ASSERT_TRUE(moved.ok()) << moved.status();
  }
  ExtendWarrantyCommand CommandFor(const std::vector<LotId>& lots,
                                   absl::string_view request_id = "") {
    ExtendWarrantyCommand command{.context = world_.Context("ExtendWarranty", request_id),
                                  .lots = {},
                                  .months = {},
                                  .ends_on = {},
                                  .is_shortening = false,
                                  .reason = "goodwill",
                                  .document = {}};
    for (const LotId& lot : lots) command.lots.push_back({.lot_id = lot});
    return command;
  }
  // A new term of `bike_`: the answer's term, or the refusal.
  std::string Extend(const ExtendWarrantyCommand& command) {
    const auto extended = ExtendWarranty(world_.db(), command);
    return extended.ok() ? TermOf(extended->front()) : RefusalOf(extended.status());
  }
  std::string AddMonths(int months) {
    ExtendWarrantyCommand command = CommandFor({bike_});
    command.months = months;
    return Extend(command);
  }
  std::string EndOn(absl::string_view day, bool shortens = false) {
    ExtendWarrantyCommand command = CommandFor({bike_});
    command.ends_on = DayOf(day);
    command.is_shortening = shortens;
    return Extend(command);
  }
  Warranty Ask(std::optional<absl::Time> as_of = {}) {
    const auto found = GetWarranty(world_.db(), {.company = world_.company(),
                                                 .lot = {.lot_id = bike_},
                                                 .now = world_.now(),
                                                 .as_of = as_of});
    EXPECT_TRUE(found.ok()) << found.status();
    return found.value_or(Warranty());
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  LotId bike_ = world_.CreateLot("bike", "B", "1");
};

TEST_F(ExtendWarrantyTest, MonthsAreAddedToTheTerm) {
  Deliver(bike_);
  EXPECT_EQ(AddMonths(12), "IN_FORCE 2026-01-15 to 2028-01-14");
  EXPECT_EQ(AddMonths(1), "IN_FORCE 2026-01-15 to 2028-02-14");

  const Warranty warranty = Ask();
  EXPECT_EQ(TermOf(warranty), "IN_FORCE 2026-01-15 to 2028-02-14");
  EXPECT_EQ(Day(warranty.original_ends_on), "2027-01-14");
  EXPECT_EQ(warranty.months, 12);
  ASSERT_THAT(warranty.extensions, SizeIs(2));
  EXPECT_EQ(warranty.extensions[0].months, 12);
  EXPECT_EQ(warranty.extensions[0].reason, "goodwill");
  EXPECT_EQ(warranty.extensions[0].actor, "tester");
  EXPECT_EQ(warranty.extensions[0].recorded_at, world_.now());
}

// Two months from January 31 end where two months of the delivery would.
TEST_F(ExtendWarrantyTest, MonthsCountFromTheFirstDay) {
  SetMonths(1);
  Deliver(bike_, "2026-01-31T10:00:00Z");
  EXPECT_EQ(AddMonths(1), "ENDED 2026-01-31 to 2026-03-30");
}

TEST_F(ExtendWarrantyTest, AReplacementTermHasItsOwnEnd) {
  Deliver(bike_);
  EXPECT_EQ(EndOn("2029-12-31"), "IN_FORCE 2026-01-15 to 2029-12-31");
  EXPECT_EQ(AddMonths(2), "IN_FORCE 2026-01-15 to 2030-02-28");
}

TEST_F(ExtendWarrantyTest, OnlyAShorteningEndsEarlier) {
  Deliver(bike_);
  ASSERT_EQ(AddMonths(12), "IN_FORCE 2026-01-15 to 2028-01-14");
  EXPECT_EQ(EndOn("2028-01-13"), "FIELD_INVALID end_date");
  EXPECT_EQ(EndOn("2028-01-14"), "IN_FORCE 2026-01-15 to 2028-01-14");
  EXPECT_EQ(EndOn("2026-05-31", /*shortens=*/true), "ENDED 2026-01-15 to 2026-05-31");
  EXPECT_EQ(Day(Ask().original_ends_on), "2027-01-14");
}

TEST_F(ExtendWarrantyTest, AnUndeliveredUnitKeepsThemForItsDelivery) {
  EXPECT_EQ(AddMonths(12), "NOT_DELIVERED");
  EXPECT_EQ(EndOn("2026-12-31"), "NOT_DELIVERED");  // before the end that it will have
  EXPECT_EQ(TermOf(Ask()), "NOT_DELIVERED");
  Deliver(bike_);
  EXPECT_EQ(TermOf(Ask()), "IN_FORCE 2026-01-15 to 2028-01-14");
}

TEST_F(ExtendWarrantyTest, AProductWithoutAWarrantyMayGetOne) {
  SetMonths(0);
  Deliver(bike_);
  EXPECT_EQ(TermOf(Ask()), "NONE");
  EXPECT_EQ(AddMonths(6), "IN_FORCE 2026-01-15 to 2026-07-14");
  EXPECT_FALSE(Ask().original_ends_on.has_value());
}

TEST_F(ExtendWarrantyTest, APastTimeHasThePastTerm) {
  Deliver(bike_);
  ASSERT_EQ(AddMonths(12), "IN_FORCE 2026-01-15 to 2028-01-14");

  EXPECT_EQ(TermOf(Ask(world_.now() - absl::Microseconds(1))), "IN_FORCE 2026-01-15 to 2027-01-14");
  EXPECT_EQ(TermOf(Ask(At("2026-01-14T00:00:00Z"))), "NOT_DELIVERED");
  EXPECT_EQ(TermOf(Ask(At("2027-06-01T00:00:00Z"))), "IN_FORCE 2026-01-15 to 2028-01-14");
  EXPECT_EQ(TermOf(Ask(At("2028-06-01T00:00:00Z"))), "ENDED 2026-01-15 to 2028-01-14");
}

TEST_F(ExtendWarrantyTest, ANewNumberKeepsThemBothWays) {
  ASSERT_EQ(AddMonths(12), "NOT_DELIVERED");
  const auto relabelled = RelabelLot(world_.db(), {.context = world_.Context("RelabelLot"),
                                                   .lot = {.lot_id = bike_},
                                                   .from = LocationId("stock"),
                                                   .quantity = {},
                                                   .product = {},
                                                   .number = "B-NEW",
                                                   .expires_on = {},
                                                   .occurred_at = At("2026-01-10T00:00:00Z")});
  ASSERT_TRUE(relabelled.ok()) << relabelled.status();
  const LotId former = bike_;
  bike_ = relabelled->lots[0].lot_id;
  Deliver(bike_);
  EXPECT_EQ(AddMonths(12), "IN_FORCE 2026-01-15 to 2029-01-14");
  bike_ = former;
  EXPECT_EQ(TermOf(Ask()), "IN_FORCE 2026-01-15 to 2029-01-14");
}

TEST_F(ExtendWarrantyTest, TheHistoryHasIt) {
  Deliver(bike_);
  ExtendWarrantyCommand command = CommandFor({bike_});
  command.months = 12;
  command.document = {"contract", "C-77"};
  ASSERT_EQ(Extend(command), "IN_FORCE 2026-01-15 to 2028-01-14");

  EXPECT_THAT(world_.History(bike_),
              Contains("WARRANTY_EXTENDED add_months:  > 12 end_date: 2027-01-14 > 2028-01-14 "
                       "reason:  > goodwill document:  > contract C-77"));
}

TEST_F(ExtendWarrantyTest, EveryProblemIsNamedAndNothingIsWritten) {
  const LotId salt = world_.CreateLot("salt", "S", "1");
  const LotId voided = world_.CreateLot("bike", "V");
  world_.SetState(voided, LotState::kVoid);
  ExtendWarrantyCommand command = CommandFor({bike_, salt, LotId(Uuid::MakeV7()), voided, bike_});
  command.months = 12;

  EXPECT_EQ(Extend(command),
            "TRACKING_MISMATCH lots[1]; LOT_NOT_FOUND lots[2]; LOT_VOID lots[3]; "
            "DUPLICATE_IN_REQUEST lots[4]");
  EXPECT_THAT(Ask().extensions, SizeIs(0));
}

TEST_F(ExtendWarrantyTest, TermsAndExtensionsAreBounded) {
  Deliver(bike_);
  EXPECT_EQ(AddMonths(kWarrantyMonthsMax), "FIELD_INVALID add_months");
  for (int64_t i = 0; i < kWarrantyExtensionsMax; ++i) {
    ASSERT_EQ(EndOn("2029-12-31"), "IN_FORCE 2026-01-15 to 2029-12-31");
  }
  EXPECT_EQ(EndOn("2029-12-31"), "FIELD_INVALID lots");
}

TEST_F(ExtendWarrantyTest, ARepeatIsAnsweredAsTheFirstCall) {
  Deliver(bike_);
  ExtendWarrantyCommand command = CommandFor({bike_}, "one");
  command.months = 12;
  ASSERT_EQ(Extend(command), "IN_FORCE 2026-01-15 to 2028-01-14");
  EXPECT_EQ(Extend(command), "IN_FORCE 2026-01-15 to 2028-01-14");
  EXPECT_THAT(Ask().extensions, SizeIs(1));
}

TEST_F(ExtendWarrantyTest, AUnitWithAnExtensionIsNotDeleted) {
  bike_ = world_.CreateLot("bike", "NEW");
  ASSERT_EQ(AddMonths(12), "NOT_DELIVERED");
  const absl::Status status = DeleteLot(world_.db(), world_.LotCommandFor(bike_));
  EXPECT_EQ(RefusalOf(status), "LOT_IN_USE lot_id");
  EXPECT_EQ(FactOf(status, "what"), "warranty extensions");
}

TEST_F(ExtendWarrantyTest, ManyUnitsAtOnce) {
  const std::vector<LotId> units = world_.CreateLots("bike", {"X1", "X2", "X3"}, {.quantity = "1"});
  Deliver(units[1]);
  ExtendWarrantyCommand command = CommandFor(units);
  command.months = 6;
  const auto extended = ExtendWarranty(world_.db(), command);
  ASSERT_TRUE(extended.ok()) << extended.status();
  ASSERT_THAT(*extended, SizeIs(3));
  EXPECT_EQ(TermOf((*extended)[0]), "NOT_DELIVERED");
  EXPECT_EQ(TermOf((*extended)[1]), "IN_FORCE 2026-01-15 to 2027-07-14");
  EXPECT_EQ((*extended)[2].number, "X3");
}

// Both are counted: neither end is computed from what the other one replaced.
TEST_F(ExtendWarrantyTest, TwoAtOnceBothCount) {
  constexpr int kWriters = 8;
  Deliver(bike_);
  absl::Barrier start(kWriters);
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&] {
      World world(world_, database_.Connect());
      ExtendWarrantyCommand command{.context = world.Context("ExtendWarranty"),
                                    .lots = {{.lot_id = bike_}},
                                    .months = 1,
                                    .ends_on = {},
                                    .is_shortening = false,
                                    .reason = "race",
                                    .document = {}};
      start.Block();
      EXPECT_EQ(RefusalOf(ExtendWarranty(world.db(), command).status()), "OK");
    });
  }
  for (std::thread& thread : threads) thread.join();

  const Warranty warranty = Ask();
  EXPECT_THAT(warranty.extensions, SizeIs(kWriters));
  EXPECT_EQ(TermOf(warranty), "IN_FORCE 2026-01-15 to 2027-09-14");
  // Each event's end follows on the one before.
  std::vector<std::string> ends;
  for (const std::string& line : world_.History(bike_)) {
    if (line.find("WARRANTY_EXTENDED") == 0) ends.push_back(line);
  }
  EXPECT_THAT(ends, SizeIs(kWriters));
  EXPECT_THAT(ends, Contains(testing::HasSubstr("end_date: 2027-08-14 > 2027-09-14")));
}

}  // namespace
}  // namespace lots
