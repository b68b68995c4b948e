// Corrections of genealogies.
//
// A correction is a transformation of kind CORRECTION that names the one it corrects. It happened
// when that one happened and was recorded now. It ends the links that are wrong
// (storage/genealogy/ends) and has the right ones as its inputs; its outputs are the units, which
// were not made here, and the lots that come back. So every question that follows links sees what
// is true, and a question with an earlier known_at sees what was recorded then. Stock follows by
// movements of the correction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/rules/accept.h"
#include "storage/pg/connection.h"
#include "storage/work_orders/work_orders.h"

namespace lots {

// What is recorded, and is not true.
struct WrongComponent {
  LotRef lot;
  std::optional<Quantity> quantity;  // none: all that is recorded
  std::optional<LotRef> unit;        // none: it is recorded as pooled, or in a maintenance
  std::optional<LocationId> to;      // none: where it was taken from
};

// What is true, and is not recorded.
struct RightComponent {
  LotRef lot;
  std::optional<Quantity> quantity;  // none: 1 of a serial, else as much as the wrong one
  std::optional<LocationId> from;    // none: where the serial is, else where the wrong one was
  // None: that of the wrong one; else the one of a maintenance, or pooled.
  std::optional<LotRef> unit;
};

// At least one of the two.
struct CorrectionLine {
  std::optional<WrongComponent> wrong;
  std::optional<RightComponent> right;
};

struct CorrectGenealogyCommand {
  WriteContext context;
  TransformationId transformation_id;
  std::string reason;
  std::vector<CorrectionLine> lines;
  Accept accept;
};

struct GenealogyCorrection {
  TransformationId transformation_id;
  std::vector<MovementId> adjustments;  // for accepted shortages
  std::vector<LotId> unarchived;        // archived lots that are ACTIVE again
};

// Gives every refusal in the comment of the RPC.
absl::StatusOr<GenealogyCorrection> CorrectGenealogy(pg::Connection& db,
                                                     const CorrectGenealogyCommand& command);

// Reverses a transformation of any kind, once: ReverseCompletion (storage/work_orders), and for a
// correction what undoes it, with the holds and memberships that it gave and took. Refuses
// RESULT_USED while a later correction or maintenance ended a link of the correction.
absl::StatusOr<CompletionReversal> ReverseTransformation(pg::Connection& db,
                                                         const CompletionReversalCommand& command);

}  // namespace lots
