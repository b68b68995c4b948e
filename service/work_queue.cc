#include "service/work_queue.h"

#include <utility>

#include "storage/base/check.h"

namespace lots {

WorkQueue::WorkQueue(const Options& options) : options_(options) {
  for (int i = 0; i < options.workers; ++i) workers_.emplace_back([this] { Work(); });
}

WorkQueue::~WorkQueue() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& worker : workers_) worker.join();
}

bool WorkQueue::Push(const std::string& company, std::function<void()> work) {
  absl::MutexLock lock(&mutex_);
  if (waiting_count_ >= options_.waiting_max) return false;
  const auto its = waiting_.find(company);
  if (its != waiting_.end() &&
      static_cast<int>(its->second.size()) >= options_.waiting_max_per_company) {
    return false;
  }
  waiting_[company].push_back(std::move(work));
  ++waiting_count_;
  return true;
}

WorkQueue::Gauge WorkQueue::gauge() const {
  absl::MutexLock lock(&mutex_);
  return {.waiting = waiting_count_, .busy = busy_, .workers = options_.workers};
}

void WorkQueue::Work() {
  while (true) {
    std::function<void()> work;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &WorkQueue::HasWorkOrStops));
      if (waiting_.empty()) return;
      work = Take();
      ++busy_;
    }
    work();
    absl::MutexLock lock(&mutex_);
    --busy_;
  }
}

bool WorkQueue::HasWorkOrStops() const { return !waiting_.empty() || stopping_; }

std::function<void()> WorkQueue::Take() {
  auto turn = waiting_.upper_bound(served_last_);
  if (turn == waiting_.end()) turn = waiting_.begin();
  Check(turn != waiting_.end());
  std::function<void()> work = std::move(turn->second.front());
  turn->second.pop_front();
  --waiting_count_;
  served_last_ = turn->first;
  if (turn->second.empty()) waiting_.erase(turn);
  return work;
}

}  // namespace lots
