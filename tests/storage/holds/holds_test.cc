// HoldLots and ReleaseLots, and what held goods may not do.
#include "storage/holds/holds.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/movement.h"
#include "storage/domain/reasons.h"
#include "storage/lots/locations.h"
#include "storage/stock/movements.h"
#include "storage/stock/stock.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HoldsTest : public ::testing::Test {
 protected:
  HoldsTest() {
    world_.CreateLot("salt", "L1");
    world_.CreateLot("bike", "S1");
    world_.MustRecord("RECEIPT L1 10 >stock");
    world_.MustRecord("RECEIPT S1 1 >stock");
  }
  ~HoldsTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  // "L1" or "L1@stock" a target.
  HoldLotsCommand Holding(const std::vector<std::string>& targets) {
    HoldLotsCommand command{.context = world_.Context("HoldLots"), .reason = "lab report 7"};
    for (const std::string& text : targets) {
      const std::vector<std::string> parts = absl::StrSplit(text, '@');
      HoldTarget target{.lot = {.lot_id = world_.IdOf(parts[0])}, .location = std::nullopt};
      if (parts.size() > 1) target.location = LocationId(parts[1]);
      command.targets.push_back(std::move(target));
    }
    return command;
  }
  std::vector<HoldId> Hold(const HoldLotsCommand& command) {
    const auto holds = HoldLots(world_.db(), command);
    EXPECT_TRUE(holds.ok()) << holds.status();
    return holds.ok() ? *holds : std::vector<HoldId>();
  }
  std::vector<HoldId> Hold(const std::vector<std::string>& targets) {
    return Hold(Holding(targets));
  }
  ReleaseLotsCommand Releasing(std::vector<HoldId> holds,
                               const std::vector<std::string>& lots = {}) {
    ReleaseLotsCommand command{.context = world_.Context("ReleaseLots"),
                               .holds = std::move(holds),
                               .note = "second test was good"};
    for (const std::string& number : lots) command.lots.push_back({.lot_id = world_.IdOf(number)});
    return command;
  }
  std::string Release(const ReleaseLotsCommand& command) {
    return ReasonOf(ReleaseLots(world_.db(), command).status());
  }
  // What comes of a movement, "OK" or the first reason.
  std::string Move(const std::string& movement) {
    return ReasonOf(world_.Record({movement}).status());
  }
  std::string MoveAccepting(const std::string& movement) {
    RecordMovementsCommand command = world_.RecordCommand({movement});
    command.accept.held = true;
    return ReasonOf(RecordMovements(world_.db(), command).status());
  }
  std::string Cause(const std::string& number) {
    return CauseOf(world_.db(), world_.company(), world_.IdOf(number), world_.now());
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(HoldsTest, HeldGoodsDoNotLeaveByAnyWay) {
  Hold({"L1", "S1"});

  for (const char* way : {"TRANSFER L1 1 stock>shelf", "DELIVERY L1 1 stock>",
                          "CONSUMPTION L1 1 stock>", "SCRAP L1 1 stock>", "ADJUSTMENT L1 1 stock>",
                          "TRANSFER S1 1 stock>shelf", "DELIVERY S1 1 stock>"}) {
    EXPECT_EQ(Move(way), "LOT_HELD") << way;
  }
  EXPECT_EQ(world_.Where("L1"), "stock 10");
}

TEST_F(HoldsTest, RefusalTellsTheHold) {
  HoldLotsCommand command = Holding({"L1"});
  command.exempt_location_ids = {LocationId("yard"), LocationId("SCRAP")};
  const HoldId hold = Hold(command).front();

  const absl::Status refused = world_.Record({"DELIVERY L1 1 stock>"}).status();

  EXPECT_EQ(FactOf(refused, "lot_id"), world_.IdOf("L1").value().ToString());
  EXPECT_EQ(FactOf(refused, "number"), "L1");
  EXPECT_EQ(FactOf(refused, "location_id"), "stock");
  EXPECT_EQ(FactOf(refused, "cause"), "LOT");
  EXPECT_EQ(FactOf(refused, "hold_id"), hold.value().ToString());
  EXPECT_EQ(FactOf(refused, "reason"), "lab report 7");
  EXPECT_EQ(FactOf(refused, "exempt_location_ids"), "SCRAP, yard");
  EXPECT_EQ(RefusalOf(refused), "LOT_HELD movements[0].lot");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("move it to SCRAP, yard, release it"));
}

