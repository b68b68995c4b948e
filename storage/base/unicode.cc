// UTF-8, normal forms and case folding by utf8proc.
#include "storage/base/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace lots {
namespace {

const utf8proc_uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

// Numbers are nearly always ASCII, and ASCII is in normal form already.
bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

std::string Map(absl::string_view text, int options) {
  if (text.empty()) return std::string();
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(Bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (size < 0) return std::string(text);
  return std::string(reinterpret_cast<const char*>(mapped), static_cast<size_t>(size));
}

}  // namespace

std::optional<std::u32string> DecodeUtf8(absl::string_view text) {
  std::u32string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t size =
        utf8proc_iterate(Bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &c);
    if (size <= 0) return std::nullopt;
    decoded.push_back(static_cast<char32_t>(c));
    text.remove_prefix(static_cast<size_t>(size));
  }
  return decoded;
}

size_t CountCharacters(absl::string_view text) {
  if (IsAscii(text)) return text.size();
  const std::optional<std::u32string> decoded = DecodeUtf8(text);
  return decoded ? decoded->size() : text.size();
}

std::string EncodeUtf8(std::u32string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char32_t c : text) {
    utf8proc_uint8_t bytes[4];
    const utf8proc_ssize_t size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes);
    encoded.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  }
  return encoded;
}

bool IsUnicodeSpace(char32_t c) {
  if ((c >= U'\t' && c <= U'\r') || c == 0x85) return true;
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

bool IsPlainCharacter(char32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
      return false;
    default:
      return true;
  }
}

std::string ComposeNfc(absl::string_view text) {
  if (IsAscii(text)) return std::string(text);
  return Map(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string FoldCase(absl::string_view text) {
  if (IsAscii(text)) {
    std::string folded(text);
    for (char& c : folded) c = (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    return folded;
  }
  // Composed first: folding moves some marks (the iota subscript), and only text whose marks stand
  // in canonical order folds alike however it was typed.
  return Map(Map(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE),
             UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}

}  // namespace lots
