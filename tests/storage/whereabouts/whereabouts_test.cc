// Where lots are: each state, reached by operations, as the reader and the filter of lists see it.
#include "storage/whereabouts/whereabouts.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/movement.h"
#include "storage/lots/lists/list.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/storage/whereabouts/whereabouts_calls.h"
#include "tests/support/base/must.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using WhereaboutsTest = WhereaboutsCalls;

TEST_F(WhereaboutsTest, ASerialIsInTheStateToWhichAnOperationBroughtIt) {
  world_.CreateLot("motor", "created");
  world_.Assign("W1", "bike", {"planned"});
  Serial("stored");
  Moved("carried", MovementKind::kTransfer, "truck");
  Moved("sold", MovementKind::kDelivery, "shop");
  Moved("sent-back", MovementKind::kSupplierReturn, "SUPPLIER");
  Moved("thrown-away", MovementKind::kScrap, "SCRAP");
  Moved("lost", MovementKind::kAdjustment, "ADJUSTMENT");
  Moved("used", MovementKind::kConsumption, "PRODUCTION");
  Make("bike", "unit", {Serial("inside")}, {Serial("pooled")});
  TakeApart(Make("bike", "parts", {Serial("freed")}));
  Relabel(Make("bike", "former", {}), "renamed");

  ExpectStates({{"motor", "created", "NEVER_MOVED"},
                {"bike", "planned", "NEVER_MOVED"},
                {"motor", "stored", "IN_STOCK"},
                {"motor", "carried", "IN_STOCK"},
                {"motor", "sold", "WITH_CUSTOMER"},
                {"motor", "sent-back", "AT_SUPPLIER"},
                {"motor", "thrown-away", "SCRAPPED"},
                {"motor", "lost", "ADJUSTED_AWAY"},
                {"motor", "used", "CONSUMED"},
                {"bike", "unit", "IN_STOCK"},
                {"motor", "inside", "BUILT_IN"},
                {"motor", "pooled", "CONSUMED"},
                {"bike", "parts", "TAKEN_APART"},
                {"motor", "freed", "IN_STOCK"},
                {"bike", "former", "RESHAPED"},
                {"bike", "renamed", "IN_STOCK"}});
}

TEST_F(WhereaboutsTest, ASerialThatCameBackIsNoLongerWhereItWas) {
  Serial("returned");
  world_.deliveries["d"] = world_.MustRecord("DELIVERY returned - stock>shop");
  world_.MustRecord("RETURN returned - shop>stock =d");
  const LotId repaired = Moved("repaired", MovementKind::kSupplierReturn, "SUPPLIER");
  world_.Move(MovementKind::kReceipt, repaired, "1", "SUPPLIER", "stock");
  const LotId found = Moved("found", MovementKind::kAdjustment, "ADJUSTMENT");
  world_.Move(MovementKind::kAdjustment, found, "1", "ADJUSTMENT", "yard");
  // From one state in which it is nowhere, through stock, to another.
  const LotId again = Moved("again", MovementKind::kSupplierReturn, "SUPPLIER");
  world_.Move(MovementKind::kReceipt, again, "1", "SUPPLIER", "stock");
  Make("bike", "unit", {again});
  const LotId unit = Make("bike", "rebuilt", {});
  TakeApart(unit);
  Make("bike", "rebuilt", {});

  ExpectStates({{"motor", "returned", "IN_STOCK"},
                {"motor", "repaired", "IN_STOCK"},
                {"motor", "found", "IN_STOCK"},
                {"motor", "again", "BUILT_IN"},
                {"bike", "unit", "IN_STOCK"},
                {"bike", "rebuilt", "IN_STOCK"}});
}

TEST_F(WhereaboutsTest, WhatWasReversedNeverWas) {
  world_.CreateLot("motor", "received");
  const MovementId receipt = world_.MustRecord("RECEIPT received - >stock");
  EXPECT_EQ(States(world_.IdOf("received")), "IN_STOCK");
  Must(world_.Reverse(receipt));
  Serial("delivered");
  Must(world_.Reverse(world_.MustRecord("DELIVERY delivered - stock>shop")));
  Make("bike", "unmade", {Serial("taken")}, {Serial("pooled")});
  Undo(completion_);
  Undo(TakeApart(Make("bike", "whole", {})).transformation_id);
  // A rebuilding that is undone leaves the unit taken apart.
  TakeApart(Make("bike", "apart", {}));
  Make("bike", "apart", {});
  Undo(completion_);

  ExpectStates({{"motor", "received", "NEVER_MOVED"},
                {"motor", "delivered", "IN_STOCK"},
                {"bike", "unmade", "NEVER_MOVED"},
                {"motor", "taken", "IN_STOCK"},
                {"motor", "pooled", "IN_STOCK"},
                {"bike", "whole", "IN_STOCK"},
                {"bike", "apart", "TAKEN_APART"}});
}