TEST_F(HoldsTest, HeldGoodsStillComeIn) {
  world_.deliveries["d1"] = world_.MustRecord("DELIVERY L1 2 stock>");
  Hold({"L1"});

  EXPECT_EQ(Move("RECEIPT L1 5 >stock"), "OK");
  EXPECT_EQ(Move("ADJUSTMENT L1 1 >stock"), "OK");
  EXPECT_EQ(Move("RETURN L1 1 >stock =d1"), "OK");
  EXPECT_EQ(world_.Where("L1"), "CUSTOMER 1, stock 15");
}

TEST_F(HoldsTest, AcceptingHeldMovesThem) {
  Hold({"L1"});

  EXPECT_EQ(MoveAccepting("DELIVERY L1 4 stock>"), "OK");
  EXPECT_EQ(world_.Where("L1"), "CUSTOMER 4, stock 6");
}

TEST_F(HoldsTest, ExemptLocationsStayOpenWhenEveryHoldExemptsThem) {
  HoldLotsCommand command = Holding({"L1"});
  command.exempt_location_ids = {LocationId("yard"), LocationId("SCRAP")};
  Hold(command);

  EXPECT_EQ(Move("TRANSFER L1 1 stock>yard"), "OK");
  EXPECT_EQ(Move("SCRAP L1 1 stock>"), "OK");
  EXPECT_EQ(Move("TRANSFER L1 1 yard>stock"), "LOT_HELD");

  command = Holding({"L1"});
  command.exempt_location_ids = {LocationId("SCRAP")};
  Hold(command);

  EXPECT_EQ(Move("TRANSFER L1 1 stock>yard"), "LOT_HELD");
  EXPECT_EQ(Move("SCRAP L1 1 stock>"), "OK");
}

TEST_F(HoldsTest, HoldOfAPlaceBindsOnlyThere) {
  world_.MustRecord("TRANSFER L1 4 stock>shelf");
  Hold({"L1@shelf"});

  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "OK");
  EXPECT_EQ(Move("TRANSFER L1 1 stock>shelf"), "OK");
  EXPECT_EQ(Move("DELIVERY L1 1 shelf>"), "LOT_HELD");
  EXPECT_EQ(FactOf(world_.Record({"DELIVERY L1 1 shelf>"}).status(), "cause"), "PLACE");
  EXPECT_EQ(world_.Where("L1"), "CUSTOMER 1, shelf 5, stock 4");
}

TEST_F(HoldsTest, HoldEndsWhenItExpires) {
  HoldLotsCommand command = Holding({"L1"});
  command.expires_at = world_.now() + absl::Hours(1);
  Hold(command);
  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "LOT_HELD");
  EXPECT_EQ(Cause("L1"), "LOT");

  world_.set_now(world_.now() + absl::Hours(2));

  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "OK");
  EXPECT_EQ(Cause("L1"), "");
}

TEST_F(HoldsTest, LotIsFreeWhenAllItsHoldsWereReleased) {
  const HoldId first = Hold({"L1"}).front();
  const HoldId second = Hold({"L1"}).front();

  EXPECT_EQ(Release(Releasing({first})), "OK");
  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "LOT_HELD");
  EXPECT_EQ(Release(Releasing({second})), "OK");
  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "OK");
}

