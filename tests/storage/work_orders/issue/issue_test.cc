// IssueComponents and ReturnComponents, and completions of what was issued.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_stock.h"
#include "storage/ledger/movements.h"
#include "storage/lots/locations.h"
#include "storage/pg/pipeline.h"
#include "storage/stock/list.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/read.h"
#include "storage/work_orders/work_orders.h"
#include "tests/storage/work_orders/issue/issue_calls.h"
#include "tests/storage/work_orders/issue/issue_fixture.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(IssueTest, GoodsGoIntoTheOrderAreUsedUpInPartsAndTheRestComesBack) {
  const LotId salt = world_.CreateLot("salt", "SALT", "100");
  Issue("W1", {LineOf(salt, "10")});
  EXPECT_EQ(world_.Where(salt), "stock 90");
  EXPECT_THAT(Left("W1"), ElementsAre("SALT 10"));

  CompletionCommand first = Completion("W1", "A");
  first.components = {Issued(salt, "4", 0)};
  EXPECT_EQ(Completed(first), "OK");
  CompletionCommand second = Completion("W1", "B");
  second.components = {Issued(salt, "3"), Component(salt, "1")};
  EXPECT_EQ(Completed(second), "OK");
  EXPECT_EQ(world_.Where(salt), "stock 89");
  EXPECT_THAT(Left("W1"), ElementsAre("SALT 3"));

  ReturnCommand back = ReturnOf(world_, "W1");
  back.lines = {BackOf(salt)};
  EXPECT_EQ(Returned(back), "OK");
  EXPECT_EQ(world_.Where(salt), "stock 92");
  EXPECT_THAT(Left("W1"), IsEmpty());
}

TEST_F(IssueTest, AnIssueCreatesTheOrderAndCarriesWhereTheWorkIsDone) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  IssueCommand command = IssueOf(world_, "W1", "");
  command.lines = {LineOf(salt, "1")};
  EXPECT_EQ(Refused(command), "WORK_ORDER_NEEDS_PRODUCT product_id");
  command.product = ProductId("bike");
  command.work_place = {.operation = "20", .work_centre = "WELD", .subcontractor_id = "smith"};
  command.note = "night shift";
  const IssuePosted posted = Issue(command);

  const auto order = GetWorkOrder(world_.db(), world_.company(), WorkOrderId("W1"));
  ASSERT_TRUE(order.ok()) << order.status();
  ASSERT_THAT(order->completions, SizeIs(1));
  const Transformation& issue = order->completions[0];
  EXPECT_EQ(issue.transformation_id, posted.transformation_id);
  EXPECT_EQ(issue.kind, TransformationKind::kIssue);
  EXPECT_EQ(issue.work_place.operation, "20");
  EXPECT_EQ(issue.work_place.work_centre, "WELD");
  EXPECT_EQ(issue.work_place.subcontractor_id, "smith");
  const auto movements = FindMovementsOf(world_.db(), world_.company(), posted.transformation_id);
  ASSERT_TRUE(movements.ok());
  ASSERT_THAT(*movements, SizeIs(1));
  const Movement& movement = movements->front().movement;
  EXPECT_EQ(movement.kind, MovementKind::kIssue);
  EXPECT_EQ(movement.to.value(), "WORK_IN_PROCESS");
  EXPECT_EQ(movement.work_order, WorkOrderId("W1"));
  EXPECT_EQ(movement.note, "night shift");
}

TEST_F(IssueTest, WhatComesBackIsAsOldAsItWas) {
  world_.CreateLot("salt", "SALT");
  world_.MustRecord("RECEIPT SALT 10 >stock @2026-03-04");
  const LotId salt = world_.IdOf("SALT");
  const std::string before = world_.Dates("SALT", "stock");
  Issue("W1", {LineOf(salt, "10")});
  EXPECT_EQ(world_.Dates("SALT", "stock"), "0");
  ReturnCommand back = ReturnOf(world_, "W1");
  back.lines = {BackOf(salt, "4")};
  EXPECT_EQ(Returned(back), "OK");
  const auto since = [](const std::string& dates) { return dates.substr(dates.find(" since ")); };
  EXPECT_EQ(since(world_.Dates("SALT", "stock")), since(before));
}

