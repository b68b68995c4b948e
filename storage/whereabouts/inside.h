// SQL: the lots that are in a unit, at any level.
#pragma once

#include "storage/whereabouts/conditions.h"

// The step of a recursive query `inside (lot_id, is_part)` from a unit or component to what is in
// it, and to what it was before a relabel, which is no part but may have parts. UNION ends the walk
// where units were reworked into each other. $1 is the company.
#define LOTS_INSIDE_STEP \
  " SELECT step.lot_id, step.is_part FROM inside CROSS JOIN LATERAL ("                    \
  " SELECT i.lot_id, true AS is_part FROM transformation_inputs i"                        \
  " JOIN transformations t ON t.company = $1"                                             \
  " AND t.transformation_id = i.transformation_id"                                        \
  " WHERE i.company = $1 AND i.output_lot_id = inside.lot_id AND i.lot_id <> inside.lot_id" \
  " AND" LOTS_LINE_IN_EFFECT                                                              \
  " UNION ALL"                                                                            \
  " SELECT was.lot_id, false FROM ("                                                        \
  "  SELECT t.transformation_id FROM transformation_outputs o"                              \
  "  JOIN transformations t ON t.company = $1"                                              \
  "  AND t.transformation_id = o.transformation_id AND t.kind = {TRANSFORMATION_RELABEL}"   \
  "  AND" LOTS_MADE_IN_EFFECT("t")                                                          \
  "  WHERE o.company = $1 AND o.lot_id = inside.lot_id OFFSET 0) AS relabel"                \
  " JOIN transformation_inputs was ON was.company = $1"                                     \
  " AND was.transformation_id = relabel.transformation_id) AS step "
