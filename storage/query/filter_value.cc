// Reads a value of a filter as the type of its field.
#include "storage/query/filter_value.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace lots {
namespace {

// Abseil reads more than we promise (spaces around, years of any length, "infinite-future"): this
// holds the text to the shape of `pattern`, where 0 stands for a digit.
bool BeginsLike(absl::string_view text, absl::string_view pattern) {
  if (text.size() < pattern.size()) return false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const bool alike = pattern[i] == '0' ? absl::ascii_isdigit(static_cast<unsigned char>(text[i]))
                                         : text[i] == pattern[i];
    if (!alike) return false;
  }
  return true;
}

std::optional<absl::CivilDay> Day(absl::string_view text) {
  constexpr absl::string_view kPattern = "0000-00-00";
  absl::CivilDay day;
  if (text.size() != kPattern.size() || !BeginsLike(text, kPattern)) return std::nullopt;
  if (!absl::ParseCivilTime(text, &day)) return std::nullopt;
  return day;
}

}  // namespace

absl::StatusOr<FilterInstants> ReadInstants(absl::string_view text, absl::TimeZone zone) {
  if (const std::optional<absl::CivilDay> day = Day(text)) {
    return FilterInstants{absl::FromCivil(*day, zone), absl::FromCivil(*day + 1, zone)};
  }
  absl::Time instant;
  std::string ignored;
  if (BeginsLike(text, "0000-00-00T00:00:00") && !absl::ascii_isspace(text.back()) &&
      absl::ParseTime(absl::RFC3339_full, text, &instant, &ignored)) {
    const absl::Time grain = absl::FromUnixMicros(absl::ToUnixMicros(instant));
    return FilterInstants{grain, grain + absl::Microseconds(1)};
  }
  return absl::InvalidArgumentError(
      "expected an instant such as 2026-01-31T10:00:00Z, or a date such as 2026-01-31");
}

absl::StatusOr<absl::CivilDay> ReadDay(absl::string_view text) {
  if (const std::optional<absl::CivilDay> day = Day(text)) return *day;
  return absl::InvalidArgumentError("expected a date such as 2026-01-31");
}

absl::StatusOr<Quantity> ReadQuantity(absl::string_view text) {
  const absl::StatusOr<Quantity> quantity = Quantity::Parse(text);
  if (quantity.ok()) return quantity;
  return absl::InvalidArgumentError("expected a decimal such as 12.5, of at most six places");
}

absl::StatusOr<bool> ReadBool(absl::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return absl::InvalidArgumentError("expected true or false");
}

absl::StatusOr<Uuid> ReadUuid(absl::string_view text) {
  if (const std::optional<Uuid> uuid = Uuid::Parse(text)) return *uuid;
  return absl::InvalidArgumentError("expected a UUID");
}

absl::StatusOr<FilterEnumValue> ReadEnum(absl::string_view text, const FilterField& field) {
  absl::ConsumePrefix(&text, field.value_prefix);
  for (const FilterEnumValue& known : field.values) {
    if (known.name == text) return known;
  }
  const auto name = [](std::string* out, const FilterEnumValue& value) {
    absl::StrAppend(out, value.name);
  };
  return absl::InvalidArgumentError(
      absl::StrCat("expected one of ", absl::StrJoin(field.values, ", ", name)));
}

}  // namespace lots
