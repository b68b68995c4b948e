// A token bucket and a count of running calls for each caller.
#include "service/rpc/caller_limits.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "service/base/server_limits.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"

namespace lots {
namespace {

// The bucket of a caller that made no call for so long is full.
constexpr absl::Duration kFullAfter = absl::Seconds(1);
// A usual call ends within this time and then frees a slot.
constexpr absl::Duration kCallTime = absl::Milliseconds(100);

absl::Status TooMuch(const std::string& limit, absl::Duration retry_after) {
  const int64_t millis = std::max<int64_t>(
      1, absl::ToInt64Milliseconds(absl::Ceil(retry_after, absl::Milliseconds(1))));
  return Refuse({Reason::kCallerLimit,
                 "",
                 absl::StrCat("this caller has reached its limit of ", limit,
                              ": wait as RetryInfo says and repeat"),
                 {{"limit", limit}, {"retry_ms", absl::StrCat(millis)}}});
}

}  // namespace

absl::StatusOr<CallerLimits::CallSlot> CallerLimits::Take(const std::string& caller,
                                                          absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Account& account = AccountOf(caller, now);
  if (account.calls >= options_.calls_max) {
    return TooMuch(absl::StrCat(options_.calls_max, " calls at once"), kCallTime);
  }
  if (options_.rate_max > 0) {
    const double filled = absl::ToDoubleSeconds(now - account.seen_at) * options_.rate_max;
    account.left = std::min<double>(options_.rate_max, account.left + std::max(0.0, filled));
    account.seen_at = std::max(account.seen_at, now);
    if (account.left < 1) {
      return TooMuch(absl::StrCat(options_.rate_max, " calls a second"),
                     absl::Seconds((1 - account.left) / options_.rate_max));
    }
    --account.left;
  }
  ++account.calls;
  return CallSlot(this, &account);
}

void CallerLimits::GiveBack(Account& account) {
  absl::MutexLock lock(&mutex_);
  --account.calls;
}

CallerLimits::Account& CallerLimits::AccountOf(const std::string& caller, absl::Time now) {
  const auto found = accounts_.find(caller);
  if (found != accounts_.end()) return found->second;
  if (accounts_.size() >= kCallersCountedMax) ForgetIdle(now);
  const Account full{.left = static_cast<double>(options_.rate_max), .seen_at = now};
  return accounts_.emplace(caller, full).first->second;
}

void CallerLimits::ForgetIdle(absl::Time now) {
  for (auto account = accounts_.begin(); account != accounts_.end();) {
    const auto next = std::next(account);
    if (account->second.calls == 0 && now - account->second.seen_at >= kFullAfter) {
      accounts_.erase(account);
    }
    account = next;
  }
}

}  // namespace lots
