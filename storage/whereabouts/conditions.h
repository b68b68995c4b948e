// The one definition of each whereabouts, as SQL about `lots l`; $1 is the company.
//
// A lot may be in several states, each for a part of its quantity. A serial is in one: in the place
// of goods that has it, or else in the state to which the last movement in effect brought it. All
// is read from balances, movements and links; nothing is stored. storage/genealogy/ends answers for
// other times than now.
//
// The text has words of sql_words.h.
#pragma once

#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/kinds/whereabouts.h"

// Neither a reversal nor reversed: movement `m`, transformation `t`.
#define LOTS_MOVED_IN_EFFECT(m)                                         \
  " " m                                                                 \
  ".reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM movements undone" \
  " WHERE undone.company = $1 AND undone.reverses_id = " m ".movement_id) "
#define LOTS_MADE_IN_EFFECT(t)                                                \
  " " t                                                                       \
  ".reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM transformations undone" \
  " WHERE undone.company = $1 AND undone.reverses_id = " t ".transformation_id) "

// Some of line `i` of transformation `t` is still in what it went into.
#define LOTS_LINE_IN_EFFECT \
  " t.kind NOT IN ({TRANSFORMATION_DISASSEMBLY}, {TRANSFORMATIONS_OF_NAMES}) "               \
  " AND" LOTS_MADE_IN_EFFECT(                                                                 \
      "t") " AND i.quantity > (SELECT COALESCE(sum(e.quantity), 0) FROM component_ends e"     \
           " JOIN transformations ending ON ending.company = $1"                              \
           " AND ending.transformation_id = e.ending_id"                                      \
           " WHERE e.company = $1 AND e.transformation_id = i.transformation_id"              \
           " AND e.input_line = i.line AND" LOTS_MADE_IN_EFFECT("ending") ") "

// A serial that went away at this time did not come back since. Of a lot, a part went.
#define LOTS_STILL_GONE(recorded_at)                                        \
  " (l.tracking <> {TRACKING_SERIAL}"                                       \
  " OR NOT EXISTS (SELECT 1 FROM balances here WHERE here.company = $1"     \
  " AND here.lot_id = l.lot_id AND here.kind IN ({PLACES_OF_GOODS})"        \
  " AND here.quantity > 0)"                                                 \
  " AND NOT EXISTS (SELECT 1 FROM movements later WHERE later.company = $1" \
  " AND later.lot_id = l.lot_id AND later.recorded_at > " recorded_at       \
  " AND" LOTS_MOVED_IN_EFFECT("later") ")) "

// When transformation `t` took the lot: others of its goods may have later times. A link that was
// corrected took nothing. The comparison keeps the planner from reading all movements of `t`.
#define LOTS_TAKEN_IN_AT                                                   \
  "(SELECT max(own.recorded_at) FROM movements own WHERE own.company = $1" \
  " AND own.lot_id = l.lot_id AND own.transformation_id IS NOT DISTINCT FROM t.transformation_id)"

// IS TRUE changes nothing, and keeps the planner from joining all lots with all balances: a page
// looks each of its lots up.
#define LOTS_IS_AT(kinds)                                                          \
  "(EXISTS (SELECT 1 FROM balances b WHERE b.company = $1 AND b.lot_id = l.lot_id" \
  " AND b.kind IN (" kinds ") AND b.quantity > 0) IS TRUE)"
#define LOTS_WENT_BY(condition)                                                     \
  "(EXISTS (SELECT 1 FROM movements m WHERE m.company = $1 AND m.lot_id = l.lot_id" \
  " AND " condition                                                                 \
  " AND" LOTS_MOVED_IN_EFFECT("m") " AND" LOTS_STILL_GONE("m.recorded_at") ") IS TRUE)"
#define LOTS_WENT_INTO(condition)                                         \
  "(EXISTS (SELECT 1 FROM transformation_inputs i JOIN transformations t" \
  " ON t.company = $1 AND t.transformation_id = i.transformation_id"      \
  " WHERE i.company = $1 AND i.lot_id = l.lot_id AND " condition          \
  " AND" LOTS_STILL_GONE(LOTS_TAKEN_IN_AT) ") IS TRUE)"

#define LOTS_NEVER_MOVED                                                                \
  "(NOT EXISTS (SELECT 1 FROM movements m WHERE m.company = $1 AND m.lot_id = l.lot_id" \
  " AND" LOTS_MOVED_IN_EFFECT("m") ") IS TRUE)"
// The location of goods that were issued to work orders, which is a PRODUCTION one.
#define LOTS_AT_WORK "b.location_id = 'WORK_IN_PROCESS' AND b.kind NOT IN ({PLACES_OF_GOODS})"
#define LOTS_ISSUED                                                                \
  "(EXISTS (SELECT 1 FROM balances b WHERE b.company = $1 AND b.lot_id = l.lot_id" \
  " AND " LOTS_AT_WORK " AND b.quantity > 0) IS TRUE)"
#define LOTS_BUILT_IN \
  LOTS_WENT_INTO(     \
      "i.output_lot_id IS NOT NULL AND i.output_lot_id <> l.lot_id AND" LOTS_LINE_IN_EFFECT)
