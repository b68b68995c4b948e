// A hold: why goods may not leave.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/hold.h"

namespace lots {

// One reason for which a lot, or what of it is at one place, may not be taken away.
struct Hold {
  std::optional<HoldId> hold_id;  // none: of a recall
  LotId lot_id;
  HoldCause cause = HoldCause::kLot;
  std::optional<LocationId> location_id;  // of kPlace
  std::optional<LotId> source_lot_id;     // of kInherited
  std::optional<RecallId> recall_id;      // of kRecall
  std::string reason;
  std::vector<LocationId> exempt_location_ids;
  std::optional<absl::Time> expires_at;
  std::string placed_by;
  absl::Time placed_at;
  bool binding = true;  // false: of a drill, which refuses nothing
  std::string released_by;
  std::optional<absl::Time> released_at;
  std::string release_note;
  // Of kPlace: so much must stay at the place; none: all of it.
  std::optional<Quantity> quantity;
  std::string case_id;             // the complaint or corrective action; empty: none
  bool awaits_inspection = false;  // placed with a receipt, until somebody has inspected the lot
  int64_t version = 1;
  std::optional<absl::Time> updated_at;  // the last change; none: it never changed
  // Of kRecall, as the ledger reads it: scrap, quarantine places and suppliers are exempt too.
  bool exempts_disposal = false;
};

// Whether a hold is neither released nor expired. A hold of a drill may be in effect too.
bool IsInEffect(const Hold& hold, absl::Time now);

// RECALL 4, LOT 3, INHERITED 2, PLACE 1: answers name the strongest of several causes.
int HoldStrength(HoldCause cause);

}  // namespace lots
