// How often to tell of what may happen thousands of times a second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace lots {

// Thread safe, and quick.
class LogRateLimiter {
 public:
  // It happened to this one once more. 0: it was told within the last second, and is not told now;
  // else how many times it happened since, this one included. Where more than kKeptMax are there at
  // once, the others are told of as one.
  int64_t Count(absl::string_view whom, absl::Time now);

  static constexpr size_t kKeptMax = 256;

 private:
  struct Told {
    absl::Time at = absl::InfinitePast();
    int64_t untold = 0;
  };

  Told& Of(absl::string_view whom, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Told> told_ ABSL_GUARDED_BY(mutex_);
  Told others_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lots
