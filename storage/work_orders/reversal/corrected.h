// A completion or maintenance that was corrected: its reversal takes the corrections back too, and
// gives back what was really used. For this folder only.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/domain/ids.h"
#include "storage/ledger/rules/posting.h"
#include "storage/pg/connection.h"
#include "storage/pg/pipeline.h"

namespace lots::orders {

// The transformation with the corrections of it that are in effect.
struct CorrectedMovements {
  std::vector<TransformationId> corrections;  // the oldest first
  // What a reversal reverses, the last one first. A serial that a correction gave back, and that
  // did not go in again, is not there: nothing of it is left to reverse.
  std::vector<PostedMovement> movements;
};

// Movements never change, so that they can be read before the locks. The corrections may change
// until then: ReadCorrections reads them again.
absl::StatusOr<CorrectedMovements> FindCorrectedMovements(pg::Connection& db,
                                                          const CompanyId& company,
                                                          const TransformationId& transformation);

size_t AddCorrections(pg::Transaction& transaction, const CompanyId& company,
                      const TransformationId& transformation);
std::vector<TransformationId> ReadCorrections(const pg::Result& rows);

}  // namespace lots::orders
