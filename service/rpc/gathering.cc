#include "service/rpc/gathering.h"

#include <sys/resource.h>

#include "absl/time/clock.h"

namespace lots {
namespace {

// How often this thread has waited for something. That it lost the processor to others does not
// count, so it tells idling from falling behind, which the clock does not.
long TimesSlept() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

}  // namespace

absl::Time NextRefusalTurn(absl::Time now) {
  return now - (now - absl::UnixEpoch()) % kRefusalTurn + kRefusalTurn;
}

void GatherRefusals() {
  thread_local long slept_at_last = -1;
  if (TimesSlept() == slept_at_last) return;
  const absl::Time now = absl::Now();
  absl::SleepFor(NextRefusalTurn(now) - now);
  slept_at_last = TimesSlept();
}

}  // namespace lots
