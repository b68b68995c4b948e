// Settings and products: what is kept, and what is refused.
#include "storage/catalog/catalog.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "storage/base/limits.h"
#include "storage/domain/default_location.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/counter_reset.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/reasons.h"
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
            .now = now_};
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
            .producible = true,
            .hold_on_receipt = true};
  }
  // Every field by default.
  absl::StatusOr<Product> Upsert(const Product& product,
                                 const std::vector<absl::string_view>& paths = ProductFields()) {
    auto products = UpsertProducts(
        *db_,
        {.context = Context(), .products = {product}, .paths = {{paths.begin(), paths.end()}}});
    if (!products.ok()) return products.status();
    return products->front();
  }
  absl::StatusOr<Product> Get(const ProductId& product_id) const {
    return GetProduct(*db_, {acme_, product_id, now_});
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
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

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

TEST_F(Catalog, AProductIsKeptAsItWasGiven) {
  ASSERT_TRUE(Upsert(Bolt()).ok());

  const auto bolt = Get(ProductId("bolt"));

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
  EXPECT_TRUE(Get(ProductId("bolt"))->hold_on_receipt);
  EXPECT_EQ(changed->version, 2);

  const auto cleared = Upsert({.product_id = ProductId("bolt")}, {"hold_on_receipt"});
  ASSERT_TRUE(cleared.ok()) << cleared.status();
  EXPECT_FALSE(Get(ProductId("bolt"))->hold_on_receipt);
  EXPECT_EQ(cleared->version, 3);
}

TEST_F(Catalog, EachProductOfAnUpsertHasPathsOfItsOwn) {
  Product nut = Bolt();
  nut.product_id = ProductId("nut");
  ASSERT_TRUE(Upsert(Bolt()).ok());
  ASSERT_TRUE(Upsert(nut).ok());

  const auto changed =
      UpsertProducts(*db_, {.context = Context(),
                            .products = {{.product_id = ProductId("bolt"), .unit = "g"},
                                         {.product_id = ProductId("nut"), .unit = "t"}},
                            .paths = {{"unit"}, {"warranty_months"}}});

  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ((*changed)[0].unit, "g");
  EXPECT_EQ((*changed)[0].warranty_months, 24);
  EXPECT_EQ((*changed)[1].unit, "kg");
  EXPECT_EQ((*changed)[1].warranty_months, 0);
}

TEST_F(Catalog, OneOffsetOfTheShelfLifeLeavesTheOthers) {
  ASSERT_TRUE(Upsert(Bolt()).ok());

  const auto changed = Upsert({.product_id = ProductId("bolt"), .shelf_life = {.expire_days = 95}},
                              {"shelf_life.expire_days"});

  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->shelf_life.expire_days, 95);
  EXPECT_EQ(changed->shelf_life.alert_days, 90);
}

TEST_F(Catalog, AStaleVersionOfAProductIsRefused) {
  ASSERT_TRUE(Upsert(Bolt()).ok());
  Product edit{.product_id = ProductId("bolt"), .unit = "g", .version = 1};
  ASSERT_TRUE(Upsert(edit, {"unit"}).ok());

  edit.unit = "t";
  const absl::Status stale = Upsert(edit, {"unit"}).status();

  EXPECT_EQ(ReasonsOf(stale), std::vector<Reason>{Reason::kEtagMismatch});
  EXPECT_EQ(stale.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(FieldOf(stale), "products[0].etag");
  EXPECT_EQ(ProblemsOf(stale)[0].facts, (Facts{{"etag", "\"2\""}}));
  EXPECT_EQ(Get(edit.product_id)->unit, "g");
  Product unknown = Bolt();
  unknown.product_id = ProductId("unknown");
  unknown.version = 1;
  EXPECT_EQ(ReasonsOf(Upsert(unknown).status()), std::vector<Reason>{Reason::kEtagMismatch});
}

TEST_F(Catalog, ARaisedCounterMovesTheVersion) {
  ASSERT_TRUE(Upsert(Bolt()).ok());

  EXPECT_EQ(Upsert({.product_id = ProductId("bolt"), .next_number = 7}, {"next_number"})->version,
            2);
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

TEST_F(Catalog, ANewIdStandsInAUrlAndAnOldOneWorks) {
  Product bolt = Bolt();
  for (const char* id : {"-bolt", "bolt\\8", "bolt?", "bolt#8", "8%", ".", "..", "bolt/8"}) {
    bolt.product_id = ProductId(id);
    EXPECT_EQ(FieldOf(Upsert(bolt).status()), "products[0].product_id") << id;
  }
  EXPECT_FALSE(GetSettings(*db_, acme_).ok());

  ASSERT_TRUE(Upsert(Bolt()).ok());
  database_.Execute(
      "INSERT INTO products SELECT (jsonb_populate_record(p, '{\"product_id\": \"bolt/8\"}')).* "
      "FROM products p");
  bolt.unit = "g";
  EXPECT_TRUE(Upsert(bolt, {"unit"}).ok());
  WriteContext nowhere = Context();
  nowhere.company = CompanyId("a/b");
  const absl::Status refused = UpdateSettings(*db_, {.context = nowhere}).status();
  EXPECT_EQ(FieldOf(refused), "company");
  EXPECT_FALSE(GetSettings(*db_, nowhere.company).ok());
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
                              .paths = {{"scale"}}})
                  .status();
  });
  WaitForALock();
  ASSERT_TRUE(db_->RunScript("test", "COMMIT").ok());
  changing.join();

  EXPECT_EQ(ReasonsOf(refused), std::vector<Reason>{Reason::kProductHasLots});
}

