#include "storage/base/quantity.h"

#include <gtest/gtest.h>

#include <limits>

#include "absl/random/random.h"

namespace lots {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

Quantity Of(absl::string_view text) {
  const auto quantity = Quantity::Parse(text);
  EXPECT_TRUE(quantity.ok()) << text << ": " << quantity.status();
  return quantity.value_or(Quantity());
}

TEST(Quantity, TextIsReadExactly) {
  const struct {
    absl::string_view text;
    int64_t micros;
    absl::string_view shortest;
  } cases[] = {
      {"0", 0, "0"},
      {"-0", 0, "0"},
      {"-0.000000", 0, "0"},
      {"12", 12'000'000, "12"},
      {"12.5", 12'500'000, "12.5"},
      {"012.50", 12'500'000, "12.5"},
      {"-3", -3'000'000, "-3"},
      {"0.000001", 1, "0.000001"},
      {"-0.000001", -1, "-0.000001"},
      {"1.10000000000000000000", 1'100'000, "1.1"},
      {"0000000000000000000000000000007", 7'000'000, "7"},
      {"1000000000000", 1'000'000'000'000'000'000, "1000000000000"},
      {"-1000000000000", -1'000'000'000'000'000'000, "-1000000000000"},
      {"999999999999.999999", 999'999'999'999'999'999, "999999999999.999999"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Of(c.text).micros(), c.micros) << c.text;
    EXPECT_EQ(Of(c.text).ToString(), c.shortest) << c.text;
  }
}

TEST(Quantity, OtherTextIsRefusedWithTheReason) {
  const struct {
    absl::string_view text;
    absl::string_view reason;
  } cases[] = {
      {"", "not a decimal number"},          {"-", "not a decimal number"},
      {".", "not a decimal number"},         {".5", "not a decimal number"},
      {"5.", "not a decimal number"},        {"+5", "not a decimal number"},
      {" 5", "not a decimal number"},        {"5 ", "not a decimal number"},
      {"1e3", "not a decimal number"},       {"1.2.3", "not a decimal number"},
      {"--1", "not a decimal number"},       {"1,5", "not a decimal number"},
      {"NaN", "not a decimal number"},       {"0x10", "not a decimal number"},
      {"٣", "not a decimal number"},         {"1.0000001", "more than six decimals"},
      {"1000000000000.000001", "beyond"},    {"1000000000001", "beyond"},
      {"99999999999999999999999", "beyond"}, {"-1000000000001", "beyond"},
  };
  for (const auto& c : cases) {
    const auto quantity = Quantity::Parse(c.text);
    EXPECT_EQ(quantity.status().code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_NE(quantity.status().message().find(c.reason), absl::string_view::npos)
        << c.text << ": " << quantity.status();
  }
}

TEST(Quantity, ATenthThreeTimesIsThreeTenths) {
  EXPECT_EQ(Of("0.1") + Of("0.1") + Of("0.1"), Of("0.3"));
}

TEST(Quantity, FormatShowsTheScaleAndMoreWhereNeeded) {
  const struct {
    absl::string_view text;
    int scale;
    absl::string_view formatted;
  } cases[] = {
      {"12.5", 0, "12.5"},   {"12.5", 1, "12.5"},
      {"12.5", 3, "12.500"}, {"12.5", 6, "12.500000"},
      {"-7", 2, "-7.00"},    {"0.000001", 2, "0.000001"},
      {"0", 0, "0"},         {"100", 0, "100"},
  };
  for (const auto& c : cases) EXPECT_EQ(Of(c.text).Format(c.scale), c.formatted) << c.text;
}

TEST(Quantity, FitsScaleCountsTheDecimals) {
  const struct {
    absl::string_view text;
    int decimals;
  } cases[] = {{"0", 0}, {"10", 0}, {"-2.5", 1}, {"0.25", 2}, {"1.001", 3}, {"0.000001", 6}};
  for (const auto& c : cases) {
    for (int scale = 0; scale <= Quantity::kScaleMax; ++scale) {
      EXPECT_EQ(Of(c.text).FitsScale(scale), scale >= c.decimals) << c.text << " at " << scale;
    }
  }
}

TEST(Quantity, SumsSaturate) {
  const Quantity most = Quantity::FromMicros(kMax);
  const Quantity least = Quantity::FromMicros(kMin);
  const Quantity one = Quantity::FromMicros(1);

  EXPECT_EQ(most + one, most);
  EXPECT_EQ(least - one, least);
  EXPECT_EQ(least + -one, least);
  EXPECT_EQ(most - -one, most);
  EXPECT_EQ(-least, most);
  EXPECT_EQ(most + least, -one);
  EXPECT_GT(most, Quantity::FromUnits(Quantity::kUnitsMax));
}

TEST(Quantity, TheEndsOfTheRangeAreWritten) {
  EXPECT_EQ(Quantity::FromMicros(kMax).ToString(), "9223372036854.775807");
  EXPECT_EQ(Quantity::FromMicros(kMin).ToString(), "-9223372036854.775808");
}

TEST(Quantity, EveryQuantityIsReadAsItWasWritten) {
  absl::BitGen random;
  constexpr int64_t kMicrosMax = Quantity::kUnitsMax * 1'000'000;
  for (int i = 0; i < 10'000; ++i) {
    const Quantity quantity = Quantity::FromMicros(
        absl::LogUniform<int64_t>(random, 0, kMicrosMax) * (absl::Bernoulli(random, 0.5) ? 1 : -1));
    EXPECT_EQ(Of(quantity.ToString()), quantity) << quantity.ToString();
    EXPECT_EQ(Of(quantity.Format(6)), quantity) << quantity.ToString();
  }
}

TEST(Quantity, OrderAndSign) {
  EXPECT_LT(Of("-1"), Of("0"));
  EXPECT_LE(Of("1"), Of("1.0"));
  EXPECT_GT(Of("10"), Of("9.999999"));
  EXPECT_GE(Of("2"), Of("2"));
  EXPECT_NE(Of("2"), Of("2.000001"));
  EXPECT_TRUE(Of("-0.1").IsNegative());
  EXPECT_TRUE(Of("0.1").IsPositive());
  EXPECT_TRUE(Of("0").IsZero());
}

}  // namespace
}  // namespace lots
