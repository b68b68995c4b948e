// Compares an attribute with a value whose type only the value itself tells.
#include "storage/query/attribute_filter.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/base/quantity.h"

namespace lots {
namespace {

std::string AnyOf(const std::vector<std::string>& conditions) {
  return absl::StrCat("(", absl::StrJoin(conditions, " OR "), ")");
}

}  // namespace

AttributeFilter::AttributeFilter(absl::string_view column, const std::string& key,
                                 pg::Params& params)
    : column_(column), key_(absl::StrCat("$", params.Add(key), "::text")), params_(params) {}

std::string AttributeFilter::IsPresent() const {
  return absl::StrCat("(", column_, " <> '{}' AND ", column_, " ? ", key_, ")");
}

std::string AttributeFilter::Equals(const std::string& text, absl::TimeZone zone) const {
  std::vector<std::string> conditions = {Is("text", text)};
  if (const auto decimal = ReadQuantity(text); decimal.ok()) {
    conditions.push_back(Is("decimal", decimal->ToString()));
  }
  if (ReadBool(text).ok()) conditions.push_back(Is("flag", text));
  if (ReadDay(text).ok()) {
    conditions.push_back(Is("date", text));
    conditions.push_back(IsWithin(*ReadInstants(text, zone)));
  } else if (const auto instants = ReadInstants(text, zone); instants.ok()) {
    conditions.push_back(
        Is("time", absl::FormatTime(absl::RFC3339_full, instants->begin, absl::UTCTimeZone())));
  }
  return absl::StrCat("(", column_, " <> '{}' AND ", AnyOf(conditions), ")");
}

std::string AttributeFilter::Compares(absl::string_view op, const std::string& text,
                                      absl::TimeZone zone) const {
  std::vector<std::string> conditions;
  if (const auto decimal = ReadQuantity(text); decimal.ok()) {
    conditions.push_back(
        absl::StrCat(ValueAs("decimal"), "::numeric ", op, " $", params_.Add(*decimal)));
  }
  if (const auto day = ReadDay(text); day.ok()) {
    conditions.push_back(absl::StrCat(ValueAs("date"), "::date ", op, " $", params_.Add(*day)));
  }
  if (const auto instants = ReadInstants(text, zone); instants.ok()) {
    // After a day is after its end, and up to a day is up to its end.
    const bool by_end = op == ">" || op == "<=";
    const int time = params_.Add(by_end ? instants->end : instants->begin);
    conditions.push_back(absl::StrCat(ValueAs("time"), "::timestamptz ",
                                      op == "<" || op == "<=" ? "<" : ">=", " $", time));
  }
  if (conditions.empty()) {
    conditions.push_back(
        absl::StrCat(ValueAs("text"), " COLLATE \"C\" ", op, " $", params_.Add(text)));
  }
  return AnyOf(conditions);
}

std::string AttributeFilter::IsWithin(const FilterInstants& instants) const {
  const std::string time = absl::StrCat(ValueAs("time"), "::timestamptz");
  const int begin = params_.Add(instants.begin);
  const int end = params_.Add(instants.end);
  return absl::StrCat("(", column_, " ? ", key_, " AND ", time, " >= $", begin, " AND ", time,
                      " < $", end, ")");
}

std::string AttributeFilter::Is(absl::string_view type, const std::string& value) const {
  return absl::StrCat(column_, " @> jsonb_build_object(", key_, ", jsonb_build_object('", type,
                      "', $", params_.Add(value), "::text))");
}

std::string AttributeFilter::ValueAs(absl::string_view type) const {
  return absl::StrCat("(", column_, " #>> ARRAY[", key_, ", '", type, "'])");
}

}  // namespace lots
