// Checks of texts, ids and numbers.
#include "service/base/text_fields.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "service/base/server_limits.h"
#include "storage/base/limits.h"
#include "storage/base/unicode.h"
#include "storage/base/utf8.h"

namespace lots {
namespace {

std::string Shown(absl::string_view value) {
  if (value.size() <= kValueShownBytesMax) return std::string(value);
  return absl::StrCat(Utf8Prefix(value, kValueShownBytesMax), "…");
}

bool IsControl(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }
bool IsLineBreakOrTab(char32_t c) { return c == '\n' || c == '\r' || c == '\t'; }

// Says what is wrong with a text, or returns an empty text. `allowed` checks each character.
std::string ProblemOfText(absl::string_view value, int characters_max, bool (*allowed)(char32_t)) {
  const std::optional<std::u32string> characters = DecodeUtf8(value);
  if (!characters.has_value()) return "is not valid UTF-8";
  const int count = static_cast<int>(characters->size());
  if (count > characters_max) {
    return absl::StrCat("is too long (", count, " characters), at most ", characters_max);
  }
  const auto bad = std::find_if_not(characters->begin(), characters->end(), allowed);
  if (bad == characters->end()) return "";
  return absl::StrCat("has a character that is not allowed, number ",
                      bad - characters->begin() + 1);
}

}  // namespace

std::string TextChecker::Quoted(absl::string_view value) {
  return absl::StrCat("\"", absl::Utf8SafeCEscape(Shown(value)), "\"");
}

void TextChecker::Refused(absl::string_view field, absl::string_view value,
                          absl::string_view message) {
  problems_.push_back(FieldInvalid(field, Shown(value), message));
}

std::string TextChecker::Checked(absl::string_view field, absl::string_view value,
                                 int characters_max, bool (*allowed)(char32_t)) {
  const std::string problem = ProblemOfText(value, characters_max, allowed);
  if (problem.empty()) return std::string(value);
  Refused(field, value, absl::StrCat("value ", Quoted(value), " ", problem));
  return "";
}

std::string TextChecker::Line(absl::string_view field, absl::string_view value,
                              int characters_max) {
  return Checked(field, value, characters_max, [](char32_t c) { return !IsControl(c); });
}

std::string TextChecker::Text(absl::string_view field, absl::string_view value,
                              int characters_max) {
  return Checked(field, value, characters_max,
                 [](char32_t c) { return !IsControl(c) || IsLineBreakOrTab(c); });
}

std::string TextChecker::RequiredId(absl::string_view field, absl::string_view value) {
  if (!value.empty()) return OptionalId(field, value);
  Refused(field, value, "is required");
  return "";
}

std::string TextChecker::OptionalId(absl::string_view field, absl::string_view value) {
  if (absl::StripAsciiWhitespace(value) != value) {
    Refused(field, value, absl::StrCat("value ", Quoted(value), " begins or ends with a space"));
    return "";
  }
  return Checked(field, value, kIdCharactersMax, IsPlainCharacter);
}

Uuid TextChecker::ParseUuid(absl::string_view field, absl::string_view value) {
  const std::optional<Uuid> uuid = Uuid::Parse(value);
  if (uuid.has_value()) return *uuid;
  if (value.empty()) {
    Refused(field, value, "is required");
  } else {
    Refused(field, value, absl::StrCat("value ", Quoted(value), " is not a UUID"));
  }
  return Uuid();
}

int64_t TextChecker::InRange(absl::string_view field, int64_t value, int64_t min, int64_t max) {
  if (min <= value && value <= max) return value;
  Refused(field, absl::StrCat(value),
          absl::StrCat("value ", value, " is not between ", min, " and ", max));
  return min;
}

void TextChecker::Count(absl::string_view field, int64_t count, int64_t min, int64_t max) {
  if (min <= count && count <= max) return;
  Refused(field, absl::StrCat(count),
          absl::StrCat("has ", count, " entries; it must have ", min, " to ", max));
}

}  // namespace lots
