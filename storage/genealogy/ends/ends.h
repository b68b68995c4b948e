// The ends of components: what is no longer in what it went into.
//
// transformation_inputs says what went in, and never changes. A row of component_ends belongs to
// one line of an input, and to the transformation that ended the line or a part of it: a
// disassembly, a maintenance, a rework, a correction.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct WriteContext;

struct ComponentEnd {
  TransformationId transformation_id;  // the line that ends
  int32_t input_line = 0;              // likewise; from 1 on
  LotId lot_id;                        // the component
  std::optional<LotId> unit;           // of an exact input: what it was in
  Quantity quantity;                   // of the line; at most what is left of it
};

// The end of a whole making: `unit` is no longer what the transformation made, because it was taken
// apart. What was pooled there is not in it any more, whether or not it came back.
ComponentEnd EndOfMaking(const TransformationId& transformation, const LotId& unit);

// Adds one statement. `ending` is added before; it may have ends already. The caller holds the
// locks of the units that are named, or of the pooled components' balances: two endings of one line
// take turns.
void AddComponentEnds(pg::Transaction& transaction, const WriteContext& context,
                      const TransformationId& ending, absl::Span<const ComponentEnd> ends);

}  // namespace lots
