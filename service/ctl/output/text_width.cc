// Measures and cleans text by the properties of its Unicode characters.
#include "service/ctl/output/text_width.h"

#include <utf8proc.h>

#include <algorithm>

#include "absl/strings/ascii.h"
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

int WidthOf(const CodePoint& c) {
  return c.value < 0 ? 1 : std::max(utf8proc_charwidth(c.value), 0);
}

bool Reorders(utf8proc_int32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool IsHarmless(utf8proc_int32_t c) {
  return c >= 0 && utf8proc_category(c) != UTF8PROC_CATEGORY_CC && !Reorders(c);
}

std::string Spaces(int count) { return std::string(static_cast<size_t>(std::max(count, 0)), ' '); }

// How many bytes of the text fit into the columns; at least one character.
size_t BytesWithin(absl::string_view text, int width) {
  size_t bytes = 0;
  int used = 0;
  while (bytes < text.size()) {
    const CodePoint first = FirstOf(text.substr(bytes));
    used += WidthOf(first);
    if (used > width && bytes > 0) break;
    bytes += first.bytes;
  }
  return bytes;
}

// Where the first line of a text ends that is wider than the columns.
size_t EndOfLine(absl::string_view text, int width, LongWords long_words) {
  const size_t most = BytesWithin(text, width);
  // A space right behind the line ends it too.
  const size_t space = text.substr(0, most + 1).rfind(' ');
  if (space != absl::string_view::npos && space != 0) return space;
  if (long_words == LongWords::kBroken) return most;
  return std::min(text.find(' ', most), text.size());
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const CodePoint first = FirstOf(text);
    width += WidthOf(first);
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

std::vector<std::string> Wrap(absl::string_view text, int width, LongWords long_words) {
  std::vector<std::string> lines;
  while (DisplayWidth(text) > width) {
    const size_t end = EndOfLine(text, width, long_words);
    if (end == text.size()) break;
    lines.emplace_back(absl::StripTrailingAsciiWhitespace(text.substr(0, end)));
    text.remove_prefix(end);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  }
  lines.emplace_back(text);
  return lines;
}

std::string PadRight(absl::string_view text, int width) {
  return absl::StrCat(text, Spaces(width - DisplayWidth(text)));
}

std::string PadLeft(absl::string_view text, int width) {
  return absl::StrCat(Spaces(width - DisplayWidth(text)), text);
}

}  // namespace lots::ctl
