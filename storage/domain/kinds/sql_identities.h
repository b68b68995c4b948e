// A unit that got another number or product by RelabelLot is one unit under several lots. Questions
// about a unit are questions about all of its identities.
#pragma once

// SQL: the step of a recursive query `self (lot_id, depth)` from a serial to the serial that it was
// before; a relabel that was reversed never was. A number is never used twice, so the walk ends;
// the depth is bounded all the same. The text has words of sql_words.h.
#define LOTS_FORMER_IDENTITY LOTS_FORMER_IDENTITY_OF("")
// The same of several serials: `unit`, such as "self.unit_id,", is a column of `self` before
// lot_id.
#define LOTS_FORMER_IDENTITY_OF(unit)                                                          \
  " SELECT " unit                                                                              \
  " i.lot_id, self.depth + 1"                                                                  \
  " FROM self"                                                                                 \
  " JOIN transformation_outputs o ON o.company = $1 AND o.lot_id = self.lot_id"                \
  " JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id"    \
  " AND t.kind = {TRANSFORMATION_RELABEL} AND t.reverses_id IS NULL"                           \
  " JOIN transformation_inputs i ON i.company = $1"                                            \
  " AND i.transformation_id = t.transformation_id"                                             \
  " WHERE self.depth < 100 AND NOT EXISTS (SELECT FROM transformations r WHERE r.company = $1" \
  " AND r.reverses_id = t.transformation_id)"

// The step of `later (lot_id, depth)` to the serial that it became; and of several serials.
#define LOTS_LATER_IDENTITY LOTS_LATER_IDENTITY_OF("")
#define LOTS_LATER_IDENTITY_OF(unit)                                                            \
  " SELECT " unit                                                                               \
  " o.lot_id, later.depth + 1"                                                                  \
  " FROM later"                                                                                 \
  " JOIN transformation_inputs i ON i.company = $1 AND i.lot_id = later.lot_id"                 \
  " JOIN transformations t ON t.company = $1 AND t.transformation_id = i.transformation_id"     \
  " AND t.kind = {TRANSFORMATION_RELABEL} AND t.reverses_id IS NULL"                            \
  " JOIN transformation_outputs o ON o.company = $1"                                            \
  " AND o.transformation_id = t.transformation_id"                                              \
  " WHERE later.depth < 100 AND NOT EXISTS (SELECT FROM transformations r WHERE r.company = $1" \
  " AND r.reverses_id = t.transformation_id)"
