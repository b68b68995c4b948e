// Which tokens are believed, and which are not.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "service/base/server_limits.h"
#include "service/identity/token.h"
#include "storage/base/sha256.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "tests/support/server/tokens.h"

namespace lots {
namespace {

class Tokens : public ::testing::Test {
 protected:
  absl::StatusOr<VerifiedToken> Verify(absl::string_view token) {
    return VerifyToken(token, keys_, rules_, now_);
  }
  // The reason of the refusal, or "OK".
  std::string Outcome(absl::string_view token) {
    const absl::Status status = Verify(token).status();
    return status.ok() ? "OK" : std::string(Name(ProblemsOf(status).front().reason));
  }
  static std::string GoodClaims(absl::string_view more = "") {
    return Claims("anna", R"(["acme","blue"])", "openid lots.read lots.move lots.fly", more);
  }
  // With one claim replaced: ("\"exp\":", "\"exp\":1,\"was\":").
  static std::string Changed(absl::string_view what, absl::string_view by) {
    return absl::StrReplaceAll(GoodClaims(), {{what, by}});
  }
  int64_t Seconds(int64_t from_now) const { return absl::ToUnixSeconds(now_) + from_now; }

  const absl::Time now_ = absl::Now();
  const TokenSigner rsa_{TokenAlgorithm::kRs256, "rsa"};
  const TokenSigner ec_{TokenAlgorithm::kEs256, "ec"};
  const TokenSigner ed_{TokenAlgorithm::kEdDsa, "ed"};
  const TokenSigner stranger_{TokenAlgorithm::kRs256, "rsa"};
  const TokenKeys keys_ = *TokenKeys::Parse(Jwks({&rsa_, &ec_, &ed_}));
  const TokenRules rules_{kTestIssuer, kTestAudience, absl::Seconds(60)};
};

TEST_F(Tokens, OfEveryAlgorithmSayWhoAndWhatFor) {
  for (const TokenSigner* const signer : {&rsa_, &ec_, &ed_}) {
    const int64_t before = absl::ToUnixSeconds(absl::Now());
    const auto verified = Verify(signer->Sign(GoodClaims()));
    const int64_t after = absl::ToUnixSeconds(absl::Now());

    ASSERT_TRUE(verified.ok()) << verified.status();
    const Caller& caller = verified->caller;
    EXPECT_EQ(caller.subject, "anna");
    EXPECT_EQ(caller.id, "token:anna");
    EXPECT_TRUE(caller.companies.Has("acme"));
    EXPECT_FALSE(caller.companies.Has("other"));
    EXPECT_TRUE(caller.permissions.Has(v1::PERMISSION_READ));
    EXPECT_TRUE(caller.permissions.Has(v1::PERMISSION_MOVE));
    EXPECT_FALSE(caller.permissions.Has(v1::PERMISSION_WRITE));
    EXPECT_GE(verified->expire_time, absl::FromUnixSeconds(before + 3600));
    EXPECT_LE(verified->expire_time, absl::FromUnixSeconds(after + 3600));
  }
}

TEST_F(Tokens, GrantNothingThatTheyDoNotSay) {
  const std::string claims =
      absl::StrCat(R"({"iss":")", kTestIssuer, R"(","aud":["x",")", kTestAudience,
                   R"("],"sub":"anna","exp":)", Seconds(60), "}");

  const auto verified = Verify(rsa_.Sign(claims));

  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_TRUE(verified->caller.permissions.empty());
  EXPECT_FALSE(verified->caller.companies.Has("acme"));
  EXPECT_EQ(verified->caller.companies.only(), "");
}

TEST_F(Tokens, OfEveryCompanySayAStar) {
  const auto verified = Verify(ed_.Sign(Claims("anna", R"(["*"])", "lots.read")));

  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_TRUE(verified->caller.companies.Has("whichever"));
}

