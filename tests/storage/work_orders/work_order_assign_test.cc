// AssignSerials, UnassignSerials, CancelWorkOrder.

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/work_orders/read.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AssignTest : public ::testing::Test {
 protected:
  std::vector<std::string> Assign(const AssignSerialsCommand& command) {
    const auto serials = AssignSerials(world_.db(), command);
    EXPECT_TRUE(serials.ok()) << serials.status();
    return serials.ok() ? NumbersOf(*serials) : std::vector<std::string>();
  }
  std::string Refused(const AssignSerialsCommand& command) {
    return RefusalOf(AssignSerials(world_.db(), command).status());
  }
  UnassignSerialsCommand Unassigning(absl::string_view work_order, std::vector<std::string> numbers,
                                     bool keep) {
    return {.context = world_.Context("UnassignSerials"),
            .work_order = WorkOrderId(std::string(work_order)),
            .numbers = std::move(numbers),
            .keep = keep};
  }
  std::string RefusedUnassign(const UnassignSerialsCommand& command) {
    return RefusalOf(UnassignSerials(world_.db(), command).status());
  }
  CancelWorkOrderCommand Cancelling(absl::string_view work_order) {
    return {.context = world_.Context("CancelWorkOrder"),
            .work_order = WorkOrderId(std::string(work_order))};
  }
  WorkOrder Get(absl::string_view work_order) {
    const auto order =
        GetWorkOrder(world_.db(), world_.company(), WorkOrderId(std::string(work_order)));
    EXPECT_TRUE(order.ok()) << order.status();
    return order.ok() ? *order : WorkOrder();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(AssignTest, FirstNamingCreatesTheOrder) {
  AssignSerialsCommand command = world_.AssignCountCommand("W1", "bike", 3);
  command.planned_quantity = Q("5");

  EXPECT_THAT(Assign(command), ElementsAre("B00001", "B00002", "B00003"));

  const WorkOrder made = Get("W1");
  EXPECT_EQ(made.product_id.value(), "bike");
  EXPECT_EQ(made.planned, Q("5"));
  EXPECT_EQ(made.completed, Quantity());
  EXPECT_EQ(made.planned_serial_count, 3);
  EXPECT_EQ(made.state, WorkOrderState::kOpen);
  ASSERT_THAT(made.serials, SizeIs(3));
  EXPECT_EQ(made.serials[2].number, "B00003");
  EXPECT_EQ(made.serials[2].state, LotState::kPlanned);
  EXPECT_EQ(world_.Where(made.serials[0].lot_id), "");
}

TEST_F(AssignTest, KnownOrderNeedsNoProductAndKeepsTheOrderOfAssignment) {
  Assign(world_.AssignCommand("W1", "bike", {"Z", "A"}));
  EXPECT_THAT(Assign(world_.AssignCommand("W1", "", {"M"})), ElementsAre("M"));

  std::vector<std::string> numbers;
  for (const WorkOrderSerial& serial : Get("W1").serials) numbers.push_back(serial.number);
  EXPECT_THAT(numbers, ElementsAre("Z", "A", "M"));
}

TEST_F(AssignTest, CountsUpFromAFirstNumberPastTakenOnes) {
  world_.CreateLot("bike", "SN-009", "1");
  AssignSerialsCommand command = world_.AssignCountCommand("W1", "bike", 3);
  command.first_number = "SN-008";
  EXPECT_THAT(Assign(command), ElementsAre("SN-008", "SN-010", "SN-011"));
}

TEST_F(AssignTest, TakesOverFreePlannedSerials) {
  Assign(world_.AssignCommand("W1", "bike", {"A", "B"}));
  ASSERT_TRUE(UnassignSerials(world_.db(), Unassigning("W1", {"A"}, true)).ok());
  const LotId kept = world_.IdOf("bike", "A");

  const auto serials = AssignSerials(world_.db(), world_.AssignCommand("W2", "bike", {"a", "C"}));
  ASSERT_TRUE(serials.ok()) << serials.status();
  EXPECT_EQ(serials->front().lot_id, kept);
  EXPECT_EQ(serials->front().number, "A");
  EXPECT_EQ(Get("W1").planned_serial_count, 1);
  EXPECT_EQ(Get("W2").planned_serial_count, 2);
}

TEST_F(AssignTest, RefusesEveryWrongNumberAtOnce) {
  Assign(world_.AssignCommand("W1", "bike", {"MINE"}));
  Assign(world_.AssignCommand("W2", "bike", {"THEIRS"}));
  world_.CreateLot("bike", "MADE", "1");
  world_.SetState(world_.CreateLot("bike", "ODD", "1"), LotState::kArchived);

  const auto refused = AssignSerials(
      world_.db(),
      world_.AssignCommand("W1", "", {"NEW", "made ", "theirs", "ODD", "mine", "", "new"}));
  EXPECT_EQ(RefusalOf(refused.status()),
            "NUMBER_INVALID numbers[5]; DUPLICATE_IN_REQUEST numbers[6]; "
            "LOT_NUMBER_TAKEN numbers[1]; SERIAL_ASSIGNED_ELSEWHERE numbers[2]; "
            "LOT_NUMBER_TAKEN numbers[3]; LOT_NUMBER_TAKEN numbers[4]");
  EXPECT_EQ(Get("W1").planned_serial_count, 1);
}

TEST_F(AssignTest, NamesTheOrderThatHasTheSerial) {
  Assign(world_.AssignCommand("W1", "bike", {"A"}));
  const auto refused = AssignSerials(world_.db(), world_.AssignCommand("W2", "bike", {"A"}));
  EXPECT_EQ(RefusalOf(refused.status()), "SERIAL_ASSIGNED_ELSEWHERE numbers[0]");
  EXPECT_EQ(FactOf(refused.status(), "work_order_id"), "W1");
  // The refused call left no order behind.
  EXPECT_EQ(RefusalOf(GetWorkOrder(world_.db(), world_.company(), WorkOrderId("W2")).status()),
            "WORK_ORDER_NOT_FOUND work_order_id");
}

TEST_F(AssignTest, RefusesWrongOrdersAndProducts) {
  Assign(world_.AssignCommand("W1", "bike", {"A"}));
  Assign(world_.AssignCommand("GONE", "bike", {"G"}));
  ASSERT_TRUE(CancelWorkOrder(world_.db(), Cancelling("GONE")).ok());
  struct Case {
    std::string work_order, product, refusal;
  };
  for (const Case& c : std::vector<Case>{
           {"NEW", "", "WORK_ORDER_NEEDS_PRODUCT product_id"},
           {"NEW", "nothing", "PRODUCT_NOT_FOUND product_id"},
           {"NEW", "soup", "TRACKING_MISMATCH product_id"},
           {"NEW", "screw", "TRACKING_MISMATCH product_id"},
           {"NEW", "frame", "PRODUCT_NOT_PRODUCIBLE product_id"},
           {"W1", "motor", "WORK_ORDER_PRODUCT_MISMATCH product_id"},
           {"GONE", "bike", "WORK_ORDER_CLOSED work_order_id"},
       }) {
    SCOPED_TRACE(absl::StrCat(c.work_order, " ", c.product));
    EXPECT_EQ(Refused(world_.AssignCommand(c.work_order, c.product, {"X"})), c.refusal);
    EXPECT_EQ(Refused(world_.AssignCountCommand(c.work_order, c.product, 1)), c.refusal);
  }
}

TEST_F(AssignTest, RefusesPlannedQuantityFinerThanTheProduct) {
  AssignSerialsCommand command = world_.AssignCommand("W1", "bike", {"A"});
  command.planned_quantity = Q("2.5");
  EXPECT_EQ(Refused(command), "QUANTITY_SCALE planned_quantity");
}

TEST_F(AssignTest, ANewOrdersIdStandsInAUrl) {
  EXPECT_EQ(Refused(world_.AssignCommand("W/1", "bike", {"A"})), "FIELD_INVALID work_order_id");
  for (const char* id : {"W/1", "-W1", "W\\1", "W?1", "W#1", "W%1", ".", ".."}) {
    EXPECT_EQ(Refused(world_.AssignCountCommand(id, "bike", 1)), "FIELD_INVALID work_order_id")
        << id;
  }
  // The refusal took no number.
  EXPECT_THAT(Assign(world_.AssignCountCommand("W:1", "bike", 1)), ElementsAre("B00001"));
}

TEST_F(AssignTest, RefusesWithoutTemplateOrRoom) {
  Product tandem;
  tandem.product_id = ProductId("tandem");
  tandem.tracking = Tracking::kSerial;
  tandem.producible = true;
  Product rare = tandem;
  rare.product_id = ProductId("rare");
  rare.number_template = "R{#}";
  ASSERT_TRUE(UpsertProducts(world_.db(), {.context = world_.Context("UpsertProducts"),
                                           .products = {tandem, rare}})
                  .ok());
  EXPECT_EQ(Refused(world_.AssignCountCommand("W1", "tandem", 1)), "NO_NUMBER_TEMPLATE count");
  EXPECT_EQ(Refused(world_.AssignCountCommand("W2", "rare", 10)), "NUMBERS_EXHAUSTED count");
}

TEST_F(AssignTest, RefusesWhenLotsAreSwitchedOff) {
  UpdateSettingsCommand off;
  off.context = world_.Context("UpdateSettings");
  off.lots_enabled = false;
  ASSERT_TRUE(UpdateSettings(world_.db(), off).ok());
  EXPECT_EQ(Refused(world_.AssignCommand("W1", "bike", {"A"})), "LOTS_DISABLED");
  EXPECT_EQ(Refused(world_.AssignCountCommand("W1", "bike", 2)), "LOTS_DISABLED");
}

TEST_F(AssignTest, RepeatAnswersTheSameAndUsesNoNumbersUp) {
  const AssignSerialsCommand command = world_.AssignCountCommand("W1", "bike", kSerialsPerCallMax);
  const std::vector<std::string> numbers = Assign(command);
  ASSERT_THAT(numbers, SizeIs(kSerialsPerCallMax));

  EXPECT_EQ(Assign(command), numbers);
  EXPECT_EQ(Get("W1").planned_serial_count, kSerialsPerCallMax);
  EXPECT_THAT(Assign(world_.AssignCountCommand("W1", "", 1)), ElementsAre("B10001"));
}

TEST_F(AssignTest, RepeatIsAnsweredAlsoWhenItWouldBeRefusedNow) {
  const AssignSerialsCommand by_count = world_.AssignCountCommand("W1", "bike", 2);
  const AssignSerialsCommand by_number = world_.AssignCommand("W1", "bike", {"X"});
  const std::vector<std::string> counted = Assign(by_count);
  Assign(by_number);
  ASSERT_TRUE(CancelWorkOrder(world_.db(), Cancelling("W1")).ok());

  EXPECT_EQ(Assign(by_count), counted);
  EXPECT_THAT(Assign(by_number), ElementsAre("X"));
}

TEST_F(AssignTest, SameRequestIdForSomethingElseIsRefused) {
  AssignSerialsCommand command = world_.AssignCommand("W1", "bike", {"A"});
  Assign(command);
  command.context.payload_hash = "another";
  EXPECT_EQ(Refused(command), "REQUEST_ID_REUSED request_id");
  command.numbers = {};
  command.count = 2;
  EXPECT_EQ(Refused(command), "REQUEST_ID_REUSED request_id");
}

TEST_F(AssignTest, UnassignMakesVoidOrKeeps) {
  Assign(world_.AssignCommand("W1", "bike", {"A", "B", "C"}));
  const UnassignSerialsCommand command = Unassigning("W1", {"b", "A"}, false);
  const auto gone = UnassignSerials(world_.db(), command);
  ASSERT_TRUE(gone.ok()) << gone.status();
  EXPECT_THAT(NumbersOf(*gone), ElementsAre("B", "A"));
  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "A")), "VOID");
  ASSERT_TRUE(UnassignSerials(world_.db(), Unassigning("W1", {"C"}, true)).ok());
  EXPECT_EQ(world_.StateOf(world_.IdOf("bike", "C")), "PLANNED");
  EXPECT_EQ(Get("W1").planned_serial_count, 0);

  const auto repeat = UnassignSerials(world_.db(), command);
  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_THAT(NumbersOf(*repeat), ElementsAre("B", "A"));
}

