// Settings, products and locations: what is kept, and what is refused.
#include "storage/catalog/catalog.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/base/limits.h"
#include "storage/domain/errors.h"
#include "storage/pg/pipeline.h"
#include "tests/support/base/eventually.h"
#include "tests/support/database/test_database.h"

namespace lots {
namespace {

constexpr pg::Statement kCountWaiting{"test_count_waiting", R"sql(
  SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock')sql"};

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

class Catalog : public testing::Test {
 protected:
  WriteContext Context(const std::string& request_id = "") const {
    return {.company = CompanyId("acme"),
            .request_id = request_id,
            .method = "test",
            .payload_hash = "hash",
            .actor = "anna",
            .now = absl::FromUnixSeconds(1'700'000'000)};
  }

  static Product Bolt() {
    return {.product_id = ProductId("bolt"),
            .display_name = "Bolt",
            .tracking = Tracking::kLot,
            .unit = "kg",
            .scale = 3,
            .number_template = "B{YYYY}-{#####}",
            .shelf_life = {.expire_days = 100, .alert_days = 90},
            .warranty_months = 24,
            .gtin = "4006381333931",
            .producible = true};
  }
  static Location Place(const std::string& id, const std::string& parent = "",
                        LocationKind kind = LocationKind::kInternal) {
    Location location{.location_id = LocationId(id), .kind = kind};
    if (!parent.empty()) location.parent_id = LocationId(parent);
    return location;
  }

  absl::StatusOr<Product> Upsert(const Product& product, std::vector<std::string> mask = {}) {
    auto products = UpsertProducts(
        *db_, {.context = Context(), .products = {product}, .mask = std::move(mask)});
    if (!products.ok()) return products.status();
    return products->front();
  }
  absl::Status Put(std::vector<Location> locations, std::vector<std::string> mask = {}) {
    return UpsertLocations(*db_,
                           {.context = Context(), .locations = std::move(locations), .mask = mask})
        .status();
  }
  static std::string InsertLotOf(const Product& product) {
    return absl::StrCat(
        "INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number, "
        "number_key, reference, search_key, notes, attributes, state, version, created_by, "
        "created_at, updated_at) VALUES ('acme', gen_random_uuid(), '",
        product.product_id.value(), "', ", static_cast<int>(*product.tracking), ", ", product.scale,
        ", ", product.case_sensitive ? "true" : "false",
        ", 'L-1', 'l-1', '', 'l-1', '', '{}', 2, 1, 'anna', now(), now())");
  }
  // Until somebody in the database waits for another.
  void WaitForALock() {
    const auto watcher = database_.Connect();
    const absl::Time give_up = absl::Now() + kEventuallyTimeout;
    while (true) {
      const auto waiting = pg::Query(*watcher, kCountWaiting);
      ASSERT_TRUE(waiting.ok() && absl::Now() < give_up);
      if ((*waiting)[0].Get<int64_t>(0) > 0) return;
    }
  }

  const TestDatabase database_{TestDatabase::kMigrated};
  const std::unique_ptr<pg::Connection> db_ = database_.Connect();
  const CompanyId acme_{"acme"};
};

// --- settings
// -------------------------------------------------------------------------------------

TEST_F(Catalog, TheFirstWriteCreatesTheCompanyWithItsVirtualPlaces) {
  EXPECT_EQ(ReasonsOf(GetSettings(*db_, acme_).status()),
            std::vector<Reason>{Reason::kCompanyNotFound});

  ASSERT_TRUE(Upsert(Bolt()).ok());

  const auto settings = GetSettings(*db_, acme_);
  ASSERT_TRUE(settings.ok());
  EXPECT_TRUE(settings->lots_enabled);
  EXPECT_TRUE(settings->expiry_enabled);
  EXPECT_EQ(settings->time_zone, "UTC");
  const auto locations = ListLocations(*db_, acme_, LocationId(), 100);
  ASSERT_EQ(locations->size(), 5u);
  for (const Location& location : *locations) {
    EXPECT_TRUE(location.is_default);
    EXPECT_EQ(location.location_id, DefaultLocation(*location.kind));
  }
}

TEST_F(Catalog, SettingsChangeOnlyWhatIsGiven) {
  ASSERT_TRUE(UpdateSettings(*db_, {.context = Context(), .time_zone = "Europe/Berlin"}).ok());
  const auto changed = UpdateSettings(*db_, {.context = Context(), .expiry_enabled = false});

  ASSERT_TRUE(changed.ok());
  EXPECT_TRUE(changed->lots_enabled);
  EXPECT_FALSE(changed->expiry_enabled);
  EXPECT_EQ(changed->time_zone, "Europe/Berlin");
}

TEST_F(Catalog, AStaleVersionOfTheSettingsIsRefused) {
  const auto first = UpdateSettings(*db_, {.context = Context(), .lots_enabled = true});
  ASSERT_TRUE(
      UpdateSettings(*db_, {.context = Context(), .lots_enabled = false, .version = first->version})
          .ok());

  const auto stale =
      UpdateSettings(*db_, {.context = Context(), .lots_enabled = true, .version = first->version});

  EXPECT_EQ(ReasonsOf(stale.status()), std::vector<Reason>{Reason::kEtagMismatch});
  EXPECT_FALSE(GetSettings(*db_, acme_)->lots_enabled);
}

TEST_F(Catalog, AnUnknownTimeZoneIsRefusedAndCreatesNothing) {
  const auto refused = UpdateSettings(*db_, {.context = Context(), .time_zone = "Mars/Olympus"});

  EXPECT_EQ(FieldOf(refused.status()), "settings.time_zone");
  EXPECT_FALSE(GetSettings(*db_, acme_).ok());
}

// --- products
// -------------------------------------------------------------------------------------

TEST_F(Catalog, AProductIsKeptAsItWasGiven) {
  ASSERT_TRUE(Upsert(Bolt()).ok());

  const auto bolt = GetProduct(*db_, acme_, ProductId("bolt"));

  ASSERT_TRUE(bolt.ok());
  EXPECT_EQ(bolt->display_name, "Bolt");
  EXPECT_EQ(bolt->tracking, Tracking::kLot);
  EXPECT_EQ(bolt->scale, 3);
  EXPECT_EQ(bolt->next_number, 1);
  EXPECT_EQ(bolt->shelf_life.expire_days, 100);
  EXPECT_EQ(bolt->shelf_life.removal_days, std::nullopt);
  EXPECT_EQ(bolt->gtin, "04006381333931");
  EXPECT_EQ(bolt->version, 1);
}

TEST_F(Catalog, AMaskLeavesOtherServicesFieldsAlone) {
  ASSERT_TRUE(Upsert(Bolt()).ok());

  const auto changed =
      Upsert({.product_id = ProductId("bolt"), .warranty_months = 12}, {"warranty_months"});

  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->warranty_months, 12);
  EXPECT_EQ(changed->display_name, "Bolt");
  EXPECT_EQ(changed->number_template, "B{YYYY}-{#####}");
  EXPECT_EQ(changed->version, 2);
}

TEST_F(Catalog, AnUpsertThatChangesNothingKeepsTheVersion) {
  ASSERT_TRUE(Upsert(Bolt()).ok());

  EXPECT_EQ(Upsert(Bolt())->version, 1);
}

TEST_F(Catalog, BadProductsAreRefusedAllAtOnceAndNothingIsWritten) {
  const auto with = [](auto change) {
    Product product = Bolt();
    change(product);
    return product;
  };
  UpsertProductsCommand command{.context = Context()};
  const struct {
    Product product;
    std::string field;
  } kCases[] = {
      {with([](Product& p) { p.tracking.reset(); }), "tracking"},
      {with([](Product& p) { p.scale = 7; }), "scale"},
      {with([](Product& p) { p.tracking = Tracking::kSerial; }), "scale"},
      {with([](Product& p) { p.number_template = "no counter"; }), "number_template"},
      {with([](Product& p) { p.shelf_life.expire_days = -1; }), "shelf_life"},
      {with([](Product& p) { p.shelf_life.alert_days = 101; }), "shelf_life"},
      {with([](Product& p) { p.warranty_months = 1'201; }), "warranty_months"},
      {with([](Product& p) { p.gtin = "4006381333932"; }), "gtin"},
  };
  for (const auto& test : kCases) {
    command.products.push_back(test.product);
    command.products.back().product_id = ProductId(std::to_string(command.products.size()));
  }

  const std::vector<Problem> problems = ProblemsOf(UpsertProducts(*db_, command).status());

  ASSERT_EQ(problems.size(), std::size(kCases));
  for (size_t i = 0; i < problems.size(); ++i) {
    EXPECT_EQ(problems[i].field, Indexed("products", i, kCases[i].field));
    EXPECT_EQ(problems[i].reason, Reason::kFieldInvalid);
  }
  EXPECT_FALSE(GetSettings(*db_, acme_).ok());
}

TEST_F(Catalog, RulesUnderLotsCannotChange) {
  ASSERT_TRUE(Upsert(Bolt()).ok());
  database_.Execute(InsertLotOf(Bolt()));
  const std::pair<std::string, Product> kChanges[] = {
      {"tracking", {.product_id = ProductId("bolt"), .tracking = Tracking::kNone}},
      {"scale", {.product_id = ProductId("bolt"), .scale = 2}},
      {"case_sensitive", {.product_id = ProductId("bolt"), .case_sensitive = true}},
      {"unit", {.product_id = ProductId("bolt"), .unit = "dozen"}},
      {"unit", {.product_id = ProductId("bolt"), .unit = ""}},
  };
  for (const auto& [rule, product] : kChanges) {
    const absl::Status refused = Upsert(product, {rule}).status();
    ASSERT_EQ(ReasonsOf(refused), std::vector<Reason>{Reason::kProductHasLots}) << rule;
    const Facts facts = ProblemsOf(refused)[0].facts;
    EXPECT_EQ(facts, (Facts{{"product_id", "bolt"}, {"field", rule}, {"lot_count", "1"}}));
  }
  // Everything else can.
  EXPECT_TRUE(
      Upsert({.product_id = ProductId("bolt"), .display_name = "Screw"}, {"display_name"}).ok());
}

TEST_F(Catalog, RulesCanChangeBeforeTheFirstLot) {
  ASSERT_TRUE(Upsert(Bolt()).ok());

  EXPECT_EQ(Upsert({.product_id = ProductId("bolt"), .scale = 2}, {"scale"})->scale, 2);
  EXPECT_EQ(Upsert({.product_id = ProductId("bolt"), .unit = "kg"}, {"unit"})->unit, "kg");
}

TEST_F(Catalog, UnitThatWasNeverSaidIsSaidUnderLots) {
  Product bolt = Bolt();
  bolt.unit = "";
  ASSERT_TRUE(Upsert(bolt).ok());
  database_.Execute(InsertLotOf(Bolt()));

  EXPECT_EQ(Upsert({.product_id = ProductId("bolt"), .unit = "kg"}, {"unit"})->unit, "kg");
  EXPECT_FALSE(Upsert({.product_id = ProductId("bolt"), .unit = "g"}, {"unit"}).ok());
}

TEST_F(Catalog, RulesHoldAgainstALotThatIsJustBeingCreated) {
  ASSERT_TRUE(Upsert(Bolt()).ok());
  ASSERT_TRUE(db_->RunScript("test", "BEGIN;" + InsertLotOf(Bolt())).ok());
  absl::Status refused;
  std::thread changing([&] {
    refused = UpsertProducts(*database_.Connect(),
                             {.context = Context(),
                              .products = {{.product_id = ProductId("bolt"), .scale = 2}},
                              .mask = {"scale"}})
                  .status();
  });
  WaitForALock();
  ASSERT_TRUE(db_->RunScript("test", "COMMIT").ok());
  changing.join();

  EXPECT_EQ(ReasonsOf(refused), std::vector<Reason>{Reason::kProductHasLots});
}

TEST_F(Catalog, TheCounterNeverGoesBack) {
  ASSERT_TRUE(Upsert(Bolt()).ok());
  Product bolt{.product_id = ProductId("bolt"), .next_number = 100};
  EXPECT_EQ(Upsert(bolt, {"next_number"})->next_number, 100);
  EXPECT_EQ(GetProduct(*db_, acme_, bolt.product_id)->next_number, 100);

  bolt.next_number = 99;
  EXPECT_EQ(FieldOf(Upsert(bolt, {"next_number"}).status()), "products[0].next_number");
  bolt.next_number = 0;
  EXPECT_EQ(Upsert(bolt, {"next_number"})->next_number, 100);
}

TEST_F(Catalog, ManyWritersOfOneNewProductAllSucceed) {
  // Writers of a new company would wait for each other there.
  ASSERT_TRUE(UpdateSettings(*db_, {.context = Context(), .lots_enabled = true}).ok());
  constexpr int kWriters = 8;
  std::vector<std::unique_ptr<pg::Connection>> connections;
  for (int i = 0; i < kWriters; ++i) connections.push_back(database_.Connect());
  for (int round = 0; round < 5; ++round) {
    Product bolt = Bolt();
    bolt.product_id = ProductId(std::to_string(round));
    std::vector<absl::Status> answers(kWriters);
    std::vector<std::thread> writers;
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&, bolt, i]() mutable {
        bolt.display_name = std::to_string(i);
        answers[i] =
            UpsertProducts(*connections[i], {.context = Context(), .products = {bolt}}).status();
      });
    }
    for (std::thread& writer : writers) writer.join();

    for (const absl::Status& answer : answers) EXPECT_TRUE(answer.ok()) << answer;
    EXPECT_EQ(GetProduct(*db_, acme_, bolt.product_id)->version, kWriters);
  }
}

TEST_F(Catalog, ARepeatedUpsertIsAnsweredAndNotDoneAgain) {
  const UpsertProductsCommand command{.context = Context("once"), .products = {Bolt()}};
  ASSERT_TRUE(UpsertProducts(*db_, command).ok());
  ASSERT_TRUE(
      Upsert({.product_id = ProductId("bolt"), .display_name = "Screw"}, {"display_name"}).ok());

  const auto repeat = UpsertProducts(*db_, command);

  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_EQ(repeat->front().display_name, "Screw");
}

TEST_F(Catalog, ProductsAreListedByIdAndCompany) {
  for (const char* id : {"c", "a", "b"}) {
    Product product = Bolt();
    product.product_id = ProductId(id);
    ASSERT_TRUE(Upsert(product).ok());
  }

  const auto page = ListProducts(*db_, acme_, ProductId("a"), 10);

  ASSERT_EQ(page->size(), 2u);
  EXPECT_EQ((*page)[0].product_id.value(), "b");
  EXPECT_EQ((*page)[1].product_id.value(), "c");
  EXPECT_TRUE(ListProducts(*db_, CompanyId("other"), ProductId(), 10)->empty());
  EXPECT_EQ(ReasonsOf(GetProduct(*db_, CompanyId("other"), ProductId("a")).status()),
            std::vector<Reason>{Reason::kProductNotFound});
}

// --- locations
// ------------------------------------------------------------------------------------

TEST_F(Catalog, ALocationIsKeptAsItWasGiven) {
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

TEST_F(Catalog, AParentMayComeLaterInTheSameRequest) {
  EXPECT_TRUE(Put({Place("shelf", "hall"), Place("hall", "site"), Place("site")}).ok());
}

TEST_F(Catalog, BadLocationsAreRefused) {
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

TEST_F(Catalog, ATreeHasNoCycles) {
  ASSERT_TRUE(Put({Place("a"), Place("b", "a"), Place("c", "b")}).ok());

  EXPECT_EQ(ReasonsOf(Put({Place("a", "c")})), std::vector<Reason>{Reason::kLocationCycle});
  EXPECT_EQ(ReasonsOf(Put({Place("x", "y"), Place("y", "x")})),
            (std::vector<Reason>{Reason::kLocationCycle, Reason::kLocationCycle}));
  // Turned round within one request there is none.
  EXPECT_TRUE(Put({Place("a", "c"), Place("c"), Place("b", "a")}).ok());
}

TEST_F(Catalog, ATreeHasAtMostTwentyLevels) {
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

TEST_F(Catalog, CrossingMovesMakeNoCycle) {
  ASSERT_TRUE(Put({Place("a"), Place("b")}).ok());
  for (int round = 0; round < 10; ++round) {
    absl::Status first;
    absl::Status second;
    const auto move = [&](const Location& location, absl::Status& answer) {
      answer =
          UpsertLocations(*database_.Connect(), {.context = Context(), .locations = {location}})
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

TEST_F(Catalog, AMaskLeavesTheRestOfALocationAlone) {
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

}  // namespace
}  // namespace lots
