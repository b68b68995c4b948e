// Which lots to take first.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/stock/stock.h"
#include "storage/stock/suggest.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StockSuggestTest : public ::testing::Test {
 protected:
  StockSuggestTest() {
    world_.set_now(absl::FromCivil(absl::CivilDay(2026, 3, 20), absl::UTCTimeZone()));
  }

  SuggestLotsQuery Need(int64_t units, std::optional<SuggestStrategy> strategy = std::nullopt) {
    return {.company = world_.company(),
            .product_id = ProductId("salt"),
            .quantity = Quantity::FromUnits(units),
            .strategy = strategy,
            .now = world_.now()};
  }
  // "L1 stock 5" a pick, and last what is missing.
  std::vector<std::string> Suggest(const SuggestLotsQuery& query) {
    const auto suggestion = SuggestLots(world_.db(), query);
    if (!suggestion.ok()) return {ReasonOf(suggestion.status())};
    std::vector<std::string> lines;
    for (const LotPick& pick : suggestion->picks) {
      lines.push_back(
          absl::StrCat(pick.number, " ", pick.location_id.value(), " ", pick.quantity.ToString()));
    }
    lines.push_back(absl::StrCat("missing ", suggestion->missing.ToString()));
    return lines;
  }
  void AddLot(const std::string& number, std::optional<absl::CivilDay> expires_on,
              const std::string& receipt) {
    world_.CreateLot("salt", number, {.expires_on = expires_on});
    world_.MustRecord(receipt);
  }
  // Expiring later the earlier it came.
  void AddThreeLots() {
    AddLot("A", absl::CivilDay(2026, 9, 1), "RECEIPT A 10 >stock @2026-03-01");
    AddLot("B", absl::CivilDay(2026, 8, 1), "RECEIPT B 10 >shelf @2026-03-02");
    AddLot("C", std::nullopt, "RECEIPT C 10 >yard @2026-03-03");
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(StockSuggestTest, StrategySaysWhichGoFirst) {
  AddThreeLots();

  EXPECT_THAT(Suggest(Need(25, SuggestStrategy::kFefo)),
              ElementsAre("B shelf 10", "A stock 10", "C yard 5", "missing 0"));
  EXPECT_THAT(Suggest(Need(25, SuggestStrategy::kFifo)),
              ElementsAre("A stock 10", "B shelf 10", "C yard 5", "missing 0"));
  EXPECT_THAT(Suggest(Need(25, SuggestStrategy::kLifo)),
              ElementsAre("C yard 10", "B shelf 10", "A stock 5", "missing 0"));
}

TEST_F(StockSuggestTest, WithoutAStrategyExpiryDecides) {
  AddThreeLots();
  EXPECT_THAT(Suggest(Need(1)), ElementsAre("B shelf 1", "missing 0"));

  world_.SetSetting("expiry_enabled", "false");

  EXPECT_THAT(Suggest(Need(1)), ElementsAre("A stock 1", "missing 0"));
}

TEST_F(StockSuggestTest, LotsPastTheirRemovalDateOnlyWhenAsked) {
  AddThreeLots();
  world_.Execute(
      "UPDATE lots SET removal_on = DATE '2026-03-19' WHERE company = 'acme' AND number = 'B'");
  world_.Execute(
      "UPDATE lots SET removal_on = DATE '2026-03-20' WHERE company = 'acme' AND number = 'A'");
  SuggestLotsQuery all = Need(25);
  all.include_past_removal = true;

  EXPECT_THAT(Suggest(Need(25)), ElementsAre("A stock 10", "C yard 10", "missing 5"));
  EXPECT_THAT(Suggest(all), ElementsAre("B shelf 10", "A stock 10", "C yard 5", "missing 0"));

  // Like expiry, the date does not count in a company without expiry.
  world_.Execute("UPDATE companies SET expiry_enabled = false WHERE company = 'acme'");
  EXPECT_THAT(Suggest(Need(25)), ElementsAre("A stock 10", "B shelf 10", "C yard 5", "missing 0"));
}

TEST_F(StockSuggestTest, AgeIsCarriedAlongMovesInside) {
  AddThreeLots();
  world_.MustRecord("TRANSFER A 10 stock>box @2026-03-19");

  EXPECT_THAT(Suggest(Need(1, SuggestStrategy::kFifo)), ElementsAre("A box 1", "missing 0"));
}

TEST_F(StockSuggestTest, MissingIsSaid) {
  AddThreeLots();

  EXPECT_THAT(Suggest(Need(42)),
              ElementsAre("B shelf 10", "A stock 10", "C yard 10", "missing 12"));
  SuggestLotsQuery nothing = Need(3);
  nothing.location_id = LocationId("box");
  EXPECT_THAT(Suggest(nothing), ElementsAre("missing 3"));
}

TEST_F(StockSuggestTest, ExpiredArchivedAndVoidLotsAreLeftOut) {
  AddThreeLots();
  AddLot("today", absl::CivilDay(2026, 3, 20), "RECEIPT today 1 >stock @2026-03-01");
  AddLot("old", absl::CivilDay(2026, 3, 19), "RECEIPT old 1 >stock @2026-03-01");
  world_.SetState(world_.IdOf("B"), LotState::kArchived);
  world_.SetState(world_.IdOf("C"), LotState::kVoid);

  EXPECT_THAT(Suggest(Need(99)), ElementsAre("today stock 1", "A stock 10", "missing 88"));

  world_.SetSetting("expiry_enabled", "false");

  EXPECT_THAT(Suggest(Need(1, SuggestStrategy::kFefo)), ElementsAre("old stock 1", "missing 0"));
}

TEST_F(StockSuggestTest, OnlyInternalPlacesOrWhatLiesBelowTheOneNamed) {
  AddThreeLots();
  AddLot("D", std::nullopt, "RECEIPT D 10 >truck @2026-03-04");
  world_.MustRecord("DELIVERY A 2 stock>");
  SuggestLotsQuery query = Need(99, SuggestStrategy::kFifo);

  EXPECT_THAT(Suggest(query), ElementsAre("A stock 8", "B shelf 10", "C yard 10", "missing 71"));
  query.location_id = LocationId("stock");
  EXPECT_THAT(Suggest(query), ElementsAre("A stock 8", "B shelf 10", "missing 81"));
  query.location_id = LocationId("shelf");
  EXPECT_THAT(Suggest(query), ElementsAre("B shelf 10", "missing 89"));
  query.location_id = LocationId("truck");
  EXPECT_THAT(Suggest(query), ElementsAre("D truck 10", "missing 89"));
}

TEST_F(StockSuggestTest, PicksAreLimitedAndNothingIsCalledMissingForThat) {
  world_.CreateLot("salt", "A");
  world_.Execute(
      "INSERT INTO locations (company, location_id, kind, display_name, gln, street, city, region, "
      "postal_code, country, phone, is_default, created_at, updated_at) "
      "SELECT 'acme', 'bin' || i, 1, '', '', '', '', '', '', '', '', false, now(), now() "
      "FROM generate_series(1, 1001) AS i");
  std::vector<std::string> receipts;
  for (int i = 1; i <= 1001; ++i) receipts.push_back(absl::StrCat("RECEIPT A 1 >bin", i));
  ASSERT_TRUE(world_.Record(receipts).ok());

  const auto suggestion = SuggestLots(world_.db(), Need(1002));

  ASSERT_TRUE(suggestion.ok());
  EXPECT_EQ(static_cast<int64_t>(suggestion->picks.size()), kSuggestPicksMax);
  EXPECT_EQ(suggestion->missing, Quantity::FromUnits(1));
}

TEST_F(StockSuggestTest, WhatCannotBeSuggestedIsRefused) {
  SuggestLotsQuery query = Need(1);
  query.product_id = ProductId("nothing");
  EXPECT_THAT(Suggest(query), ElementsAre("PRODUCT_NOT_FOUND"));
  query.product_id = ProductId("screw");
  EXPECT_THAT(Suggest(query), ElementsAre("PRODUCT_NOT_TRACKED"));
  query = Need(1);
  query.location_id = LocationId("attic");
  EXPECT_THAT(Suggest(query), ElementsAre("LOCATION_NOT_FOUND"));
  query = Need(1);
  query.quantity = *Quantity::Parse("0.0001");
  EXPECT_THAT(Suggest(query), ElementsAre("QUANTITY_SCALE"));
  query = Need(1);
  query.company = CompanyId("nobody");
  EXPECT_THAT(Suggest(query), ElementsAre("COMPANY_NOT_FOUND"));
}

}  // namespace
}  // namespace lots
