// How the lots of a product are tracked. The values are those of the protos and of the database.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace lots {

enum class Tracking : int16_t { kNone = 1, kLot = 2, kSerial = 3 };

// "SERIAL", …
absl::string_view Name(Tracking tracking);

}  // namespace lots