TEST_F(AssignTest, UnassignRefusals) {
  Assign(world_.AssignCommand("W1", "bike", {"A", "B"}));
  Assign(world_.AssignCommand("W2", "bike", {"C"}));
  world_.CreateLot("bike", "MADE", "1");
  EXPECT_EQ(RefusedUnassign(Unassigning("NONE", {"A"}, false)),
            "WORK_ORDER_NOT_FOUND work_order_id");
  EXPECT_EQ(RefusedUnassign(Unassigning("W1", {"A", "C", "X", "MADE", "a"}, false)),
            "DUPLICATE_IN_REQUEST numbers[4]; SERIAL_NOT_ASSIGNED numbers[1]; "
            "LOT_NOT_FOUND numbers[2]; SERIAL_NOT_ASSIGNED numbers[3]");
  EXPECT_EQ(Get("W1").planned_serial_count, 2);
  ASSERT_TRUE(CancelWorkOrder(world_.db(), Cancelling("W1")).ok());
  EXPECT_EQ(RefusedUnassign(Unassigning("W1", {"A"}, false)), "WORK_ORDER_CLOSED work_order_id");
}

TEST_F(AssignTest, CancelVoidsWhatIsPlannedAndListsItInOrder) {
  Assign(world_.AssignCommand("W1", "bike", {"B", "A"}));
  const CancelWorkOrderCommand command = Cancelling("W1");
  const auto voided = CancelWorkOrder(world_.db(), command);
  ASSERT_TRUE(voided.ok()) << voided.status();
  EXPECT_THAT(NumbersOf(*voided), ElementsAre("B", "A"));
  EXPECT_EQ(world_.StateOf(voided->front().lot_id), "VOID");
  EXPECT_EQ(Get("W1").state, WorkOrderState::kCancelled);
  EXPECT_THAT(Get("W1").serials, IsEmpty());

  const auto repeat = CancelWorkOrder(world_.db(), command);
  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_THAT(NumbersOf(*repeat), ElementsAre("B", "A"));
  EXPECT_EQ(RefusalOf(CancelWorkOrder(world_.db(), Cancelling("W1")).status()),
            "WORK_ORDER_CLOSED work_order_id");
  EXPECT_EQ(RefusalOf(CancelWorkOrder(world_.db(), Cancelling("NONE")).status()),
            "WORK_ORDER_NOT_FOUND work_order_id");
}

