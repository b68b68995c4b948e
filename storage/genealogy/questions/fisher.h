// How unlikely it is that failed units share something by accident: pure arithmetic.
#pragma once

#include <vector>

namespace lots {

// Compares how many of `failed` units have something with how many of `sound` units have it.
class FisherTest {
 public:
  FisherTest(int failed, int sound);

  // P(X ≥ failed_count) of the hypergeometric distribution, Fisher's one-sided exact test: of
  // failed_count + sound_count units that have it, so many or more are among the failed ones when
  // they are drawn at random. 0 to 1; one too small for a double is 0.
  double PValue(int failed_count, int sound_count) const;

  // The odds ratio with Haldane and Anscombe's correction: a half is added to each of the four
  // counts, so that it is finite and positive for all of them.
  double OddsRatio(int failed_count, int sound_count) const;

 private:
  double LogChoose(int n, int k) const;

  const int failed_;
  const int sound_;
  std::vector<double> log_factorials_;
};

}  // namespace lots
