// Colours on a terminal.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "service/ctl/output/terminal.h"

namespace lots::ctl {

enum class Colour {
  kNone,
  kBold,    // titles
  kRed,     // certainly affected, expired
  kYellow,  // held, possibly affected
};

// The text in the colour, where the terminal shows colours.
std::string Paint(absl::string_view text, Colour colour, const Terminal& terminal);

// Yellow for what is held, and for nothing where it is not.
Colour ColourOfHold(absl::string_view text);
// Red for a date that is marked as expired.
Colour ColourOfExpiry(absl::string_view text);
// Of "seed", "certain" and "possible".
Colour ColourOfCertainty(absl::string_view text);

}  // namespace lots::ctl
