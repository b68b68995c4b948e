// UpdateHold: what it changes, who may make a hold weaker, and what history keeps.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/holds/holds.h"
#include "storage/stock/stock.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class HoldsUpdateTest : public ::testing::Test {
 protected:
  HoldsUpdateTest() {
    world_.CreateLot("salt", "L1");
    world_.MustRecord("RECEIPT L1 10 >stock");
    HoldLotsCommand command{.context = world_.Context("HoldLots"),
                            .reason = "lab report 7",
                            .expires_at = world_.now() + absl::Hours(48),
                            .exempt_location_ids = {LocationId("yard")}};
    command.targets.push_back({.lot = {.lot_id = world_.IdOf("L1")}, .location = std::nullopt});
    const auto holds = HoldLots(world_.db(), command);
    EXPECT_TRUE(holds.ok()) << holds.status();
    hold_ = holds.value().front();
  }

  UpdateHoldCommand Changing() {
    return {.context = world_.Context("UpdateHold"), .hold_id = hold_, .may_weaken = true};
  }
  std::string Answer(const UpdateHoldCommand& command) {
    return RefusalOf(UpdateHold(world_.db(), command).status());
  }
  LotHold Found() { return GetHold(world_.db(), world_.company(), hold_).value(); }
  std::string Move(const std::string& movement) {
    return ReasonOf(world_.Record({movement}).status());
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  HoldId hold_;
};

TEST_F(HoldsUpdateTest, ChangesWhatIsNamedAndNothingElse) {
  UpdateHoldCommand command = Changing();
  command.case_id = "CAPA-7";
  command.note = "customer complained";

  const auto changed = UpdateHold(world_.db(), command);

  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->hold.case_id, "CAPA-7");
  EXPECT_EQ(changed->hold.version, 2);
  const Hold found = Found().hold;
  EXPECT_EQ(found.case_id, "CAPA-7");
  EXPECT_EQ(found.reason, "lab report 7");
  EXPECT_EQ(found.expires_at,
            absl::FromUnixMicros(absl::ToUnixMicros(world_.now())) + absl::Hours(48));
  EXPECT_THAT(found.exempt_location_ids, ElementsAre(LocationId("yard")));
  EXPECT_THAT(world_.History(world_.IdOf("L1")),
              Contains(AllOf(HasSubstr("HOLD_CHANGED"), HasSubstr("CAPA-7"),
                             HasSubstr("customer complained"))));
}

TEST_F(HoldsUpdateTest, TheLedgerSeesTheChange) {
  ASSERT_EQ(Move("TRANSFER L1 1 stock>yard"), "OK");
  UpdateHoldCommand command = Changing();
  command.exempt_location_ids = {LocationId("truck")};

  ASSERT_EQ(Answer(command), "OK");

  EXPECT_EQ(Move("TRANSFER L1 1 stock>yard"), "LOT_HELD");
  EXPECT_EQ(Move("TRANSFER L1 1 stock>truck"), "OK");
}

TEST_F(HoldsUpdateTest, OnlyWhoMayReleaseMakesAHoldWeaker) {
  using Places = std::vector<LocationId>;
  const struct {
    const char* name;
    std::optional<HoldEnd> end;
    std::optional<Places> exempt;
    const char* answer;
  } kCases[] = {
      {"earlier",
       HoldEnd(world_.now() + absl::Hours(47)),
       {},
       "PERMISSION_MISSING hold.expire_time"},
      {"later", HoldEnd(world_.now() + absl::Hours(49)), {}, "OK"},
      {"no end", HoldEnd(), {}, "OK"},
      {"an end again",
       HoldEnd(world_.now() + absl::Hours(100)),
       {},
       "PERMISSION_MISSING hold.expire_time"},
      {"one more place",
       {},
       Places({LocationId("yard"), LocationId("truck")}),
       "PERMISSION_MISSING hold.exempt_location_ids"},
      {"another place",
       {},
       Places({LocationId("truck")}),
       "PERMISSION_MISSING hold.exempt_location_ids"},
      {"fewer places", {}, Places(), "OK"},
  };
  for (const auto& one : kCases) {
    UpdateHoldCommand command = Changing();
    command.may_weaken = false;
    command.expires_at = one.end;
    command.exempt_location_ids = one.exempt;
    EXPECT_EQ(Answer(command), one.answer) << one.name;
  }
}