// What was used without a transformation is a movement alone.
#define LOTS_USED_ALONE "m.kind = {MOVEMENT_CONSUMPTION} AND m.transformation_id IS NULL"
#define LOTS_CONSUMED                                                                        \
  "(" LOTS_WENT_INTO("i.output_lot_id IS NULL AND" LOTS_LINE_IN_EFFECT) " OR " LOTS_WENT_BY( \
      LOTS_USED_ALONE) ")"
#define LOTS_ADJUSTED_AWAY                                                   \
  LOTS_WENT_BY(                                                              \
      "m.kind = {MOVEMENT_ADJUSTMENT} AND EXISTS (SELECT 1 FROM locations p" \
      " WHERE p.company = $1 AND p.location_id = m.to_location_id"           \
      " AND p.kind = {PLACE_ADJUSTMENT})")
#define LOTS_WENT_INTO_KIND(kinds) \
  LOTS_WENT_INTO("t.kind IN (" kinds ") AND" LOTS_MADE_IN_EFFECT("t"))

// Lots that an index finds quickly, among them all that are in the state.
#define LOTS_LOTS_AT(kinds)                                            \
  "SELECT b.lot_id FROM locations p JOIN balances b ON b.company = $1" \
  " AND b.location_id = p.location_id AND b.quantity <> 0"             \
  " WHERE p.company = $1 AND p.kind IN (" kinds ")"
#define LOTS_LOTS_AT_WORK \
  "SELECT b.lot_id FROM balances b WHERE b.company = $1 AND b.quantity <> 0 AND " LOTS_AT_WORK
#define LOTS_LOTS_MOVED(condition) \
  "SELECT m.lot_id FROM movements m WHERE m.company = $1 AND " condition
#define LOTS_LOTS_USED(condition) \
  "SELECT i.lot_id FROM transformation_inputs i WHERE i.company = $1 AND " condition
#define LOTS_LOTS_OF_KIND(kinds)                                        \
  "SELECT i.lot_id FROM transformations t JOIN transformation_inputs i" \
  " ON i.company = $1 AND i.transformation_id = t.transformation_id"    \
  " WHERE t.company = $1 AND t.kind IN (" kinds ")"

// X(enumerator, condition, candidates) of each. No index finds the lots that never moved.
#define LOTS_EVERY_WHEREABOUTS(X)                                                             \
  X(kNeverMoved, LOTS_NEVER_MOVED, "")                                                        \
  X(kInStock, LOTS_IS_AT("{PLACES_ON_HAND}"), LOTS_LOTS_AT("{PLACES_ON_HAND}"))               \
  X(kIssued, LOTS_ISSUED, LOTS_LOTS_AT_WORK)                                                  \
  X(kBuiltIn, LOTS_BUILT_IN, LOTS_LOTS_USED("i.output_lot_id IS NOT NULL"))                   \
  X(kConsumed, LOTS_CONSUMED,                                                                 \
    LOTS_LOTS_USED("i.output_lot_id IS NULL") " UNION ALL " LOTS_LOTS_MOVED(LOTS_USED_ALONE)) \
  X(kWithCustomer, LOTS_IS_AT("{PLACE_CUSTOMER}"), LOTS_LOTS_AT("{PLACE_CUSTOMER}"))          \
  X(kAtSupplier, LOTS_WENT_BY("m.kind = {MOVEMENT_SUPPLIER_RETURN}"),                         \
    LOTS_LOTS_MOVED("m.kind = {MOVEMENT_SUPPLIER_RETURN}"))                                   \
  X(kScrapped, LOTS_IS_AT("{PLACE_SCRAP}"), LOTS_LOTS_AT("{PLACE_SCRAP}"))                    \
  X(kTakenApart, LOTS_WENT_INTO_KIND("{TRANSFORMATION_DISASSEMBLY}"),                         \
    LOTS_LOTS_OF_KIND("{TRANSFORMATION_DISASSEMBLY}"))                                        \
  X(kReshaped, LOTS_WENT_INTO_KIND("{TRANSFORMATIONS_OF_NAMES}"),                             \
    LOTS_LOTS_OF_KIND("{TRANSFORMATIONS_OF_NAMES}"))                                          \
  X(kAdjustedAway, LOTS_ADJUSTED_AWAY, LOTS_LOTS_MOVED("m.kind = {MOVEMENT_ADJUSTMENT}"))

namespace lots {

struct WhereaboutsSql {
  Whereabouts whereabouts;
  const char* condition;   // about `lots l`
  const char* candidates;  // a SELECT of lot ids; empty: no index finds them
};

#define LOTS_WHEREABOUTS_SQL(enumerator, condition, candidates) \
  {Whereabouts::enumerator, condition ""_sql, candidates ""_sql},
inline constexpr WhereaboutsSql kWhereaboutsSql[] = {LOTS_EVERY_WHEREABOUTS(LOTS_WHEREABOUTS_SQL)};
#undef LOTS_WHEREABOUTS_SQL

}  // namespace lots
