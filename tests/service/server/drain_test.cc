// How a server stops: its health service says so first, and calls that it cannot finish end with a
// status that clients repeat. And how it takes a changed configuration over.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/trace.grpc.pb.h"
#include "tests/support/base/eventually.h"
#include "tests/support/server/byte_calls.h"
#include "tests/support/server/lotd_process.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using grpc::StatusCode;

grpc::Status GetSettings(v1::CatalogService::Stub& stub) {
  v1::GetSettingsRequest request;
  request.set_company("acme");
  v1::Settings settings;
  return Send(stub, &v1::CatalogService::Stub::GetSettings, request, settings);
}

// Keeps everybody waiting who asks for one of the table's rows, until it ends.
class Locked {
 public:
  Locked(const TestDatabase& database, const std::string& table) : db_(database.Connect()) {
    EXPECT_TRUE(db_->RunScript("test", absl::StrCat("BEGIN; LOCK TABLE ", table)).ok());
  }
  ~Locked() { db_->Rollback(); }

 private:
  std::unique_ptr<pg::Connection> db_;
};

bool IsLogged(const TestServer& server, absl::string_view text) {
  for (const std::string& line : server.LogLines()) {
    if (absl::StrContains(line, text)) return true;
  }
  return false;
}

// Whether the health service has said for the first time that it does not serve.
bool SaysThatItLeaves(grpc::GenericStub& stub) {
  std::string answer;
  constexpr char kNotServing[] = "\x08\x02";
  return SendBytes(stub, "/grpc.health.v1.Health/Check", "", &answer).ok() && answer == kNotServing;
}

TEST(Drain, CallsAreAnsweredForAMomentAfterTheStop) {
  // Where other machines may call, the moment is a fifth of the drain: long on a busy machine too.
  TestServer server([](Server::Options& options) { options.config.listen = "0.0.0.0:0"; });
  const World world(server.database());
  const auto channel = server.NewChannel();
  const auto stub = v1::CatalogService::NewStub(channel);
  grpc::GenericStub health(channel);
  ASSERT_TRUE(GetSettings(*stub).ok());

  std::thread stopping([&] { server.server().Stop(absl::Seconds(20)); });
  EXPECT_TRUE(Eventually([&] { return SaysThatItLeaves(health); }));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(GetSettings(*stub).ok());
  stopping.join();

  EXPECT_EQ(GetSettings(*stub).error_code(), StatusCode::UNAVAILABLE);
}

TEST(Drain, AStreamThatOutlastsItMayBeRepeated) {
  TestServer server;
  World world(server.database());
  v1::TraceDownstreamRequest request;
  request.set_company("acme");
  request.add_seeds()->set_lot_id(world.CreateLot("salt", "SALT", "5").value().ToString());
  const Locked locked(server.database(), "transformation_inputs");
  const auto stub = server.NewStub<v1::TraceService>();
  grpc::ClientContext context;
  const auto reader = stub->TraceDownstream(&context, request);
  ASSERT_TRUE(Eventually([&] { return server.Metric("lots_workers_busy") == 1; }));

  server.server().Stop(absl::Milliseconds(500));

  v1::TraceDownstreamResponse message;
  while (reader->Read(&message)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::UNAVAILABLE);
  EXPECT_TRUE(IsLogged(server, "TraceDownstream"));
}

TEST(Drain, AWriteThatOutlastsItMayBeRepeated) {
  TestServer server;
  v1::UpsertProductsRequest request;
  request.set_company("acme");
  request.add_products()->set_product_id("salt");
  request.mutable_products(0)->set_tracking(v1::TRACKING_LOT);
  const Locked locked(server.database(), "products");
  grpc::Status status;
  std::thread client([&] {
    v1::UpsertProductsResponse response;
    status = Send(*server.NewStub<v1::CatalogService>(), &v1::CatalogService::Stub::UpsertProducts,
                  request, response);
  });
  ASSERT_TRUE(Eventually([&] { return server.Metric("lots_workers_busy") == 1; }));

  server.server().Stop(absl::Milliseconds(500));
  client.join();

  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE) << status.error_message();
}

class Reload : public testing::Test {
 protected:
  Reload() {
    Write("log-level = \"info\"");
    lotd_.Start();
    EXPECT_TRUE(Eventually([&] { return lotd_.IsServing(); })) << lotd_.log();
  }
  ~Reload() override { std::remove(file_.c_str()); }

  void Write(const std::string& text) const { std::ofstream(file_) << text << "\n"; }
  void HangUp() { lotd_.Signal(SIGHUP); }
  // How often the log says it.
  int Count(const std::string& text) const {
    int count = 0;
    const std::string log = lotd_.log();
    for (size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++count;
    return count;
  }

  const std::string file_ = absl::StrCat(testing::TempDir(), "/lotd-reload-", getpid(), ".toml");
  LotdProcess lotd_{{.flags = {"--config", file_}}};
};

TEST_F(Reload, TheLogsLevelChangesWithoutARestart) {
  const auto stub = v1::CatalogService::NewStub(lotd_.NewChannel());
  GetSettings(*stub);
  ASSERT_TRUE(Eventually([&] { return Count("\"event\":\"rpc\"") == 1; }));

  Write("log-level = \"error\"");
  HangUp();
  // The reload itself is logged at level info; after it, calls are not logged any more.
  EXPECT_TRUE(Eventually([&] {
    GetSettings(*stub);
    const int logged = Count("\"event\":\"rpc\"");
    GetSettings(*stub);
    return Count("\"event\":\"rpc\"") == logged;
  }));
}

TEST_F(Reload, ABrokenConfigurationIsLoggedAndChangesNothing) {
  Write("log-level = \"loud\"");
  HangUp();

  EXPECT_TRUE(Eventually([&] { return Count("\"reload_failed\"") == 1; })) << lotd_.log();
  const auto stub = v1::CatalogService::NewStub(lotd_.NewChannel());
  GetSettings(*stub);
  EXPECT_TRUE(Eventually([&] { return Count("\"event\":\"rpc\"") == 1; }));
}

}  // namespace
}  // namespace lots
