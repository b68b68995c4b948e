// The seeds of a trace: the part of the answer that needs no walk. Internal to the trace.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/genealogy/graph/answer.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct TraceSeeds {
  std::vector<LotId> lot_ids;       // those that exist, each once, by product and number
  std::vector<TraceNode> nodes;     // in the same order, at most as many as the query's node_limit
  std::optional<int> common_scale;  // as TraceNode::seed_scale; set downstream only
  // Goods of a seed may have gone round: only the walk knows its bounds. Set downstream only.
  bool may_go_round = false;
};

absl::StatusOr<TraceSeeds> ReadSeeds(pg::Transaction& snapshot, const TraceQuery& query);

}  // namespace lots
