// When calls that are to be refused gather.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/gathering.h"

namespace lots {
namespace {

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
  EXPECT_GE(absl::Now() - began, kRefusalsGather);
  return true;
}

// Waits for another thread until it has slept.
void Sleep() {
  const long before = TimesSlept();
  while (TimesSlept() == before) std::thread([] {}).join();
}

TEST(Gathering, ThreadThatFindsCallAfterCallRefusesOn) {
  GatherRefusals();
  EXPECT_FALSE(Gathers());
  EXPECT_FALSE(Gathers());
}

TEST(Gathering, ThreadThatSleptBetweenLetsOthersGather) {
  GatherRefusals();
  Sleep();
  EXPECT_TRUE(Gathers());
  EXPECT_FALSE(Gathers());
}

TEST(Gathering, EachThreadIsOnItsOwn) {
  GatherRefusals();
  bool gathers = false;
  std::thread([&] { gathers = Gathers(); }).join();
  EXPECT_TRUE(gathers);
}

}  // namespace
}  // namespace lots