TEST_F(AssignTest, ListsOrdersNewestFirstByPageAndFilter) {
  for (const std::string id : {"W1", "W2", "W3"}) {
    AssignSerialsCommand command = world_.AssignCommand(id, id == "W2" ? "motor" : "bike", {id});
    command.context.now += absl::Seconds(id[1]);
    Assign(command);
  }
  CancelWorkOrderCommand cancelling = Cancelling("W1");
  cancelling.context.now += absl::Hours(2);
  ASSERT_TRUE(CancelWorkOrder(world_.db(), cancelling).ok());
  const auto list = [&](absl::string_view filter, int limit, const WorkOrder* after) {
    ListWorkOrdersQuery query{
        .company = world_.company(), .filter = std::string(filter), .after = {}, .limit = limit};
    if (after != nullptr) query.after = {after->created_at, after->work_order_id};
    const auto orders = ListWorkOrders(world_.db(), query);
    EXPECT_TRUE(orders.ok()) << orders.status();
    return orders.value_or(std::vector<WorkOrder>());
  };
  const auto first = list("", 2, nullptr);
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].work_order_id.value(), "W3");
  EXPECT_EQ(first[1].work_order_id.value(), "W2");
  EXPECT_EQ(first[1].planned_serial_count, 1);
  const auto second = list("", 2, &first[1]);
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].work_order_id.value(), "W1");
  EXPECT_THAT(list("state = OPEN AND product_id = bike", 9, nullptr), SizeIs(1));
  EXPECT_THAT(list("state = CANCELLED", 9, nullptr), SizeIs(1));
  EXPECT_THAT(list("work_order_id = \"W*\" AND create_time > 2020-01-01", 9, nullptr), SizeIs(3));
  EXPECT_THAT(list("update_time > 2020-01-01", 9, nullptr), SizeIs(3));
  EXPECT_THAT(list("update_time < 2020-01-01", 9, nullptr), SizeIs(0));
  const absl::Time later = world_.now() + absl::Hours(1);
  const std::string hour = absl::FormatTime("\"%Y-%m-%dT%H:%M:%SZ\"", later, absl::UTCTimeZone());
  EXPECT_THAT(list("update_time > " + hour, 9, nullptr), SizeIs(1));
  EXPECT_THAT(list("create_time > " + hour, 9, nullptr), SizeIs(0));
}

