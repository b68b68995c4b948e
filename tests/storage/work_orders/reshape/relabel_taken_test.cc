// A relabel to the number of a serial that exists and has no goods.
#include <string>

#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/lot.h"
#include "storage/lots/lots.h"
#include "storage/work_orders/work_orders.h"
#include "tests/storage/work_orders/reshape/reshape_calls.h"

namespace lots {
namespace {

constexpr absl::CivilDay kEarly(2030, 1, 1);
constexpr absl::CivilDay kLate(2040, 1, 1);

class RelabelTakenTest : public ReshapeCalls {
 protected:
  std::string Reverse(const TransformationId& transformation) {
    return RefusalOf(
        ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(transformation)).status());
  }
  // A serial that was created and never moved.
  LotId Create(const NewLot& lot) {
    CreateLotsCommand create = world_.CreateCommand("bike", {lot.number});
    create.lots = {lot};
    const auto created = CreateLots(world_.db(), create);
    EXPECT_TRUE(created.ok()) << created.status();
    return created->lots.front().lot_id;
  }
  void Edit(const LotId& lot, const std::string& notes) {
    UpdateLotCommand command = world_.UpdateCommand(lot);
    command.notes = notes;
    ASSERT_TRUE(UpdateLot(world_.db(), command).ok());
  }
};

TEST_F(RelabelTakenTest, AReversedRelabelIsDoneAgain) {
  const LotId bike = world_.CreateLot("bike", "K", {.quantity = "1", .expires_on = kEarly});
  ASSERT_EQ(Relabel(Relabelling(bike, "K2")), "OK");
  const LotId renamed = Out();
  ASSERT_EQ(Reverse(done_.transformation_id), "OK");

  // The expiry date as for a new number.
  RelabelLotCommand command = Relabelling(bike, "k2");
  command.expires_on = kLate;
  EXPECT_EQ(Relabel(command), "EXPIRY_LATER expire_date");
  ASSERT_EQ(Relabel(Relabelling(bike, "K2")), "OK");

  EXPECT_EQ(Out(), renamed);
  EXPECT_EQ(world_.StateOf(renamed), "ACTIVE");
  EXPECT_EQ(world_.Where(renamed), "stock 1");
  EXPECT_EQ(world_.Where(bike), "");
  EXPECT_EQ(world_.Get(renamed).dates.expires_on, kEarly);
  ASSERT_EQ(Reverse(done_.transformation_id), "OK");
  EXPECT_EQ(world_.StateOf(renamed), "PLANNED");
  EXPECT_EQ(world_.Get(renamed).dates, LotDates());
}

TEST_F(RelabelTakenTest, ACreatedSerialKeepsWhatWasSaidOfIt) {
  const LotId bike = world_.CreateLot("bike", "K", {.quantity = "1", .expires_on = kLate});
  Edit(bike, "scratched");
  const LotId typed =
      Create({.number = "X1", .reference = "typed by hand", .dates = {.expires_on = kEarly}});

  ASSERT_EQ(Relabel(Relabelling(bike, "X1")), "OK");

  EXPECT_EQ(Out(), typed);
  const Lot lot = world_.Get(typed);
  EXPECT_EQ(lot.reference, "typed by hand");
  EXPECT_EQ(lot.notes, "scratched");
  EXPECT_EQ(lot.dates.expires_on, kEarly);
  EXPECT_EQ(world_.Where(typed), "stock 1");

  ASSERT_EQ(Reverse(done_.transformation_id), "OK");
  const Lot again = world_.Get(typed);
  EXPECT_EQ(again.state, LotState::kActive);
  EXPECT_EQ(again.notes, "");
  EXPECT_EQ(again.dates, (LotDates{.expires_on = kEarly}));
  EXPECT_EQ(world_.Where(bike), "stock 1");
}

TEST_F(RelabelTakenTest, WhatContradictsIsRefused) {
  const LotId bike = world_.CreateLot("bike", "K", "1");
  Edit(bike, "scratched");
  const LotId typed = Create({.number = "X1", .notes = "like new"});
  EXPECT_EQ(Relabel(Relabelling(bike, "X1")), "LOTS_DIFFER notes");
  Edit(typed, "");
  EXPECT_EQ(Relabel(Relabelling(bike, "X1")), "OK");
}

TEST_F(RelabelTakenTest, ASerialWithAPastOrAnOrderIsTaken) {
  const LotId bike = world_.CreateLot("bike", "K", "1");
  const LotId other = world_.CreateLot("bike", "OTHER", "1");
  EXPECT_EQ(Relabel(Relabelling(bike, "OTHER")), "LOT_NUMBER_TAKEN number");
  ASSERT_TRUE(Disassemble(world_.db(), world_.DisassembleCommand(other)).ok());
  EXPECT_EQ(Relabel(Relabelling(bike, "OTHER")), "LOT_NUMBER_TAKEN number");

  world_.Assign("W1", "bike", {"P1", "P2"});
  EXPECT_EQ(Relabel(Relabelling(bike, "P1")), "LOT_NUMBER_TAKEN number");
  const auto unassign = [&](const std::string& number, bool keep) {
    return RefusalOf(UnassignSerials(world_.db(), {.context = world_.Context("UnassignSerials"),
                                                   .work_order = WorkOrderId("W1"),
                                                   .numbers = {number},
                                                   .keep = keep})
                         .status());
  };
  ASSERT_EQ(unassign("P2", /*keep=*/false), "OK");
  EXPECT_EQ(Relabel(Relabelling(bike, "P2")), "LOT_NUMBER_TAKEN number");
  // Planned, and free for any order.
  ASSERT_EQ(unassign("P1", /*keep=*/true), "OK");
  EXPECT_EQ(Relabel(Relabelling(bike, "P1")), "OK");
  EXPECT_EQ(world_.Where(Out()), "stock 1");
}

}  // namespace
}  // namespace lots
