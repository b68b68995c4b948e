// Writes the terminal's escape sequences for colours.
#include "service/ctl/output/colour.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace lots::ctl {
namespace {

constexpr char kPlain[] = "\x1b[0m";

absl::string_view BeginOf(Colour colour) {
  switch (colour) {
    case Colour::kBold:
      return "\x1b[1m";
    case Colour::kRed:
      return "\x1b[31m";
    case Colour::kYellow:
      return "\x1b[33m";
    case Colour::kNone:
      return "";
  }
  return "";
}

}  // namespace

std::string Paint(absl::string_view text, Colour colour, const Terminal& terminal) {
  if (!terminal.colours || colour == Colour::kNone || text.empty()) return std::string(text);
  return absl::StrCat(BeginOf(colour), text, kPlain);
}

Colour ColourOfHold(absl::string_view text) {
  return text.empty() ? Colour::kNone : Colour::kYellow;
}

Colour ColourOfExpiry(absl::string_view text) {
  return absl::EndsWith(text, "(expired)") ? Colour::kRed : Colour::kNone;
}

Colour ColourOfCertainty(absl::string_view text) {
  if (absl::StartsWith(text, "possible")) return Colour::kYellow;
  const bool is_certain = absl::StartsWith(text, "certain") || text == "seed";
  return is_certain ? Colour::kRed : Colour::kNone;
}

}  // namespace lots::ctl
