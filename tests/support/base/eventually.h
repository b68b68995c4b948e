// Waiting for what must come true in the end.
#pragma once

#include <functional>

#include "absl/time/time.h"

namespace lots {

// Longer than anything takes that comes at all, on the busiest machine.
inline constexpr absl::Duration kEventuallyTimeout = absl::Seconds(60);

// Whether it becomes true within that time; asks again and again.
bool Eventually(const std::function<bool()>& condition,
                absl::Duration timeout = kEventuallyTimeout);

}  // namespace lots