TEST_F(HoldsTest, ReleasingLotsEndsAllTheirHoldsInTheOrderTheyWerePlaced) {
  const HoldId first = Hold({"L1"}).front();
  const HoldId serial = Hold({"S1"}).front();
  world_.set_now(world_.now() + absl::Seconds(1));
  const HoldId second = Hold({"L1@stock"}).front();

  const auto released = ReleaseLots(world_.db(), Releasing({}, {"S1", "L1"}));

  ASSERT_TRUE(released.ok()) << released.status();
  EXPECT_THAT(*released, ElementsAre(serial, first, second));
  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "OK");
  EXPECT_EQ(Move("DELIVERY S1 1 stock>"), "OK");
}

TEST_F(HoldsTest, RepeatIsAnsweredWithTheSameHolds) {
  const HoldLotsCommand command = Holding({"L1", "S1"});
  const std::vector<HoldId> holds = Hold(command);
  HoldLotsCommand late = command;
  late.context.now += absl::Hours(9);
  EXPECT_THAT(Hold(late), ::testing::ElementsAreArray(holds));
  EXPECT_THAT(HoldsOn(world_.db(), world_.company(), world_.IdOf("L1")), ElementsAre("LOT"));

  HoldLotsCommand other = command;
  other.context.payload_hash = "another";
  EXPECT_EQ(ReasonOf(HoldLots(world_.db(), other).status()), "REQUEST_ID_REUSED");

  const ReleaseLotsCommand release = Releasing({}, {"S1", "L1"});
  const auto first = ReleaseLots(world_.db(), release);
  const auto again = ReleaseLots(world_.db(), release);
  ASSERT_TRUE(first.ok() && again.ok()) << again.status();
  EXPECT_THAT(*again, ::testing::ElementsAreArray(*first));
}

TEST_F(HoldsTest, RepeatAfterItExpiredIsStillTheSuccessItWas) {
  HoldLotsCommand command = Holding({"L1"});
  command.expires_at = world_.now() + absl::Hours(1);
  const std::vector<HoldId> holds = Hold(command);

  command.context.now += absl::Hours(9);

  EXPECT_THAT(Hold(command), ::testing::ElementsAreArray(holds));
}

TEST_F(HoldsTest, HoldRefusesEveryProblemAtOnce) {
  world_.CreateLot("bike", "V1", {.state = LotState::kVoid});
  HoldLotsCommand command = Holding({"L1", "V1", "L1", "S1@nowhere", "S1@CUSTOMER", "L1@stock"});
  command.targets.push_back(
      {.lot = {.product_id = ProductId("salt"), .number = "unknown"}, .location = std::nullopt});
  command.targets.push_back(
      {.lot = {.lot_id = LotId(Uuid::MakeV7())}, .location = LocationId("stock")});
  command.exempt_location_ids = {LocationId("SCRAP"), LocationId("moon")};
  command.expires_at = world_.now() - absl::Seconds(1);

  EXPECT_EQ(RefusalOf(HoldLots(world_.db(), command).status()),
            "FIELD_INVALID expire_time; LOT_VOID targets[1].lot; DUPLICATE_IN_REQUEST targets[2]; "
            "LOCATION_NOT_FOUND targets[3].location_id; "
            "LOCATION_KIND_MISMATCH targets[4].location_id; LOT_NOT_FOUND targets[6].lot; "
            "LOT_NOT_FOUND targets[7].lot; LOCATION_NOT_FOUND exempt_location_ids[1]");
  EXPECT_EQ(Cause("L1"), "");
}

TEST_F(HoldsTest, HoldNeedsACompanyWithLots) {
  HoldLotsCommand command = Holding({"L1"});
  command.context.company = CompanyId("nobody");
  EXPECT_EQ(ReasonOf(HoldLots(world_.db(), command).status()), "COMPANY_NOT_FOUND");

  world_.SetSetting("lots_enabled", "false");
  EXPECT_EQ(ReasonOf(HoldLots(world_.db(), Holding({"L1"})).status()), "LOTS_DISABLED");
}

TEST_F(HoldsTest, AnyStateButVoidIsHeld) {
  world_.CreateLot("bike", "P1", {.state = LotState::kPlanned});
  world_.CreateLot("salt", "A1", {.state = LotState::kArchived});

  EXPECT_THAT(Hold({"P1", "A1"}), SizeIs(2));
}

