// Deleted lots, as their deletion recorded them.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "storage/domain/ids.h"
#include "storage/lots/events.h"
#include "storage/pg/connection.h"

namespace lots {

struct Lot;

// The fields of a lot that its deletion records.
std::vector<FieldChange> FieldsAtDeletion(const Lot& lot);

// The deleted ones among the lots, with the fields that the deletion recorded (product, number,
// reference and notes) and when that was (`deleted_at`).
absl::StatusOr<std::vector<Lot>> FindDeletedLots(pg::Connection& db, const CompanyId& company,
                                                 const std::vector<Uuid>& lot_ids);

// The lot, or what its deletion recorded. For the answers of repeated writes. LOT_NOT_FOUND when
// there never was such a lot.
absl::StatusOr<Lot> FindLotEvenDeleted(pg::Connection& db, const CompanyId& company,
                                       const LotId& lot_id, absl::Time now);

}  // namespace lots
