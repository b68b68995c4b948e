// Lots that are gone: what their deletion recorded of them.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot.h"
#include "storage/lots/events.h"
#include "storage/pg/connection.h"

namespace lots {

// The fields of a lot that its deletion records.
std::vector<FieldChange> LastWords(const Lot& lot);

// Those of the lots that were deleted, as far as their deletion tells: product, number, reference
// and notes.
absl::StatusOr<std::vector<Lot>> FindDeletedLots(pg::Connection& db, const CompanyId& company,
                                                 const std::vector<Uuid>& lot_ids);

// The lot; once it was deleted, what its deletion tells. What a repeated write answers.
// LOT_NOT_FOUND when there never was one.
absl::StatusOr<Lot> FindLotEvenDeleted(pg::Connection& db, const CompanyId& company,
                                       const LotId& lot_id, absl::Time now);

}  // namespace lots
