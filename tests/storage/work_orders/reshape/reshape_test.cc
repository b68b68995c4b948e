// SplitLot, MergeLots, RelabelLot, and taking them back.
#include "storage/work_orders/reshape/reshape.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/default_location.h"
#include "storage/domain/lot.h"
#include "storage/genealogy/trace.h"
#include "storage/holds/holds.h"
#include "storage/lots/lots.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/work_orders.h"
#include "tests/storage/work_orders/reshape/reshape_calls.h"
#include "tests/support/model/ledger_checker.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ReshapeTest : public ReshapeCalls {
 protected:
  // From as many connections.
  std::vector<std::string> SplitTogether(const std::vector<SplitLotCommand>& commands) {
    std::vector<std::string> ends(commands.size());
    std::vector<std::thread> threads;
    for (size_t i = 0; i < commands.size(); ++i) {
      threads.emplace_back([&, i] {
        const auto db = database_.Connect();
        ends[i] = RefusalOf(SplitLot(*db, commands[i]).status());
      });
    }
    for (std::thread& thread : threads) thread.join();
    return ends;
  }
  std::string Reverse(const TransformationId& transformation) {
    return RefusalOf(
        ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(transformation)).status());
  }
  LotId Salt(const char* number, const char* quantity, absl::CivilDay expires_on) {
    return world_.CreateLot("salt", number, {.quantity = quantity, .expires_on = expires_on});
  }
  // "A 0 certain, B 1 possible": what a trace finds, with depth.
  std::string Traced(TraceDirection direction, const LotId& seed);
  void Hold(const LotId& lot);
  std::string Since(const LotId& lot, absl::string_view location);
};

std::string ReshapeTest::Traced(TraceDirection direction, const LotId& seed) {
  TraceQuery query{.company = world_.company(), .direction = direction, .seeds = {seed}};
  query.depth_max = kTraceDepthMax;
  query.node_limit = kTraceNodesDefault;
  std::vector<std::string> found;
  const auto summary = Trace(world_.db(), query, [&](const TracePiece& piece) {
    for (const TraceNode& node : piece.nodes) {
      const bool certain = node.certainty == Certainty::kCertain;
      found.push_back(
          absl::StrCat(node.number, " ", node.depth, certain ? " certain" : " possible"));
    }
  });
  EXPECT_TRUE(summary.ok()) << summary.status();
  return absl::StrJoin(found, ", ");
}

void ReshapeTest::Hold(const LotId& lot) {
  HoldLotsCommand command{.context = world_.Context("HoldLots"), .reason = "looks odd"};
  command.targets.push_back({.lot = {.lot_id = lot}});
  const auto held = HoldLots(world_.db(), command);
  ASSERT_TRUE(held.ok()) << held.status();
}

constexpr pg::Statement kSince{"test_stock_since", R"sql(
  SELECT stock_since::text FROM balances
  WHERE company = $1 AND lot_id = $2 AND location_id = $3)sql"};

std::string ReshapeTest::Since(const LotId& lot, absl::string_view location) {
  const auto rows = pg::Query(world_.db(), kSince, world_.company(), lot, location);
  EXPECT_TRUE(rows.ok()) << rows.status();
  return rows->empty() ? "" : (*rows)[0].Get<std::string>(0);
}

TEST_F(ReshapeTest, SplitAndMergedAgainConservesQuantitiesAndKeepsAllHistories) {
  const LotId whole = world_.CreateLot("salt", "WHOLE", "100");

  ASSERT_EQ(Split(Splitting(whole, {{"SIXTY", Q("60")}, {"FORTY", Q("40")}})), "OK");
  const LotId sixty = Out(0), forty = Out(1);
  EXPECT_THAT(NumbersOf(done_.lots), ElementsAre("SIXTY", "FORTY"));
  EXPECT_EQ(world_.Where(whole), "");
  EXPECT_EQ(world_.Where(sixty), "stock 60");
  EXPECT_EQ(world_.Where(forty), "stock 40");

  ASSERT_EQ(Merge(Merging({sixty, forty}, "AGAIN")), "OK");
  const LotId again = Out();
  EXPECT_EQ(world_.Where(again), "stock 100");
  EXPECT_EQ(world_.Where(sixty), "");
  EXPECT_EQ(world_.Where(forty), "");

  EXPECT_EQ(Traced(TraceDirection::kDownstream, whole),
            "WHOLE 0 certain, FORTY 1 certain, SIXTY 1 certain, AGAIN 2 certain");
  EXPECT_EQ(Traced(TraceDirection::kUpstream, again),
            "AGAIN 0 certain, FORTY 1 certain, SIXTY 1 certain, WHOLE 2 certain");
  EXPECT_EQ(Traced(TraceDirection::kDownstream, forty), "FORTY 0 certain, AGAIN 1 certain");
}