TEST_F(WhereaboutsTest, ALotIsInTheStateOfEachOfItsParts) {
  const LotId coil = world_.CreateLot("wire", "coil", "100");
  world_.CreateLot("wire", "whole", "5");
  world_.Move(MovementKind::kDelivery, coil, "10", "stock", "shop");
  world_.Move(MovementKind::kScrap, coil, "1", "stock", "SCRAP");
  world_.Move(MovementKind::kAdjustment, coil, "2", "stock", "ADJUSTMENT");
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output("unit")};
  command.components = {Component(coil, "3", 0), Component(coil, "4")};
  ASSERT_TRUE(CompleteWorkOrder(world_.db(), command).ok());
  const SplitLotCommand split{.context = world_.Context("SplitLot"),
                              .lot = {.lot_id = coil},
                              .from = LocationId("stock"),
                              .parts = {{.number = "part", .quantity = Q("5")}},
                              .occurred_at = world_.now()};
  ASSERT_TRUE(SplitLot(world_.db(), split).ok());

  ExpectStates(
      {{"wire", "coil", "IN_STOCK BUILT_IN CONSUMED WITH_CUSTOMER SCRAPPED RESHAPED ADJUSTED_AWAY"},
       {"wire", "part", "IN_STOCK"},
       {"wire", "whole", "IN_STOCK"},
       {"bike", "unit", "IN_STOCK"}});
  EXPECT_EQ(Filtered("whereabouts = SCRAPPED OR whereabouts = NEVER_MOVED"), "coil");
  EXPECT_EQ(Filtered("whereabouts = IN_STOCK AND whereabouts != SCRAPPED AND product_id = wire"),
            "part whole");
  EXPECT_EQ(Filtered("whereabouts = WHEREABOUTS_WITH_CUSTOMER AND whereabouts = IN_STOCK"), "coil");
}

TEST_F(WhereaboutsTest, ABuiltInSerialIsWhereItsUnitIs) {
  const LotId frame = world_.CreateLot("frame", "f", "1");
  const LotId motor = Make("motor", "m", {frame});
  EXPECT_EQ(Shown(Read(frame).unit), "motor/m IN_STOCK  at shelf");
  EXPECT_EQ(Shown(Read(frame).outermost_unit), "motor/m IN_STOCK  at shelf");

  const LotId former = Make("bike", "b", {motor}, {}, "shelf");
  const LotId bike = Relabel(former, "b-new");
  RecordMovementsCommand delivery =
      world_.MoveCommand(MovementKind::kDelivery, bike, "1", "shelf", "shop");
  delivery.movements[0].partner_id = "anna";
  ASSERT_TRUE(RecordMovements(world_.db(), delivery).ok());

  const LotWhereabouts of_frame = Read(frame);
  EXPECT_EQ(StatesOf(of_frame.states), "BUILT_IN");
  EXPECT_EQ(Shown(of_frame.unit), "motor/m BUILT_IN  at PRODUCTION");
  EXPECT_EQ(Shown(of_frame.outermost_unit), "bike/b-new WITH_CUSTOMER anna at shop");
  EXPECT_EQ(Shown(of_frame.successor), "none");
  EXPECT_EQ(Shown(Read(motor).unit), "bike/b-new WITH_CUSTOMER anna at shop");
  EXPECT_EQ(Shown(Read(former).successor), "bike/b-new WITH_CUSTOMER anna at shop");
  EXPECT_EQ(Shown(Read(former).unit), "none");
  EXPECT_EQ(Shown(Read(bike).position), " anna at shop");
}

TEST_F(WhereaboutsTest, ARelabelledComponentIsInTheUnitOfItsSuccessor) {
  const LotId former = Make("motor", "m", {});
  const LotId motor = Relabel(Relabel(former, "m-2"), "m-3");
  Make("bike", "b", {motor}, {}, "shelf");

  const LotWhereabouts where = Read(former);
  EXPECT_EQ(StatesOf(where.states), "RESHAPED");
  EXPECT_EQ(Shown(where.successor), "motor/m-3 BUILT_IN  at PRODUCTION");
  EXPECT_EQ(Shown(where.unit), "bike/b IN_STOCK  at shelf");
}

TEST_F(WhereaboutsTest, ManyLotsAreReadTogetherAndUnknownOnesLeftOut) {
  const LotId stored = Serial("stored");
  const LotId sold = Moved("sold", MovementKind::kDelivery, "shop");
  const LotId unknown(Uuid::MakeV7());
  const WhereaboutsByLot read =
      Must(ReadWhereabouts(world_.db(), world_.company(), {stored, sold, unknown}));
  EXPECT_EQ(read.size(), 2u);
  EXPECT_EQ(StatesOf(read.at(stored).states), "IN_STOCK");
  EXPECT_EQ(StatesOf(read.at(sold).states), "WITH_CUSTOMER");
  EXPECT_TRUE(Must(ReadWhereabouts(world_.db(), world_.company(), {})).empty());

  World other(database_, "other");
  EXPECT_TRUE(Must(ReadWhereabouts(other.db(), other.company(), {stored})).empty());
}

