// CompleteWorkOrder: what it refuses, as a table. Every case begins in the same workshop.

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

// The workshop of all cases: W1 makes bikes and has A and B planned, W2 has THEIRS, OVER is closed.
// MADE was produced by W1, VOID is void. F1 and M1 are on hand, salt SALT (5) too.
struct Scene {
  explicit Scene(const TestDatabase& database) : world(database) {
    Must(AssignSerials(world.db(), world.AssignCommand("W1", "bike", {"A", "B", "ODD"})));
    Must(AssignSerials(world.db(), world.AssignCommand("W2", "bike", {"THEIRS"})));
    Must(UnassignSerials(world.db(), {.context = world.Context("UnassignSerials"),
                                      .work_order = WorkOrderId("W1"),
                                      .numbers = {"ODD"},
                                      .keep = false}));
    CompletionCommand command = world.CompleteCommand("W1", "");
    command.outputs = {Output("MADE")};
    Must(CompleteWorkOrder(world.db(), command));
    CompletionCommand last = world.CompleteCommand("OVER", "soup");
    last.outputs = {Output("S-1", "1")};
    last.close = true;
    Must(CompleteWorkOrder(world.db(), last));
    f1 = world.CreateLot("frame", "F1", "1");
    motor = world.CreateLot("motor", "M1", "1");
    salt = world.CreateLot("salt", "SALT", "5");
  }
  template <class T>
  void Must(const absl::StatusOr<T>& result) {
    ASSERT_TRUE(result.ok()) << result.status();
  }

  World world;
  LotId f1, motor, salt;
};

struct Case {
  std::string name;
  std::function<void(Scene&, CompletionCommand&)> change;
  std::string refusal;
};

std::vector<Case> OrderCases() {
  return {
      {"no product", [](Scene&, CompletionCommand& o) { o.work_order = WorkOrderId("NEW"); },
       "WORK_ORDER_NEEDS_PRODUCT product_id"},
      {"unknown product",
       [](Scene&, CompletionCommand& o) {
         o.work_order = WorkOrderId("NEW");
         o.product = ProductId("nothing");
       },
       "PRODUCT_NOT_FOUND product_id"},
      {"untracked product",
       [](Scene&, CompletionCommand& o) {
         o.work_order = WorkOrderId("NEW");
         o.product = ProductId("screw");
       },
       "PRODUCT_NOT_TRACKED product_id"},
      {"bought product",
       [](Scene&, CompletionCommand& o) {
         o.work_order = WorkOrderId("NEW");
         o.product = ProductId("frame");
       },
       "PRODUCT_NOT_PRODUCIBLE product_id"},
      {"another product", [](Scene&, CompletionCommand& o) { o.product = ProductId("motor"); },
       "WORK_ORDER_PRODUCT_MISMATCH product_id"},
      {"closed order", [](Scene&, CompletionCommand& o) { o.work_order = WorkOrderId("OVER"); },
       "WORK_ORDER_CLOSED work_order_id"},
      {"fine planned quantity", [](Scene&, CompletionCommand& o) { o.planned_quantity = Q("1.5"); },
       "QUANTITY_SCALE planned_quantity"},
  };
}

