#include "service/gathering.h"

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

void GatherRefusals() {
  thread_local long slept_at_last = -1;
  if (TimesSlept() == slept_at_last) return;
  absl::SleepFor(kRefusalsGather);
  slept_at_last = TimesSlept();
}

}  // namespace lots
