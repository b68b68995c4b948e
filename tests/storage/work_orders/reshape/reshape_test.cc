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
#include "storage/genealogy/trace.h"
#include "storage/holds/holds.h"
#include "storage/lots/lots.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/workshop.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ReshapeTest : public ::testing::Test {
 protected:
  ~ReshapeTest() override { EXPECT_THAT(CheckLedger(shop_.db(), shop_.company()), IsEmpty()); }

  // "60 A", "40 B@SHELF": parts taken from STOCK.
  SplitLotCommand Splitting(const LotId& lot, std::vector<SplitPart> parts) {
    return {.context = shop_.Context("SplitLot"),
            .lot = {.lot_id = lot},
            .from = LocationId("STOCK"),
            .parts = std::move(parts),
            .occurred_at = shop_.now(),
            .note = "two customers"};
  }
  MergeLotsCommand Merging(const std::vector<LotId>& sources, const std::string& number) {
    MergeLotsCommand command{
        .context = shop_.Context("MergeLots"), .number = number, .occurred_at = shop_.now()};
    for (const LotId& lot : sources) {
      command.sources.push_back({.lot = {.lot_id = lot}, .from = LocationId("STOCK")});
    }
    return command;
  }
  RelabelLotCommand Relabelling(const LotId& lot, const std::string& number) {
    return {.context = shop_.Context("RelabelLot"),
            .lot = {.lot_id = lot},
            .from = LocationId("STOCK"),
            .number = number,
            .occurred_at = shop_.now()};
  }

  // Runs an operation; what it made is in done_.
  std::string Done(absl::StatusOr<Reshaping> answer) {
    if (answer.ok()) done_ = *answer;
    return RefusalOf(answer.status());
  }
  std::string Split(const SplitLotCommand& command) { return Done(SplitLot(shop_.db(), command)); }
  std::string Merge(const MergeLotsCommand& command) {
    return Done(MergeLots(shop_.db(), command));
  }
  std::string Relabel(const RelabelLotCommand& command) {
    return Done(RelabelLot(shop_.db(), command));
  }
  // From as many connections.
  std::vector<std::string> SplitTogether(const std::vector<SplitLotCommand>& orders) {
    std::vector<std::string> ends(orders.size());
    std::vector<std::thread> threads;
    for (size_t i = 0; i < orders.size(); ++i) {
      threads.emplace_back([&, i] {
        const auto db = database_.Connect();
        ends[i] = RefusalOf(SplitLot(*db, orders[i]).status());
      });
    }
    for (std::thread& thread : threads) thread.join();
    return ends;
  }
  std::string Reverse(const TransformationId& transformation) {
    return RefusalOf(ReverseCompletion(shop_.db(), shop_.Reversing(transformation)).status());
  }
  // The lot that came out.
  LotId Out(size_t index = 0) const { return done_.lots.at(index).lot_id; }

  Lot Get(const LotId& lot) {
    const auto found = GetLot(shop_.db(), shop_.company(), lot, shop_.now());
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *found : Lot();
  }
  // "A 0 certain, B 1 possible": what a trace finds, with depth.
  std::string Traced(TraceDirection direction, const LotId& seed);
  void Hold(const LotId& lot);
  std::string Since(const LotId& lot, absl::string_view location);

  TestDatabase database_{TestDatabase::kMigrated};
  Workshop shop_{database_};
  Reshaping done_;
};

std::string ReshapeTest::Traced(TraceDirection direction, const LotId& seed) {
  TraceQuery query{.company = shop_.company(), .direction = direction, .seeds = {seed}};
  query.depth_max = kTraceDepthMax;
  query.node_limit = kTraceNodesDefault;
  std::vector<std::string> told;
  const auto summary = Trace(shop_.db(), query, [&](const TracePiece& piece) {
    for (const TraceNode& node : piece.nodes) {
      const bool certain = node.certainty == Certainty::kCertain;
      told.push_back(
          absl::StrCat(node.number, " ", node.depth, certain ? " certain" : " possible"));
    }
  });
  EXPECT_TRUE(summary.ok()) << summary.status();
  return absl::StrJoin(told, ", ");
}

