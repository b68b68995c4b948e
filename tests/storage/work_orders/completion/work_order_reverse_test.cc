// ReverseCompletion.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/lot.h"
#include "storage/domain/movement.h"
#include "storage/lots/read.h"
#include "storage/pg/pipeline.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/read.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ReverseTest : public ::testing::Test {
 protected:
  ~ReverseTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  Completion Complete(const CompletionCommand& command) {
    const auto completion = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(completion.ok()) << completion.status();
    return completion.ok() ? *completion : Completion();
  }
  // W1's bikes A and B, made of F1 and 3 of SALT that came to stock first.
  Completion CompleteBikes(bool close = false) {
    const auto serials = AssignSerials(world_.db(), world_.AssignCommand("W1", "bike", {"A", "B"}));
    EXPECT_TRUE(serials.ok()) << serials.status();
    f1_ = world_.CreateLot("frame", "F1", "1");
    salt_ = world_.CreateLot("salt", "SALT", "5");
    CompletionCommand command = world_.CompleteCommand("W1", "");
    command.outputs = {Output("A"), Output("NEW")};
    command.components = {Component(f1_, "", 0), Component(salt_, "3")};
    command.close = close;
    return Complete(command);
  }
  std::string Reverse(const TransformationId& transformation) {
    return Reverse(world_.ReverseCompletionCommand(transformation));
  }
  std::string Reverse(const CompletionReversalCommand& command) {
    const auto reversal = ReverseCompletion(world_.db(), command);
    if (reversal.ok()) last_ = *reversal;
    return RefusalOf(reversal.status());
  }
  WorkOrder Get(absl::string_view work_order) {
    const auto order =
        GetWorkOrder(world_.db(), world_.company(), WorkOrderId(std::string(work_order)));
    EXPECT_TRUE(order.ok()) << order.status();
    return order.ok() ? *order : WorkOrder();
  }
  std::string DatesAt(const LotId& lot, absl::string_view location);
  void Move(MovementKind kind, const LotId& lot, absl::string_view quantity, absl::string_view from,
            absl::string_view to) {
    const auto moved =
        RecordMovements(world_.db(), world_.MoveCommand(kind, lot, quantity, from, to));
    ASSERT_TRUE(moved.ok()) << moved.status();
    moved_ = moved->movement_ids.front();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  LotId f1_, salt_;
  CompletionReversal last_;
  MovementId moved_;
};

constexpr pg::Statement kReadDates{"test_read_stock_dates", R"sql(
  SELECT COALESCE(arrived_at::text, '-') || ' ' || COALESCE(stock_since::text, '-')
  FROM balances WHERE company = $1 AND lot_id = $2 AND location_id = $3)sql"};

std::string ReverseTest::DatesAt(const LotId& lot, absl::string_view location) {
  const auto rows = pg::Query(world_.db(), kReadDates, world_.company(), lot, location);
  EXPECT_TRUE(rows.ok()) << rows.status();
  return rows->empty() ? "" : (*rows)[0].Get<std::string>(0);
}

TEST_F(ReverseTest, EverythingIsAsBefore) {
  const Completion completion = CompleteBikes(/*close=*/true);
  ASSERT_THAT(completion.voided, SizeIs(1));
  const LotId a = completion.outputs[0].lot_id;

  const CompletionReversalCommand command =
      world_.ReverseCompletionCommand(completion.transformation_id);
  ASSERT_EQ(Reverse(command), "OK");
  EXPECT_EQ(last_.state, WorkOrderState::kOpen);
  EXPECT_EQ(last_.completed, Quantity());
  EXPECT_EQ(world_.Where(a), "");
  EXPECT_EQ(world_.StateOf(a), "PLANNED");
  EXPECT_EQ(world_.Where(f1_), "stock 1");
  EXPECT_EQ(world_.Where(salt_), "stock 5");
  const auto lot = lots::GetLot(world_.db(), world_.company(), a, world_.now());
  ASSERT_TRUE(lot.ok());
  EXPECT_EQ(lot->dates, LotDates());
  const WorkOrder now = Get("W1");
  EXPECT_EQ(now.state, WorkOrderState::kOpen);
  EXPECT_EQ(now.completed, Quantity());
  // A and NEW are planned; B was voided and stays so.
  EXPECT_EQ(now.planned_serial_count, 2);
  ASSERT_THAT(now.completions, SizeIs(2));
  EXPECT_EQ(now.completions[0].reversed_by, last_.transformation_id);
  EXPECT_EQ(now.completions[1].reverses, completion.transformation_id);

  const CompletionReversal first = last_;
  ASSERT_EQ(Reverse(command), "OK");
  EXPECT_EQ(last_.transformation_id, first.transformation_id);
  EXPECT_EQ(last_.state, WorkOrderState::kOpen);
}

