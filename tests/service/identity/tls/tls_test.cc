// TLS: who is let in by certificate, and how certificates change under a running server.
#include "service/identity/tls/tls.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "tests/support/base/eventually.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/certificates.h"
#include "tests/support/server/test_server.h"
#include "tests/support/server/tokens.h"

namespace lots {
namespace {

constexpr char kAccess[] = R"({
  "certificates": {
    "spiffe://plant/mes": {"companies": ["acme"], "permissions": ["read", "write"]},
    "mes.plant": {"companies": ["acme"], "permissions": ["read"]},
    "old-mes": {"companies": ["acme"], "permissions": ["read"]}
  }
})";

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() { Show(server_certificate_); }

  void Show(const IssuedCertificate& issued) {
    folder_.Write("key", issued.key);
    folder_.Write("certificate", issued.certificate);
  }

  static IssuedCertificate ServerCertificate(const TestAuthority& authority,
                                             const std::string& name) {
    return authority.Issue({.common_name = name, .names = {"IP:127.0.0.1", "DNS:localhost"}});
  }
  IssuedCertificate Client(const std::string& common_name, std::vector<std::string> names,
                           const TestAuthority& authority) const {
    return authority.Issue(
        {.common_name = common_name, .names = std::move(names), .usage = "clientAuth"});
  }
  IssuedCertificate Mes() const { return Client("x", {"URI:spiffe://plant/mes"}, clients_); }

  std::unique_ptr<TestServer> Start(bool mutual = true) {
    auto server = std::make_unique<TestServer>([this, mutual](Server::Options& options) {
      Config& config = options.config;
      config.listen = "127.0.0.1:0";
      config.tls = {.certificate = folder_.Path("certificate"), .key = folder_.Path("key")};
      config.identity = {.token_keys = folder_.Write("keys", Jwks({&signer_})),
                         .token_rules = {kTestIssuer, kTestAudience}};
      if (mutual) {
        config.tls.client_ca = folder_.Write("clients", clients_.certificate());
        config.identity.access_list = folder_.Write("access", kAccess);
        config.identity.certificates = true;
      }
      options.reload_period = absl::Milliseconds(20);
    });
    server->database().AddCompany("acme");
    return server;
  }

  // A connection of its own.
  std::unique_ptr<v1::CatalogService::Stub> Connect(const TestServer& server,
                                                    const IssuedCertificate& client) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto credentials = grpc::SslCredentials({.pem_root_certs = servers_.certificate(),
                                                   .pem_private_key = client.key,
                                                   .pem_cert_chain = client.certificate});
    return v1::CatalogService::NewStub(
        grpc::CreateCustomChannel(server.address(), credentials, arguments));
  }

  struct Answer {
    std::string outcome;  // the reason of a refusal, else the code
    std::string server;   // the common name that the server showed
  };
  static Answer Ask(v1::CatalogService::Stub& stub, const std::string& token = "") {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    v1::ListProductsRequest request;
    request.set_company("acme");
    v1::ListProductsResponse response;
    const grpc::Status status = stub.ListProducts(&context, request, &response);
    const std::string reason = ReasonOf(status);
    Answer answer{reason.empty() ? absl::StrCat(status.error_code()) : reason, ""};
    for (const grpc::string_ref& name :
         context.auth_context()->FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME)) {
      answer.server = std::string(name.data(), name.size());
    }
    return answer;
  }
  std::string Outcome(const TestServer& server, const IssuedCertificate& client,
                      const std::string& token = "") const {
    return Ask(*Connect(server, client), token).outcome;
  }

  std::string Token(const std::string& scope) const {
    return signer_.Sign(Claims("anna", R"(["acme"])", scope));
  }

  const TestAuthority servers_{"Servers"};
  const TestAuthority clients_{"Clients"};
  const TestAuthority strangers_{"Clients"};
  const IssuedCertificate server_certificate_ = ServerCertificate(servers_, "first");
  const TokenSigner signer_{TokenAlgorithm::kEs256, "key"};
  const TestFolder folder_;
};

const std::string kOk = absl::StrCat(grpc::StatusCode::OK);
const std::string kUnavailable = absl::StrCat(grpc::StatusCode::UNAVAILABLE);

