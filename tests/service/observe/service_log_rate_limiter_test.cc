// How often to tell of what happens all the time.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/server_limits.h"
#include "service/observe/log_rate_limiter.h"

namespace lots {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr char kWho[] = "orders";

TEST(LogRateLimiter, TellsAtOnceAndThenOnceASecondHowOftenItHappened) {
  LogRateLimiter lines;

  EXPECT_EQ(lines.Count(kWho, kNow), 1);
  EXPECT_EQ(lines.Count(kWho, kNow), 0);
  EXPECT_EQ(lines.Count(kWho, kNow + absl::Milliseconds(999)), 0);
  EXPECT_EQ(lines.Count(kWho, kNow + absl::Seconds(1)), 3);
  EXPECT_EQ(lines.Count(kWho, kNow + absl::Hours(1)), 1);
}

TEST(LogRateLimiter, TellsAgainWhenTheClockWasSetBack) {
  LogRateLimiter lines;
  EXPECT_EQ(lines.Count(kWho, kNow), 1);

  EXPECT_EQ(lines.Count(kWho, kNow - absl::Milliseconds(1)), 0);
  EXPECT_EQ(lines.Count(kWho, kNow - absl::Hours(1)), 2);
}

TEST(LogRateLimiter, TellsOfEachOnItsOwn) {
  LogRateLimiter lines;
  EXPECT_EQ(lines.Count("orders", kNow), 1);
  EXPECT_EQ(lines.Count("orders", kNow), 0);

  EXPECT_EQ(lines.Count("stock", kNow), 1);
  EXPECT_EQ(lines.Count("orders", kNow + absl::Seconds(1)), 2);
}

TEST(LogRateLimiter, TellsOfManyAsOneUntilSomeAreQuiet) {
  LogRateLimiter lines;
  const auto name = [](size_t i) { return absl::StrCat("caller ", i); };
  for (size_t i = 0; i < kLogKeysMax; ++i) {
    EXPECT_EQ(lines.Count(name(i), kNow), 1);
  }

  EXPECT_EQ(lines.Count("one more", kNow), 1);
  EXPECT_EQ(lines.Count("and another", kNow), 0);
  EXPECT_EQ(lines.Count(name(0), kNow), 0);

  EXPECT_EQ(lines.Count("one more", kNow + absl::Seconds(2)), 1);
  EXPECT_EQ(lines.Count("and another", kNow + absl::Seconds(2)), 1);
}

TEST(LogRateLimiter, ForgetsNothingThatManyThreadsSeeAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kTimes = 10'000;
  LogRateLimiter lines;
  std::atomic<int64_t> logged = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kTimes; ++i) logged += lines.Count(kWho, kNow + absl::Milliseconds(i));
    });
  }
  for (std::thread& thread : threads) thread.join();

  logged += lines.Count(kWho, kNow + absl::Hours(1));

  EXPECT_EQ(logged, kThreads * kTimes + 1);
}

}  // namespace
}  // namespace lots
