// Lots that are read together: each gets its own answer, the same as alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_stock.h"
#include "storage/holds/holds.h"
#include "storage/lots/locations.h"
#include "storage/lots/read.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;

class LotsTogether : public ::testing::Test {
 protected:
  LotsTogether() : database_(TestDatabase::kMigrated), world_(database_) {}

  // "stock 5.000 held by 1, CUSTOMER 2.000"
  static std::string Text(const std::optional<LotLocations>& lot) {
    if (!lot.has_value()) return "none";
    return absl::StrJoin(lot->locations, ", ", [&](std::string* out, const LotStock& stock) {
      absl::StrAppend(out, stock.location_id.value(), " ", stock.quantity.Format(0));
      if (stock.hold_cause.has_value()) {
        absl::StrAppend(out, " held by ", static_cast<int>(*stock.hold_cause));
      }
    });
  }

  std::vector<std::string> Together(const std::vector<LotId>& lots,
                                    const std::vector<bool>& show_all) {
    const auto found = FindLotLocations(
        world_.db(),
        {.company = world_.company(), .lot_ids = lots, .show_all = show_all, .now = world_.now()});
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<std::string> texts;
    if (!found.ok()) return texts;
    for (const auto& lot : *found) texts.push_back(Text(lot));
    return texts;
  }

  void Hold(const LotId& lot, std::optional<LocationId> place) {
    HoldLotsCommand command{.context = world_.Context("HoldLots"), .reason = "test"};
    command.targets.push_back({.lot = {.lot_id = lot}, .location = std::move(place)});
    const auto held = HoldLots(world_.db(), command);
    ASSERT_TRUE(held.ok()) << held.status();
  }

  TestDatabase database_;
  World world_;
};

TEST_F(LotsTogether, EachAnswerIsTheLotsOwn) {
  const LotId a = world_.CreateLot("wire", "a", "5");
  const LotId b = world_.CreateLot("wire", "b", "7");
  const LotId empty = world_.CreateLot("wire", "c");
  world_.Move(MovementKind::kDelivery, b, "2", "stock", "CUSTOMER");

  EXPECT_THAT(Together({b, LotId(), a, empty, a}, {false, false, false, false, true}),
              ElementsAre("stock 5, CUSTOMER 2", "none", "stock 5", "", "stock 5, ADJUSTMENT -5"));
}

TEST_F(LotsTogether, HoldsAreShownForTheirLotAndPlaceAlone) {
  const LotId a = world_.CreateLot("wire", "a", "5");
  const LotId b = world_.CreateLot("wire", "b", "7");
  world_.Move(MovementKind::kTransfer, b, "3", "stock", "shelf");
  world_.Move(MovementKind::kDelivery, b, "1", "stock", "CUSTOMER");
  Hold(b, LocationId("shelf"));

  EXPECT_THAT(Together({a, b}, {false, false}),
              ElementsAre("stock 5", "shelf 3 held by 2, stock 3, CUSTOMER 1"));

  // Of the lot itself, which is stronger; with a customer nothing is held.
  Hold(b, std::nullopt);
  EXPECT_THAT(Together({a, b}, {false, false}),
              ElementsAre("stock 5", "shelf 3 held by 1, stock 3 held by 1, CUSTOMER 1"));
  const auto lots = FindLotsById(world_.db(), world_.company(), {a, b}, world_.now());
  ASSERT_TRUE(lots.ok());
  EXPECT_FALSE((*lots)[0]->hold_cause.has_value());
  EXPECT_EQ((*lots)[1]->hold_cause, HoldCause::kLot);
  EXPECT_EQ((*lots)[1]->on_hand, Quantity::FromUnits(6));
}

}  // namespace
}  // namespace lots
