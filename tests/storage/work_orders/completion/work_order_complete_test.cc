// CompleteWorkOrder: what it posts.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/lot.h"
#include "storage/ledger/movements.h"
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

class CompleteTest : public ::testing::Test {
 protected:
  ~CompleteTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  Completion Complete(const CompletionCommand& command) {
    const auto completion = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(completion.ok()) << completion.status();
    return completion.ok() ? *completion : Completion();
  }
  std::string Refused(const CompletionCommand& command) {
    return RefusalOf(CompleteWorkOrder(world_.db(), command).status());
  }
  void Assign(absl::string_view work_order, std::vector<std::string> numbers) {
    const auto serials =
        AssignSerials(world_.db(), world_.AssignCommand(work_order, "bike", std::move(numbers)));
    ASSERT_TRUE(serials.ok()) << serials.status();
  }
  WorkOrder Get(absl::string_view work_order) {
    const auto order =
        GetWorkOrder(world_.db(), world_.company(), WorkOrderId(std::string(work_order)));
    EXPECT_TRUE(order.ok()) << order.status();
    return order.ok() ? *order : WorkOrder();
  }
  LotDates DatesOf(const LotId& lot) {
    const auto found = lots::GetLot(world_.db(), world_.company(), lot, world_.now());
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? found->dates : LotDates();
  }
  absl::CivilDay Today() { return absl::ToCivilDay(world_.now(), absl::UTCTimeZone()); }
  // "F1>A" for an exact input, "SALT>" for a pooled one, in the order of lines.
  std::string Genealogy(const TransformationId& transformation);

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

constexpr pg::Statement kReadInputs{"test_read_inputs", R"sql(
  SELECT l.number || '>' || COALESCE(o.number, '')
  FROM transformation_inputs i
  JOIN lots l ON l.company = $1 AND l.lot_id = i.lot_id
  LEFT JOIN lots o ON o.company = $1 AND o.lot_id = i.output_lot_id
  WHERE i.company = $1 AND i.transformation_id = $2 ORDER BY i.line)sql"};

std::string CompleteTest::Genealogy(const TransformationId& transformation) {
  const auto rows = pg::Query(world_.db(), kReadInputs, world_.company(), transformation);
  EXPECT_TRUE(rows.ok()) << rows.status();
  std::vector<std::string> inputs;
  for (const pg::Row row : *rows) inputs.push_back(row.Get<std::string>(0));
  return absl::StrJoin(inputs, " ");
}

TEST_F(CompleteTest, SerialsWithExactComponents) {
  Assign("W1", {"A", "B"});
  const LotId f1 = world_.CreateLot("frame", "F1", "1");
  const LotId f2 = world_.CreateLot("frame", "F2", "1");
  const LotId salt = world_.CreateLot("salt", "SALT", "2");
  CompletionCommand command = world_.CompleteCommand("W1", "");
  command.outputs = {Output("a"), Output("B")};
  command.components = {Component(f1, "", 0), Component(f2, "1", 1), Component(salt, "0.5")};
  command.close = true;

  const Completion completion = Complete(command);

  EXPECT_THAT(NumbersOf(completion.outputs), ElementsAre("A", "B"));
  EXPECT_THAT(completion.voided, IsEmpty());
  EXPECT_EQ(completion.state, WorkOrderState::kClosed);
  EXPECT_EQ(completion.completed, Q("2"));
  EXPECT_EQ(Genealogy(completion.transformation_id), "F1>A F2>B SALT>");
  EXPECT_EQ(world_.Where(completion.outputs[0].lot_id), "shelf 1");
  EXPECT_EQ(world_.StateOf(completion.outputs[0].lot_id), "ACTIVE");
  EXPECT_EQ(world_.Where(f1), "");
  EXPECT_EQ(world_.Where(salt), "stock 1.5");
  const WorkOrder now = Get("W1");
  EXPECT_EQ(now.state, WorkOrderState::kClosed);
  EXPECT_EQ(now.planned_serial_count, 0);
  EXPECT_THAT(now.serials, SizeIs(2));
  ASSERT_THAT(now.completions, SizeIs(1));
  EXPECT_EQ(now.completions[0].transformation_id, completion.transformation_id);
}

TEST_F(CompleteTest, MovementsCarryTheOrder) {
  const LotId f1 = world_.CreateLot("frame", "F1", "1");
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output("A")};
  command.components = {Component(f1)};
  command.note = "night shift";
  const Completion completion = Complete(command);

