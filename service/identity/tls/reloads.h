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

// How soon a changed file counts. Reading a few small files costs microseconds.
inline constexpr absl::Duration kReloadPeriod = absl::Seconds(2);

// When a file is broken, what it said before goes on; the metric lots_reload_failed and a line in
// the log say so until it is mended. Thread safe.
class Reloads {
 public:
  Reloads(const SecurityMetrics& metrics, Log& log) : metrics_(metrics), log_(log) {}

  // `name` is for metrics and log; `load` reads the files `paths`. All before LoadAll.
  void Add(absl::string_view name, std::vector<std::string> paths,
           std::function<absl::Status()> load);

  // Everything, the first time. The first failure ends it.
  absl::Status LoadAll();
  // From now on.
  void Watch(absl::Duration period);
  void StopWatching() { watching_.reset(); }
  // Everything, whether it changed or not: on SIGHUP.
  void ReloadAll();

 private:
  struct Source {
    std::string name;
    std::vector<std::string> paths;
    std::function<absl::Status()> load;
    std::string seen = {};  // what the files were like when they were loaded
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
