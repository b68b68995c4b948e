// Holds of a quantity of what is at one place, and holds of a case.
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/holds/holds.h"
#include "storage/stock/stock.h"
#include "storage/stock/suggest.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HoldsPartTest : public ::testing::Test {
 protected:
  HoldsPartTest() {
    world_.CreateLot("salt", "L1");
    world_.CreateLot("bike", "S1");
    world_.MustRecord("RECEIPT L1 10 >stock");
    world_.MustRecord("RECEIPT S1 1 >stock");
  }
  ~HoldsPartTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  HoldLotsCommand Holding(const std::string& number, const std::string& quantity,
                          std::optional<LocationId> location = LocationId("stock")) {
    HoldLotsCommand command{.context = world_.Context("HoldLots"), .reason = "wet bags"};
    command.targets.push_back({.lot = {.lot_id = world_.IdOf(number)},
                               .location = location,
                               .quantity = Quantity::Parse(quantity).value()});
    return command;
  }
  HoldId Hold(const HoldLotsCommand& command) {
    const auto holds = HoldLots(world_.db(), command);
    EXPECT_TRUE(holds.ok()) << holds.status();
    return holds.value().front();
  }
  std::string Answer(const HoldLotsCommand& command) {
    return RefusalOf(HoldLots(world_.db(), command).status());
  }
  std::string Move(const std::vector<std::string>& movements) {
    return RefusalOf(world_.Record(movements).status());
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(HoldsPartTest, WhatIsFreeLeavesAndTheHeldPartStays) {
  Hold(Holding("L1", "4"));

  EXPECT_EQ(Move({"DELIVERY L1 6.5 stock>"}), "LOT_HELD movements[0].lot");
  EXPECT_EQ(Move({"DELIVERY L1 6 stock>"}), "OK");
  EXPECT_EQ(Move({"TRANSFER L1 0.001 stock>shelf"}), "LOT_HELD movements[0].lot");
  EXPECT_EQ(world_.Where("L1"), "CUSTOMER 6, stock 4");
}

TEST_F(HoldsPartTest, HoldsOfOnePlaceAddUpAndEndOnTheirOwn) {
  Hold(Holding("L1", "4"));
  const HoldId second = Hold(Holding("L1", "3"));

  EXPECT_EQ(Move({"DELIVERY L1 4 stock>"}), "LOT_HELD movements[0].lot");
  ASSERT_TRUE(
      ReleaseLots(world_.db(),
                  {.context = world_.Context("ReleaseLots"), .holds = {second}, .note = "dried"})
          .ok());
  EXPECT_EQ(Move({"DELIVERY L1 4 stock>"}), "OK");
}

TEST_F(HoldsPartTest, MovementsOfOneRequestAreJudgedInOrder) {
  Hold(Holding("L1", "4"));

  EXPECT_EQ(Move({"DELIVERY L1 4 stock>", "DELIVERY L1 3 stock>"}), "LOT_HELD movements[1].lot");
  EXPECT_EQ(Move({"RECEIPT L1 5 >stock", "DELIVERY L1 11 stock>"}), "OK");
  EXPECT_EQ(world_.Where("L1"), "CUSTOMER 11, stock 4");
}

TEST_F(HoldsPartTest, MoreThanIsThereHoldsWhatComesToo) {
  Hold(Holding("L1", "12"));

  EXPECT_EQ(Move({"DELIVERY L1 1 stock>"}), "LOT_HELD movements[0].lot");
  EXPECT_EQ(Move({"RECEIPT L1 3 >stock"}), "OK");
  EXPECT_EQ(Move({"DELIVERY L1 1 stock>"}), "OK");
  EXPECT_EQ(Move({"DELIVERY L1 1 stock>"}), "LOT_HELD movements[0].lot");
}

TEST_F(HoldsPartTest, AQuantityNeedsAPlaceAndTheDecimalsOfTheProduct) {
  EXPECT_EQ(Answer(Holding("L1", "4", std::nullopt)), "FIELD_INVALID targets[0].quantity");
  EXPECT_EQ(Answer(Holding("L1", "0.0001")), "QUANTITY_SCALE targets[0].quantity");
  EXPECT_EQ(Answer(Holding("S1", "2")), "FIELD_INVALID targets[0].quantity");
  EXPECT_EQ(Answer(Holding("S1", "1")), "OK");
  EXPECT_EQ(Move({"DELIVERY S1 1 stock>"}), "LOT_HELD movements[0].lot");
}

TEST_F(HoldsPartTest, TheHoldComesBackWithQuantityAndCase) {
  HoldLotsCommand command = Holding("L1", "4.5");
  command.case_id = "CAPA-7";
  const HoldId hold = Hold(command);

  const auto found = GetHold(world_.db(), world_.company(), hold);

  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->hold.quantity, Quantity::Parse("4.5").value());
  EXPECT_EQ(found->hold.case_id, "CAPA-7");
  EXPECT_EQ(found->hold.cause, HoldCause::kPlace);
  EXPECT_EQ(found->number, "L1");
}

TEST_F(HoldsPartTest, SuggestionsLeaveTheHeldPart) {
  Hold(Holding("L1", "4"));

  const auto suggestion = SuggestLots(world_.db(), {.company = world_.company(),
                                                    .product_id = ProductId("salt"),
                                                    .quantity = Quantity::FromUnits(8),
                                                    .now = world_.now()});

  ASSERT_TRUE(suggestion.ok()) << suggestion.status();
  ASSERT_EQ(suggestion->picks.size(), 1u);
  EXPECT_EQ(suggestion->picks[0].quantity, Quantity::FromUnits(6));
  EXPECT_EQ(suggestion->missing, Quantity::FromUnits(2));
}

// What was made of the free part is free; what was made of the held part is held.
TEST_F(HoldsPartTest, OutputsInheritWhenTheHeldPartWasTaken) {
  Hold(Holding("L1", "4"));
  const auto make = [&](const std::string& order, const std::string& output,
                        const std::string& quantity) {
    CompletionCommand command = world_.CompleteCommand(order, "soup");
    command.outputs = {Output(output, "1")};
    command.components = {Component(world_.IdOf("L1"), quantity)};
    command.accept.held = true;
    return ReasonOf(CompleteWorkOrder(world_.db(), command).status());
  };

  ASSERT_EQ(make("W1", "FREE", "6"), "OK");
  ASSERT_EQ(make("W2", "HELD", "1"), "OK");

  EXPECT_THAT(HoldsOn(world_.db(), world_.company(), world_.IdOf("soup", "FREE")), IsEmpty());
  EXPECT_THAT(HoldsOn(world_.db(), world_.company(), world_.IdOf("soup", "HELD")),
              ElementsAre("INHERITED from L1"));
}

}  // namespace
}  // namespace lots
