// What lotd says of itself, and the secrets that it never says, whatever goes wrong.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "service/server/listener.h"
#include "storage/base/limits.h"
#include "tests/support/base/eventually.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/database/test_database.h"
#include "tests/support/server/certificates.h"
#include "tests/support/server/lotd_process.h"
#include "tests/support/server/test_server.h"
#include "tests/support/server/tokens.h"

namespace lots {
namespace {

constexpr char kPassword[] = "s3cr3t-of-the-database";
constexpr char kServes[] = "lotd is serving";

grpc::Status Ask(v1::CatalogService::Stub& stub, const std::string& authorization) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
  context.AddMetadata("authorization", authorization);
  v1::UpsertProductsRequest request;
  request.add_products()->set_product_id("bolt");
  request.mutable_products(0)->set_tracking(v1::TRACKING_LOT);
  v1::UpsertProductsResponse response;
  return stub.UpsertProducts(&context, request, &response);
}

TEST(Secrets, OfCallsAreInNoLog) {
  const TokenSigner signer(TokenAlgorithm::kEs256, "key");
  const TokenSigner forger(TokenAlgorithm::kEs256, "key");
  const TestFolder folder;
  const TestServer server([&](Server::Options& options) {
    options.config.identity = {.token_keys = folder.Write("keys", Jwks({&signer})),
                               .token_rules = {kTestIssuer, kTestAudience}};
    options.config.log_level = LogLevel::kDebug;
    options.conninfo += absl::StrCat(" password=", kPassword);
  });
  const auto stub = server.NewStub<v1::CatalogService>();
  const std::string good = signer.Sign(Claims("anna", R"(["acme"])", "lots.write"));
  const std::string forged = forger.Sign(Claims("anna", R"(["acme"])", "lots.write"));

  EXPECT_TRUE(Ask(*stub, "Bearer " + good).ok());
  EXPECT_FALSE(Ask(*stub, "Bearer " + forged).ok());
  EXPECT_FALSE(Ask(*stub, "Bearer " + good + "x").ok());
  EXPECT_FALSE(Ask(*stub, good).ok());
  EXPECT_FALSE(Ask(*stub, "Basic " + good).ok());
  // A call that the database does not survive.
  server.database().Execute("ALTER TABLE products RENAME TO mislaid");
  EXPECT_EQ(Ask(*stub, "Bearer " + good).error_code(), grpc::StatusCode::INTERNAL);

  const std::string log = absl::StrJoin(server.LogLines(), "\n");
  EXPECT_TRUE(absl::StrContains(log, "\"caller\":\"token:anna\"")) << log;
  EXPECT_TRUE(absl::StrContains(log, "\"level\":\"error\"")) << log;
  for (const std::string& token : {good, forged}) {
    // The header of all tokens is the same, and no secret.
    const std::vector<std::string> parts = absl::StrSplit(token, '.');
    EXPECT_FALSE(absl::StrContains(log, parts[1].substr(0, 40)));
    EXPECT_FALSE(absl::StrContains(log, parts[2].substr(0, 40)));
  }
  EXPECT_FALSE(absl::StrContains(log, kPassword));
}

// The text that the real lotd writes to both of its streams. The test stops lotd once a line
// contains `last`; lotd may also end by itself before that.
std::string SaidByLotd(const std::string& arguments, const std::string& last) {
  const std::string program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "lotd";
  // The shell says the number of what it becomes. `timeout` passes the signal on, and ends a lotd
  // that does not heed it so late that a test sees it.
  const std::string command =
      absl::StrCat("echo $$; exec timeout -k 30 120 ", program, " --listen 127.0.0.1:0 ",
                   "--metrics-listen '' --log-level debug ", arguments, " 2>&1");
  FILE* const pipe = popen(command.c_str(), "r");
  int pid = 0;
  EXPECT_EQ(std::fscanf(pipe, "%d", &pid), 1);
  std::string said;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    said.push_back(static_cast<char>(c));
    if (c == '\n' && absl::StrContains(said, last)) kill(pid, SIGTERM);
  }
  pclose(pipe);
  return said;
}

