// Remembers verified tokens, so that not every call checks a signature.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/identity/caller.h"

namespace lots {

// Keeps SHA-256 digests, not tokens. Forgets the least recently used one first. Thread safe.
class TokenCache {
 public:
  explicit TokenCache(size_t tokens_max) : tokens_max_(tokens_max) {}

  // Null when the token is unknown or was forgotten.
  std::shared_ptr<const Caller> Find(const std::string& digest, absl::Time now);
  void Put(const std::string& digest, std::shared_ptr<const Caller> caller, absl::Time until);
  void Clear();

 private:
  struct Entry {
    std::string digest;
    std::shared_ptr<const Caller> caller;
    absl::Time until;
  };

  const size_t tokens_max_;
  absl::Mutex mutex_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // the most recently used first
  absl::flat_hash_map<std::string, std::list<Entry>::iterator> places_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lots
