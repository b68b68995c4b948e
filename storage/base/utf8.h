// Cuts UTF-8 text without breaking a character.
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

namespace lots {

// The longest beginning of the text that has at most `bytes_max` bytes and ends with a whole
// character.
absl::string_view Utf8Prefix(absl::string_view text, size_t bytes_max);

// The longest end of the text that has at most `bytes_max` bytes and begins with a whole character.
absl::string_view Utf8Suffix(absl::string_view text, size_t bytes_max);

}  // namespace lots
