// Unicode text as numbers and searches need it. Text is UTF-8 throughout.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace lots {

// The code points of the text; nothing when it is not valid UTF-8 (overlong forms and surrogates
// are not).
std::optional<std::u32string> DecodeUtf8(absl::string_view text);

// How many code points the text has; of invalid UTF-8, how many bytes.
size_t CountCharacters(absl::string_view text);

std::string EncodeUtf8(std::u32string_view text);

// Whether the code point has the property White_Space.
bool IsUnicodeSpace(char32_t c);

// Whether the code point can be seen or typed as part of a line of text: not a control character or
// line break, not an invisible formatting character, and assigned. What is not assigned yet may be
// normalised differently by a later version of Unicode, and a stored key must not change.
bool IsPlainCharacter(char32_t c);

// Characters that an id of a new resource may not have (storage/numbers/new_id.h says why).
inline constexpr absl::string_view kReservedIdCharacters = "/\\?#%";

// Normal form C. Invalid UTF-8 comes back unchanged.
std::string ComposeNfc(absl::string_view text);

// Full case folding (ß is ss), then normal form C: equal for two texts that differ in case only.
// Folding twice is folding once. Invalid UTF-8 comes back unchanged.
std::string FoldCase(absl::string_view text);

}  // namespace lots