std::vector<Case> OutputCases() {
  return {
      {"nothing", [](Scene&, CompletionCommand& o) { o.outputs.clear(); }, "FIELD_INVALID outputs"},
      {"components only",
       [](Scene& s, CompletionCommand& o) {
         o.outputs.clear();
         o.components = {Component(s.f1)};
         o.close = true;
       },
       "FIELD_INVALID outputs"},
      {"finished already", [](Scene&, CompletionCommand& o) { o.outputs = {Output("made")}; },
       "SERIAL_ALREADY_PRODUCED outputs[0]"},
      {"finished already, by id",
       [](Scene& s, CompletionCommand& o) { o.outputs = {Output(s.world.IdOf("bike", "MADE"))}; },
       "SERIAL_ALREADY_PRODUCED outputs[0]"},
      {"planned elsewhere", [](Scene&, CompletionCommand& o) { o.outputs = {Output("THEIRS")}; },
       "SERIAL_ASSIGNED_ELSEWHERE outputs[0]"},
      {"void", [](Scene&, CompletionCommand& o) { o.outputs = {Output("ODD")}; },
       "LOT_VOID outputs[0]"},
      {"unknown id",
       [](Scene&, CompletionCommand& o) { o.outputs = {Output(LotId(Uuid::MakeV7()))}; },
       "LOT_NOT_FOUND outputs[0].lot_id"},
      {"lot of another product",
       [](Scene& s, CompletionCommand& o) { o.outputs = {Output(s.motor)}; },
       "WORK_ORDER_PRODUCT_MISMATCH outputs[0]"},
      {"no number", [](Scene&, CompletionCommand& o) { o.outputs = {Output("a\tb")}; },
       "NUMBER_INVALID outputs[0].number"},
      {"twice",
       [](Scene&, CompletionCommand& o) {
         o.outputs = {Output("A"), Output("a ")};
       },
       "DUPLICATE_IN_REQUEST outputs[1]"},
      {"new one twice",
       [](Scene&, CompletionCommand& o) {
         o.outputs = {Output("N"), Output("n")};
       },
       "DUPLICATE_IN_REQUEST outputs[1]"},
  };
}

std::vector<Case> QuantityAndPlaceCases() {
  return {
      {"two of a serial", [](Scene&, CompletionCommand& o) { o.outputs = {Output("A", "2")}; },
       "SERIAL_QUANTITY_NOT_ONE outputs[0].quantity"},
      {"no destination", [](Scene&, CompletionCommand& o) { o.destination.reset(); },
       "FIELD_INVALID outputs[0].to_location_id"},
      {"no destination for one of two parts of a new lot",
       [](Scene&, CompletionCommand& o) {
         o.work_order = WorkOrderId("NEW");
         o.product = ProductId("soup");
         o.outputs = {Output("S", "1"), Output("S", "2")};
         o.outputs[1].to = o.destination;
         o.destination.reset();
       },
       "FIELD_INVALID outputs[0].to_location_id"},
      {"unknown destination",
       [](Scene&, CompletionCommand& o) { o.destination = LocationId("MOON"); },
       "LOCATION_NOT_FOUND outputs[0].to_location_id"},
      {"to a customer", [](Scene&, CompletionCommand& o) { o.destination = LocationId("shop"); },
       "LOCATION_KIND_MISMATCH outputs[0].to_location_id"},
      {"expires before it is made",
       [](Scene& s, CompletionCommand& o) {
         o.outputs[0].dates.expires_on = absl::ToCivilDay(s.world.now(), absl::UTCTimeZone()) - 9;
       },
       "FIELD_INVALID outputs[0].expire_date"},
      {"planned ones to an unknown place",
       [](Scene&, CompletionCommand& o) {
         o.outputs.clear();
         o.planned_serial_count = 1;
         o.destination = LocationId("MOON");
       },
       "LOCATION_NOT_FOUND destination_location_id"},
      {"fewer planned", [](Scene&, CompletionCommand& o) { o.planned_serial_count = 2; },
       "SERIAL_NOT_ASSIGNED planned_serial_count"},
      {"lot without quantity",
       [](Scene&, CompletionCommand& o) {
         o.work_order = WorkOrderId("NEW");
         o.product = ProductId("soup");
         o.outputs = {Output("S-2")};
       },
       "FIELD_INVALID outputs[0].quantity"},
      {"too fine a quantity",
       [](Scene&, CompletionCommand& o) {
         o.work_order = WorkOrderId("NEW");
         o.product = ProductId("soup");
         o.outputs = {Output("S-2", "0.0001")};
       },
       "QUANTITY_SCALE outputs[0].quantity"},
      {"archived lot",
       [](Scene& s, CompletionCommand& o) {
         s.world.SetState(s.world.IdOf("soup", "S-1"), LotState::kArchived);
         o.work_order = WorkOrderId("NEW");
         o.product = ProductId("soup");
         o.outputs = {Output("S-1", "1")};
       },
       "LOT_ARCHIVED outputs[0]"},
  };
}

