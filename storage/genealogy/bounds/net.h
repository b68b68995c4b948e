// Takes off what goes round: goods that a transformation took of a lot, and that came back to the
// lot at once (rework, what is left over) or through other lots (a split, and a merge back). The
// comment of TraceBounds in proto/lots/v1/trace.proto has the arithmetic.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "storage/base/quantity.h"
#include "storage/genealogy/bounds/components.h"
#include "storage/genealogy/graph/graph.h"

namespace lots {

// T of each lot, by number. In `gross`, what goes round counts each time that it comes in. `all`
// are the components with the edges into seeds. A serial keeps its total: it is one unit, however
// often it was made.
std::vector<Quantity> TakeOffRounds(const TraceGraph& graph, const TraceComponents& all,
                                    absl::Span<const Quantity> gross);

// How much of what the transformation made of these lots came from these lots. A transformation
// that passes goods on counts only what certainly came from them. `is_in` is called with numbers of
// lots, and of lots beyond a limit.
Quantity RoundOf(const TraceGraph& graph, uint32_t transformation,
                 absl::FunctionRef<bool(uint32_t)> is_in);

// How much the transformation gave back of what it took of the lot, without having used it.
Quantity LeftOverOf(const TraceGraph& graph, uint32_t transformation, uint32_t lot);

// How much the transformation took of the lot.
Quantity TakenOf(const TraceGraph& graph, uint32_t transformation, uint32_t lot);

}  // namespace lots