TEST(Secrets, OfTheDatabaseAreInNoLog) {
  const std::string password = kPassword;
  const std::vector<std::pair<std::string, std::string>> cases = {
      // Nobody answers there.
      {absl::StrCat("'postgresql://lots:", password, "@127.0.0.1:1/lots'"), "waiting_for_database"},
      {absl::StrCat("'host=127.0.0.1 port=1 user=lots password=", password, "'"),
       "waiting_for_database"},
      // It makes no sense.
      {absl::StrCat("'postgresql://lots:", password, "@[::1/lots'"), "lotd:"},
      {absl::StrCat("'host=127.0.0.1 password=", password, " nonsense'"), "lotd:"},
      {absl::StrCat("'host=127.0.0.1 password=", password, " nonsense=1'"), "lotd:"},
  };
  for (const auto& [database, expected] : cases) {
    const std::string said = SaidByLotd("--database " + database, expected);
    EXPECT_TRUE(absl::StrContains(said, expected)) << said;
    EXPECT_FALSE(absl::StrContains(said, password)) << said;
  }
}

TEST(Secrets, KeysAreInNoLog) {
  const TestAuthority authority("CA");
  const IssuedCertificate one = authority.Issue({.common_name = "one"});
  const IssuedCertificate two = authority.Issue({.common_name = "two"});
  const TestFolder folder;
  const TestDatabase database(TestDatabase::kMigrated);
  const std::string said =
      SaidByLotd(absl::StrCat("--database \"", database.options().conninfo, " user=lots_app\"",
                              " --tls-certificate ", folder.Write("certificate", one.certificate),
                              " --tls-key ", folder.Write("key", two.key)),
                 kServes);
  EXPECT_TRUE(absl::StrContains(said, "the key is not the certificate's")) << said;
  const std::vector<std::string> lines = absl::StrSplit(two.key, '\n');
  EXPECT_FALSE(absl::StrContains(said, lines[1])) << said;
}

// The program says what it refuses, and what to do.
TEST(Roles, AreCheckedByTheProgram) {
  const TestDatabase database(TestDatabase::kMigrated);

  const std::string superuser =
      SaidByLotd(absl::StrCat("--database \"", database.options().conninfo, "\""), kServes);
  EXPECT_TRUE(absl::StrContains(superuser, "which is a superuser")) << superuser;
  EXPECT_TRUE(absl::StrContains(superuser, "deploy/roles.sql")) << superuser;

  const std::string insisting = SaidByLotd(
      absl::StrCat("--insecure-database --listen 0.0.0.0:0 --insecure-listen --database \"",
                   database.options().conninfo, "\""),
      kServes);
  EXPECT_TRUE(absl::StrContains(insisting, "\"insecure_database\"")) << insisting;
  EXPECT_TRUE(absl::StrContains(insisting, "\"insecure_listen\"")) << insisting;
  EXPECT_TRUE(absl::StrContains(insisting, "lotd is serving")) << insisting;

  const std::string app = SaidByLotd(
      absl::StrCat("--database \"", database.options().conninfo, " user=lots_app\""), kServes);
  EXPECT_TRUE(absl::StrContains(app, "lotd is serving")) << app;

  const TestDatabase empty;
  const std::string unmigrated = SaidByLotd(
      absl::StrCat("--database \"", empty.options().conninfo, " user=lots_app\""), kServes);
  EXPECT_TRUE(absl::StrContains(unmigrated, "lotd migrate")) << unmigrated;
}

// No flag is needed for it: metrics tell of no company, and a container has no other address.
TEST(Program, WarnsOfMetricsThatOtherMachinesReach) {
  const TestDatabase database(TestDatabase::kMigrated);
  const auto said_with = [&](const std::string& metrics_listen) {
    return SaidByLotd(absl::StrCat("--metrics-listen ", metrics_listen, " --database \"",
                                   database.options().conninfo, " user=lots_app\""),
                      kServes);
  };
  const std::string warning = "\"level\":\"warning\",\"event\":\"insecure_metrics_listen\"";

  const std::string everywhere = said_with("0.0.0.0:0");
  const std::string here = said_with("127.0.0.1:0");
  const std::string nowhere = said_with("''");

  EXPECT_TRUE(absl::StrContains(everywhere, warning)) << everywhere;
  EXPECT_TRUE(absl::StrContains(everywhere, "metrics on http://0.0.0.0:")) << everywhere;
  EXPECT_TRUE(absl::StrContains(here, "metrics on http://127.0.0.1:")) << here;
  EXPECT_TRUE(absl::StrContains(nowhere, kServes)) << nowhere;
  EXPECT_FALSE(absl::StrContains(here, "insecure_metrics_listen")) << here;
  EXPECT_FALSE(absl::StrContains(nowhere, "insecure_metrics_listen")) << nowhere;
}

