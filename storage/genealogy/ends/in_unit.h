// In which unit a lot is, through all levels: the battery in the drive, the drive in the bicycle.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

// A lot is in a unit: exactly, by a line that is in effect and not ended.
struct InUnit {
  LotId lot_id;       // which was asked
  int level = 0;      // 1: the lot itself is in the unit; 2: what the lot is in is in it; …
  LotId unit;         // under its number of now
  Quantity quantity;  // of the lot or of the unit a level below, in this unit
  absl::Time since;   // when it went in
};

// The levels that are followed; a unit is seldom more than five deep.
inline constexpr int kUnitLevelsMax = 20;

// Adds the read of the units that these lots are in, at a time; ReadInUnits takes its result. By
// lot, and by level from the inside out, at most `limit` of them: a lot of screws is in many units.
size_t AddInUnits(pg::Pipeline& pipeline, const CompanyId& company, absl::Span<const LotId> lots,
                  int64_t limit, absl::Time as_of = absl::InfiniteFuture(),
                  absl::Time known_at = absl::InfiniteFuture());
size_t AddInUnits(pg::Transaction& transaction, const CompanyId& company,
                  absl::Span<const LotId> lots, int64_t limit,
                  absl::Time as_of = absl::InfiniteFuture(),
                  absl::Time known_at = absl::InfiniteFuture());
std::vector<InUnit> ReadInUnits(const pg::Result& rows);

}  // namespace lots
