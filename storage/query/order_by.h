// The order of a list request (AIP-132), and where its next page begins.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/base/quantity.h"
#include "storage/base/uuid.h"
#include "storage/pg/values/params.h"

namespace lots {

// One field that may be sorted by. All text in it is the program's own and becomes SQL as it is.
struct SortField {
  absl::string_view name;
  absl::string_view sql;
  // NULLs come last in both directions. An index serves a page in the middle of such a column
  // badly; where that matters, sort by an indexed expression that is never NULL.
  bool is_nullable = false;
};

struct SortKey {
  SortField field;
  bool is_descending = false;
};

// What a row has in one key; monostate is NULL.
using SortValue =
    std::variant<std::monostate, std::string, int64_t, Quantity, absl::Time, absl::CivilDay, Uuid>;

// Reads "create_time desc, number": at most kSortKeysMax fields, each once, with "asc" (the
// default) or "desc". Nothing for blank text. INVALID_ARGUMENT FIELD_INVALID of order_by, with the
// known fields.
absl::StatusOr<std::vector<SortKey>> ParseOrderBy(absl::string_view text,
                                                  absl::Span<const SortField> fields);

// Appends the key that makes the order total, unless it is there. It runs in the direction of the
// key before it, so that one index scan serves both.
void AppendTiebreak(const SortField& id, std::vector<SortKey>& keys);

// "created_at DESC, lot_id DESC".
std::string OrderBySql(absl::Span<const SortKey> keys);

// The condition, in parentheses, of the rows that come after the one that has these values, one a
// key. The values become parameters, as in CompileFilter. Where the first key is not nullable, the
// condition bounds an index scan on it; where all keys run one way and none is nullable, it is a
// single row comparison.
std::string AfterSql(absl::Span<const SortKey> keys, absl::Span<const SortValue> values,
                     pg::Params& params);

}  // namespace lots
