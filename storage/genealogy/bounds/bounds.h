// How much of each lot of a downstream trace is affected: at least and at most. The comment of
// TraceBounds in proto/lots/v1/trace.proto has the arithmetic and its names (atoms, T, parts,
// room).
//
// The gross total of a lot is everything that was ever received, found or made of it. T is the
// gross total without what went round.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/genealogy/graph/graph.h"

namespace lots {

struct TraceBounds;

// Calculates in one pass over a finished downstream graph. `gross` and the result are by the number
// of the node.
std::vector<TraceBounds> CalculateBounds(const TraceGraph& graph, absl::Span<const Quantity> gross);

// The gross totals of the graph's nodes, by number.
absl::StatusOr<std::vector<Quantity>> ReadTotals(pg::ParallelReads& reads, const TraceQuery& query,
                                                 const TraceGraph& graph);

// What came into a lot.
struct LotTotal {
  Quantity gross;
  Quantity made;  // of that; zero: nothing of the lot can have gone round
};
// Of lots that are not serials, in the order of `lot_ids`: some thousands at most.
absl::StatusOr<std::vector<LotTotal>> ReadTotals(pg::ParallelReads& reads, const TraceQuery& query,
                                                 const std::vector<LotId>& lot_ids);

// T of lots that are not serials, as of now, in the order of `lot_ids`: some thousands at most.
// Walks the genealogy of those lots that may be on a cycle, as far as a trace may go; of a larger
// genealogy, only the cycles count that were found.
absl::StatusOr<std::vector<Quantity>> ReadNetTotals(pg::Transaction& snapshot,
                                                    const CompanyId& company,
                                                    const std::vector<LotId>& lot_ids);

// The number of decimals of a sum over these lots; none: the lots have different units.
absl::StatusOr<std::optional<int>> ReadCommonScale(pg::Transaction& snapshot,
                                                   const TraceQuery& query,
                                                   const std::vector<LotId>& lot_ids);

}  // namespace lots
