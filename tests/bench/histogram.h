// Latencies in buckets whose width grows with the value: a few KiB, whatever they are.
#pragma once

#include <array>
#include <cstdint>

#include "absl/time/time.h"

namespace lots::bench {

// Tells latencies too high by at most 1.6 %. Made after HdrHistogram, of which Debian has no C or
// C++ edition.
class Histogram {
 public:
  void Add(absl::Duration latency);
  void Add(const Histogram& other);

  int64_t count() const { return count_; }
  // The latency that a share of the calls (0.99) did not exceed. Zero when there were none.
  absl::Duration Percentile(double share) const;

 private:
  // 64 buckets for every doubling; from 1 microsecond to 70 minutes.
  static constexpr int kSubBits = 6;
  static constexpr int kBuckets = (33 - kSubBits) << kSubBits;

  static int BucketOf(int64_t microseconds);
  static int64_t HighestOf(int bucket);

  std::array<int64_t, kBuckets> buckets_ = {};
  int64_t count_ = 0;
};

}  // namespace lots::bench
