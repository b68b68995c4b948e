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
  // 20 were made; what went to the other lot and came back counts once.
  EXPECT_EQ(Bound(tank, 1), "40: 1–40, 2–2");
  EXPECT_EQ(Bound(tank, 2), "40: 0–40, 0–2");
}

struct Row {
  const char* name;
  BoundsCase with;
  std::vector<std::string> bounds;  // by lot
};

void ExpectBounds(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    for (size_t lot = 0; lot < row.bounds.size(); ++lot) {
      EXPECT_EQ(Bound(row.with, static_cast<int>(lot)), row.bounds[lot]) << "lot " << lot;
    }
  }
}

TEST(TraceBounds, WhatIsReworkedOrLeftOverCountsOnce) {
  ExpectBounds({
      {"100 are reworked in place, then used",
       {.totals = {200, 60, 40, 100},
        .seeds = {0},
        .steps = {{kMake, {{0, 100}}, {{0, 100}}},
                  {kMerge, {{0, 60}}, {{1, 60}}},
                  {kMerge, {{0, 40}}, {{2, 40}}},
                  {kMerge, {{1, 60}, {2, 40}}, {{3, 100}}}}},
       {"100: 100–100, 100–100", "60: 60–60, 60–60", "40: 40–40, 40–40", "100: 100–100, 100–100"}},
      {"something bad gets in at the rework",
       {.totals = {5, 200, 30},
        .seeds = {0},
        .steps = {{kMake, {{1, 100, 1}, {0, 5, 1}}, {{1, 100}}}, {kMerge, {{1, 30}}, {{2, 30}}}}},
       {"5: 5–5, 5–5", "100: 1–100, 5–5", "30: 0–30, 0–5"}},
      {"3 of 10 are left over",
       {.totals = {100, 12}, .seeds = {0}, .steps = {{kMake, {{0, 10}}, {{1, 12}}, {{0, 3}}}}},
       {"100: 100–100, 100–100", "12: 1–12, 7–7"}},
      {"3 are left over of 6 for one output and 4 for both",
       {.totals = {100, 5, 5},
        .seeds = {0},
        .steps = {{kMake, {{0, 6, 1}, {0, 4}}, {{1, 5}, {2, 5}}, {{0, 3}}}}},
       {"100: 100–100, 100–100", "5: 1–5, 3–10", "5: 0–5, 0–4"}},
      {"what is left over is used after all",
       {.totals = {100, 12, 93},
        .seeds = {0},
        .steps = {{kMake, {{0, 10}}, {{1, 12}}, {{0, 3}}}, {kMerge, {{0, 93}}, {{2, 93}}}}},
       {"100: 100–100, 100–100", "12: 1–12, 7–7", "93: 93–93, 93–93"}},
  });
}

TEST(TraceBounds, WhatIsSplitOffAndMergedBackCountsOnce) {
  ExpectBounds({
      {"4 of 10 are split off and merged back",
       {.totals = {14, 4},
        .seeds = {0},
        .steps = {{kSplit, {{0, 4, 1}}, {{1, 4}}}, {kMerge, {{1, 4}}, {{0, 4}}}}},
       {"10: 10–10, 10–10", "4: 4–4, 4–4"}},
      // Perhaps the same 4 went twice.
      {"that happens twice",
       {.totals = {18, 8, 8},
        .seeds = {0},
        .steps = {{kSplit, {{0, 4, 1}}, {{1, 4}}},
                  {kMerge, {{1, 4}}, {{0, 4}}},
                  {kSplit, {{0, 4, 1}}, {{1, 4}}},
                  {kMerge, {{1, 4}}, {{0, 4}}},
                  {kMerge, {{0, 8}}, {{2, 8}}}}},
       {"10: 10–10, 10–10", "8: 8–8, 4–8", "8: 8–8, 8–8"}},
      // 9 of the 10 have 2 or 3 of the bad ones, as they would without the split.
      {"3 of the 10 are bad",
       {.totals = {3, 14, 4, 9},
        .seeds = {0},
        .steps = {{kMerge, {{0, 3}}, {{1, 3}}},
                  {kSplit, {{1, 4, 2}}, {{2, 4}}},
                  {kMerge, {{2, 4}}, {{1, 4}}},
                  {kMerge, {{1, 9}}, {{3, 9}}}}},
       {"3: 3–3, 3–3", "10: 3–3, 3–3", "4: 0–3, 0–3", "9: 2–3, 2–3"}},
      {"only 3 of the 4 come back",
       {.totals = {3, 13, 4, 5},
        .seeds = {0},
        .steps = {{kMerge, {{0, 3}}, {{1, 3}}},
                  {kSplit, {{1, 4, 2}}, {{2, 4}}},
                  {kMerge, {{2, 3}}, {{1, 3}}},
                  {kMerge, {{1, 5}}, {{3, 5}}}}},
       {"3: 3–3, 3–3", "10: 3–3, 3–3", "4: 0–3, 0–3", "5: 0–3, 0–3"}},
      // 6 were there before, and 9 came with the merge: 15 in all.
      {"something else is merged with what comes back",
       {.totals = {3, 19, 4, 9},
        .seeds = {0},
        .steps = {{kMerge, {{0, 3}}, {{1, 3}}},
                  {kSplit, {{1, 4, 2}}, {{2, 4}}},
                  {kMerge, {{2, 4}, {3, 9}}, {{1, 13}}}}},
       {"3: 3–3, 3–3", "15: 3–3, 3–3", "4: 0–3, 0–3", "9: 0–0, 0–0"}},
  });
}