TEST_F(ReshapeTest, MergedIntoItsOwnOldNumberIsACycleThatEnds) {
  const LotId whole = world_.CreateLot("salt", "WHOLE", "100");
  ASSERT_EQ(Split(Splitting(whole, {{"SIXTY", Q("60")}, {"FORTY", Q("40")}})), "OK");
  const LotId sixty = Out(0), forty = Out(1);
  ASSERT_EQ(Merge(Merging({sixty, forty}, "whole")), "OK");
  EXPECT_EQ(Out(), whole);
  EXPECT_THAT(NumbersOf(done_.lots), ElementsAre("WHOLE"));
  EXPECT_EQ(world_.Where(whole), "stock 100");
  EXPECT_EQ(Traced(TraceDirection::kDownstream, whole),
            "WHOLE 0 certain, FORTY 1 certain, SIXTY 1 certain");
}

TEST_F(ReshapeTest, PartsInheritEverythingAndWhatIsNotNamedStays) {
  NewLot lot;
  lot.number = "S";
  lot.reference = "SUP-1";
  lot.notes = "dry";
  lot.attributes["grade"] = std::string("A");
  lot.dates = {.manufactured_on = absl::CivilDay(2026, 1, 1),
               .expires_on = absl::CivilDay(2027, 1, 1),
               .best_before_on = absl::CivilDay(2026, 12, 1)};
  lot.opening = Opening{Q("10"), LocationId("stock")};
  CreateLotsCommand create{.context = world_.Context("CreateLot"), .product_id = ProductId("salt")};
  create.lots = {lot};
  const auto created = CreateLots(world_.db(), create);
  ASSERT_TRUE(created.ok()) << created.status();
  const LotId source = created->lots[0].lot_id;

  SplitLotCommand command = Splitting(source, {{"P", Q("2.5")}});
  command.parts[0].to = LocationId("shelf");
  ASSERT_EQ(Split(command), "OK");

  const Lot part = world_.Get(Out());
  EXPECT_EQ(part.reference, "SUP-1");
  EXPECT_EQ(part.notes, "dry");
  EXPECT_EQ(std::get<std::string>(part.attributes.at("grade")), "A");
  EXPECT_EQ(part.dates, world_.Get(source).dates);
  EXPECT_EQ(world_.Where(source), "stock 7.5");
  EXPECT_EQ(world_.Where(Out()), "shelf 2.5");
}

TEST_F(ReshapeTest, NumbersComeFromTheTemplateAndAnActiveLotGetsMore) {
  const LotId soup = world_.CreateLot("soup", "S0001", "9");
  const LotId more = world_.CreateLot("soup", "MORE", {.quantity = "1", .location = "shelf"});
  SplitLotCommand command = Splitting(soup, {{"", Q("1")}, {"more", Q("2")}, {"", Q("3")}});
  command.parts[1].to = LocationId("shelf");
  ASSERT_EQ(Split(command), "OK");
  EXPECT_THAT(NumbersOf(done_.lots), ElementsAre("S0002", "MORE", "S0003"));
  EXPECT_EQ(Out(1), more);
  EXPECT_EQ(world_.Where(more), "shelf 3");
  EXPECT_EQ(world_.Where(soup), "stock 3");
}

TEST_F(ReshapeTest, TheSameRequestTwiceIsDoneOnce) {
  const LotId soup = world_.CreateLot("soup", "S", "10");
  const SplitLotCommand command = Splitting(soup, {{"", Q("4")}, {"", Q("1")}});
  ASSERT_EQ(Split(command), "OK");
  const Reshaping first = done_;
  ASSERT_EQ(Split(command), "OK");
  EXPECT_EQ(done_.transformation_id, first.transformation_id);
  EXPECT_EQ(NumbersOf(done_.lots), NumbersOf(first.lots));
  EXPECT_EQ(world_.Where(soup), "stock 5");
  // A repeat is answered though the numbers that it gives are now taken, by itself.
  const RelabelLotCommand relabel = Relabelling(soup, "T");
  ASSERT_EQ(Relabel(relabel), "OK");
  ASSERT_EQ(Relabel(relabel), "OK");
  EXPECT_EQ(world_.Where(Out()), "stock 5");
  SplitLotCommand other = command;
  other.context.payload_hash = "another";
  EXPECT_EQ(Split(other), "REQUEST_ID_REUSED request_id");
}

