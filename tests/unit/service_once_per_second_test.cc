// How often to tell of what happens all the time.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/observe/log_rate_limiter.h"

namespace lots {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr char kWho[] = "orders";

TEST(OncePerSecond, TellsAtOnceAndThenOnceASecondHowOftenItHappened) {
  OncePerSecond lines;

  EXPECT_EQ(lines.Happened(kWho, kNow), 1);
  EXPECT_EQ(lines.Happened(kWho, kNow), 0);
  EXPECT_EQ(lines.Happened(kWho, kNow + absl::Milliseconds(999)), 0);
  EXPECT_EQ(lines.Happened(kWho, kNow + absl::Seconds(1)), 3);
  EXPECT_EQ(lines.Happened(kWho, kNow + absl::Hours(1)), 1);
}

TEST(OncePerSecond, TellsAgainWhenTheClockWasSetBack) {
  OncePerSecond lines;
  EXPECT_EQ(lines.Happened(kWho, kNow), 1);

  EXPECT_EQ(lines.Happened(kWho, kNow - absl::Milliseconds(1)), 0);
  EXPECT_EQ(lines.Happened(kWho, kNow - absl::Hours(1)), 2);
}

TEST(OncePerSecond, TellsOfEachOnItsOwn) {
  OncePerSecond lines;
  EXPECT_EQ(lines.Happened("orders", kNow), 1);
  EXPECT_EQ(lines.Happened("orders", kNow), 0);

  EXPECT_EQ(lines.Happened("stock", kNow), 1);
  EXPECT_EQ(lines.Happened("orders", kNow + absl::Seconds(1)), 2);
}

TEST(OncePerSecond, TellsOfManyAsOneUntilSomeAreQuiet) {
  OncePerSecond lines;
  const auto name = [](size_t i) { return absl::StrCat("caller ", i); };
  for (size_t i = 0; i < OncePerSecond::kKeptMax; ++i) {
    EXPECT_EQ(lines.Happened(name(i), kNow), 1);
  }

  EXPECT_EQ(lines.Happened("one more", kNow), 1);
  EXPECT_EQ(lines.Happened("and another", kNow), 0);
  EXPECT_EQ(lines.Happened(name(0), kNow), 0);

  EXPECT_EQ(lines.Happened("one more", kNow + absl::Seconds(2)), 1);
  EXPECT_EQ(lines.Happened("and another", kNow + absl::Seconds(2)), 1);
}

TEST(OncePerSecond, ForgetsNothingThatManyThreadsSeeAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kTimes = 10'000;
  OncePerSecond lines;
  std::atomic<int64_t> told = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kTimes; ++i) told += lines.Happened(kWho, kNow + absl::Milliseconds(i));
    });
  }
  for (std::thread& thread : threads) thread.join();

  told += lines.Happened(kWho, kNow + absl::Hours(1));

  EXPECT_EQ(told, kThreads * kTimes + 1);
}

}  // namespace
}  // namespace lots
