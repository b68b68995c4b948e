// Walks a trace, and calculates what depends on the whole graph: certainty, bounds, the summary.
#include "storage/genealogy/walked_trace.h"

#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/genealogy/bounds/bounds.h"
#include "storage/genealogy/graph/answer.h"

namespace lots {

void WalkedTrace::Describe(uint32_t number, TraceNode& node) const {
  const auto& [lot_id, found] = graph.nodes[number];
  node.lot_id = lot_id;
  node.tracking = found.serial ? Tracking::kSerial : Tracking::kLot;
  node.scale = found.scale;
  node.depth = found.depth;
  node.former = found.former;
  if (found.former) node.until = graph.UntilOf(number);
  node.certainty = found.certain ? Certainty::kCertain : Certainty::kPossible;
  if (bounds.empty()) return;
  node.bounds = bounds[number];
  node.seed_scale = seed_scale;
}

absl::StatusOr<WalkedTrace> WalkWithBounds(pg::ParallelReads& reads, pg::Transaction& snapshot,
                                           const TraceQuery& query) {
  WalkedTrace walked;
  ASSIGN_OR_RETURN(walked.graph, WalkTrace(reads, query, &walked.pending));
  MarkFormer(walked.graph, query);
  MarkCertain(walked.graph, query);
  RETURN_IF_ERROR(MarkFilteredOut(snapshot, walked.graph, query));
  if (query.direction == TraceDirection::kDownstream) {
    ASSIGN_OR_RETURN(const std::vector<Quantity> totals, ReadTotals(reads, query, walked.graph));
    walked.bounds = CalculateBounds(walked.graph, totals);
  }
  return walked;
}

void Summarize(const WalkedTrace& walked, const TraceQuery& query, TraceSummary& summary) {
  const TraceGraph& graph = walked.graph;
  summary.depth = static_cast<int>(graph.level_count()) - 1;
  summary.truncated_by = graph.truncated_by;
  const auto add_to_resume = [&](const LotId& lot_id) {
    if (++summary.resume_count <= kTraceResumeShownMax) summary.resume.push_back(lot_id);
  };
  // There may be more seeds than the node limit allows.
  for (const LotId& seed : query.seeds) {
    if (!graph.nodes.contains(seed)) add_to_resume(seed);
  }
  for (const auto& [lot_id, node] : graph.nodes) {
    if (node.cut && !node.unrelated) add_to_resume(lot_id);
  }
}

}  // namespace lots