TEST_F(ReshapeTest, AMergeTakesTheEarliestDatesAndASharedReference) {
  const LotId a = Salt("A", "1", absl::CivilDay(2030, 5, 1));
  const LotId b = Salt("B", "2", absl::CivilDay(2030, 4, 1));
  const LotId c = world_.CreateLot("salt", "C", "4");
  MergeLotsCommand command = Merging({a, b, c}, "M");
  command.sources[2].quantity = Q("1.5");
  command.to = LocationId("shelf");
  ASSERT_EQ(Merge(command), "OK");
  EXPECT_EQ(world_.Get(Out()).dates.expires_on, absl::CivilDay(2030, 4, 1));
  EXPECT_EQ(world_.Where(Out()), "shelf 4.5");
  EXPECT_EQ(world_.Where(c), "stock 2.5");
}

TEST_F(ReshapeTest, AStoredResultKeepsItsDatesButTakesAnEarlierExpiry) {
  const LotId late = Salt("LATE", "1", absl::CivilDay(2031, 1, 1));
  const LotId early = Salt("EARLY", "1", absl::CivilDay(2030, 1, 1));
  const LotId target = Salt("TARGET", "1", absl::CivilDay(2030, 6, 1));
  ASSERT_EQ(Merge(Merging({late}, "TARGET")), "OK");
  EXPECT_EQ(world_.Get(target).dates.expires_on, absl::CivilDay(2030, 6, 1));
  ASSERT_EQ(Merge(Merging({early}, "TARGET")), "OK");
  EXPECT_EQ(world_.Get(target).dates.expires_on, absl::CivilDay(2030, 1, 1));
  EXPECT_EQ(world_.Where(target), "stock 3");
}

TEST_F(ReshapeTest, WhatComesOutIsInStockSinceTheEarliestOfWhatWentIn) {
  const LotId old_lot = world_.CreateLot("salt", "OLD", "1");
  const LotId new_lot = world_.CreateLot("salt", "NEW", "1");
  MergeLotsCommand command = Merging({new_lot, old_lot}, "M");
  command.occurred_at = world_.now() + absl::Hours(5);
  const std::string since = Since(old_lot, "stock");
  ASSERT_EQ(Merge(command), "OK");
  EXPECT_EQ(Since(Out(), "stock"), since);
}

TEST_F(ReshapeTest, ALotBecomesAnotherProduct) {
  const LotId salt = Salt("A", "5", absl::CivilDay(2030, 1, 1));
  RelabelLotCommand command = Relabelling(salt, "");
  command.product = ProductId("soup");
  command.quantity = Q("2");
  command.expires_on = absl::CivilDay(2029, 1, 1);
  ASSERT_EQ(Relabel(command), "OK");
  const Lot soup = world_.Get(Out());
  EXPECT_EQ(soup.product_id, ProductId("soup"));
  EXPECT_EQ(soup.number, "S0001");
  EXPECT_EQ(soup.dates.expires_on, absl::CivilDay(2029, 1, 1));
  EXPECT_EQ(world_.Where(salt), "stock 3");
  EXPECT_EQ(world_.Where(Out()), "stock 2");
}

TEST_F(ReshapeTest, ASerialTakesAnotherNumberAndTheOldOneIsNowhere) {
  const LotId bike = world_.CreateLot("bike", "B", "1");
  ASSERT_EQ(Relabel(Relabelling(bike, "C")), "OK");
  const LotId renamed = Out();
  EXPECT_EQ(world_.Where(bike), "");
  EXPECT_EQ(world_.Where(renamed), "stock 1");
  EXPECT_EQ(Traced(TraceDirection::kUpstream, renamed), "C 0 certain, B 1 certain");
  EXPECT_EQ(Relabel(Relabelling(bike, "D")), "SERIAL_NOT_THERE location_id");

  // Taken back: the old one is where it was, and the new one planned. It can be done again.
  ASSERT_EQ(Reverse(done_.transformation_id), "OK");
  EXPECT_EQ(world_.Where(bike), "stock 1");
  EXPECT_EQ(world_.Where(renamed), "");
  EXPECT_EQ(world_.StateOf(renamed), "PLANNED");
  EXPECT_EQ(Traced(TraceDirection::kUpstream, renamed), "C 0 certain");
  EXPECT_EQ(Relabel(Relabelling(bike, "C")), "OK");
}

