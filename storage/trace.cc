#include "storage/trace.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "storage/base/status_macros.h"
#include "storage/limits.h"
#include "storage/trace_graph.h"

namespace lots {
namespace {

// Turns the finished graph into pieces.
class Teller {
 public:
  Teller(pg::Transaction& snapshot, const TraceOrder& order, const TraceGraph& graph,
         absl::FunctionRef<void(TracePiece)> sink)
      : snapshot_(snapshot), order_(order), graph_(graph), sink_(sink) {}

  absl::StatusOr<TraceSummary> Tell() {
    RankNodes();
    SortLinks();
    for (size_t depth = 0; depth < graph_.levels.size(); ++depth) {
      RETURN_IF_ERROR(TellNodes(graph_.levels[depth]));
      TellSteps(static_cast<int>(depth));
    }
    summary_.node_count = static_cast<int64_t>(graph_.nodes.size());
    summary_.depth = static_cast<int>(graph_.levels.size()) - 1;
    summary_.truncated_by = graph_.truncated_by;
    return summary_;
  }

 private:
  void RankNodes() {
    for (const std::vector<LotId>& level : graph_.levels) {
      for (const LotId& lot_id : level) rank_.emplace(lot_id, rank_.size());
    }
  }

  size_t Rank(const LotId& lot_id) const {
    const auto rank = rank_.find(lot_id);
    return rank == rank_.end() ? rank_.size() : rank->second;
  }

  // A limit may have cut off one end of a link; such a link is not told.
  void SortLinks() {
    for (const TraceLink& link : graph_.links) {
      if (!rank_.contains(link.lot_id) || !graph_.steps.contains(link.transformation_id)) continue;
      links_[link.transformation_id].push_back(&link);
    }
    for (auto& [step, links] : links_) {
      std::sort(links.begin(), links.end(), [this](const TraceLink* a, const TraceLink* b) {
        return std::make_tuple(a->kind, Rank(a->lot_id), Rank(a->output_lot_id.value_or(LotId()))) <
               std::make_tuple(b->kind, Rank(b->lot_id), Rank(b->output_lot_id.value_or(LotId())));
      });
    }
  }

  absl::Status TellNodes(const std::vector<LotId>& level) {
    for (size_t begin = 0; begin < level.size(); begin += kTraceNodesPerMessage) {
      const size_t end = std::min(level.size(), begin + kTraceNodesPerMessage);
      TracePiece piece;
      ASSIGN_OR_RETURN(piece.nodes, ReadTraceNodes(snapshot_, order_.company,
                                                   {level.begin() + begin, level.begin() + end}));
      for (TraceNode& node : piece.nodes) {
        const TraceGraph::Node& found = graph_.nodes.at(node.lot_id);
        node.depth = found.depth;
        node.certainty = found.certain ? Certainty::kCertain : Certainty::kPossible;
      }
      sink_(std::move(piece));
    }
    return absl::OkStatus();
  }

  // The transformations that the level led to, oldest first, each with its links.
  void TellSteps(int depth) {
    std::vector<const Transformation*> steps;
    for (const auto& [id, step] : graph_.steps) {
      if (step.depth == depth) steps.push_back(&step.transformation);
    }
    std::sort(steps.begin(), steps.end(), [](const Transformation* a, const Transformation* b) {
      return std::tie(a->occurred_at, a->work_order, a->recorded_at, a->transformation_id) <
             std::tie(b->occurred_at, b->work_order, b->recorded_at, b->transformation_id);
    });
    TracePiece piece;
    for (const Transformation* step : steps) {
      ++summary_.transformation_count;
      piece.transformations.push_back(*step);
      for (const TraceLink* link : links_[step->transformation_id]) {
        ++summary_.link_count;
        piece.links.push_back(*link);
        if (piece.links.size() < kTraceLinksPerMessage) continue;
        sink_(std::exchange(piece, {}));
      }
    }
    if (!piece.transformations.empty() || !piece.links.empty()) sink_(std::move(piece));
  }

  pg::Transaction& snapshot_;
  const TraceOrder& order_;
  const TraceGraph& graph_;
  absl::FunctionRef<void(TracePiece)> sink_;
  TraceSummary summary_;
  absl::flat_hash_map<LotId, size_t> rank_;  // the place in the answer
  absl::flat_hash_map<TransformationId, std::vector<const TraceLink*>> links_;
};

}  // namespace

absl::StatusOr<TraceSummary> Trace(pg::Connection& db, const TraceOrder& order,
                                   absl::FunctionRef<void(TracePiece)> sink) {
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  ASSIGN_OR_RETURN(TraceGraph graph, WalkTrace(snapshot, order));
  MarkCertain(graph, order);
  return Teller(snapshot, order, graph, sink).Tell();
}

}  // namespace lots
