// The states of lots, and what happens to their records. The values are those of the protos and of
// the database.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace lots {

enum class LotState : int16_t { kPlanned = 1, kActive = 2, kArchived = 3, kVoid = 4 };

enum class LotEventKind : int16_t {
  kCreated = 1,
  kEdited = 2,
  kArchived = 3,
  kUnarchived = 4,
  kAssigned = 5,
  kUnassigned = 6,
  kVoided = 7,
  kDeleted = 8,
  kHeld = 9,
  kReleased = 10,
};

// "PLANNED", …
absl::string_view Name(LotState state);

}  // namespace lots
