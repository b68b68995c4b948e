// What is left over: a completion took a lot, did not use up all of it, and gave the rest back as a
// by-product of the same lot. The rest was not made, and nothing else went into it. So the
// genealogy treats it as it treats a component that came back from a disassembly.
#pragma once

// SQL: the role of the row `o` of transformation_outputs; OUTPUT_RETURNED for what is left over. A
// lot of which more came out than went in is a by-product, and so is a serial: it went in and came
// out as a whole, with whatever was built in. Other rows than those of by-products cost one
// comparison; for a by-product, an index holds each sum. The text has words of sql_words.h.
#define LOTS_OUTPUT_ROLE(o)                                           \
  "CASE WHEN " #o                                                     \
  ".role = {OUTPUT_BY_PRODUCT}"                                       \
  " AND (SELECT sum(taken.quantity) FROM transformation_inputs taken" \
  " WHERE taken.company = $1 AND taken.transformation_id = " #o       \
  ".transformation_id"                                                \
  " AND taken.lot_id = " #o                                           \
  ".lot_id)"                                                          \
  " >= (SELECT sum(given.quantity) FROM transformation_outputs given" \
  " WHERE given.company = $1 AND given.transformation_id = " #o       \
  ".transformation_id"                                                \
  " AND given.lot_id = " #o                                           \
  ".lot_id AND given.role = {OUTPUT_BY_PRODUCT})"                     \
  " AND (SELECT whole.tracking FROM lots whole"                       \
  " WHERE whole.company = $1 AND whole.lot_id = " #o                  \
  ".lot_id) <> {TRACKING_SERIAL}"                                     \
  " THEN {OUTPUT_RETURNED}::smallint ELSE " #o ".role END"
