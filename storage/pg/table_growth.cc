// Reads the sizes of the tables, in rows, and compares them.
#include "storage/pg/table_growth.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/base/status_macros.h"
#include "storage/pg/pipeline.h"

namespace lots::pg {
namespace {

// pg_relation_size would wait for a lock on the table.
constexpr Statement kReadTableSizes{"read_table_sizes", R"sql(
  SELECT relname::text, n_live_tup
  FROM pg_stat_user_tables
  WHERE schemaname = current_schema())sql"};

}  // namespace

absl::StatusOr<std::vector<std::string>> TableGrowth::Grown(Connection& db) {
  ASSIGN_OR_RETURN(const Result sizes, Query(db, kReadTableSizes));
  const bool is_first = rows_.empty();
  absl::flat_hash_map<std::string, int64_t> rows;
  std::vector<std::string> grown;
  for (const Row& row : sizes) {
    auto name = row.Get<std::string>(0);
    const auto now = row.Get<int64_t>(1);
    const auto found = rows_.find(name);
    const int64_t before = found == rows_.end() ? 0 : found->second;
    const bool has_grown = now >= 2 * before && now >= before + kRowsGrownMin;
    if (has_grown && !is_first) grown.push_back(name);
    rows.emplace(std::move(name), now);
  }
  if (is_first || !grown.empty()) rows_ = std::move(rows);
  return grown;
}

absl::Status Analyze(Connection& db, const std::vector<std::string>& tables) {
  if (tables.empty()) return absl::OkStatus();
  return db.RunScript("analyze_tables", absl::StrCat("SET LOCAL lock_timeout = '100ms'; ANALYZE ",
                                                     absl::StrJoin(tables, ", ")));
}

}  // namespace lots::pg
