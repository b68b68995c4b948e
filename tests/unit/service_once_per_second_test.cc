// How often to tell of what happens all the time.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "service/once_per_second.h"

namespace lots {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

TEST(OncePerSecond, TellsAtOnceAndThenOnceASecondHowOftenItHappened) {
  OncePerSecond lines;

  EXPECT_EQ(lines.Happened(kNow), 1);
  EXPECT_EQ(lines.Happened(kNow), 0);
  EXPECT_EQ(lines.Happened(kNow + absl::Milliseconds(999)), 0);
  EXPECT_EQ(lines.Happened(kNow + absl::Seconds(1)), 3);
  EXPECT_EQ(lines.Happened(kNow + absl::Hours(1)), 1);
}

TEST(OncePerSecond, TellsAgainWhenTheClockWasSetBack) {
  OncePerSecond lines;
  EXPECT_EQ(lines.Happened(kNow), 1);

  EXPECT_EQ(lines.Happened(kNow - absl::Milliseconds(1)), 0);
  EXPECT_EQ(lines.Happened(kNow - absl::Hours(1)), 2);
}

TEST(OncePerSecond, ForgetsNothingThatManyThreadsSeeAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kTimes = 10'000;
  OncePerSecond lines;
  std::atomic<int64_t> told = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kTimes; ++i) told += lines.Happened(kNow + absl::Milliseconds(i));
    });
  }
  for (std::thread& thread : threads) thread.join();

  told += lines.Happened(kNow + absl::Hours(1));

  EXPECT_EQ(told, kThreads * kTimes + 1);
}

}  // namespace
}  // namespace lots