TEST_F(TlsTest, AClientIsWhoItsCertificateSays) {
  const auto server = Start();

  EXPECT_EQ(Outcome(*server, Mes()), kOk);
  EXPECT_EQ(Outcome(*server, Client("x", {"DNS:mes.plant"}, clients_)), kOk);
  EXPECT_EQ(Outcome(*server, Client("old-mes", {}, clients_)), kOk);
  EXPECT_EQ(Outcome(*server, Client("x", {"URI:spiffe://plant/other"}, clients_)),
            "CREDENTIALS_MISSING");
  EXPECT_EQ(Outcome(*server, Client("unlisted", {}, clients_)), "CREDENTIALS_MISSING");
  // A common name counts only where there is no other.
  EXPECT_EQ(Outcome(*server, Client("old-mes", {"DNS:other.plant"}, clients_)),
            "CREDENTIALS_MISSING");
  EXPECT_EQ(Outcome(*server, Client("old-mes", {"email:me@plant"}, clients_)),
            "CREDENTIALS_MISSING");
  // A name of another kind does not count as one of these.
  EXPECT_EQ(Outcome(*server, Client("x", {"email:mes.plant@mes.plant"}, clients_)),
            "CREDENTIALS_MISSING");
}

TEST_F(TlsTest, WithoutACertificateOfTheAuthorityNobodyConnects) {
  const auto server = Start();
  const IssuedCertificate expired = clients_.Issue({.common_name = "x",
                                                    .names = {"URI:spiffe://plant/mes"},
                                                    .usage = "clientAuth",
                                                    .ends = absl::Now() - absl::Minutes(1)});

  EXPECT_EQ(Outcome(*server, {}), kUnavailable);
  EXPECT_EQ(Outcome(*server, {}, Token("lots.read")), kUnavailable);
  EXPECT_EQ(Outcome(*server, Client("x", {"URI:spiffe://plant/mes"}, strangers_)), kUnavailable);
  EXPECT_EQ(Outcome(*server, expired), kUnavailable);
  const auto in_the_clear = server->NewStub<v1::CatalogService>();
  EXPECT_EQ(Ask(*in_the_clear).outcome, kUnavailable);
}

TEST_F(TlsTest, ATokenSaysWhoCallsWhateverTheCertificateSays) {
  const auto server = Start();

  // The certificate may read, the token may not; and the other way round.
  EXPECT_EQ(Outcome(*server, Mes(), Token("lots.move")), "PERMISSION_MISSING");
  EXPECT_EQ(Outcome(*server, Client("unlisted", {}, clients_), Token("lots.read")), kOk);
  EXPECT_EQ(Outcome(*server, Mes(), "forged"), "TOKEN_INVALID");
}

TEST_F(TlsTest, WithoutMutualTlsTokensSayWhoCalls) {
  const auto server = Start(/*mutual=*/false);

  EXPECT_EQ(Outcome(*server, {}, Token("lots.read")), kOk);
  EXPECT_EQ(Outcome(*server, {}), "CREDENTIALS_MISSING");
}

TEST_F(TlsTest, NobodyIsMixedUpOnOneConnection) {
  const auto server = Start();
  const auto stub = Connect(*server, Client("unlisted", {}, clients_));

  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Ask(*stub, Token("lots.read")).outcome, kOk);
    EXPECT_EQ(Ask(*stub, Token("lots.move")).outcome, "PERMISSION_MISSING");
    EXPECT_EQ(Ask(*stub).outcome, "CREDENTIALS_MISSING");
  }
}

TEST_F(TlsTest, ANewCertificateIsShownWithoutARestart) {
  const auto server = Start();
  const auto before = Connect(*server, Mes());
  EXPECT_EQ(Ask(*before).server, "first");

  Show(ServerCertificate(servers_, "second"));

  EXPECT_TRUE(Eventually([&] { return Ask(*Connect(*server, Mes())).server == "second"; }));
  // The connection that stands goes on.
  EXPECT_EQ(Ask(*before).outcome, kOk);
  EXPECT_EQ(Ask(*before).server, "first");
  // The key is written before its certificate, and a reload may come between them.
  EXPECT_TRUE(Eventually([&] { return server->Metric("lots_reload_failed{file=\"tls\"}") == 0; }));
}

TEST_F(TlsTest, ABrokenCertificateKeepsTheOldOneServingAndRaisesAnAlarm) {
  const auto server = Start();
  const double not_after =
      server->Metric("lots_tls_cert_not_after_timestamp_seconds{kind=\"server\"}");
  EXPECT_NEAR(not_after, absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()) + 3600, 600);

  constexpr char kFailed[] = "lots_reloads_total{file=\"tls\",result=\"failed\"}";
  for (const std::string& broken : {std::string("garbage"), Mes().key, std::string()}) {
    const double failed_before = server->Metric(kFailed);
    folder_.Write("key", broken);
    EXPECT_TRUE(Eventually([&] {
      return server->Metric(kFailed) > failed_before &&
             server->Metric("lots_reload_failed{file=\"tls\"}") == 1;
    }));
    const Answer answer = Ask(*Connect(*server, Mes()));
    EXPECT_EQ(answer.outcome, kOk);
    EXPECT_EQ(answer.server, "first");
  }
  EXPECT_TRUE(Eventually([&] {
    bool logged = false;
    for (const std::string& line : server->LogLines()) {
      logged |= absl::StrContains(line, "reload_failed") && absl::StrContains(line, "key");
    }
    return logged;
  }));

  const IssuedCertificate mended = servers_.Issue(
      {.common_name = "mended", .names = {"IP:127.0.0.1"}, .ends = absl::Now() + absl::Hours(24)});
  Show(mended);
  EXPECT_TRUE(Eventually([&] { return Ask(*Connect(*server, Mes())).server == "mended"; }));
  EXPECT_TRUE(Eventually([&] { return server->Metric("lots_reload_failed{file=\"tls\"}") == 0; }));
  EXPECT_GT(server->Metric("lots_tls_cert_not_after_timestamp_seconds{kind=\"server\"}"),
            not_after);
}