TEST_F(ReshapeTest, ExpiredLotsAreReshaped) {
  const LotId lot = Salt("E", "3", absl::CivilDay(2000, 1, 1));
  ASSERT_EQ(Split(Splitting(lot, {{"E1", Q("1")}})), "OK");
  ASSERT_EQ(Relabel(Relabelling(lot, "E2")), "OK");
  EXPECT_TRUE(world_.Get(Out()).expired);
}

TEST_F(ReshapeTest, AHeldLotNeedsAcceptanceAndPassesItsHoldOn) {
  const LotId lot = world_.CreateLot("salt", "H", "10");
  const LotId free = world_.CreateLot("salt", "F", "10");
  Hold(lot);
  EXPECT_EQ(Split(Splitting(lot, {{"P", Q("1")}})), "LOT_HELD lot");
  EXPECT_EQ(Merge(Merging({free, lot}, "M")), "LOT_HELD sources[1].lot");
  EXPECT_EQ(Relabel(Relabelling(lot, "R")), "LOT_HELD lot");

  SplitLotCommand split = Splitting(lot, {{"P1", Q("1")}, {"P2", Q("2")}});
  split.accept_held = true;
  ASSERT_EQ(Split(split), "OK");
  EXPECT_EQ(world_.Get(Out(0)).hold_cause, HoldCause::kInherited);
  EXPECT_EQ(world_.Get(Out(1)).hold_cause, HoldCause::kInherited);
  MergeLotsCommand merge = Merging({free, lot}, "M");
  merge.accept_held = true;
  ASSERT_EQ(Merge(merge), "OK");
  EXPECT_EQ(world_.Get(Out()).hold_cause, HoldCause::kInherited);
  EXPECT_EQ(world_.Get(free).hold_cause, std::nullopt);
  EXPECT_EQ(world_.Where(Out()), "stock 17");
}

TEST_F(ReshapeTest, SplitsAreRefused) {
  const LotId salt = world_.CreateLot("salt", "A", "5");
  const LotId bike = world_.CreateLot("bike", "B", "1");
  world_.SetState(world_.CreateLot("salt", "OLD", "1"), LotState::kArchived);
  const auto refused = [&](SplitLotCommand command) { return Split(command); };
  const SplitLotCommand one = Splitting(salt, {{"P", Q("1")}});
  const auto with = [&](auto change) {
    SplitLotCommand command = one;
    command.context = world_.Context("SplitLot");
    change(command);
    return refused(command);
  };
  EXPECT_EQ(with([](auto& o) { o.lot = {.product_id = ProductId("salt"), .number = "X"}; }),
            "LOT_NOT_FOUND lot");
  EXPECT_EQ(with([](auto& o) { o.context.company = CompanyId("nobody"); }), "COMPANY_NOT_FOUND");
  EXPECT_EQ(with([](auto& o) { o.from = LocationId("X"); }), "LOCATION_NOT_FOUND location_id");
  EXPECT_EQ(with([](auto& o) { o.parts[0].to = LocationId("X"); }),
            "LOCATION_NOT_FOUND parts[0].location_id");
  EXPECT_EQ(with([](auto& o) { o.parts[0].to = LocationId("shop"); }),
            "LOCATION_KIND_MISMATCH parts[0].location_id");
  EXPECT_EQ(with([](auto& o) { o.parts[0].to = DefaultLocation(LocationKind::kScrap); }),
            "LOCATION_KIND_MISMATCH parts[0].location_id");
  EXPECT_EQ(with([](auto& o) { o.from = LocationId("shop"); }),
            "LOCATION_KIND_MISMATCH location_id");
  EXPECT_EQ(with([](auto& o) { o.parts[0].quantity = Q("5.001"); }), "NOT_ENOUGH parts");
  EXPECT_EQ(with([](auto& o) { o.from = LocationId("shelf"); }), "NOT_ENOUGH parts");
  EXPECT_EQ(with([](auto& o) { o.parts[0].quantity = Q("0.0001"); }),
            "QUANTITY_SCALE parts[0].quantity");
  EXPECT_EQ(with([](auto& o) {
              o.parts = {{"P", Q("1")}, {" p", Q("1")}};
            }),
            "DUPLICATE_IN_REQUEST parts[1].number");
  EXPECT_EQ(with([](auto& o) { o.parts[0].number = "\n"; }), "NUMBER_INVALID parts[0].number");
  EXPECT_EQ(with([](auto& o) { o.parts[0].number = "a "; }), "FIELD_INVALID parts[0].number");
  EXPECT_EQ(with([](auto& o) { o.parts[0].number = "OLD"; }), "LOT_NUMBER_TAKEN parts[0].number");
  EXPECT_EQ(with([](auto& o) { o.parts[0].number = ""; }), "NO_NUMBER_TEMPLATE parts[0].number");
  EXPECT_EQ(with([&](auto& o) { o.lot = {.lot_id = bike}; }), "TRACKING_MISMATCH lot");
  EXPECT_EQ(with([&](auto& o) { o.lot = {.product_id = ProductId("salt"), .number = "old"}; }),
            "LOT_ARCHIVED lot");
  EXPECT_EQ(world_.Where(salt), "stock 5");
}

