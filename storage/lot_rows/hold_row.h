// The columns of a hold and their reader, side by side, and what every reader of holds asks of one.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/hold.h"
#include "storage/domain/kinds.h"
#include "storage/pg/values/result.h"

// Of the view `lot_holds h`; macros, because a statement's text is one literal.
#define LOTS_HOLD_COLUMNS                                                                 \
  " h.lot_id, h.cause, h.hold_id, h.location_id, h.source_lot_id, h.recall_id, h.reason," \
  " h.exempt_location_ids, h.expires_at, h.placed_by, h.placed_at, h.binding "
// That a hold of `lot_holds h` refuses movements; `now` is a parameter ("$3").
#define LOTS_HOLD_BINDS(now) " h.binding AND (h.expires_at IS NULL OR h.expires_at > " now ") "
// The strongest first: HoldStrength in SQL.
#define LOTS_STRONGEST_HOLD_FIRST \
  " CASE h.cause WHEN 4 THEN 1 WHEN 1 THEN 2 WHEN 3 THEN 3 ELSE 4 END "
// Why the lot in the column `lot` is held; NULL when it is free, which is found out by one look at
// each of two indexes. $1 is the company.
#define LOTS_HOLD_CAUSE(lot, now)                                             \
  "(SELECT h.cause FROM lot_holds h WHERE h.company = $1 AND h.lot_id = " lot \
  " AND" LOTS_HOLD_BINDS(now) "ORDER BY" LOTS_STRONGEST_HOLD_FIRST "LIMIT 1)"
// Why what `balances b` says is held; NULL also where no goods are kept.
#define LOTS_PLACE_HOLD_CAUSE(balances, now)                                                 \
  "CASE WHEN " balances                                                                      \
  ".kind IN (1, 2) THEN (SELECT h.cause FROM lot_holds h WHERE h.company = $1 AND h.lot_id " \
  "= " balances ".lot_id AND (h.location_id IS NULL OR h.location_id = " balances            \
  ".location_id) AND" LOTS_HOLD_BINDS(now) "ORDER BY" LOTS_STRONGEST_HOLD_FIRST "LIMIT 1) END"

namespace lots {

// How many columns LOTS_HOLD_COLUMNS has; further ones may follow.
inline constexpr int kHoldColumnCount = 12;

// The hold whose columns begin at `first`. Those of its release are not among them.
Hold ReadHold(const pg::Row& row, int first = 0);

// That it has neither been released nor expired; drills count.
bool Stands(const Hold& hold, absl::Time now);

// RECALL 4, LOT 3, INHERITED 2, PLACE 1: of several causes the highest is told.
int HoldStrength(HoldCause cause);

}  // namespace lots
