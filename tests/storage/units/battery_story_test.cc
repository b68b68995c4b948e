// A delivered e-bike: a dealer swaps its battery, a month later the record of its motor is
// corrected, and then the lot of the old battery is recalled. Every answer is written down.
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/catalog/catalog.h"
#include "storage/corrections/corrections.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/report.h"
#include "storage/stock/stock.h"
#include "tests/storage/units/unit_world.h"
#include "tests/support/base/must.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Time kNow = absl::InfiniteFuture();

// Of each lot of batteries and drives there are ten. EBIKE is made of one of OLD, one of WRONG and
// frame F3. anna has it in the shop, and the dealer has two of NEW on his shelf.
class BatteryStoryTest : public UnitTest {
 protected:
  BatteryStoryTest() {
    // As exact as the database keeps times.
    world_.set_now(absl::FromUnixMicros(absl::ToUnixMicros(world_.now())));
    AddProduct("battery");
    AddProduct("drive");
    AddDealer();
    for (const char* number : {"OLD", "NEW"}) AddLot("battery", number);
    for (const char* number : {"WRONG", "RIGHT"}) AddLot("drive", number);

    CompletionCommand making = world_.CompleteCommand("W-EBIKE", "bike");
    making.outputs = {Output("EBIKE")};
    making.components = {Component(Id("OLD"), "1", 0), Component(Id("WRONG"), "1", 0),
                         Component(Id("F3"), "", 0)};
    making_ = Complete(making);
    made_ = world_.now();
    Deliver("EBIKE", "anna");
    SendToDealer("NEW", "2");
    before_swap_ = world_.now();

    EXPECT_EQ(Maintain("EBIKE", {"OLD=1@dealer"}, {"NEW=1@dealer"}), "OK");
    swapped_ = world_.now();

    world_.set_now(world_.now() + absl::Hours(24 * 30));
    before_correction_ = world_.now();
    Correct();
  }

  void AddProduct(const std::string& id) {
    Product product;
    product.product_id = ProductId(id);
    product.display_name = id;
    product.tracking = Tracking::kLot;
    Must(UpsertProducts(world_.db(),
                        {.context = world_.Context("UpsertProducts"), .products = {product}}));
  }
  void AddDealer() {
    Location dealer;
    dealer.location_id = LocationId("dealer");
    dealer.kind = LocationKind::kCustomer;
    dealer.display_name = "the dealer's shelf";
    Must(UpsertLocations(world_.db(),
                         {.context = world_.Context("UpsertLocations"), .locations = {dealer}}));
  }
  void AddLot(const std::string& product, const std::string& number) {
    ids_[number] = world_.CreateLot(product, number, "10");
  }
  void SendToDealer(const std::string& lot, const std::string& quantity) {
    Tick();
    RecordMovementsCommand command =
        world_.MoveCommand(MovementKind::kDelivery, Id(lot), quantity, "stock", "dealer");
    command.movements.front().partner_id = "dealer";
    EXPECT_EQ(RefusalOf(RecordMovements(world_.db(), command).status()), "OK");
  }
  // The drive in the bike was of lot RIGHT, not of lot WRONG.
  void Correct() {
    Tick();
    CorrectionLine line;
    line.wrong = WrongComponent{.lot = {.lot_id = Id("WRONG")},
                                .quantity = {},
                                .unit = LotRef{.lot_id = Id("EBIKE")},
                                .to = {}};
    line.right =
        RightComponent{.lot = {.lot_id = Id("RIGHT")}, .quantity = {}, .from = {}, .unit = {}};
    const auto corrected = CorrectGenealogy(world_.db(), {.context = world_.Context("Correct"),
                                                          .transformation_id = making_,
                                                          .reason = "scanned the wrong label",
                                                          .lines = {line},
                                                          .accept = {}});
    EXPECT_TRUE(corrected.ok()) << corrected.status();
  }

  std::string InBike(absl::Time as_of = kNow, absl::Time known_at = kNow, bool former = false) {
    CompositionQuery query{.as_of = as_of, .known_at = known_at};
    query.include_former = former;
    return In("EBIKE", query);
  }
  std::string MadeOf(bool former = false, absl::Time as_of = kNow, absl::Time known_at = kNow) {
    return Affected("EBIKE", former, TraceDirection::kUpstream, as_of, known_at);
  }
  std::string WentInto(const std::string& lot, absl::Time as_of, absl::Time known_at) {
    return Affected(lot, false, TraceDirection::kDownstream, as_of, known_at);
  }

