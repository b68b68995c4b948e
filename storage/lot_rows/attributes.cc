// Attributes of a lot as JSON.
#include "storage/lot_rows/attributes.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace lots {
namespace {

using nlohmann::json;

// The names of the variant's alternatives, in their order.
constexpr const char* kTypes[] = {"text", "decimal", "flag", "date", "time"};

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

std::string FlagText(bool flag) { return flag ? "true" : "false"; }

std::optional<AttributeValue> FromText(absl::string_view type, const std::string& text) {
  if (type == "text") return AttributeValue(text);
  if (type == "flag") return AttributeValue(text == FlagText(true));
  if (type == "decimal") {
    const absl::StatusOr<Quantity> decimal = Quantity::Parse(text);
    if (decimal.ok()) return AttributeValue(*decimal);
  }
  absl::CivilDay day;
  if (type == "date" && absl::ParseCivilTime(text, &day)) return AttributeValue(day);
  absl::Time time;
  if (type == "time" && absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) {
    return AttributeValue(time);
  }
  return std::nullopt;
}

}  // namespace

std::string TextOf(const AttributeValue& value) {
  struct Formatter {
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(Quantity decimal) const { return decimal.ToString(); }
    std::string operator()(bool flag) const { return FlagText(flag); }
    std::string operator()(absl::CivilDay day) const { return absl::FormatCivilTime(day); }
    std::string operator()(absl::Time time) const { return TimeText(time); }
  };
  return std::visit(Formatter(), value);
}

std::string AttributesToJson(const Attributes& attributes) {
  if (attributes.empty()) return "{}";
  json object = json::object();
  for (const auto& [key, value] : attributes) {
    object[key] = {{kTypes[value.index()], TextOf(value)}};
  }
  // What is not UTF-8 was refused at the edge; dump would throw on it.
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Attributes AttributesFromJson(absl::string_view text) {
  Attributes attributes;
  if (text == "{}") return attributes;
  const json object = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return attributes;
  for (const auto& [key, typed] : object.items()) {
    if (!typed.is_object() || typed.size() != 1 || !typed.begin().value().is_string()) continue;
    std::optional<AttributeValue> value =
        FromText(typed.begin().key(), typed.begin().value().get_ref<const std::string&>());
    if (value.has_value()) attributes.emplace(key, *std::move(value));
  }
  return attributes;
}

}  // namespace lots
