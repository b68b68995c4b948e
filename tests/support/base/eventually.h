// Waits for a condition that must become true.
#pragma once

#include <functional>

#include "absl/time/time.h"

namespace lots {

// Long enough for the slowest machine. A test that waits as long as this has failed.
inline constexpr absl::Duration kEventuallyTimeout = absl::Seconds(60);

// Evaluates the condition again and again. Returns whether it became true within the timeout.
bool Eventually(const std::function<bool()>& condition,
                absl::Duration timeout = kEventuallyTimeout);

}  // namespace lots
