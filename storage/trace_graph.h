// The graph that a walk found, ids and links only. Internal to the trace.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "storage/pg/flight.h"
#include "storage/trace.h"

namespace lots {

struct TraceGraph {
  struct Node {
    int depth = 0;
    bool certain = false;
  };
  struct Step {
    Transformation transformation;
    int depth = 0;               // of the nodes that led to it
    bool single_output = false;  // then its pooled inputs certainly went into that output
  };

  absl::flat_hash_map<LotId, Node> nodes;
  std::vector<std::vector<LotId>> levels;  // by depth
  absl::flat_hash_map<TransformationId, Step> steps;
  std::vector<TraceLink> links;
  std::string truncated_by;
};

// Walks within the snapshot.
absl::StatusOr<TraceGraph> WalkTrace(pg::Transaction& snapshot, const TraceOrder& order);

// Marks the nodes that a path of certain links joins to a seed.
void MarkCertain(TraceGraph& graph, const TraceOrder& order);

// What is told of these lots (at most a few hundred), in the order of product and number.
absl::StatusOr<std::vector<TraceNode>> ReadTraceNodes(pg::Transaction& snapshot,
                                                      const CompanyId& company,
                                                      const std::vector<LotId>& lot_ids);

// The lots in the order of product and number: a level's order in the answer.
absl::StatusOr<std::vector<LotId>> SortByNumber(pg::Transaction& snapshot, const CompanyId& company,
                                                const std::vector<LotId>& lot_ids);

}  // namespace lots