std::vector<Case> ComponentCases() {
  return {
      {"unknown component",
       [](Scene&, CompletionCommand& o) { o.components = {Component(LotId(Uuid::MakeV7()))}; },
       "LOT_NOT_FOUND components[0].lot"},
      {"unknown component number",
       [](Scene&, CompletionCommand& o) {
         o.components.resize(1);
         o.components[0].lot.product_id = ProductId("frame");
         o.components[0].lot.number = "F9";
       },
       "LOT_NOT_FOUND components[0].lot"},
      {"twice",
       [](Scene& s, CompletionCommand& o) {
         o.components = {Component(s.f1), Component(s.f1)};
       },
       "DUPLICATE_IN_REQUEST components[1]"},
      {"not there",
       [](Scene& s, CompletionCommand& o) {
         o.components = {Component(s.f1)};
         o.components[0].from = LocationId("line");
       },
       "SERIAL_NOT_THERE components[0].from_location_id"},
      {"not enough",
       [](Scene& s, CompletionCommand& o) { o.components = {Component(s.salt, "5.001")}; },
       "NOT_ENOUGH components[0].quantity"},
      {"not enough for all",
       [](Scene& s, CompletionCommand& o) {
         o.components = {Component(s.salt, "3"), Component(s.salt, "2.001")};
       },
       "NOT_ENOUGH components[1].quantity"},
      {"no quantity", [](Scene& s, CompletionCommand& o) { o.components = {Component(s.salt)}; },
       "FIELD_INVALID components[0].quantity"},
      {"too fine",
       [](Scene& s, CompletionCommand& o) { o.components = {Component(s.salt, "0.0001")}; },
       "QUANTITY_SCALE components[0].quantity"},
      {"two of a serial",
       [](Scene& s, CompletionCommand& o) { o.components = {Component(s.f1, "2")}; },
       "SERIAL_QUANTITY_NOT_ONE components[0].quantity"},
      {"no source",
       [](Scene& s, CompletionCommand& o) {
         o.source.reset();
         o.components = {Component(s.f1)};
       },
       "FIELD_INVALID components[0].from_location_id"},
      {"planned component",
       [](Scene& s, CompletionCommand& o) {
         o.components = {Component(s.world.IdOf("bike", "THEIRS"))};
       },
       "LOT_PLANNED components[0].lot; SERIAL_NOT_THERE components[0].from_location_id"},
      {"void component",
       [](Scene& s, CompletionCommand& o) {
         o.components = {Component(s.world.IdOf("bike", "ODD"))};
       },
       "LOT_VOID components[0].lot; SERIAL_NOT_THERE components[0].from_location_id"},
      {"archived component",
       [](Scene& s, CompletionCommand& o) {
         s.world.SetState(s.salt, LotState::kArchived);
         o.components = {Component(s.salt, "1")};
       },
       "LOT_ARCHIVED components[0].lot"},
      {"output that is not made",
       [](Scene& s, CompletionCommand& o) { o.components = {Component(s.f1, "", 1)}; },
       "OUTPUT_NOT_IN_COMPLETION components[0].output_index"},
      {"negative output",
       [](Scene& s, CompletionCommand& o) { o.components = {Component(s.f1, "", -1)}; },
       "OUTPUT_NOT_IN_COMPLETION components[0].output_index"},
  };
}

std::vector<Case> ByProductCases() {
  return {
      {"unknown product",
       [](Scene&, CompletionCommand& o) { o.by_products = {ByProduct("nothing", "X", "1")}; },
       "PRODUCT_NOT_FOUND by_products[0].lot.product_id"},
      {"untracked",
       [](Scene&, CompletionCommand& o) { o.by_products = {ByProduct("screw", "X", "1")}; },
       "PRODUCT_NOT_TRACKED by_products[0].lot.product_id"},
      {"serial on hand",
       [](Scene&, CompletionCommand& o) { o.by_products = {ByProduct("motor", "M1", "")}; },
       "SERIAL_ALREADY_PRODUCED by_products[0]"},
      {"no template",
       [](Scene&, CompletionCommand& o) { o.by_products = {ByProduct("salt", "", "1")}; },
       "NO_NUMBER_TEMPLATE by_products[0].lot.number"},
      {"no quantity",
       [](Scene&, CompletionCommand& o) { o.by_products = {ByProduct("peel", "P-1", "")}; },
       "FIELD_INVALID by_products[0].quantity"},
  };
}

