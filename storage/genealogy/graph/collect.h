// Collects a graph while the walk reads it, and sorts and numbers it at the end. Internal to the
// walk.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "storage/base/numbered.h"
#include "storage/genealogy/graph/graph.h"
#include "storage/genealogy/graph/query.h"

namespace lots {

struct TraceLink;

class TraceCollector {
 public:
  explicit TraceCollector(TraceDirection direction)
      : downstream_(direction == TraceDirection::kDownstream) {}

  // Adds a seed, or a lot that a link names. Returns the lot's number.
  uint32_t AddLot(const LotId& lot_id) { return lots_.Add({lot_id, {.depth = kUnreached}}).first; }
  const LotId& IdOfLot(uint32_t lot) const { return lots_[lot].first; }
  uint32_t FindLot(const LotId& lot_id) const { return lots_.Find(lot_id); }
  bool IsReached(uint32_t lot) const { return lots_[lot].second.depth != kUnreached; }
  // Makes these lots, which are not reached yet, the nodes of the next depth, in this order.
  void AddLevel(const std::vector<uint32_t>& level);
  void Describe(uint32_t lot, int scale, bool serial) {
    lots_[lot].second.scale = static_cast<uint8_t>(scale);
    lots_[lot].second.serial = serial;
  }
  void MarkCut(uint32_t lot) { lots_[lot].second.cut = true; }

  // Returns the number of the transformation, and whether it is new.
  std::pair<uint32_t, bool> AddTransformation(const TransformationId& id, int depth);
  uint32_t FindTransformation(const TransformationId& id) const {
    return transformations_.Find(id);
  }
  // The reference is valid until the next AddTransformation.
  TraceGraph::Transformation& transformation(uint32_t number) { return transformations_[number]; }
  // Puts the transformation next in the answer. Others are left out of the graph.
  void AppendTransformation(uint32_t number) { sorted_transformations_.push_back(number); }

  // Adds one line of the transformation. A line of an input is added once; a line of an output may
  // be added again. Finish adds up lines that name the same lots.
  void AddLink(const TraceLink& link, uint32_t transformation, uint32_t line = 0);

  void SetTime(const TransformationId& id, absl::Time happened_at) {
    happened_at_.emplace(id, happened_at);
  }

  int64_t reached_count() const { return static_cast<int64_t>(sorted_lots_.size()); }

  // `truncated_by` as in TraceSummary.
  TraceGraph Finish(std::string truncated_by) &&;

 private:
  static constexpr int32_t kUnreached = -1;

  struct IdOfTransformation {
    const TransformationId& operator()(const TraceGraph::Transformation& transformation) const {
      return transformation.transformation_id;
    }
  };
  // Until Finish, the link of an output keeps its line number in `output`. The links are in chunks
  // that are freed one by one while the links are placed. Chunks of a large graph are large,
  // because the allocator returns no memory of small ones to the system.
  using Links = std::deque<std::vector<TraceGraph::Link>>;

  template <class Visit>
  void EachLink(Visit visit) const {
    for (const auto& chunk : links_) {
      for (const TraceGraph::Link& link : chunk) visit(link);
    }
  }
  // Marks the lots that lead to a lot that a limit kept out.
  void MarkCuts();
  void NumberLots(TraceGraph& graph);
  void NumberTransformations(TraceGraph& graph);
  void PlaceLinks(TraceGraph& graph);
  static void JoinLines(TraceGraph& graph);
  void IndexByLot(TraceGraph& graph) const;

  const bool downstream_;
  Numbered<TraceGraph::NodeEntry, TraceGraph::EntryId> lots_;
  Numbered<TraceGraph::Transformation, IdOfTransformation> transformations_;
  Links links_;
  absl::flat_hash_map<TraceGraph::LinkKey, absl::Time> former_until_;
  absl::flat_hash_map<TransformationId, absl::Time> happened_at_;
  std::vector<uint32_t> sorted_lots_;  // the reached lots, in the order of the answer
  std::vector<uint32_t> level_begin_;
  std::vector<uint32_t> sorted_transformations_;
  std::vector<uint32_t> new_lot_;             // by the old number, during Finish
  std::vector<uint32_t> new_transformation_;  // likewise
};

}  // namespace lots
