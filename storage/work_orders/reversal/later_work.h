// Work on units since a transformation: while it is in effect, the transformation is not reversed.
// For this folder only.
#pragma once

#include <cstddef>
#include <optional>

#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct Problem;

}  // namespace lots

namespace lots::orders {

// Locks the units that the transformation installed components in or took components out of, under
// their numbers of now too: nobody takes these apart meanwhile. Before the ledger's locks.
void AddUnitLocks(pg::Transaction& transaction, const CompanyId& company,
                  const TransformationId& transformation);

// Adds the reads of later work, after the ledger's locks. Returns the index of the first result.
size_t AddLaterWork(pg::Transaction& transaction, const CompanyId& company,
                    const TransformationId& transformation);
// RESULT_USED, naming what has to be reversed first. None: nothing was done since.
std::optional<Problem> FindLaterWork(const pg::Results& results, size_t first);

}  // namespace lots::orders
