// Marks the nodes that are certainly affected.
#include "storage/genealogy/graph/graph.h"

namespace lots {
namespace {

using Link = TraceGraph::Link;

// Marks lots along certain links, from the seeds on. A certain link joins an exact input to the
// output that it names, or a pooled input to the only output of its transformation.
class CertaintyMarker {
 public:
  CertaintyMarker(TraceGraph& graph, TraceDirection direction)
      : graph_(graph), downstream_(direction == TraceDirection::kDownstream) {}

  void MarkFrom(const std::vector<LotId>& seeds) {
    for (const LotId& seed : seeds) Mark(graph_.nodes.Find(seed));
    while (!certain_.empty()) {
      const uint32_t lot = certain_.back();
      certain_.pop_back();
      for (const uint32_t link : graph_.LinksOfLot(lot)) Follow(lot, graph_.links[link]);
    }
  }

 private:
  void Mark(uint32_t lot) {
    if (!graph_.IsNode(lot) || graph_.nodes[lot].second.certain) return;
    graph_.nodes[lot].second.certain = true;
    certain_.push_back(lot);
  }

  void Follow(uint32_t lot, const Link& link) {
    if (link.kind == TraceLinkKind::kExactInput) {
      if (downstream_ && link.lot == lot) Mark(link.output);
      if (!downstream_ && link.output == lot) Mark(link.lot);
      return;
    }
    const bool near = downstream_ ? IsInput(link.kind) : IsMade(link.kind);
    if (!near || !graph_.transformations[link.transformation].single_output) return;
    for (const Link& other : graph_.LinksOfTransformation(link.transformation)) {
      const bool far = downstream_ ? IsMade(other.kind) : other.kind == TraceLinkKind::kPooledInput;
      if (far) Mark(other.lot);
    }
  }

  TraceGraph& graph_;
  const bool downstream_;
  std::vector<uint32_t> certain_;  // marked, but their links are not followed yet
};

}  // namespace

void MarkCertain(TraceGraph& graph, const TraceQuery& query) {
  CertaintyMarker(graph, query.direction).MarkFrom(query.seeds);
}

}  // namespace lots
