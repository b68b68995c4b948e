// Who calls, by what the call brings, while the files that say who is who change.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/server_limits.h"
#include "service/identity/identity.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/tokens.h"

namespace lots {
namespace {

constexpr char kAccess[] =
    R"({"certificates": {"spiffe://plant/mes": {"companies": ["acme"], "permissions": ["read"]}}})";

class IdentityTest : public ::testing::Test {
 protected:
  IdentityTest() {
    EXPECT_TRUE(identity_.LoadTokenKeys().ok());
    EXPECT_TRUE(identity_.LoadAccessList().ok());
  }

  // The caller's id, or the reason of the refusal.
  std::string Outcome(std::vector<absl::string_view> authorization,
                      std::vector<std::string> certificate = {}, absl::Time now = absl::Now()) {
    const auto caller =
        identity_.Authenticate(Credentials{std::move(authorization), std::move(certificate)}, now);
    if (caller.ok()) return (*caller)->id;
    return std::string(Name(ProblemsOf(caller.status()).front().reason));
  }

  const TokenSigner signer_{TokenAlgorithm::kEdDsa, "one"};
  const TokenSigner next_{TokenAlgorithm::kEdDsa, "two"};
  const TestFolder folder_;
  Identity identity_{{.token_keys = folder_.Write("keys", Jwks({&signer_})),
                      .token_rules = {kTestIssuer, kTestAudience},
                      .access_list = folder_.Write("access", kAccess),
                      .certificates = true}};
  const std::string token_ = "Bearer " + signer_.Sign(Claims("anna", R"(["acme"])", "lots.read"));
  const std::string next_token_ =
      "Bearer " + next_.Sign(Claims("bert", R"(["acme"])", "lots.read"));
};

TEST_F(IdentityTest, OfATokenOrOfAListedCertificate) {
  EXPECT_EQ(Outcome({token_}), "token:anna");
  EXPECT_EQ(Outcome({"bearer" + token_.substr(6)}), "token:anna");
  EXPECT_EQ(Outcome({}, {"spiffe://plant/mes"}), "certificate:spiffe://plant/mes");
  EXPECT_EQ(Outcome({}, {"spiffe://plant/other"}), "CREDENTIALS_MISSING");
  EXPECT_EQ(Outcome({}), "CREDENTIALS_MISSING");
}

TEST_F(IdentityTest, OfBothIsTheTokens) {
  EXPECT_EQ(Outcome({token_}, {"spiffe://plant/mes"}), "token:anna");
  // One that is not accepted is not passed over for the certificate.
  EXPECT_EQ(Outcome({"Bearer x"}, {"spiffe://plant/mes"}), "TOKEN_INVALID");
  EXPECT_EQ(Outcome({"Basic eDp5"}, {"spiffe://plant/mes"}), "CREDENTIALS_MISSING");
  EXPECT_EQ(Outcome({token_, token_}, {"spiffe://plant/mes"}), "CREDENTIALS_MISSING");
}

TEST_F(IdentityTest, OfATokenEndsWithIt) {
  EXPECT_EQ(Outcome({token_}), "token:anna");
  EXPECT_EQ(Outcome({token_}, {}, absl::Now() + absl::Minutes(59)), "token:anna");
  EXPECT_EQ(Outcome({token_}, {}, absl::Now() + absl::Minutes(62)), "TOKEN_EXPIRED");
}

TEST_F(IdentityTest, ARememberedTokenExpiresToo) {
  const int64_t end = absl::ToUnixSeconds(absl::Now()) + 2;
  const std::string short_token =
      "Bearer " + signer_.Sign(absl::StrCat(R"({"iss":")", kTestIssuer, R"(","aud":")",
                                            kTestAudience, R"(","sub":"carl","exp":)", end, "}"));
  EXPECT_EQ(Outcome({short_token}), "token:carl");

