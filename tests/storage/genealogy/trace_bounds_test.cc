// Bounds of what is affected, against every allocation that is consistent with the records.
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/genealogy/bounds/bounds.h"
#include "storage/genealogy/bounds/components.h"
#include "tests/support/model/bounds_model.h"

namespace lots {
namespace {

using Input = BoundsCase::Input;
using Output = BoundsCase::Output;
using Step = BoundsCase::Step;

constexpr TransformationKind kMake = TransformationKind::kProduction;
constexpr TransformationKind kSplit = TransformationKind::kSplit;
constexpr TransformationKind kMerge = TransformationKind::kMerge;

// "total: affected min–max, seeds min–max" of the lot.
std::string TextOf(const TraceBounds& bounds) {
  return absl::StrCat(bounds.total.ToString(), ": ", bounds.affected_min.ToString(), "–",
                      bounds.affected_max.ToString(), ", ", bounds.seed_min.ToString(), "–",
                      bounds.seed_max.ToString());
}

// The bounds of the lot, by its place in the case.
std::string Bound(const BoundsCase& c, int lot) { return TextOf(BoundsOf(c)[lot]); }

TEST(TraceBounds, OfASeedAllIsAffected) {
  const BoundsCase c{.totals = {100}, .seeds = {0}};
  EXPECT_EQ(Bound(c, 0), "100: 100–100, 100–100");
}

TEST(TraceBounds, ASplitPassesAllOfASeedOn) {
  const BoundsCase c{
      .totals = {100, 60, 40}, .seeds = {0}, .steps = {{kSplit, {{0, 100}}, {{1, 60}, {2, 40}}}}};
  EXPECT_EQ(Bound(c, 1), "60: 60–60, 60–60");
  EXPECT_EQ(Bound(c, 2), "40: 40–40, 40–40");
}

// 10 bad of 100: wherever they went, 60 + 40 have room for all of them, and none need be in either.
TEST(TraceBounds, TenBadOfAHundredCanBeOnEitherSideOfASplit) {
  const BoundsCase c{.totals = {10, 100, 60, 40, 100},
                     .seeds = {0},
                     .steps = {{kMerge, {{0, 10}}, {{1, 10}}},
                               {kSplit, {{1, 100}}, {{2, 60}, {3, 40}}},
                               {kMerge, {{2, 60}, {3, 40}}, {{4, 100}}}}};
  EXPECT_EQ(Bound(c, 1), "100: 10–10, 10–10");
  EXPECT_EQ(Bound(c, 2), "60: 0–10, 0–10");
  EXPECT_EQ(Bound(c, 3), "40: 0–10, 0–10");
  // Two paths lead here: sound, not exact.
  EXPECT_EQ(Bound(c, 4), "100: 0–20, 0–10");
}

TEST(TraceBounds, MoreBadThanTheOtherSideHoldsMustBeHere) {
  const BoundsCase c{
      .totals = {90, 100, 60, 40},
      .seeds = {0},
      .steps = {{kMerge, {{0, 90}}, {{1, 90}}}, {kSplit, {{1, 100}}, {{2, 60}, {3, 40}}}}};
  EXPECT_EQ(Bound(c, 2), "60: 50–60, 50–60");
  EXPECT_EQ(Bound(c, 3), "40: 30–40, 30–40");
}

TEST(TraceBounds, APartOfALotHasAtLeastWhatTheRestCannotHold) {
  const BoundsCase c{.totals = {90, 100, 30},
                     .seeds = {0},
                     .steps = {{kMerge, {{0, 90}}, {{1, 90}}}, {kSplit, {{1, 30}}, {{2, 30}}}}};
  EXPECT_EQ(Bound(c, 2), "30: 20–30, 20–30");
}

TEST(TraceBounds, ProductionMixes) {
  const BoundsCase c{.totals = {5, 100, 10, 100},
                     .seeds = {0},
                     .steps = {{kMake, {{0, 5}}, {{1, 100}}},
                               {kMake, {{1, 10}}, {{2, 10}}},
                               {kMake, {{1, 90}}, {{3, 100}}}}};
  EXPECT_EQ(Bound(c, 1), "100: 1–100, 5–5");
  EXPECT_EQ(Bound(c, 2), "10: 0–10, 0–5");
  EXPECT_EQ(Bound(c, 3), "100: 0–100, 0–5");
}

TEST(TraceBounds, TheSmallestUnitIsTheScales) {
  BoundsCase c{.totals = {5, 100}, .seeds = {0}, .steps = {{kMake, {{0, 5}}, {{1, 100}}}}};
  c.scale = 3;
  EXPECT_EQ(Bound(c, 1), "100: 0.001–100, 5–5");
}

TEST(TraceBounds, AnExactSerialIsInItsUnitAndAPooledOneInNoneForSure) {
  const BoundsCase c{
      .totals = {1, 1, 1, 1, 1},
      .serials = {0, 1, 2, 3, 4},
      .seeds = {0, 1},
      .steps = {{kMake, {{0, 1, 2}}, {{2, 1}, {3, 1}}}, {kMake, {{1, 1}}, {{3, 1}, {4, 1}}}}};
  EXPECT_EQ(Bound(c, 2), "1: 1–1, 1–1");
  EXPECT_EQ(Bound(c, 4), "1: 0–1, 0–1");
}

// A unit that rework made anew from itself is as sure to have the bad part as before.
TEST(TraceBounds, ReworkWidensToTheWholeAndKeepsWhatCameFromOutside) {
  const BoundsCase unit{.totals = {100, 1},
                        .serials = {1},
                        .seeds = {0},
                        .steps = {{kMake, {{0, 1, 1}}, {{1, 1}}}, {kMake, {{1, 1, 1}}, {{1, 1}}}}};
  EXPECT_EQ(Bound(unit, 1), "1: 1–1, 1–1");
  const BoundsCase tank{.totals = {3, 50, 50},
                        .seeds = {0},
                        .steps = {{kMake, {{0, 2}}, {{1, 20}}},
                                  {kMake, {{1, 30}}, {{2, 50}}},
                                  {kMake, {{2, 30}}, {{1, 30}}}}};
  EXPECT_EQ(Bound(tank, 1), "50: 1–50, 2–2");
  EXPECT_EQ(Bound(tank, 2), "50: 0–50, 0–2");
}

TEST(TraceBounds, HugeQuantitiesSaturate) {
  const int64_t most = Quantity::kUnitsMax;
  const BoundsCase c{.totals = {most, most, most},
                     .seeds = {0, 1},
                     .steps = {{kMerge, {{0, most}, {1, most}}, {{2, most}}}}};
  EXPECT_EQ(BoundsOf(c)[2].affected_max, Quantity::FromUnits(most));
}

TEST(TraceBounds, LotsBeyondALimitLeaveNothingCertainInTheOthers) {
  BoundsCase c{
      .totals = {100, 60, 40}, .seeds = {0}, .steps = {{kSplit, {{0, 100}}, {{1, 60}, {2, 40}}}}};
  c.unreached = {2};
  EXPECT_EQ(Bound(c, 1), "60: 0–60, 0–60");
}

TEST(TraceComponents, AChainOfAHundredThousandDoesNotOverflowTheStack) {
  BoundsCase c{.totals = {1}, .seeds = {0}};
  for (int lot = 1; lot < 100'000; ++lot) {
    c.totals.push_back(1);
    c.steps.push_back({kMerge, {{lot - 1, 1}}, {{lot, 1}}});
  }
  EXPECT_EQ(Bound(c, 99'999), "1: 1–1, 1–1");
}

// Every bound holds for every allocation, and is met by one where one path leads to the lot.
TEST(TraceBounds, RandomGraphsAgainstEveryAllocation) {
  const char* given = std::getenv("LOTS_TEST_SEED");
  const uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const int rounds = given != nullptr ? 1 : 20'000;
  int exact = 0;
  int whole = 0;
  for (uint64_t seed = first; seed < first + rounds; ++seed) {
    SCOPED_TRACE(absl::StrCat("LOTS_TEST_SEED=", seed));
    const BoundsCase c = RandomCase(seed);
    const auto observed = ObserveAll(c);
    if (!observed.has_value()) continue;
    ++whole;
    const std::vector<TraceBounds> bounds = BoundsOf(c);
    const std::vector<int> paths = PathsOf(c);
    for (size_t lot = 0; lot < c.totals.size(); ++lot) {
      const Observed& seen = (*observed)[lot];
      const TraceBounds& b = bounds[lot];
      if (paths[lot] == 0) continue;
      const std::string text = absl::StrCat("lot ", lot, " ", TextOf(b), "\n", c.Text());
      const auto units = [](int64_t count) { return Quantity::FromUnits(count); };
      ASSERT_LE(b.affected_min, units(seen.affected_min)) << text;
      ASSERT_GE(b.affected_max, units(seen.affected_max)) << text;
      ASSERT_LE(b.seed_min, units(seen.seed_min)) << text;
      ASSERT_GE(b.seed_max, units(seen.seed_max)) << text;
      if (paths[lot] != 1) continue;
      ++exact;
      ASSERT_EQ(b.affected_min, units(seen.affected_min)) << text;
      ASSERT_EQ(b.affected_max, units(seen.affected_max)) << text;
      ASSERT_EQ(b.seed_min, units(seen.seed_min)) << text;
      ASSERT_EQ(b.seed_max, units(seen.seed_max)) << text;
    }
  }
  // The generator still makes cases worth trying.
  if (given == nullptr) {
    EXPECT_GT(whole, rounds / 2);
    EXPECT_GT(exact, rounds);
  }
}

}  // namespace
}  // namespace lots
