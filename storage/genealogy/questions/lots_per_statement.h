// How many lots one statement asks about.
#pragma once

#include <cstddef>

namespace lots {

// One answer stays small, and the round trips cost little.
inline constexpr size_t kLotsPerStatement = 5'000;

}  // namespace lots
