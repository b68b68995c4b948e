// Records and reverses movements (record.cc, reverse.cc).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/document.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/rules/accept.h"
#include "storage/pg/connection.h"

namespace lots {

struct Movement;

// One movement of a request.
struct NewMovement {
  MovementKind kind = MovementKind::kTransfer;
  LotRef lot;
  std::optional<Quantity> quantity;  // of a serial: 1 when absent
  LocationId from;                   // empty: the default of the side's kind
  LocationId to;
  Document document;
  std::string partner_id;
  absl::Time occurred_at;
  std::optional<MovementId> delivery;  // of a RETURN
  std::optional<MovementId> receipt;   // of a SUPPLIER_RETURN
  std::string note;
};

struct RecordMovementsCommand {
  WriteContext context;
  std::vector<NewMovement> movements;
  Accept accept;
  bool validate_only = false;
};

struct RecordedMovements {
  std::vector<MovementId> movement_ids;  // in the order of the request
  std::vector<LotId> unarchived;         // archived lots that are ACTIVE again
  std::vector<Problem> problems;         // with validate_only: every problem that would be refused
};

// Posts all movements or none. Each movement is validated on what the movements before it leave
// behind. A refusal names every problem: those of ValidatePosting, and LOT_NOT_FOUND,
// MOVEMENT_NOT_FOUND, FIELD_INVALID (a side without a default, PRODUCTION), DUPLICATE_IN_REQUEST (a
// serial that moves twice).
absl::StatusOr<RecordedMovements> RecordMovements(pg::Connection& db,
                                                  const RecordMovementsCommand& command);

struct ReverseMovementCommand {
  WriteContext context;
  MovementId movement_id;
  std::string note;
};
// Reverses a movement, once. Returns the reversal, which has the occurred_at of the movement.
// Refuses with MOVEMENT_NOT_FOUND, PART_OF_TRANSFORMATION, and the problems of ValidateReversal.
absl::StatusOr<Movement> ReverseMovement(pg::Connection& db, const ReverseMovementCommand& command);

}  // namespace lots
