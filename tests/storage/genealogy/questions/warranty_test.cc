// The warranty of a unit, by its deliveries and returns.
#include "storage/genealogy/questions/warranty.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/domain/movement.h"
#include "storage/schema/migrations.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/reshape/reshape.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

class WarrantyTest : public ::testing::Test {
 protected:
  WarrantyTest() { SetMonths(12); }

  void SetMonths(int months) {
    database_.Execute(absl::StrCat("UPDATE products SET warranty_months = ", months));
  }
  static absl::Time At(absl::string_view text) {
    absl::Time time;
    std::string error;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
    return time;
  }
  MovementId Move(MovementKind kind, absl::string_view from, absl::string_view to, absl::Time when,
                  std::optional<MovementId> delivery = {}) {
    RecordMovementsCommand command = world_.MoveCommand(kind, bike_, "", from, to);
    NewMovement& movement = command.movements[0];
    movement.occurred_at = when;
    movement.delivery = delivery;
    movement.partner_id = delivery.has_value() ? "" : "C-1";
    movement.document = {"note", "N-1"};
    const auto moved = RecordMovements(world_.db(), command);
    EXPECT_TRUE(moved.ok()) << moved.status();
    return moved.ok() ? moved->movement_ids.front() : MovementId();
  }
  MovementId Deliver(absl::string_view when) {
    return Move(MovementKind::kDelivery, "stock", "shop", At(when));
  }
  void Return(const MovementId& delivery, absl::string_view when) {
    Move(MovementKind::kReturn, "shop", "stock", At(when), delivery);
  }
  void Reverse(const MovementId& movement) {
    const auto reversed = ReverseMovement(
        world_.db(), {.context = world_.Context("ReverseMovement"), .movement_id = movement});
    ASSERT_TRUE(reversed.ok()) << reversed.status();
  }
  // "IN_FORCE 2026-01-15 to 2027-01-14".
  std::string WarrantyAt(absl::string_view now) {
    const auto answer = GetWarranty(
        world_.db(), {.company = world_.company(), .lot = {.lot_id = bike_}, .now = At(now)});
    if (!answer.ok()) return RefusalOf(answer.status());
    last_ = *answer;
    static constexpr const char* kNames[] = {"", "NONE", "NOT_DELIVERED", "IN_FORCE", "ENDED"};
    std::string text = kNames[static_cast<int>(last_.state)];
    if (!last_.starts_on.has_value()) return text;
    return absl::StrCat(text, " ", absl::FormatCivilTime(*last_.starts_on), " to ",
                        absl::FormatCivilTime(*last_.ends_on));
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  LotId bike_ = world_.CreateLot("bike", "B", "1");
  Warranty last_;
};

TEST_F(WarrantyTest, RunsFromTheDeliveryForItsMonths) {
  EXPECT_EQ(WarrantyAt("2026-01-10T00:00:00Z"), "NOT_DELIVERED");
  EXPECT_FALSE(last_.delivery.has_value());
  const MovementId delivery = Deliver("2026-01-15T10:00:00Z");
  EXPECT_EQ(WarrantyAt("2026-01-14T23:59:59Z"), "NOT_DELIVERED 2026-01-15 to 2027-01-14");
  EXPECT_EQ(WarrantyAt("2026-01-15T00:00:00Z"), "IN_FORCE 2026-01-15 to 2027-01-14");
  EXPECT_EQ(WarrantyAt("2027-01-14T23:59:59Z"), "IN_FORCE 2026-01-15 to 2027-01-14");
  EXPECT_EQ(WarrantyAt("2027-01-15T00:00:00Z"), "ENDED 2026-01-15 to 2027-01-14");
  EXPECT_EQ(last_.lot_id, bike_);
  EXPECT_EQ(last_.product_id, ProductId("bike"));
  EXPECT_EQ(last_.number, "B");
  EXPECT_EQ(last_.months, 12);
  ASSERT_TRUE(last_.delivery.has_value());
  EXPECT_EQ(last_.delivery->movement_id, delivery);
  EXPECT_EQ(last_.delivery->partner_id, "C-1");
  EXPECT_EQ(last_.delivery->document.number, "N-1");
}

TEST_F(WarrantyTest, AShortMonthEndsIt) {
  SetMonths(1);
  Deliver("2026-01-31T10:00:00Z");
  EXPECT_EQ(WarrantyAt("2026-02-28T12:00:00Z"), "IN_FORCE 2026-01-31 to 2026-02-28");
  EXPECT_EQ(WarrantyAt("2026-03-01T00:00:00Z"), "ENDED 2026-01-31 to 2026-02-28");
}

TEST_F(WarrantyTest, DaysAreTheCompanys) {
  database_.Execute("UPDATE companies SET time_zone = 'Pacific/Auckland'");  // UTC+13 in January
  Deliver("2026-01-14T11:00:00Z");
  EXPECT_EQ(WarrantyAt("2027-01-14T10:59:59Z"), "IN_FORCE 2026-01-15 to 2027-01-14");
  EXPECT_EQ(WarrantyAt("2027-01-14T11:00:00Z"), "ENDED 2026-01-15 to 2027-01-14");
}

TEST_F(WarrantyTest, ARepairDoesNotStartItAnew) {
  const MovementId first = Deliver("2026-01-15T10:00:00Z");
  Return(first, "2026-02-01T00:00:00Z");
  // In the workshop it has its warranty all the same.
  EXPECT_EQ(WarrantyAt("2026-03-01T00:00:00Z"), "IN_FORCE 2026-01-15 to 2027-01-14");
  Deliver("2026-04-02T10:00:00Z");
  EXPECT_EQ(WarrantyAt("2026-05-01T00:00:00Z"), "IN_FORCE 2026-01-15 to 2027-01-14");
  EXPECT_EQ(last_.delivery->movement_id, first);
}

TEST_F(WarrantyTest, ADeliveryThatNeverWasDoesNotBeginIt) {
  Reverse(Deliver("2026-01-15T10:00:00Z"));
  EXPECT_EQ(WarrantyAt("2026-05-01T00:00:00Z"), "NOT_DELIVERED");
  Deliver("2026-04-02T10:00:00Z");
  EXPECT_EQ(WarrantyAt("2026-05-01T00:00:00Z"), "IN_FORCE 2026-04-02 to 2027-04-01");
}

TEST_F(WarrantyTest, TheTermOfThatDayCounts) {
  SetMonths(24);
  Deliver("2026-01-15T23:30:00Z");
  SetMonths(12);
  database_.Execute("UPDATE companies SET time_zone = 'Pacific/Auckland'");
  EXPECT_EQ(WarrantyAt("2027-05-01T00:00:00Z"), "IN_FORCE 2026-01-15 to 2028-01-14");
  EXPECT_EQ(last_.months, 24);
  SetMonths(0);
  EXPECT_EQ(WarrantyAt("2027-05-01T00:00:00Z"), "IN_FORCE 2026-01-15 to 2028-01-14");
}

TEST_F(WarrantyTest, PastDeliveriesKeepTheTermOfTheMigration) {
  database_.Execute("UPDATE companies SET time_zone = 'Pacific/Auckland'");
  Deliver("2026-01-14T11:30:00Z");
  database_.Execute("UPDATE deliveries SET warranty_months = NULL, delivered_on = NULL");

  for (const Migration& migration : Migrations()) {
    if (migration.name == std::string("warranty_terms_of_past_deliveries")) {
      database_.Execute(std::string(migration.sql));
    }
  }

  SetMonths(6);
  database_.Execute("UPDATE companies SET time_zone = 'UTC'");
  EXPECT_EQ(WarrantyAt("2026-05-01T00:00:00Z"), "IN_FORCE 2026-01-15 to 2027-01-14");
}

TEST_F(WarrantyTest, DeliveriesOfTheReleaseBeforeHaveTodaysTerm) {
  Deliver("2026-01-15T23:30:00Z");
  database_.Execute("UPDATE deliveries SET warranty_months = NULL, delivered_on = NULL");
  SetMonths(6);
  EXPECT_EQ(WarrantyAt("2026-05-01T00:00:00Z"), "IN_FORCE 2026-01-15 to 2026-07-14");
}

TEST_F(WarrantyTest, ANewNumberKeepsIt) {
  Return(Deliver("2026-01-15T10:00:00Z"), "2026-02-01T00:00:00Z");
  RelabelLotCommand relabel{.context = world_.Context("RelabelLot"),
                            .lot = {.lot_id = bike_},
                            .from = LocationId("stock"),
                            .number = "B-NEW",
                            .occurred_at = At("2026-03-01T00:00:00Z")};
  const auto relabelled = RelabelLot(world_.db(), relabel);
  ASSERT_TRUE(relabelled.ok()) << relabelled.status();
  // Also that of a product without a warranty.
  relabel.context = world_.Context("RelabelLot");
  relabel.lot.lot_id = relabelled->lots[0].lot_id;
  relabel.product = ProductId("pump");
  const auto reassigned = RelabelLot(world_.db(), relabel);
  ASSERT_TRUE(reassigned.ok()) << reassigned.status();

  EXPECT_EQ(WarrantyAt("2026-05-01T00:00:00Z"), "IN_FORCE 2026-01-15 to 2027-01-14");
  for (const LotId& unit : {relabelled->lots[0].lot_id, reassigned->lots[0].lot_id}) {
    bike_ = unit;
    EXPECT_EQ(WarrantyAt("2026-05-01T00:00:00Z"), "IN_FORCE 2026-01-15 to 2027-01-14");
    EXPECT_EQ(last_.number, "B-NEW");
  }
  EXPECT_EQ(last_.product_id, ProductId("pump"));
}

TEST_F(WarrantyTest, ADeliveryUnderANewNumberDoesNotStartItAnew) {
  const MovementId first = Deliver("2026-01-15T10:00:00Z");
  Return(first, "2026-02-01T00:00:00Z");
  const RelabelLotCommand relabel{.context = world_.Context("RelabelLot"),
                                  .lot = {.lot_id = bike_},
                                  .from = LocationId("stock"),
                                  .number = "B-NEW",
                                  .occurred_at = At("2026-03-01T00:00:00Z")};
  const auto relabelled = RelabelLot(world_.db(), relabel);
  ASSERT_TRUE(relabelled.ok()) << relabelled.status();
  bike_ = relabelled->lots[0].lot_id;
  Deliver("2026-04-02T10:00:00Z");

  EXPECT_EQ(WarrantyAt("2026-05-01T00:00:00Z"), "IN_FORCE 2026-01-15 to 2027-01-14");
  ASSERT_TRUE(last_.delivery.has_value());
  EXPECT_EQ(last_.delivery->movement_id, first);
}

TEST_F(WarrantyTest, AReturnThatNeverWasBringsTheFirstOneBack) {
  const MovementId first = Deliver("2026-01-15T10:00:00Z");
  Reverse(Move(MovementKind::kReturn, "shop", "stock", At("2026-02-01T00:00:00Z"), first));
  EXPECT_EQ(WarrantyAt("2026-05-01T00:00:00Z"), "IN_FORCE 2026-01-15 to 2027-01-14");
}

TEST_F(WarrantyTest, AProductMayHaveNone) {
  SetMonths(0);
  Deliver("2026-01-15T10:00:00Z");
  EXPECT_EQ(WarrantyAt("2026-05-01T00:00:00Z"), "NONE");
  EXPECT_FALSE(last_.delivery.has_value());
}

TEST_F(WarrantyTest, OnlyASerialThatIsThereHasOne) {
  const auto ask = [&](LotRef ref) {
    return RefusalOf(
        GetWarranty(world_.db(), {.company = world_.company(), .lot = ref, .now = world_.now()})
            .status());
  };
  world_.CreateLot("salt", "S", "1");
  EXPECT_EQ(ask({.product_id = ProductId("salt"), .number = "S"}), "TRACKING_MISMATCH lot");
  EXPECT_EQ(ask({.product_id = ProductId("bike"), .number = "X"}), "LOT_NOT_FOUND lot");
  EXPECT_EQ(ask({.product_id = ProductId("bike"), .number = "b"}), "OK");
}

}  // namespace
}  // namespace lots
