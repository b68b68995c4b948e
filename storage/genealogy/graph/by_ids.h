// Rows of many ids, read in one of two ways. One look at an index for each id costs the database
// two microseconds, whatever is found. Ids begin with the time at which they were made (UUIDv7), so
// what belongs together often lies together: where the ids are at least half of what there is
// between the first and the last of them, and none of the others has too many rows, all of that is
// read in one go and the others left out, for a quarter of it (tests/bench, trace_100k).
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "storage/domain/model.h"
#include "storage/pg/parallel_reads.h"
#include "storage/pg/values/statement.h"

namespace lots {

// $1 is the company, $2 the ids.
struct ByIds {
  pg::Statement each;      // a look for each
  pg::Statement in_range;  // from the first of $2, which is sorted, to the last
};

// ByIds `constant`{…}: `before` ends where the condition on `column` begins, `after` follows it. IS
// TRUE keeps PostgreSQL from joining the ids, which it would look up one by one again: it asks a
// hash table of them for each row.
#define LOTS_BY_IDS(constant, name, before, column, after)                                  \
  constexpr ByIds constant {                                                                \
    {name, before column " = ANY($2)" after}, {                                             \
      name "_in_range", before column                                                       \
          " BETWEEN ($2::uuid[])[1] AND ($2::uuid[])[cardinality($2::uuid[])] AND (" column \
          " IN (SELECT unnest($2::uuid[]))) IS TRUE" after                                  \
    }                                                                                       \
  }

// Ids in their order, as many as one statement asks for.
template <class Id>
struct IdPart {
  absl::Span<const Id> ids;
  bool close = false;  // to be read in a range
};

inline constexpr size_t kIdsPerPart = 2'000;

// The parts of ids that are sorted and stay where they are; asks the database how close they are,
// where there are enough of them for it to matter. `between` counts what is going to be read
// between the ids $2 and $3: how many ids there are, $4 at most, and how many rows of theirs, $5 at
// most. Nothing is posted.
template <class Id>
absl::StatusOr<std::vector<IdPart<Id>>> PartsOf(pg::ParallelReads& reads,
                                                const pg::Statement& between,
                                                const CompanyId& company, absl::Span<const Id> ids,
                                                size_t ids_per_part = kIdsPerPart);

// Adds the statement, of whichever form is the quicker, to a ParallelReads or a Transaction.
template <class Reads, class Id, class... Args>
void AddByIds(Reads& reads, const ByIds& statement, const CompanyId& company,
              const IdPart<Id>& part, const Args&... args) {
  reads.Add(part.close ? statement.in_range : statement.each, company, part.ids, args...);
}

}  // namespace lots
