// ListHolds: what each filter finds, pages, and what does not exist.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/holds/holds.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HoldsListTest : public ::testing::Test {
 protected:
  // Four holds, an hour apart: of L1; of L2 at stock, for a case, until tomorrow; of 3 of L2 at
  // yard; of bike S1, which was released.
  HoldsListTest() {
    world_.CreateLot("salt", "L1");
    world_.CreateLot("salt", "L2");
    world_.CreateLot("bike", "S1");
    Hold("L1", "", "", "Lab report 7");
    HoldLotsCommand of_case = Holding("L2", "stock", "", "wet bags");
    of_case.case_id = "CAPA-7";
    of_case.expires_at = world_.now() + absl::Hours(24);
    Hold(of_case);
    Hold("L2", "yard", "3", "recount");
    const HoldId released = Hold("S1", "", "", "leak");
    EXPECT_TRUE(ReleaseLots(world_.db(), {.context = world_.Context("ReleaseLots"),
                                          .holds = {released},
                                          .note = "tight"})
                    .ok());
  }

  HoldLotsCommand Holding(const std::string& number, const std::string& location,
                          const std::string& quantity, const std::string& reason) {
    HoldLotsCommand command{.context = world_.Context("HoldLots"), .reason = reason};
    HoldTarget target{.lot = {.lot_id = world_.IdOf(number)}};
    if (!location.empty()) target.location = LocationId(location);
    if (!quantity.empty()) target.quantity = Quantity::Parse(quantity).value();
    command.targets.push_back(target);
    return command;
  }
  HoldId Hold(const HoldLotsCommand& command) {
    const auto holds = HoldLots(world_.db(), command);
    EXPECT_TRUE(holds.ok()) << holds.status();
    world_.set_now(world_.now() + absl::Hours(1));
    return holds.value().front();
  }
  HoldId Hold(const std::string& number, const std::string& location, const std::string& quantity,
              const std::string& reason) {
    return Hold(Holding(number, location, quantity, reason));
  }
  // The reasons of what is found, in pages of `page`.
  std::vector<std::string> Reasons(const std::string& filter, int page = 10) {
    ListHoldsQuery query{
        .company = world_.company(), .filter = filter, .limit = page, .now = world_.now()};
    std::vector<std::string> reasons;
    while (true) {
      const auto holds = ListHolds(world_.db(), query);
      EXPECT_TRUE(holds.ok()) << filter << ": " << holds.status();
      if (!holds.ok()) return reasons;
      for (const LotHold& hold : *holds) reasons.push_back(hold.hold.reason);
      if (static_cast<int>(holds->size()) < page) return reasons;
      query.after = HoldPosition{holds->back().hold.placed_at, *holds->back().hold.hold_id};
    }
  }
  std::string Refusal(const std::string& filter, const std::string& company = "acme") {
    return ReasonOf(
        ListHolds(
            world_.db(),
            {.company = CompanyId(company), .filter = filter, .limit = 1, .now = world_.now()})
            .status());
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(HoldsListTest, TheLastPlacedComesFirstOnEveryPage) {
  const std::vector<std::string> all = {"leak", "recount", "wet bags", "Lab report 7"};
  EXPECT_EQ(Reasons(""), all);
  EXPECT_EQ(Reasons("", 1), all);
  EXPECT_EQ(Reasons("", 3), all);
}

TEST_F(HoldsListTest, FiltersFindWhatTheySay) {
  const struct {
    std::string filter;
    std::vector<std::string> reasons;
  } kCases[] = {
      {"active = true", {"recount", "wet bags", "Lab report 7"}},
      {"active = false", {"leak"}},
      {"product_id = salt", {"recount", "wet bags", "Lab report 7"}},
      {"product_id = bike AND active = true", {}},
      {absl::StrCat("lot_id = \"", world_.IdOf("L2").value().ToString(), "\""),
       {"recount", "wet bags"}},
      {"location_id = yard", {"recount"}},
      {"cause = PLACE", {"recount", "wet bags"}},
      {"cause = HOLD_CAUSE_LOT", {"leak", "Lab report 7"}},
      {"cause = INHERITED", {}},
      {"case_id = \"CAPA-7\"", {"wet bags"}},
      {"case_id:*", {"wet bags"}},
      {"reason = recount", {"recount"}},
      {"reason:\"LAB REPORT\"", {"Lab report 7"}},
      {"placer = tester", {"leak", "recount", "wet bags", "Lab report 7"}},
      {"placer = anna", {}},
      {"expire_time:*", {"wet bags"}},
      {"release_time:*", {"leak"}},
      {"awaits_inspection = true", {}},
      {"place_time < 2000-01-01", {}},
  };
  for (const auto& one : kCases) EXPECT_EQ(Reasons(one.filter), one.reasons) << one.filter;
}

TEST_F(HoldsListTest, AnExpiredHoldIsNotActive) {
  world_.set_now(world_.now() + absl::Hours(48));
  EXPECT_THAT(Reasons("active = true"), ElementsAre("recount", "Lab report 7"));
}

TEST_F(HoldsListTest, WhatDoesNotExistIsNotAnEmptyPage) {
  EXPECT_EQ(Refusal("product_id = gold"), "PRODUCT_NOT_FOUND");
  EXPECT_EQ(Refusal("location_id = moon"), "LOCATION_NOT_FOUND");
  EXPECT_EQ(Refusal("lot_id = \"01890000-0000-7000-8000-000000000001\""), "LOT_NOT_FOUND");
  EXPECT_EQ(Refusal("", "nobody"), "COMPANY_NOT_FOUND");
  EXPECT_EQ(Refusal("colour = red"), "FILTER_INVALID");
}

TEST_F(HoldsListTest, AnotherCompanySeesNothing) {
  World other(database_, "globex");
  const auto holds = ListHolds(
      other.db(), {.company = other.company(), .filter = "", .limit = 10, .now = other.now()});
  ASSERT_TRUE(holds.ok()) << holds.status();
  EXPECT_THAT(*holds, IsEmpty());
}

}  // namespace
}  // namespace lots
