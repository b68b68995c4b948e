// Limits the log lines of events that may happen thousands of times a second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/base/server_limits.h"

namespace lots {

// Thread safe.
class LogRateLimiter {
 public:
  // Counts one event of `key`. Returns 0 if a line was logged for the key within the last second:
  // do not log. Else returns the events since that line, this one included: log one line. When
  // there are more than kLogKeysMax keys at once, the further keys share one count.
  int64_t Count(absl::string_view key, absl::Time now);

 private:
  struct Logged {
    absl::Time at = absl::InfinitePast();
    int64_t pending = 0;
  };

  Logged& Of(absl::string_view key, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Logged> logged_ ABSL_GUARDED_BY(mutex_);
  Logged others_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lots
