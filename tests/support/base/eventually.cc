#include "tests/support/base/eventually.h"

#include "absl/time/clock.h"

namespace lots {
namespace {

constexpr absl::Duration kAskAgainAfter = absl::Milliseconds(5);

}  // namespace

bool Eventually(const std::function<bool()>& condition, absl::Duration timeout) {
  const absl::Time give_up = absl::Now() + timeout;
  while (!condition()) {
    if (absl::Now() > give_up) return false;
    absl::SleepFor(kAskAgainAfter);
  }
  return true;
}

}  // namespace lots
