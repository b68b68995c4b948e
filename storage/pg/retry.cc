#include "storage/pg/retry.h"

#include "absl/random/random.h"
#include "absl/time/clock.h"

namespace lots::pg {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(1);

// Random, so that two that crossed do not cross again in step.
absl::Duration PauseAfter(int run) {
  static thread_local absl::BitGen random;
  return kFirstPause * (1 << (run - 1)) * absl::Uniform(random, 0.5, 1.5);
}

}  // namespace

bool PauseBeforeNextRun(Connection& db, int run) {
  if (run >= kRunsMax || !db.usable() || db.cancelled()) return false;
  const absl::Duration pause = PauseAfter(run);
  if (absl::Now() + pause >= db.deadline()) return false;
  absl::SleepFor(pause);
  if (db.observer() != nullptr) db.observer()->OnRetry();
  return true;
}

}  // namespace lots::pg
