// Reads the sizes of the tables, in pages, and compares them.
#include "storage/pg/table_growth.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/base/status_macros.h"
#include "storage/pg/pipeline.h"

namespace lots::pg {
namespace {

// NULL: the table was dropped a moment ago.
constexpr Statement kReadTableSizes{"read_table_sizes", R"sql(
  SELECT relname::text,
         coalesce(pg_relation_size(oid), 0) / current_setting('block_size')::bigint
  FROM pg_class
  WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace)sql"};

}  // namespace

absl::StatusOr<std::vector<std::string>> TableGrowth::Grown(Connection& db) {
  ASSIGN_OR_RETURN(const Result sizes, Query(db, kReadTableSizes));
  const bool is_first = pages_.empty();
  absl::flat_hash_map<std::string, int64_t> pages;
  std::vector<std::string> grown;
  for (const Row& row : sizes) {
    auto name = row.Get<std::string>(0);
    const auto now = row.Get<int64_t>(1);
    const auto found = pages_.find(name);
    const int64_t before = found == pages_.end() ? 0 : found->second;
    const bool has_grown = now >= 2 * before && now >= before + kPagesGrownMin;
    if (has_grown && !is_first) grown.push_back(name);
    pages.emplace(std::move(name), now);
  }
  if (is_first || !grown.empty()) pages_ = std::move(pages);
  return grown;
}

absl::Status Analyze(Connection& db, const std::vector<std::string>& tables) {
  if (tables.empty()) return absl::OkStatus();
  return db.RunScript("analyze_tables", absl::StrCat("ANALYZE ", absl::StrJoin(tables, ", ")));
}

}  // namespace lots::pg