TEST_F(Catalog, TheCounterGoesBackOnlyToNumbersThatNoLotHas) {
  ASSERT_TRUE(Upsert(Bolt()).ok());
  Product bolt{.product_id = ProductId("bolt"), .next_number = 100};
  EXPECT_EQ(Upsert(bolt, {"next_number"})->next_number, 100);
  EXPECT_EQ(Get(bolt.product_id)->next_number, 100);
  bolt.next_number = 50;
  EXPECT_EQ(Upsert(bolt, {"next_number"})->next_number, 50);
  EXPECT_EQ(Get(bolt.product_id)->next_number, 50);

  // A lot with the number 40 of the year of the request.
  std::string insert = InsertLotOf(Bolt());
  ASSERT_TRUE(db_->RunScript("test", insert).ok());
  ASSERT_TRUE(db_->RunScript("test",
                             "UPDATE lots SET number = 'B2023-00040', number_key = "
                             "'b2023-00040'")
                  .ok());
  bolt.next_number = 41;
  EXPECT_EQ(Upsert(bolt, {"next_number"})->next_number, 41);
  bolt.next_number = 40;
  EXPECT_EQ(FieldOf(Upsert(bolt, {"next_number"}).status()), "products[0].next_number");
  bolt.next_number = 0;
  EXPECT_EQ(Upsert(bolt, {"next_number"})->next_number, 41);
  // With another template the numbers are others.
  bolt.number_template = "C{YYYY}-{#####}";
  bolt.next_number = 1;
  EXPECT_EQ(Upsert(bolt, {"next_number", "number_template"})->next_number, 1);
}

TEST_F(Catalog, ACounterResetNeedsADateThatMakesNumbersDiffer) {
  const auto refused = [&](const std::string& number_template, CounterReset reset) {
    Product bolt = Bolt();
    bolt.number_template = number_template;
    bolt.counter_reset = reset;
    return FieldOf(Upsert(bolt).status());
  };
  EXPECT_EQ(refused("B{#####}", CounterReset::kYear), "products[0].counter_reset");
  EXPECT_EQ(refused("B{YYYY}-{##}", CounterReset::kMonth), "products[0].counter_reset");
  EXPECT_EQ(refused("B{YY}{MM}-{##}", CounterReset::kDay), "products[0].counter_reset");
  EXPECT_EQ(refused("B{MM}{DD}-{##}", CounterReset::kDay), "products[0].counter_reset");
  EXPECT_EQ(refused("", CounterReset::kYear), "products[0].counter_reset");
  EXPECT_EQ(refused("B{YY}{DDD}-{##}", CounterReset::kDay), "");
  EXPECT_EQ(Get(ProductId("bolt"))->counter_reset, CounterReset::kDay);
  // What is not said stays.
  EXPECT_EQ(Upsert({.product_id = ProductId("bolt")}, {"counter_reset"})->counter_reset,
            CounterReset::kDay);
  EXPECT_EQ(refused("B{#####}", CounterReset::kNever), "");
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
            UpsertProducts(*connections[i],
                           {.context = Context(), .products = {bolt}, .paths = {{"display_name"}}})
                .status();
      });
    }
    for (std::thread& writer : writers) writer.join();

    for (const absl::Status& answer : answers) EXPECT_TRUE(answer.ok()) << answer;
    EXPECT_EQ(Get(bolt.product_id)->version, kWriters);
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

  const auto page = ListProducts(*db_, {acme_, ProductId("a"), 10, now_});

  ASSERT_EQ(page->size(), 2u);
  EXPECT_EQ((*page)[0].product_id.value(), "b");
  EXPECT_EQ((*page)[1].product_id.value(), "c");
  EXPECT_TRUE(ListProducts(*db_, {acme_, ProductId("c"), 10, now_})->empty());
  EXPECT_EQ(ReasonsOf(ListProducts(*db_, {CompanyId("other"), ProductId(), 10, now_}).status()),
            std::vector<Reason>{Reason::kCompanyNotFound});
  EXPECT_EQ(ReasonsOf(GetProduct(*db_, {CompanyId("other"), ProductId("a"), now_}).status()),
            std::vector<Reason>{Reason::kProductNotFound});
}

}  // namespace
}  // namespace lots
