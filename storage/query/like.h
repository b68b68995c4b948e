// Prefix and substring search in PostgreSQL with parameters alone.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace lots {

// The least text that is above every text with this prefix, in the order of code points (COLLATE
// "C"): text >= prefix AND text < end is a range that an ordinary index answers, for any
// parameters, which LIKE is not. Nothing where there is none: after "", and after the last code
// point.
std::optional<std::string> PrefixEnd(absl::string_view prefix);

// The pattern for LIKE that finds the text anywhere; %, _ and \ in it stand for themselves.
std::string ContainsPattern(absl::string_view text);

}  // namespace lots
