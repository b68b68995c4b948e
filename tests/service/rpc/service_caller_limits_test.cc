// How much one caller may ask for.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/server_limits.h"
#include "service/rpc/caller_limits.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"

namespace lots {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

int Taken(CallerLimits& limits, const std::string& caller, int times, absl::Time now) {
  int taken = 0;
  for (int i = 0; i < times; ++i) taken += limits.Take(caller, now).ok() ? 1 : 0;
  return taken;
}

TEST(CallerLimits, GiveEachCallerASecondsCallsAtOnceAndThenTheRate) {
  CallerLimits limits({.rate_max = 10, .calls_max = 100});

  EXPECT_EQ(Taken(limits, "anna", 50, kNow), 10);
  EXPECT_EQ(Taken(limits, "anna", 50, kNow + absl::Milliseconds(250)), 2);
  EXPECT_EQ(Taken(limits, "anna", 50, kNow + absl::Hours(1)), 10);
  EXPECT_EQ(Taken(limits, "bert", 50, kNow), 10);
}

TEST(CallerLimits, AClockThatStepsBackGivesNothing) {
  CallerLimits limits({.rate_max = 10, .calls_max = 100});
  EXPECT_EQ(Taken(limits, "anna", 50, kNow), 10);

  EXPECT_EQ(Taken(limits, "anna", 50, kNow - absl::Hours(1)), 0);
  EXPECT_EQ(Taken(limits, "anna", 50, kNow), 0);
}

TEST(CallerLimits, SayWhenToComeAgain) {
  CallerLimits limits({.rate_max = 10, .calls_max = 100});
  Taken(limits, "anna", 10, kNow);

  const auto refused = limits.Take("anna", kNow + absl::Milliseconds(30));

  const std::vector<Problem> problems = ProblemsOf(refused.status());
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].reason, Reason::kCallerLimit);
  EXPECT_EQ(problems[0].facts[0].second, "10 calls a second");
  EXPECT_EQ(problems[0].facts[1], (std::pair<std::string, std::string>("retry_ms", "70")));
}

TEST(CallerLimits, GivePlacesBack) {
  CallerLimits limits({.rate_max = 0, .calls_max = 2});
  auto first = limits.Take("anna", kNow);
  auto second = limits.Take("anna", kNow);

  EXPECT_FALSE(limits.Take("anna", kNow).ok());
  EXPECT_TRUE(limits.Take("bert", kNow).ok());
  { const CallerLimits::CallSlot gone = *std::move(first); }
  EXPECT_TRUE(limits.Take("anna", kNow).ok());
}

TEST(CallerLimits, ForgetThoseThatAreAway) {
  CallerLimits limits({.rate_max = 1, .calls_max = 1});
  const auto working = limits.Take("busy", kNow);
  for (size_t i = 0; i < 2 * kCallersCountedMax; ++i) {
    ASSERT_TRUE(limits.Take(absl::StrCat("caller", i), kNow + absl::Seconds(int64_t(i))).ok());
  }

  // Who works is not forgotten.
  EXPECT_FALSE(limits.Take("busy", kNow + absl::Hours(24)).ok());
}

}  // namespace
}  // namespace lots
