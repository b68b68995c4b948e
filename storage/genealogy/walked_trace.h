// What a trace knows when its walk has ended. Internal to the trace.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/genealogy/graph/graph.h"
#include "storage/genealogy/graph/links.h"
#include "storage/genealogy/graph/lots.h"
#include "storage/pg/parallel_reads.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct TraceNode;
struct TraceSummary;

struct WalkedTrace {
  // Sets the fields of the node with this number that do not come from `pending`.
  void Describe(uint32_t number, TraceNode& node) const;

  TraceGraph graph;
  PendingTrace pending;
  std::vector<TraceBounds> bounds;  // by the number of the node; empty: upstream
  std::optional<int> seed_scale;    // as TraceNode::seed_scale
};

// Walks, and calculates certainty and bounds. `reads` belong to `snapshot`.
absl::StatusOr<WalkedTrace> WalkWithBounds(pg::ParallelReads& reads, pg::Transaction& snapshot,
                                           const TraceQuery& query);

// Sets the fields of the summary that the walk decides.
void Summarize(const WalkedTrace& walked, const TraceQuery& query, TraceSummary& summary);

}  // namespace lots
