// Which certificates a server is started, or goes on, with.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/identity/tls/certificate_check.h"
#include "tests/support/server/certificates.h"

namespace lots {
namespace {

class Certificates : public ::testing::Test {
 protected:
  static std::string RefusalOf(const std::string& chain, const std::string& key) {
    return std::string(CheckServerCertificate(chain, key, absl::Now()).status().message());
  }

  const TestAuthority authority_{"Test CA"};
  const IssuedCertificate good_ = authority_.Issue({.common_name = "lotd"});
};

TEST_F(Certificates, ThatAreSoundSayWhenTheyEnd) {
  const auto alone = CheckServerCertificate(good_.certificate, good_.key, absl::Now());
  const auto chain =
      CheckServerCertificate(good_.certificate + authority_.certificate(), good_.key, absl::Now());

  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_NEAR(absl::ToDoubleSeconds(*alone - absl::Now()), 3600, 10);
  EXPECT_TRUE(chain.ok()) << chain.status();
  EXPECT_TRUE(CheckAuthorities(authority_.certificate(), absl::Now()).ok());
}

TEST_F(Certificates, ThatAreNotSayWhy) {
  const IssuedCertificate other = authority_.Issue({.common_name = "other"});
  const IssuedCertificate client =
      authority_.Issue({.common_name = "client", .usage = "clientAuth"});
  const IssuedCertificate old =
      authority_.Issue({.common_name = "old", .ends = absl::Now() - absl::Minutes(1)});
  const IssuedCertificate early =
      authority_.Issue({.common_name = "early", .begins = absl::Now() + absl::Minutes(30)});
  const IssuedCertificate weak = authority_.Issue({.common_name = "weak", .rsa_bits = 1024});
  const TestAuthority stranger("Stranger");
  const std::string cut = good_.certificate.substr(0, good_.certificate.size() / 2);
  const struct {
    std::string chain, key, refusal;
  } kCases[] = {
      {"", good_.key, "no certificate"},
      {"junk", good_.key, "no certificate"},
      {cut, good_.key, "damaged"},
      {good_.certificate + cut, good_.key, "damaged"},
      {good_.certificate, "", "key is damaged"},
      {good_.certificate, good_.key.substr(0, 100), "key is damaged"},
      {good_.certificate, other.key, "not the certificate's"},
      {weak.certificate, weak.key, "weak"},
      {client.certificate, client.key, "no server's"},
      {authority_.certificate(), good_.key, "not the certificate's"},
      {old.certificate, old.key, "expired"},
      {early.certificate, early.key, "begins only"},
      {good_.certificate + stranger.certificate(), good_.key, "did not issue"},
      {authority_.certificate() + good_.certificate, good_.key, "not the certificate's"},
  };
  for (const auto& [chain, key, refusal] : kCases) {
    EXPECT_TRUE(absl::StrContains(RefusalOf(chain, key), refusal))
        << refusal << ": " << RefusalOf(chain, key);
  }
}

TEST_F(Certificates, OfAuthoritiesAreThoseOfAuthorities) {
  EXPECT_FALSE(CheckAuthorities("", absl::Now()).ok());
  EXPECT_FALSE(CheckAuthorities(good_.certificate, absl::Now()).ok());
  EXPECT_FALSE(CheckAuthorities(authority_.certificate() + good_.certificate, absl::Now()).ok());
  EXPECT_FALSE(CheckAuthorities(authority_.certificate(), absl::Now() + absl::Hours(49)).ok());
}

}  // namespace
}  // namespace lots