  EXPECT_EQ(Outcome({short_token}, {}, absl::FromUnixSeconds(end + 59)), "token:carl");
  EXPECT_EQ(Outcome({short_token}, {}, absl::FromUnixSeconds(end + 61)), "TOKEN_EXPIRED");
}

TEST_F(IdentityTest, ARememberedTokenIsNotVerifiedAgain) {
  const absl::Time now = absl::Now();
  const std::string nbf = absl::StrCat(",\"nbf\":", absl::ToUnixSeconds(now));
  const std::string token =
      "Bearer " + signer_.Sign(Claims("dora", R"(["acme"])", "lots.read", nbf));
  const auto caller_at = [&](absl::Time time) {
    const auto caller = identity_.Authenticate(Credentials{{token}, {}}, time);
    return caller.ok() ? *caller : nullptr;
  };
  // A server whose clock shows this time refuses the token.
  const absl::Time too_early = now - absl::Hours(1);
  ASSERT_EQ(caller_at(too_early), nullptr);
  const auto verified = caller_at(now);
  ASSERT_NE(verified, nullptr);

  EXPECT_EQ(caller_at(too_early), verified);

  // What is remembered is the caller itself, and not for ever.
  EXPECT_EQ(caller_at(now + kTokenRememberedMax - absl::Seconds(1)), verified);
  const auto verified_again = caller_at(now + kTokenRememberedMax);
  ASSERT_NE(verified_again, nullptr);
  EXPECT_NE(verified_again, verified);
}

TEST_F(IdentityTest, KeysRotateAndAnOldOneIsForgottenAtOnce) {
  EXPECT_EQ(Outcome({token_}), "token:anna");
  EXPECT_EQ(Outcome({next_token_}), "TOKEN_INVALID");

  folder_.Write("keys", Jwks({&signer_, &next_}));
  ASSERT_TRUE(identity_.LoadTokenKeys().ok());
  EXPECT_EQ(Outcome({token_}), "token:anna");
  EXPECT_EQ(Outcome({next_token_}), "token:bert");

  folder_.Write("keys", Jwks({&next_}));
  ASSERT_TRUE(identity_.LoadTokenKeys().ok());
  EXPECT_EQ(Outcome({token_}), "TOKEN_INVALID");
  EXPECT_EQ(Outcome({next_token_}), "token:bert");
}

TEST_F(IdentityTest, ABrokenFileChangesNothing) {
  folder_.Write("keys", "{\"keys\":[");
  folder_.Write("access", R"({"certificates": {"spiffe://plant/mes": {}}})");

  EXPECT_FALSE(identity_.LoadTokenKeys().ok());
  EXPECT_FALSE(identity_.LoadAccessList().ok());

  EXPECT_EQ(Outcome({token_}), "token:anna");
  EXPECT_EQ(Outcome({}, {"spiffe://plant/mes"}), "certificate:spiffe://plant/mes");
}

TEST_F(IdentityTest, WhatTheAccessListTakesAwayIsGoneAtOnce) {
  EXPECT_EQ(Outcome({token_}), "token:anna");
  folder_.Write("access", R"({"tokens": {"anna": {"companies": [], "permissions": []}}})");
  ASSERT_TRUE(identity_.LoadAccessList().ok());

  const auto anna = identity_.Authenticate(Credentials{{token_}, {}}, absl::Now());
  ASSERT_TRUE(anna.ok());
  EXPECT_TRUE((*anna)->permissions.empty());
  EXPECT_FALSE((*anna)->companies.Has("acme"));
  EXPECT_EQ(Outcome({}, {"spiffe://plant/mes"}), "CREDENTIALS_MISSING");
}

TEST(OpenIdentity, IsAnybodyWhoMayDoEverything) {
  Identity identity({});

  const auto caller = identity.Authenticate(Credentials{{"Bearer x"}, {}}, absl::Now());

  ASSERT_TRUE(caller.ok());
  EXPECT_TRUE(identity.is_open());
  EXPECT_EQ((*caller)->id, "");
  EXPECT_TRUE((*caller)->companies.Has("any"));
  EXPECT_TRUE((*caller)->permissions.Has(v1::PERMISSION_ADMIN));
}

TEST(TokenCache, IsBoundedAndDropsTheOneNotAskedForLongest) {
  TokenCache cache(2);
  const absl::Time now = absl::Now();
  const auto caller = std::make_shared<const Caller>();
  cache.Put("a", caller, now + absl::Hours(1));
  cache.Put("b", caller, now + absl::Hours(1));
  EXPECT_NE(cache.Find("a", now), nullptr);

  cache.Put("c", caller, now + absl::Hours(1));

  EXPECT_NE(cache.Find("a", now), nullptr);
  EXPECT_EQ(cache.Find("b", now), nullptr);
  EXPECT_NE(cache.Find("c", now), nullptr);
}

}  // namespace
}  // namespace lots
