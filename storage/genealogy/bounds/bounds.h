// How much of each lot of a downstream trace is affected: the least and the most over every
// allocation of goods that is consistent with the records. The comment of TraceBounds in
// proto/lots/v1/trace.proto has the arithmetic and its names (atoms, T, parts, room); bounds.cc
// follows it in the order of the graph.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/genealogy/graph/graph.h"

namespace lots {

// One pass over a finished downstream graph; T and bounds by the number of the node.
std::vector<TraceBounds> BoundTrace(const TraceGraph& graph, absl::Span<const Quantity> totals);

// T of a graph's nodes, by number.
absl::StatusOr<std::vector<Quantity>> ReadTotals(pg::ParallelReads& reads, const TraceQuery& query,
                                                 const TraceGraph& graph);
// T of lots that are not serials, in their order; some thousands at most.
absl::StatusOr<std::vector<Quantity>> ReadTotals(pg::ParallelReads& reads, const TraceQuery& query,
                                                 const std::vector<LotId>& lot_ids);

// The number of decimals of a sum over these lots; none: their units differ.
absl::StatusOr<std::optional<int>> ReadCommonScale(pg::Transaction& snapshot,
                                                   const TraceQuery& query,
                                                   const std::vector<LotId>& lot_ids);

}  // namespace lots