TEST_F(WhereaboutsTest, WhatIsInAUnitIsFoundAtEveryLevel) {
  const LotId frame = world_.CreateLot("frame", "f", "1");
  const LotId paint = world_.CreateLot("salt", "paint", "5");
  const LotId motor = Make("motor", "m", {frame});
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.source = LocationId("shelf");
  command.outputs = {Output("b"), Output("c")};
  command.components = {Component(motor, "", 0), Component(paint, "2", 0)};
  command.components[1].from = LocationId("stock");
  const Completion made = Must(CompleteWorkOrder(world_.db(), command));
  const LotId bike = made.outputs[0].lot_id;
  const auto inside = [&](const LotId& unit) {
    return Filtered(absl::StrCat("unit_lot_id = \"", unit.value().ToString(), "\""));
  };

  EXPECT_EQ(inside(bike), "f m paint");
  EXPECT_EQ(inside(motor), "f");
  EXPECT_EQ(inside(made.outputs[1].lot_id), "");
  EXPECT_EQ(inside(frame), "");
  EXPECT_EQ(
      Filtered(absl::StrCat("unit_lot_id = ", bike.value().ToString(), " AND product_id = salt")),
      "paint");
  EXPECT_EQ(Filtered(absl::StrCat("unit_lot_id != ", bike.value().ToString())), "b c");
  const LotId renamed = Relabel(bike, "b-new");
  EXPECT_EQ(inside(renamed), "f m paint");

  // What was taken apart has nothing in it, and its parts keep what is in them.
  DisassemblyCommand apart = world_.DisassembleCommand(renamed);
  ASSERT_TRUE(Disassemble(world_.db(), apart).ok());
  EXPECT_EQ(inside(renamed), "");
  EXPECT_EQ(inside(motor), "f");
}

TEST_F(WhereaboutsTest, MistakesOfFiltersAreRefused) {
  EXPECT_THAT(Refusal("whereabouts = LOST"),
              AllOf(HasSubstr("FILTER_INVALID filter"),
                    HasSubstr("expected one of NEVER_MOVED, IN_STOCK, ISSUED, BUILT_IN, CONSUMED, "
                              "WITH_CUSTOMER, AT_SUPPLIER, SCRAPPED, TAKEN_APART, RESHAPED, "
                              "ADJUSTED_AWAY")));
  EXPECT_THAT(Refusal("whereabouts > IN_STOCK"), HasSubstr("> is not allowed for whereabouts"));
  EXPECT_THAT(Refusal("unit_lot_id = b"), HasSubstr("expected a UUID"));
  EXPECT_THAT(Refusal(absl::StrCat("unit_lot_id = ", Uuid::MakeV7().ToString())),
              HasSubstr("LOT_NOT_FOUND filter"));
}

// A page is found among the next lots or by an index; both give the same pages.
TEST_F(WhereaboutsTest, PagesLoseAndRepeatNothing) {
  std::string sold, unmoved;
  for (int i = 10; i < 40; ++i) {
    const std::string number = absl::StrCat("n", i);
    if (i % 3 == 0) {
      Moved(number, MovementKind::kDelivery, "shop");
      absl::StrAppend(&sold, sold.empty() ? "" : " ", number);
    } else if (i % 3 == 1) {
      world_.CreateLot("motor", number);
      absl::StrAppend(&unmoved, unmoved.empty() ? "" : " ", number);
    } else {
      Serial(number);
    }
  }
  for (const int page : {1, 2, 3, 7, 9, 10, 11, 100}) {
    EXPECT_EQ(Filtered("whereabouts = WITH_CUSTOMER", page), sold) << page;
    EXPECT_EQ(Filtered("whereabouts = NEVER_MOVED", page), unmoved) << page;
    EXPECT_EQ(Filtered("whereabouts = SCRAPPED", page), "") << page;
  }
}

TEST_F(WhereaboutsTest, SummariesFilterToo) {
  Serial("stored");
  Moved("sold", MovementKind::kDelivery, "shop");
  Moved("sold-too", MovementKind::kDelivery, "shop");
  world_.CreateLot("wire", "coil", "5");
  const auto groups = [&](const std::string& filter) {
    const SummarizeLotsQuery query{
        .query = {.company = world_.company(), .filter = filter}, .limit = 10, .now = world_.now()};
    const LotGroupPage page = Must(SummarizeLots(world_.db(), query));
    return absl::StrJoin(page.groups, " ", [](std::string* out, const LotGroup& group) {
      absl::StrAppend(out, group.product_id.value(), ":", group.lot_count);
    });
  };
  EXPECT_EQ(groups("whereabouts = WITH_CUSTOMER"), "motor:2");
  EXPECT_EQ(groups("whereabouts = IN_STOCK"), "motor:1 wire:1");
  EXPECT_EQ(groups("whereabouts != IN_STOCK"), "motor:2");
  EXPECT_EQ(groups("whereabouts = SCRAPPED"), "");
}

}  // namespace
}  // namespace lots