  const auto movements =
      FindMovementsOf(world_.db(), world_.company(), completion.transformation_id);
  ASSERT_TRUE(movements.ok());
  ASSERT_THAT(*movements, SizeIs(2));
  // In the order of recording, which is the order within each lot only.
  const size_t made_at = (*movements)[0].movement.kind == MovementKind::kProduction ? 0 : 1;
  const Movement& used = (*movements)[1 - made_at].movement;
  EXPECT_EQ(used.kind, MovementKind::kConsumption);
  EXPECT_EQ(used.lot_id, f1);
  EXPECT_EQ(used.to.value(), "PRODUCTION");
  const Movement& made = (*movements)[made_at].movement;
  EXPECT_EQ(made.kind, MovementKind::kProduction);
  EXPECT_EQ(made.from.value(), "PRODUCTION");
  EXPECT_EQ(made.to.value(), "shelf");
  EXPECT_EQ(made.work_order, WorkOrderId("W1"));
  EXPECT_EQ(made.document.number, "W1");
  EXPECT_EQ(made.note, "night shift");
}

TEST_F(CompleteTest, SomeNowAndTheRestLater) {
  Assign("W1", {"A", "B", "C", "D"});
  CompletionCommand first = world_.CompleteCommand("W1", "");
  first.planned_serial_count = 2;
  EXPECT_THAT(NumbersOf(Complete(first).outputs), ElementsAre("A", "B"));
  EXPECT_EQ(Get("W1").state, WorkOrderState::kOpen);
  EXPECT_EQ(Get("W1").planned_serial_count, 2);

  CompletionCommand second = world_.CompleteCommand("W1", "");
  second.outputs = {Output("D")};
  second.planned_serial_count = 2;
  EXPECT_EQ(Refused(second), "SERIAL_NOT_ASSIGNED planned_serial_count");
  second.planned_serial_count = 1;
  const Completion completion = Complete(second);
  EXPECT_THAT(NumbersOf(completion.outputs), ElementsAre("D", "C"));
  EXPECT_EQ(completion.completed, Q("4"));
}

TEST_F(CompleteTest, ExactComponentOfAPlannedSerialCountsOnAfterTheOutputs) {
  Assign("W1", {"A", "B"});
  const LotId f1 = world_.CreateLot("frame", "F1", "1");
  CompletionCommand command = world_.CompleteCommand("W1", "");
  command.outputs = {Output("B")};
  command.planned_serial_count = 1;
  command.components = {Component(f1, "", 1)};
  EXPECT_EQ(Genealogy(Complete(command).transformation_id), "F1>A");
}

TEST_F(CompleteTest, CloseVoidsWhatIsPlannedAndListsIt) {
  Assign("W1", {"C", "A", "B"});
  CompletionCommand command = world_.CompleteCommand("W1", "");
  command.outputs = {Output("A")};
  command.close = true;
  const Completion completion = Complete(command);
  EXPECT_THAT(NumbersOf(completion.voided), ElementsAre("C", "B"));
  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "C")), "VOID");
  EXPECT_THAT(NumbersOf(Complete(command).voided), ElementsAre("C", "B"));

  const CompletionCommand late = world_.CompleteCommand("W1", "");
  EXPECT_EQ(Refused(late), "WORK_ORDER_CLOSED work_order_id");
}

TEST_F(CompleteTest, ClosingNeedsNoOutput) {
  Assign("W1", {"A"});
  CompletionCommand command = world_.CompleteCommand("W1", "");
  EXPECT_EQ(Refused(command), "FIELD_INVALID outputs");
  command.close = true;
  EXPECT_THAT(NumbersOf(Complete(command).voided), ElementsAre("A"));
}

TEST_F(CompleteTest, NewSerialsByNumberAndByTemplate) {
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output(""), Output("MINE"), Output("")};
  const Completion completion = Complete(command);
  EXPECT_THAT(NumbersOf(completion.outputs), ElementsAre("B00001", "MINE", "B00002"));
  EXPECT_THAT(Get("W1").serials, SizeIs(3));
  EXPECT_THAT(NumbersOf(Complete(command).outputs), ElementsAre("B00001", "MINE", "B00002"));
}