void ReshapeTest::Hold(const LotId& lot) {
  HoldLotsCommand command{.context = shop_.Context("HoldLots"), .reason = "looks odd"};
  command.targets.push_back({.lot = {.lot_id = lot}});
  const auto held = HoldLots(shop_.db(), command);
  ASSERT_TRUE(held.ok()) << held.status();
}

constexpr pg::Statement kSince{"test_stock_since", R"sql(
  SELECT stock_since::text FROM balances
  WHERE company = $1 AND lot_id = $2 AND location_id = $3)sql"};

std::string ReshapeTest::Since(const LotId& lot, absl::string_view location) {
  const auto rows = pg::Query(shop_.db(), kSince, shop_.company(), lot, location);
  EXPECT_TRUE(rows.ok()) << rows.status();
  return rows->empty() ? "" : (*rows)[0].Get<std::string>(0);
}

TEST_F(ReshapeTest, SplitAndMergedAgainConservesQuantitiesAndKeepsAllHistories) {
  const LotId whole = shop_.Lot("salt", "WHOLE", "100");

  ASSERT_EQ(Split(Splitting(whole, {{"SIXTY", Q("60")}, {"FORTY", Q("40")}})), "OK");
  const LotId sixty = Out(0), forty = Out(1);
  EXPECT_THAT(NumbersOf(done_.lots), ElementsAre("SIXTY", "FORTY"));
  EXPECT_EQ(shop_.Where(whole), "");
  EXPECT_EQ(shop_.Where(sixty), "STOCK:60");
  EXPECT_EQ(shop_.Where(forty), "STOCK:40");

  ASSERT_EQ(Merge(Merging({sixty, forty}, "AGAIN")), "OK");
  const LotId again = Out();
  EXPECT_EQ(shop_.Where(again), "STOCK:100");
  EXPECT_EQ(shop_.Where(sixty), "");
  EXPECT_EQ(shop_.Where(forty), "");

  EXPECT_EQ(Traced(TraceDirection::kDownstream, whole),
            "WHOLE 0 certain, FORTY 1 certain, SIXTY 1 certain, AGAIN 2 certain");
  EXPECT_EQ(Traced(TraceDirection::kUpstream, again),
            "AGAIN 0 certain, FORTY 1 certain, SIXTY 1 certain, WHOLE 2 certain");
  EXPECT_EQ(Traced(TraceDirection::kDownstream, forty), "FORTY 0 certain, AGAIN 1 certain");
}

TEST_F(ReshapeTest, MergedIntoItsOwnOldNumberIsACycleThatEnds) {
  const LotId whole = shop_.Lot("salt", "WHOLE", "100");
  ASSERT_EQ(Split(Splitting(whole, {{"SIXTY", Q("60")}, {"FORTY", Q("40")}})), "OK");
  const LotId sixty = Out(0), forty = Out(1);
  ASSERT_EQ(Merge(Merging({sixty, forty}, "whole")), "OK");
  EXPECT_EQ(Out(), whole);
  EXPECT_THAT(NumbersOf(done_.lots), ElementsAre("WHOLE"));
  EXPECT_EQ(shop_.Where(whole), "STOCK:100");
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
  lot.opening = Opening{Q("10"), LocationId("STOCK")};
  CreateLotsCommand create{.context = shop_.Context("CreateLot"), .product_id = ProductId("salt")};
  create.lots = {lot};
  const auto created = CreateLots(shop_.db(), create);
  ASSERT_TRUE(created.ok()) << created.status();
  const LotId source = created->lots[0].lot_id;

  SplitLotCommand command = Splitting(source, {{"P", Q("2.5")}});
  command.parts[0].to = LocationId("SHELF");
  ASSERT_EQ(Split(command), "OK");

  const Lot part = Get(Out());
  EXPECT_EQ(part.reference, "SUP-1");
  EXPECT_EQ(part.notes, "dry");
  EXPECT_EQ(std::get<std::string>(part.attributes.at("grade")), "A");
  EXPECT_EQ(part.dates, Get(source).dates);
  EXPECT_EQ(shop_.Where(source), "STOCK:7.5");
  EXPECT_EQ(shop_.Where(Out()), "SHELF:2.5");
}

