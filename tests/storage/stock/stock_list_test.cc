// What is where, now and then.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/lot_stock.h"
#include "storage/domain/movement.h"
#include "storage/stock/list.h"
#include "storage/stock/movements.h"
#include "storage/stock/stock.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StockListTest : public ::testing::Test {
 protected:
  StockListTest() {
    world_.CreateLot("salt", "L1", {.expires_on = absl::CivilDay(2030, 1, 31)});
    world_.CreateLot("salt", "L2");
    world_.CreateLot("bike", "S1");
  }

  // "L1 stock 5" a line, in the order answered.
  std::vector<std::string> List(ListStockQuery query) {
    query.company = world_.company();
    if (query.limit == 0) query.limit = 100;
    const auto stock = ListStock(world_.db(), query);
    EXPECT_TRUE(stock.ok()) << stock.status();
    std::vector<std::string> lines;
    if (!stock.ok()) return lines;
    for (const LotStock& held : *stock) {
      lines.push_back(
          absl::StrCat(held.number, " ", held.location_id.value(), " ", held.quantity.ToString()));
    }
    return lines;
  }
  static absl::Time Day(int day) {
    return absl::FromCivil(absl::CivilDay(2026, 3, day), absl::UTCTimeZone());
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(StockListTest, SelectionsNarrowEachOtherDown) {
  for (const char* movement : {"RECEIPT L1 5 >stock", "RECEIPT L1 2 >box", "RECEIPT L2 3 >box",
                               "RECEIPT S1 1 >box", "DELIVERY L1 1 stock>"}) {
    world_.MustRecord(movement);
  }
  const std::vector<LotId> l1 = {world_.IdOf("L1")};
  const ProductId salt("salt");
  const LocationId box("box");

  EXPECT_THAT(List({.lot_ids = l1}), ElementsAre("L1 box 2", "L1 stock 4"));
  EXPECT_THAT(List({.lot_ids = l1, .all_kinds = true}),
              ElementsAre("L1 CUSTOMER 1", "L1 SUPPLIER -7", "L1 box 2", "L1 stock 4"));
  EXPECT_THAT(List({.product_id = salt}), ElementsAre("L1 box 2", "L1 stock 4", "L2 box 3"));
  EXPECT_THAT(List({.location_id = box}), ElementsAre("L1 box 2", "L2 box 3", "S1 box 1"));
  EXPECT_THAT(List({.product_id = salt, .location_id = box}), ElementsAre("L1 box 2", "L2 box 3"));
  EXPECT_THAT(List({.lot_ids = l1, .location_id = box}), ElementsAre("L1 box 2"));
}

TEST_F(StockListTest, DescendantsAreCountedWhenAskedFor) {
  for (const char* movement :
       {"RECEIPT L1 1 >stock", "RECEIPT L1 2 >shelf", "RECEIPT L1 3 >box", "RECEIPT L1 4 >yard"}) {
    world_.MustRecord(movement);
  }

  EXPECT_THAT(List({.location_id = LocationId("stock")}), ElementsAre("L1 stock 1"));
  EXPECT_THAT(List({.location_id = LocationId("stock"), .include_descendants = true}),
              ElementsAre("L1 box 3", "L1 shelf 2", "L1 stock 1"));
  EXPECT_THAT(List({.location_id = LocationId("shelf"), .include_descendants = true}),
              ElementsAre("L1 box 3", "L1 shelf 2"));
}

TEST_F(StockListTest, EmptiedPlacesAreNotListed) {
  world_.MustRecord("RECEIPT L1 1 >stock");
  world_.MustRecord("TRANSFER L1 1 stock>yard");

  EXPECT_THAT(List({.lot_ids = {world_.IdOf("L1")}}), ElementsAre("L1 yard 1"));
}

TEST_F(StockListTest, EverythingThatIsKnownOfAPlaceIsListed) {
  world_.MustRecord("RECEIPT L1 2.5 >stock @2026-03-01");

  const auto stock = ListStock(
      world_.db(), {.company = world_.company(), .product_id = ProductId("salt"), .limit = 10});

  ASSERT_TRUE(stock.ok());
  ASSERT_EQ(stock->size(), 1u);
  const LotStock& held = stock->front();
  EXPECT_EQ(held.company, world_.company());
  EXPECT_EQ(held.lot_id, world_.IdOf("L1"));
  EXPECT_EQ(held.product_id, ProductId("salt"));
  EXPECT_EQ(held.kind, LocationKind::kInternal);
  EXPECT_EQ(held.quantity.Format(held.scale), "2.500");
  EXPECT_EQ(held.arrived_at, Day(1));
  EXPECT_EQ(held.stock_since, Day(1));
  EXPECT_EQ(held.expires_on, absl::CivilDay(2030, 1, 31));
}

TEST_F(StockListTest, AsOfIsWhatHadHappenedByThen) {
  world_.MustRecord("RECEIPT L1 10 >stock @2026-03-02");
  world_.MustRecord("TRANSFER L1 4 stock>yard @2026-03-04");
  world_.MustRecord("DELIVERY L1 1 yard> @2026-03-06");
  // Said later, happened before: on that day there was less than nothing.
  world_.MustRecord("SCRAP L1 3 stock> @2026-03-01");
  const auto as_of = [&](int day) {
    return List({.product_id = ProductId("salt"), .as_of = Day(day)});
  };

  EXPECT_THAT(as_of(1), ElementsAre("L1 stock -3"));
  EXPECT_THAT(as_of(2), ElementsAre("L1 stock 7"));
  EXPECT_THAT(as_of(4), ElementsAre("L1 stock 3", "L1 yard 4"));
  EXPECT_THAT(as_of(9), ElementsAre("L1 stock 3", "L1 yard 3"));
}

TEST_F(StockListTest, AsOfForgetsWhatWasReversed) {
  const MovementId mistake = world_.MustRecord("RECEIPT L1 10 >stock @2026-03-02");
  ASSERT_TRUE(world_.Reverse(mistake).ok());

  EXPECT_THAT(List({.lot_ids = {world_.IdOf("L1")}, .as_of = Day(3)}), IsEmpty());
}

TEST_F(StockListTest, KnownAtIsWhatWasRecordedByThen) {
  const absl::Time start = world_.now();
  const MovementId received = world_.MustRecord("RECEIPT L1 10 >stock @2026-03-02");
  world_.set_now(start + absl::Hours(1));
  ASSERT_TRUE(world_.Reverse(received).ok());
  world_.set_now(start + absl::Hours(2));
  world_.MustRecord("RECEIPT L1 8 >yard @2026-03-02");
  const auto known_at = [&](absl::Duration after) {
    return List({.lot_ids = {world_.IdOf("L1")}, .known_at = start + after});
  };

  EXPECT_THAT(known_at(absl::Minutes(-1)), IsEmpty());
  EXPECT_THAT(known_at(absl::Minutes(1)), ElementsAre("L1 stock 10"));
  EXPECT_THAT(known_at(absl::Minutes(61)), IsEmpty());
  EXPECT_THAT(known_at(absl::Minutes(121)), ElementsAre("L1 yard 8"));
}

TEST_F(StockListTest, PagesJoinWithoutGapOrOverlap) {
  for (const char* place : {"stock", "shelf", "box", "yard", "truck"}) {
    world_.MustRecord(absl::StrCat("RECEIPT L1 1 >", place));
    world_.MustRecord(absl::StrCat("RECEIPT L2 1 >", place));
  }
  for (const bool then : {false, true}) {
    ListStockQuery query{.company = world_.company(), .product_id = ProductId("salt"), .limit = 3};
    if (then) query.as_of = absl::Now() + absl::Hours(1);
    std::vector<std::string> pages;
    for (int page = 0; page < 4; ++page) {
      const auto stock = ListStock(world_.db(), query);
      ASSERT_TRUE(stock.ok()) << stock.status();
      for (const LotStock& held : *stock) {
        pages.push_back(absl::StrCat(held.number, " ", held.location_id.value()));
      }
      query.after = {stock->back().lot_id, stock->back().location_id};
    }

    EXPECT_THAT(pages, ElementsAre("L1 box", "L1 shelf", "L1 stock", "L1 truck", "L1 yard",
                                   "L2 box", "L2 shelf", "L2 stock", "L2 truck", "L2 yard"));
    EXPECT_THAT(ListStock(world_.db(), query)->size(), 0u);
  }
}

TEST_F(StockListTest, WhatDoesNotExistIsNotFound) {
  const auto refusal = [&](ListStockQuery query) {
    if (query.company.value().empty()) query.company = world_.company();
    query.limit = 10;
    return ReasonOf(ListStock(world_.db(), query).status());
  };
  EXPECT_EQ(refusal({.location_id = LocationId("attic")}), "LOCATION_NOT_FOUND");
  EXPECT_EQ(refusal({.lot_ids = {LotId(Uuid::MakeV7())}}), "LOT_NOT_FOUND");
  // Not only where nothing else is found.
  world_.MustRecord("RECEIPT L1 1 >stock");
  EXPECT_EQ(refusal({.lot_ids = {world_.IdOf("L1"), LotId(Uuid::MakeV7())}}), "LOT_NOT_FOUND");
  EXPECT_EQ(refusal({.product_id = ProductId("nothing")}), "PRODUCT_NOT_FOUND");
  EXPECT_EQ(refusal({.company = CompanyId("nobody"), .product_id = ProductId("salt")}),
            "COMPANY_NOT_FOUND");
}

TEST_F(StockListTest, FiltersNarrow) {
  for (const char* movement : {"RECEIPT L1 5 >stock", "RECEIPT L1 2 >box", "RECEIPT L2 3 >box",
                               "RECEIPT S1 1 >box", "DELIVERY L1 1 stock>"}) {
    world_.MustRecord(movement);
  }
  world_.Execute(R"(UPDATE lots SET attributes = '{"grade": {"text": "A"}}' WHERE number = 'L2')");
  world_.Execute(
      "INSERT INTO holds (company, hold_id, lot_id, cause, location_id, reason, "
      "exempt_location_ids, placed_by, placed_at) SELECT company, gen_random_uuid(), lot_id, 2, "
      "'box', '', '{}', '', now() FROM lots WHERE number = 'L1'");
  const ProductId salt("salt");
  const auto filtered = [&](const std::string& filter) {
    return List({.product_id = salt, .filter = filter});
  };

  EXPECT_THAT(filtered("quantity >= 3"), ElementsAre("L1 stock 4", "L2 box 3"));
  EXPECT_THAT(filtered("location_id = box"), ElementsAre("L1 box 2", "L2 box 3"));
  EXPECT_THAT(filtered("number = l2"), ElementsAre("L2 box 3"));
  EXPECT_THAT(filtered("expire_date:*"), ElementsAre("L1 box 2", "L1 stock 4"));
  EXPECT_THAT(filtered("attributes.grade = A"), ElementsAre("L2 box 3"));
  EXPECT_THAT(filtered("held = true"), ElementsAre("L1 box 2"));
  EXPECT_THAT(filtered("hold_cause = PLACE"), ElementsAre("L1 box 2"));
  EXPECT_THAT(filtered("hold_cause != PLACE"), ElementsAre("L1 stock 4", "L2 box 3"));
  EXPECT_THAT(filtered("arrive_time > 2020-01-01 AND stock_since_time > 2020-01-01"),
              ElementsAre("L1 box 2", "L1 stock 4", "L2 box 3"));
  // Shown because the filter names the kind.
  EXPECT_THAT(filtered("location_kind = CUSTOMER"), ElementsAre("L1 CUSTOMER 1"));
  EXPECT_THAT(List({.product_id = salt, .as_of = world_.now(), .filter = "quantity < 4"}),
              ElementsAre("L1 box 2", "L2 box 3"));
  const auto then = ListStock(world_.db(), {.company = world_.company(),
                                            .product_id = salt,
                                            .as_of = world_.now(),
                                            .filter = "held = true",
                                            .limit = 10});
  EXPECT_EQ(ReasonOf(then.status()), "FILTER_INVALID");
}

TEST_F(StockListTest, CompaniesDoNotSeeEachOther) {
  World other(database_, "other");
  other.CreateLot("salt", "L9");
  other.MustRecord("RECEIPT L9 5 >stock");
  world_.MustRecord("RECEIPT L1 1 >stock");

  EXPECT_THAT(List({.product_id = ProductId("salt")}), ElementsAre("L1 stock 1"));
  EXPECT_THAT(List({.location_id = LocationId("stock"), .include_descendants = true}),
              ElementsAre("L1 stock 1"));
  EXPECT_EQ(
      ReasonOf(ListStock(world_.db(),
                         {.company = world_.company(), .lot_ids = {other.IdOf("L9")}, .limit = 10})
                   .status()),
      "LOT_NOT_FOUND");
}

class MovementListTest : public StockListTest {
 protected:
  // "RECEIPT L1 stock" a line.
  std::vector<std::string> Filtered(const std::string& filter) {
    const auto movements =
        ListMovements(world_.db(), {.company = world_.company(), .filter = filter, .limit = 100});
    EXPECT_TRUE(movements.ok()) << movements.status();
    std::vector<std::string> lines;
    if (!movements.ok()) return lines;
    for (const Movement& movement : *movements) {
      lines.push_back(
          absl::StrCat(Name(movement.kind), " ", movement.number, " ", movement.to.value()));
    }
    return lines;
  }
};

TEST_F(MovementListTest, NewestComesFirstAndFiltersNarrow) {
  RecordMovementsCommand command = world_.RecordCommand({"RECEIPT L1 10 >stock @2026-03-01 #mill",
                                                         "TRANSFER L1 4 stock>yard @2026-03-02",
                                                         "RECEIPT S1 1 >stock @2026-03-03"});
  command.movements[0].document = {.type = "purchase_order", .number = "PO-7"};
  ASSERT_TRUE(RecordMovements(world_.db(), command).ok());
  // A second clock that is ahead makes the order plain.
  world_.set_now(world_.now() + absl::Hours(1));
  world_.MustRecord("DELIVERY L1 1 yard> @2026-03-04");
  const std::string l1 = world_.IdOf("L1").value().ToString();
  const std::string transfer = "TRANSFER L1 yard";

  EXPECT_EQ(Filtered("").size(), 4u);
  EXPECT_EQ(Filtered("").front(), "DELIVERY L1 CUSTOMER");
  EXPECT_THAT(Filtered("lot_id = " + l1),
              ElementsAre("DELIVERY L1 CUSTOMER", transfer, "RECEIPT L1 stock"));
  EXPECT_THAT(Filtered("product_id = bike"), ElementsAre("RECEIPT S1 stock"));
  EXPECT_THAT(Filtered("kind = TRANSFER"), ElementsAre(transfer));
  EXPECT_THAT(Filtered("kind = MOVEMENT_KIND_TRANSFER"), ElementsAre(transfer));
  EXPECT_THAT(Filtered("from_location_id = stock"), ElementsAre(transfer));
  EXPECT_THAT(Filtered("to_location_id = yard"), ElementsAre(transfer));
  EXPECT_THAT(Filtered("location_id = yard"), ElementsAre("DELIVERY L1 CUSTOMER", transfer));
  EXPECT_THAT(Filtered("NOT location_id = stock"), ElementsAre("DELIVERY L1 CUSTOMER"));
  EXPECT_THAT(Filtered("document_type = purchase_order"), ElementsAre("RECEIPT L1 stock"));
  EXPECT_THAT(Filtered("document_type = \"pur*\""), ElementsAre("RECEIPT L1 stock"));
  EXPECT_THAT(Filtered("document_number = \"PO-*\""), ElementsAre("RECEIPT L1 stock"));
  EXPECT_THAT(Filtered("partner_id = mill"), ElementsAre("RECEIPT L1 stock"));
  world_.Assign("WO-1", "bike", {"S2"});
  EXPECT_THAT(Filtered("work_order_id = WO-1"), IsEmpty());
  const ListMovementsQuery unknown{
      .company = world_.company(), .filter = "work_order_id = WO-9", .limit = 10};
  EXPECT_EQ(RefusalOf(ListMovements(world_.db(), unknown).status()), "WORK_ORDER_NOT_FOUND filter");
  EXPECT_EQ(Filtered("actor = tester").size(), 4u);
  EXPECT_THAT(Filtered("occur_time = 2026-03-02"), ElementsAre(transfer));
  EXPECT_THAT(Filtered("occur_time >= 2026-03-02 AND occur_time < 2026-03-03"),
              ElementsAre(transfer));
  EXPECT_THAT(Filtered("record_time < 2026-01-01"), IsEmpty());
}

TEST_F(MovementListTest, DayOfAFilterIsTheCompanysOwn) {
  world_.MustRecord("RECEIPT L1 10 >stock @2026-03-01T23:30:00Z");
  EXPECT_EQ(Filtered("occur_time = 2026-03-01").size(), 1u);

  world_.SetSetting("time_zone", "'Europe/Berlin'");

  EXPECT_THAT(Filtered("occur_time = 2026-03-01"), IsEmpty());
  EXPECT_EQ(Filtered("occur_time = 2026-03-02").size(), 1u);
}

TEST_F(MovementListTest, WhatDoesNotExistIsNotFound) {
  const auto refusal = [&](const std::string& filter, const char* company = "") {
    ListMovementsQuery query{.company = world_.company(), .filter = filter, .limit = 10};
    if (*company != 0) query.company = CompanyId(company);
    return ReasonOf(ListMovements(world_.db(), query).status());
  };
  EXPECT_EQ(refusal("", "nobody"), "COMPANY_NOT_FOUND");
  EXPECT_EQ(refusal("product_id = nothing"), "PRODUCT_NOT_FOUND");
  EXPECT_EQ(refusal("kind = RECEIPT AND to_location_id = attic"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(refusal("lot_id = 01890000-0000-7000-8000-000000000001"), "LOT_NOT_FOUND");
  // Here the product need not exist.
  EXPECT_THAT(Filtered("product_id = nothing OR kind = SCRAP"), IsEmpty());
  EXPECT_THAT(Filtered("product_id != nothing AND kind = SCRAP"), IsEmpty());
}

// What ListMovements says about following movements: record_time is no cursor.
TEST_F(MovementListTest, AMovementMayAppearAfterLaterOnes) {
  const absl::Time late = world_.now();
  world_.set_now(late + absl::Minutes(2));
  world_.MustRecord("RECEIPT L1 1 >stock");
  const auto since = [&](absl::Time time) {
    return Filtered(absl::StrCat("record_time >= \"", absl::FormatTime(time), "\""));
  };
  ASSERT_THAT(since(world_.now()), ElementsAre("RECEIPT L1 stock"));

  // Its request arrived earlier, and it took as long as a write may take.
  world_.set_now(late);
  world_.MustRecord("RECEIPT L2 2 >yard");

  const absl::Time read = late + absl::Minutes(2);
  EXPECT_THAT(since(read), ElementsAre("RECEIPT L1 stock"));
  EXPECT_THAT(since(read - absl::Minutes(5)), ElementsAre("RECEIPT L1 stock", "RECEIPT L2 yard"));
}

TEST_F(MovementListTest, WrongFilterIsRefused) {
  const auto movements = ListMovements(
      world_.db(), {.company = world_.company(), .filter = "colour = red", .limit = 10});

  EXPECT_EQ(ReasonOf(movements.status()), "FILTER_INVALID");
}

TEST_F(MovementListTest, PagesJoinWithoutGapOrOverlap) {
  std::vector<std::string> receipts(7, "RECEIPT L1 1 >stock");
  const auto recorded = world_.Record(receipts);
  ASSERT_TRUE(recorded.ok());
  std::vector<MovementId> newest_first(recorded->movement_ids.rbegin(),
                                       recorded->movement_ids.rend());

  ListMovementsQuery query{.company = world_.company(), .limit = 3};
  std::vector<MovementId> pages;
  for (int page = 0; page < 3; ++page) {
    const auto movements = ListMovements(world_.db(), query);
    ASSERT_TRUE(movements.ok());
    for (const Movement& movement : *movements) pages.push_back(movement.movement_id);
    query.after = {movements->back().recorded_at, movements->back().movement_id};
  }

  EXPECT_EQ(pages, newest_first);
  EXPECT_EQ(ListMovements(world_.db(), query)->size(), 0u);
}

}  // namespace
}  // namespace lots