TEST_F(ReverseTest, ReversedSerialsAreCompletedAgain) {
  const Completion completion = CompleteBikes();
  ASSERT_EQ(Reverse(completion.transformation_id), "OK");
  CompletionCommand again = world_.CompleteCommand("W1", "");
  again.planned_serial_count = 3;
  again.components = {Component(f1_, "", 0)};
  const Completion second = Complete(again);
  EXPECT_THAT(NumbersOf(second.outputs), ElementsAre("A", "B", "NEW"));
  EXPECT_EQ(second.completed, Q("3"));
  EXPECT_EQ(Reverse(completion.transformation_id), "ALREADY_REVERSED transformation_id");
  EXPECT_EQ(Reverse(second.transformation_id), "OK");
}

TEST_F(ReverseTest, DatesInStockAreRestored) {
  f1_ = world_.CreateLot("frame", "F1", "1");
  salt_ = world_.CreateLot("salt", "SALT", "5");
  const std::string serial_dates = DatesAt(f1_, "stock");
  const std::string lot_dates = DatesAt(salt_, "stock");
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.context.now += absl::Hours(1);
  command.outputs = {Output("A")};
  command.components = {Component(f1_), Component(salt_, "5")};
  const Completion completion = Complete(command);
  ASSERT_EQ(DatesAt(salt_, "stock"), "- -");
  ASSERT_EQ(Reverse(completion.transformation_id), "OK");
  EXPECT_EQ(DatesAt(f1_, "stock"), serial_dates);
  EXPECT_EQ(DatesAt(salt_, "stock"), lot_dates);
}

// Between the two movements that took the salt stands the adjustment that covered the second one.
TEST_F(ReverseTest, AnAcceptedShortageLeavesNoDateBehind) {
  salt_ = world_.CreateLot("salt", "SALT", "3");
  const std::string dates = DatesAt(salt_, "stock");
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("SOUP", "2")};
  command.components = {Component(salt_, "2"), Component(salt_, "2")};
  command.accept.shortage = true;
  command.occurred_at = world_.now() - absl::Hours(24 * 30);

  ASSERT_EQ(Reverse(Complete(command).transformation_id), "OK");

  EXPECT_EQ(world_.Where(salt_), "stock 3");
  EXPECT_EQ(DatesAt(salt_, "stock"), dates);
}

TEST_F(ReverseTest, UsedSerialIsRefusedAndNamesTheMovement) {
  const Completion completion = CompleteBikes();
  const LotId a = completion.outputs[0].lot_id;
  Move(MovementKind::kTransfer, a, "", "shelf", "line");
  const MovementId transfer = moved_;
  Move(MovementKind::kTransfer, a, "", "line", "shelf");

  const auto refused =
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(completion.transformation_id));
  EXPECT_EQ(RefusalOf(refused.status()), "RESULT_USED transformation_id");
  EXPECT_EQ(FactOf(refused.status(), "number"), "A");
  EXPECT_EQ(FactOf(refused.status(), "movement_id"), moved_.value().ToString());
  EXPECT_EQ(FactOf(refused.status(), "movement_ids"),
            absl::StrCat(moved_.value().ToString(), ",", transfer.value().ToString()));

  const auto undo = [&](const MovementId& movement) {
    const auto undone = ReverseMovement(
        world_.db(),
        {.context = world_.Context("ReverseMovement"), .movement_id = movement, .note = ""});
    ASSERT_TRUE(undone.ok()) << undone.status();
  };
  undo(moved_);
  undo(transfer);
  EXPECT_EQ(Reverse(completion.transformation_id), "OK");
}

