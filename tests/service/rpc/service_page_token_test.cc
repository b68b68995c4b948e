// Page tokens and the walk over pages and companies.
#include <gtest/gtest.h>

#include <string>

#include "lots/v1/catalog.pb.h"
#include "lots/v1/lot.pb.h"
#include "service/rpc/page_token.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"

namespace lots {
namespace {

const PagePosition kPosition{"acme", {"2026-01-31T00:00:00Z", std::string("\0x\xFF", 3), ""}};

bool IsRefused(const absl::StatusOr<PagePosition>& position) {
  const std::vector<Problem> problems = ProblemsOf(position.status());
  return problems.size() == 1 && problems[0].reason == Reason::kPageTokenInvalid;
}

TEST(PageTokens, OpenWhatTheySigned) {
  const PageTokens tokens("key");

  const auto opened = tokens.Open("query", tokens.Sign("query", kPosition));

  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, kPosition);
}

TEST(PageTokens, RefuseEveryChangedByte) {
  const PageTokens tokens("key");
  const std::string token = tokens.Sign("query", kPosition);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(IsRefused(tokens.Open("query", changed))) << i;
  }
}

TEST(PageTokens, RefuseOtherTexts) {
  const PageTokens tokens("key");
  const std::string token = tokens.Sign("query", kPosition);
  for (const std::string& text :
       {std::string("x"), std::string("AAAA"), std::string(1'000, 'A'), token + "A",
        token.substr(0, token.size() / 2), std::string("{\"company\":\"other\"}")}) {
    EXPECT_TRUE(IsRefused(tokens.Open("query", text))) << text;
  }
}

TEST(PageTokens, RefuseAnotherQueryAndAnotherKey) {
  const std::string token = PageTokens("key").Sign("query", kPosition);

  EXPECT_TRUE(IsRefused(PageTokens("key").Open("another query", token)));
  EXPECT_TRUE(IsRefused(PageTokens("another key").Open("query", token)));
}

TEST(FingerprintOf, IsOfTheQueryAndNotOfThePage) {
  v1::ListLotsRequest request;
  request.set_company("acme");
  request.set_filter("state = ACTIVE");
  v1::ListLotsRequest next_page = request;
  next_page.set_page_size(7);
  next_page.set_page_token("token");
  v1::ListLotsRequest another = request;
  another.set_filter("state = VOID");

  EXPECT_EQ(FingerprintOf("m", request), FingerprintOf("m", next_page));
  EXPECT_NE(FingerprintOf("m", request), FingerprintOf("m", another));
  EXPECT_NE(FingerprintOf("m", request), FingerprintOf("n", request));
}

}  // namespace
}  // namespace lots
