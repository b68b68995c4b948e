#include "service/observe/log_rate_limiter.h"

#include <utility>

namespace lots {
namespace {

// A clock that was set back by more tells at once.
bool IsRecent(absl::Time at, absl::Time now) {
  return absl::AbsDuration(now - at) < absl::Seconds(1);
}

}  // namespace

int64_t LogRateLimiter::Count(absl::string_view whom, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Told& told = Of(whom, now);
  ++told.untold;
  if (IsRecent(told.at, now)) return 0;
  told.at = now;
  return std::exchange(told.untold, 0);
}

LogRateLimiter::Told& LogRateLimiter::Of(absl::string_view whom, absl::Time now) {
  const auto found = told_.find(whom);
  if (found != told_.end()) return found->second;
  if (told_.size() >= kKeptMax) {
    // With what happened to them in the last second and was not told: the metrics count it.
    absl::erase_if(told_, [now](const auto& one) { return !IsRecent(one.second.at, now); });
  }
  return told_.size() < kKeptMax ? told_[whom] : others_;
}

}  // namespace lots
