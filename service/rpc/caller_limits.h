// Limits of one caller: calls a second, and calls at the same time.
#pragma once

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace lots {

// A token bucket for each caller, as large as one second's calls. Thread safe.
class CallerLimits {
 public:
  struct Options {
    int rate_max;   // calls a second; 0: any
    int calls_max;  // at once
  };
  explicit CallerLimits(Options options) : options_(options) {}
  CallerLimits(const CallerLimits&) = delete;
  CallerLimits& operator=(const CallerLimits&) = delete;

 private:
  struct Account {
    double left;  // of the bucket, at `seen_at`
    absl::Time seen_at;
    int calls = 0;
  };

 public:
  // The slot of one running call among those of its caller. Destroying a CallSlot returns it. The
  // limits outlive it.
  class CallSlot {
   public:
    CallSlot() = default;
    CallSlot(CallSlot&& other) noexcept { *this = std::move(other); }
    CallSlot& operator=(CallSlot&& other) noexcept {
      std::swap(limits_, other.limits_);
      std::swap(account_, other.account_);
      return *this;
    }
    ~CallSlot() {
      if (limits_ != nullptr) limits_->GiveBack(*account_);
    }

   private:
    friend class CallerLimits;
    CallSlot(CallerLimits* limits, Account* account) : limits_(limits), account_(account) {}

    CallerLimits* limits_ = nullptr;
    Account* account_ = nullptr;
  };

  // Refuses CALLER_LIMIT, with the time to wait, when the caller is at one of its limits.
  absl::StatusOr<CallSlot> Take(const std::string& caller, absl::Time now);

 private:
  void GiveBack(Account& account);
  Account& AccountOf(const std::string& caller, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets accounts that are as good as new ones.
  void ForgetIdle(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  absl::Mutex mutex_;
  absl::node_hash_map<std::string, Account> accounts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lots
