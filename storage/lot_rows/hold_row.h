// The columns of a hold and their reader, and the SQL conditions that all statements about holds
// share.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/domain/hold.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/pg/values/result.h"

// The columns of the view `lot_holds h`. These are macros, because the text of a statement is one
// literal.
#define LOTS_HOLD_COLUMNS                                                                  \
  " h.lot_id, h.cause, h.hold_id, h.location_id, h.source_lot_id, h.recall_id, h.reason,"  \
  " h.exempt_location_ids, h.expires_at, h.placed_by, h.placed_at, h.binding, h.quantity," \
  " h.case_id, h.awaits_inspection, h.version, h.updated_at "
// The same columns of the table `holds h`, then those of the release.
#define LOTS_PLACED_HOLD_COLUMNS                                                            \
  " h.lot_id, h.cause, h.hold_id, h.location_id, h.source_lot_id, NULL::text, h.reason,"    \
  " h.exempt_location_ids, h.expires_at, h.placed_by, h.placed_at, true, h.quantity,"       \
  " h.case_id, h.awaits_inspection, h.version, h.updated_at, h.released_by, h.released_at," \
  " h.release_note "
// Whether a hold of `lot_holds h` refuses movements; `now` is a parameter ("$3").
#define LOTS_HOLD_BINDS(now) " h.binding AND (h.expires_at IS NULL OR h.expires_at > " now ") "
// Sorts the strongest hold first: HoldStrength in SQL.
#define LOTS_STRONGEST_HOLD_FIRST                                         \
  " CASE h.cause WHEN {CAUSE_RECALL} THEN 1 WHEN {CAUSE_LOT} THEN 2 "_sql \
  "WHEN {CAUSE_INHERITED} THEN 3 ELSE 4 END "
// Why the lot in the column `lot` is held; NULL when it is free. PostgreSQL finds that out with one
// look into each of two indexes. $1 is the company.
#define LOTS_HOLD_CAUSE(lot, now)                                             \
  "(SELECT h.cause FROM lot_holds h WHERE h.company = $1 AND h.lot_id = " lot \
  " AND" LOTS_HOLD_BINDS(now) "ORDER BY" LOTS_STRONGEST_HOLD_FIRST "LIMIT 1)"
// Why the goods of a row of `balances` are held; NULL when they are free, and where no goods are
// kept.
#define LOTS_PLACE_HOLD_CAUSE(balances, now)                                      \
  "CASE WHEN " balances                                                           \
  ".kind IN ({PLACES_ON_HAND})"_sql                                               \
  " THEN (SELECT h.cause FROM lot_holds h WHERE h.company = $1 AND h.lot_id "     \
  "= " balances ".lot_id AND (h.location_id IS NULL OR h.location_id = " balances \
  ".location_id) AND" LOTS_HOLD_BINDS(now) "ORDER BY" LOTS_STRONGEST_HOLD_FIRST "LIMIT 1) END"

namespace lots {

enum class HoldCause : int16_t;
struct Hold;

// The number of columns in LOTS_HOLD_COLUMNS; a statement may read more columns after them.
inline constexpr int kHoldColumnCount = 17;

// Reads the hold whose columns begin at `first`. The fields of its release stay empty.
Hold ReadHold(const pg::Row& row, int first = 0);

// The number of columns in LOTS_PLACED_HOLD_COLUMNS.
inline constexpr int kPlacedHoldColumnCount = kHoldColumnCount + 3;

// Reads the hold whose columns begin at `first`, with its release.
Hold ReadPlacedHold(const pg::Row& row, int first = 0);

}  // namespace lots
