// Fisher's exact test: how likely it is that failed units share something by accident.
#pragma once

#include <vector>

namespace lots {

// Compares how many of `failed` units have something with how many of `sound` units have the same.
class FisherTest {
 public:
  FisherTest(int failed, int sound);

  // P(X ≥ failed_count) of the hypergeometric distribution (the one-sided test). When
  // failed_count + sound_count units that have something are drawn at random, P is the probability
  // that at least failed_count of them are failed units. 0 to 1; 0 if too small for a double.
  double PValue(int failed_count, int sound_count) const;

  // The odds ratio with Haldane and Anscombe's correction: each of the four counts is half a unit
  // larger, so that the ratio is always finite and positive.
  double OddsRatio(int failed_count, int sound_count) const;

 private:
  double LogChoose(int n, int k) const;

  const int failed_;
  const int sound_;
  std::vector<double> log_factorials_;
};

}  // namespace lots
