// GS1's identifiers of products and places, and the characters its labels can carry.
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

// Whether the last digit is the GS1 check digit of the digits before it; false for text that is not
// two digits or more.
bool HasCheckDigitMod10(absl::string_view digits);

// Whether a lot number fits a GS1 label (AI 10 and AI 21): at most 20 characters of CSET 82, and
// not empty.
bool FitsGs1Label(absl::string_view number);

// Whether every character is one of GS1's CSET 82.
bool IsCset82(absl::string_view text);

}  // namespace lots
