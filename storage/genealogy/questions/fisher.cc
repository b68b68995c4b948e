// The hypergeometric distribution, summed from logarithms of factorials.
#include "storage/genealogy/questions/fisher.h"

#include <algorithm>
#include <cmath>

#include "storage/base/check.h"

namespace lots {

FisherTest::FisherTest(int failed, int sound)
    : failed_(failed), sound_(sound), log_factorials_(failed + sound + 1) {
  Check(failed >= 0 && sound >= 0);
  // The errors of a running sum of logarithms would add up; lgamma's do not.
  for (int n = 0; n <= failed + sound; ++n) log_factorials_[n] = std::lgamma(n + 1.0);
}

double FisherTest::LogChoose(int n, int k) const {
  return log_factorials_[n] - log_factorials_[k] - log_factorials_[n - k];
}

double FisherTest::PValue(int failed_count, int sound_count) const {
  const int have = failed_count + sound_count;
  Check(failed_count >= 0 && failed_count <= failed_ && sound_count >= 0 && sound_count <= sound_);
  // Every draw has at least this many failed units.
  if (failed_count <= have - sound_) return 1;
  const double log_all = LogChoose(failed_ + sound_, have);
  double sum = 0;
  // Starts at the unlikely end, so that small terms are not lost in large ones.
  for (int x = std::min(failed_, have); x >= failed_count; --x) {
    sum += std::exp(LogChoose(failed_, x) + LogChoose(sound_, have - x) - log_all);
  }
  return std::min(sum, 1.0);
}

double FisherTest::OddsRatio(int failed_count, int sound_count) const {
  const double a = failed_count + 0.5, b = sound_count + 0.5;
  return a * (sound_ - sound_count + 0.5) / (b * (failed_ - failed_count + 0.5));
}

}  // namespace lots
