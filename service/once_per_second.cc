#include "service/once_per_second.h"

#include <cstdlib>

namespace lots {
namespace {

constexpr int64_t kSecondMicros = 1'000'000;

}  // namespace

int64_t OncePerSecond::Happened(absl::Time now) {
  ++untold_;
  const int64_t micros = absl::ToUnixMicros(now);
  int64_t told_at = told_at_micros_;
  // A clock that was set back by more tells at once.
  if (std::abs(micros - told_at) < kSecondMicros) return 0;
  // One of those that find the second over at the same moment.
  if (!told_at_micros_.compare_exchange_strong(told_at, micros)) return 0;
  return untold_.exchange(0);
}

}  // namespace lots
