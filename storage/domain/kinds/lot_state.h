// The states of lots. The values are those of the protos and of the database.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace lots {

enum class LotState : int16_t { kPlanned = 1, kActive = 2, kArchived = 3, kVoid = 4 };

// "PLANNED", …
absl::string_view Name(LotState state);

}  // namespace lots