TEST_F(ReshapeTest, MergesAreRefused) {
  const LotId a = world_.CreateLot("salt", "A", "5");
  const LotId b = world_.CreateLot("salt", "B", {.quantity = "5", .location = "shelf"});
  const LotId soup = world_.CreateLot("soup", "S", "5");
  const LotId bike = world_.CreateLot("bike", "K", "1");
  EXPECT_EQ(Merge(Merging({a, soup}, "M")), "PRODUCT_MISMATCH sources[1].lot");
  EXPECT_EQ(Merge(Merging({a, a}, "M")), "DUPLICATE_IN_REQUEST sources[1].lot");
  EXPECT_EQ(Merge(Merging({bike}, "M")), "TRACKING_MISMATCH sources[0].lot");
  EXPECT_EQ(Merge(Merging({a}, "a")), "FIELD_INVALID number");
  EXPECT_EQ(Merge(Merging({a, b}, "M")), "NOT_ENOUGH sources[1].quantity");
  MergeLotsCommand command = Merging({a}, "M");
  command.to = LocationId("shop");
  EXPECT_EQ(Merge(command), "LOCATION_KIND_MISMATCH location_id");
  command = Merging({a}, "M");
  command.sources[0].quantity = Q("0.0005");
  EXPECT_EQ(Merge(command), "QUANTITY_SCALE sources[0].quantity");
  // One lot from two places is two sources.
  MergeLotsCommand both = Merging({b, b}, "M");
  both.sources[0].from = LocationId("shelf");
  both.sources[1].from = LocationId("line");
  EXPECT_EQ(Merge(both), "NOT_ENOUGH sources[1].quantity");
}

TEST_F(ReshapeTest, RelabelsAreRefused) {
  const LotId salt = Salt("A", "5", absl::CivilDay(2030, 1, 1));
  const LotId other = Salt("B", "5", absl::CivilDay(2030, 1, 1));
  const LotId bike = world_.CreateLot("bike", "K", "1");
  world_.CreateLot("bike", "TAKEN", "1");
  const auto with = [&](const LotId& lot, auto change) {
    RelabelLotCommand command = Relabelling(lot, "R");
    change(command);
    return Relabel(command);
  };
  EXPECT_EQ(with(salt, [](auto& o) { o.product = ProductId("nothing"); }),
            "PRODUCT_NOT_FOUND product_id");
  EXPECT_EQ(with(salt, [](auto& o) { o.product = ProductId("screw"); }),
            "PRODUCT_NOT_TRACKED product_id");
  EXPECT_EQ(with(salt, [](auto& o) { o.product = ProductId("bike"); }),
            "TRACKING_MISMATCH product_id");
  EXPECT_EQ(with(salt, [](auto& o) { o.product = ProductId("peel"); }),
            "TRACKING_MISMATCH product_id");  // another scale
  EXPECT_EQ(with(salt, [](auto& o) { o.number = "A"; }), "FIELD_INVALID number");
  EXPECT_EQ(with(salt, [](auto& o) { o.quantity = Q("6"); }), "NOT_ENOUGH quantity");
  EXPECT_EQ(with(salt,
                 [](auto& o) {
                   o.number = "B";
                   o.expires_on = absl::CivilDay(2029, 1, 1);
                 }),
            "FIELD_INVALID expire_date");
  EXPECT_EQ(with(bike, [](auto& o) { o.number = "taken"; }), "LOT_NUMBER_TAKEN number");
  EXPECT_EQ(with(bike, [](auto& o) { o.from = LocationId("line"); }),
            "SERIAL_NOT_THERE location_id");
  EXPECT_EQ(with(bike, [](auto& o) { o.quantity = Q("2"); }), "SERIAL_QUANTITY_NOT_ONE quantity");
  EXPECT_EQ(world_.Where(other), "stock 5");
}

