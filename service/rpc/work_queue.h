// The bounded queue between gRPC's threads and the database workers.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace lots {

// Work for a worker.
class Job {
 public:
  virtual ~Job() = default;
  // Jobs of one company with the same batch may run together. nullptr: the job runs alone.
  virtual const void* batch() const { return nullptr; }
};

// Companies take turns: a company that sends thousands of requests does not make others wait behind
// all of them. One company cannot fill the whole queue. Thread safe.
class WorkQueue {
 public:
  struct Options {
    int workers;
    int waiting_max;  // of all companies
    int waiting_max_per_company;
    int batch_max;  // jobs done together
  };
  // Runs one job, or several jobs of one company and batch, on a worker.
  using Run = std::function<void(std::vector<Job*> jobs)>;

  WorkQueue(const Options& options, Run run);
  // Runs the waiting jobs, then ends.
  ~WorkQueue();

  // Returns false when the queue, or the company's part of it, is full. Never waits. The job must
  // live until it has run.
  [[nodiscard]] bool Push(const std::string& company, Job& job);

  struct Gauge {
    int waiting;
    int busy;
    int workers;
  };
  Gauge gauge() const;

 private:
  using Jobs = std::deque<Job*>;

  void Work();
  bool HasWorkOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Takes the first job of the company whose turn it is, with the other jobs of its batch.
  std::vector<Job*> Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes the first job and the other jobs of its batch out of `jobs`.
  std::vector<Job*> TakeBatch(Jobs& jobs) const;

  const Options options_;
  const Run run_;

  mutable absl::Mutex mutex_;
  std::map<std::string, Jobs> waiting_ ABSL_GUARDED_BY(mutex_);  // no empty ones
  std::string served_last_ ABSL_GUARDED_BY(mutex_);
  int waiting_count_ ABSL_GUARDED_BY(mutex_) = 0;
  int busy_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::vector<std::thread> workers_;
};

}  // namespace lots