// A unit has what came out of it no more, and may have had it.
TEST(TraceBounds, AFormerLinkSaysThatNothingIsCertain) {
  BoundsCase c{
      .totals = {1, 1}, .serials = {0, 1}, .seeds = {0}, .steps = {{kMake, {{0, 1, 1}}, {{1, 1}}}}};
  c.former_inputs = true;
  EXPECT_EQ(Bound(c, 1), "1: 0–1, 0–1");
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

// Every lot is reworked, and each gives some back to the one before: one component of all lots.
TEST(TraceComponents, ACycleOfAHundredThousandCountsItsGoodsOnce) {
  BoundsCase c{.totals = {1, 2}, .seeds = {0}, .steps = {{kMerge, {{0, 1}}, {{1, 1}}}}};
  for (int lot = 2; lot < 100'000; ++lot) {
    c.totals.push_back(1);
    c.steps.push_back({kMerge, {{lot - 1, 1}}, {{lot, 1}}});
  }
  c.steps.push_back({kMerge, {{99'999, 1}}, {{1, 1}}});
  EXPECT_EQ(Bound(c, 1), "1: 1–1, 1–1");
  EXPECT_EQ(Bound(c, 99'999), "1: 0–1, 0–1");
}

TEST(TraceComponents, AChainOfAHundredThousandDoesNotOverflowTheStack) {
  BoundsCase c{.totals = {1}, .seeds = {0}};
  for (int lot = 1; lot < 100'000; ++lot) {
    c.totals.push_back(1);
    c.steps.push_back({kMerge, {{lot - 1, 1}}, {{lot, 1}}});
  }
  EXPECT_EQ(Bound(c, 99'999), "1: 1–1, 1–1");
}

// Prints the seed; LOTS_TEST_SEED repeats one case.
template <class Try>
void TryRandomCases(int count, Cycles cycles, Try try_case) {
  const char* given = std::getenv("LOTS_TEST_SEED");
  const uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const uint64_t last = given != nullptr ? first : first + static_cast<uint64_t>(count) - 1;
  for (uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE(absl::StrCat("LOTS_TEST_SEED=", seed));
    const BoundsCase c = RandomCase(seed, cycles);
    const auto observed = ObserveAll(c);
    if (!observed.has_value()) continue;
    const std::vector<TraceBounds> bounds = BoundsOf(c);
    for (size_t lot = 0; lot < c.totals.size(); ++lot) {
      try_case(c, lot, bounds[lot], (*observed)[lot]);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

Quantity Units(int64_t count) { return Quantity::FromUnits(count); }

// No allocation exceeds the bounds. All of a seed is affected, whatever was there before.
void ExpectSound(const TraceBounds& b, const Observed& seen, bool is_seed,
                 const std::string& text) {
  ASSERT_GE(b.total, Units(seen.goods_max)) << text;
  ASSERT_GE(b.total - b.affected_min, Units(seen.unaffected_max)) << text;
  ASSERT_GE(b.affected_max, Units(seen.affected_max)) << text;
  if (!is_seed) {
    ASSERT_LE(b.seed_min, Units(seen.seed_min)) << text;
  }
  ASSERT_GE(b.seed_max, Units(seen.seed_max)) << text;
}

// Every bound holds for every allocation, and is met by one where one path leads to the lot.
TEST(TraceBounds, RandomTreesAgainstEveryAllocation) {
  const int rounds = 10'000;
  int tried = 0;
  int exact = 0;
  std::vector<int> paths;
  TryRandomCases(rounds, Cycles::kNone,
                 [&](const BoundsCase& c, size_t lot, const TraceBounds& b, const Observed& seen) {
                   if (lot == 0) paths = PathsOf(c);
                   if (paths[lot] == 0) return;
                   ++tried;
                   const std::string text =
                       absl::StrCat("lot ", lot, " ", TextOf(b), "\n", c.Text());
                   ExpectSound(b, seen, c.seeds.count(static_cast<int>(lot)) > 0, text);
                   if (paths[lot] != 1) return;
                   ++exact;
                   ASSERT_EQ(b.total, Units(seen.goods_max)) << text;
                   ASSERT_EQ(b.total - b.affected_min, Units(seen.unaffected_max)) << text;
                   ASSERT_EQ(b.affected_max, Units(seen.affected_max)) << text;
                   ASSERT_EQ(b.seed_min, Units(seen.seed_min)) << text;
                   ASSERT_EQ(b.seed_max, Units(seen.seed_max)) << text;
                 });
  // The generator still makes cases worth trying.
  if (std::getenv("LOTS_TEST_SEED") != nullptr) return;
  EXPECT_GT(tried, rounds);
  EXPECT_GT(exact, rounds);
}

TEST(TraceBounds, RandomGraphsWithCyclesAgainstEveryAllocation) {
  const int rounds = 5'000;
  int on_cycles = 0;
  std::vector<std::vector<bool>> cycles;
  TryRandomCases(rounds, Cycles::kAllowed,
                 [&](const BoundsCase& c, size_t lot, const TraceBounds& b, const Observed& seen) {
                   if (lot == 0) cycles = CyclesOf(c);
                   const bool reached = PathsOf(c)[lot] > 0;
                   if (!reached) return;
                   on_cycles += cycles[lot][lot] ? 1 : 0;
                   ExpectSound(b, seen, c.seeds.count(static_cast<int>(lot)) > 0,
                               absl::StrCat("lot ", lot, " ", TextOf(b), "\n", c.Text()));
                 });
  if (std::getenv("LOTS_TEST_SEED") == nullptr) {
    EXPECT_GT(on_cycles, rounds / 4);
  }
}

}  // namespace
}  // namespace lots
