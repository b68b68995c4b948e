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

// Companies take turns, so that one that sends thousands of requests does not make the others wait
// behind all of them; nor may one company fill the whole queue. Thread safe.
class WorkQueue {
 public:
  struct Options {
    int workers;
    int waiting_max;  // of all companies
    int waiting_max_per_company;
  };
  explicit WorkQueue(const Options& options);
  // Runs what still waits, then ends.
  ~WorkQueue();

  // False when the queue, or the company's part of it, is full. Never waits.
  [[nodiscard]] bool Push(const std::string& company, std::function<void()> work);

  struct Gauge {
    int waiting;
    int busy;
    int workers;
  };
  Gauge gauge() const;

 private:
  using Waiting = std::map<std::string, std::deque<std::function<void()>>, std::less<>>;

  void Work();
  bool HasWorkOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // The next work of the company whose turn it is.
  std::function<void()> Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;

  mutable absl::Mutex mutex_;
  Waiting waiting_ ABSL_GUARDED_BY(mutex_);  // no empty deques
  std::string served_last_ ABSL_GUARDED_BY(mutex_);
  int waiting_count_ ABSL_GUARDED_BY(mutex_) = 0;
  int busy_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::vector<std::thread> workers_;
};

}  // namespace lots