TEST_F(ReverseTest, ADeliveredAndReturnedUnitIsReversedInTheOrderThatTheRefusalTells) {
  const Completion completion = CompleteBikes();
  const LotId a = completion.outputs[0].lot_id;
  Move(MovementKind::kDelivery, a, "", "shelf", "shop");
  RecordMovementsCommand returning =
      world_.MoveCommand(MovementKind::kReturn, a, "", "shop", "shelf");
  returning.movements[0].delivery = moved_;
  ASSERT_TRUE(RecordMovements(world_.db(), returning).ok());

  for (int reversed = 0; reversed < 2; ++reversed) {
    const auto refused = ReverseCompletion(
        world_.db(), world_.ReverseCompletionCommand(completion.transformation_id));
    ASSERT_EQ(RefusalOf(refused.status()), "RESULT_USED transformation_id");
    const std::optional<Uuid> first = Uuid::Parse(FactOf(refused.status(), "movement_id"));
    ASSERT_TRUE(first.has_value());
    ASSERT_TRUE(ReverseMovement(world_.db(), {.context = world_.Context("ReverseMovement"),
                                              .movement_id = MovementId(*first),
                                              .note = ""})
                    .ok());
  }
  EXPECT_EQ(Reverse(completion.transformation_id), "OK");
}

TEST_F(ReverseTest, UsedUpInAnotherOrderIsRefusedUntilThatIsReversed) {
  CompletionCommand motors = world_.CompleteCommand("W0", "motor");
  motors.outputs = {Output("M1")};
  const Completion motor = Complete(motors);
  CompletionCommand bikes = world_.CompleteCommand("W1", "bike");
  bikes.outputs = {Output("A")};
  bikes.components = {Component(motor.outputs[0].lot_id, "", 0)};
  bikes.source = LocationId("shelf");
  const Completion bike = Complete(bikes);
  const auto refused =
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(motor.transformation_id));
  EXPECT_EQ(RefusalOf(refused.status()), "RESULT_USED transformation_id");
  EXPECT_EQ(FactOf(refused.status(), "transformation_id"),
            bike.transformation_id.value().ToString());
  EXPECT_EQ(Reverse(bike.transformation_id), "OK");
  EXPECT_EQ(Reverse(motor.transformation_id), "OK");
}

TEST_F(ReverseTest, LotIsRefusedWhenItsQuantityIsNoLongerThere) {
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S-1", "2")};
  const Completion first = Complete(command);
  command.context = world_.Context("CompleteWorkOrder");
  command.outputs = {Output("S-1", "3")};
  const Completion second = Complete(command);
  const LotId soup = first.outputs[0].lot_id;
  Move(MovementKind::kDelivery, soup, "2.5", "shelf", "shop");

  const auto refused =
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(second.transformation_id));
  EXPECT_EQ(RefusalOf(refused.status()), "RESULT_USED transformation_id");
  EXPECT_EQ(FactOf(refused.status(), "available"), "2.500");
  // Two are there, whichever completion they came from.
  EXPECT_EQ(Reverse(first.transformation_id), "OK");
  EXPECT_EQ(last_.completed, Q("3"));
  EXPECT_EQ(world_.Where(soup), "shelf 0.5, shop 2.5");
  EXPECT_EQ(world_.StateOf(soup), "ACTIVE");
}

TEST_F(ReverseTest, ShortagesAdjustmentGoesToo) {
  salt_ = world_.CreateLot("salt", "SALT", "1");
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S-1", "1")};
  command.components = {Component(salt_, "4")};
  command.accept.shortage = true;
  const Completion completion = Complete(command);
  EXPECT_EQ(Reverse(completion.transformation_id), "OK");
  EXPECT_EQ(world_.Where(salt_), "stock 1");
}

