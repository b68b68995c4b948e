// Compiles a sort order to SQL, and the condition of its next page.
#include "storage/query/order_by.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"

namespace lots {
namespace {

absl::Status Refused(absl::string_view text, absl::string_view what) {
  return Refuse(FieldInvalid("order_by", text, what));
}

absl::StatusOr<SortKey> ParseKey(absl::string_view text, absl::string_view key,
                                 absl::Span<const SortField> fields) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(key, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty());
  if (words.empty()) return Refused(text, "a field is missing beside a comma");
  const auto field =
      absl::c_find_if(fields, [&](const SortField& known) { return known.name == words.front(); });
  if (field == fields.end()) {
    const auto name = [](std::string* out, const SortField& known) {
      absl::StrAppend(out, known.name);
    };
    return Refused(text, absl::StrCat("unknown field ", words.front(),
                                      " (known: ", absl::StrJoin(fields, ", ", name), ")"));
  }
  const bool directed = words.size() == 2 && (words[1] == "asc" || words[1] == "desc");
  if (words.size() > 1 && !directed) {
    return Refused(text,
                   absl::StrCat("after ", field->name, " only \"asc\" or \"desc\" may stand"));
  }
  return SortKey{.field = *field, .is_descending = words.back() == "desc"};
}

bool HasKey(absl::Span<const SortKey> keys, absl::string_view name) {
  return absl::c_any_of(keys, [&](const SortKey& key) { return key.field.name == name; });
}

// Whether the keys can be compared as one row.
bool IsUniform(absl::Span<const SortKey> keys) {
  return absl::c_all_of(keys, [&](const SortKey& key) {
    return !key.field.is_nullable && key.is_descending == keys.front().is_descending;
  });
}

bool IsNull(const SortValue& value) { return std::holds_alternative<std::monostate>(value); }

std::string Placeholder(const SortValue& value, pg::Params& params) {
  return std::visit(
      [&](const auto& known) -> std::string {
        if constexpr (std::is_same_v<decltype(known), const std::monostate&>) {
          Check(false);  // NULL is never compared with
          return std::string();
        } else {
          return absl::StrCat("$", params.Add(known));
        }
      },
      value);
}

absl::string_view AfterOp(const SortKey& key) { return key.is_descending ? "<" : ">"; }

std::string RowAfter(absl::Span<const SortKey> keys, absl::Span<const SortValue> values,
                     pg::Params& params) {
  const auto sql = [](std::string* out, const SortKey& key) {
    absl::StrAppend(out, key.field.sql);
  };
  const auto placeholder = [&](std::string* out, const SortValue& value) {
    absl::StrAppend(out, Placeholder(value, params));
  };
  return absl::StrCat("((", absl::StrJoin(keys, ", ", sql), ") ", AfterOp(keys.front()), " (",
                      absl::StrJoin(values, ", ", placeholder), "))");
}

}  // namespace

absl::StatusOr<std::vector<SortKey>> ParseOrderBy(absl::string_view text,
                                                  absl::Span<const SortField> fields) {
  std::vector<SortKey> keys;
  if (absl::StripAsciiWhitespace(text).empty()) return keys;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    ASSIGN_OR_RETURN(const SortKey key, ParseKey(text, part, fields));
    if (HasKey(keys, key.field.name)) {
      return Refused(text, absl::StrCat("the field ", key.field.name, " stands there twice"));
    }
    if (keys.size() == kSortKeysMax) {
      return Refused(text, absl::StrCat("more than ", kSortKeysMax, " fields"));
    }
    keys.push_back(key);
  }
  return keys;
}

void AppendTiebreak(const SortField& id, std::vector<SortKey>& keys) {
  if (HasKey(keys, id.name)) return;
  const bool is_descending = !keys.empty() && keys.back().is_descending;
  keys.push_back({.field = id, .is_descending = is_descending});
}

std::string OrderBySql(absl::Span<const SortKey> keys) {
  // Said only where PostgreSQL's default differs: an index in plain order does not serve an ORDER
  // BY that spells out NULLS LAST, even on a column without NULLs.
  return absl::StrJoin(keys, ", ", [](std::string* out, const SortKey& key) {
    absl::StrAppend(out, key.field.sql, key.is_descending ? " DESC" : "",
                    key.is_descending && key.field.is_nullable ? " NULLS LAST" : "");
  });
}

std::string AfterSql(absl::Span<const SortKey> keys, absl::Span<const SortValue> values,
                     pg::Params& params) {
  Check(keys.size() == values.size());
  if (keys.empty()) return "FALSE";
  if (IsUniform(keys)) return RowAfter(keys, values, params);
  const SortKey& key = keys.front();
  const absl::string_view sql = key.field.sql;
  // Asked only of rows that are equal to the value in this key.
  const auto rest = [&] { return AfterSql(keys.subspan(1), values.subspan(1), params); };
  if (IsNull(values.front())) return absl::StrCat("(", sql, " IS NULL AND ", rest(), ")");
  const std::string value = Placeholder(values.front(), params);
  const std::string after = absl::StrCat("(", sql, " ", AfterOp(key), "= ", value, " AND (", sql,
                                         " ", AfterOp(key), " ", value, " OR ", rest(), "))");
  return key.field.is_nullable ? absl::StrCat("(", sql, " IS NULL OR ", after, ")") : after;
}

}  // namespace lots
