// GS1's identifiers of products (GTIN) and places (GLN).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lots {

// The 14-digit form of a GTIN-8, -12, -13 or -14: zeros on the left, so that one product has one
// GTIN however it was typed. INVALID_ARGUMENT for another length, a character that is no digit, or
// a wrong check digit, naming the digit that would be right.
absl::StatusOr<std::string> CleanGtin(absl::string_view raw);

// A GLN: 13 digits. Refused like a GTIN.
absl::StatusOr<std::string> CleanGln(absl::string_view raw);

}  // namespace lots