TEST_F(AssignTest, CrossingCallsNeverGetOneNumberTwice) {
  constexpr int kConnections = 16;
  std::vector<std::vector<NumberedLot>> answers(kConnections);
  std::vector<std::string> refusals(kConnections);
  std::vector<AssignSerialsCommand> commands;
  for (int i = 0; i < kConnections; ++i) {
    // By template, and from the same first number.
    commands.push_back(world_.AssignCountCommand(absl::StrCat("W", i % 4), "bike", 20));
    if (i % 2 == 1) commands.back().first_number = "SN-1";
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < kConnections; ++i) {
    threads.emplace_back([&, i] {
      const auto db = database_.Connect();
      const auto serials = AssignSerials(*db, commands[i]);
      refusals[i] = RefusalOf(serials.status());
      if (serials.ok()) answers[i] = *serials;
    });
  }
  for (std::thread& thread : threads) thread.join();

  std::set<std::string> numbers;
  std::set<LotId> lots;
  size_t count = 0;
  for (int i = 0; i < kConnections; ++i) {
    // A write that conflicts again and again is refused, may be repeated, and wrote nothing.
    EXPECT_TRUE(refusals[i] == "OK" || refusals[i] == "TRANSACTION_CONFLICT") << refusals[i];
    for (const NumberedLot& serial : answers[i]) {
      numbers.insert(serial.number);
      lots.insert(serial.lot_id);
      ++count;
    }
  }
  EXPECT_EQ(numbers.size(), count);
  EXPECT_EQ(lots.size(), count);
  EXPECT_GE(count, 20u * kConnections / 2);
}