TEST_F(HoldsTest, ReleaseRefusesEveryProblemAtOnce) {
  HoldLotsCommand command = Holding({"L1"});
  command.expires_at = world_.now() + absl::Seconds(1);
  const HoldId expired = Hold(command).front();
  const HoldId released = Hold({"L1"}).front();
  const HoldId computed = Hold({"L1"}).front();
  EXPECT_EQ(Release(Releasing({released})), "OK");
  world_.set_now(world_.now() + absl::Seconds(2));

  const absl::Status refused =
      ReleaseLots(world_.db(),
                  Releasing({computed, expired, released, HoldId(Uuid::MakeV7()), computed}))
          .status();

  EXPECT_EQ(RefusalOf(refused),
            "HOLD_ENDED hold_ids[1]; HOLD_ENDED hold_ids[2]; HOLD_NOT_FOUND hold_ids[3]; "
            "DUPLICATE_IN_REQUEST hold_ids[4]");
  EXPECT_EQ(FactOf(refused, "hold_id"), expired.value().ToString());
  EXPECT_EQ(FactOf(refused, "lot_id"), world_.IdOf("L1").value().ToString());
  EXPECT_NE(FactOf(refused, "ended_at"), "");
  EXPECT_EQ(Cause("L1"), "LOT");
}

TEST_F(HoldsTest, ReleaseOfLotsNeedsAHoldThatCanBeReleased) {
  AddMember(world_.db(), {.company = world_.company(), .recall = "R1", .lot = world_.IdOf("S1")});
  ReleaseLotsCommand command = Releasing({}, {"L1", "S1", "L1"});
  command.lots.push_back({.product_id = ProductId("salt"), .number = "unknown"});

  const absl::Status refused = ReleaseLots(world_.db(), command).status();

  EXPECT_EQ(RefusalOf(refused),
            "LOT_NOT_HELD lots[0]; LOT_NOT_HELD lots[1]; DUPLICATE_IN_REQUEST lots[2]; "
            "LOT_NOT_FOUND lots[3]");
  EXPECT_EQ(FactOf(refused, "recall_id"), "");
  EXPECT_EQ(FactOf(ReleaseLots(world_.db(), Releasing({}, {"S1"})).status(), "recall_id"), "R1");
}

TEST_F(HoldsTest, MembersOfAnOpenRecallAreHeld) {
  AddMember(world_.db(), {.company = world_.company(), .recall = "R1", .lot = world_.IdOf("L1")});

  const absl::Status refused = world_.Record({"DELIVERY L1 1 stock>"}).status();

  EXPECT_EQ(ReasonOf(refused), "LOT_HELD");
  EXPECT_EQ(FactOf(refused, "cause"), "RECALL");
  EXPECT_EQ(FactOf(refused, "recall_id"), "R1");
  EXPECT_EQ(FactOf(refused, "hold_id"), "");
  EndRecall(world_.db(), world_.company(), "R1");
  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "OK");
}

TEST_F(HoldsTest, DrillRefusesNothing) {
  AddMember(world_.db(),
            {.company = world_.company(), .recall = "D1", .lot = world_.IdOf("L1"), .drill = true});

  EXPECT_EQ(Move("DELIVERY L1 1 stock>"), "OK");
  EXPECT_EQ(Cause("L1"), "");
}

TEST_F(HoldsTest, StrongestCauseIsReported) {
  Hold({"L1@stock"});
  EXPECT_EQ(Cause("L1"), "PLACE");
  Hold({"L1"});
  EXPECT_EQ(Cause("L1"), "LOT");
  EXPECT_EQ(FactOf(world_.Record({"DELIVERY L1 1 stock>"}).status(), "cause"), "LOT");
  AddMember(world_.db(), {.company = world_.company(), .recall = "R1", .lot = world_.IdOf("L1")});
  EXPECT_EQ(Cause("L1"), "RECALL");
  EXPECT_EQ(FactOf(world_.Record({"DELIVERY L1 1 stock>"}).status(), "cause"), "RECALL");
}

