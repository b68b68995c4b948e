// Health follows the database, and the server outlives the database's outages.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
#include "grpcpp/generic/generic_stub.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "storage/pg/embedded/postgres.h"
#include "storage/schema/migrate.h"
#include "tests/support/base/eventually.h"
#include "tests/support/database/gate.h"
#include "tests/support/server/byte_calls.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

// grpc.health.v1.HealthCheckResponse.ServingStatus.
enum class Health { kUnknown = 0, kServing = 1, kNotServing = 2, kNoAnswer = 99 };

// Asks grpc.health.v1.Health/Check, whose messages have one field each.
Health HealthOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  const std::string request = "\x0A" + std::string(1, static_cast<char>(service.size())) + service;
  grpc::GenericStub stub(channel);
  std::string answer;
  if (!SendBytes(stub, "/grpc.health.v1.Health/Check", request, &answer).ok()) {
    return Health::kNoAnswer;
  }
  return answer.size() == 2 ? static_cast<Health>(answer[1]) : Health::kUnknown;
}

bool Becomes(const TestServer& server, Health health) {
  const auto channel = server.NewChannel();
  return Eventually([&] {
    for (const std::string service :
         {"", v1::CatalogService::service_full_name(), v1::StockService::service_full_name()}) {
      if (HealthOf(channel, service) != health) return false;
    }
    return true;
  });
}

grpc::Status Write(const TestServer& server, absl::Duration timeout = kCallTimeout) {
  v1::UpdateSettingsRequest request;
  request.set_company("acme");
  request.mutable_settings()->set_lots_enabled(true);
  v1::Settings settings;
  return Send(*server.NewStub<v1::CatalogService>(), &v1::CatalogService::Stub::UpdateSettings,
              request, settings, timeout);
}

bool HasLogged(const TestServer& server, absl::string_view event) {
  for (const std::string& line : server.LogLines()) {
    if (absl::StrContains(line, event)) return true;
  }
  return false;
}

// A server that reaches its database through a gate.
struct GatedServer {
  std::unique_ptr<Gate> gate;
  TestServer server{[this](Server::Options& options) {
    gate = std::make_unique<Gate>(options.conninfo);
    options.conninfo = gate->conninfo();
  }};
};

TEST(Health, IsServingFromTheFirstMoment) {
  const TestServer server;

  EXPECT_EQ(HealthOf(server.NewChannel(), ""), Health::kServing);
  EXPECT_EQ(HealthOf(server.NewChannel(), "lots.v1.StockService"), Health::kServing);
  EXPECT_EQ(HealthOf(server.NewChannel(), "lots.v1.NoService"), Health::kNoAnswer);
}

TEST(Health, FollowsADatabaseThatCannotBeReached) {
  GatedServer gated;
  ASSERT_TRUE(Becomes(gated.server, Health::kServing));

  gated.gate->Shut();
  EXPECT_TRUE(Becomes(gated.server, Health::kNotServing));
  EXPECT_FALSE(Write(gated.server, absl::Milliseconds(500)).ok());

  gated.gate->Open();
  EXPECT_TRUE(Becomes(gated.server, Health::kServing));
  EXPECT_TRUE(Eventually([&] { return Write(gated.server).ok(); }));
}

TEST(Health, CutConnectionsCostAtMostTheCallsThatUsedThem) {
  GatedServer gated;
  ASSERT_TRUE(Write(gated.server).ok());

  gated.gate->Cut();

  EXPECT_TRUE(Eventually([&] { return Write(gated.server).ok(); }));
  EXPECT_TRUE(Becomes(gated.server, Health::kServing));
}

// A PostgreSQL of its own, which is killed.
TEST(Health, ComesBackWithADatabaseThatCrashed) {
  std::string folder = std::filesystem::temp_directory_path() / "lots-health-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::filesystem::permissions(folder, std::filesystem::perms(0711));
  auto embedded = pg::Embedded::Start({.data_folder = folder + "/data"});
  ASSERT_TRUE(embedded.ok()) << embedded.status();
  ASSERT_TRUE(Migrate({.conninfo = (*embedded)->conninfo()}).ok());
  {
    const TestServer server(
        [&](Server::Options& options) { options.conninfo = (*embedded)->conninfo(); });
    ASSERT_TRUE(Write(server).ok());

    kill((*embedded)->pid(), SIGKILL);

    // It may be back before anybody asks: the log tells that it was gone.
    EXPECT_TRUE(Eventually([&] { return HasLogged(server, "database_is_gone"); }));
    EXPECT_TRUE(Becomes(server, Health::kServing));
    EXPECT_TRUE(HasLogged(server, "database_is_back"));
    EXPECT_TRUE(Eventually([&] { return Write(server).ok(); }));
  }
  embedded->reset();
  std::filesystem::remove_all(folder);
}

// Health/Watch, which tells at once and then whenever it changes.
class HealthWatch {
 public:
  explicit HealthWatch(const TestServer& server) : stub_(server.NewChannel()) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + kEventuallyTimeout));
    call_ = stub_.PrepareCall(&context_, "/grpc.health.v1.Health/Watch", &queue_);
    call_->StartCall(nullptr);
    const grpc::ByteBuffer every_service(nullptr, 0);
    if (Done()) call_->WriteLast(every_service, {}, nullptr);
    EXPECT_TRUE(Done());
  }
  ~HealthWatch() {
    context_.TryCancel();
    grpc::Status ended;
    call_->Finish(&ended, nullptr);
    EXPECT_TRUE(Done());
    queue_.Shutdown();
    EXPECT_FALSE(Done());
  }

  // What the server says next; kNoAnswer when it ended the call instead.
  Health Next() {
    grpc::ByteBuffer said;
    call_->Read(&said, nullptr);
    grpc::Slice whole;
    if (!Done() || !said.DumpToSingleSlice(&whole).ok()) return Health::kNoAnswer;
    return whole.size() == 2 ? static_cast<Health>(*(whole.begin() + 1)) : Health::kUnknown;
  }

 private:
  bool Done() {
    void* tag = nullptr;
    bool succeeded = false;
    return queue_.Next(&tag, &succeeded) && succeeded;
  }

  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

TEST(Health, IsNotServingOnceItStops) {
  TestServer server;
  auto watch = std::make_unique<HealthWatch>(server);
  ASSERT_EQ(watch->Next(), Health::kServing);

  // While it drains, so that a client that watches can go elsewhere before calls end.
  std::thread stopping([&] { server.server().Stop(absl::Seconds(10)); });

  Health said = watch->Next();
  // Once more where the database answered late in between.
  while (said == Health::kServing) said = watch->Next();
  EXPECT_EQ(said, Health::kNotServing);
  watch.reset();
  stopping.join();
}

}  // namespace
}  // namespace lots
