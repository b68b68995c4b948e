// Reads the rows of many ids by one of two statements. One index lookup for each id costs the
// database two microseconds, whatever it finds. Ids begin with the time at which they were made
// (UUIDv7), so ids that belong together are often close together. If at least half of the ids
// between the first and the last are wanted, and the others do not have too many rows, then one
// range scan that skips the others takes a quarter of the time (tests/bench, trace_100k).
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/pg/parallel_reads.h"
#include "storage/pg/values/statement.h"

namespace lots {

// $1 is the company, $2 the ids.
struct ByIds {
  pg::Statement each;      // looks up each id
  pg::Statement in_range;  // scans from the first to the last id of $2, which is sorted
};

// Defines the ByIds `constant`. `before` is the SQL text before the condition on `column`, `after`
// is the text after it. IS TRUE keeps PostgreSQL from joining the ids, which would look them up one
// by one again: instead, PostgreSQL asks a hash table of the ids for each row.
#define LOTS_BY_IDS(constant, name, before, column, after)                                  \
  constexpr ByIds constant {                                                                \
    {name, before column " = ANY($2)" after}, {                                             \
      name "_in_range", before column                                                       \
          " BETWEEN ($2::uuid[])[1] AND ($2::uuid[])[cardinality($2::uuid[])] AND (" column \
          " IN (SELECT unnest($2::uuid[]))) IS TRUE" after                                  \
    }                                                                                       \
  }

// Sorted ids, as many as one statement asks for.
template <class Id>
struct IdPart {
  absl::Span<const Id> ids;
  bool is_dense = false;  // read by ByIds::in_range
};

// The parts of a level fill a pipeline, and the database reads one while C++ takes in another:
// smaller parts would cost more round trips, larger ones more waiting. 2,000 ids are 32 kB.
inline constexpr size_t kIdsPerPart = 2'000;
inline constexpr size_t kPartsPerPipeline = 5;

// Splits `ids` into parts. The ids are sorted, and must outlive the parts. If there are enough ids,
// asks the database how dense each part is: `between` counts the ids from $2 to $3 (at most $4) and
// their rows (at most $5). No statement may be waiting in `reads`.
template <class Id>
absl::StatusOr<std::vector<IdPart<Id>>> PartsOf(pg::ParallelReads& reads,
                                                const pg::Statement& between,
                                                const CompanyId& company, absl::Span<const Id> ids,
                                                size_t ids_per_part = kIdsPerPart);

// Adds the quicker of the two statements to a ParallelReads or a Transaction.
template <class Reads, class Id, class... Args>
void AddByIds(Reads& reads, const ByIds& statement, const CompanyId& company,
              const IdPart<Id>& part, const Args&... args) {
  reads.Add(part.is_dense ? statement.in_range : statement.each, company, part.ids, args...);
}

}  // namespace lots
