// lotctl shows who it is: tokens, certificates, and what it does not do with them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "service/ctl/run.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/certificates.h"
#include "tests/support/server/test_server.h"
#include "tests/support/server/tokens.h"

namespace lots {
namespace {

constexpr char kAccess[] =
    R"({"certificates": {"mes": {"companies": ["acme"], "permissions": ["read"]}}})";

class CtlAccess : public ::testing::Test {
 protected:
  CtlAccess() { server_.database().AddCompany("acme"); }

  // The exit code; what was written to both streams is in `said_`.
  int Run(std::vector<std::string> arguments, const std::string& address) {
    arguments.insert(arguments.begin(), {"--address", address, "--timeout", "20"});
    std::ostringstream out;
    std::ostringstream err;
    const int code = ctl::Run(arguments, "test", {.out = out, .err = err});
    said_ = out.str() + err.str();
    return code;
  }
  int List(std::vector<std::string> options) {
    options.insert(options.end(), {"product", "list"});
    return Run(options, server_.address());
  }
  std::string Token(const std::string& scope) const {
    return signer_.Sign(Claims("anna", R"(["acme"])", scope));
  }

  const TestAuthority authority_{"CA"};
  const IssuedCertificate shown_ =
      authority_.Issue({.common_name = "lotd", .names = {"IP:127.0.0.1"}});
  const IssuedCertificate client_ = authority_.Issue({.common_name = "mes", .usage = "clientAuth"});
  const IssuedCertificate other_ =
      authority_.Issue({.common_name = "other", .usage = "clientAuth"});
  const TokenSigner signer_{TokenAlgorithm::kRs256, "key"};
  const TestFolder folder_;
  const std::string ca_ = folder_.Write("ca", authority_.certificate());
  const std::string certificate_ = folder_.Write("client", client_.certificate);
  const std::string key_ = folder_.Write("client.key", client_.key);
  const TestServer server_{[this](Server::Options& options) {
    options.config.listen = "127.0.0.1:0";
    options.config.tls = {.certificate = folder_.Write("server", shown_.certificate),
                          .key = folder_.Write("server.key", shown_.key),
                          .client_ca = ca_};
    options.config.identity = {.token_keys = folder_.Write("keys", Jwks({&signer_})),
                               .token_rules = {kTestIssuer, kTestAudience},
                               .access_list = folder_.Write("access", kAccess),
                               .certificates = true};
  }};
  std::string said_;
};

TEST_F(CtlAccess, ACertificateSaysWhoCalls) {
  EXPECT_EQ(List({"--tls-ca", ca_, "--tls-certificate", certificate_, "--tls-key", key_}), 0)
      << said_;

  const std::string other = folder_.Write("other", other_.certificate);
  const std::string other_key = folder_.Write("other.key", other_.key);
  EXPECT_EQ(List({"--tls-ca", ca_, "--tls-certificate", other, "--tls-key", other_key}), 4);
  EXPECT_TRUE(absl::StrContains(said_, "CREDENTIALS_MISSING")) << said_;
  EXPECT_TRUE(absl::StrContains(said_, "--token FILE")) << said_;
}

TEST_F(CtlAccess, ATokenSaysWhoCallsFromAFileOrTheEnvironment) {
  const std::string other = folder_.Write("other", other_.certificate);
  const std::string other_key = folder_.Write("other.key", other_.key);
  std::vector<std::string> options = {"--tls-ca", ca_,         "--tls-certificate",
                                      other,      "--tls-key", other_key};

  setenv("LOTS_TOKEN", Token("lots.read").c_str(), 1);
  EXPECT_EQ(List(options), 0) << said_;
  unsetenv("LOTS_TOKEN");

  const std::string denied = Token("lots.move");
  options.insert(options.end(), {"--token", folder_.Write("token", denied + "\n")});
  EXPECT_EQ(List(options), 4);
  EXPECT_TRUE(absl::StrContains(said_, "PERMISSION_MISSING")) << said_;
  EXPECT_FALSE(absl::StrContains(said_, denied.substr(0, 20))) << said_;
}

TEST_F(CtlAccess, ATokenDoesNotTravelInTheClearToOtherMachines) {
  const std::string token = folder_.Write("token", Token("lots.read"));

  EXPECT_EQ(Run({"--token", token, "product", "list"}, "lots.example:50051"), 2);
  EXPECT_TRUE(absl::StrContains(said_, "in the clear")) << said_;
}

TEST_F(CtlAccess, HalvesAndFilesThatAreNotThereAreUsageErrors) {
  EXPECT_EQ(List({"--tls-ca", ca_, "--tls-certificate", certificate_}), 2);
  EXPECT_EQ(List({"--tls-ca", folder_.Path("absent")}), 2);
  EXPECT_EQ(List({"--tls-ca", ca_, "--token", folder_.Path("absent")}), 2);
  EXPECT_EQ(List({"--tls-ca", ca_, "--token", folder_.Write("token", "a\nb")}), 2);
}

}  // namespace
}  // namespace lots
