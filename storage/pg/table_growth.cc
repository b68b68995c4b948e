// Reads the sizes of the tables, in pages, and compares them.
#include "storage/pg/table_growth.h"

#include <utility>

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

absl::StatusOr<bool> TableGrowth::HasGrown(Connection& db) {
  ASSIGN_OR_RETURN(const Result sizes, Query(db, kReadTableSizes));
  const bool is_first = pages_.empty();
  absl::flat_hash_map<std::string, int64_t> pages;
  bool has_grown = false;
  for (const Row& row : sizes) {
    auto name = row.Get<std::string>(0);
    const auto now = row.Get<int64_t>(1);
    const auto found = pages_.find(name);
    const int64_t before = found == pages_.end() ? 0 : found->second;
    has_grown |= now >= 2 * before && now >= before + kPagesGrownMin;
    pages.emplace(std::move(name), now);
  }
  if (is_first || has_grown) pages_ = std::move(pages);
  return has_grown && !is_first;
}

}  // namespace lots::pg