TEST_F(ReshapeTest, NumbersComeFromTheTemplateAndAnActiveLotGetsMore) {
  const LotId soup = shop_.Lot("soup", "S0001", "9");
  const LotId more = shop_.Lot("soup", "MORE", "1", {}, "SHELF");
  SplitLotCommand command = Splitting(soup, {{"", Q("1")}, {"more", Q("2")}, {"", Q("3")}});
  command.parts[1].to = LocationId("SHELF");
  ASSERT_EQ(Split(command), "OK");
  EXPECT_THAT(NumbersOf(done_.lots), ElementsAre("S0002", "MORE", "S0003"));
  EXPECT_EQ(Out(1), more);
  EXPECT_EQ(shop_.Where(more), "SHELF:3");
  EXPECT_EQ(shop_.Where(soup), "STOCK:3");
}

TEST_F(ReshapeTest, TheSameRequestTwiceIsDoneOnce) {
  const LotId soup = shop_.Lot("soup", "S", "10");
  const SplitLotCommand command = Splitting(soup, {{"", Q("4")}, {"", Q("1")}});
  ASSERT_EQ(Split(command), "OK");
  const Reshaping first = done_;
  ASSERT_EQ(Split(command), "OK");
  EXPECT_EQ(done_.transformation_id, first.transformation_id);
  EXPECT_EQ(NumbersOf(done_.lots), NumbersOf(first.lots));
  EXPECT_EQ(shop_.Where(soup), "STOCK:5");
  // A repeat is answered though the numbers that it gives are now taken, by itself.
  const RelabelLotCommand relabel = Relabelling(soup, "T");
  ASSERT_EQ(Relabel(relabel), "OK");
  ASSERT_EQ(Relabel(relabel), "OK");
  EXPECT_EQ(shop_.Where(Out()), "STOCK:5");
  SplitLotCommand other = command;
  other.context.payload_hash = "another";
  EXPECT_EQ(Split(other), "REQUEST_ID_REUSED request_id");
}

TEST_F(ReshapeTest, AMergeTakesTheEarliestDatesAndASharedReference) {
  const LotId a = shop_.Lot("salt", "A", "1", absl::CivilDay(2030, 5, 1));
  const LotId b = shop_.Lot("salt", "B", "2", absl::CivilDay(2030, 4, 1));
  const LotId c = shop_.Lot("salt", "C", "4");
  MergeLotsCommand command = Merging({a, b, c}, "M");
  command.sources[2].quantity = Q("1.5");
  command.to = LocationId("SHELF");
  ASSERT_EQ(Merge(command), "OK");
  EXPECT_EQ(Get(Out()).dates.expires_on, absl::CivilDay(2030, 4, 1));
  EXPECT_EQ(shop_.Where(Out()), "SHELF:4.5");
  EXPECT_EQ(shop_.Where(c), "STOCK:2.5");
}

TEST_F(ReshapeTest, AStoredResultKeepsItsDatesButTakesAnEarlierExpiry) {
  const LotId late = shop_.Lot("salt", "LATE", "1", absl::CivilDay(2031, 1, 1));
  const LotId early = shop_.Lot("salt", "EARLY", "1", absl::CivilDay(2030, 1, 1));
  const LotId target = shop_.Lot("salt", "TARGET", "1", absl::CivilDay(2030, 6, 1));
  ASSERT_EQ(Merge(Merging({late}, "TARGET")), "OK");
  EXPECT_EQ(Get(target).dates.expires_on, absl::CivilDay(2030, 6, 1));
  ASSERT_EQ(Merge(Merging({early}, "TARGET")), "OK");
  EXPECT_EQ(Get(target).dates.expires_on, absl::CivilDay(2030, 1, 1));
  EXPECT_EQ(shop_.Where(target), "STOCK:3");
}

TEST_F(ReshapeTest, WhatComesOutIsInStockSinceTheEarliestOfWhatWentIn) {
  const LotId old_lot = shop_.Lot("salt", "OLD", "1");
  const LotId new_lot = shop_.Lot("salt", "NEW", "1");
  MergeLotsCommand command = Merging({new_lot, old_lot}, "M");
  command.occurred_at = shop_.now() + absl::Hours(5);
  const std::string since = Since(old_lot, "STOCK");
  ASSERT_EQ(Merge(command), "OK");
  EXPECT_EQ(Since(Out(), "STOCK"), since);
}