TEST_F(ReshapeTest, SwitchedOffIsRefused) {
  const LotId salt = world_.CreateLot("salt", "A", "5");
  database_.Execute("UPDATE companies SET lots_enabled = false");
  EXPECT_EQ(Split(Splitting(salt, {{"P", Q("1")}})), "LOTS_DISABLED");
}

TEST_F(ReshapeTest, ASplitTakenBackGivesTheSourceBack) {
  const LotId lot = world_.CreateLot("salt", "A", "10");
  const std::string since = Since(lot, "stock");
  ASSERT_EQ(Split(Splitting(lot, {{"P1", Q("4")}, {"P2", Q("6")}})), "OK");
  const LotId p1 = Out(0), p2 = Out(1);
  const TransformationId split = done_.transformation_id;
  ASSERT_EQ(Split(Splitting(p1, {{"P3", Q("1")}})), "OK");
  EXPECT_EQ(Reverse(split), "RESULT_USED transformation_id");
  ASSERT_EQ(Reverse(done_.transformation_id), "OK");

  ASSERT_EQ(Reverse(split), "OK");
  EXPECT_EQ(world_.Where(lot), "stock 10");
  EXPECT_EQ(world_.Where(p1), "");
  EXPECT_EQ(world_.Where(p2), "");
  EXPECT_EQ(world_.StateOf(p1), "ACTIVE");
  EXPECT_EQ(Since(lot, "stock"), since);
  EXPECT_EQ(Traced(TraceDirection::kDownstream, lot), "A 0 certain");
  EXPECT_EQ(Reverse(split), "ALREADY_REVERSED transformation_id");
  // The parts are there to be used again.
  ASSERT_EQ(Split(Splitting(lot, {{"P1", Q("4")}})), "OK");
  EXPECT_EQ(Out(), p1);
}

TEST_F(ReshapeTest, AMergeTakenBackGivesEverySourceBack) {
  const LotId a = world_.CreateLot("salt", "A", "1");
  const LotId b = world_.CreateLot("salt", "B", "2");
  ASSERT_EQ(Merge(Merging({a, b}, "M")), "OK");
  ASSERT_EQ(Reverse(done_.transformation_id), "OK");
  EXPECT_EQ(world_.Where(a), "stock 1");
  EXPECT_EQ(world_.Where(b), "stock 2");
  EXPECT_EQ(world_.Where(Out()), "");
}

TEST_F(ReshapeTest, OfTwoSplitsOfTheSameGoodsAtOnceOneWins) {
  const LotId lot = world_.CreateLot("salt", "A", "10");
  const int kWriters = 4;
  std::vector<SplitLotCommand> commands;
  for (int i = 0; i < kWriters; ++i) {
    commands.push_back(Splitting(lot, {{absl::StrCat("P", i), Q("6")}, {"SHARED", Q("1")}}));
  }
  EXPECT_THAT(SplitTogether(commands), UnorderedElementsAre("NOT_ENOUGH parts", "NOT_ENOUGH parts",
                                                            "NOT_ENOUGH parts", "OK"));
  EXPECT_EQ(world_.Where(lot), "stock 3");
}

TEST_F(ReshapeTest, ManySplitsIntoOneNewNumberAtOnceAllArriveThere) {
  std::vector<SplitLotCommand> commands;
  for (const char* number : {"A0", "A1", "A2", "A3", "A4", "A5"}) {
    commands.push_back(Splitting(world_.CreateLot("salt", number, "1"), {{"ALL", Q("1")}}));
  }
  EXPECT_THAT(SplitTogether(commands), ::testing::Each("OK"));
  EXPECT_EQ(world_.Where(world_.IdOf("salt", "ALL")), "stock 6");
}

TEST_F(ReshapeTest, ThousandPartsGoThrough) {
  const LotId lot = world_.CreateLot("salt", "A", "1000");
  std::vector<SplitPart> parts;
  for (int i = 0; i < kReshapePartsMax; ++i) parts.push_back({absl::StrCat("P", i), Q("1")});
  ASSERT_EQ(Split(Splitting(lot, parts)), "OK");
  EXPECT_THAT(done_.lots, SizeIs(kReshapePartsMax));
  std::vector<LotId> sources;
  for (const NumberedLot& part : done_.lots) sources.push_back(part.lot_id);
  ASSERT_EQ(Merge(Merging(sources, "ALL")), "OK");
  EXPECT_EQ(world_.Where(Out()), "stock 1000");
}

}  // namespace
}  // namespace lots