TEST_F(HoldsUpdateTest, RefusesEveryProblemAtOnce) {
  UpdateHoldCommand command = Changing();
  command.expires_at.emplace(world_.now() - absl::Hours(1));
  command.exempt_location_ids = {LocationId("yard"), LocationId("moon")};

  EXPECT_EQ(Answer(command),
            "FIELD_INVALID hold.expire_time; LOCATION_NOT_FOUND hold.exempt_location_ids[1]");
  EXPECT_EQ(Found().hold.version, 1);
}

TEST_F(HoldsUpdateTest, AStaleEtagIsRefused) {
  UpdateHoldCommand command = Changing();
  command.reason = "lab report 8";
  command.version = 1;
  ASSERT_EQ(Answer(command), "OK");

  UpdateHoldCommand stale = Changing();
  stale.reason = "lab report 9";
  stale.version = 1;

  EXPECT_EQ(Answer(stale), "ETAG_MISMATCH hold.etag");
  EXPECT_EQ(Found().hold.reason, "lab report 8");
}

TEST_F(HoldsUpdateTest, WhatHasEndedDoesNotChange) {
  ASSERT_TRUE(
      ReleaseLots(world_.db(),
                  {.context = world_.Context("ReleaseLots"), .holds = {hold_}, .note = "good"})
          .ok());
  UpdateHoldCommand command = Changing();
  command.reason = "still odd";
  EXPECT_EQ(Answer(command), "HOLD_ENDED hold.hold_id");

  command = Changing();
  command.hold_id = HoldId(Uuid::MakeV7());
  command.reason = "still odd";
  EXPECT_EQ(Answer(command), "HOLD_NOT_FOUND hold.hold_id");
}

TEST_F(HoldsUpdateTest, ARepeatChangesNothingAgain) {
  UpdateHoldCommand command = Changing();
  command.context = world_.Context("UpdateHold", "update-1");
  command.reason = "lab report 8";
  ASSERT_EQ(Answer(command), "OK");
  UpdateHoldCommand later = Changing();
  later.reason = "lab report 9";
  ASSERT_EQ(Answer(later), "OK");

  EXPECT_EQ(Answer(command), "OK");

  EXPECT_EQ(Found().hold.reason, "lab report 9");
  EXPECT_EQ(Found().hold.version, 3);
}

TEST_F(HoldsUpdateTest, AChangeWithoutADifferenceKeepsTheEtag) {
  UpdateHoldCommand command = Changing();
  command.reason = "lab report 7";
  ASSERT_EQ(Answer(command), "OK");
  EXPECT_EQ(Found().hold.version, 1);
}

// Also with a clock that is behind.
TEST_F(HoldsUpdateTest, HistoryIsInTheOrderOfWhatHappened) {
  UpdateHoldCommand command = Changing();
  command.context.now -= absl::Seconds(30);
  command.reason = "lab report 8";
  ASSERT_EQ(Answer(command), "OK");
  ReleaseLotsCommand release{
      .context = world_.Context("ReleaseLots"), .holds = {hold_}, .note = "good"};
  release.context.now -= absl::Seconds(40);
  ASSERT_TRUE(ReleaseLots(world_.db(), release).ok());

  EXPECT_THAT(world_.History(world_.IdOf("L1")),
              ElementsAre(HasSubstr("CREATED"), HasSubstr("RECEIPT"), HasSubstr("HELD"),
                          HasSubstr("HOLD_CHANGED"), HasSubstr("RELEASED")));
}

}  // namespace
}  // namespace lots