TEST_F(HoldsTest, TakingBackWhatBroughtHeldGoodsIsRefused) {
  world_.CreateLot("salt", "L2");
  const MovementId receipt = world_.MustRecord("RECEIPT L2 10 >stock");
  const MovementId transfer = world_.MustRecord("TRANSFER L2 2 stock>shelf");
  const MovementId delivery = world_.MustRecord("DELIVERY L2 1 stock>");
  HoldLotsCommand command = Holding({"L2"});
  command.exempt_location_ids = {LocationId("stock")};
  Hold(command);

  const absl::Status refused = world_.Reverse(receipt).status();
  EXPECT_EQ(ReasonOf(refused), "RESULT_USED");
  EXPECT_EQ(ReasonOf(world_.Reverse(transfer).status()), "OK");
  EXPECT_EQ(ReasonOf(world_.Reverse(delivery).status()), "OK");
  EXPECT_EQ(RefusalOf(world_.Reverse(receipt).status()), "LOT_HELD movement_id");
  EXPECT_EQ(Release(Releasing({}, {"L2"})), "OK");
  EXPECT_EQ(ReasonOf(world_.Reverse(receipt).status()), "OK");
}

TEST_F(HoldsTest, DryRunTellsTheHoldToo) {
  Hold({"L1"});
  RecordMovementsCommand command = world_.RecordCommand({"DELIVERY L1 99 stock>"});
  command.validate_only = true;

  const auto recorded = RecordMovements(world_.db(), command);

  ASSERT_TRUE(recorded.ok()) << recorded.status();
  ASSERT_THAT(recorded->problems, SizeIs(2));
  EXPECT_EQ(recorded->problems[0].reason, Reason::kLotHeld);
  EXPECT_EQ(recorded->problems[1].reason, Reason::kNotEnough);
}

// Servers' clocks differ: history has one order all the same.
TEST_F(HoldsTest, HoldStandsInHistoryAfterWhatMovedBefore) {
  const absl::Time now = world_.now();
  world_.set_now(now + absl::Hours(1));
  world_.MustRecord("TRANSFER L1 1 stock>shelf");
  world_.set_now(now);

  const HoldId hold = Hold({"L1"}).front();
  EXPECT_EQ(MoveAccepting("TRANSFER L1 1 stock>shelf"), "OK");
  EXPECT_EQ(Release(Releasing({hold})), "OK");

  const auto history = ListMovements(world_.db(), {.company = world_.company(), .limit = 2});
  const auto found =
      ListLotLocations(world_.db(), {.company = world_.company(), .lot_id = world_.IdOf("L1")});
  ASSERT_TRUE(history.ok() && found.ok());
  world_.Execute(absl::StrCat(
      "DO $$ BEGIN ASSERT (SELECT placed_at > '",
      absl::FormatTime(absl::RFC3339_full, (*history)[1].recorded_at, absl::UTCTimeZone()),
      "' AND placed_at < '",
      absl::FormatTime(absl::RFC3339_full, (*history)[0].recorded_at, absl::UTCTimeZone()),
      "' AND released_at > '",
      absl::FormatTime(absl::RFC3339_full, (*history)[0].recorded_at, absl::UTCTimeZone()),
      "' FROM holds WHERE company = 'acme'); END $$"));
}

TEST_F(HoldsTest, OtherCompanysHoldBindsNothingHere) {
  World other(database_, "globex");
  HoldLotsCommand command = Holding({"L1"});
  command.context = other.Context("HoldLots");
  EXPECT_EQ(ReasonOf(HoldLots(other.db(), command).status()), "LOT_NOT_FOUND");

  const HoldId hold = Hold({"L1"}).front();
  ReleaseLotsCommand release = Releasing({hold});
  release.context = other.Context("ReleaseLots");
  EXPECT_EQ(Release(release), "HOLD_NOT_FOUND");
}

}  // namespace
}  // namespace lots
