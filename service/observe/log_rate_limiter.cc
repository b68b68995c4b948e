// Counts events for each key between two log lines.
#include "service/observe/log_rate_limiter.h"

#include <utility>

#include "service/base/server_limits.h"

namespace lots {
namespace {

// A clock that was set back by more than that does not silence the log.
bool IsRecent(absl::Time at, absl::Time now) {
  return absl::AbsDuration(now - at) < absl::Seconds(1);
}

}  // namespace

int64_t LogRateLimiter::Count(absl::string_view key, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Logged& logged = Of(key, now);
  ++logged.pending;
  if (IsRecent(logged.at, now)) return 0;
  logged.at = now;
  return std::exchange(logged.pending, 0);
}

LogRateLimiter::Logged& LogRateLimiter::Of(absl::string_view key, absl::Time now) {
  const auto found = logged_.find(key);
  if (found != logged_.end()) return found->second;
  if (logged_.size() >= kLogKeysMax) {
    // Their events of the last second get no line; the metrics count them.
    absl::erase_if(logged_, [now](const auto& one) { return !IsRecent(one.second.at, now); });
  }
  return logged_.size() < kLogKeysMax ? logged_[key] : others_;
}

}  // namespace lots