// What forgers try with the header. The signatures are sound wherever they can be.
TEST_F(Tokens, OfAnotherAlgorithmThanTheirKeyAreRefused) {
  const std::string claims = GoodClaims();
  const std::string none =
      absl::StrCat(Base64Url(R"({"alg":"none","kid":"rsa"})"), ".", Base64Url(claims), ".");
  const auto hmac = [&](absl::string_view secret, absl::string_view algorithm) {
    const std::string text =
        absl::StrCat(Base64Url(absl::StrCat(R"({"alg":")", algorithm, R"(","kid":"rsa"})")), ".",
                     Base64Url(claims));
    return absl::StrCat(text, ".", Base64Url(HmacSha256(secret, text)));
  };

  const std::vector<std::string> forged = {
      none,
      none + Base64Url("x"),
      rsa_.Sign(R"({"alg":"none","kid":"rsa"})", claims),
      rsa_.Sign(R"({"alg":"None","kid":"rsa"})", claims),
      rsa_.Sign(R"({"kid":"rsa"})", claims),
      rsa_.Sign(R"({"alg":"","kid":"rsa"})", claims),
      rsa_.Sign(R"({"alg":["RS256"],"kid":"rsa"})", claims),
      hmac(rsa_.PublicPem(), "HS256"),
      hmac(rsa_.PublicPem(), "RS256"),
      hmac(rsa_.Jwk(), "HS256"),
      hmac("", "HS256"),
      rsa_.Sign(R"({"alg":"RS256","kid":"ec"})", claims),
      ec_.Sign(R"({"alg":"ES256","kid":"rsa"})", claims),
      ec_.Sign(R"({"alg":"RS256","kid":"ec"})", claims),
      ed_.Sign(R"({"alg":"EdDSA","kid":"ec"})", claims),
      rsa_.Sign(R"({"alg":"RS512","kid":"rsa"})", claims),
      rsa_.Sign(R"({"alg":"PS256","kid":"rsa"})", claims),
  };
  for (const std::string& token : forged) EXPECT_EQ(Outcome(token), "TOKEN_INVALID") << token;
}