  OpenRecallCommand Recalling(const std::string& name) {
    Tick();
    OpenRecallCommand command{.context = world_.Context("OpenRecall"),
                              .recall_id = RecallId(name),
                              .reason = "the cells swell"};
    command.seeds.push_back({.lot_id = Id("OLD")});
    return command;
  }
  struct Report {
    std::vector<MassBalance> balances;
    std::vector<RecallLot> lots;
    std::vector<RecallFormerLot> former;
    std::vector<Recipient> recipients;
  };
  Report ReadReport(const std::string& name) {
    Report report;
    RecallReportReader reader(world_.company(), RecallId(name));
    for (;;) {
      const auto piece = reader.Next(world_.db());
      EXPECT_TRUE(piece.ok()) << piece.status();
      if (!piece.ok() || !piece->has_value()) return report;
      const auto add = [](const auto& from, auto& to) {
        to.insert(to.end(), from.begin(), from.end());
      };
      add((*piece)->balances, report.balances);
      add((*piece)->lots, report.lots);
      add((*piece)->former_lots, report.former);
      add((*piece)->recipients, report.recipients);
    }
  }
  static std::string PlacesOf(const RecallLot& lot) {
    return absl::StrJoin(lot.places, ", ", [](std::string* out, const TracePlace& place) {
      absl::StrAppend(out, place.location_id.value(), " ", place.quantity.ToString());
    });
  }

  TransformationId making_;
  absl::Time made_, before_swap_, swapped_, before_correction_;
};

TEST_F(BatteryStoryTest, WhatIsInTheBikeNowAndThen) {
  EXPECT_EQ(InBike(), "1 NEW 1; 1 RIGHT 1; 1 F3 1");
  ASSERT_TRUE(composition_.place.has_value());
  EXPECT_EQ(composition_.place->location_id, LocationId("shop"));
  EXPECT_EQ(composition_.place->partner_id, "anna");

  EXPECT_EQ(InBike(before_swap_), "1 OLD 1; 1 RIGHT 1; 1 F3 1");
  EXPECT_EQ(InBike(kNow, before_correction_), "1 NEW 1; 1 WRONG 1; 1 F3 1");
  EXPECT_EQ(InBike(before_swap_, before_correction_), "1 OLD 1; 1 WRONG 1; 1 F3 1");
  // The swap was not recorded yet.
  EXPECT_EQ(InBike(kNow, before_swap_), "1 OLD 1; 1 WRONG 1; 1 F3 1");
  EXPECT_EQ(InBike(made_ - absl::Minutes(1)), "");
  EXPECT_EQ(InBike(kNow, made_ - absl::Minutes(1)), "");
}

// What was recorded wrongly never was in it.
TEST_F(BatteryStoryTest, WhatOnceWasInTheBike) {
  EXPECT_EQ(InBike(kNow, kNow, true), "1 NEW 1; 1 OLD 1 former; 1 RIGHT 1; 1 F3 1");
  ASSERT_EQ(composition_.entries.size(), 4u);
  EXPECT_EQ(composition_.entries[0].since, swapped_);
  EXPECT_EQ(composition_.entries[1].since, made_);
  EXPECT_EQ(composition_.entries[1].until, swapped_);
  EXPECT_EQ(composition_.entries[2].since, made_);
  EXPECT_FALSE(composition_.entries[2].until.has_value());
}

TEST_F(BatteryStoryTest, WhereTheGoodsAre) {
  EXPECT_EQ(world_.Where(Id("EBIKE")), "shop 1");
  EXPECT_EQ(world_.Where(Id("OLD")), "dealer 1, stock 9");
  EXPECT_EQ(world_.Where(Id("NEW")), "dealer 1, stock 8");
  EXPECT_EQ(world_.Where(Id("WRONG")), "stock 10");
  EXPECT_EQ(world_.Where(Id("RIGHT")), "stock 9");
  EXPECT_EQ(world_.Where("F3"), "");

  In("F3");
  ASSERT_EQ(composition_.units.size(), 1u);
  EXPECT_EQ(composition_.units[0].unit.number, "EBIKE");
  In("OLD");
  EXPECT_THAT(composition_.units, IsEmpty());
}

