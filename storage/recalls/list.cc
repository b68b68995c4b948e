// ListRecalls.
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/existence.h"
#include "storage/query/filter.h"
#include "storage/query/order_by.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/rows.h"

namespace lots {
namespace {

constexpr FilterEnumValue kStates[] = {
    {"OPEN", static_cast<int64_t>(RecallState::kOpen)},
    {"CLOSED", static_cast<int64_t>(RecallState::kClosed)},
};

// A member is found by its lot: recall_members has the lot before the recall in its key. A text
// that is no UUID is no lot.
#define LOTS_RECALL_HAS_MEMBER(condition)                               \
  "EXISTS (SELECT FROM recall_members m WHERE m.company = $1 "          \
  "AND m.recall_id = recalls.recall_id AND m.lot_id = CASE WHEN $? ~* " \
  "'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN $?::uuid END" condition ")"

constexpr FilterField kFields[] = {
    {.name = "recall_id", .sql = "recall_id"},
    {.name = "reason", .sql = "(reason COLLATE \"C\")", .search_sql = "lower(reason)"},
    {.name = "state",
     .type = FilterType::kEnum,
     .sql = "state",
     .values = kStates,
     .value_prefix = "RECALL_STATE_"},
    {.name = "drill", .type = FilterType::kBool, .sql = "drill"},
    {.name = "open_time", .type = FilterType::kTime, .sql = "opened_at"},
    {.name = "close_time", .type = FilterType::kTime, .sql = "closed_at"},
    {.name = "opener", .sql = "(opened_by COLLATE \"C\")"},
    {.name = "lot_id", .type = FilterType::kMember, .sql = LOTS_RECALL_HAS_MEMBER("")},
    {.name = "seed_lot_id",
     .type = FilterType::kMember,
     .sql = LOTS_RECALL_HAS_MEMBER(" AND m.depth = 0")},
};

constexpr SortField kSortFields[] = {
    {.name = "open_time", .sql = "opened_at"},
    {.name = "recall_id", .sql = "recall_id"},
};

absl::StatusOr<std::vector<SortKey>> SortKeys(absl::string_view order_by) {
  ASSIGN_OR_RETURN(std::vector<SortKey> keys, ParseOrderBy(order_by, kSortFields));
  if (keys.empty()) keys.push_back({.field = kSortFields[0], .is_descending = true});
  AppendTiebreak(kSortFields[1], keys);
  return keys;
}

std::optional<SortValue> KeyValue(const SortKey& key, const std::string& text) {
  if (key.field.name == "recall_id") return SortValue(text);
  int64_t micros = 0;
  if (!absl::SimpleAtoi(text, &micros)) return std::nullopt;
  return SortValue(absl::FromUnixMicros(micros));
}

// " AND …" for the recalls after the position; nothing on the first page.
absl::StatusOr<std::string> After(absl::Span<const SortKey> keys,
                                  const std::vector<std::string>& position, pg::Params& params) {
  if (position.empty()) return std::string();
  std::vector<SortValue> values;
  for (size_t i = 0; i < keys.size() && i < position.size(); ++i) {
    std::optional<SortValue> value = KeyValue(keys[i], position[i]);
    if (value.has_value()) values.push_back(*std::move(value));
  }
  if (values.size() != keys.size() || position.size() != keys.size()) {
    return Refuse(PageTokenInvalid("order"));
  }
  return absl::StrCat(" AND ", AfterSql(keys, values, params));
}

}  // namespace

std::vector<std::string> PositionOf(const Recall& recall, absl::string_view order_by) {
  std::vector<std::string> position;
  // A listed recall has an order that was read before.
  for (const SortKey& key : SortKeys(order_by).value_or(std::vector<SortKey>())) {
    position.push_back(key.field.name == "recall_id"
                           ? recall.recall_id.value()
                           : absl::StrCat(absl::ToUnixMicros(*recall.opened_at)));
  }
  return position;
}

absl::StatusOr<std::vector<Recall>> ListRecalls(pg::Connection& db, const ListRecallsQuery& query) {
  ASSIGN_OR_RETURN(const std::vector<SortKey> keys, SortKeys(query.order_by));
  ASSIGN_OR_RETURN(const absl::TimeZone zone, FindFilterZone(db, query.company, query.filter));
  pg::Params params = pg::Params::Of(query.company);
  ASSIGN_OR_RETURN(const Filter filter, CompileFilter(query.filter, kFields, zone, params));
  std::string sql = absl::StrCat(
      "SELECT " LOTS_RECALL_COLUMNS "FROM recalls WHERE company = $1 AND ", filter.sql);
  if (query.state.has_value()) absl::StrAppend(&sql, " AND state = $", params.Add(*query.state));
  ASSIGN_OR_RETURN(const std::string after, After(keys, query.after, params));
  absl::StrAppend(&sql, after, " ORDER BY ", OrderBySql(keys), " LIMIT $", params.Add(query.limit));
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  snapshot.AddComposed("list_recalls", std::move(sql), std::move(params));
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  if (results[0].empty()) {
    AskedResources asked{.company = query.company};
    asked.AddFilter(filter.equalities);
    const size_t read = AddMissingRead(snapshot, asked);
    ASSIGN_OR_RETURN(const pg::Results missing, snapshot.Commit());
    RETURN_IF_ERROR(RefuseMissing(asked, missing[read]));
    return std::vector<Recall>();
  }
  std::vector<Recall> recalls;
  for (const pg::Row row : results[0]) recalls.push_back(ReadRecallRow(row, query.company));
  RETURN_IF_ERROR(AddSeedsAndScope(snapshot, query.company, recalls));
  return recalls;
}

}  // namespace lots