TEST_F(ReverseTest, AnArchivedComponentComesBackToLife) {
  const LotId used_up = world_.CreateLot("salt", "USED-UP", "1");
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S-1", "2")};
  command.components = {Component(used_up, "1")};
  const Completion completion = Complete(command);
  world_.SetState(used_up, LotState::kArchived);

  EXPECT_EQ(Reverse(completion.transformation_id), "OK");

  EXPECT_EQ(last_.unarchived, std::vector<LotId>{used_up});
  EXPECT_EQ(world_.StateOf(used_up), "ACTIVE");
  EXPECT_EQ(world_.Where(used_up), "stock 1");
}

TEST_F(ReverseTest, ByProductsGoToo) {
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S-1", "1")};
  command.by_products = {ByProduct("motor", "M7", ""), ByProduct("peel", "P", "2")};
  const Completion completion = Complete(command);
  EXPECT_EQ(Reverse(completion.transformation_id), "OK");
  EXPECT_EQ(world_.Where(completion.by_products[1].lot_id), "");
  EXPECT_EQ(world_.StateOf(completion.by_products[0].lot_id), "PLANNED");
  // It is free: the order of its own product can make it.
  CompletionCommand motors = world_.CompleteCommand("W0", "motor");
  motors.outputs = {Output("M7")};
  Complete(motors);
}

TEST_F(ReverseTest, ReworkedUnitStaysWhatItWas) {
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output("A")};
  const LotId a = Complete(command).outputs[0].lot_id;
  CompletionCommand rework = world_.CompleteCommand("R1", "bike");
  rework.outputs = {Output(a)};
  rework.components = {Component(a)};
  rework.source = LocationId("shelf");
  rework.destination = LocationId("line");
  const Completion reworked = Complete(rework);
  EXPECT_EQ(world_.Where(a), "line 1");
  EXPECT_EQ(Reverse(reworked.transformation_id), "OK");
  EXPECT_EQ(world_.Where(a), "shelf 1");
  EXPECT_EQ(world_.StateOf(a), "ACTIVE");
  EXPECT_THAT(Get("R1").serials, IsEmpty());
}

TEST_F(ReverseTest, UnitReworkedByItsOwnOrderStaysTheOrders) {
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output("A")};
  const Completion made = Complete(command);
  const LotId a = made.outputs[0].lot_id;
  CompletionCommand rework = world_.CompleteCommand("W1", "bike");
  rework.outputs = {Output(a)};
  rework.components = {Component(a)};
  rework.source = LocationId("shelf");
  const Completion reworked = Complete(rework);
  EXPECT_EQ(Reverse(reworked.transformation_id), "OK");
  ASSERT_EQ(Get("W1").serials.size(), 1);
  EXPECT_EQ(Get("W1").serials[0].state, LotState::kActive);
  EXPECT_EQ(Reverse(made.transformation_id), "OK");
  ASSERT_EQ(Get("W1").serials.size(), 1);
  EXPECT_EQ(Get("W1").serials[0].state, LotState::kPlanned);
}

TEST_F(ReverseTest, DisassemblyIsReversed) {
  const Completion completion = CompleteBikes();
  const LotId a = completion.outputs[0].lot_id;
  const auto apart = Disassemble(world_.db(), world_.DisassembleCommand(a));
  ASSERT_TRUE(apart.ok()) << apart.status();
  EXPECT_EQ(Reverse(completion.transformation_id).substr(0, 11), "RESULT_USED");

  const CompletionReversalCommand command =
      world_.ReverseCompletionCommand(apart->transformation_id);
  EXPECT_EQ(Reverse(command), "OK");
  EXPECT_FALSE(last_.state.has_value());
  EXPECT_EQ(world_.Where(a), "shelf 1");
  EXPECT_EQ(world_.Where(f1_), "");
  EXPECT_EQ(Reverse(command), "OK");
  EXPECT_FALSE(last_.state.has_value());
  EXPECT_EQ(Reverse(completion.transformation_id), "OK");
}

TEST_F(ReverseTest, DisassemblyIsRefusedOnceAComponentWasUsed) {
  const Completion completion = CompleteBikes();
  const auto apart =
      Disassemble(world_.db(), world_.DisassembleCommand(completion.outputs[0].lot_id));
  ASSERT_TRUE(apart.ok()) << apart.status();
  Move(MovementKind::kTransfer, f1_, "", "stock", "line");
  EXPECT_EQ(Reverse(apart->transformation_id), "RESULT_USED transformation_id");
}

