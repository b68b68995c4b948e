// How much of each lot of a downstream trace is affected, whatever went where within what is
// recorded: the least and the most over every allocation that is consistent with the records.
//
// A lot is T atoms of its product's scale. T is all that was ever received (movements out of places
// of kind SUPPLIER), found (out of ADJUSTMENT) and made (outputs of transformations other than
// components that came back), without what was reversed; a serial is one atom. What was lost,
// scrapped or sent back to the supplier still counts: nobody knows which goods these were, so each
// of them may have been affected, or not. (Net of losses T would be too small when other goods were
// lost than found, and the bounds wrong.) With `as_of` and `known_at`, T is what had been received,
// found and made by then, as the walk sees what had happened by then.
//
// What a transformation took of a lot, q, is any q of its T atoms (all of them when q is more, as
// back-dated records can make it), whatever others took. Then, in the order of the graph:
//   · All of a seed is affected, and it holds T of the seeds: itself.
//   · A part of q of a lot of which a to A are affected has max(0, q − (T − a)) to min(q, A).
//   · Splits, merges and relabels pass atoms on as they are. An output j of quantity Q_j has room
//   R_j
//     = Q_j less what exact inputs brought it; it has what exact inputs bring, and of the pooled
//     ones at least max(0, their sum's least − the other outputs' room) and at most min(R_j, their
//     sum's most).
//   · Everything else mixes, as does a relabel to a product of another scale. An output is affected
//     in at least one atom when something affected certainly went into it (an exact input of it, or
//     any input of a single output, with a part of at least one atom affected), else none; and as a
//     whole at most when something affected can have gone into it, else not at all.
//   · A lot has the sums over the transformations that made it, and at most T.
//
// How much of the seeds is in it is told in the seeds' unit. Each taking from a seed counts as
// goods of its own; a part of q of a seed has q. As long as only splits, merges and relabels were
// passed, seeds' goods are atoms of the lot, with the arithmetic above. In what was mixed, they can
// be anywhere: a part of q of such a lot has none to all of the lot's most, and all of its least
// when q = T. Of what is pooled over several outputs each has none to all. A lot has the sums over
// what made it, and never more than was taken of all seeds. Where goods of one lot can have been
// taken twice (they came back from a disassembly, or the records take more than T), the greatest of
// the leasts stands for their sum.
//
// Lots on a cycle (rework): what comes from the cycle itself counts as nothing at least, and makes
// the whole lot affected at most; of the seeds they have at most what went into the cycle.
//
// The bounds hold for every graph; each is met by some allocation where one path leads from the
// seeds to the lot.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/genealogy/graph.h"

namespace lots {

// One pass over a finished downstream graph; T and bounds by the number of the node.
std::vector<TraceBounds> BoundTrace(const TraceGraph& graph, absl::Span<const Quantity> totals);

// T of a graph's nodes, by number.
absl::StatusOr<std::vector<Quantity>> ReadTotals(pg::ParallelReads& reads, const TraceQuery& query,
                                                 const TraceGraph& graph);
// T of lots that are no serials, in their order; some thousands at most.
absl::StatusOr<std::vector<Quantity>> ReadTotals(pg::ParallelReads& reads, const TraceQuery& query,
                                                 const std::vector<LotId>& lot_ids);

// The decimals in which quantities of these lots together are told; none: their units differ.
absl::StatusOr<std::optional<int>> ReadCommonScale(pg::Transaction& snapshot,
                                                   const TraceQuery& query,
                                                   const std::vector<LotId>& lot_ids);

}  // namespace lots
