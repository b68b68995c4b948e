// What the business sees of lotd: what was done, and what there is.
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/recall.grpc.pb.h"
#include "tests/support/base/eventually.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

void CountOften(Server::Options& options) { options.gauge_period = absl::Milliseconds(20); }

v1::CreateLotRequest NewSalt(const std::string& number) {
  v1::CreateLotRequest request;
  request.set_company("acme");
  request.set_request_id(absl::StrCat("create-", number));
  request.mutable_lot()->set_product_id("salt");
  request.mutable_lot()->set_number(number);
  return request;
}

TEST(BusinessMetrics, CountLotsOnceHoweverOftenTheCallIsRepeated) {
  const TestServer server;
  const World world(server.database());
  const auto stub = server.NewStub<v1::LotService>();
  const char kSeries[] = "lots_created_total{tracking=\"lot\"}";
  v1::Lot lot;

  EXPECT_EQ(server.Metric(kSeries), 0);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Send(*stub, &v1::LotService::Stub::CreateLot, NewSalt("S-1"), lot).ok());
  }
  v1::CreateLotRequest taken = NewSalt("S-1");
  taken.set_request_id("another");
  ASSERT_FALSE(Send(*stub, &v1::LotService::Stub::CreateLot, taken, lot).ok());

  EXPECT_EQ(server.Metric(kSeries), 1);
  EXPECT_EQ(server.Metric("lots_idempotent_replays_total"), 2);
}

TEST(BusinessMetrics, ADrillIsTimedAndSeenAsOpen) {
  const TestServer server(CountOften);
  World world(server.database());
  world.CreateLot("salt", "SALT", "5");
  v1::OpenRecallRequest request;
  request.set_company("acme");
  request.set_request_id("drill");
  request.set_recall_id("D-1");
  request.set_reason("a drill");
  request.set_drill(true);
  request.add_seeds()->set_product_id("salt");
  request.mutable_seeds(0)->set_number("SALT");
  v1::Recall recall;

  ASSERT_TRUE(Send(*server.NewStub<v1::RecallService>(), &v1::RecallService::Stub::OpenRecall,
                   request, recall)
                  .ok());

  EXPECT_EQ(server.Metric("lots_recall_open_seconds_count{purpose=\"drill\"}"), 1);
  EXPECT_EQ(server.Metric("lots_recall_open_seconds_count{purpose=\"recall\"}"), 0);
  EXPECT_TRUE(
      Eventually([&] { return server.Metric("lots_recalls_open{purpose=\"drill\"}") == 1; }));
  EXPECT_EQ(server.Metric("lots_recalls_open{purpose=\"recall\"}"), 0);
}

TEST(BusinessMetrics, GaugesAddUpAllCompaniesAndSayHowOldTheyAre) {
  const TestServer server(CountOften);
  World acme(server.database());
  World other(server.database(), "other");
  const absl::Time then = absl::Now();
  const absl::CivilDay tomorrow = absl::ToCivilDay(then, absl::UTCTimeZone()) + 1;

  acme.CreateLot("salt", "A", {.quantity = "5", .expires_on = tomorrow});
  other.CreateLot("salt", "B", {.quantity = "5", .expires_on = tomorrow});

  EXPECT_TRUE(Eventually([&] { return server.Metric("lots_expiring{window=\"7d\"}") == 2; }));
  EXPECT_EQ(server.Metric("lots_companies"), 2);
  const double began = absl::ToDoubleSeconds(then - absl::UnixEpoch());
  EXPECT_TRUE(Eventually([&] { return server.Metric("lots_census_timestamp_seconds") > began; }));
  const double read = server.Metric("lots_census_timestamp_seconds");
  EXPECT_LE(read, absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()));
}

TEST(BusinessMetrics, TheGaugesKeepTheirAgeWhenTheDatabaseRefuses) {
  const TestServer server(CountOften);
  const World world(server.database());
  ASSERT_TRUE(Eventually([&] { return server.Metric("lots_companies") == 1; }));

  server.database().Execute("ALTER TABLE recalls RENAME TO gone");

  EXPECT_TRUE(Eventually([&] {
    for (const std::string& line : server.LogLines()) {
      if (absl::StrContains(line, "census_failed")) return true;
    }
    return false;
  }));
  const double then = server.Metric("lots_census_timestamp_seconds");
  EXPECT_FALSE(Eventually([&] { return server.Metric("lots_census_timestamp_seconds") > then; },
                          absl::Milliseconds(200)));
}

