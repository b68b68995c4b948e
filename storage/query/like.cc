// Patterns of LIKE, and the end of a prefix range.
#include "storage/query/like.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "storage/base/unicode.h"

namespace lots {

std::optional<std::string> PrefixEnd(absl::string_view prefix) {
  constexpr char32_t kLast = 0x10FFFF;
  constexpr char32_t kBeforeSurrogates = 0xD7FF;
  constexpr char32_t kAfterSurrogates = 0xE000;
  std::optional<std::u32string> end = DecodeUtf8(prefix);
  if (!end) return std::nullopt;
  while (!end->empty() && end->back() == kLast) end->pop_back();
  if (end->empty()) return std::nullopt;
  end->back() = end->back() == kBeforeSurrogates ? kAfterSurrogates : end->back() + 1;
  return EncodeUtf8(*end);
}

std::string ContainsPattern(absl::string_view text) {
  return absl::StrCat("%", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"%", "\\%"}, {"_", "\\_"}}),
                      "%");
}

}  // namespace lots
