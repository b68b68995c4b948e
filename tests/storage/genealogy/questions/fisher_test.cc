// Fisher's exact test against exact values.
#include "storage/genealogy/questions/fisher.h"

#include <gtest/gtest.h>

namespace lots {
namespace {

// The expected values are exact, by Python:
//   from fractions import Fraction; from math import comb
//   def p(a, A, b, B):
//     K = a + b
//     return float(Fraction(sum(comb(A, x) * comb(B, K - x) for x in range(a, min(A, K) + 1)
//                               if K - x <= B), comb(A + B, K)))
//   def odds(a, A, b, B):
//     h = Fraction(1, 2); return float((a + h) * (B - b + h) / ((b + h) * (A - a + h)))
TEST(FisherTest, KnownValues) {
  const struct {
    int failed_count, failed, sound_count, sound;
    double p_value, odds_ratio;
  } kCases[] = {
      {3, 4, 1, 4, 17.0 / 70, 5.444444444444445},  // the lady who tasted tea
      {4, 4, 0, 4, 1.0 / 70, 81},
      {0, 4, 0, 4, 1, 1},
      {4, 4, 4, 4, 1, 1},
      {8, 10, 1, 6, 7.0 / 286, 12.466666666666667},
      {1, 1, 0, 0, 1, 3},
      {5, 5, 0, 0, 1, 11},
      {0, 5, 3, 3, 1, 0.012987012987012988},
      {20, 1000, 5, 2000, 2.0563168880658746e-06, 7.585693755505076},
      {30, 1000, 10, 2000, 6.901094556345265e-08, 5.9576801354235664},
      {500, 1000, 1000, 2000, 0.5154464622064097, 1},
      {1000, 1000, 1999, 2000, 2.0 / 3, 1.5011252813203302},
      {1, 1000, 0, 2000, 1.0 / 3, 6.004502251125563},
      {100, 1000, 0, 2000, 6.13316663220899e-50, 446.5302609661299},
      {2, 1000, 1900, 2000, 1, 0.0001324006530711616},
  };
  for (const auto& c : kCases) {
    const FisherTest test(c.failed, c.sound);
    const double p_value = test.PValue(c.failed_count, c.sound_count);
    SCOPED_TRACE(testing::Message() << c.failed_count << "/" << c.failed << " against "
                                    << c.sound_count << "/" << c.sound);
    EXPECT_NEAR(p_value / c.p_value, 1, 1e-9);
    EXPECT_LE(p_value, 1);
    EXPECT_NEAR(test.OddsRatio(c.failed_count, c.sound_count) / c.odds_ratio, 1, 1e-12);
  }
}

TEST(FisherTest, TooSmallForADoubleIsZero) {
  EXPECT_EQ(FisherTest(1000, 2000).PValue(1000, 0), 0);  // 1 / C(3000, 1000), about 10^-828
}

TEST(FisherTest, MoreFailedOnesAreLessLikely) {
  const FisherTest test(1000, 2000);
  for (int failed = 1; failed <= 1000; ++failed) {
    ASSERT_LE(test.PValue(failed, 100), test.PValue(failed - 1, 100) * (1 + 1e-9)) << failed;
  }
}

}  // namespace
}  // namespace lots