TEST_F(IssueTest, MoreThanIsLeftIsRefusedAndLeavesNothing) {
  const LotId salt = world_.CreateLot("salt", "SALT", "100");
  const LotId other = world_.CreateLot("salt", "OTHER", "100");
  Issue("W1", {LineOf(salt, "5")});
  Issue("W2", {LineOf(other, "5")});

  CompletionCommand completion = Completion("W1", "A");
  completion.components = {Issued(salt, "3"), Issued(salt, "3"), Issued(other, "1")};
  EXPECT_EQ(Completed(completion),
            "NOT_ISSUED components[1].quantity; NOT_ISSUED components[2].quantity");
  completion.components = {Issued(salt, "1")};
  completion.components[0].from = LocationId("stock");
  EXPECT_EQ(Completed(completion), "FIELD_INVALID components[0].from_location_id");
  ReturnCommand back = ReturnOf(world_, "W1");
  back.lines = {BackOf(salt, "3"), BackOf(salt, "3"), BackOf(other)};
  EXPECT_EQ(Returned(back), "NOT_ISSUED lines[1].quantity; NOT_ISSUED lines[2].quantity");
  back.lines = {BackOf(other)};
  EXPECT_THAT(ReturnComponents(world_.db(), back).status().message(),
              testing::HasSubstr("has nothing left of lot"));
  EXPECT_THAT(Left("W1"), ElementsAre("SALT 5"));
  EXPECT_THAT(Left("W2"), ElementsAre("OTHER 5"));
  EXPECT_EQ(world_.Where(salt), "stock 95");
}

TEST_F(IssueTest, WrongLinesAreRefusedTogether) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  IssueCommand command = IssueOf(world_, "W1", "bike");
  command.lines = {LineOf(salt),       LineOf(LotId(Uuid::MakeV7()), "1"),
                   LineOf(frame),      LineOf(frame),
                   LineOf(salt, "11"), LineOf("none", "1")};
  EXPECT_EQ(Refused(command),
            "FIELD_INVALID lines[0].quantity; LOT_NOT_FOUND lines[1].lot; "
            "DUPLICATE_IN_REQUEST lines[3]; NOT_ENOUGH lines[4].quantity; "
            "PRODUCT_NOT_FOUND lines[5].product_id");
  command.lines = {LineOf(salt, "1"), LineOf("salt", "1")};
  command.source.reset();
  EXPECT_EQ(Refused(command),
            "FIELD_INVALID lines[0].from_location_id; FIELD_INVALID lines[1].from_location_id");
  command.source = LocationId("shop");
  EXPECT_EQ(Refused(command),
            "LOCATION_KIND_MISMATCH lines[0].from_location_id; COMPONENT_SHORT lines[1].quantity");
  EXPECT_FALSE(GetWorkOrder(world_.db(), world_.company(), WorkOrderId("W1")).ok());
  ReturnCommand back = ReturnOf(world_, "W1");
  back.lines = {BackOf(salt, "1")};
  EXPECT_EQ(Returned(back), "WORK_ORDER_NOT_FOUND work_order_id");
}

TEST_F(IssueTest, EverythingComesBackAtOnce) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  Issue("W1", {LineOf(salt, "5"), LineOf(frame)});
  ReturnCommand back = ReturnOf(world_, "W1");
  back.everything = true;
  back.destination.reset();
  EXPECT_EQ(Returned(back), "FIELD_INVALID destination_location_id");
  back.destination = LocationId("yard");
  EXPECT_EQ(Returned(back), "OK");
  EXPECT_EQ(world_.Where(salt), "stock 5, yard 5");
  EXPECT_EQ(world_.Where(frame), "yard 1");
  ReturnCommand again = ReturnOf(world_, "W1");
  again.everything = true;
  EXPECT_EQ(Returned(again), "FIELD_INVALID everything");
}

TEST_F(IssueTest, WhatIsSpoiledInProcessIsScrapped) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Issue("W1", {LineOf(salt, "5")});
  ReturnCommand back = ReturnOf(world_, "W1");
  back.lines = {BackOf(salt, "2")};
  back.lines[0].to = LocationId("SCRAP");
  EXPECT_EQ(Returned(back), "OK");
  EXPECT_EQ(world_.Where(salt), "SCRAP 2, stock 5");
  back = ReturnOf(world_, "W1");
  back.lines = {BackOf(salt, "1")};
  back.lines[0].to = LocationId("shop");
  EXPECT_EQ(Returned(back), "LOCATION_KIND_MISMATCH lines[0].to_location_id");
}

