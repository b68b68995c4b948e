#include "storage/base/uuid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "absl/hash/hash_testing.h"
#include "absl/strings/ascii.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace lots {
namespace {

constexpr char kText[] = "0192d3a0-7c1e-7abc-8def-0123456789ab";

int64_t MillisOf(const Uuid& id) {
  int64_t millis = 0;
  for (int i = 0; i < 6; ++i) millis = millis << 8 | id.bytes()[i];
  return millis;
}

TEST(Uuid, TextAndBytesAreTheSame) {
  const auto id = Uuid::Parse(kText);

  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->bytes()[0], 0x01);
  EXPECT_EQ(id->bytes()[15], 0xab);
  EXPECT_EQ(id->ToString(), kText);
}

TEST(Uuid, UpperCaseIsReadAndLowerCaseWritten) {
  const auto id = Uuid::Parse(absl::AsciiStrToUpper(kText));

  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->ToString(), kText);
}

TEST(Uuid, OtherTextIsRefused) {
  for (const absl::string_view text :
       {"", "0192d3a0", "0192d3a07c1e7abc8def0123456789ab", "0192d3a0-7c1e-7abc-8def-0123456789a",
        "0192d3a0-7c1e-7abc-8def-0123456789abc", "0192d3a0-7c1e-7abc-8def-0123456789ag",
        "0192d3a0-7c1e-7abc-8def0-123456789ab", "{192d3a0-7c1e-7abc-8def-0123456789a}",
        "0192d3a0 7c1e 7abc 8def 0123456789ab", "-192d3a0-7c1e-7abc-8def-0123456789ab"}) {
    EXPECT_FALSE(Uuid::Parse(text).has_value()) << text;
  }
}

TEST(Uuid, NilIsNilAndNothingElse) {
  EXPECT_TRUE(Uuid().IsNil());
  EXPECT_EQ(Uuid().ToString(), "00000000-0000-0000-0000-000000000000");
  EXPECT_FALSE(Uuid::MakeV7().IsNil());
}

TEST(Uuid, MadeOnesAreVersion7OfNow) {
  const int64_t before = absl::ToUnixMillis(absl::Now());
  const Uuid id = Uuid::MakeV7();
  const int64_t after = absl::ToUnixMillis(absl::Now());

  EXPECT_EQ(id.bytes()[6] >> 4, 7);
  EXPECT_EQ(id.bytes()[8] >> 6, 0b10);
  EXPECT_GE(MillisOf(id), before);
  // Ids made faster than the clock ticks run ahead of it a little.
  EXPECT_LE(MillisOf(id), after + 100);
}

TEST(Uuid, MadeOnesOfOneThreadAscend) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 100'000; ++i) ids.push_back(Uuid::MakeV7());

  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end(),
                               [](const Uuid& a, const Uuid& b) { return !(a < b); }),
            ids.end());
}

TEST(Uuid, MadeOnesOfManyThreadsDiffer) {
  constexpr int kThreads = 8;
  constexpr int kIdsPerThread = 20'000;
  std::vector<std::vector<Uuid>> made(kThreads);
  std::vector<std::thread> threads;
  for (std::vector<Uuid>& ids : made) {
    threads.emplace_back([&ids] {
      for (int i = 0; i < kIdsPerThread; ++i) ids.push_back(Uuid::MakeV7());
    });
  }
  for (std::thread& thread : threads) thread.join();

  // The first eight bytes alone: the order does not depend on the random ones.
  std::set<std::string> prefixes;
  for (const std::vector<Uuid>& ids : made) {
    for (const Uuid& id : ids) prefixes.insert(id.ToString().substr(0, 18));
  }
  EXPECT_EQ(prefixes.size(), kThreads * kIdsPerThread);
}

TEST(Uuid, HashesAsItsBytes) {
  EXPECT_TRUE(
      absl::VerifyTypeImplementsAbslHashCorrectly({Uuid(), *Uuid::Parse(kText), Uuid::MakeV7()}));
}

}  // namespace
}  // namespace lots
