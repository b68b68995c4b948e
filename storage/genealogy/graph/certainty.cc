// Marks the nodes that are certainly affected, and those that only were.
#include <algorithm>

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
    FollowMarked();
    if (!graph_.has_former()) return;
    // What is in a lot now is certain only by what is in it now.
    former_ = true;
    for (uint32_t lot = 0; lot < graph_.nodes.size(); ++lot) {
      if (graph_.nodes[lot].second.certain) certain_.push_back(lot);
    }
    FollowMarked();
  }

 private:
  void FollowMarked() {
    while (!certain_.empty()) {
      const uint32_t lot = certain_.back();
      certain_.pop_back();
      for (const uint32_t link : graph_.LinksOfLot(lot)) Follow(lot, graph_.links[link]);
    }
  }

  void Mark(uint32_t lot) {
    if (!graph_.IsNode(lot) || graph_.nodes[lot].second.certain) return;
    if (former_ && !graph_.nodes[lot].second.former) return;
    graph_.nodes[lot].second.certain = true;
    certain_.push_back(lot);
  }

  void Follow(uint32_t lot, const Link& link) {
    if (link.former && !former_) return;
    if (link.kind == TraceLinkKind::kExactInput) {
      if (downstream_ && link.lot == lot) Mark(link.output);
      if (!downstream_ && link.output == lot) Mark(link.lot);
      return;
    }
    const bool near = downstream_ ? IsInput(link.kind) : IsMade(link.kind);
    if (!near || !graph_.transformations[link.transformation].single_output) return;
    for (const Link& other : graph_.LinksOfTransformation(link.transformation)) {
      const bool far = downstream_ ? IsMade(other.kind) : other.kind == TraceLinkKind::kPooledInput;
      if (far && (former_ || !other.former)) Mark(other.lot);
    }
  }

  TraceGraph& graph_;
  const bool downstream_;
  bool former_ = false;            // former links are followed, to former nodes
  std::vector<uint32_t> certain_;  // marked, but their links are not followed yet
};

// Finds out until when the seeds were in each lot: along each path until its first link ended, and
// of several paths the latest.
class FormerMarker {
 public:
  FormerMarker(TraceGraph& graph, TraceDirection direction)
      : graph_(graph), downstream_(direction == TraceDirection::kDownstream) {
    graph_.until.assign(graph.nodes.size(), absl::InfinitePast());
  }

  void MarkFrom(const std::vector<LotId>& seeds) {
    for (const LotId& seed : seeds) Reach(graph_.nodes.Find(seed), absl::InfiniteFuture());
    while (!reached_.empty()) {
      const uint32_t lot = reached_.back();
      reached_.pop_back();
      for (const uint32_t link : graph_.LinksOfLot(lot)) Follow(lot, graph_.links[link]);
    }
    for (uint32_t lot = 0; lot < graph_.nodes.size(); ++lot) {
      graph_.nodes[lot].second.former = graph_.until[lot] < absl::InfiniteFuture();
    }
  }

 private:
  // A lot is followed again when a path that lasted longer reaches it.
  void Reach(uint32_t lot, absl::Time until) {
    if (!graph_.IsNode(lot) || graph_.until[lot] >= until) return;
    graph_.until[lot] = until;
    reached_.push_back(lot);
  }

  absl::Time UntilOf(const Link& link) const {
    return graph_.FormerUntil(link).value_or(absl::InfiniteFuture());
  }

  void Follow(uint32_t lot, const Link& link) {
    const absl::Time until = std::min(graph_.until[lot], UntilOf(link));
    if (link.kind == TraceLinkKind::kExactInput) {
      if (downstream_ && link.lot == lot) Reach(link.output, until);
      if (!downstream_ && link.output == lot) Reach(link.lot, until);
      return;
    }
    const bool near = downstream_ ? IsInput(link.kind) : IsMade(link.kind);
    if (!near || link.lot != lot) return;
    for (const Link& other : graph_.LinksOfTransformation(link.transformation)) {
      const bool far = downstream_ ? IsMade(other.kind) : other.kind == TraceLinkKind::kPooledInput;
      if (far) Reach(other.lot, std::min(until, UntilOf(other)));
    }
  }

  TraceGraph& graph_;
  const bool downstream_;
  std::vector<uint32_t> reached_;  // their links are to be followed
};

}  // namespace

void MarkFormer(TraceGraph& graph, const TraceQuery& query) {
  if (graph.has_former()) FormerMarker(graph, query.direction).MarkFrom(query.seeds);
}

void MarkCertain(TraceGraph& graph, const TraceQuery& query) {
  CertaintyMarker(graph, query.direction).MarkFrom(query.seeds);
}

}  // namespace lots
