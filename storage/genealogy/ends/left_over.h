// What is left over: a completion took a lot, did not use up all of it, and gave the rest back as a
// by-product of the same lot (storage/work_orders/completion/write.cc). The rest was not made, and
// nothing else went into it. So the genealogy treats it as a component that came back out of a
// unit.
#pragma once

// SQL: the role of the row `o` of transformation_outputs; OUTPUT_RETURNED for what is left over.
// The text has words of sql_words.h.
#define LOTS_OUTPUT_ROLE(o) \
  "CASE WHEN " #o ".left_over THEN {OUTPUT_RETURNED}::smallint ELSE " #o ".role END"
