// Retired products and locations: what they refuse, what keeps them in use, and the races between a
// retirement and a write that uses what is being retired.
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/barrier.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/lot.h"
#include "storage/domain/movement.h"
#include "storage/lots/lots.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::StatusOr<std::vector<Location>> RetirePlaces(World& world,
                                                   const std::vector<std::string>& ids,
                                                   bool undo = false,
                                                   absl::string_view request_id = "") {
  RetireLocationsCommand command{
      .context = world.Context("RetireLocations", request_id), .location_ids = {}, .undo = undo};
  for (const std::string& id : ids) command.location_ids.emplace_back(id);
  return RetireLocations(world.db(), command);
}

absl::StatusOr<std::vector<Product>> RetireGoods(World& world, const std::vector<std::string>& ids,
                                                 bool undo = false,
                                                 absl::string_view request_id = "") {
  RetireProductsCommand command{
      .context = world.Context("RetireProducts", request_id), .product_ids = {}, .undo = undo};
  for (const std::string& id : ids) command.product_ids.emplace_back(id);
  return RetireProducts(world.db(), command);
}

class RetireTest : public ::testing::Test {
 protected:
  ~RetireTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  std::string Places(const std::vector<std::string>& ids, bool undo = false) {
    return RefusalOf(RetirePlaces(world_, ids, undo).status());
  }
  std::string Goods(const std::vector<std::string>& ids, bool undo = false) {
    return RefusalOf(RetireGoods(world_, ids, undo).status());
  }
  std::string Record(const std::string& movement) {
    return RefusalOf(world_.Record({movement}).status());
  }
  std::vector<std::string> ListedPlaces(bool show_retired) {
    const auto found =
        ListLocations(world_.db(), world_.company(), LocationId("s"), 100, show_retired);
    std::vector<std::string> ids;
    for (const Location& location : *found) ids.push_back(location.location_id.value());
    return ids;
  }
  std::vector<std::string> ListedProducts(bool show_retired) {
    const auto found = ListProducts(world_.db(), {.company = world_.company(),
                                                  .after = ProductId("q"),
                                                  .limit = 100,
                                                  .now = world_.now(),
                                                  .show_retired = show_retired});
    std::vector<std::string> ids;
    for (const Product& product : *found) ids.push_back(product.product_id.value());
    return ids;
  }
  Location Find(const std::string& id) {
    const auto found = GetLocation(world_.db(), world_.company(), LocationId(id));
    EXPECT_TRUE(found.ok()) << found.status();
    return found.value_or(Location());
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(RetireTest, ALocationIsReadByItsId) {
  EXPECT_EQ(Find("shelf").parent_id, LocationId("stock"));
  EXPECT_FALSE(Find("shelf").retired_at.has_value());
  const auto none = GetLocation(world_.db(), world_.company(), LocationId("attic"));
  EXPECT_EQ(RefusalOf(none.status()), "LOCATION_NOT_FOUND location_id");
}

TEST_F(RetireTest, NothingGoesIntoARetiredLocation) {
  world_.CreateLot("salt", "L1");
  world_.MustRecord("RECEIPT L1 10 >stock");
  ASSERT_EQ(Places({"yard"}), "OK");

  EXPECT_EQ(Record("RECEIPT L1 1 >yard"), "RETIRED movements[0].to_location_id");
  EXPECT_EQ(Record("TRANSFER L1 1 stock>yard"), "RETIRED movements[0].to_location_id");
  CreateLotsCommand create = world_.CreateCommand("salt", {"L2"});
  create.lots[0].opening = Opening{.quantity = Q("1"), .location_id = LocationId("yard")};
  EXPECT_EQ(ReasonOf(CreateLots(world_.db(), create).status()), "RETIRED");
  CompletionCommand complete = world_.CompleteCommand("W1", "soup");
  complete.outputs.push_back(Output("S1", "5"));
  complete.destination = LocationId("yard");
  EXPECT_EQ(ReasonOf(CompleteWorkOrder(world_.db(), complete).status()), "RETIRED");
  EXPECT_EQ(world_.Where("L1"), "stock 10");

  ASSERT_EQ(Places({"yard"}, /*undo=*/true), "OK");
  EXPECT_EQ(Record("TRANSFER L1 1 stock>yard"), "OK");
}

TEST_F(RetireTest, WhatACustomerHasComesBackFromARetiredLocation) {
  world_.CreateLot("salt", "L1");
  world_.MustRecord("RECEIPT L1 10 >stock");
  const MovementId delivery = world_.MustRecord("DELIVERY L1 4 stock>shop");
  ASSERT_EQ(Places({"shop"}), "OK");

  EXPECT_EQ(Record("DELIVERY L1 1 stock>shop"), "RETIRED movements[0].to_location_id");
  RecordMovementsCommand back =
      world_.MoveCommand(MovementKind::kReturn, world_.IdOf("L1"), "1", "shop", "stock");
  back.movements[0].delivery = delivery;
  const auto returned = RecordMovements(world_.db(), back);
  ASSERT_TRUE(returned.ok()) << returned.status();
  EXPECT_EQ(world_.Where("L1"), "shop 3, stock 7");
  // A reversal would put the goods back into it.
  EXPECT_EQ(ReasonOf(world_.Reverse(returned->movement_ids[0]).status()), "RETIRED");
  ASSERT_EQ(Places({"shop"}, /*undo=*/true), "OK");
  EXPECT_EQ(ReasonOf(world_.Reverse(returned->movement_ids[0]).status()), "OK");
}

TEST_F(RetireTest, GoodsKeepALocationInUseAndAreNamed) {
  for (const char* const number : {"L1", "L2", "L3", "L4"}) {
    world_.CreateLot("salt", number, {.quantity = "1", .location = "yard"});
  }

  const absl::Status status = RetirePlaces(world_, {"line", "yard", "attic", "SCRAP"}).status();

  EXPECT_EQ(RefusalOf(status),
            "STILL_IN_USE location_ids[1]; LOCATION_NOT_FOUND location_ids[2]; "
            "STILL_IN_USE location_ids[3]");
  EXPECT_EQ(FactOf(status, "location_id"), "yard");
  EXPECT_EQ(FactOf(status, "lots"), "salt/L1, salt/L2, salt/L3");
  EXPECT_FALSE(Find("line").retired_at.has_value());
}

TEST_F(RetireTest, ARetiredLocationIsLeftOutOfListsAndItsEtagMoves) {
  EXPECT_THAT(ListedPlaces(false), ElementsAre("shelf", "shop", "stock", "truck", "yard"));
  const int64_t before = Find("yard").version;
  ASSERT_EQ(Places({"yard"}), "OK");

  EXPECT_EQ(Find("yard").version, before + 1);
  EXPECT_TRUE(Find("yard").retired_at.has_value());
  EXPECT_THAT(ListedPlaces(false), ElementsAre("shelf", "shop", "stock", "truck"));
  EXPECT_THAT(ListedPlaces(true), ElementsAre("shelf", "shop", "stock", "truck", "yard"));
  // What is retired already stays as it is.
  ASSERT_EQ(Places({"yard"}), "OK");
  EXPECT_EQ(Find("yard").version, before + 1);
  ASSERT_EQ(Places({"yard"}, /*undo=*/true), "OK");
  EXPECT_EQ(Find("yard").version, before + 2);
  ASSERT_EQ(Places({"yard"}, /*undo=*/true), "OK");
  EXPECT_EQ(Find("yard").version, before + 2);
}

TEST_F(RetireTest, ARepeatSucceedsAgain) {
  ASSERT_TRUE(RetirePlaces(world_, {"yard"}, false, "one").ok());
  ASSERT_EQ(Places({"yard"}, /*undo=*/true), "OK");
  const auto repeat = RetirePlaces(world_, {"yard"}, false, "one");
  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_FALSE(repeat->front().retired_at.has_value());  // as it is now

  ASSERT_TRUE(RetireGoods(world_, {"salt"}, false, "two").ok());
  ASSERT_EQ(Goods({"salt"}, /*undo=*/true), "OK");
  const auto again = RetireGoods(world_, {"salt"}, false, "two");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(again->front().retired_at.has_value());
}

TEST_F(RetireTest, ARetiredProductGetsNoNewLots) {
  const LotId old = world_.CreateLot("salt", "OLD");
  const LotId wire = world_.CreateLot("cable", "C1");
  ASSERT_EQ(Goods({"salt"}), "OK");

  EXPECT_EQ(RefusalOf(CreateLots(world_.db(), world_.CreateCommand("salt", {"L1"})).status()),
            "RETIRED product_id");
  UpdateLotCommand edit = world_.UpdateCommand(wire);
  edit.product_id = ProductId("salt");
  EXPECT_EQ(RefusalOf(UpdateLot(world_.db(), edit).status()), "RETIRED lot.product_id");
  // What exists of it goes on.
  EXPECT_EQ(ReasonOf(world_.Record({"RECEIPT OLD 5 >stock"}).status()), "OK");
  edit = world_.UpdateCommand(old);
  edit.notes = "the last one";
  EXPECT_EQ(RefusalOf(UpdateLot(world_.db(), edit).status()), "OK");
  const auto relabelled =
      RelabelLot(world_.db(), {.context = world_.Context("RelabelLot"),
                               .lot = {.lot_id = world_.CreateLot("wire", "W1", "1")},
                               .from = LocationId("stock"),
                               .product = ProductId("salt"),
                               .number = "L9",
                               .occurred_at = world_.now()});
  EXPECT_EQ(ReasonOf(relabelled.status()), "RETIRED");
}

TEST_F(RetireTest, GoodsAndOpenOrdersKeepAProductInUse) {
  world_.CreateLot("salt", "L1", "5");
  world_.Assign("W1", "pump", {"P-1"});

  const absl::Status status = RetireGoods(world_, {"salt", "cable", "pump", "ghost"}).status();

  EXPECT_EQ(RefusalOf(status),
            "STILL_IN_USE product_ids[0]; STILL_IN_USE product_ids[2]; "
            "PRODUCT_NOT_FOUND product_ids[3]");
  EXPECT_EQ(FactOf(status, "lots"), "salt/L1");
  EXPECT_EQ(FactOf(status, "work_orders", 1), "W1");
}

TEST_F(RetireTest, ARetiredProductGetsNoNewOrders) {
  world_.Assign("W1", "pump", {"P-1"});
  ASSERT_TRUE(CancelWorkOrder(world_.db(), {.context = world_.Context("CancelWorkOrder"),
                                            .work_order = WorkOrderId("W1")})
                  .ok());
  ASSERT_EQ(Goods({"pump", "peel"}), "OK");

  EXPECT_EQ(
      RefusalOf(AssignSerials(world_.db(), world_.AssignCommand("W2", "pump", {"P-2"})).status()),
      "RETIRED product_id");
  EXPECT_EQ(RefusalOf(ReopenWorkOrder(world_.db(), {.context = world_.Context("ReopenWorkOrder"),
                                                    .work_order = WorkOrderId("W1")})
                          .status()),
            "RETIRED work_order_id");
  CompletionCommand complete = world_.CompleteCommand("W3", "soup");
  complete.outputs.push_back(Output("S1", "5"));
  complete.by_products.push_back(ByProduct("peel", "P1", "1"));
  EXPECT_EQ(ReasonOf(CompleteWorkOrder(world_.db(), complete).status()), "RETIRED");
  ASSERT_EQ(Goods({"pump"}, /*undo=*/true), "OK");
  EXPECT_EQ(
      ReasonOf(AssignSerials(world_.db(), world_.AssignCommand("W2", "pump", {"P-2"})).status()),
      "OK");
}

TEST_F(RetireTest, ARetiredProductIsLeftOutOfLists) {
  EXPECT_THAT(ListedProducts(false), ElementsAre("salt", "screw", "soup", "wire"));
  const auto retired = RetireGoods(world_, {"soup"});
  ASSERT_TRUE(retired.ok()) << retired.status();
  EXPECT_EQ(retired->front().version, 2);
  EXPECT_THAT(ListedProducts(false), ElementsAre("salt", "screw", "wire"));
  EXPECT_THAT(ListedProducts(true), ElementsAre("salt", "screw", "soup", "wire"));
  const auto found = GetProduct(
      world_.db(),
      {.company = world_.company(), .product_id = ProductId("soup"), .now = world_.now()});
  EXPECT_TRUE(found->retired_at.has_value());
}

class RetireRaceTest : public RetireTest {
 protected:
  // Calls both at the same moment, each with a world of its own.
  void Together(const std::function<void(World&)>& one, const std::function<void(World&)>& other) {
    absl::Barrier start(2);
    const auto run = [&](const std::function<void(World&)>& work) {
      World world(world_, database_.Connect());
      start.Block();
      work(world);
    };
    std::thread thread([&] { run(other); });
    run(one);
    thread.join();
  }
};

TEST_F(RetireRaceTest, AReceiptAndARetirementSeeEachOther) {
  world_.CreateLot("salt", "L1");
  int retired = 0;
  for (int round = 0; round < 30; ++round) {
    world_.Execute(absl::StrCat(
        "INSERT INTO locations (company, location_id, kind, display_name, gln, street, city, "
        "region, postal_code, country, phone, is_default, created_at, updated_at) "
        "VALUES ('acme', 'r",
        round, "', 1, '', '', '', '', '', '', '', '', false, now(), now())"));
    const std::string place = absl::StrCat("r", round);
    std::string received, taken;
    Together(
        [&](World& world) {
          received = ReasonOf(world.Record({absl::StrCat("RECEIPT L1 1 >", place)}).status());
        },
        [&](World& world) { taken = ReasonOf(RetirePlaces(world, {place}).status()); });

    // One of the two, and never both.
    EXPECT_THAT(absl::StrCat(received, " ", taken), AnyOf("OK STILL_IN_USE", "RETIRED OK"));
    retired += taken == "OK" ? 1 : 0;
    EXPECT_EQ(Find(place).retired_at.has_value(), taken == "OK");
  }
  RecordProperty("retired", retired);
}

TEST_F(RetireRaceTest, ACompletionAndARetirementSeeEachOther) {
  for (int round = 0; round < 20; ++round) {
    const std::string order = absl::StrCat("W", round);
    std::string completed, taken;
    Together(
        [&](World& world) {
          CompletionCommand command = world.CompleteCommand(order, "soup");
          command.destination = LocationId("yard");
          command.outputs.push_back(Output(absl::StrCat("S-", round), "1"));
          command.close = true;
          completed = ReasonOf(CompleteWorkOrder(world.db(), command).status());
        },
        [&](World& world) { taken = ReasonOf(RetirePlaces(world, {"yard"}).status()); });

    EXPECT_THAT(absl::StrCat(completed, " ", taken), AnyOf("OK STILL_IN_USE", "RETIRED OK"));
    if (taken == "OK") {
      ASSERT_EQ(Places({"yard"}, /*undo=*/true), "OK");
    } else {
      const LotId made = world_.IdOf("soup", absl::StrCat("S-", round));
      world_.Move(MovementKind::kTransfer, made, "1", "yard", "stock");
    }
  }
}

TEST_F(RetireRaceTest, ANewOrderAndARetirementSeeEachOther) {
  for (int round = 0; round < 20; ++round) {
    const std::string order = absl::StrCat("W", round);
    std::string assigned, taken;
    Together(
        [&](World& world) {
          assigned = ReasonOf(
              AssignSerials(world.db(), world.AssignCountCommand(order, "pump", 1)).status());
        },
        [&](World& world) { taken = ReasonOf(RetireGoods(world, {"pump"}).status()); });

    EXPECT_THAT(absl::StrCat(assigned, " ", taken), AnyOf("OK STILL_IN_USE", "RETIRED OK"));
    if (taken == "OK") {
      ASSERT_EQ(Goods({"pump"}, /*undo=*/true), "OK");
    } else {
      ASSERT_TRUE(CancelWorkOrder(world_.db(), {.context = world_.Context("CancelWorkOrder"),
                                                .work_order = WorkOrderId(order)})
                      .ok());
    }
  }
}

}  // namespace
}  // namespace lots
