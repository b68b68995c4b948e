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

// Something for a worker to do.
class Job {
 public:
  virtual ~Job() = default;
  // Jobs of one company that have the same batch may be done together; nullptr: each alone.
  virtual const void* batch() const { return nullptr; }
};

// Companies take turns, so that one that sends thousands of requests does not make the others wait
// behind all of them; nor may one company fill the whole queue. Thread safe.
class WorkQueue {
 public:
  struct Options {
    int workers;
    int waiting_max;  // of all companies
    int waiting_max_per_company;
    int batch_max;  // jobs done together
  };
  // What a worker does: one job, or several of one company and batch.
  using Run = std::function<void(std::vector<Job*> jobs)>;

  WorkQueue(const Options& options, Run run);
  // Runs what still waits, then ends.
  ~WorkQueue();

  // False when the queue, or the company's part of it, is full. Never waits. The job lives until it
  // was run.
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
  // The first job of the company whose turn it is, and those of its batch.
  std::vector<Job*> Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes the first job, and those of its batch, out of `jobs`.
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