TEST_F(ReshapeTest, ALotBecomesAnotherProduct) {
  const LotId salt = shop_.Lot("salt", "A", "5", absl::CivilDay(2030, 1, 1));
  RelabelLotCommand command = Relabelling(salt, "");
  command.product = ProductId("soup");
  command.quantity = Q("2");
  command.expires_on = absl::CivilDay(2029, 1, 1);
  ASSERT_EQ(Relabel(command), "OK");
  const Lot soup = Get(Out());
  EXPECT_EQ(soup.product_id, ProductId("soup"));
  EXPECT_EQ(soup.number, "S0001");
  EXPECT_EQ(soup.dates.expires_on, absl::CivilDay(2029, 1, 1));
  EXPECT_EQ(shop_.Where(salt), "STOCK:3");
  EXPECT_EQ(shop_.Where(Out()), "STOCK:2");
}

TEST_F(ReshapeTest, ASerialTakesAnotherNumberAndTheOldOneIsNowhere) {
  const LotId bike = shop_.Serial("bike", "B");
  ASSERT_EQ(Relabel(Relabelling(bike, "C")), "OK");
  const LotId renamed = Out();
  EXPECT_EQ(shop_.Where(bike), "");
  EXPECT_EQ(shop_.Where(renamed), "STOCK:1");
  EXPECT_EQ(Traced(TraceDirection::kUpstream, renamed), "C 0 certain, B 1 certain");
  EXPECT_EQ(Relabel(Relabelling(bike, "D")), "SERIAL_NOT_THERE location_id");

  // Taken back: the old one is where it was, the new one planned, and its number is not free.
  ASSERT_EQ(Reverse(done_.transformation_id), "OK");
  EXPECT_EQ(shop_.Where(bike), "STOCK:1");
  EXPECT_EQ(shop_.Where(renamed), "");
  EXPECT_EQ(shop_.StateOf(renamed), "PLANNED");
  EXPECT_EQ(Traced(TraceDirection::kUpstream, renamed), "C 0 certain");
  EXPECT_EQ(Relabel(Relabelling(bike, "C")), "LOT_NUMBER_TAKEN number");
}

TEST_F(ReshapeTest, ExpiredLotsAreReshaped) {
  const LotId lot = shop_.Lot("salt", "E", "3", absl::CivilDay(2000, 1, 1));
  ASSERT_EQ(Split(Splitting(lot, {{"E1", Q("1")}})), "OK");
  ASSERT_EQ(Relabel(Relabelling(lot, "E2")), "OK");
  EXPECT_TRUE(Get(Out()).expired);
}

TEST_F(ReshapeTest, AHeldLotNeedsAcceptanceAndPassesItsHoldOn) {
  const LotId lot = shop_.Lot("salt", "H", "10");
  const LotId free = shop_.Lot("salt", "F", "10");
  Hold(lot);
  EXPECT_EQ(Split(Splitting(lot, {{"P", Q("1")}})), "LOT_HELD lot");
  EXPECT_EQ(Merge(Merging({free, lot}, "M")), "LOT_HELD sources[1].lot");
  EXPECT_EQ(Relabel(Relabelling(lot, "R")), "LOT_HELD lot");

  SplitLotCommand split = Splitting(lot, {{"P1", Q("1")}, {"P2", Q("2")}});
  split.accept_held = true;
  ASSERT_EQ(Split(split), "OK");
  EXPECT_EQ(Get(Out(0)).hold_cause, HoldCause::kInherited);
  EXPECT_EQ(Get(Out(1)).hold_cause, HoldCause::kInherited);
  MergeLotsCommand merge = Merging({free, lot}, "M");
  merge.accept_held = true;
  ASSERT_EQ(Merge(merge), "OK");
  EXPECT_EQ(Get(Out()).hold_cause, HoldCause::kInherited);
  EXPECT_EQ(Get(free).hold_cause, std::nullopt);
  EXPECT_EQ(shop_.Where(Out()), "STOCK:17");
}