// It went on until it had waited for 30 s.
TEST(Program, ASignalEndsTheWaitForTheDatabaseAtOnce) {
  const absl::Time began = absl::Now();
  const std::string said = SaidByLotd("--database 'host=127.0.0.1 port=1'", "waiting_for_database");
  EXPECT_TRUE(absl::StrContains(said, "waiting_for_database")) << said;
  EXPECT_LT(absl::Now() - began, kDatabaseStartMax / 3);
}

// The library that serves them only says "null context".
TEST(Program, SaysThatTheAddressOfItsMetricsIsTaken) {
  const TestDatabase database(TestDatabase::kMigrated);
  const auto taken = Listener::Open("127.0.0.1:0");
  ASSERT_TRUE(taken.ok());
  const std::string said =
      SaidByLotd(absl::StrCat("--metrics-listen ", taken->address(), " --database \"",
                              database.options().conninfo, " user=lots_app\""),
                 kServes);
  EXPECT_TRUE(absl::StrContains(said, absl::StrCat("cannot serve metrics on ", taken->address(),
                                                   ": cannot bind: Address already in use; "
                                                   "--metrics-listen")))
      << said;
}

// The line that follows each reading of a file.
int Readings(const LotdProcess& lotd) {
  const std::vector<std::string> lines = absl::StrSplit(lotd.log(), '\n');
  return static_cast<int>(std::count_if(lines.begin(), lines.end(), [](absl::string_view line) {
    return absl::StrContains(line, R"("event":"reloaded","file":"token_keys")");
  }));
}

// Takes connections and never answers.
class SilentServer {
 public:
  SilentServer() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(socket_, 100), 0);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { close(socket_); }
  int port() const { return port_; }

 private:
  const int socket_;
  int port_ = 0;
};

// It gives up after half a minute.
TEST(Program, EndsAtOnceWhileItWaitsForItsDatabase) {
  const SilentServer silent;
  const std::vector<std::pair<int, std::string>> cases = {
      {1, "waiting_for_database"},            // nobody listens; between two attempts
      {silent.port(), "insecure_database"}};  // in the middle of an attempt
  for (const auto& [port, line] : cases) {
    const absl::Time started_at = absl::Now();
    const std::string said = SaidByLotd(
        absl::StrCat("--insecure-database --database 'host=127.0.0.1 user=lots port=", port, "'"),
        line);
    EXPECT_TRUE(absl::StrContains(said, line)) << said;
    EXPECT_LT(absl::Now() - started_at, absl::Seconds(10)) << said;
  }
}

TEST(Program, ReadsItsFilesAgainWhenItIsHungUp) {
  const TokenSigner signer(TokenAlgorithm::kEdDsa, "key");
  const TestFolder folder;
  LotdProcess lotd({.flags = {"--token-keys", folder.Write("keys", Jwks({&signer})),
                              "--token-issuer", kTestIssuer, "--token-audience", kTestAudience}});
  lotd.Start();
  ASSERT_TRUE(Eventually([&] { return lotd.IsServing(); })) << lotd.log();
  ASSERT_EQ(Readings(lotd), 1) << lotd.log();

  lotd.Signal(SIGHUP);

  // The file has not changed, so that nothing else has lotd read it.
  EXPECT_TRUE(Eventually([&] { return Readings(lotd) == 2; })) << lotd.log();
  EXPECT_TRUE(lotd.IsServing());
  lotd.Signal(SIGTERM);
  EXPECT_EQ(lotd.WaitForEnd(absl::Seconds(60)), 0) << lotd.log();
}

}  // namespace
}  // namespace lots
