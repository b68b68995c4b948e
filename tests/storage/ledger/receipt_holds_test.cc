// Products whose receipts are held until they are inspected.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/movement.h"
#include "storage/holds/holds.h"
#include "storage/stock/stock.h"
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

class ReceiptHoldsTest : public ::testing::Test {
 protected:
  ReceiptHoldsTest() {
    world_.Execute(
        "UPDATE products SET hold_on_receipt = true WHERE product_id IN ('salt', 'bike')");
    world_.CreateLot("salt", "L1");
    world_.CreateLot("wire", "W1");
    world_.CreateLot("bike", "S1");
  }
  ~ReceiptHoldsTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  std::string Move(const std::string& movement) {
    return ReasonOf(world_.Record({movement}).status());
  }
  std::vector<LotHold> Waiting() {
    const auto holds = ListHolds(world_.db(), {.company = world_.company(),
                                               .filter = "awaits_inspection = true",
                                               .limit = 100,
                                               .now = world_.now()});
    EXPECT_TRUE(holds.ok()) << holds.status();
    return holds.ok() ? *holds : std::vector<LotHold>();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(ReceiptHoldsTest, WhatIsReceivedWaits) {
  ASSERT_EQ(Move("RECEIPT L1 10 >stock"), "OK");
  ASSERT_EQ(Move("RECEIPT S1 1 >stock"), "OK");
  ASSERT_EQ(Move("RECEIPT W1 10 >stock"), "OK");

  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "LOT_HELD");
  EXPECT_EQ(Move("TRANSFER S1 1 stock>shelf"), "LOT_HELD");
  EXPECT_EQ(Move("DELIVERY W1 1 stock>"), "OK");
  ASSERT_THAT(Waiting(), SizeIs(2));
  const Hold hold = Waiting().back().hold;
  EXPECT_EQ(hold.lot_id, world_.IdOf("L1"));
  EXPECT_EQ(hold.cause, HoldCause::kLot);
  EXPECT_EQ(hold.reason, "waits for inspection");
  EXPECT_EQ(hold.placed_by, "tester");
}

TEST_F(ReceiptHoldsTest, ItMayGoBackToWhereItCameFrom) {
  const MovementId receipt = world_.MustRecord("RECEIPT L1 10 >stock");

  EXPECT_EQ(Move("SUPPLIER_RETURN L1 4 stock>"), "OK");
  EXPECT_EQ(Move("SCRAP L1 1 stock>"), "LOT_HELD");
  const MovementId other = world_.MustRecord("RECEIPT S1 1 >stock");
  EXPECT_EQ(ReasonOf(world_.Reverse(other).status()), "OK");
  EXPECT_EQ(ReasonOf(world_.Reverse(receipt).status()), "RESULT_USED");
}

TEST_F(ReceiptHoldsTest, ALotWaitsOnceUntilItIsReleased) {
  world_.MustRecord("RECEIPT L1 10 >stock");
  world_.MustRecord("RECEIPT L1 5 >yard");
  ASSERT_EQ(ReasonOf(world_.Record({"RECEIPT L1 1 >stock", "RECEIPT L1 1 >yard"}).status()), "OK");
  ASSERT_THAT(Waiting(), SizeIs(1));

  const auto released = ReleaseLots(world_.db(), {.context = world_.Context("ReleaseLots"),
                                                  .lots = {{.lot_id = world_.IdOf("L1")}},
                                                  .note = "looks good"});
  ASSERT_TRUE(released.ok()) << released.status();
  EXPECT_THAT(*released, SizeIs(1));
  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "OK");

  // Goods that come later wait again.
  world_.MustRecord("RECEIPT L1 2 >stock");
  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "LOT_HELD");
}

// One call that receives goods and passes them on does not get around the inspection.
TEST_F(ReceiptHoldsTest, AlsoInTheRequestThatReceivesIt) {
  EXPECT_EQ(RefusalOf(world_.Record({"RECEIPT L1 10 >stock", "DELIVERY L1 10 stock>"}).status()),
            "LOT_HELD movements[1].lot");
  EXPECT_EQ(RefusalOf(world_.Record({"RECEIPT W1 10 >stock", "DELIVERY W1 10 stock>"}).status()),
            "OK");
  EXPECT_EQ(world_.Where("L1"), "");
}

TEST_F(ReceiptHoldsTest, OnlyReceiptsWait) {
  EXPECT_EQ(Move("ADJUSTMENT L1 10 >stock"), "OK");
  EXPECT_EQ(Move("TRANSFER L1 10 stock>shelf"), "OK");
  world_.deliveries["d"] = world_.MustRecord("DELIVERY L1 5 shelf>");
  EXPECT_EQ(Move("RETURN L1 5 >stock =d"), "OK");
  EXPECT_THAT(Waiting(), IsEmpty());
}

TEST_F(ReceiptHoldsTest, ARepeatedReceiptPlacesNoSecondHold) {
  const auto command = world_.RecordCommand({"RECEIPT L1 10 >stock"}, "receipt-1");
  ASSERT_TRUE(RecordMovements(world_.db(), command).ok());
  ASSERT_TRUE(RecordMovements(world_.db(), command).ok());
  EXPECT_THAT(HoldsOn(world_.db(), world_.company(), world_.IdOf("L1")), ElementsAre("LOT"));
}

TEST_F(ReceiptHoldsTest, TheHoldFollowsTheReceiptInHistory) {
  world_.MustRecord("RECEIPT L1 10 >stock");
  EXPECT_THAT(world_.History(world_.IdOf("L1")),
              ElementsAre(HasSubstr("CREATED"), HasSubstr("RECEIPT"), HasSubstr("HELD")));
}

// It ends with an inspection or a release, and not by itself.
TEST_F(ReceiptHoldsTest, ItGetsNoEnd) {
  world_.MustRecord("RECEIPT L1 10 >stock");
  UpdateHoldCommand command{.context = world_.Context("UpdateHold"),
                            .hold_id = *Waiting().front().hold.hold_id,
                            .may_weaken = true};
  command.expires_at.emplace(world_.now() + absl::Hours(1));
  EXPECT_EQ(RefusalOf(UpdateHold(world_.db(), command).status()), "FIELD_INVALID hold.expire_time");
}

}  // namespace
}  // namespace lots