TEST_F(ReshapeTest, SplitsAreRefused) {
  const LotId salt = shop_.Lot("salt", "A", "5");
  const LotId bike = shop_.Serial("bike", "B");
  shop_.Archive(shop_.Lot("salt", "OLD", "1"));
  const auto refused = [&](SplitLotCommand command) { return Split(command); };
  const SplitLotCommand one = Splitting(salt, {{"P", Q("1")}});
  const auto with = [&](auto change) {
    SplitLotCommand command = one;
    command.context = shop_.Context("SplitLot");
    change(command);
    return refused(command);
  };
  EXPECT_EQ(with([](auto& o) { o.lot = {.product_id = ProductId("salt"), .number = "X"}; }),
            "LOT_NOT_FOUND lot");
  EXPECT_EQ(with([](auto& o) { o.context.company = CompanyId("nobody"); }), "COMPANY_NOT_FOUND");
  EXPECT_EQ(with([](auto& o) { o.from = LocationId("X"); }), "LOCATION_NOT_FOUND location_id");
  EXPECT_EQ(with([](auto& o) { o.parts[0].to = LocationId("X"); }),
            "LOCATION_NOT_FOUND parts[0].location_id");
  EXPECT_EQ(with([](auto& o) { o.parts[0].to = LocationId("SHOP"); }),
            "LOCATION_KIND_MISMATCH parts[0].location_id");
  EXPECT_EQ(with([](auto& o) { o.parts[0].to = DefaultLocation(LocationKind::kScrap); }),
            "LOCATION_KIND_MISMATCH parts[0].location_id");
  EXPECT_EQ(with([](auto& o) { o.from = LocationId("SHOP"); }),
            "LOCATION_KIND_MISMATCH location_id");
  EXPECT_EQ(with([](auto& o) { o.parts[0].quantity = Q("5.001"); }), "NOT_ENOUGH parts");
  EXPECT_EQ(with([](auto& o) { o.from = LocationId("SHELF"); }), "NOT_ENOUGH parts");
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
  EXPECT_EQ(shop_.Where(salt), "STOCK:5");
}

TEST_F(ReshapeTest, MergesAreRefused) {
  const LotId a = shop_.Lot("salt", "A", "5");
  const LotId b = shop_.Lot("salt", "B", "5", {}, "SHELF");
  const LotId soup = shop_.Lot("soup", "S", "5");
  const LotId bike = shop_.Serial("bike", "K");
  EXPECT_EQ(Merge(Merging({a, soup}, "M")), "PRODUCT_MISMATCH sources[1].lot");
  EXPECT_EQ(Merge(Merging({a, a}, "M")), "DUPLICATE_IN_REQUEST sources[1].lot");
  EXPECT_EQ(Merge(Merging({bike}, "M")), "TRACKING_MISMATCH sources[0].lot");
  EXPECT_EQ(Merge(Merging({a}, "a")), "FIELD_INVALID number");
  EXPECT_EQ(Merge(Merging({a, b}, "M")), "NOT_ENOUGH sources[1].quantity");
  MergeLotsCommand command = Merging({a}, "M");
  command.to = LocationId("SHOP");
  EXPECT_EQ(Merge(command), "LOCATION_KIND_MISMATCH location_id");
  command = Merging({a}, "M");
  command.sources[0].quantity = Q("0.0005");
  EXPECT_EQ(Merge(command), "QUANTITY_SCALE sources[0].quantity");
  // One lot from two places is two sources.
  MergeLotsCommand both = Merging({b, b}, "M");
  both.sources[0].from = LocationId("SHELF");
  both.sources[1].from = LocationId("LINE");
  EXPECT_EQ(Merge(both), "NOT_ENOUGH sources[1].quantity");
}

TEST_F(ReshapeTest, RelabelsAreRefused) {
  const LotId salt = shop_.Lot("salt", "A", "5", absl::CivilDay(2030, 1, 1));
  const LotId other = shop_.Lot("salt", "B", "5", absl::CivilDay(2030, 1, 1));
  const LotId bike = shop_.Serial("bike", "K");
  shop_.Serial("bike", "TAKEN");
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
  EXPECT_EQ(with(bike, [](auto& o) { o.from = LocationId("LINE"); }),
            "SERIAL_NOT_THERE location_id");
  EXPECT_EQ(with(bike, [](auto& o) { o.quantity = Q("2"); }), "SERIAL_QUANTITY_NOT_ONE quantity");
  EXPECT_EQ(shop_.Where(other), "STOCK:5");
}

TEST_F(ReshapeTest, SwitchedOffIsRefused) {
  const LotId salt = shop_.Lot("salt", "A", "5");
  database_.Execute("UPDATE companies SET lots_enabled = false");
  EXPECT_EQ(Split(Splitting(salt, {{"P", Q("1")}})), "LOTS_DISABLED");
}