TEST_F(BatteryStoryTest, TracesOfTheBike) {
  EXPECT_EQ(MadeOf(), "NEW certain; RIGHT certain; F3 certain");
  EXPECT_EQ(MadeOf(true), "NEW certain; OLD certain former; RIGHT certain; F3 certain");
  EXPECT_EQ(MadeOf(false, before_swap_), "OLD certain; RIGHT certain; F3 certain");
  EXPECT_EQ(MadeOf(false, kNow, before_correction_), "NEW certain; WRONG certain; F3 certain");
  EXPECT_EQ(MadeOf(false, before_swap_, before_correction_),
            "OLD certain; WRONG certain; F3 certain");
}

TEST_F(BatteryStoryTest, TracesOfTheLots) {
  const struct {
    const char* lot;
    const char* now;
    const char* former;        // with what it once was in
    const char* before_swap;   // as of then, as it is known now
    const char* known_before;  // now, as it was known before the correction
  } kCases[] = {
      {"OLD", "", "EBIKE certain former", "EBIKE certain", ""},
      {"NEW", "EBIKE certain", "EBIKE certain", "", "EBIKE certain"},
      {"WRONG", "", "", "", "EBIKE certain"},
      {"RIGHT", "EBIKE certain", "EBIKE certain", "EBIKE certain", ""},
      {"F3", "EBIKE certain", "EBIKE certain", "EBIKE certain", "EBIKE certain"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.lot);
    EXPECT_EQ(Affected(c.lot), c.now);
    EXPECT_EQ(Affected(c.lot, true), c.former);
    EXPECT_EQ(WentInto(c.lot, before_swap_, kNow), c.before_swap);
    EXPECT_EQ(WentInto(c.lot, kNow, before_correction_), c.known_before);
  }
}

// The old battery was never delivered by itself: it came to the dealer out of the bike.
TEST_F(BatteryStoryTest, WhoReceivedWhat) {
  EXPECT_EQ(Recipients("OLD"), "");
  EXPECT_EQ(Recipients("OLD", true), "anna EBIKE former");
  EXPECT_EQ(Recipients("NEW"), "dealer NEW; anna EBIKE");
  EXPECT_EQ(Recipients("WRONG"), "");
  EXPECT_EQ(Recipients("WRONG", true), "");
  EXPECT_EQ(Recipients("RIGHT"), "anna EBIKE");
  EXPECT_EQ(Recipients("F3"), "anna EBIKE");
}

TEST_F(BatteryStoryTest, TheRecallFindsTheBatteryAtTheDealerAndNotTheBike) {
  OpenRecallCommand planned = Recalling("RC-1");
  planned.validate_only = true;
  for (const OpenRecallCommand& command : {planned, Recalling("RC-1")}) {
    const auto recall = OpenRecall(world_.db(), command);
    ASSERT_TRUE(recall.ok()) << recall.status();
    EXPECT_EQ(recall->scope.lot_count, 1);
    EXPECT_EQ(recall->scope.certain_count, 1);
    EXPECT_EQ(recall->scope.depth, 0);
    EXPECT_EQ(recall->scope.former_count, 1);
    EXPECT_EQ(recall->scope.on_hand_lot_count, 1);
    EXPECT_EQ(recall->scope.delivered_lot_count, 1);
  }

  const Report report = ReadReport("RC-1");
  ASSERT_EQ(report.lots.size(), 1u);
  EXPECT_EQ(report.lots[0].number, "OLD");
  EXPECT_TRUE(report.lots[0].certain);
  EXPECT_EQ(PlacesOf(report.lots[0]), "stock 9, dealer 1");
  EXPECT_EQ(report.lots[0].on_hand, Q("9"));
  EXPECT_EQ(report.lots[0].delivered, Q("1"));
  EXPECT_EQ(report.lots[0].recovered, Q("0"));
  EXPECT_EQ(report.lots[0].scrapped, Q("0"));
  EXPECT_EQ(report.lots[0].unaccounted, Q("9"));
  ASSERT_EQ(report.former.size(), 1u);
  EXPECT_EQ(report.former[0].number, "EBIKE");
  EXPECT_TRUE(report.former[0].certain);
  EXPECT_EQ(report.former[0].depth, 1);
  EXPECT_EQ(report.former[0].until, swapped_);
  EXPECT_THAT(report.recipients, IsEmpty());

  // What went into the bike and came out of it again went round.
  ASSERT_EQ(report.balances.size(), 1u);
  EXPECT_EQ(report.balances[0].in, Q("10"));
  EXPECT_EQ(report.balances[0].out, Q("1"));
  EXPECT_EQ(report.balances[0].on_hand, Q("9"));
  EXPECT_EQ(report.balances[0].difference, Q("0"));

  // The batteries in stock are held, and the bike is free.
  RecordMovementsCommand more =
      world_.MoveCommand(MovementKind::kDelivery, Id("OLD"), "1", "stock", "dealer");
  more.movements.front().partner_id = "dealer";
  EXPECT_EQ(RefusalOf(RecordMovements(world_.db(), more).status()), "LOT_HELD movements[0].lot");
  SendBack("EBIKE", "anna");
  Deliver("EBIKE", "ben");
}

