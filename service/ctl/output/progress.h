// A progress bar on standard error for whatever takes longer than a second.
#pragma once

#include <cstdint>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/ctl/output/terminal.h"

namespace lots::ctl {

// Progress draws itself from a thread of its own, so that one long call shows it too, and only when
// standard error is a terminal. Thread safe.
class Progress {
 public:
  explicit Progress(const Terminal& terminal);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // What goes on, and how much there is of it; 0: not known.
  void Start(std::string what, int64_t total);
  void Advance(int64_t count);
  // Takes the bar off the screen, so that other lines can be written; the next Start or Resume
  // shows it again.
  void Stop();
  // Goes on where Stop left off.
  void Resume();

  // The bar as text: "importing  ████░░░░ 12/30  3 s"; without a total a block that runs to and
  // fro.
  static std::string Draw(const std::string& what, int64_t done, int64_t total,
                          absl::Duration elapsed);

 private:
  void Run();
  void Erase() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Terminal terminal_;
  absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  bool shown_ ABSL_GUARDED_BY(mutex_) = false;
  std::string what_ ABSL_GUARDED_BY(mutex_);
  int64_t done_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t total_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time started_at_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses the rest
};

}  // namespace lots::ctl
