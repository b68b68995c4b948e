// When the counter of a number template begins again. The values are those of the protos and of the
// database.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace lots {

enum class CounterReset : int16_t { kNever = 1, kYear = 2, kMonth = 3, kDay = 4 };

// "NEVER", …
absl::string_view Name(CounterReset reset);

}  // namespace lots
