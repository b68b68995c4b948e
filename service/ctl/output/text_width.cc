// Measures and cleans text by the properties of its Unicode characters.
#include "service/ctl/output/text_width.h"

#include <utf8proc.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace lots::ctl {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

struct CodePoint {
  utf8proc_int32_t value = -1;  // -1: the byte is no UTF-8
  size_t bytes = 1;
};

CodePoint FirstOf(absl::string_view text) {
  CodePoint first;
  const utf8proc_ssize_t bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &first.value);
  if (bytes < 1) return CodePoint();
  first.bytes = static_cast<size_t>(bytes);
  return first;
}

bool Reorders(utf8proc_int32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool IsHarmless(utf8proc_int32_t c) {
  return c >= 0 && utf8proc_category(c) != UTF8PROC_CATEGORY_CC && !Reorders(c);
}

std::string Spaces(int count) { return std::string(static_cast<size_t>(std::max(count, 0)), ' '); }

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const CodePoint first = FirstOf(text);
    width += first.value < 0 ? 1 : std::max(utf8proc_charwidth(first.value), 0);
    text.remove_prefix(first.bytes);
  }
  return width;
}

std::string Printable(absl::string_view text) {
  std::string printable;
  while (!text.empty()) {
    const CodePoint first = FirstOf(text);
    const bool space = first.value == '\n' || first.value == '\t' || first.value == '\r';
    if (space) {
      printable.push_back(' ');
    } else {
      absl::StrAppend(&printable,
                      IsHarmless(first.value) ? text.substr(0, first.bytes) : kReplacement);
    }
    text.remove_prefix(first.bytes);
  }
  return printable;
}

std::string PadRight(absl::string_view text, int width) {
  return absl::StrCat(text, Spaces(width - DisplayWidth(text)));
}

std::string PadLeft(absl::string_view text, int width) {
  return absl::StrCat(Spaces(width - DisplayWidth(text)), text);
}

}  // namespace lots::ctl
