// Reads movements as they were posted.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/ledger/rules/posting.h"
#include "storage/pg/connection.h"

namespace lots {

// The given movements that exist, in the order of recording.
absl::StatusOr<std::vector<PostedMovement>> FindMovements(pg::Connection& db,
                                                          const CompanyId& company,
                                                          absl::Span<const MovementId> ids);

// Every movement of a transformation, in the order of recording.
absl::StatusOr<std::vector<PostedMovement>> FindMovementsOf(pg::Connection& db,
                                                            const CompanyId& company,
                                                            const TransformationId& transformation);

// Archived lots that these movements, or those of a transformation, made ACTIVE again.
absl::StatusOr<std::vector<LotId>> FindUnarchived(pg::Connection& db, const CompanyId& company,
                                                  absl::Span<const MovementId> ids);
absl::StatusOr<std::vector<LotId>> FindUnarchivedBy(pg::Connection& db, const CompanyId& company,
                                                    const TransformationId& transformation);

}  // namespace lots