TEST_F(CompleteTest, FreePlannedSerialIsTakenOver) {
  Assign("W1", {"A"});
  ASSERT_TRUE(UnassignSerials(world_.db(), {.context = world_.Context("UnassignSerials"),
                                            .work_order = WorkOrderId("W1"),
                                            .numbers = {"A"},
                                            .keep = true})
                  .ok());
  CompletionCommand command = world_.CompleteCommand("W2", "bike");
  command.outputs = {Output("A")};
  const Completion completion = Complete(command);
  EXPECT_EQ(world_.Where(completion.outputs[0].lot_id), "shelf 1");
  EXPECT_THAT(Get("W2").serials, SizeIs(1));
}

TEST_F(CompleteTest, LotProductIntoNewAndExistingLots) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  CompletionCommand first = world_.CompleteCommand("W1", "soup");
  first.outputs = {Output("S-1", "2.5"), Output("", "1")};
  first.components = {Component(salt, "1")};
  const Completion made = Complete(first);
  EXPECT_THAT(NumbersOf(made.outputs), ElementsAre("S-1", "S0001"));
  EXPECT_EQ(made.completed, Q("3.5"));
  EXPECT_EQ(made.scale, 3);

  CompletionCommand second = world_.CompleteCommand("W1", "soup");
  second.outputs = {Output("s-1", "0.5")};
  second.outputs[0].to = LocationId("line");
  EXPECT_EQ(Complete(second).outputs[0].lot_id, made.outputs[0].lot_id);
  EXPECT_EQ(world_.Where(made.outputs[0].lot_id), "line 0.5, shelf 2.5");
}

TEST_F(CompleteTest, OneLotIntoTwoPlaces) {
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S-1", "2"), Output("S-1", "3")};
  command.outputs[1].to = LocationId("line");
  const Completion completion = Complete(command);
  EXPECT_EQ(completion.outputs[0].lot_id, completion.outputs[1].lot_id);
  EXPECT_EQ(world_.Where(completion.outputs[0].lot_id), "line 3, shelf 2");
}

TEST_F(CompleteTest, ByProductsInNewAndExistingLots) {
  const LotId old_peel = world_.CreateLot("peel", "OLD", "1");
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S-1", "1")};
  command.by_products = {ByProduct("peel", "", "0.4"), ByProduct("peel", "old", "2"),
                         ByProduct("motor", "M-9", "")};
  const Completion completion = Complete(command);
  EXPECT_THAT(NumbersOf(completion.by_products), ElementsAre("P0001", "OLD", "M-9"));
  EXPECT_EQ(world_.Where(old_peel), "shelf 2, stock 1");
  EXPECT_EQ(completion.completed, Q("1"));
  EXPECT_THAT(NumbersOf(Complete(command).by_products), ElementsAre("P0001", "OLD", "M-9"));
}

// FIFO takes what was left over as if it had never gone in.
TEST_F(CompleteTest, WhatIsLeftOverOfAComponentKeepsTheDateThatItHadInStock) {
  const LotId salt = world_.CreateLot("salt", "OLD");
  world_.MustRecord("RECEIPT OLD 4 >stock @2026-03-03");
  world_.MustRecord("RECEIPT OLD 6 >yard @2026-03-02");
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output("A")};
  command.components = {Component(salt, "4"), Component(salt, "6")};
  command.components[1].from = LocationId("yard");
  command.by_products = {ByProduct("salt", "OLD", "3")};

  const Completion completion = Complete(command);

  // To the shelf, where there was none of it.
  EXPECT_THAT(world_.Dates("OLD", "shelf"), testing::HasSubstr("since 03-02"));
  ASSERT_TRUE(
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(completion.transformation_id))
          .ok());
  EXPECT_THAT(world_.Dates("OLD", "stock"), testing::HasSubstr("since 03-03"));
  EXPECT_THAT(world_.Dates("OLD", "yard"), testing::HasSubstr("since 03-02"));
}

