// Conditions on one attribute of a row, as SQL. Attributes are a jsonb of typed values:
// {"colour": {"text": "red"}, "width": {"decimal": "12.5"}}.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/pg/values/params.h"
#include "storage/query/filter_value.h"

namespace lots {

class AttributeFilter {
 public:
  // `column` is SQL; the key and all values become parameters.
  AttributeFilter(absl::string_view column, const std::string& key, pg::Params& params);

  // Each is a condition in parentheses. The first two can be found by a GIN index over the column
  // where it is not empty.
  std::string IsPresent() const;
  // Whether the attribute is the text, or the decimal, flag, date or instant that the text writes,
  // or an instant of the day that the text writes. `zone` says where a day begins.
  std::string Equals(const std::string& text, absl::TimeZone zone) const;
  // Whether the attribute compares so with the decimal, date or instant that the text writes; if it
  // writes none, with the text.
  std::string Compares(absl::string_view op, const std::string& text, absl::TimeZone zone) const;

 private:
  // An instant within these. The index finds the rows that have the key.
  std::string IsWithin(const FilterInstants& instants) const;
  // "the attribute is this value of this type"
  std::string Is(absl::string_view type, const std::string& value) const;
  // The value of the type, NULL where the attribute is of another.
  std::string ValueAs(absl::string_view type) const;

  const std::string column_;
  const std::string key_;  // "$4::text"
  pg::Params& params_;
};

}  // namespace lots
