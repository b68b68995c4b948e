// Locks the lots of a level, for a walk that must see what transactions under way make of them.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/genealogy/graph/by_ids.h"
#include "storage/pg/parallel_reads.h"

namespace lots {

enum class Tracking : int16_t;

// A lot as the lock finds it.
struct LockedLot {
  LotId lot_id;
  int scale;
  Tracking tracking;
};

// Locks the lots FOR UPDATE and returns those that exist, by id. A stronger lock than the ledger's:
// another transaction that moves one of the lots has either committed, or waits. If one of the lots
// is locked by somebody else, waits for its turn as writes/lot_queue.h does.
absl::StatusOr<std::vector<LockedLot>> LockLots(pg::ParallelReads& reads, const CompanyId& company,
                                                absl::Span<const IdPart<LotId>> parts);

}  // namespace lots
