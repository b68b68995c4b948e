// A cache of verified tokens; the least recently used one goes first.
#include "service/identity/token_cache.h"

#include <utility>

namespace lots {

std::shared_ptr<const Caller> TokenCache::Find(const std::string& digest, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const auto place = places_.find(digest);
  if (place == places_.end()) return nullptr;
  const auto entry = place->second;
  if (now >= entry->until) {
    places_.erase(place);
    entries_.erase(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->caller;
}

void TokenCache::Put(const std::string& digest, std::shared_ptr<const Caller> caller,
                     absl::Time until) {
  absl::MutexLock lock(&mutex_);
  // Two calls may verify one token at the same time.
  if (places_.contains(digest)) return;
  if (entries_.size() >= tokens_max_) {
    places_.erase(entries_.back().digest);
    entries_.pop_back();
  }
  entries_.push_front({digest, std::move(caller), until});
  places_[digest] = entries_.begin();
}

void TokenCache::Clear() {
  absl::MutexLock lock(&mutex_);
  places_.clear();
  entries_.clear();
}

}  // namespace lots
