// Arrival dates and the dates that FIFO sorts by, and how reversals restore them.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/movement.h"
#include "storage/stock/movements.h"
#include "storage/stock/stock.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::IsEmpty;

class LedgerDatesTest : public ::testing::Test {
 protected:
  LedgerDatesTest() { world_.CreateLot("salt", "L1"); }
  ~LedgerDatesTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  MovementId Record(const std::string& movement) { return world_.MustRecord(movement); }
  std::string At(const std::string& location) { return world_.Dates("L1", location); }
  void Reverse(const MovementId& movement) {
    const auto reversed = world_.Reverse(movement);
    ASSERT_TRUE(reversed.ok()) << reversed.status();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(LedgerDatesTest, DatesFollowEachMovement) {
  struct Step {
    std::string movement;
    std::string place;
    std::string dates;
  };
  const std::vector<Step> steps = {
      {"RECEIPT L1 10 >stock @2026-03-01", "stock", "10 arrived 03-01 since 03-01"},
      {"RECEIPT L1 5 >stock @2026-03-02", "stock", "15 arrived 03-01 since 03-01"},
      // Moves inside carry the age along, not the arrival.
      {"TRANSFER L1 4 stock>yard @2026-03-04", "yard", "4 arrived 03-04 since 03-01"},
      {"TRANSFER L1 1 stock>truck @2026-03-05", "truck", "1 arrived 03-05 since 03-01"},
      {"RECEIPT L1 2 >box @2026-03-06", "box", "2 arrived 03-06 since 03-06"},
      // Of two ages that meet the earlier one stays; the arrival is the first.
      {"TRANSFER L1 1 yard>box @2026-03-07", "box", "3 arrived 03-06 since 03-01"},
      // What comes back from outside is new.
      {"DELIVERY L1 3 yard> @2026-03-08", "yard", "0"},
      {"RECEIPT L1 1 >yard @2026-03-09", "yard", "1 arrived 03-09 since 03-09"},
      {"ADJUSTMENT L1 1 >shelf @2026-03-10", "shelf", "1 arrived 03-10 since 03-10"},
      // Outside there is an arrival, and nothing for FIFO to sort.
      {"SCRAP L1 1 shelf> @2026-03-11", "SCRAP", "1 arrived 03-11 since never"},
      {"CONSUMPTION L1 1 yard> @2026-03-12", "PRODUCTION", "1"},
      // Dates follow the order of recording: what is said later does not move the arrival.
      {"RECEIPT L1 1 >stock @2026-02-01", "stock", "11 arrived 03-01 since 02-01"},
  };
  for (const Step& step : steps) {
    SCOPED_TRACE(step.movement);
    Record(step.movement);
    EXPECT_EQ(At(step.place), step.dates);
  }
}

TEST_F(LedgerDatesTest, ReturnBringsBackTheDateThatTheGoodsLeftWith) {
  Record("RECEIPT L1 10 >stock @2026-03-01");
  world_.deliveries["d"] = Record("DELIVERY L1 4 stock> @2026-03-02");

  const MovementId returned = Record("RETURN L1 1 >yard =d @2026-03-09");

  EXPECT_EQ(At("yard"), "1 arrived 03-09 since 03-01");
  EXPECT_EQ(At("CUSTOMER"), "3 arrived 03-02 since never");
  Reverse(returned);
  EXPECT_EQ(At("yard"), "0");
  // Newer goods at the place take the earlier date.
  Record("RECEIPT L1 1 >yard @2026-03-10");
  Record("RETURN L1 2 >yard =d @2026-03-11");
  EXPECT_EQ(At("yard"), "3 arrived 03-10 since 03-01");
}

TEST_F(LedgerDatesTest, ReversalRestoresBothPlaces) {
  Record("RECEIPT L1 5 >stock @2026-03-01");
  Record("RECEIPT L1 2 >yard @2026-03-03");
  const MovementId moved = Record("TRANSFER L1 5 stock>yard @2026-03-04");
  ASSERT_EQ(At("stock"), "0");
  ASSERT_EQ(At("yard"), "7 arrived 03-03 since 03-01");

  Reverse(moved);

  EXPECT_EQ(At("stock"), "5 arrived 03-01 since 03-01");
  EXPECT_EQ(At("yard"), "2 arrived 03-03 since 03-03");
}

TEST_F(LedgerDatesTest, ReversalOfTheFirstArrivalLeavesAnEmptyPlace) {
  const MovementId received = Record("RECEIPT L1 5 >stock @2026-03-01");

  Reverse(received);

  EXPECT_EQ(At("stock"), "0");
  EXPECT_EQ(At("SUPPLIER"), "0");
}

TEST_F(LedgerDatesTest, ReversalAfterOthersKeepsTheEarlierDates) {
  Record("RECEIPT L1 5 >stock @2026-03-01");
  const MovementId delivered = Record("DELIVERY L1 5 stock> @2026-03-02");
  Record("RECEIPT L1 1 >stock @2026-03-03");
  ASSERT_EQ(At("stock"), "1 arrived 03-03 since 03-03");

  Reverse(delivered);

  // The five never left, so the place was never empty.
  EXPECT_EQ(At("stock"), "6 arrived 03-01 since 03-01");
  EXPECT_EQ(At("CUSTOMER"), "0");
}

TEST_F(LedgerDatesTest, ReversalWhereOthersArrivedSinceKeepsTheirDates) {
  const MovementId first = Record("RECEIPT L1 5 >stock @2026-03-01");
  Record("RECEIPT L1 1 >stock @2026-03-03");

  Reverse(first);

  EXPECT_EQ(At("stock"), "1 arrived 03-01 since 03-01");
}

TEST_F(LedgerDatesTest, ReversalsOneByOneLeadBackToTheStart) {
  std::vector<MovementId> moved;
  Record("RECEIPT L1 9 >stock @2026-03-01");
  for (const char* movement :
       {"TRANSFER L1 4 stock>yard @2026-03-02", "TRANSFER L1 5 stock>truck @2026-03-03",
        "TRANSFER L1 5 truck>yard @2026-03-04", "DELIVERY L1 9 yard> @2026-03-05"}) {
    moved.push_back(Record(movement));
  }

  while (!moved.empty()) {
    Reverse(moved.back());
    moved.pop_back();
  }

  EXPECT_EQ(At("stock"), "9 arrived 03-01 since 03-01");
  EXPECT_EQ(At("yard"), "0");
  EXPECT_EQ(At("truck"), "0");
}

TEST_F(LedgerDatesTest, ChainInOneRequestIsAppliedInItsOrder) {
  const auto recorded =
      world_.Record({"RECEIPT L1 5 >stock @2026-03-01", "TRANSFER L1 5 stock>yard @2026-03-02",
                     "TRANSFER L1 3 yard>truck @2026-03-03", "DELIVERY L1 3 truck> @2026-03-04"});
  ASSERT_TRUE(recorded.ok()) << recorded.status();

  EXPECT_EQ(At("stock"), "0");
  EXPECT_EQ(At("yard"), "2 arrived 03-02 since 03-01");
  EXPECT_EQ(At("truck"), "0");
  EXPECT_EQ(At("CUSTOMER"), "3 arrived 03-04 since never");
  Reverse(recorded->movement_ids[3]);
  EXPECT_EQ(At("truck"), "3 arrived 03-03 since 03-01");
}

TEST_F(LedgerDatesTest, BackwardClockDoesNotDisturbTheOrderOfHistory) {
  Record("RECEIPT L1 5 >stock");
  world_.set_now(world_.now() - absl::Hours(5));

  Record("TRANSFER L1 5 stock>yard");
  Record("TRANSFER L1 5 yard>stock");

  const auto movements = ListMovements(world_.db(), {.company = world_.company(), .limit = 10});
  ASSERT_TRUE(movements.ok());
  ASSERT_EQ(movements->size(), 3u);
  EXPECT_EQ((*movements)[0].from.value(), "yard");
  EXPECT_EQ((*movements)[1].from.value(), "stock");
  EXPECT_EQ((*movements)[1].recorded_at, (*movements)[2].recorded_at + absl::Microseconds(1));
}

TEST_F(LedgerDatesTest, SerialThatLeftByOneSideAndCameInByAnotherHasOneHistory) {
  world_.CreateLot("bike", "S1");
  Record("RECEIPT S1 1 >stock @2026-03-01");
  Record("TRANSFER S1 1 stock>yard @2026-03-01");
  Record("ADJUSTMENT S1 1 yard> @2026-03-01");
  world_.set_now(world_.now() - absl::Hours(5));

  // Neither of the two places knows of the movements before.
  Record("RECEIPT S1 1 >truck");

  const auto movements = ListMovements(world_.db(), {.company = world_.company(), .limit = 1});
  ASSERT_TRUE(movements.ok());
  EXPECT_EQ(movements->front().to.value(), "truck");
}

}  // namespace
}  // namespace lots
