// How much of each lot of a downstream trace is affected: at least and at most. The comment of
// TraceBounds in proto/lots/v1/trace.proto has the arithmetic and its names (atoms, T, parts,
// room).
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/genealogy/graph/graph.h"

namespace lots {

struct TraceBounds;

// Calculates in one pass over a finished downstream graph. `totals` (T) and the result are by the
// number of the node.
std::vector<TraceBounds> CalculateBounds(const TraceGraph& graph,
                                         absl::Span<const Quantity> totals);

// T of the graph's nodes, by number.
absl::StatusOr<std::vector<Quantity>> ReadTotals(pg::ParallelReads& reads, const TraceQuery& query,
                                                 const TraceGraph& graph);
// T of lots that are not serials, in the order of `lot_ids`: some thousands at most.
absl::StatusOr<std::vector<Quantity>> ReadTotals(pg::ParallelReads& reads, const TraceQuery& query,
                                                 const std::vector<LotId>& lot_ids);

// The number of decimals of a sum over these lots; none: the lots have different units.
absl::StatusOr<std::optional<int>> ReadCommonScale(pg::Transaction& snapshot,
                                                   const TraceQuery& query,
                                                   const std::vector<LotId>& lot_ids);

}  // namespace lots
