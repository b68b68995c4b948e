// The queue, its workers, and the turns of companies.
#include "service/rpc/work_queue.h"

#include <utility>

#include "storage/base/check.h"

namespace lots {

WorkQueue::WorkQueue(const Options& options, Run run) : options_(options), run_(std::move(run)) {
  for (int i = 0; i < options.workers; ++i) workers_.emplace_back([this] { Work(); });
}

WorkQueue::~WorkQueue() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& worker : workers_) worker.join();
}

bool WorkQueue::Push(const std::string& company, Job& job) {
  absl::MutexLock lock(&mutex_);
  if (waiting_count_ >= options_.waiting_max) return false;
  Jobs& jobs = waiting_[company];
  if (static_cast<int>(jobs.size()) >= options_.waiting_max_per_company) return false;
  jobs.push_back(&job);
  ++waiting_count_;
  return true;
}

WorkQueue::Gauge WorkQueue::gauge() const {
  absl::MutexLock lock(&mutex_);
  return {.waiting = waiting_count_, .busy = busy_, .workers = options_.workers};
}

void WorkQueue::Work() {
  while (true) {
    std::vector<Job*> jobs;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &WorkQueue::HasWorkOrStops));
      if (waiting_.empty()) return;
      jobs = Take();
      ++busy_;
    }
    run_(std::move(jobs));
    absl::MutexLock lock(&mutex_);
    --busy_;
  }
}

bool WorkQueue::HasWorkOrStops() const { return !waiting_.empty() || stopping_; }

std::vector<Job*> WorkQueue::Take() {
  auto turn = waiting_.upper_bound(served_last_);
  if (turn == waiting_.end()) turn = waiting_.begin();
  Check(turn != waiting_.end());
  std::vector<Job*> taken = TakeBatch(turn->second);
  waiting_count_ -= static_cast<int>(taken.size());
  served_last_ = turn->first;
  if (turn->second.empty()) waiting_.erase(turn);
  return taken;
}

std::vector<Job*> WorkQueue::TakeBatch(Jobs& jobs) const {
  std::vector<Job*> taken = {jobs.front()};
  jobs.pop_front();
  const void* const batch = taken.front()->batch();
  if (batch == nullptr) return taken;
  Jobs left;
  for (Job* const job : jobs) {
    const bool together =
        job->batch() == batch && static_cast<int>(taken.size()) < options_.batch_max;
    if (together) {
      taken.push_back(job);
    } else {
      left.push_back(job);
    }
  }
  jobs = std::move(left);
  return taken;
}

}  // namespace lots
