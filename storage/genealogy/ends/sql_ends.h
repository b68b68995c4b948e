// What statements about the contents of units share. $1 is the company, $3 the time by which
// things happened (as_of), $4 the time by which they were recorded (known_at); both are
// infinity for the present. A reversal takes effect when it is recorded, whatever its own time is.
#pragma once

// SQL: whether the transformation `t`, a row of transformations, is in effect.
#define LOTS_IN_EFFECT(t)                                         \
  " " t ".reverses_id IS NULL AND " t ".occurred_at <= $3 AND " t \
  ".recorded_at <= $4"                                            \
  " AND NOT EXISTS (SELECT FROM transformations r"                \
  " WHERE r.company = $1 AND r.reverses_id = " t                  \
  ".transformation_id"                                            \
  " AND r.recorded_at <= $4)"

// SQL: how much of the line `i`, a row of transformation_inputs, ended.
#define LOTS_ENDED_OF(i)                                                            \
  " COALESCE((SELECT sum(e.quantity) FROM component_ends e"                         \
  " JOIN transformations d ON d.company = $1 AND d.transformation_id = e.ending_id" \
  " WHERE e.company = $1 AND e.transformation_id = " i                              \
  ".transformation_id"                                                              \
  " AND e.input_line = " i ".line AND" LOTS_IN_EFFECT("d") "), 0)"

// SQL: whether the lot is no longer what the transformation made, because it was taken apart.
#define LOTS_MAKING_ENDED(transformation_id, lot_id)                                \
  " EXISTS (SELECT FROM component_ends e"                                           \
  " JOIN transformations d ON d.company = $1 AND d.transformation_id = e.ending_id" \
  " WHERE e.company = $1 AND e.transformation_id = " transformation_id              \
  " AND e.input_line = 0 AND e.lot_id = " lot_id " AND" LOTS_IN_EFFECT("d") ")"
