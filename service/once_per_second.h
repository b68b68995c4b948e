// How often to tell of what may happen thousands of times a second.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"

namespace lots {

// Thread safe, and never waits.
class OncePerSecond {
 public:
  // It happened once more. 0: it was told within the last second, and is not told now; else how
  // many times it happened since, this one included.
  int64_t Happened(absl::Time now);

 private:
  std::atomic<int64_t> told_at_micros_ = INT64_MIN / 2;
  std::atomic<int64_t> untold_ = 0;
};

}  // namespace lots