TEST_F(IssueTest, RepeatsAnswerTheSameAndPostOnce) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  IssueCommand issue = IssueOf(world_, "W1", "bike");
  issue.lines = {LineOf(salt, "2"), LineOf("salt", "3")};
  const IssuePosted first = Issue(issue);
  const IssuePosted second = Issue(issue);
  EXPECT_EQ(first.transformation_id, second.transformation_id);
  ASSERT_THAT(second.lines, SizeIs(2));
  EXPECT_EQ(second.lines[1].quantity, Q("3"));
  EXPECT_EQ(second.lines[1].location_id.value(), "stock");
  EXPECT_EQ(world_.Where(salt), "stock 5");
  ReturnCommand back = ReturnOf(world_, "W1");
  back.lines = {BackOf(salt, "1")};
  EXPECT_EQ(Returned(back), "OK");
  EXPECT_EQ(Returned(back), "OK");
  EXPECT_EQ(world_.Where(salt), "stock 6");
}

TEST_F(IssueTest, HeldGoodsAreNotIssuedAndNotUsedUpButComeBack) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Issue("W1", {LineOf(salt, "5")});
  Hold(salt);
  IssueCommand issue = IssueOf(world_, "W1", "");
  issue.lines = {LineOf(salt, "1")};
  EXPECT_EQ(Refused(issue), "LOT_HELD lines[0].lot");
  CompletionCommand completion = Completion("W1", "A");
  completion.components = {Issued(salt, "1")};
  EXPECT_EQ(Completed(completion), "LOT_HELD components[0].lot");
  completion.components.clear();
  completion.consume_issued = true;
  EXPECT_EQ(Completed(completion), "LOT_HELD consume_issued");
  completion.accept.held = true;
  EXPECT_EQ(Completed(completion), "OK");
  issue.accept.held = true;
  EXPECT_EQ(Refused(issue), "OK");
  ReturnCommand back = ReturnOf(world_, "W1");
  back.lines = {BackOf(salt)};
  EXPECT_EQ(Returned(back), "OK");
}

TEST_F(IssueTest, ExpiredGoodsAreNotIssuedAndNotUsedUp) {
  const absl::CivilDay today = absl::ToCivilDay(world_.now(), absl::UTCTimeZone());
  const LotId old = world_.CreateLot("salt", "OLD", {.quantity = "5", .expires_on = today - 1});
  const LotId salt = world_.CreateLot("salt", "SALT", {.quantity = "5", .expires_on = today});
  IssueCommand issue = IssueOf(world_, "W1", "bike");
  issue.lines = {LineOf(old, "1")};
  EXPECT_EQ(Refused(issue), "LOT_EXPIRED lines[0].lot");
  Issue("W1", {LineOf(salt, "1")});
  CompletionCommand completion = Completion("W1", "A");
  completion.occurred_at = world_.now() + absl::Hours(23);
  completion.components = {Issued(salt, "1")};
  world_.SetSetting("time_zone", "'Pacific/Kiritimati'");  // 14 hours ahead: tomorrow at any time
  EXPECT_EQ(Completed(completion), "LOT_EXPIRED components[0].lot");
}

TEST_F(IssueTest, ASerialIsInOneOrder) {
  const LotId frame = world_.CreateLot("frame", "F1", "1");
  Issue("W1", {LineOf(frame)});
  IssueCommand other = IssueOf(world_, "W2", "bike");
  other.lines = {LineOf(frame)};
  EXPECT_EQ(Refused(other), "SERIAL_NOT_THERE lines[0].from_location_id");
  CompletionCommand stolen = Completion("W3", "A");
  stolen.components = {Issued(frame, "", 0)};
  EXPECT_EQ(Completed(stolen), "NOT_ISSUED components[0].quantity");
  CompletionCommand own = Completion("W1", "A");
  own.components = {Issued(frame, "", 0)};
  EXPECT_EQ(Completed(own), "OK");
  // It is in the unit now, and no longer in process.
  ReturnCommand back = ReturnOf(world_, "W1");
  back.lines = {BackOf(frame)};
  EXPECT_EQ(Returned(back), "NOT_ISSUED lines[0].quantity");
  EXPECT_EQ(Refused(other), "SERIAL_NOT_THERE lines[0].from_location_id");
}

TEST_F(IssueTest, AShortageIsFoundWhenAccepted) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  IssueCommand command = IssueOf(world_, "W1", "bike");
  command.lines = {LineOf(salt, "7")};
  EXPECT_EQ(Refused(command), "NOT_ENOUGH lines[0].quantity");
  command.accept.shortage = true;
  const IssuePosted posted = Issue(command);
  EXPECT_THAT(posted.adjustments, SizeIs(1));
  EXPECT_THAT(Left("W1"), ElementsAre("SALT 7"));
}