TEST_F(AssignTest, OneNumberAskedForByAllIsGivenToOneOrder) {
  constexpr int kConnections = 16;
  std::vector<std::string> refusals(kConnections);
  std::vector<AssignSerialsCommand> commands;
  for (int i = 0; i < kConnections; ++i) {
    commands.push_back(
        world_.AssignCommand(absl::StrCat("W", i), "bike", {"ONE", absl::StrCat("N", i)}));
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < kConnections; ++i) {
    threads.emplace_back([&, i] {
      const auto db = database_.Connect();
      refusals[i] = RefusalOf(AssignSerials(*db, commands[i]).status());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(refusals.begin(), refusals.end(), "OK"), 1);
  EXPECT_EQ(std::count(refusals.begin(), refusals.end(), "SERIAL_ASSIGNED_ELSEWHERE numbers[0]"),
            kConnections - 1);
}

TEST_F(AssignTest, CrossingRepeatsAreOneCall) {
  constexpr int kConnections = 16;
  const AssignSerialsCommand command = world_.AssignCountCommand("W1", "bike", 50);
  std::vector<std::vector<std::string>> answers(kConnections);
  std::vector<std::thread> threads;
  for (int i = 0; i < kConnections; ++i) {
    threads.emplace_back([&, i] {
      const auto db = database_.Connect();
      const auto serials = AssignSerials(*db, command);
      EXPECT_TRUE(serials.ok()) << serials.status();
      if (serials.ok()) answers[i] = NumbersOf(*serials);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& answer : answers) EXPECT_EQ(answer, answers.front());
  EXPECT_EQ(Get("W1").planned_serial_count, 50);
}

}  // namespace
}  // namespace lots
