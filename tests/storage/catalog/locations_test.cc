// Locations: what is kept, their tree, and what is refused.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "storage/base/limits.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/reasons.h"
#include "tests/support/database/test_database.h"

namespace lots {
namespace {

std::vector<Reason> ReasonsOf(const absl::Status& status) {
  std::vector<Reason> reasons;
  for (const Problem& problem : ProblemsOf(status)) reasons.push_back(problem.reason);
  return reasons;
}

// The first problem's field.
std::string FieldOf(const absl::Status& status) {
  const std::vector<Problem> problems = ProblemsOf(status);
  return problems.empty() ? "" : problems.front().field;
}

class Locations : public testing::Test {
 protected:
  WriteContext Context(const std::string& request_id = "") const {
    return {.company = CompanyId("acme"),
            .request_id = request_id,
            .method = "test",
            .payload_hash = "hash",
            .actor = "anna",
            .now = absl::FromUnixSeconds(1'700'000'000)};
  }

  static Location Place(const std::string& id, const std::string& parent = "",
                        LocationKind kind = LocationKind::kInternal) {
    Location location{.location_id = LocationId(id), .kind = kind};
    if (!parent.empty()) location.parent_id = LocationId(parent);
    return location;
  }

  // Every field by default.
  absl::Status Put(const std::vector<Location>& locations,
                   const std::vector<absl::string_view>& paths = LocationFields()) {
    UpsertLocationsCommand command{.context = Context(), .locations = locations};
    command.paths.assign(locations.size(), {paths.begin(), paths.end()});
    return UpsertLocations(*db_, command).status();
  }
  Location Find(const std::string& id) {
    const auto locations = ListLocations(*db_, acme_, LocationId(), 100);
    for (const Location& location : *locations) {
      if (location.location_id.value() == id) return location;
    }
    return {};
  }

  const TestDatabase database_{TestDatabase::kMigrated};
  const std::unique_ptr<pg::Connection> db_ = database_.Connect();
  const CompanyId acme_{"acme"};
};

TEST_F(Locations, ALocationIsKeptAsItWasGiven) {
  Location dock = Place("dock");
  dock.display_name = "Dock 1";
  dock.gln = "4006381000000";
  dock.address = {.street = "Hafen 1", .city = "Hamburg", .country = "DE"};
  const absl::Status put = Put({dock});
  ASSERT_TRUE(put.ok()) << put;

  const auto found = ListLocations(*db_, acme_, LocationId("dociz"), 1);

  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().location_id.value(), "dock");
  EXPECT_EQ(found->front().display_name, "Dock 1");
  EXPECT_EQ(found->front().gln, "4006381000000");
  EXPECT_EQ(found->front().address.city, "Hamburg");
  EXPECT_FALSE(found->front().is_default);
}

TEST_F(Locations, OnlyPlacesOnHandAreAQuarantine) {
  Location cage = Place("cage");
  cage.is_quarantine = true;
  ASSERT_TRUE(Put({cage, Place("hall")}).ok());
  EXPECT_TRUE(Find("cage").is_quarantine);
  EXPECT_FALSE(Find("hall").is_quarantine);

  cage.is_quarantine = false;
  ASSERT_TRUE(Put({cage}, {"is_quarantine"}).ok());
  EXPECT_FALSE(Find("cage").is_quarantine);
  EXPECT_EQ(Find("cage").version, 2);

  Location shop = Place("shop", "", LocationKind::kCustomer);
  shop.is_quarantine = true;
  EXPECT_EQ(FieldOf(Put({shop})), "locations[0].is_quarantine");
}

TEST_F(Locations, OfAnUnknownCompanyAreNotFound) {
  EXPECT_EQ(ReasonsOf(ListLocations(*db_, CompanyId("other"), LocationId(), 10).status()),
            std::vector<Reason>{Reason::kCompanyNotFound});
}

TEST_F(Locations, AParentMayComeLaterInTheSameRequest) {
  EXPECT_TRUE(Put({Place("shelf", "hall"), Place("hall", "site"), Place("site")}).ok());
}

TEST_F(Locations, BadLocationsAreRefused) {
  ASSERT_TRUE(Put({Place("hall")}).ok());
  Location no_kind = Place("x");
  no_kind.kind.reset();
  Location bad_gln = Place("x");
  bad_gln.gln = "123";
  Location bad_country = Place("x");
  bad_country.address.country = "de";
  const struct {
    Location location;
    Reason reason;
    std::string field;
  } kCases[] = {
      {no_kind, Reason::kFieldInvalid, "locations[0].kind"},
      {Place("a/b"), Reason::kFieldInvalid, "locations[0].location_id"},
      {Place("-x"), Reason::kFieldInvalid, "locations[0].location_id"},
      {bad_gln, Reason::kFieldInvalid, "locations[0].gln"},
      {bad_country, Reason::kFieldInvalid, "locations[0].address.country"},
      {Place("x", "nowhere"), Reason::kLocationNotFound, "locations[0].parent_id"},
      {Place("x", "hall", LocationKind::kTransit), Reason::kFieldInvalid, "locations[0].parent_id"},
      {Place("x", "x"), Reason::kLocationCycle, "locations[0].parent_id"},
      {Place("hall", "", LocationKind::kScrap), Reason::kLocationKindImmutable,
       "locations[0].kind"},
      {Place("SUPPLIER"), Reason::kLocationKindImmutable, "locations[0].kind"},
  };
  for (const auto& test : kCases) {
    const absl::Status refused = Put({test.location});
    EXPECT_EQ(ReasonsOf(refused), std::vector<Reason>{test.reason}) << refused;
    EXPECT_EQ(FieldOf(refused), test.field);
  }
}

TEST_F(Locations, ATreeHasNoCycles) {
  ASSERT_TRUE(Put({Place("a"), Place("b", "a"), Place("c", "b")}).ok());

  EXPECT_EQ(ReasonsOf(Put({Place("a", "c")})), std::vector<Reason>{Reason::kLocationCycle});
  EXPECT_EQ(ReasonsOf(Put({Place("x", "y"), Place("y", "x")})),
            (std::vector<Reason>{Reason::kLocationCycle, Reason::kLocationCycle}));
  // Turned round within one request there is none.
  EXPECT_TRUE(Put({Place("a", "c"), Place("c"), Place("b", "a")}).ok());
}

TEST_F(Locations, ATreeHasAtMostTwentyLevels) {
  std::vector<Location> chain = {Place("1")};
  for (int i = 2; i <= kLocationDepthMax; ++i) {
    chain.push_back(Place(std::to_string(i), std::to_string(i - 1)));
  }
  ASSERT_TRUE(Put(chain).ok());

  EXPECT_EQ(ReasonsOf(Put({Place("deeper", std::to_string(kLocationDepthMax))})),
            std::vector<Reason>{Reason::kLocationCycle});
  // What lies below a location comes along.
  ASSERT_TRUE(Put({Place("roof")}).ok());
  EXPECT_EQ(ReasonsOf(Put({Place("1", "roof")})), std::vector<Reason>{Reason::kLocationCycle});
  EXPECT_TRUE(Put({Place("2", "roof")}).ok());
}

TEST_F(Locations, CrossingMovesMakeNoCycle) {
  ASSERT_TRUE(Put({Place("a"), Place("b")}).ok());
  for (int round = 0; round < 10; ++round) {
    absl::Status first;
    absl::Status second;
    const auto move = [&](const Location& location, absl::Status& answer) {
      answer =
          UpsertLocations(*database_.Connect(),
                          {.context = Context(), .locations = {location}, .paths = {{"parent_id"}}})
              .status();
    };
    std::thread one([&] { move(Place("a", "b"), first); });
    std::thread two([&] { move(Place("b", "a"), second); });
    one.join();
    two.join();

    EXPECT_NE(first.ok(), second.ok()) << first << " " << second;
    ASSERT_TRUE(Put({Place("a"), Place("b")}).ok());
  }
}

TEST_F(Locations, AMaskLeavesTheRestOfALocationAlone) {
  Location dock = Place("dock");
  dock.display_name = "Dock 1";
  ASSERT_TRUE(Put({Place("hall"), dock}).ok());

  ASSERT_TRUE(
      Put({{.location_id = LocationId("dock"), .parent_id = LocationId("hall")}}, {"parent_id"})
          .ok());

  const auto found = ListLocations(*db_, acme_, LocationId("dociz"), 1);
  EXPECT_EQ(found->front().display_name, "Dock 1");
  EXPECT_EQ(found->front().parent_id, LocationId("hall"));
}

TEST_F(Locations, OnePartOfAnAddressLeavesTheOthers) {
  Location dock = Place("dock");
  dock.address = {.street = "Hafen 1", .city = "Hamburg", .country = "DE"};
  ASSERT_TRUE(Put({dock}).ok());

  ASSERT_TRUE(
      Put({{.location_id = LocationId("dock"), .address = {.city = "Bremen"}}}, {"address.city"})
          .ok());

  EXPECT_EQ(Find("dock").address.city, "Bremen");
  EXPECT_EQ(Find("dock").address.street, "Hafen 1");
}

TEST_F(Locations, AStaleVersionOfALocationIsRefused) {
  ASSERT_TRUE(Put({Place("dock")}).ok());
  EXPECT_EQ(Find("dock").version, 1);
  Location edit = Place("dock");
  edit.display_name = "Dock 1";
  edit.version = 1;
  ASSERT_TRUE(Put({edit}).ok());
  EXPECT_EQ(Find("dock").version, 2);

  edit.display_name = "Dock 2";
  const absl::Status stale = Put({edit});

  EXPECT_EQ(ReasonsOf(stale), std::vector<Reason>{Reason::kEtagMismatch});
  EXPECT_EQ(stale.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(FieldOf(stale), "locations[0].etag");
  EXPECT_EQ(Find("dock").display_name, "Dock 1");
}

TEST_F(Locations, ACallerMakesNoDefaultLocation) {
  ASSERT_TRUE(Put({Place("hall")}).ok());
  Location dock = Place("dock");
  dock.is_default = true;

  EXPECT_EQ(FieldOf(Put({dock})), "locations[0].is_default");

  // A default location can be sent back as it was read.
  EXPECT_TRUE(Put({Find("SUPPLIER")}).ok());
}

}  // namespace
}  // namespace lots