class RefusalTest : public ::testing::Test {
 protected:
  // Each case starts with one output that would be made: A, planned for W1.
  void Check(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
      SCOPED_TRACE(c.name);
      const TestDatabase database(TestDatabase::kMigrated);
      Scene scene(database);
      CompletionCommand command = scene.world.CompleteCommand("W1", "");
      command.outputs = {Output("A")};
      c.change(scene, command);
      const auto refused = CompleteWorkOrder(scene.world.db(), command);
      EXPECT_EQ(RefusalOf(refused.status()), c.refusal);
      EXPECT_EQ(scene.world.Where(scene.world.IdOf("bike", "A")), "");
      command.validate_only = true;
      const auto would_be = CompleteWorkOrder(scene.world.db(), command);
      EXPECT_EQ(RefusalOf(would_be.status()), c.refusal);
    }
  }
};

TEST_F(RefusalTest, OfOrders) { Check(OrderCases()); }
TEST_F(RefusalTest, OfOutputs) { Check(OutputCases()); }
TEST_F(RefusalTest, OfQuantitiesAndPlaces) { Check(QuantityAndPlaceCases()); }
TEST_F(RefusalTest, OfComponents) { Check(ComponentCases()); }
TEST_F(RefusalTest, OfByProducts) { Check(ByProductCases()); }

TEST(CompletionRefusals, LotsSwitchedOffAndUnknownCompany) {
  const TestDatabase database(TestDatabase::kMigrated);
  Scene scene(database);
  CompletionCommand command = scene.world.CompleteCommand("W1", "");
  command.outputs = {Output("A")};
  command.context.company = CompanyId("nobody");
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(scene.world.db(), command).status()), "COMPANY_NOT_FOUND");

  UpdateSettingsCommand off;
  off.context = scene.world.Context("UpdateSettings");
  off.lots_enabled = false;
  ASSERT_TRUE(UpdateSettings(scene.world.db(), off).ok());
  command.context.company = scene.world.company();
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(scene.world.db(), command).status()), "LOTS_DISABLED");
}

TEST(CompletionRefusals, SameComponentInTwoOrdersSaysWhereItIs) {
  const TestDatabase database(TestDatabase::kMigrated);
  Scene scene(database);
  CompletionCommand first = scene.world.CompleteCommand("W1", "");
  first.outputs = {Output("A")};
  first.components = {Component(scene.f1)};
  ASSERT_TRUE(CompleteWorkOrder(scene.world.db(), first).ok());
  CompletionCommand second = scene.world.CompleteCommand("W1", "");
  second.outputs = {Output("B")};
  second.components = {Component(scene.f1)};
  const auto refused = CompleteWorkOrder(scene.world.db(), second);
  EXPECT_EQ(RefusalOf(refused.status()), "SERIAL_NOT_THERE components[0].from_location_id");
  EXPECT_EQ(FactOf(refused.status(), "actual_location_id"), "PRODUCTION");
}

TEST(CompletionRefusals, FinishedSerialNamesTheOrderThatMadeIt) {
  const TestDatabase database(TestDatabase::kMigrated);
  Scene scene(database);
  CompletionCommand command = scene.world.CompleteCommand("W9", "bike");
  command.outputs = {Output("MADE")};
  const auto refused = CompleteWorkOrder(scene.world.db(), command);
  EXPECT_EQ(RefusalOf(refused.status()), "SERIAL_ALREADY_PRODUCED outputs[0]");
  EXPECT_EQ(FactOf(refused.status(), "work_order_id"), "W1");
}

}  // namespace
}  // namespace lots
