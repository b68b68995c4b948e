// The filter of a list request, as SQL: a subset of AIP-160 over a whitelist of fields.
//
//   product_id = "steel" AND expire_date < 2026-12-31
//   state = ACTIVE OR state = PLANNED      number = "SN-2026-*"      NOT reference:*
//
// field op value, joined by AND, OR (which binds tighter than AND, as AIP-160 has it), NOT or -,
// and parentheses. Values stand bare or in quotes of either kind; \ before a quote, \ or * takes
// that character as it is.
//
//   text        = != < > <= >=   in the order of code points; "abc*" is a prefix, with = and !=
//   only
//               :                contains, in any case (fields with search_sql)
//   time        = != < > <= >=   an instant of RFC 3339, or a date, which means that whole day
//   date        = != < > <= >=   2026-01-31
//   quantity    = != < > <= >=   12.5
//   bool, enum, uuid, member     = !=
//   attributes.KEY               = != < > <= >=   a text, or what the value looks like: decimal,
//                                true or false, date, instant; a date also means the instants of
//                                that day; a key like "lot size" in quotes
//   any field   :*               is present: text that is not empty, a quantity that is not zero
//
// What is not true is false: "expire_date != 2026-01-31" and "NOT expire_date < 2026-01-31" are
// true of a lot without an expiry date.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/pg/values/params.h"

namespace lots {

enum class FilterType {
  kText,
  kTime,
  kDate,
  kQuantity,
  kBool,
  kEnum,
  kUuid,
  // Not a column but a question about the row, asked of a text, of a UUID, or of an enum where
  // there are `values`: sql is a predicate in which $? stands for the value.
  kMember,
  // A jsonb of typed values, as AttributesToJson makes it. Each comparison names a key.
  kAttributes,
};

struct FilterEnumValue {
  absl::string_view name;
  int64_t value = 0;
  // kMember: the predicate of this value, where the field has none for all of them.
  absl::string_view sql = {};
};

// One field that may be filtered by. All text in it is the program's own and becomes SQL as it is.
struct FilterField {
  absl::string_view name;
  FilterType type = FilterType::kText;
  // The expression to compare; text in COLLATE "C".
  absl::string_view sql;
  // kText: folded text (FoldForSearch) in which : looks. Empty: the field has no such search.
  absl::string_view search_sql = {};
  // kText: sql holds NumberKeys, folded or not as each product has it. = finds both.
  bool is_number_key = false;
  // kMember: asked of a UUID.
  bool is_uuid = false;
  // kEnum, kMember: the names, and what API names may carry before them ("LOT_STATE_").
  absl::Span<const FilterEnumValue> values = {};
  absl::string_view value_prefix = {};
};

struct Filter {
  // A condition in parentheses, or TRUE. Placeholders only: nothing the caller wrote stands in it.
  std::string sql;
  // The names of the fields that it speaks of.
  std::vector<std::string> fields;
  // Field and value of each comparison with = that every row must fulfil: no alternatives, no
  // prefixes.
  std::vector<std::pair<std::string, std::string>> equalities;

  bool Names(absl::string_view field) const;
};

// Compiles a filter; one that is empty or blank is true of every row. Values become parameters,
// after those that `params` has already, and the placeholders have their numbers. `zone` says where
// a day begins. INVALID_ARGUMENT FILTER_INVALID, naming the character (from 1), the text and what
// is allowed there; `params` may then have values that belong to nothing.
absl::StatusOr<Filter> CompileFilter(absl::string_view text, absl::Span<const FilterField> fields,
                                     absl::TimeZone zone, pg::Params& params);

}  // namespace lots