TEST_F(TlsTest, TheClientsAuthorityRotatesToo) {
  const auto server = Start();
  const TestAuthority successor("Clients of next year");
  const IssuedCertificate next = Client("x", {"URI:spiffe://plant/mes"}, successor);
  EXPECT_EQ(Outcome(*server, next), kUnavailable);

  folder_.Write("clients", clients_.certificate() + successor.certificate());
  EXPECT_TRUE(Eventually([&] { return Outcome(*server, next) == kOk; }));
  EXPECT_EQ(Outcome(*server, Mes()), kOk);

  folder_.Write("clients", successor.certificate());
  EXPECT_TRUE(Eventually([&] { return Outcome(*server, Mes()) == kUnavailable; }));
  EXPECT_EQ(Outcome(*server, next), kOk);
}

TEST_F(TlsTest, WhoLeavesTheAccessListIsOutOnItsOldConnectionToo) {
  const auto server = Start();
  const auto stub = Connect(*server, Mes());
  EXPECT_EQ(Ask(*stub).outcome, kOk);

  folder_.Write("access", "{\"certificates\": {}}");

  EXPECT_TRUE(Eventually([&] { return Ask(*stub).outcome == "CREDENTIALS_MISSING"; }));
}

TEST_F(TlsTest, ReloadReadsEverythingAtOnce) {
  const auto server = Start();
  const double before = server->Metric("lots_reloads_total{file=\"tls\",result=\"ok\"}");

  server->server().Reload();

  EXPECT_EQ(server->Metric("lots_reloads_total{file=\"tls\",result=\"ok\"}"), before + 1);
  EXPECT_GE(server->Metric("lots_reloads_total{file=\"access_list\",result=\"ok\"}"), 2);
}

// What the openssl program says that tries to connect.
std::string Handshake(const std::string& address, const std::string& options) {
  const std::string command = absl::StrCat("timeout 60 openssl s_client -connect ", address, " ",
                                           options, " </dev/null 2>&1");
  std::string said;
  FILE* const pipe = popen(command.c_str(), "r");
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said.push_back(char(c));
  pclose(pipe);
  return said;
}

TEST_F(TlsTest, IsOfVersion12OrNewer) {
  const auto server = Start(/*mutual=*/false);
  const std::string& address = server->address();
  const std::string old_ciphers = " -alpn h2 -cipher 'ALL@SECLEVEL=0'";

  EXPECT_TRUE(absl::StrContains(Handshake(address, "-alpn h2 -tls1_3"), "TLSv1.3"));
  EXPECT_TRUE(absl::StrContains(Handshake(address, "-alpn h2 -tls1_2"), "TLSv1.2"));
  for (const char* const version : {"-tls1_1", "-tls1"}) {
    const std::string said = Handshake(address, version + old_ciphers);
    EXPECT_TRUE(absl::StrContains(said, "Cipher is (NONE)")) << said;
    // The client has said hello: it is the server that does not like it.
    EXPECT_FALSE(absl::StrContains(said, "written 0 bytes")) << said;
  }
}

TEST_F(TlsTest, AServerDoesNotStartWithABrokenCertificate) {
  folder_.Write("key", "garbage");
  const auto log = Log::Open({.file = folder_.Path("log")});
  const TestDatabase database(TestDatabase::kMigrated);
  Server::Options options{.conninfo = database.options().conninfo, .version = "0+test"};
  options.config.listen = "127.0.0.1:0";
  options.config.metrics_listen = "";
  options.config.tls = {.certificate = folder_.Path("certificate"), .key = folder_.Path("key")};

  const absl::Status started = Server::Start(std::move(options), **log).status();

  EXPECT_EQ(started.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(started.message(), "certificate: the key is damaged")) << started;
}

}  // namespace
}  // namespace lots
