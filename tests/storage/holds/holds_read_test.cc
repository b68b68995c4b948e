// Where holds are shown: on lots, on stock, in lists, in suggestions and in the history.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/lot_stock.h"
#include "storage/holds/holds.h"
#include "storage/lots/lists/history.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/locations.h"
#include "storage/lots/lots.h"
#include "storage/lots/read.h"
#include "storage/stock/list.h"
#include "storage/stock/suggest.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HoldsReadTest : public ::testing::Test {
 protected:
  HoldId Hold(const LotId& lot, absl::string_view location = "", absl::Duration lasts = {}) {
    HoldTarget target{.lot = {.lot_id = lot}, .location = std::nullopt};
    if (!location.empty()) target.location = LocationId(std::string(location));
    HoldLotsCommand command{.context = world_.Context("HoldLots"),
                            .targets = {std::move(target)},
                            .reason = "lab report 7",
                            .expires_at = std::nullopt,
                            .exempt_location_ids = {}};
    if (lasts > absl::ZeroDuration()) command.expires_at = world_.now() + lasts;
    const auto holds = HoldLots(world_.db(), command);
    EXPECT_TRUE(holds.ok()) << holds.status();
    return holds.ok() ? holds->front() : HoldId();
  }
  void Release(const HoldId& hold) {
    const auto released = ReleaseLots(world_.db(), {.context = world_.Context("ReleaseLots"),
                                                    .holds = {hold},
                                                    .lots = {},
                                                    .note = "second test was good"});
    ASSERT_TRUE(released.ok()) << released.status();
  }
  void Recall(const LotId& lot, bool drill = false) {
    AddMember(
        world_.db(),
        {.company = world_.company(), .recall = drill ? "D1" : "R1", .lot = lot, .drill = drill});
  }
  void Later() { world_.set_now(world_.now() + absl::Minutes(1)); }
  static std::string Text(const std::optional<HoldCause>& cause) {
    return cause.has_value() ? std::string(Name(*cause)) : "free";
  }
  // "stock LOT shelf LOT CUSTOMER free".
  static std::string Causes(const std::vector<LotStock>& stock) {
    return absl::StrJoin(stock, " ", [](std::string* out, const LotStock& place) {
      absl::StrAppend(out, place.location_id.value(), " ", Text(place.hold_cause));
    });
  }
  std::vector<std::string> List(const std::string& filter) {
    return world_.List({.company = world_.company(), .filter = filter});
  }
  LotLocations Locations(const LotId& lot) {
    const auto found = ListLotLocations(
        world_.db(), {.company = world_.company(), .lot_id = lot, .now = world_.now()});
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *found : LotLocations();
  }
  // "HELD LOT by tester", "RELEASED LOT by tester", and the kinds of other events.
  std::vector<std::string> History(const LotId& lot, int page = 100) {
    std::vector<std::string> lines;
    LotHistoryQuery query{.company = world_.company(), .lot_id = lot, .after = {}, .limit = page};
    while (true) {
      const auto history = ListLotHistory(world_.db(), query);
      EXPECT_TRUE(history.ok()) << history.status();
      if (!history.ok()) return lines;
      for (const LotHistoryEntry& entry : history->entries) {
        const auto* event = std::get_if<LotEvent>(&entry.what);
        if (event == nullptr || !event->hold.has_value()) continue;
        lines.push_back(absl::StrCat(event->kind == LotEventKind::kHeld ? "HELD " : "RELEASED ",
                                     Name(event->hold->cause), " by ", entry.actor,
                                     event->hold->release_note.empty() ? "" : ": ",
                                     event->hold->release_note));
      }
      if (!history->has_more) return lines;
      query.after = {history->entries.back().recorded_at, history->entries.back().id};
    }
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(HoldsReadTest, EveryReadOfALotTellsItsStrongestCause) {
  const LotId free = world_.CreateLot("wire", "W1", "5");
  const LotId held = world_.CreateLot("wire", "W2", "5");
  const LotId recalled = world_.CreateLot("wire", "W3", "5");
  Hold(held);
  Hold(recalled);
  Recall(recalled);
  Recall(free, /*drill=*/true);

  const auto lots =
      GetLots(world_.db(), world_.company(), {free, held, recalled, held}, world_.now());
  ASSERT_TRUE(lots.ok()) << lots.status();
  EXPECT_EQ(Text((*lots)[0].hold_cause), "free");
  EXPECT_EQ(Text((*lots)[1].hold_cause), "LOT");
  EXPECT_EQ(Text((*lots)[2].hold_cause), "RECALL");
  EXPECT_EQ(Text((*lots)[3].hold_cause), "LOT");
  for (const char* product : {"", "wire"}) {
    const auto found = FindLots(world_.db(), {.company = world_.company(),
                                              .numbers = {"W2"},
                                              .product_id = ProductId(product),
                                              .now = world_.now()});
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(Text((*found)[0][0].hold_cause), "LOT");
  }
}

TEST_F(HoldsReadTest, WritesOfALotTellItToo) {
  const LotId lot = world_.CreateLot("wire", "W1");
  Hold(lot);

  UpdateLotCommand edit = world_.UpdateCommand(lot);
  edit.notes = "seen";
  const auto edited = UpdateLot(world_.db(), edit);
  const auto archived = ArchiveLot(world_.db(), world_.LotCommandFor(lot));
  const auto again = ArchiveLot(world_.db(), world_.LotCommandFor(lot));

  ASSERT_TRUE(edited.ok() && archived.ok() && again.ok());
  EXPECT_EQ(Text(edited->hold_cause), "LOT");
  EXPECT_EQ(Text(archived->hold_cause), "LOT");
  EXPECT_EQ(Text(again->hold_cause), "LOT");
}

TEST_F(HoldsReadTest, ListsTellItAndFilterByIt) {
  world_.CreateLot("wire", "W1", "5");
  Hold(world_.CreateLot("wire", "W2", "5"));
  Hold(world_.CreateLot("wire", "W3", "5"), "stock");
  Hold(world_.CreateLot("wire", "W4", "5"), "", absl::Hours(1));
  Recall(world_.CreateLot("wire", "W5"), /*drill=*/true);

  const auto page = ListLots(world_.db(), {.query = {.company = world_.company()},
                                           .order_by = "number",
                                           .after = {},
                                           .limit = 9,
                                           .now = world_.now()});
  ASSERT_TRUE(page.ok()) << page.status();
  std::vector<std::string> causes;
  for (const Lot& lot : page->lots) causes.push_back(Text(lot.hold_cause));
  EXPECT_THAT(causes, ElementsAre("free", "LOT", "PLACE", "LOT", "free"));
  EXPECT_THAT(List("held = true"), ElementsAre("W2", "W3", "W4"));
  EXPECT_THAT(List("held = false AND number != \"W5\""), ElementsAre("W1"));
  world_.set_now(world_.now() + absl::Hours(2));
  EXPECT_THAT(List("held = true"), ElementsAre("W2", "W3"));
  const auto groups =
      SummarizeLots(world_.db(), {.query = {.company = world_.company(), .filter = "held = true"},
                                  .after = {},
                                  .limit = 9,
                                  .now = world_.now()});
  ASSERT_TRUE(groups.ok()) << groups.status();
  EXPECT_EQ(groups->groups[0].lot_count, 2);
}

TEST_F(HoldsReadTest, LocationsTellWhatIsHeldWhere) {
  const LotId lot = world_.CreateLot("wire", "W1", "9");
  world_.Move(MovementKind::kTransfer, lot, "2", "stock", "shelf");
  world_.Move(MovementKind::kDelivery, lot, "3", "stock", "CUSTOMER");
  EXPECT_EQ(Causes(Locations(lot).locations), "shelf free stock free CUSTOMER free");

  const HoldId at_shelf = Hold(lot, "shelf");
  EXPECT_EQ(Causes(Locations(lot).locations), "shelf PLACE stock free CUSTOMER free");
  Later();
  const HoldId whole = Hold(lot, "", absl::Hours(1));
  Recall(lot, /*drill=*/true);

  const LotLocations found = Locations(lot);
  EXPECT_EQ(Causes(found.locations), "shelf LOT stock LOT CUSTOMER free");
  ASSERT_THAT(found.holds, SizeIs(2));
  EXPECT_EQ(found.holds[0].hold_id, at_shelf);
  EXPECT_EQ(found.holds[0].location_id, LocationId("shelf"));
  EXPECT_EQ(found.holds[1].hold_id, whole);
  EXPECT_EQ(found.holds[1].reason, "lab report 7");
  EXPECT_TRUE(found.holds[1].expires_at.has_value());
  world_.set_now(world_.now() + absl::Hours(2));
  EXPECT_EQ(Causes(Locations(lot).locations), "shelf PLACE stock free CUSTOMER free");
  EXPECT_THAT(Locations(lot).holds, SizeIs(1));
}

TEST_F(HoldsReadTest, LocationsShowTheOldestHoldsUpToTheLimit) {
  const LotId lot = world_.CreateLot("wire", "W1", "9");
  const HoldId first = Hold(lot);
  HoldLotsCommand command{.context = world_.Context("HoldLots"), .reason = "again"};
  for (int i = 0; i < kHoldsShownMax; ++i) {
    Later();
    Hold(lot);
  }

  const std::vector<lots::Hold> holds = Locations(lot).holds;

  ASSERT_THAT(holds, SizeIs(kHoldsShownMax));
  EXPECT_EQ(holds[0].hold_id, first);
}

TEST_F(HoldsReadTest, StockTellsWhatIsHeldNowAndNothingOfThePast) {
  const LotId lot = world_.CreateLot("wire", "W1", "9");
  world_.Move(MovementKind::kTransfer, lot, "2", "stock", "shelf");
  world_.Move(MovementKind::kDelivery, lot, "3", "stock", "CUSTOMER");
  Hold(lot, "stock");
  Hold(lot, "shelf", absl::Hours(1));
  ListStockQuery query{.company = world_.company(),
                       .lot_ids = {lot},
                       .all_kinds = true,
                       .now = world_.now(),
                       .limit = 10};
  const auto causes = [&]() -> std::string {
    const auto stock = ListStock(world_.db(), query);
    EXPECT_TRUE(stock.ok()) << stock.status();
    std::vector<LotStock> shown;
    for (const LotStock& place : *stock) {
      if (place.kind != LocationKind::kAdjustment) shown.push_back(place);
    }
    return Causes(shown);
  };

  EXPECT_EQ(causes(), "CUSTOMER free shelf PLACE stock PLACE");
  query.now += absl::Hours(2);
  EXPECT_EQ(causes(), "CUSTOMER free shelf free stock PLACE");
  query.as_of = query.now;
  EXPECT_EQ(causes(), "CUSTOMER free shelf free stock free");
}

TEST_F(HoldsReadTest, HeldGoodsAreNotSuggested) {
  const LotId lot = world_.CreateLot("wire", "W1", "9");
  world_.Move(MovementKind::kTransfer, lot, "4", "stock", "shelf");
  const LotId other = world_.CreateLot("wire", "W2", "3");
  const auto suggest = [&]() -> std::string {
    const auto suggestion = SuggestLots(world_.db(), {.company = world_.company(),
                                                      .product_id = ProductId("wire"),
                                                      .quantity = Quantity::FromUnits(12),
                                                      .location_id = std::nullopt,
                                                      .strategy = SuggestStrategy::kFifo,
                                                      .now = world_.now()});
    EXPECT_TRUE(suggestion.ok()) << suggestion.status();
    std::string text;
    for (const LotPick& pick : suggestion->picks) {
      absl::StrAppend(&text, pick.number, "@", pick.location_id.value(), " ",
                      pick.quantity.ToString(), ", ");
    }
    return absl::StrCat(text, "missing ", suggestion->missing.ToString());
  };
  EXPECT_EQ(suggest(), "W1@shelf 4, W1@stock 5, W2@stock 3, missing 0");

  Hold(lot, "shelf");
  Hold(other, "", absl::Hours(1));

  EXPECT_EQ(suggest(), "W1@stock 5, missing 7");
  world_.set_now(world_.now() + absl::Hours(2));
  EXPECT_EQ(suggest(), "W1@stock 5, W2@stock 3, missing 4");
}

TEST_F(HoldsReadTest, HistoryTellsHoldsAndReleases) {
  const LotId lot = world_.CreateLot("wire", "W1", "9");
  const HoldId first = Hold(lot);
  Later();
  Hold(lot, "stock");
  Later();
  Release(first);
  const std::vector<std::string> lines = {"HELD LOT by tester: second test was good",
                                          "HELD PLACE by tester",
                                          "RELEASED LOT by tester: second test was good"};

  EXPECT_EQ(History(lot), lines);
  EXPECT_EQ(History(lot, /*page=*/1), lines);
}

TEST_F(HoldsReadTest, HistoryTellsRecallsThatAreNoDrills) {
  const LotId lot = world_.CreateLot("wire", "W1", "9");
  Recall(lot);
  Recall(lot, /*drill=*/true);
  EXPECT_THAT(History(lot), ElementsAre("HELD RECALL by quality"));

  EndRecall(world_.db(), world_.company(), "R1");
  EndRecall(world_.db(), world_.company(), "D1");

  EXPECT_THAT(History(lot, /*page=*/1),
              ElementsAre("HELD RECALL by quality: done", "RELEASED RECALL by quality: done"));
}

TEST_F(HoldsReadTest, LotThatWasEverHeldIsNotDeleted) {
  const LotId held = world_.CreateLot("wire", "W1");
  Release(Hold(held));
  const LotId recalled = world_.CreateLot("wire", "W2");
  Recall(recalled, /*drill=*/true);

  const absl::Status of_held = DeleteLot(world_.db(), world_.LotCommandFor(held));
  const absl::Status of_recalled = DeleteLot(world_.db(), world_.LotCommandFor(recalled));

  EXPECT_EQ(RefusalOf(of_held), "LOT_IN_USE lot_id");
  EXPECT_EQ(FactOf(of_held, "what"), "holds");
  EXPECT_EQ(FactOf(of_recalled, "what"), "recalls");
}

}  // namespace
}  // namespace lots
