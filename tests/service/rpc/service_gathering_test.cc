// When calls that are to be refused gather.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/rpc/gathering.h"

namespace lots {
namespace {

// A sleep is measured by another clock than the time of day, which may be slowed a little.
constexpr absl::Duration kClocksApart = absl::Milliseconds(1);

long TimesSlept() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

// Whether it let others gather.
bool Gathers() {
  const long before = TimesSlept();
  const absl::Time began = absl::Now();
  GatherRefusals();
  if (TimesSlept() == before) return false;
  EXPECT_GE(absl::Now() + kClocksApart, NextRefusalTurn(began));
  return true;
}

// Waits for another thread until it has slept.
void Sleep() {
  const long before = TimesSlept();
  while (TimesSlept() == before) std::thread([] {}).join();
}

TEST(Gathering, TurnsAreTheSameForWhoeverAsks) {
  const absl::Time turn = absl::UnixEpoch() + 1'000'000 * kRefusalTurn;
  const absl::Duration moment = absl::Nanoseconds(1);

  EXPECT_EQ(NextRefusalTurn(turn - moment), turn);
  EXPECT_EQ(NextRefusalTurn(turn), turn + kRefusalTurn);
  EXPECT_EQ(NextRefusalTurn(turn + kRefusalTurn - moment), turn + kRefusalTurn);
}

// But for a few times: it also sleeps when a page of the program is read.
TEST(Gathering, ThreadThatFindsCallAfterCallRefusesOn) {
  constexpr int kRefusals = 100;
  int rests = 0;
  for (int i = 0; i < kRefusals; ++i) rests += Gathers() ? 1 : 0;
  EXPECT_LT(rests, kRefusals / 4);
}

TEST(Gathering, ThreadThatSleptBetweenLetsOthersGather) {
  GatherRefusals();
  Sleep();
  EXPECT_TRUE(Gathers());
}

TEST(Gathering, EachThreadIsOnItsOwn) {
  GatherRefusals();
  bool gathers = false;
  std::thread([&] { gathers = Gathers(); }).join();
  EXPECT_TRUE(gathers);
}

}  // namespace
}  // namespace lots
