// Holds: lots that must not be taken away until somebody has decided about them.
//
// A hold binds the lot wherever it is, or what of it is at one place. The ledger refuses to take
// held goods out of an INTERNAL or TRANSIT location, except to the hold's exempt locations or when
// the posting accepts HELD (LOT_HELD). Whoever places a hold locks the lot FOR UPDATE, and the
// ledger reads holds after it has locked the lot: a movement either finished before the hold, or
// waits and then sees it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot.h"
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

// One hold a target, in their order. Every refusal of the rpc's comment, every problem at once.
absl::StatusOr<std::vector<HoldId>> HoldLots(pg::Connection& db, const HoldLotsCommand& command);

// One of the two lists.
struct ReleaseLotsCommand {
  WriteContext context;
  std::vector<HoldId> holds;
  std::vector<LotRef> lots;
  std::string note;
};

absl::StatusOr<std::vector<HoldId>> ReleaseLots(pg::Connection& db,
                                                const ReleaseLotsCommand& command);

// What went from one lot into another.
struct Passage {
  LotId input;
  LotId output;
  bool certain = false;  // the input certainly went into the output
};

// Every one of the inputs may be in every one of the outputs; certainly, when there is one output.
// Said as two lists: ten thousand serials of ten thousand components are no hundred million rows.
struct PooledPassage {
  std::vector<LotId> inputs;
  std::vector<LotId> outputs;
};

// Adds the statements that pass on what holds the inputs: an inherited hold for each output that a
// held lot went into, and membership for each output of a member of an open recall, drills
// included. After Ledger::Load and the last Post and before the commit, in the transaction that
// writes the outputs and the transformation (add those before). Adds nothing when nothing holds the
// inputs. A hold of a place passes on when goods were taken there, and an output that has a hold
// for this input gets no second one. Of pooled inputs at most kInheritedSourcesMax pass their own
// holds on, those that are held longest; memberships all do.
void AddInheritedHolds(pg::Transaction& transaction, const WriteContext& context,
                       const TransformationId& transformation, const LedgerFacts& facts,
                       absl::Span<const Passage> passages);
void AddInheritedHolds(pg::Transaction& transaction, const WriteContext& context,
                       const TransformationId& transformation, const LedgerFacts& facts,
                       const PooledPassage& passage);

}  // namespace lots
