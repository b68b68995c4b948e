// Draws the progress bar, from a thread of its own.
#include "service/ctl/output/progress.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace lots::ctl {
namespace {

// What ends within a second needs no bar; a terminal shows five pictures a second without flicker,
// and the bar with its figures fits into 80 columns.
constexpr absl::Duration kShownAfter = absl::Seconds(1);
constexpr absl::Duration kDrawnEvery = absl::Milliseconds(200);
constexpr int kBarColumns = 24;
constexpr int kRunnerColumns = 4;
constexpr char kEraseLine[] = "\r\x1b[K";

// The block that runs to and fro stands at this column after so many pictures.
int RunnerAt(int64_t picture) {
  const int64_t way = kBarColumns - kRunnerColumns;
  const int64_t at = picture % (2 * way);
  return static_cast<int>(at < way ? at : 2 * way - at);
}

}  // namespace

Progress::Progress(const Terminal& terminal) : terminal_(terminal) {
  if (terminal_.err_is_terminal) thread_ = std::thread([this] { Run(); });
}

Progress::~Progress() {
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    Erase();
  }
  if (thread_.joinable()) thread_.join();
}

void Progress::Start(std::string what, int64_t total) {
  absl::MutexLock lock(&mutex_);
  what_ = std::move(what);
  total_ = total;
  done_ = 0;
  running_ = true;
  started_at_ = absl::Now();
}

void Progress::Advance(int64_t count) {
  absl::MutexLock lock(&mutex_);
  done_ += count;
}

void Progress::Stop() {
  absl::MutexLock lock(&mutex_);
  running_ = false;
  Erase();
}

void Progress::Resume() {
  absl::MutexLock lock(&mutex_);
  running_ = true;
}

void Progress::Erase() {
  if (shown_) terminal_.err << kEraseLine << std::flush;
  shown_ = false;
}

void Progress::Run() {
  absl::MutexLock lock(&mutex_);
  while (!mutex_.AwaitWithTimeout(absl::Condition(&ended_), kDrawnEvery)) {
    const absl::Duration elapsed = absl::Now() - started_at_;
    if (!running_ || elapsed < kShownAfter) continue;
    terminal_.err << kEraseLine << Draw(what_, done_, total_, elapsed) << std::flush;
    shown_ = true;
  }
}

std::string Progress::Draw(const std::string& what, int64_t done, int64_t total,
                           absl::Duration elapsed) {
  int begin = RunnerAt(elapsed / kDrawnEvery);
  int end = begin + kRunnerColumns;
  if (total > 0) {
    begin = 0;
    end = static_cast<int>(std::min(done, total) * kBarColumns / total);
  }
  std::string bar;
  for (int i = 0; i < kBarColumns; ++i) absl::StrAppend(&bar, i >= begin && i < end ? "█" : "░");
  const std::string count = total > 0  ? absl::StrCat("  ", done, "/", total)
                            : done > 0 ? absl::StrCat("  ", done)
                                       : "";
  return absl::StrCat(what, "  ", bar, count, "  ", absl::ToInt64Seconds(elapsed), " s");
}

}  // namespace lots::ctl
