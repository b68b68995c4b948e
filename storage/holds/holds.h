// Holds: lots that must not be taken away until somebody has decided about them.
//
// A hold binds a lot wherever it is, or only the part of the lot at one place. The ledger refuses
// (LOT_HELD) to take held goods out of an INTERNAL or TRANSIT location, except to the hold's exempt
// locations or when the posting accepts HELD. An operation that places a hold locks the lot FOR
// UPDATE. The ledger reads holds after it has locked the lot: a movement either finished before the
// hold, or waits and then sees the hold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/pg/connection.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct LedgerFacts;

struct HoldTarget {
  LotRef lot;
  std::optional<LocationId> location;  // none: wherever it is
};

struct HoldLotsCommand {
  WriteContext context;
  std::vector<HoldTarget> targets;
  std::string reason;
  std::optional<absl::Time> expires_at;
  std::vector<LocationId> exempt_location_ids;
};

// Places one hold for each target, in their order. hold.proto lists the refusals; a refusal names
// every problem.
absl::StatusOr<std::vector<HoldId>> HoldLots(pg::Connection& db, const HoldLotsCommand& command);

// Either `holds` or `lots` is given.
struct ReleaseLotsCommand {
  WriteContext context;
  std::vector<HoldId> holds;
  std::vector<LotRef> lots;
  std::string note;
};

// Releases these holds, or all holds of these lots. Returns the released holds.
absl::StatusOr<std::vector<HoldId>> ReleaseLots(pg::Connection& db,
                                                const ReleaseLotsCommand& command);

// One lot went into another: `output` inherits the holds of `input`.
struct HoldInheritance {
  LotId input;
  LotId output;
  bool certain = false;  // the input certainly went into the output
};

// Each input may be in each output, and certainly is when there is one output. Two lists keep this
// small: ten thousand serials with ten thousand components would be a hundred million pairs.
struct PooledHoldInheritance {
  std::vector<LotId> inputs;
  std::vector<LotId> outputs;
};

// Adds the statements with which outputs inherit what holds the inputs: an inherited hold for each
// output of a held lot, and a membership for each output of a member of an open recall (a drill
// too). Call after the last Ledger::Post and before the commit, in the transaction that writes the
// outputs and the transformation; their statements are added before. Adds nothing when nothing
// holds the inputs.
// - A hold of a place is inherited when goods were taken from that place.
// - An output that already has a hold for this input gets no second one.
// - Of pooled inputs at most kInheritedSourcesMax pass their own holds on, those that are held
//   longest. Memberships are all passed on.
void AddInheritedHolds(pg::Transaction& transaction, const WriteContext& context,
                       const TransformationId& transformation, const LedgerFacts& facts,
                       absl::Span<const HoldInheritance> inheritances);
void AddInheritedHolds(pg::Transaction& transaction, const WriteContext& context,
                       const TransformationId& transformation, const LedgerFacts& facts,
                       const PooledHoldInheritance& inheritance);

}  // namespace lots