TEST(RoadMetrics, CallsThatAreAnsweredTogetherAreCounted) {
  const TestServer server([](Server::Options& options) { options.config.workers = 1; });
  World world(server.database());
  const LotId lot = world.CreateLot("salt", "SALT", "5");
  v1::GetLotRequest request;
  request.set_company("acme");
  request.set_lot_id(lot.value().ToString());
  constexpr int kClients = 8;
  std::vector<std::thread> clients;
  std::atomic<int> answered = 0;
  const auto blocker = server.database().Connect();
  ASSERT_TRUE(blocker->RunScript("test", "BEGIN; LOCK TABLE lots").ok());

  const auto ask = [&] {
    v1::Lot answer;
    const auto stub = server.NewStub<v1::LotService>();
    answered += Send(*stub, &v1::LotService::Stub::GetLot, request, answer).ok();
  };

  clients.emplace_back(ask);
  EXPECT_TRUE(Eventually([&] { return server.Metric("lots_workers_busy") == 1; }));
  // The others wait for the only worker, and are answered together.
  while (clients.size() < kClients) clients.emplace_back(ask);
  EXPECT_TRUE(Eventually([&] { return server.Metric("lots_queue_waiting") == kClients - 1; }));
  EXPECT_TRUE(blocker->RunScript("test", "COMMIT").ok());
  for (std::thread& client : clients) client.join();

  EXPECT_EQ(answered, kClients);
  EXPECT_EQ(server.Metric("lots_batch_calls_sum"), kClients);
  EXPECT_EQ(server.Metric("lots_batch_calls_count"), 2);
  EXPECT_GT(server.Metric("lots_db_pool_acquire_seconds_count"), 0);
}

TEST(RoadMetrics, TheDatabaseIsSeenToBeUp) {
  const TestServer server;

  EXPECT_TRUE(Eventually([&] { return server.Metric("lots_database_up") == 1; }));
}

TEST(SlowStatements, AreLoggedWithTheTraceOfTheirCall) {
  const TestServer server(
      [](Server::Options& options) { options.slow_statement = absl::ZeroDuration(); });
  const World world(server.database());
  grpc::ClientContext context;
  context.AddMetadata("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  v1::Lot lot;

  ASSERT_TRUE(server.NewStub<v1::LotService>()->CreateLot(&context, NewSalt("S-1"), &lot).ok());

  bool found = false;
  for (const std::string& text : server.LogLines()) {
    const nlohmann::json line = nlohmann::json::parse(text);
    if (line.value("statement", "") != "insert_lots") continue;
    found = true;
    EXPECT_EQ(line.value("event", ""), "slow_statement");
    EXPECT_EQ(line.value("trace_id", ""), "4bf92f3577b34da6a3ce929d0e0e4736");
    // Zero when its answer came together with the one before it.
    EXPECT_GE(line.value("ms", -1.0), 0);
  }
  EXPECT_TRUE(found);
}

// The view of a busy database leads to the call in the log, while the call still runs.
TEST(SlowStatements, AreKnownToTheDatabaseByTheTraceOfTheirCall) {
  const TestServer server;
  server.database().AddCompany("acme");
  const auto locking = server.database().Connect();
  ASSERT_TRUE(locking->RunScript("test", "BEGIN; LOCK TABLE lots").ok());
  std::thread listing([&] {
    grpc::ClientContext context;
    context.AddMetadata("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    v1::ListLotsRequest request;
    request.set_company("acme");
    v1::ListLotsResponse response;
    EXPECT_TRUE(server.NewStub<v1::LotService>()->ListLots(&context, request, &response).ok());
  });

  const auto looking = server.database().Connect();
  constexpr pg::Statement kAtWork{
      "test_at_work",
      // The collector of gauges may wait too; its sessions have no trace.
      "SELECT application_name FROM pg_stat_activity "
      "WHERE wait_event = 'relation' AND application_name <> 'lotd'"};
  std::string named;
  EXPECT_TRUE(Eventually([&] {
    const auto found = pg::Query(*looking, kAtWork);
    if (found.ok() && !found->empty()) named = (*found)[0].Get<std::string>(0);
    return !named.empty();
  }));
  locking->Rollback();
  listing.join();

  const nlohmann::json line = nlohmann::json::parse(server.LogLines().back());
  EXPECT_EQ(named, absl::StrCat("lotd 00-4bf92f3577b34da6a3ce929d0e0e4736-",
                                line.value("span_id", ""), "-01"));
}

}  // namespace
}  // namespace lots
