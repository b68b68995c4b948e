// Serials that there are before an order names them, orders that are opened again, and what becomes
// of units whose making is undone.

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/movement.h"
#include "storage/lots/lots.h"
#include "storage/lots/read.h"
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

class ReuseTest : public ::testing::Test {
 protected:
  ~ReuseTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  // A serial that was created and never moved.
  LotId Create(absl::string_view product, const std::string& number,
               std::optional<absl::CivilDay> expires_on = {}) {
    CreateLotsCommand command;
    command.context = world_.Context("CreateLot");
    command.product_id = ProductId(std::string(product));
    command.lots = {{.number = number, .reference = "typed by hand"}};
    command.lots[0].dates.expires_on = expires_on;
    const auto created = CreateLots(world_.db(), command);
    EXPECT_TRUE(created.ok()) << created.status();
    return created->lots.front().lot_id;
  }
  Lot Get(const LotId& lot_id) {
    const auto lot = GetLot(world_.db(), world_.company(), lot_id, world_.now());
    EXPECT_TRUE(lot.ok()) << lot.status();
    return lot.ok() ? *lot : Lot();
  }
  WorkOrder GetOrder(const std::string& work_order) {
    const auto order = GetWorkOrder(world_.db(), world_.company(), WorkOrderId(work_order));
    EXPECT_TRUE(order.ok()) << order.status();
    return order.ok() ? *order : WorkOrder();
  }
  std::string Assign(const std::string& work_order, const std::vector<std::string>& numbers) {
    return RefusalOf(
        AssignSerials(world_.db(), world_.AssignCommand(work_order, "bike", numbers)).status());
  }
  std::string Unassign(const std::string& work_order, const std::string& number, bool keep) {
    return RefusalOf(UnassignSerials(world_.db(), {.context = world_.Context("UnassignSerials"),
                                                   .work_order = WorkOrderId(work_order),
                                                   .numbers = {number},
                                                   .keep = keep})
                         .status());
  }
  std::vector<std::string> Cancel(const std::string& work_order) {
    const auto voided = CancelWorkOrder(world_.db(), {.context = world_.Context("CancelWorkOrder"),
                                                      .work_order = WorkOrderId(work_order)});
    EXPECT_TRUE(voided.ok()) << voided.status();
    return voided.ok() ? NumbersOf(*voided) : std::vector<std::string>();
  }
  absl::StatusOr<ReopenedOrder> Reopen(const std::string& work_order) {
    return ReopenWorkOrder(world_.db(), {.context = world_.Context("ReopenWorkOrder"),
                                         .work_order = WorkOrderId(work_order)});
  }
  Completion Make(const std::string& work_order, std::vector<CompletionOutput> outputs,
                  std::vector<CompletionByProduct> by_products = {}) {
    CompletionCommand command = world_.CompleteCommand(work_order, "bike");
    command.outputs = std::move(outputs);
    command.by_products = std::move(by_products);
    const auto made = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *made : Completion();
  }
  void Disassemble(const LotId& unit) {
    const auto apart = lots::Disassemble(world_.db(), world_.DisassembleCommand(unit));
    EXPECT_TRUE(apart.ok()) << apart.status();
  }
  std::string Reverse(const TransformationId& transformation) {
    return RefusalOf(
        ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(transformation)).status());
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(ReuseTest, ACreatedSerialIsAssignedAndProduced) {
  const LotId bike = Create("bike", "X1", absl::CivilDay(2040, 6, 30));

  EXPECT_EQ(Assign("W1", {"x1"}), "OK");
  EXPECT_EQ(world_.StateOf(bike), "PLANNED");

  Make("W1", {Output("X1")});
  EXPECT_EQ(world_.StateOf(bike), "ACTIVE");
  EXPECT_EQ(world_.Where(bike), "shelf 1");
  const Lot lot = Get(bike);
  EXPECT_EQ(lot.reference, "typed by hand");
  EXPECT_EQ(lot.dates.expires_on, absl::CivilDay(2040, 6, 30));
}

TEST_F(ReuseTest, ACreatedSerialIsProducedWithoutAnAssignment) {
  const LotId by_number = Create("bike", "X1");
  const LotId by_id = Create("bike", "X2", absl::CivilDay(2040, 6, 30));

  const Completion made = Make("W1", {Output("X1"), Output(by_id)});

  EXPECT_THAT(NumbersOf(made.outputs), ElementsAre("X1", "X2"));
  EXPECT_EQ(world_.Where(by_number), "shelf 1");
  EXPECT_EQ(Get(by_id).dates.expires_on, absl::CivilDay(2040, 6, 30));

  // As it was before.
  EXPECT_EQ(Reverse(made.transformation_id), "OK");
  EXPECT_EQ(world_.StateOf(by_id), "ACTIVE");
  EXPECT_EQ(Get(by_id).dates.expires_on, absl::CivilDay(2040, 6, 30));
  EXPECT_THAT(GetOrder("W1").serials, IsEmpty());
}

TEST_F(ReuseTest, ACreatedSerialComesBackFromAnOrder) {
  const LotId first = Create("bike", "X1"), second = Create("bike", "X2");
  EXPECT_EQ(Assign("W1", {"X1", "X2", "NEW"}), "OK");

  EXPECT_EQ(Unassign("W1", "X1", /*keep=*/false), "OK");
  EXPECT_THAT(Cancel("W1"), ElementsAre("NEW"));

  EXPECT_EQ(world_.StateOf(first), "ACTIVE");
  EXPECT_EQ(world_.StateOf(second), "ACTIVE");
}

TEST_F(ReuseTest, ACreatedSerialIsActiveAgainWhateverWasReversed) {
  const LotId received = world_.CreateLot("bike", "X1"), made = world_.CreateLot("bike", "X2");
  ASSERT_TRUE(world_.Reverse(world_.MustRecord("RECEIPT X1 1 >stock")).ok());
  EXPECT_EQ(Assign("W1", {"X1", "X2"}), "OK");
  EXPECT_EQ(Reverse(Make("W1", {Output("X2")}).transformation_id), "OK");
  EXPECT_EQ(world_.StateOf(made), "PLANNED");

  EXPECT_EQ(Unassign("W1", "X1", /*keep=*/false), "OK");
  EXPECT_THAT(Cancel("W1"), IsEmpty());

  EXPECT_EQ(world_.StateOf(received), "ACTIVE");
  EXPECT_EQ(world_.StateOf(made), "ACTIVE");
  world_.MustRecord("RECEIPT X1 1 >stock");
  world_.MustRecord("RECEIPT X2 1 >stock");
}

TEST_F(ReuseTest, ASerialThatMovedIsTaken) {
  const LotId bike = world_.CreateLot("bike", "X1", "1");
  EXPECT_EQ(Assign("W1", {"X1"}), "LOT_NUMBER_TAKEN numbers[0]");
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output("X1")};
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(world_.db(), command).status()),
            "SERIAL_ALREADY_PRODUCED outputs[0]");
  EXPECT_EQ(world_.Where(bike), "stock 1");
}