TEST_F(CompleteTest, ReworkConsumesAndMakesTheSameUnit) {
  CompletionCommand first = world_.CompleteCommand("W1", "bike");
  first.outputs = {Output("A")};
  const LotId unit = Complete(first).outputs[0].lot_id;
  const LotId motor = world_.CreateLot("motor", "M1", "1");

  CompletionCommand rework = world_.CompleteCommand("R1", "bike");
  rework.outputs = {Output(unit)};
  rework.components = {Component(unit), Component(motor, "", 0)};
  EXPECT_EQ(Refused(rework), "SERIAL_NOT_THERE components[0].from_location_id");
  rework.components[0].from = LocationId("shelf");
  const Completion completion = Complete(rework);
  EXPECT_EQ(Genealogy(completion.transformation_id), "A> M1>A");
  EXPECT_EQ(world_.Where(unit), "shelf 1");
  EXPECT_EQ(world_.StateOf(unit), "ACTIVE");
}

TEST_F(CompleteTest, DatesAreDerivedAndInherited) {
  const LotId fresh =
      world_.CreateLot("salt", "FRESH", {.quantity = "5", .expires_on = Today() + 90});
  const LotId old_salt =
      world_.CreateLot("salt", "OLD", {.quantity = "5", .expires_on = Today() + 7});
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("PLAIN", "1"), Output("SPICED", "1"), Output("SAID", "1")};
  command.outputs[2].dates.expires_on = Today() + 20;
  command.outputs[2].dates.manufactured_on = Today() - 1;
  command.components = {Component(fresh, "1"), Component(old_salt, "1", 1),
                        Component(old_salt, "1", 2)};
  const Completion completion = Complete(command);

  const LotDates plain = DatesOf(completion.outputs[0].lot_id);
  EXPECT_EQ(plain.manufactured_on, Today());
  EXPECT_EQ(plain.expires_on, Today() + 30);
  EXPECT_EQ(DatesOf(completion.outputs[1].lot_id).expires_on, Today() + 7);
  const LotDates said = DatesOf(completion.outputs[2].lot_id);
  EXPECT_EQ(said.manufactured_on, Today() - 1);
  EXPECT_EQ(said.expires_on, Today() + 20);
}

TEST_F(CompleteTest, MoreOfALotKeepsItsDatesUnlessItExpiresEarlier) {
  CompletionCommand first = world_.CompleteCommand("W1", "soup");
  first.outputs = {Output("S-1", "1")};
  const LotId soup = Complete(first).outputs[0].lot_id;

  CompletionCommand other = world_.CompleteCommand("W1", "soup");
  other.outputs = {Output("S-1", "1")};
  other.outputs[0].dates.expires_on = Today() + 3;
  EXPECT_EQ(Refused(other), "FIELD_INVALID outputs[0].expire_date");

  const LotId salt = world_.CreateLot("salt", "OLD", {.quantity = "5", .expires_on = Today() + 7});
  CompletionCommand older = world_.CompleteCommand("W1", "soup");
  older.outputs = {Output("S-1", "1")};
  older.components = {Component(salt, "1")};
  Complete(older);
  EXPECT_EQ(DatesOf(soup).expires_on, Today() + 7);
  EXPECT_EQ(DatesOf(soup).manufactured_on, Today());
}

TEST_F(CompleteTest, ShortageIsAdjustedWhenAccepted) {
  const LotId salt = world_.CreateLot("salt", "SALT", "1");
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S-1", "1")};
  command.components = {Component(salt, "1.25")};
  EXPECT_EQ(Refused(command), "NOT_ENOUGH components[0].quantity");
  command.accept.shortage = true;
  const Completion completion = Complete(command);
  ASSERT_THAT(completion.adjustments, SizeIs(1));
  EXPECT_EQ(world_.Where(salt), "");
  EXPECT_EQ(Complete(command).adjustments, completion.adjustments);
}

TEST_F(CompleteTest, LotThatLiesElsewhereIsNotShort) {
  const LotId salt = world_.CreateLot("salt", "SALT", {.quantity = "5", .location = "line"});
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S-1", "1")};
  command.components = {Component(salt, "3")};
  command.accept.shortage = true;

  const absl::Status refused = CompleteWorkOrder(world_.db(), command).status();

  EXPECT_EQ(RefusalOf(refused), "NOT_ENOUGH components[0].quantity");
  EXPECT_EQ(FactOf(refused, "elsewhere"), "5.000 at line");
  EXPECT_EQ(world_.Where(salt), "line 5");
  // What is nowhere else was there all the same.
  command.components[0].from = LocationId("line");
  command.components[0].quantity = Q("6");
  EXPECT_THAT(Complete(command).adjustments, SizeIs(1));
  EXPECT_EQ(world_.Where(salt), "");
}