TEST_F(IssueTest, ListsSayInWhichOrderGoodsAre) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Issue("W1", {LineOf(salt, "5")});
  Issue("W2", {LineOf(salt, "2")});
  const auto check = [](const LotStock& stock) {
    EXPECT_EQ(stock.location_id.value(), "WORK_IN_PROCESS");
    EXPECT_EQ(stock.quantity, Q("7"));
    EXPECT_THAT(stock.work_orders, ElementsAre(WorkOrderId("W1"), WorkOrderId("W2")));
    EXPECT_THAT(stock.work_order_quantities, ElementsAre(Q("5"), Q("2")));
  };
  const auto places = ListLotLocations(
      world_.db(), {.company = world_.company(), .lot_id = salt, .now = world_.now()});
  ASSERT_TRUE(places.ok()) << places.status();
  ASSERT_THAT(places->locations, SizeIs(2));
  EXPECT_THAT(places->locations[0].work_orders, IsEmpty());
  EXPECT_EQ(places->on_hand, Q("3"));
  check(places->locations[1]);
  const auto stock = ListStock(world_.db(), {.company = world_.company(),
                                             .location_id = LocationId("WORK_IN_PROCESS"),
                                             .now = world_.now(),
                                             .limit = 10});
  ASSERT_TRUE(stock.ok()) << stock.status();
  ASSERT_THAT(*stock, SizeIs(1));
  check(stock->front());
  const auto then = ListStock(world_.db(), {.company = world_.company(),
                                            .location_id = LocationId("WORK_IN_PROCESS"),
                                            .as_of = absl::InfiniteFuture(),
                                            .now = world_.now(),
                                            .limit = 10});
  ASSERT_TRUE(then.ok()) << then.status();
  ASSERT_THAT(*then, SizeIs(1));
  EXPECT_EQ(then->front().quantity, Q("7"));
  EXPECT_THAT(then->front().work_orders, IsEmpty());
}

TEST_F(IssueTest, MovementsDoNotTouchWorkInProcess) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Issue("W1", {LineOf(salt, "5")});
  const auto move = [&](MovementKind kind, absl::string_view from, absl::string_view to) {
    return RefusalOf(
        RecordMovements(world_.db(), world_.MoveCommand(kind, salt, "1", from, to)).status());
  };
  EXPECT_EQ(move(MovementKind::kConsumption, "stock", "WORK_IN_PROCESS"),
            "FIELD_INVALID movements[0].to_location_id");
  EXPECT_EQ(move(MovementKind::kConsumption, "WORK_IN_PROCESS", "PRODUCTION"),
            "FIELD_INVALID movements[0].from_location_id");
  EXPECT_EQ(move(MovementKind::kIssue, "stock", "PRODUCTION"), "FIELD_INVALID movements[0].kind");
  EXPECT_EQ(move(MovementKind::kIssueReturn, "PRODUCTION", "stock"),
            "FIELD_INVALID movements[0].kind");
  CompletionCommand completion = Completion("W1", "A");
  completion.components = {Component(salt, "1")};
  completion.components[0].from = LocationId("WORK_IN_PROCESS");
  EXPECT_EQ(Completed(completion), "LOCATION_KIND_MISMATCH components[0].from_location_id");
}

// cases.md 16: the goods were gone, and nothing linked them to what the order made.
TEST_F(IssueTest, AConsumptionThatNamesAnOrderIsRefusedSayingHow) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  CompletionCommand close = Completion("W1", "A");
  close.close = true;
  ASSERT_EQ(Completed(close), "OK");
  RecordMovementsCommand command =
      world_.MoveCommand(MovementKind::kConsumption, salt, "1", "stock", "PRODUCTION");
  command.movements[0].document = {.type = "work_order", .number = "W1"};
  const absl::Status refused = RecordMovements(world_.db(), command).status();
  EXPECT_EQ(RefusalOf(refused), "CONSUMPTION_OF_ORDER movements[0].document");
  EXPECT_EQ(FactOf(refused, "work_order_id"), "W1");
  command.movements[0].document.type = "cost_centre";
  EXPECT_TRUE(RecordMovements(world_.db(), command).ok());
}

}  // namespace
}  // namespace lots