TEST_F(ReshapeTest, ASplitTakenBackGivesTheSourceBack) {
  const LotId lot = shop_.Lot("salt", "A", "10");
  const std::string since = Since(lot, "STOCK");
  ASSERT_EQ(Split(Splitting(lot, {{"P1", Q("4")}, {"P2", Q("6")}})), "OK");
  const LotId p1 = Out(0), p2 = Out(1);
  const TransformationId split = done_.transformation_id;
  ASSERT_EQ(Split(Splitting(p1, {{"P3", Q("1")}})), "OK");
  EXPECT_EQ(Reverse(split), "RESULT_USED transformation_id");
  ASSERT_EQ(Reverse(done_.transformation_id), "OK");

  ASSERT_EQ(Reverse(split), "OK");
  EXPECT_EQ(shop_.Where(lot), "STOCK:10");
  EXPECT_EQ(shop_.Where(p1), "");
  EXPECT_EQ(shop_.Where(p2), "");
  EXPECT_EQ(shop_.StateOf(p1), "ACTIVE");
  EXPECT_EQ(Since(lot, "STOCK"), since);
  EXPECT_EQ(Traced(TraceDirection::kDownstream, lot), "A 0 certain");
  EXPECT_EQ(Reverse(split), "ALREADY_REVERSED transformation_id");
  // The parts are there to be used again.
  ASSERT_EQ(Split(Splitting(lot, {{"P1", Q("4")}})), "OK");
  EXPECT_EQ(Out(), p1);
}

TEST_F(ReshapeTest, AMergeTakenBackGivesEverySourceBack) {
  const LotId a = shop_.Lot("salt", "A", "1");
  const LotId b = shop_.Lot("salt", "B", "2");
  ASSERT_EQ(Merge(Merging({a, b}, "M")), "OK");
  ASSERT_EQ(Reverse(done_.transformation_id), "OK");
  EXPECT_EQ(shop_.Where(a), "STOCK:1");
  EXPECT_EQ(shop_.Where(b), "STOCK:2");
  EXPECT_EQ(shop_.Where(Out()), "");
}

TEST_F(ReshapeTest, OfTwoSplitsOfTheSameGoodsAtOnceOneWins) {
  const LotId lot = shop_.Lot("salt", "A", "10");
  const int kWriters = 4;
  std::vector<SplitLotCommand> orders;
  for (int i = 0; i < kWriters; ++i) {
    orders.push_back(Splitting(lot, {{absl::StrCat("P", i), Q("6")}, {"SHARED", Q("1")}}));
  }
  EXPECT_THAT(SplitTogether(orders), UnorderedElementsAre("NOT_ENOUGH parts", "NOT_ENOUGH parts",
                                                          "NOT_ENOUGH parts", "OK"));
  EXPECT_EQ(shop_.Where(lot), "STOCK:3");
}

TEST_F(ReshapeTest, ManySplitsIntoOneNewNumberAtOnceAllArriveThere) {
  std::vector<SplitLotCommand> orders;
  for (const char* number : {"A0", "A1", "A2", "A3", "A4", "A5"}) {
    orders.push_back(Splitting(shop_.Lot("salt", number, "1"), {{"ALL", Q("1")}}));
  }
  EXPECT_THAT(SplitTogether(orders), ::testing::Each("OK"));
  EXPECT_EQ(shop_.Where(shop_.IdOf("salt", "ALL")), "STOCK:6");
}

TEST_F(ReshapeTest, ThousandPartsGoThrough) {
  const LotId lot = shop_.Lot("salt", "A", "1000");
  std::vector<SplitPart> parts;
  for (int i = 0; i < kReshapePartsMax; ++i) parts.push_back({absl::StrCat("P", i), Q("1")});
  ASSERT_EQ(Split(Splitting(lot, parts)), "OK");
  EXPECT_THAT(done_.lots, SizeIs(kReshapePartsMax));
  std::vector<LotId> sources;
  for (const NumberedLot& part : done_.lots) sources.push_back(part.lot_id);
  ASSERT_EQ(Merge(Merging(sources, "ALL")), "OK");
  EXPECT_EQ(shop_.Where(Out()), "STOCK:1000");
}

}  // namespace
}  // namespace lots