// The dealer does not build it in again.
TEST_F(BatteryStoryTest, ARecalledBatteryOnTheDealersShelfIsNotBuiltIn) {
  ASSERT_TRUE(OpenRecall(world_.db(), Recalling("RC-1")).ok());
  EXPECT_EQ(Maintain("EBIKE", {"NEW=1@dealer"}, {"OLD=1@dealer"}), "LOT_HELD installations[0].lot");
  EXPECT_EQ(InBike(), "1 NEW 1; 1 RIGHT 1; 1 F3 1");
}

TEST_F(BatteryStoryTest, TheRecallTakesTheBikeInWhenAsked) {
  OpenRecallCommand command = Recalling("RC-2");
  command.include_former = true;
  const auto recall = OpenRecall(world_.db(), command);
  ASSERT_TRUE(recall.ok()) << recall.status();
  EXPECT_EQ(recall->scope.lot_count, 2);
  EXPECT_EQ(recall->scope.certain_count, 2);
  EXPECT_EQ(recall->scope.depth, 1);
  EXPECT_EQ(recall->scope.former_count, 0);
  EXPECT_EQ(recall->scope.on_hand_lot_count, 1);
  EXPECT_EQ(recall->scope.delivered_lot_count, 2);

  const Report report = ReadReport("RC-2");
  std::vector<std::string> members;
  for (const RecallLot& lot : report.lots) {
    members.push_back(absl::StrCat(lot.number, ": ", PlacesOf(lot)));
  }
  EXPECT_THAT(members, ElementsAre("OLD: stock 9, dealer 1", "EBIKE: shop 1"));
  EXPECT_THAT(report.former, IsEmpty());
  ASSERT_EQ(report.recipients.size(), 1u);
  EXPECT_EQ(report.recipients[0].partner_id, "anna");
  EXPECT_EQ(report.recipients[0].number, "EBIKE");
  EXPECT_EQ(report.recipients[0].net(), Q("1"));
}

// The drive of the wrong lot never was in the bike, and is in stock.
TEST_F(BatteryStoryTest, ARecallOfTheWrongDriveDoesNotFindTheBike) {
  OpenRecallCommand command = Recalling("RC-3");
  command.seeds = {{.lot_id = Id("WRONG")}};
  const auto wrong = OpenRecall(world_.db(), command);
  ASSERT_TRUE(wrong.ok()) << wrong.status();
  EXPECT_EQ(wrong->scope.lot_count, 1);
  EXPECT_EQ(wrong->scope.former_count, 0);

  command = Recalling("RC-4");
  command.seeds = {{.lot_id = Id("RIGHT")}};
  const auto right = OpenRecall(world_.db(), command);
  ASSERT_TRUE(right.ok()) << right.status();
  EXPECT_EQ(right->scope.lot_count, 2);
  EXPECT_EQ(right->scope.former_count, 0);
}

}  // namespace
}  // namespace lots