TEST_F(ReuseTest, AClosedOrderIsOpenedAgainAndItsVoidNumbersAreAssignedAgain) {
  EXPECT_EQ(Assign("W1", {"A", "B", "C"}), "OK");
  CompletionCommand last = world_.CompleteCommand("W1", "bike");
  last.outputs = {Output("A")};
  last.close = true;
  ASSERT_TRUE(CompleteWorkOrder(world_.db(), last).ok());
  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "B")), "VOID");

  const auto reopened = Reopen("W1");
  ASSERT_TRUE(reopened.ok()) << reopened.status();
  EXPECT_THAT(NumbersOf(reopened->voided), ElementsAre("B", "C"));
  EXPECT_EQ(reopened->voided_count, 2);
  EXPECT_EQ(GetOrder("W1").state, WorkOrderState::kOpen);
  EXPECT_EQ(GetOrder("W1").completed, Q("1"));

  EXPECT_EQ(Assign("W1", {"B"}), "OK");
  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "B")), "PLANNED");
  Make("W1", {Output("B")});
  EXPECT_EQ(world_.Where(world_.IdOf("bike", "B")), "shelf 1");
  // The other one stays void until it is named.
  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "C")), "VOID");
}

TEST_F(ReuseTest, ReopeningIsRepeatedAndRefusedLikeEveryWrite) {
  EXPECT_EQ(Assign("W1", {"A"}), "OK");
  EXPECT_THAT(Cancel("W1"), ElementsAre("A"));
  const ReopenWorkOrderCommand command{.context = world_.Context("ReopenWorkOrder"),
                                       .work_order = WorkOrderId("W1")};
  ASSERT_TRUE(ReopenWorkOrder(world_.db(), command).ok());
  EXPECT_THAT(NumbersOf(ReopenWorkOrder(world_.db(), command)->voided), ElementsAre("A"));
  EXPECT_EQ(RefusalOf(Reopen("NONE").status()), "WORK_ORDER_NOT_FOUND work_order_id");
  // An open one stays open.
  ASSERT_TRUE(Reopen("W1").ok());
  EXPECT_EQ(GetOrder("W1").state, WorkOrderState::kOpen);
}

