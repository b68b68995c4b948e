// The width of text on a terminal, and text that cannot harm a terminal.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lots::ctl {

// How many columns a terminal gives to UTF-8 text: wide characters take two, combining ones none.
int DisplayWidth(absl::string_view text);

// The text on one line and harmless: line breaks and tabs become spaces; other control characters,
// characters that reorder a line, and bytes that are no UTF-8 become U+FFFD. Numbers and notes are
// typed by others and could otherwise repaint the terminal.
std::string Printable(absl::string_view text);

// What happens to a word that is longer than a line.
enum class LongWords { kBroken, kWhole };
// The text in lines of at most so many columns, broken at spaces where it has any. Whole words make
// longer lines: half an id is of no use.
std::vector<std::string> Wrap(absl::string_view text, int width,
                              LongWords long_words = LongWords::kBroken);

// The text with spaces up to `width` columns; unchanged when it is wider.
std::string PadRight(absl::string_view text, int width);
std::string PadLeft(absl::string_view text, int width);

}  // namespace lots::ctl
