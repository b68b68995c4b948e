// The history of a lot, and where it is.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_stock.h"
#include "storage/domain/movement.h"
#include "storage/lots/lists/history.h"
#include "storage/lots/locations.h"
#include "storage/lots/lots.h"
#include "storage/lots/read.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

class LotHistoryTest : public ::testing::Test {
 protected:
  void Later() { world_.set_now(world_.now() + absl::Seconds(1)); }
  // One pump of the order, made of some wire.
  Completion Complete(const std::string& number, const LotId& wire, absl::string_view quantity) {
    CompletionComponent used{.lot = {.lot_id = wire}, .quantity = *Quantity::Parse(quantity)};
    const auto done =
        CompleteWorkOrder(world_.db(), {.context = world_.Context("CompleteWorkOrder"),
                                        .work_order = WorkOrderId("WO-1"),
                                        .product = ProductId("pump"),
                                        .outputs = {{.number = number}},
                                        .components = {used},
                                        .destination = LocationId("shelf"),
                                        .source = LocationId("stock"),
                                        .occurred_at = world_.now()});
    EXPECT_TRUE(done.ok()) << done.status();
    return *done;
  }
  std::string Places(const LotId& id, bool show_all) {
    const auto found = ListLotLocations(
        world_.db(), {.company = world_.company(), .lot_id = id, .show_all = show_all});
    if (!found.ok()) return RefusalOf(found.status());
    return absl::StrCat(absl::StrJoin(found->locations, " ",
                                      [](std::string* out, const LotStock& stock) {
                                        absl::StrAppend(out, stock.location_id.value(), ":",
                                                        stock.quantity.ToString());
                                      }),
                        " on hand ", found->on_hand.Format(found->scale));
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(LotHistoryTest, TellsAUnitsWholeLifeInOneOrder) {
  const LotId wire = world_.CreateLot("wire", "W", "10");
  Later();
  const LotId pump = world_.Assign("WO-1", "pump", {"P-1"})[0];
  Later();
  Complete("P-1", wire, "2.5");
  Later();
  world_.Move(MovementKind::kTransfer, pump, "1", "shelf", "stock");
  Later();
  UpdateLotCommand edit = world_.UpdateCommand(pump);
  edit.notes = "sold";
  ASSERT_TRUE(UpdateLot(world_.db(), edit).ok());
  Later();
  world_.Move(MovementKind::kDelivery, pump, "1", "stock", "CUSTOMER");
  Later();
  ASSERT_TRUE(ArchiveLot(world_.db(), world_.LotCommandFor(pump)).ok());

  const std::vector<std::string> history = world_.History(pump);

  EXPECT_THAT(history, ElementsAre("CREATED", "ASSIGNED WO-1", testing::_, testing::_,
                                   "TRANSFER 1 shelf>stock", "EDITED notes:  > sold",
                                   "DELIVERY 1 stock>CUSTOMER", "ARCHIVED"));
  // Movement and transformation of one completion stand together, in the order of their ids.
  EXPECT_THAT(absl::StrJoin(history, "; "), HasSubstr("PRODUCTION 1 PRODUCTION>shelf"));
  EXPECT_THAT(absl::StrJoin(history, "; "), HasSubstr("TRANSFORMATION in 0 out 1"));
  EXPECT_THAT(absl::StrJoin(world_.History(wire), "; "), HasSubstr("TRANSFORMATION in 2.5 out 0"));
  for (const int page : {1, 2, 3, 5}) EXPECT_EQ(world_.History(pump, page), history) << page;
}

// What a unit was before it got its number, or its product, is its history too.
TEST_F(LotHistoryTest, ARelabelledUnitHasTheHistoryOfItsFormerNumbers) {
  const LotId wire = world_.CreateLot("wire", "W", "10");
  Later();
  LotId unit = Complete("P-1", wire, "2.5").outputs[0].lot_id;
  const std::vector<std::string> made = world_.History(unit);
  const auto relabel = [&](const std::string& product, const std::string& number) {
    Later();
    const auto done = RelabelLot(world_.db(), {.context = world_.Context("RelabelLot"),
                                               .lot = {.lot_id = unit},
                                               .from = LocationId("shelf"),
                                               .product = ProductId(product),
                                               .number = number,
                                               .occurred_at = world_.now()});
    ASSERT_TRUE(done.ok()) << done.status();
    unit = done->lots[0].lot_id;
  };
  relabel("pump", "P-2");
  relabel("bike", "B-1");
  Later();
  world_.Move(MovementKind::kTransfer, unit, "1", "shelf", "stock");

  const auto history =
      ListLotHistory(world_.db(), {.company = world_.company(), .lot_id = unit, .limit = 100});

  ASSERT_TRUE(history.ok()) << history.status();
  std::vector<std::string> numbers, lines;
  int relabels = 0;
  for (const LotHistoryEntry& entry : history->entries) {
    const std::string number = absl::StrCat(entry.product_id.value(), "/", entry.number);
    if (numbers.empty() || numbers.back() != number) numbers.push_back(number);
    lines.push_back(HistoryLine(entry));
    if (lines.back() == "TRANSFORMATION in 1 out 1") ++relabels;
  }
  EXPECT_EQ(relabels, 2);
  EXPECT_EQ(numbers.front(), "pump/P-1");
  EXPECT_EQ(numbers.back(), "bike/B-1");
  EXPECT_THAT(numbers, Contains("pump/P-2"));
  EXPECT_THAT(lines, IsSupersetOf(made));
  EXPECT_EQ(lines.back(), "TRANSFER 1 shelf>stock");
  // Each relabel: what was consumed, made and created, and the transformation.
  EXPECT_EQ(lines.size(), made.size() + 2 * 4 + 1);
  for (const int page : {1, 2, 3, 5}) EXPECT_EQ(world_.History(unit, page), lines) << page;
}

TEST_F(LotHistoryTest, BackAndForthOnOneDayIsInTheOrderOfRecording) {
  const LotId id = world_.CreateLot("wire", "W", "10");
  std::vector<std::string> expected = {"CREATED", "ADJUSTMENT 10 ADJUSTMENT>stock"};
  for (int i = 0; i < 20; ++i) {
    world_.Move(MovementKind::kTransfer, id, "10", "stock", "shelf");
    world_.Move(MovementKind::kTransfer, id, "10", "shelf", "stock");
    expected.push_back("TRANSFER 10 stock>shelf");
    expected.push_back("TRANSFER 10 shelf>stock");
  }
  EXPECT_EQ(world_.History(id), expected);
  EXPECT_EQ(world_.History(id, 3), expected);
}

TEST_F(LotHistoryTest, AssignmentsThatEndedStay) {
  const LotId id = world_.Assign("WO-1", "pump", {"P-1"})[0];
  Later();
  const auto unassigned =
      UnassignSerials(world_.db(), {.context = world_.Context("UnassignSerials"),
                                    .work_order = WorkOrderId("WO-1"),
                                    .numbers = {"P-1"},
                                    .keep = true});
  ASSERT_TRUE(unassigned.ok()) << unassigned.status();
  Later();
  world_.Assign("WO-2", "pump", {"P-1"});
  Later();
  world_.Assign("WO-1", "pump", {});
  EXPECT_THAT(world_.History(id),
              ElementsAre("CREATED", "ASSIGNED WO-1", "UNASSIGNED WO-1", "ASSIGNED WO-2"));
}

TEST_F(LotHistoryTest, AReversalIsListedBesideWhatItReverses) {
  const LotId wire = world_.CreateLot("wire", "W", "10");
  const Completion done = Complete("P-1", wire, "2");
  Later();
  const auto reversed =
      ReverseCompletion(world_.db(), {.context = world_.Context("ReverseCompletion"),
                                      .transformation_id = done.transformation_id});
  ASSERT_TRUE(reversed.ok()) << reversed.status();

  const auto history =
      ListLotHistory(world_.db(), {.company = world_.company(), .lot_id = wire, .limit = 100});

  ASSERT_TRUE(history.ok()) << history.status();
  int reversed_transformations = 0, reversals = 0;
  for (const LotHistoryEntry& entry : history->entries) {
    if (const auto* part = std::get_if<TransformationPart>(&entry.what)) {
      if (part->transformation.reversed_by.has_value()) ++reversed_transformations;
    }
    if (const auto* movement = std::get_if<Movement>(&entry.what)) {
      if (movement->reverses.has_value()) ++reversals;
    }
  }
  EXPECT_EQ(reversed_transformations, 1);
  EXPECT_EQ(reversals, 1);
}

TEST_F(LotHistoryTest, ALotThatNeverWasIsNotFound) {
  World other(database_, "other");
  const LotId theirs = other.CreateLot("wire", "W");
  for (const LotId& id : {theirs, LotId(Uuid::MakeV7())}) {
    EXPECT_EQ(RefusalOf(ListLotHistory(world_.db(),
                                       {.company = world_.company(), .lot_id = id, .limit = 10})
                            .status()),
              "LOT_NOT_FOUND lot_id");
    EXPECT_EQ(Places(id, true), "LOT_NOT_FOUND lot_id");
    EXPECT_EQ(RefusalOf(GetLot(world_.db(), world_.company(), id, world_.now()).status()),
              "LOT_NOT_FOUND lot_id");
  }
}

TEST_F(LotHistoryTest, PlacesComeInTheOrderOfTheirKinds) {
  const LotId id = world_.CreateLot("wire", "W", "10");
  EXPECT_EQ(Places(id, false), "stock:10 on hand 10.000");
  world_.Move(MovementKind::kTransfer, id, "4", "stock", "truck");
  world_.Move(MovementKind::kTransfer, id, "3", "stock", "shelf");
  world_.Move(MovementKind::kDelivery, id, "2", "stock", "CUSTOMER");
  world_.Move(MovementKind::kScrap, id, "1", "stock", "SCRAP");

  EXPECT_EQ(Places(id, false), "shelf:3 truck:4 CUSTOMER:2 SCRAP:1 on hand 7.000");
  EXPECT_EQ(Places(id, true),
            "shelf:3 stock:0 truck:4 CUSTOMER:2 SCRAP:1 ADJUSTMENT:-10 on hand 7.000");
  EXPECT_EQ(Places(world_.CreateLot("wire", "nowhere"), true), " on hand 0.000");
}

TEST_F(LotHistoryTest, APlaceKnowsWhenItsGoodsArrived) {
  const LotId id = world_.CreateLot("wire", "W", "10");
  const absl::Time created = world_.Get(id).created_at;
  Later();
  world_.Move(MovementKind::kTransfer, id, "4", "stock", "shelf");

  const auto found = ListLotLocations(world_.db(), {.company = world_.company(), .lot_id = id});

  ASSERT_THAT(found->locations, SizeIs(2));
  EXPECT_EQ(found->locations[0].location_id, LocationId("shelf"));
  EXPECT_GT(*found->locations[0].arrived_at, created);
  EXPECT_EQ(found->locations[0].stock_since, found->locations[1].stock_since);
}

TEST_F(LotHistoryTest, FindsLotsByNumberAsEachProductsCaseRuleSays) {
  world_.CreateLot("wire", "Sn-1");
  world_.CreateLot("cable", "Sn-1");
  world_.CreateLot("pump", "sn-2");
  World other(database_, "other");
  other.CreateLot("wire", "no");
  const auto find = [&](std::vector<std::string> numbers, absl::string_view product) {
    const auto found = FindLots(world_.db(), {.company = world_.company(),
                                              .numbers = std::move(numbers),
                                              .product_id = ProductId(std::string(product)),
                                              .now = world_.now()});
    std::vector<std::string> lines;
    for (const NumberMatches& match : *found) {
      lines.push_back(absl::StrJoin(match.lots, " ", [](std::string* out, const Lot& lot) {
        absl::StrAppend(out, lot.product_id.value());
      }));
    }
    return lines;
  };
  EXPECT_THAT(find({"SN-2", " sn-1 ", "Sn-1", "no", "\n", "SN-2"}, ""),
              ElementsAre("pump", "wire", "cable wire", "", "", "pump"));
  EXPECT_THAT(find({"sn-1", "Sn-1"}, "cable"), ElementsAre("", "cable"));
  EXPECT_EQ(RefusalOf(FindLots(world_.db(), {.company = world_.company(),
                                             .numbers = {"sn-1"},
                                             .product_id = ProductId("nothing"),
                                             .now = world_.now()})
                          .status()),
            "PRODUCT_NOT_FOUND product_id");
}

TEST_F(LotHistoryTest, EveryLotOfABatchThatIsMissingIsNamed) {
  const LotId first = world_.CreateLot("wire", "1");
  const LotId second = world_.CreateLot("wire", "2", "3");
  const LotId nobody(Uuid::MakeV7());

  const auto lots = GetLots(world_.db(), world_.company(), {second, first, second}, world_.now());
  ASSERT_TRUE(lots.ok()) << lots.status();
  ASSERT_THAT(*lots, SizeIs(3));
  EXPECT_EQ((*lots)[0].on_hand.ToString(), "3");
  EXPECT_EQ((*lots)[1].number, "1");
  EXPECT_EQ((*lots)[2].lot_id, second);

  EXPECT_EQ(
      RefusalOf(
          GetLots(world_.db(), world_.company(), {nobody, first, nobody}, world_.now()).status()),
      "LOT_NOT_FOUND lot_ids[0]; LOT_NOT_FOUND lot_ids[2]");
  EXPECT_THAT(*FindLotsById(world_.db(), world_.company(), {}, world_.now()), IsEmpty());
}

}  // namespace
}  // namespace lots