TEST_F(ReuseTest, ARefusalOfACancelledOrderTellsHowToOpenIt) {
  EXPECT_EQ(Assign("W1", {"A"}), "OK");
  Cancel("W1");
  const absl::Status refused =
      AssignSerials(world_.db(), world_.AssignCommand("W1", "", {"B"})).status();
  EXPECT_EQ(RefusalOf(refused), "WORK_ORDER_CLOSED work_order_id");
  EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr("ReopenWorkOrder"));
}

TEST_F(ReuseTest, AKeptNumberIsGivenUp) {
  EXPECT_EQ(Assign("W1", {"A", "B"}), "OK");
  EXPECT_EQ(Unassign("W1", "A", /*keep=*/true), "OK");
  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "A")), "PLANNED");
  EXPECT_EQ(Unassign("W1", "A", /*keep=*/true), "SERIAL_NOT_ASSIGNED numbers[0]");

  EXPECT_EQ(Unassign("W1", "A", /*keep=*/false), "OK");

  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "A")), "VOID");
  EXPECT_EQ(GetOrder("W1").planned_serial_count, 1);
}

TEST_F(ReuseTest, AKeptNumberIsGivenUpAlsoWhenTheOrderIsClosed) {
  EXPECT_EQ(Assign("W1", {"A"}), "OK");
  EXPECT_EQ(Unassign("W1", "A", /*keep=*/true), "OK");
  Cancel("W1");

  EXPECT_EQ(Unassign("W1", "A", /*keep=*/false), "OK");

  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "A")), "VOID");
  EXPECT_EQ(GetOrder("W1").state, WorkOrderState::kCancelled);
  EXPECT_EQ(Unassign("W1", "A", /*keep=*/false), "WORK_ORDER_CLOSED work_order_id");
}

class RebuildTest : public ReuseTest {
 protected:
  RebuildTest() {
    unit_ = Make("W1", {Output("K")}).outputs.front().lot_id;
    Disassemble(unit_);
    before_ = Get(unit_);
  }

  LotId unit_;
  Lot before_;
};

TEST_F(RebuildTest, AReversedRebuildIsTakenApartAgain) {
  const Completion rebuilt = Make("W2", {Output("K")});
  EXPECT_EQ(world_.Where(unit_), "shelf 1");

  EXPECT_EQ(Reverse(rebuilt.transformation_id), "OK");

  EXPECT_EQ(world_.StateOf(unit_), "ACTIVE");
  EXPECT_EQ(world_.Where(unit_), "");
  EXPECT_TRUE(Get(unit_).dates == before_.dates);
  EXPECT_EQ(GetOrder("W2").planned_serial_count, 0);
  EXPECT_THAT(Cancel("W2"), IsEmpty());
  EXPECT_EQ(world_.StateOf(unit_), "ACTIVE");
  // And can be built once more.
  Make("W3", {Output("K")});
  EXPECT_EQ(world_.Where(unit_), "shelf 1");
}

TEST_F(RebuildTest, ARebuildIsPlannedFirst) {
  EXPECT_EQ(Assign("W2", {"K"}), "OK");
  EXPECT_EQ(world_.StateOf(unit_), "PLANNED");
  CompletionCommand command = world_.CompleteCommand("W2", "bike");
  command.planned_serial_count = 1;
  const auto rebuilt = CompleteWorkOrder(world_.db(), command);
  ASSERT_TRUE(rebuilt.ok()) << rebuilt.status();
  EXPECT_EQ(world_.Where(unit_), "shelf 1");

  // It is planned as before, and a unit that was made is never void.
  EXPECT_EQ(Reverse(rebuilt->transformation_id), "OK");
  EXPECT_EQ(world_.StateOf(unit_), "PLANNED");
  EXPECT_EQ(GetOrder("W2").planned_serial_count, 1);
  EXPECT_THAT(Cancel("W2"), IsEmpty());
  EXPECT_EQ(world_.StateOf(unit_), "ACTIVE");
}

