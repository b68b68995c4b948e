// Files that are read again when they change, without a restart.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/base/periodic.h"
#include "service/observe/log.h"
#include "service/observe/metrics/security_metrics.h"

namespace lots {

// While a file is broken, its earlier contents stay in use, and the metric lots_reload_failed and a
// log line report the file. Thread safe.
class Reloads {
 public:
  Reloads(const SecurityMetrics& metrics, Log& log) : metrics_(metrics), log_(log) {}

  // `name` is for metrics and log; `load` reads the files `paths`. Call Add before LoadAll.
  void Add(absl::string_view name, std::vector<std::string> paths,
           std::function<absl::Status()> load);

  // Loads everything for the first time. Returns the first failure.
  absl::Status LoadAll();
  // Loads changed files every `period` from now on.
  void Watch(absl::Duration period);
  void StopWatching() { watching_.reset(); }
  // Loads everything, changed or not: on SIGHUP.
  void ReloadAll();

 private:
  struct Source {
    std::string name;
    std::vector<std::string> paths;
    std::function<absl::Status()> load;
    std::string seen = {};  // size and time of the files when they were loaded
  };

  void ReloadChanged();
  absl::Status Load(Source& source) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SecurityMetrics& metrics_;
  Log& log_;
  absl::Mutex mutex_;
  std::vector<Source> sources_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Periodic> watching_;
};

}  // namespace lots
