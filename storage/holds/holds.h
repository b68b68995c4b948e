// Holds: lots that must not be taken away until somebody has decided about them.
//
// A hold binds a lot wherever it is, or only what of the lot is at one place, or a quantity of
// that: so much must stay there. Several holds of a quantity at one place add up. The ledger
// (LOT_HELD) to take held goods out of an INTERNAL or TRANSIT location, except to the hold's exempt
// locations or when the posting accepts HELD. An operation that places a hold locks the lot FOR
// UPDATE. The ledger reads holds after it has locked the lot: a movement either finished before the
// hold, or waits and then sees the hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/holds/read.h"
#include "storage/pg/connection.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct LedgerFacts;

struct HoldTarget {
  LotRef lot;
  std::optional<LocationId> location;  // none: wherever it is
  std::optional<Quantity> quantity;    // of what is at the location; none: all of it
};

struct HoldLotsCommand {
  WriteContext context;
  std::vector<HoldTarget> targets;
  std::string reason;
  std::optional<absl::Time> expires_at;
  std::vector<LocationId> exempt_location_ids;
  std::string case_id;  // the complaint or corrective action; empty: none
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

// The end of a hold: none means until it is released.
using HoldEnd = std::optional<absl::Time>;

// Absent fields stay as they are.
struct UpdateHoldCommand {
  WriteContext context;
  HoldId hold_id;
  std::optional<LotId> lot_id;  // must be the hold's lot
  std::optional<HoldEnd> expires_at;
  std::optional<std::vector<LocationId>> exempt_location_ids;
  std::optional<std::string> reason;
  std::optional<std::string> case_id;
  std::string note;                // why; only for the history
  std::optional<int64_t> version;  // must be the current one
  bool may_weaken = false;         // the caller has the permission to release
};
// Changes a hold that is in effect, and adds the change to the history of its lot. A hold becomes
// weaker when it ends earlier, or lets goods go to more places. HOLD_NOT_FOUND, HOLD_ENDED,
// ETAG_MISMATCH, LOCATION_NOT_FOUND, PERMISSION_MISSING, FIELD_INVALID.
absl::StatusOr<LotHold> UpdateHold(pg::Connection& db, const UpdateHoldCommand& command);

// For operations that place or end holds as a part of something else. They lock the lots FOR UPDATE
// before.
struct NewHold {
  HoldId hold_id;
  LotId lot_id;
  std::optional<LocationId> location = {};
  std::optional<Quantity> quantity = {};
};
// What all holds of one call have in common.
struct HoldTerms {
  std::string reason;
  std::optional<absl::Time> expires_at = {};
  std::vector<LocationId> exempt_location_ids = {};
  std::string case_id = {};
};
// Adds the statement that inserts the holds, and counts them.
void AddHolds(pg::Transaction& transaction, const WriteContext& context, const HoldTerms& terms,
              const std::vector<NewHold>& holds);
// Adds the statement that releases holds, which are locked, and counts them.
void AddReleases(pg::Transaction& transaction, const WriteContext& context,
                 const std::vector<HoldId>& holds, const std::string& note);

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
