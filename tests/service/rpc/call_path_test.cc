// The call path: companies and actors, deadlines, the queue, cancelling, stopping, the log line.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "tests/support/base/eventually.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

using Stub = v1::CatalogService::Stub;
using grpc::StatusCode;

v1::UpsertProductsRequest OneProduct(const std::string& product_id) {
  v1::UpsertProductsRequest request;
  request.set_company("acme");
  v1::Product* product = request.add_products();
  product->set_product_id(product_id);
  product->set_tracking(v1::TRACKING_LOT);
  return request;
}

// Keeps every writer of products waiting until it ends.
class ProductsLocked {
 public:
  explicit ProductsLocked(const TestDatabase& database) : db_(database.Connect()) {
    EXPECT_TRUE(db_->RunScript("test", "BEGIN; LOCK TABLE products").ok());
  }
  ~ProductsLocked() { db_->Rollback(); }

 private:
  std::unique_ptr<pg::Connection> db_;
};

// A call on a thread of its own.
class Call {
 public:
  Call(const TestServer& server, const v1::UpsertProductsRequest& request,
       absl::Duration timeout = kCallTimeout)
      : stub_(server.NewStub<v1::CatalogService>()), thread_([this, request, timeout] {
          context_.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
          v1::UpsertProductsResponse response;
          status_ = stub_->UpsertProducts(&context_, request, &response);
        }) {}
  ~Call() { Wait(); }

  void Cancel() { context_.TryCancel(); }
  // What comes later on the same connection is heard later. This call is refused before the queue.
  void MakeSureThatTheServerHeard() {
    v1::Settings settings;
    EXPECT_FALSE(
        Send(*stub_, &Stub::GetSettings, v1::GetSettingsRequest::default_instance(), settings)
            .ok());
  }
  grpc::Status Wait() {
    if (thread_.joinable()) thread_.join();
    return status_;
  }

 private:
  std::unique_ptr<Stub> stub_;
  grpc::ClientContext context_;
  grpc::Status status_;
  std::thread thread_;
};

bool AreWaiting(const TestServer& server, int count) {
  return Eventually([&] { return server.Metric("lots_queue_waiting") == count; });
}

bool AreAtWork(const TestServer& server, int count) {
  return Eventually([&] { return server.Metric("lots_workers_busy") == count; });
}

bool HasProduct(const TestServer& server, const std::string& product_id) {
  v1::GetProductRequest request;
  request.set_company("acme");
  request.set_product_id(product_id);
  v1::Product product;
  return Send(*server.NewStub<v1::CatalogService>(), &Stub::GetProduct, request, product).ok();
}

// The log's line of the last call of a method.
nlohmann::json LineOf(const TestServer& server, const std::string& method) {
  nlohmann::json found;
  for (const std::string& line : server.LogLines()) {
    const nlohmann::json json = nlohmann::json::parse(line);
    if (json.value("method", "") == method) found = json;
  }
  return found;
}

// Whether the last upsert was given up without a statement.
bool DiedInTheQueue(const TestServer& server) {
  const nlohmann::json line = LineOf(server, "lots.v1.CatalogService/UpsertProducts");
  return absl::StrContains(line.value("error", ""), "while queued") &&
         line.value("db_ms", 1.0) == 0;
}

