// Templates of lot numbers.
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/domain/kinds/counter_reset.h"
#include "storage/numbers/gtin.h"
#include "storage/numbers/number.h"
#include "storage/numbers/template.h"
#include "tests/support/base/random.h"

namespace lots {
namespace {

using absl::CivilDay;

std::string Made(absl::string_view text, CivilDay day, int64_t counter) {
  const absl::StatusOr<NumberTemplate> parsed = NumberTemplate::Parse(text);
  if (!parsed.ok()) return parsed.status().ToString();
  const absl::StatusOr<std::string> number = parsed->Format(day, counter);
  return number.ok() ? *number : number.status().ToString();
}

TEST(NumberTemplate, FillsItsTokens) {
  const struct {
    const char* text;
    CivilDay day;
    int64_t counter;
    const char* number;
  } kCases[] = {
      {"{#}", CivilDay(2026, 1, 2), 7, "7"},
      {"{###}", CivilDay(2026, 1, 2), 0, "000"},
      {"SN-{#####}", CivilDay(2026, 1, 2), 42, "SN-00042"},
      {"B{YYYY}-{MM}-{DD}/{###}", CivilDay(2026, 1, 2), 42, "B2026-01-02/042"},
      {"{YY}{DDD}{##}X", CivilDay(2024, 12, 31), 3, "2436603X"},
      {"{DDD}.{####}", CivilDay(2026, 1, 9), 3, "009.0003"},
      {"{YYYY}{##}", CivilDay(987, 1, 1), 3, "098703"},
      {"{{{##}}}", CivilDay(2026, 1, 2), 3, "{03}"},
      {"{{YYYY}}{##}", CivilDay(2026, 1, 2), 3, "{YYYY}03"},
      {"批-{##}", CivilDay(2026, 1, 2), 3, "批-03"},
      {"62910415{####}{check:mod10}", CivilDay(2026, 1, 2), 21, "6291041500213"},
      {"79927-{#####}{check:luhn}-A", CivilDay(2026, 1, 2), 39871, "79927-398713-A"},
      {"{##################}", CivilDay(2026, 1, 2), 999'999'999'999'999'999, "999999999999999999"},
  };
  for (const auto& [text, day, counter, number] : kCases) {
    EXPECT_EQ(Made(text, day, counter), number) << text;
  }
}

TEST(NumberTemplate, IsoWeeksBringTheirYear) {
  const struct {
    CivilDay day;
    const char* week;
    const char* with_date;
  } kCases[] = {
      // The first and last days of years, on every weekday that matters.
      {CivilDay(2026, 1, 1), "2026W01-1", "20260101W01-1"},
      {CivilDay(2026, 12, 31), "2026W53-1", "20261231W53-1"},
      {CivilDay(2027, 1, 1), "2026W53-1", "20270101W53-1"},
      {CivilDay(2027, 1, 3), "2026W53-1", "20270103W53-1"},
      {CivilDay(2027, 1, 4), "2027W01-1", "20270104W01-1"},
      {CivilDay(2024, 12, 29), "2024W52-1", "20241229W52-1"},
      {CivilDay(2024, 12, 30), "2025W01-1", "20241230W01-1"},
      {CivilDay(2023, 1, 1), "2022W52-1", "20230101W52-1"},
      {CivilDay(2023, 1, 2), "2023W01-1", "20230102W01-1"},
  };
  for (const auto& [day, week, with_date] : kCases) {
    EXPECT_EQ(Made("{YYYY}W{WW}-{#}", day, 1), week);
    EXPECT_EQ(Made("{YYYY}{MM}{DD}W{WW}-{#}", day, 1), with_date);
  }
  EXPECT_EQ(Made("{YY}{WW}{##}", CivilDay(2027, 1, 1), 1), "265301");
  EXPECT_EQ(Made("{YY}{DDD}{WW}{##}", CivilDay(2027, 1, 1), 1), "270015301");
}

TEST(NumberTemplate, SaysWithWhichPeriodsItsNumbersDiffer) {
  constexpr CounterReset kResets[] = {CounterReset::kNever, CounterReset::kYear,
                                      CounterReset::kMonth, CounterReset::kDay};
  const struct {
    const char* text;
    int resets;  // so many of them, from the first
  } kCases[] = {{"A{##}", 1},
                {"{MM}{DD}{##}", 1},
                {"{YYYY}{##}", 2},
                {"{YY}W{WW}{##}", 2},
                {"{YYYY}{DD}{##}", 2},
                {"{YYYY}{MM}{##}", 3},
                {"{YY}{MM}{DD}{##}", 4},
                {"{DDD}{##}{YYYY}", 4}};
  for (const auto& [text, resets] : kCases) {
    const absl::StatusOr<NumberTemplate> parsed = NumberTemplate::Parse(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(parsed->CheckReset(kResets[i]).ok(), i < resets) << text << " " << i;
    }
  }
}

TEST(NumberTemplate, APeriodIsTheOneOfItsYear) {
  const CivilDay day(2027, 1, 3);
  const NumberTemplate dated = NumberTemplate::Parse("{YYYY}{MM}{DD}{#}").value();
  const NumberTemplate week = NumberTemplate::Parse("{YYYY}W{WW}{#}").value();
  EXPECT_EQ(dated.PeriodOf(day, CounterReset::kNever), std::nullopt);
  EXPECT_EQ(dated.PeriodOf(day, CounterReset::kYear), CivilDay(2027, 1, 1));
  EXPECT_EQ(dated.PeriodOf(CivilDay(2027, 2, 28), CounterReset::kMonth), CivilDay(2027, 2, 1));
  EXPECT_EQ(dated.PeriodOf(day, CounterReset::kDay), day);
  // The week belongs to the year before.
  EXPECT_EQ(week.PeriodOf(day, CounterReset::kYear), CivilDay(2026, 1, 1));
}

TEST(NumberTemplate, RefusesAndSaysWhere) {
  const std::string kPrefix = "INVALID_ARGUMENT: number template ";
  const struct {
    const char* text;
    const char* message;
  } kCases[] = {
      {"", "\"\": it needs one counter, such as {#####}"},
      {"SN-{YYYY}", "\"SN-{YYYY}\": it needs one counter, such as {#####}"},
      {"{##}-{##}", "\"{##}-{##}\": a second counter at character 6"},
      {"{###################}",
       "\"{###################}\": a counter of 19 digits (at most 18) at character 1"},
      {"A{yyyy}{##}",
       "\"A{yyyy}{##}\": unknown token {yyyy} (known: {YYYY} {YY} {MM} {DD} {WW} {DDD} {####} "
       "{check:mod10} {check:luhn}) at character 2"},
      {"{}{##}",
       "\"{}{##}\": unknown token {} (known: {YYYY} {YY} {MM} {DD} {WW} {DDD} {####} "
       "{check:mod10} {check:luhn}) at character 1"},
      {"{##}A{", "\"{##}A{\": a { that is not closed (write {{ for a brace) at character 6"},
      {"批{##}}A", "\"批{##}}A\": a single } (write }} for a brace) at character 6"},
      {"{##}}A", "\"{##}}A\": a single } (write }} for a brace) at character 5"},
      {"{check:mod10}{##}",
       "\"{check:mod10}{##}\": a check digit before the counter at character 1"},
      {"{##}{check:mod10}{check:luhn}",
       "\"{##}{check:mod10}{check:luhn}\": a second check digit at character 18"},
      {" A{##}", "\" A{##}\": it begins or ends with a space, or is not in Unicode normal form C"},
      {"o\u0308{##}",
       "\"o\u0308{##}\": it begins or ends with a space, or is not in Unicode normal form C"},
      {"A\n{##}",
       "\"A\n{##}\": the numbers it makes are refused: number: character 2 (U+000A) is a line "
       "break, which a number must not contain"},
      {"12345678901234567890123456789012345678901234567890123456789012{###}",
       "\"12345678901234567890123456789012345678901234567890123456789012{###}\": the numbers it "
       "makes are refused: number: 65 characters; at most 64 are allowed"},
  };
  for (const auto& [text, message] : kCases) {
    EXPECT_EQ(NumberTemplate::Parse(text).status().ToString(), kPrefix + message);
  }
}

TEST(NumberTemplate, CounterThatOutgrowsItsDigitsIsRefused) {
  EXPECT_EQ(NumberTemplate::Parse("{#}")->counter_max(), 9);
  EXPECT_EQ(NumberTemplate::Parse("{##################}")->counter_max(), 999'999'999'999'999'999);
  EXPECT_EQ(Made("A{##}", CivilDay(2026, 1, 2), 99), "A99");
  EXPECT_EQ(Made("A{##}", CivilDay(2026, 1, 2), 100),
            "OUT_OF_RANGE: number template: the counter 100 has outgrown its 2 digits; give the "
            "product a template with more");
  EXPECT_TRUE(
      absl::IsOutOfRange(NumberTemplate::Parse("{##}")
                             ->Format(CivilDay(2026, 1, 2), std::numeric_limits<int64_t>::max())
                             .status()));
}

TEST(NumberTemplate, YearsHaveFourDigits) {
  EXPECT_EQ(Made("{YYYY}{#}", CivilDay(9999, 12, 31), 1), "99991");
  EXPECT_EQ(Made("{YYYY}{#}", CivilDay(10000, 1, 1), 1),
            "INVALID_ARGUMENT: number template: the year 10000 is not within 1 … 9999");
  EXPECT_EQ(Made("{YYYY}{#}", CivilDay(0, 12, 31), 1),
            "INVALID_ARGUMENT: number template: the year 0 is not within 1 … 9999");
}

// Some template; many are refused, and that is part of the test.
std::string AnyTemplate(TestRandom& random) {
  static const std::vector<std::string> kPieces = {
      "{YYYY}",
      "{YY}",
      "{MM}",
      "{DD}",
      "{WW}",
      "{DDD}",
      "{#}",
      "{###}",
      "{######}",
      "{check:mod10}",
      "{check:luhn}",
      "{{",
      "}}",
      "A",
      "-",
      "7",
      "ß",
      " ",
      "{",
      "}",
      "\u0308",
  };
  std::string text;
  for (int64_t i = random.Between(1, 6); i > 0; --i) text += random.Pick(kPieces);
  return text;
}

TEST(NumberTemplate, WhatParsesMakesCleanDistinctNumbersOfOneLength) {
  TestRandom random;
  TRACE_SEED(random);

  int parsed_count = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = AnyTemplate(random);
    const absl::StatusOr<NumberTemplate> parsed = NumberTemplate::Parse(text);
    if (!parsed.ok()) continue;
    ++parsed_count;
    const CivilDay day = CivilDay(1, 1, 1) + random.Between(0, 3'652'058);
    const int64_t last = std::min<int64_t>(parsed->counter_max(), 20);
    std::set<std::string> keys;
    for (int64_t counter = 0; counter <= last; ++counter) {
      const absl::StatusOr<std::string> number = parsed->Format(day, counter);
      ASSERT_TRUE(number.ok()) << text << " " << number.status();
      EXPECT_EQ(*CleanNumber(*number), *number) << text;
      EXPECT_EQ(number->size(), parsed->Format(CivilDay(2026, 1, 1), 1)->size()) << text;
      keys.insert(NumberKey(*number, false));
    }
    EXPECT_EQ(keys.size(), last + 1) << text;
  }
  EXPECT_GT(parsed_count, 500);
}

TEST(NumberTemplate, CheckDigitMakesAValidGtin) {
  const absl::StatusOr<NumberTemplate> parsed =
      NumberTemplate::Parse("9521234{######}{check:mod10}");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  for (int64_t counter = 0; counter < 1'000; ++counter) {
    const std::string number = *parsed->Format(CivilDay(2026, 1, 1), counter);
    EXPECT_TRUE(CleanGtin(number).ok()) << number;
  }
}

}  // namespace
}  // namespace lots