TEST_F(Tokens, ThatLeadToAnotherKeyAreRefused) {
  const std::string claims = GoodClaims();
  const auto header = [](absl::string_view more) {
    return absl::StrCat(R"({"alg":"RS256","kid":"rsa")", more, "}");
  };

  EXPECT_EQ(Outcome(rsa_.Sign(header(""), claims)), "OK");
  EXPECT_EQ(Outcome(stranger_.Sign(claims)), "TOKEN_INVALID");
  EXPECT_EQ(Outcome(rsa_.Sign(R"({"alg":"RS256","kid":"unknown"})", claims)), "TOKEN_INVALID");
  // Three keys: which one?
  EXPECT_EQ(Outcome(rsa_.Sign(R"({"alg":"RS256"})", claims)), "TOKEN_INVALID");
  EXPECT_EQ(Outcome(rsa_.Sign(R"({"alg":"RS256","kid":7})", claims)), "TOKEN_INVALID");
  for (const std::string& more :
       {absl::StrCat(R"(,"jwk":)", stranger_.Jwk()), std::string(R"(,"jku":"https://evil")"),
        std::string(R"(,"x5u":"https://evil")"), std::string(R"(,"x5c":[])"),
        std::string(R"(,"crit":["exp"])"), std::string(R"(,"b64":false)"),
        std::string(R"(,"kid":"ec")"), std::string(R"(,"typ":"dpop+jwt")")}) {
    EXPECT_EQ(Outcome(stranger_.Sign(header(more), claims)), "TOKEN_INVALID") << more;
    EXPECT_EQ(Outcome(rsa_.Sign(header(more), claims)), "TOKEN_INVALID") << more;
  }
}

TEST_F(Tokens, WithoutKidAreVerifiedWithTheOnlyKey) {
  const TokenKeys one = *TokenKeys::Parse(Jwks({&ec_}));
  const std::string token = ec_.Sign(R"({"alg":"ES256"})", GoodClaims());

  EXPECT_TRUE(VerifyToken(token, one, rules_, now_).ok());
}

TEST_F(Tokens, ThatWereTamperedWithAreRefused) {
  for (const TokenSigner* const signer : {&rsa_, &ec_, &ed_}) {
    const std::string token = signer->Sign(GoodClaims());
    const std::vector<std::string> parts = absl::StrSplit(token, '.');
    const std::string richer = Claims("anna", R"(["*"])", "lots.admin");
    std::string signature;
    ASSERT_TRUE(absl::WebSafeBase64Unescape(parts[2], &signature));
    std::string flipped = signature;
    flipped[flipped.size() / 2] ^= 1;
    const std::string text = absl::StrCat(parts[0], ".", parts[1]);

    const std::vector<std::string> forged = {
        absl::StrCat(parts[0], ".", Base64Url(richer), ".", parts[2]),
        absl::StrCat(text, ".", Base64Url(flipped)),
        absl::StrCat(text, ".", Base64Url(signature.substr(1))),
        absl::StrCat(text, ".", Base64Url(signature + "x")),
        absl::StrCat(text, ".", Base64Url(std::string(64, '\0'))),
        absl::StrCat(text, "."),
        text,
        absl::StrCat(token, ".", parts[2]),
    };
    for (const std::string& bad : forged) EXPECT_EQ(Outcome(bad), "TOKEN_INVALID") << bad;
  }
}

TEST_F(Tokens, ThatAreNoTokensAreRefused) {
  const std::string token = rsa_.Sign(GoodClaims());
  const std::vector<std::string> junk = {
      "",
      ".",
      "..",
      "...",
      "a.b.c",
      "\xFF\xFE.\xFF.\xFF",
      std::string(3, '\0'),
      token + "=",
      token + "\n",
      " " + token,
      absl::StrReplaceAll(token, {{".", ".="}}),
      // The same bytes in another spelling: no second name for one token.
      absl::StrReplaceAll(token, {{"-", "+"}, {"_", "/"}}) + "==",
      absl::StrCat(Base64Url("[]"), ".", Base64Url("[]"), "."),
      absl::StrCat(Base64Url("null"), ".", Base64Url("{}"), "."),
      rsa_.Sign(R"({"alg":"RS256","alg":"RS256","kid":"rsa"})", GoodClaims()),
      rsa_.Sign("{" + std::string(1'000, '['), GoodClaims()),
      rsa_.Sign(
          GoodClaims(absl::StrCat(",\"deep\":", std::string(100, '['), std::string(100, ']')))),
  };
  for (const std::string& bad : junk) EXPECT_EQ(Outcome(bad), "TOKEN_INVALID") << bad;
}

TEST_F(Tokens, ThatAreHugeAreRefusedUnread) {
  const std::string fat =
      rsa_.Sign(GoodClaims(absl::StrCat(R"(,"fat":")", std::string(kTokenBytesMax, 'x'), "\"")));

  const absl::Status status = Verify(fat).status();

  EXPECT_TRUE(absl::StrContains(status.message(), absl::StrCat(kTokenBytesMax)));
}

TEST_F(Tokens, OfAnotherIssuerOrAudienceAreRefused) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {R"("iss":"https://id.example")", R"("iss":"https://id.example/")"},
      {R"("iss":"https://id.example",)", ""},
      {R"("iss":"https://id.example")", R"("iss":["https://id.example"])"},
      {R"("aud":"lotd")", R"("aud":"billing")"},
      {R"("aud":"lotd")", R"("aud":"lotd2")"},
      {R"("aud":"lotd")", R"("aud":["billing","crm"])"},
      {R"("aud":"lotd")", R"("aud":[])"},
      {R"("aud":"lotd")", R"("aud":{"lotd":1})"},
      {R"("aud":"lotd",)", ""},
      {R"("sub":"anna")", R"("sub":"")"},
      {R"("sub":"anna")", R"("sub":"an\nna")"},
      {R"("sub":"anna")", R"("sub":7)"},
      {R"("sub":"anna")", absl::StrCat(R"("sub":")", std::string(257, 'a'), "\"")},
      {R"("sub":"anna",)", ""},
      {R"("sub":"anna")", R"("sub":"anna","sub":"root")"},
      {R"(["acme","blue"])", R"("acme")"},
      {R"(["acme","blue"])", R"(["acme",7])"},
      {R"(["acme","blue"])", R"([""])"},
      {"\"scope\":\"openid lots.read", "\"scope\":[\"lots.read\"],\"x\":\""},
  };
  for (const auto& [what, by] : changes) {
    ASSERT_NE(Changed(what, by), GoodClaims()) << what;
    EXPECT_EQ(Outcome(rsa_.Sign(Changed(what, by))), "TOKEN_INVALID") << by;
  }
}

TEST_F(Tokens, CountFromTheirBeginningToTheirEnd) {
  const auto with_end = [&](const std::string& end) {
    return rsa_.Sign(absl::StrCat(R"({"iss":")", kTestIssuer, R"(","aud":")", kTestAudience,
                                  R"(","sub":"anna","exp":)", end, "}"));
  };
  const auto with = [&](const std::string& more) { return rsa_.Sign(GoodClaims(more)); };

  EXPECT_EQ(Outcome(with_end(absl::StrCat(Seconds(-55)))), "OK");
  EXPECT_EQ(Outcome(with_end(absl::StrCat(Seconds(-62)))), "TOKEN_EXPIRED");
  EXPECT_EQ(Outcome(with_end(absl::StrCat(Seconds(-62), ".5"))), "TOKEN_EXPIRED");
  EXPECT_EQ(Outcome(with_end("\"2099-01-01\"")), "TOKEN_INVALID");
  EXPECT_EQ(Outcome(with_end("1e300")), "TOKEN_INVALID");
  EXPECT_EQ(Outcome(with_end("-1")), "TOKEN_INVALID");
  EXPECT_EQ(Outcome(with_end("null")), "TOKEN_INVALID");
  EXPECT_EQ(Outcome(rsa_.Sign(Changed("\"exp\"", "\"expires\""))), "TOKEN_INVALID");
  EXPECT_EQ(Outcome(with(absl::StrCat(",\"nbf\":", Seconds(55)))), "OK");
  EXPECT_EQ(Outcome(with(absl::StrCat(",\"nbf\":", Seconds(65)))), "TOKEN_INVALID");
  EXPECT_EQ(
      Outcome(rsa_.Sign(Changed("\"iat\":", absl::StrCat("\"iat\":", Seconds(65), ",\"x\":")))),
      "TOKEN_INVALID");
}

TEST_F(Tokens, AreNeverRepeatedInARefusal) {
  const std::string token = stranger_.Sign(GoodClaims());
  const std::vector<std::string> parts = absl::StrSplit(token, '.');

  const std::string refusal = Verify(token).status().ToString();

  for (const std::string& part : parts) EXPECT_FALSE(absl::StrContains(refusal, part)) << refusal;
}

TEST_F(Tokens, KeySetsThatAreDamagedAreRefused) {
  const std::string good = rsa_.Jwk();
  const TokenSigner twin(TokenAlgorithm::kEdDsa, "rsa");
  const std::vector<std::string> bad = {
      "",
      "{}",
      "[]",
      "{\"keys\":{}}",
      "{\"keys\":[]}",
      absl::StrCat("{\"keys\":[", good),
      absl::StrCat("{\"keys\":[", good, ",", twin.Jwk(), "]}"),
      absl::StrCat("{\"keys\":[", absl::StrReplaceAll(good, {{"\"kid\"", "\"id\""}}), "]}"),
      R"({"keys":[{"kty":"oct","kid":"s","k":"c2VjcmV0"}]})",
      R"({"keys":[{"kty":"RSA","kid":"s","n":"AQAB","e":"AQAB"}]})",
      R"({"keys":[{"kty":"EC","crv":"P-256","kid":"s","x":"AAAA","y":"AAAA"}]})",
      absl::StrCat(R"({"keys":[{"kty":"EC","crv":"P-256","kid":"off the curve","x":")",
                   Base64Url(std::string(32, 'x')), R"(","y":")", Base64Url(std::string(32, 'y')),
                   "\"}]}"),
      absl::StrCat("{\"keys\":[", rsa_.Jwk(R"(,"use":"enc")"), "]}"),
      absl::StrCat("{\"keys\":[", rsa_.Jwk(R"(,"alg":"HS256")"), "]}"),
  };
  for (const std::string& json : bad) EXPECT_FALSE(TokenKeys::Parse(json).ok()) << json;
}

TEST_F(Tokens, KeysForOtherUsesAreLeftOut) {
  const auto keys = TokenKeys::Parse(absl::StrCat(
      "{\"keys\":[", R"({"kty":"oct","kid":"secret","k":"c2VjcmV0"},)",
      R"({"kty":"EC","crv":"P-521","kid":"large","x":"AA","y":"AA"},)", ec_.Jwk(), "]}"));

  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->size(), 1u);
  EXPECT_EQ(keys->Find("secret"), nullptr);
  EXPECT_NE(keys->Find("ec"), nullptr);
}

// RFC 8037, appendix A.4, and RFC 7515, appendix A.3: what others have signed.
TEST_F(Tokens, SignaturesOfTheStandardsAreSound) {
  const auto keys = TokenKeys::Parse(
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"8037",
                   "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
                  {"kty":"EC","crv":"P-256","kid":"7515",
                   "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                   "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  ASSERT_TRUE(keys.ok()) << keys.status();
  const auto signed_by = [&](absl::string_view kid, absl::string_view token) {
    const std::vector<std::string> parts = absl::StrSplit(token, '.');
    std::string signature;
    absl::WebSafeBase64Unescape(parts[2], &signature);
    return VerifySignature(*keys->Find(kid), absl::StrCat(parts[0], ".", parts[1]), signature);
  };

  EXPECT_TRUE(signed_by(
      "8037",
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"));
  EXPECT_TRUE(signed_by(
      "7515",
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djx"
      "La8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"));
}

}  // namespace
}  // namespace lots
