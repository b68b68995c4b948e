// What a lot or serial number may be, and when two of them are the same.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lots {

// The number as it is stored and shown: without the spaces around it, in Unicode normal form C.
// INVALID_ARGUMENT, naming what is wrong and where: not valid UTF-8, empty, longer than
// kNumberCharactersMax code points, a line break, a control or invisible character (two numbers
// must not look alike), or a code point that Unicode does not assign. Cleaning a clean number
// changes nothing.
absl::StatusOr<std::string> CleanNumber(absl::string_view raw);

// The key that is unique within a product: the clean number itself, or its full case folding where
// case does not matter. May be longer than the number (ß folds to ss). The key of a key is
// that key.
std::string NumberKey(absl::string_view clean, bool case_sensitive);

// The text that searches run over: the folded number, a line break, the folded reference. A number
// has no line break, so what is searched for never matches across the two by accident.
std::string SearchKey(absl::string_view number, absl::string_view reference);

// What a caller searches for, in the form to look for within a SearchKey.
std::string FoldForSearch(absl::string_view text);

}  // namespace lots