TEST(CallPath, EveryCallLeavesOneLineInTheLog) {
  const TestServer server;
  grpc::ClientContext context;
  context.AddMetadata("lots-actor", "anna");
  context.AddMetadata("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  v1::UpsertProductsRequest request = OneProduct("bolt");
  request.set_request_id("order-7");
  v1::UpsertProductsResponse response;

  ASSERT_TRUE(
      server.NewStub<v1::CatalogService>()->UpsertProducts(&context, request, &response).ok());

  const nlohmann::json line = LineOf(server, "lots.v1.CatalogService/UpsertProducts");
  EXPECT_EQ(line.value("company", ""), "acme");
  EXPECT_EQ(line.value("code", ""), "OK");
  EXPECT_EQ(line.value("actor", ""), "anna");
  EXPECT_EQ(line.value("request_id", ""), "order-7");
  EXPECT_EQ(line.value("trace_id", ""), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(line.value("span_id", "").size(), 16u);
  EXPECT_NE(line.value("span_id", ""), "00f067aa0ba902b7") << "that is the caller's own";
  EXPECT_GT(line.value("db_ms", 0.0), 0);
  EXPECT_GE(line.value("ms", 0.0), line.value("db_ms", 0.0));
  EXPECT_FALSE(line.contains("reason"));
}

TEST(CallPath, ARefusalCarriesItsReasonAndFacts) {
  const TestServer server;
  v1::GetProductRequest request;
  request.set_company("acme");
  request.set_product_id("nut");
  v1::Product product;

  const grpc::Status status =
      Send(*server.NewStub<v1::CatalogService>(), &Stub::GetProduct, request, product);

  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ErrorInfoOf(status).domain(), "lots");
  EXPECT_EQ(ErrorInfoOf(status).reason(), "PRODUCT_NOT_FOUND");
  EXPECT_EQ(ErrorInfoOf(status).metadata().at("product_id"), "nut");
  EXPECT_EQ(LineOf(server, "lots.v1.CatalogService/GetProduct")["reason"], "PRODUCT_NOT_FOUND");
}

TEST(CallPath, ARequestNamesItsCompanyUnlessTheServerHasADefault) {
  const TestServer without;
  const TestServer with([](Server::Options& options) { options.config.company = "acme"; });
  v1::UpsertProductsRequest request = OneProduct("bolt");
  request.clear_company();
  v1::UpsertProductsResponse response;

  const grpc::Status refused =
      Send(*without.NewStub<v1::CatalogService>(), &Stub::UpsertProducts, request, response);
  const grpc::Status accepted =
      Send(*with.NewStub<v1::CatalogService>(), &Stub::UpsertProducts, request, response);

  EXPECT_EQ(refused.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ErrorInfoOf(refused).metadata().at("field"), "company");
  EXPECT_TRUE(accepted.ok()) << accepted.error_message();
  EXPECT_TRUE(HasProduct(with, "bolt"));
}

TEST(CallPath, EveryCompanyAtOnceIsForListsOnly) {
  const TestServer server;
  v1::GetProductRequest request;
  request.set_company("-");
  request.set_product_id("bolt");
  v1::Product product;

  const grpc::Status status =
      Send(*server.NewStub<v1::CatalogService>(), &Stub::GetProduct, request, product);

  EXPECT_EQ(ReasonOf(status), "FIELD_INVALID");
  EXPECT_EQ(ErrorInfoOf(status).metadata().at("field"), "company");
}

TEST(CallPath, AnActorThatIsTooLongIsRefused) {
  const TestServer server;
  grpc::ClientContext context;
  context.AddMetadata("lots-actor", std::string(65, 'a'));
  v1::UpsertProductsResponse response;

  const grpc::Status status =
      server.NewStub<v1::CatalogService>()->UpsertProducts(&context, OneProduct("bolt"), &response);

  EXPECT_EQ(ReasonOf(status), "FIELD_INVALID");
  EXPECT_EQ(ErrorInfoOf(status).metadata().at("field"), "lots-actor");
}

// Its only worker and the only slot in its queue are taken, until `locked` is reset.
struct FullServer {
  FullServer() {
    EXPECT_TRUE(AreAtWork(server, 1));
    waiting = std::make_unique<Call>(server, OneProduct("waiting"));
    EXPECT_TRUE(AreWaiting(server, 1));
  }
  grpc::Status CallOnceMore() const { return Call(server, OneProduct("refused")).Wait(); }

  const TestServer server{[](Server::Options& options) {
    options.config.workers = 1;
    options.config.queue = 1;
  }};
  std::unique_ptr<ProductsLocked> locked = std::make_unique<ProductsLocked>(server.database());
  Call working{server, OneProduct("working")};
  std::unique_ptr<Call> waiting;
};

TEST(CallPath, AFullQueueRefusesAtOnceAndSaysWhenToRepeat) {
  FullServer full;

  const grpc::Status refused = full.CallOnceMore();
  full.locked.reset();

  EXPECT_EQ(refused.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "SERVER_BUSY");
  EXPECT_GT(RetryInfoOf(refused).retry_delay().nanos(), 0);
  EXPECT_TRUE(full.working.Wait().ok());
  EXPECT_TRUE(full.waiting->Wait().ok());
  EXPECT_EQ(full.server.Metric("lots_admission_rejected_total{reason=\"queue\"}"), 1);
}

// The number of refusals that each line about a full server counts.
std::vector<int> RefusalsOfEachLine(const TestServer& server) {
  std::vector<int> times;
  for (const std::string& line : server.LogLines()) {
    const nlohmann::json fields = nlohmann::json::parse(line);
    if (fields.value("reason", "") == "SERVER_BUSY") times.push_back(fields.value("times", 1));
  }
  return times;
}

TEST(CallPath, RefusalsOfAFullServerShareALineASecond) {
  FullServer full;

  int refused = 0;
  const bool shared = Eventually([&] {
    ++refused;
    EXPECT_EQ(ReasonOf(full.CallOnceMore()), "SERVER_BUSY");
    const std::vector<int> counts = RefusalsOfEachLine(full.server);
    return !counts.empty() && counts.back() > 1;
  });
  const std::vector<int> lines = RefusalsOfEachLine(full.server);
  full.locked.reset();

  ASSERT_TRUE(shared);
  EXPECT_EQ(lines.front(), 1);
  EXPECT_EQ(std::accumulate(lines.begin(), lines.end(), 0), refused);
}

// One that floods does not keep the others' refusals out of the log.
TEST(CallPath, RefusalsOfAFullServerHaveALineForEachCompany) {
  FullServer full;
  v1::UpsertProductsRequest others = OneProduct("refused");
  others.set_company("zenit");

  EXPECT_EQ(ReasonOf(full.CallOnceMore()), "SERVER_BUSY");
  EXPECT_EQ(ReasonOf(full.CallOnceMore()), "SERVER_BUSY");
  EXPECT_EQ(ReasonOf(Call(full.server, others).Wait()), "SERVER_BUSY");
  full.locked.reset();

  std::vector<std::string> companies;
  for (const std::string& text : full.server.LogLines()) {
    const nlohmann::json line = nlohmann::json::parse(text);
    if (line.value("reason", "") == "SERVER_BUSY") companies.push_back(line["company"]);
  }
  EXPECT_EQ(companies.front(), "acme");
  EXPECT_EQ(companies.back(), "zenit");
}

// Milliseconds between arrival and refusal, all of them on gRPC's thread, of each line in the log
// about a full server.
std::vector<double> MillisecondsOfRefusals(const TestServer& server) {
  std::vector<double> milliseconds;
  for (const std::string& text : server.LogLines()) {
    const nlohmann::json line = nlohmann::json::parse(text);
    if (line.value("reason", "") == "SERVER_BUSY") milliseconds.push_back(line.value("ms", 0.0));
  }
  return milliseconds;
}

// gRPC has as many threads as processors: one that waits would keep the calls of others waiting.
// Companies differ, so that each refusal has a line of its own.
TEST(CallPath, ARefusalDoesNotKeepGrpcsThread) {
  constexpr int kRefusals = 21;
  FullServer full;

  for (int i = 0; i < kRefusals; ++i) {
    v1::UpsertProductsRequest request = OneProduct("refused");
    request.set_company(absl::StrCat("company-", i));
    EXPECT_EQ(ReasonOf(Call(full.server, request).Wait()), "SERVER_BUSY");
  }
  full.locked.reset();

  std::vector<double> milliseconds = MillisecondsOfRefusals(full.server);
  ASSERT_EQ(milliseconds.size(), static_cast<size_t>(kRefusals));
  absl::c_sort(milliseconds);
  EXPECT_LT(milliseconds[kRefusals / 2], 5);
}

TEST(CallPath, ACallWhoseDeadlinePassedInTheQueueNeverReachesTheDatabase) {
  const TestServer server([](Server::Options& options) {
    options.config.workers = 1;
    options.config.default_deadline = absl::Milliseconds(200);
  });
  auto locked = std::make_unique<ProductsLocked>(server.database());
  Call working(server, OneProduct("working"));
  ASSERT_TRUE(AreAtWork(server, 1));
  // It brings no deadline, so that nobody but the server gives it up.
  Call late(server, OneProduct("late"), absl::InfiniteDuration());
  ASSERT_TRUE(AreWaiting(server, 1));

  const absl::Time too_late = absl::Now() + absl::Milliseconds(200);
  ASSERT_TRUE(Eventually([&] { return absl::Now() > too_late; }));
  locked.reset();

  EXPECT_TRUE(working.Wait().ok());
  EXPECT_EQ(late.Wait().error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_FALSE(HasProduct(server, "late"));
  EXPECT_TRUE(DiedInTheQueue(server));
}

// Whether a call that left the queue was given up without a statement. gRPC tells of a client that
// left on a thread of its own, which can be later than everything that the test sees.
bool LeavesTheQueue(const TestServer& server, const std::string& product) {
  auto locked = std::make_unique<ProductsLocked>(server.database());
  Call working(server, OneProduct("working"));
  EXPECT_TRUE(AreAtWork(server, 1));
  Call left(server, OneProduct(product));
  EXPECT_TRUE(AreWaiting(server, 1));

  left.Cancel();
  EXPECT_EQ(left.Wait().error_code(), StatusCode::CANCELLED);
  left.MakeSureThatTheServerHeard();
  locked.reset();
  EXPECT_TRUE(working.Wait().ok());

  // The only worker looks for the product after it is done with the call that left.
  return !HasProduct(server, product) && DiedInTheQueue(server);
}

TEST(CallPath, ACallWhoseClientLeftTheQueueNeverReachesTheDatabase) {
  const TestServer server([](Server::Options& options) { options.config.workers = 1; });
  int round = 0;

  EXPECT_TRUE(Eventually([&] { return LeavesTheQueue(server, absl::StrCat("left-", ++round)); }));
  EXPECT_LE(round, 5) << "that is no accident";
}

TEST(CallPath, ADeadlineEndsTheStatementThatRuns) {
  const TestServer server([](Server::Options& options) { options.config.workers = 1; });
  auto locked = std::make_unique<ProductsLocked>(server.database());

  const grpc::Status status = Call(server, OneProduct("late"), absl::Milliseconds(300)).Wait();

  EXPECT_EQ(status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  // The only worker is free again although the lock is still held.
  EXPECT_TRUE(AreAtWork(server, 0));
  locked.reset();
  EXPECT_FALSE(HasProduct(server, "late"));
}

TEST(CallPath, ACallWithoutADeadlineGetsTheServersOwn) {
  const TestServer server(
      [](Server::Options& options) { options.config.default_deadline = absl::Milliseconds(300); });
  const ProductsLocked locked(server.database());
  grpc::ClientContext context;
  v1::UpsertProductsResponse response;

  const grpc::Status status =
      server.NewStub<v1::CatalogService>()->UpsertProducts(&context, OneProduct("late"), &response);

  EXPECT_EQ(status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(ReasonOf(status), "DEADLINE_EXCEEDED");
}

TEST(CallPath, AMethodThatMayTakeMinutesHasThemWithoutADeadlineToo) {
  const TestServer server(
      [](Server::Options& options) { options.config.default_deadline = absl::Milliseconds(1); });
  auto locked = std::make_unique<ProductsLocked>(server.database());
  v1::BatchCreateLotsRequest request;
  request.set_company("acme");
  request.set_request_id("large");
  request.set_product_id("steel");
  request.add_lots()->set_number("L1");
  grpc::ClientContext context;
  v1::BatchCreateLotsResponse response;
  std::thread unlock([&] {
    EXPECT_TRUE(AreAtWork(server, 1));
    const absl::Time too_late = absl::Now() + absl::Milliseconds(200);
    EXPECT_TRUE(Eventually([&] { return absl::Now() > too_late; }));
    locked.reset();
  });

  const grpc::Status status =
      server.NewStub<v1::LotService>()->BatchCreateLots(&context, request, &response);
  unlock.join();

  // Whatever the answer is, it is one to the request: the product is not known here.
  EXPECT_NE(status.error_code(), StatusCode::DEADLINE_EXCEEDED) << status.error_message();
}

TEST(CallPath, AClientThatLeavesEndsItsStatement) {
  const TestServer server([](Server::Options& options) { options.config.workers = 1; });
  auto locked = std::make_unique<ProductsLocked>(server.database());
  Call left(server, OneProduct("left"));
  ASSERT_TRUE(AreAtWork(server, 1));

  left.Cancel();

  EXPECT_EQ(left.Wait().error_code(), StatusCode::CANCELLED);
  EXPECT_TRUE(AreAtWork(server, 0));
  EXPECT_EQ(LineOf(server, "lots.v1.CatalogService/UpsertProducts")["reason"], "CANCELLED");
  locked.reset();
  EXPECT_FALSE(HasProduct(server, "left"));
}

TEST(CallPath, StoppingLetsRunningCallsFinish) {
  TestServer server;
  auto locked = std::make_unique<ProductsLocked>(server.database());
  Call working(server, OneProduct("working"));
  ASSERT_TRUE(AreAtWork(server, 1));

  std::thread stopping([&] { server.server().Stop(kCallTimeout); });
  // New calls are turned away while the running one goes on.
  ASSERT_TRUE(Eventually([&] {
    v1::UpsertProductsResponse response;
    return Send(*server.NewStub<v1::CatalogService>(), &Stub::UpsertProducts, OneProduct("new"),
                response, absl::Seconds(1))
               .error_code() == StatusCode::UNAVAILABLE;
  }));
  locked.reset();
  stopping.join();

  EXPECT_TRUE(working.Wait().ok());
}

TEST(CallPath, StoppingEndsWhatOutlastsTheDrain) {
  TestServer server;
  const ProductsLocked locked(server.database());
  Call working(server, OneProduct("working"));
  ASSERT_TRUE(AreAtWork(server, 1));

  server.server().Stop(absl::Milliseconds(200));

  EXPECT_FALSE(working.Wait().ok());
  EXPECT_NE(working.Wait().error_code(), StatusCode::DEADLINE_EXCEEDED);
}

}  // namespace
}  // namespace lots
