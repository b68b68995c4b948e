// How a walk gathers its graph: as it comes, then put in order. Internal to the trace.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/base/numbered.h"
#include "storage/genealogy/graph/graph.h"
#include "storage/genealogy/graph/types.h"

namespace lots {

class TraceGatherer {
 public:
  explicit TraceGatherer(TraceDirection direction)
      : downstream_(direction == TraceDirection::kDownstream) {}

  // The number of a lot that a link named, or that is a seed.
  uint32_t AddLot(const LotId& lot_id) { return lots_.Add({lot_id, {.depth = kUnreached}}).first; }
  const LotId& IdOfLot(uint32_t lot) const { return lots_[lot].first; }
  uint32_t FindLot(const LotId& lot_id) const { return lots_.Find(lot_id); }
  bool IsReached(uint32_t lot) const { return lots_[lot].second.depth != kUnreached; }
  // Makes the lots, which are not reached yet, the nodes of the next depth, in this order.
  void AddLevel(const std::vector<uint32_t>& level);
  void Describe(uint32_t lot, int scale, bool serial) {
    lots_[lot].second.scale = static_cast<uint8_t>(scale);
    lots_[lot].second.serial = serial;
  }
  void MarkCut(uint32_t lot) { lots_[lot].second.cut = true; }

  // The transformation, and whether it is new.
  std::pair<uint32_t, bool> AddStep(const TransformationId& transformation_id, int depth);
  uint32_t FindStep(const TransformationId& id) const { return steps_.Find(id); }
  // Good until the next AddStep.
  TraceGraph::Step& step(uint32_t step) { return steps_[step]; }
  // The order of the answer: steps come in it, level by level.
  void OrderStep(uint32_t step) { step_order_.push_back(step); }

  // Adds what one line of the transformation says. Inputs are added once each; an output's line may
  // come again. Lines about the same become one link.
  void AddLink(const TraceLink& link, uint32_t step, uint32_t line = 0);

  int64_t reached_count() const { return static_cast<int64_t>(query_.size()); }

  // `truncated_by` as in TraceSummary.
  TraceGraph Finish(std::string truncated_by) &&;

 private:
  static constexpr int32_t kUnreached = -1;

  struct StepIdOf {
    const TransformationId& operator()(const TraceGraph::Step& step) const {
      return step.transformation_id;
    }
  };
  // The line of an output stands in `output` until the end. In chunks that are given back one by
  // one while the links are placed, and are large in a large graph: of small ones the allocator
  // returns nothing to the system.
  using Links = std::deque<std::vector<TraceGraph::Link>>;

  template <class Visit>
  void EachLink(Visit visit) const {
    for (const auto& chunk : links_) {
      for (const TraceGraph::Link& link : chunk) visit(link);
    }
  }
  // Where a limit kept a lot out, the lots that lead to it were not followed to the end.
  void MarkCuts();
  void NumberLots(TraceGraph& graph);
  void NumberSteps(TraceGraph& graph);
  void PlaceLinks(TraceGraph& graph);
  static void JoinLines(TraceGraph& graph);
  void IndexByLot(TraceGraph& graph) const;

  const bool downstream_;
  Numbered<TraceGraph::NodeEntry, TraceGraph::EntryId> lots_;
  Numbered<TraceGraph::Step, StepIdOf> steps_;
  Links links_;
  std::vector<uint32_t> query_;  // reached lots, as they are told
  std::vector<uint32_t> level_begin_;
  std::vector<uint32_t> step_order_;
  std::vector<uint32_t> new_lot_;  // by old number, while finishing
  std::vector<uint32_t> new_step_;
};

}  // namespace lots
