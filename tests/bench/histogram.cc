// Counts latencies in buckets.
#include "tests/bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace lots::bench {

void Histogram::Add(absl::Duration latency) {
  ++buckets_[BucketOf(absl::ToInt64Microseconds(latency))];
  ++count_;
}

void Histogram::Add(const Histogram& other) {
  for (int i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
}

absl::Duration Histogram::Percentile(double share) const {
  const auto wanted = static_cast<int64_t>(std::ceil(share * static_cast<double>(count_)));
  int64_t seen = 0;
  for (int bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[bucket];
    if (seen > 0 && seen >= wanted) return absl::Microseconds(HighestOf(bucket));
  }
  return absl::ZeroDuration();
}

// The lowest 64 values have a bucket each; above, the six bits after the leading one choose it.
int Histogram::BucketOf(int64_t microseconds) {
  const auto value = static_cast<uint64_t>(std::max<int64_t>(microseconds, 0));
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kSubBits - 1);
  const int bucket = (shift << kSubBits) + static_cast<int>(value >> shift);
  return std::min(bucket, kBuckets - 1);
}

int64_t Histogram::HighestOf(int bucket) {
  const int shift = std::max(0, (bucket >> kSubBits) - 1);
  const int64_t within = bucket - (shift << kSubBits);
  return ((within + 1) << shift) - 1;
}

}  // namespace lots::bench