// The refusal says what to do.
TEST_F(RebuildTest, AnArchivedUnitIsUnarchivedBeforeItIsPlanned) {
  const LotId created = Create("bike", "X1");
  const LotId made = Make("W1", {Output("M")}).outputs.front().lot_id;
  for (const LotId& unit : {unit_, created, made}) world_.SetState(unit, LotState::kArchived);

  EXPECT_EQ(Assign("W2", {"K"}), "LOT_ARCHIVED numbers[0]");
  EXPECT_EQ(Assign("W2", {"X1"}), "LOT_ARCHIVED numbers[0]");
  EXPECT_EQ(Assign("W2", {"M"}), "LOT_NUMBER_TAKEN numbers[0]");

  for (const LotId& unit : {unit_, created}) {
    ASSERT_TRUE(UnarchiveLot(world_.db(), world_.LotCommandFor(unit)).ok());
  }
  EXPECT_EQ(Assign("W2", {"K", "X1"}), "OK");
}

TEST_F(RebuildTest, APlannedRebuildIsGivenUp) {
  EXPECT_EQ(Assign("W2", {"K"}), "OK");
  EXPECT_EQ(Unassign("W2", "K", /*keep=*/true), "OK");
  EXPECT_EQ(world_.StateOf(unit_), "PLANNED");
  EXPECT_EQ(Unassign("W2", "K", /*keep=*/false), "OK");
  EXPECT_EQ(world_.StateOf(unit_), "ACTIVE");
}

TEST_F(ReuseTest, ANumberUnderWhichAUnitWasMadeIsNeverVoid) {
  const Completion made = Make("W1", {Output("K")});
  EXPECT_EQ(Reverse(made.transformation_id), "OK");
  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "K")), "PLANNED");

  EXPECT_THAT(Cancel("W1"), IsEmpty());

  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "K")), "PLANNED");
  EXPECT_EQ(Assign("W2", {"K"}), "OK");
}

TEST_F(ReuseTest, ClosingAlonePostsNothing) {
  EXPECT_EQ(Assign("W1", {"A", "B"}), "OK");
  Make("W1", {Output("A")});
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.close = true;

  const auto closed = CompleteWorkOrder(world_.db(), command);

  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_TRUE(closed->transformation_id.value().IsNil());
  EXPECT_THAT(NumbersOf(closed->voided), ElementsAre("B"));
  EXPECT_EQ(closed->state, WorkOrderState::kClosed);
  EXPECT_EQ(closed->completed, Q("1"));
  EXPECT_EQ(GetOrder("W1").completions.size(), 1u);
  const auto repeat = CompleteWorkOrder(world_.db(), command);
  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_TRUE(repeat->transformation_id.value().IsNil());
  EXPECT_THAT(NumbersOf(repeat->voided), ElementsAre("B"));
  EXPECT_EQ(repeat->completed, Q("1"));
}

TEST_F(ReuseTest, SecondGradeIsAByProductOfTheOrdersOwnProduct) {
  EXPECT_EQ(Assign("W1", {"A", "B"}), "OK");

  const Completion made =
      Make("W1", {Output("A")}, {ByProduct("bike", "B", "1"), ByProduct("bike", "", "1")});

  EXPECT_THAT(NumbersOf(made.by_products), ElementsAre("B", "B00001"));
  EXPECT_EQ(made.completed, Q("1"));
  EXPECT_EQ(world_.Where(world_.IdOf("bike", "B")), "shelf 1");
  EXPECT_EQ(GetOrder("W1").planned_serial_count, 0);

  EXPECT_EQ(Reverse(made.transformation_id), "OK");
  EXPECT_EQ(GetOrder("W1").completed, Quantity());
  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "B")), "PLANNED");
}

TEST_F(ReuseTest, SecondGradeOfALotDoesNotCount) {
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S1", "10")};
  command.by_products = {ByProduct("soup", "S2", "1.5")};
  const auto made = CompleteWorkOrder(world_.db(), command);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->completed, Q("10"));
  EXPECT_EQ(world_.Where(world_.IdOf("soup", "S2")), "shelf 1.5");
}

}  // namespace
}  // namespace lots
