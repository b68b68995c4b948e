// The states of work orders and of their serials. The values are those of the protos and of the
// database.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace lots {

enum class WorkOrderState : int16_t { kOpen = 1, kClosed = 2, kCancelled = 3 };

enum class AssignmentState : int16_t { kPlanned = 1, kCompleted = 2, kUnassigned = 3, kVoided = 4 };

// "OPEN", …
absl::string_view Name(WorkOrderState state);

}  // namespace lots