TEST_F(ReverseTest, DisassemblyOfAUnitThatIsPlannedAgainIsRefused) {
  const Completion completion = CompleteBikes();
  const auto apart =
      Disassemble(world_.db(), world_.DisassembleCommand(completion.outputs[0].lot_id));
  ASSERT_TRUE(apart.ok()) << apart.status();
  CompletionCommand rebuild = world_.CompleteCommand("W2", "bike");
  rebuild.outputs = {Output("A")};
  const Completion rebuilt = Complete(rebuild);
  EXPECT_EQ(Reverse(apart->transformation_id), "RESULT_USED transformation_id");
  EXPECT_EQ(Reverse(rebuilt.transformation_id), "OK");
  ASSERT_TRUE(AssignSerials(world_.db(), world_.AssignCommand("W2", "", {"A"})).ok());
  EXPECT_EQ(Reverse(apart->transformation_id), "LOT_PLANNED transformation_id");
}

TEST_F(ReverseTest, Refusals) {
  EXPECT_EQ(Reverse(TransformationId(Uuid::MakeV7())),
            "TRANSFORMATION_NOT_FOUND transformation_id");
  const Completion completion = CompleteBikes();
  ASSERT_EQ(Reverse(completion.transformation_id), "OK");
  EXPECT_EQ(Reverse(last_.transformation_id), "REVERSAL_NOT_REVERSIBLE transformation_id");
  const auto refused =
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(completion.transformation_id));
  EXPECT_EQ(RefusalOf(refused.status()), "ALREADY_REVERSED transformation_id");
  EXPECT_EQ(FactOf(refused.status(), "reversed_by"), last_.transformation_id.value().ToString());
}

TEST_F(ReverseTest, TenThousandSerialsAreReversedInOneCall) {
  constexpr int kUnits = kSerialsPerCallMax;
  ASSERT_TRUE(AssignSerials(world_.db(), world_.AssignCountCommand("W1", "bike", kUnits)).ok());
  std::vector<std::string> numbers;
  for (int i = 0; i < kUnits; ++i) numbers.push_back(absl::StrCat("F", i));
  const std::vector<LotId> frames = world_.CreateLots("frame", numbers, {.quantity = "1"});
  CompletionCommand command = world_.CompleteCommand("W1", "");
  command.planned_serial_count = kUnits;
  for (int i = 0; i < kUnits; ++i) command.components.push_back(Component(frames[i], "", i));
  const Completion completion = Complete(command);
  // Long for this call; minutes where a statement looks at each unit for each unit.
  world_.db().set_deadline(absl::Now() + absl::Seconds(150));
  EXPECT_EQ(Reverse(completion.transformation_id), "OK");
  world_.db().set_deadline(absl::InfiniteFuture());
  EXPECT_EQ(Get("W1").planned_serial_count, kUnits);
  EXPECT_EQ(world_.Where(frames.back()), "stock 1");
}

// A close alone posts nothing: no completion is there to be reversed. ReopenWorkOrder undoes it.
TEST_F(ReverseTest, CloseAloneIsUndoneByReopening) {
  ASSERT_TRUE(AssignSerials(world_.db(), world_.AssignCommand("W1", "bike", {"A"})).ok());
  CompletionCommand command = world_.CompleteCommand("W1", "");
  command.close = true;
  const Completion completion = Complete(command);
  EXPECT_EQ(Get("W1").state, WorkOrderState::kClosed);
  EXPECT_EQ(Reverse(completion.transformation_id), "TRANSFORMATION_NOT_FOUND transformation_id");
  ASSERT_TRUE(ReopenWorkOrder(world_.db(), {.context = world_.Context("ReopenWorkOrder"),
                                            .work_order = WorkOrderId("W1")})
                  .ok());
  EXPECT_EQ(Get("W1").state, WorkOrderState::kOpen);
  EXPECT_EQ(
      RefusalOf(AssignSerials(world_.db(), world_.AssignCommand("W1", "bike", {"A"})).status()),
      "OK");
}

}  // namespace
}  // namespace lots
