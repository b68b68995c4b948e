// When the plans that sessions keep are too old for the sizes of the tables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/pg/connection.h"

namespace lots::pg {

// A table that has doubled and grown by so many rows is large enough for other plans.
inline constexpr int64_t kRowsGrownMin = 500;

// TableGrowth compares the sizes of the tables with those of its last finding. On an empty table
// every plan costs the same, and without statistics PostgreSQL takes a company for a small part of
// a table: a plan that was made then may read a company's rows from end to end for each look-up.
// PostgreSQL makes new plans only after ANALYZE, which autovacuum may run a minute later; a new
// company can have 100,000 lots by then. The sizes are those that PostgreSQL counts for its
// statistics views: a second old, and read without a lock. In a cluster of databases (Citus) the
// coordinator's tables stay empty, and nothing is found.
class TableGrowth {
 public:
  // The tables that have doubled and grown by kRowsGrownMin rows since the last call that found
  // such tables, or since the first call. A few microseconds a table.
  absl::StatusOr<std::vector<std::string>> Grown(Connection& db);

 private:
  absl::flat_hash_map<std::string, int64_t> rows_;
};

// Makes the statistics of the tables, from a sample: all sessions plan anew. Waits for no lock.
// PostgreSQL skips tables that the session's role does not own; DropPlans then helps at least
// with the sizes.
absl::Status Analyze(Connection& db, const std::vector<std::string>& tables);

}  // namespace lots::pg
