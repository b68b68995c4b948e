// What an inspection found. The values are those of the protos and of the database.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace lots {

enum class Verdict : int16_t { kPassed = 1, kFailed = 2 };

// "PASSED", "FAILED".
absl::string_view Name(Verdict verdict);

}  // namespace lots
