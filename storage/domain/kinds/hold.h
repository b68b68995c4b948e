// Why a lot is held, and the states of recalls. The values are those of the protos and of the
// database.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace lots {

// Why a lot is held.
enum class HoldCause : int16_t {
  kLot = 1,        // it was held itself
  kPlace = 2,      // what of it is at one place was held
  kInherited = 3,  // it was made of a held lot
  kRecall = 4,     // it is a member of an open recall
};

enum class RecallState : int16_t { kOpen = 1, kClosed = 2 };

// "INHERITED", "OPEN", …
absl::string_view Name(HoldCause cause);
absl::string_view Name(RecallState state);

}  // namespace lots
