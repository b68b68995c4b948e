// Clean numbers and their keys.
#include "storage/numbers/number.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/base/unicode.h"

namespace lots {
namespace {

std::u32string_view Trim(std::u32string_view text) {
  while (!text.empty() && IsUnicodeSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsUnicodeSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool IsLineBreak(char32_t c) {
  return (c >= U'\n' && c <= U'\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

absl::Status CheckCharacters(std::u32string_view number) {
  const auto bad = std::find_if_not(number.begin(), number.end(), IsPlainCharacter);
  if (bad == number.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "number: character %d (U+%04X) is %s, which a number must not contain",
      bad - number.begin() + 1, static_cast<uint32_t>(*bad),
      IsLineBreak(*bad) ? "a line break" : "a control, invisible or unassigned character"));
}

absl::Status CheckLength(absl::string_view number) {
  const size_t characters = CountCharacters(number);
  if (characters <= kNumberCharactersMax) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("number: ", characters, " characters; at most ",
                                                 kNumberCharactersMax, " are allowed"));
}

}  // namespace

absl::StatusOr<std::string> CleanNumber(absl::string_view raw) {
  const std::optional<std::u32string> decoded = DecodeUtf8(raw);
  if (!decoded) return absl::InvalidArgumentError("number: not valid UTF-8");
  const std::u32string_view trimmed = Trim(*decoded);
  if (trimmed.empty()) return absl::InvalidArgumentError("number: must not be empty");
  RETURN_IF_ERROR(CheckCharacters(trimmed));
  std::string clean = ComposeNfc(EncodeUtf8(trimmed));
  RETURN_IF_ERROR(CheckLength(clean));
  return clean;
}

std::string NumberKey(absl::string_view clean, bool case_sensitive) {
  return case_sensitive ? std::string(clean) : FoldCase(clean);
}

std::string SearchKey(absl::string_view number, absl::string_view reference) {
  return absl::StrCat(FoldCase(number), "\n", FoldCase(reference));
}

std::string FoldForSearch(absl::string_view text) { return FoldCase(text); }

}  // namespace lots