TEST_F(CompleteTest, ExpiredComponentGoesInWhenAccepted) {
  const LotId salt = world_.CreateLot("salt", "OLD", {.quantity = "1", .expires_on = Today() - 1});
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("S-1", "1")};
  command.components = {Component(salt, "1")};
  EXPECT_EQ(Refused(command), "LOT_EXPIRED components[0].lot");
  command.accept.expired = true;
  EXPECT_EQ(DatesOf(Complete(command).outputs[0].lot_id).expires_on, Today() - 1);
}

TEST_F(CompleteTest, ValidateOnlySaysAllAndWritesNothing) {
  Assign("W1", {"A"});
  const LotId f1 = world_.CreateLot("frame", "F1", "1");
  CompletionCommand command = world_.CompleteCommand("W1", "");
  command.validate_only = true;
  command.outputs = {Output("A"), Output("")};
  command.components = {Component(f1, "", 0)};
  EXPECT_THAT(NumbersOf(Complete(command).outputs), ElementsAre("A", "B00001"));
  EXPECT_EQ(world_.Where(f1), "stock 1");
  EXPECT_EQ(Get("W1").planned_serial_count, 1);
  command.components.push_back(Component(f1, "", 7));
  command.outputs.push_back(Output("A"));
  EXPECT_EQ(Refused(command),
            "DUPLICATE_IN_REQUEST outputs[2]; DUPLICATE_IN_REQUEST components[1]; "
            "OUTPUT_NOT_IN_COMPLETION components[1].output_index");
  // The request_id was not used up, nor a number.
  command.validate_only = false;
  command.outputs = {Output("")};
  command.components = {};
  EXPECT_THAT(NumbersOf(Complete(command).outputs), ElementsAre("B00001"));
}

TEST_F(CompleteTest, ComponentThatACustomerReturnedIsUsedAgain) {
  const LotId motor = world_.CreateLot("motor", "M1", "1");
  const auto delivered = RecordMovements(
      world_.db(), world_.MoveCommand(MovementKind::kDelivery, motor, "", "stock", "shop"));
  ASSERT_TRUE(delivered.ok()) << delivered.status();
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output("A")};
  command.components = {Component(motor)};
  EXPECT_EQ(Refused(command), "SERIAL_NOT_THERE components[0].from_location_id");

  RecordMovementsCommand back =
      world_.MoveCommand(MovementKind::kReturn, motor, "", "shop", "stock");
  back.movements[0].delivery = delivered->movement_ids[0];
  ASSERT_TRUE(RecordMovements(world_.db(), back).ok());
  Complete(command);
  EXPECT_EQ(world_.Where(motor), "");
}

TEST_F(CompleteTest, TenThousandSerialsWithThreeExactComponentsAndAgain) {
  constexpr int kUnits = kSerialsPerCallMax;
  const auto serials = AssignSerials(world_.db(), world_.AssignCountCommand("W1", "bike", kUnits));
  ASSERT_TRUE(serials.ok()) << serials.status();
  std::vector<LotId> parts[2];
  for (int part = 0; part < 2; ++part) {
    std::vector<std::string> numbers;
    for (int i = 0; i < kUnits; ++i) numbers.push_back(absl::StrCat("P", part, "-", i));
    parts[part] = world_.CreateLots(part == 0 ? "frame" : "motor", numbers, {.quantity = "1"});
  }
  const LotId salt = world_.CreateLot("salt", "SALT", "10000");
  CompletionCommand command = world_.CompleteCommand("W1", "");
  command.planned_serial_count = kUnits;
  for (int i = 0; i < kUnits; ++i) {
    command.components.push_back(Component(parts[0][i], "", i));
    command.components.push_back(Component(parts[1][i], "", i));
    command.components.push_back(Component(salt, "0.1", i));
  }
  const Completion completion = Complete(command);
  EXPECT_EQ(NumbersOf(completion.outputs), NumbersOf(*serials));
  EXPECT_EQ(completion.completed, Q("10000"));
  EXPECT_EQ(world_.Where(salt), "stock 9000");

  const Completion again = Complete(command);
  EXPECT_EQ(again.transformation_id, completion.transformation_id);
  EXPECT_EQ(NumbersOf(again.outputs), NumbersOf(completion.outputs));
  EXPECT_EQ(again.completed, Q("10000"));
}

}  // namespace
}  // namespace lots
