// Marks the nodes that are certainly affected, and those that only were.
#include <algorithm>
#include <queue>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "storage/genealogy/graph/graph.h"

namespace lots {
namespace {

using Link = TraceGraph::Link;

// Marks lots along certain links that are in effect, from the seeds on. A certain link joins an
// exact input to the output that it names, or a pooled input to the only output of its
// transformation.
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
    if (link.former) return;
    if (link.kind == TraceLinkKind::kExactInput) {
      if (downstream_ && link.lot == lot) Mark(link.output);
      if (!downstream_ && link.output == lot) Mark(link.lot);
      return;
    }
    const bool near = downstream_ ? IsInput(link.kind) : IsMade(link.kind);
    if (!near || !graph_.transformations[link.transformation].single_output) return;
    for (const Link& other : graph_.LinksOfTransformation(link.transformation)) {
      const bool far = downstream_ ? IsMade(other.kind) : other.kind == TraceLinkKind::kPooledInput;
      if (far && !other.former) Mark(other.lot);
    }
  }

  TraceGraph& graph_;
  const bool downstream_;
  std::vector<uint32_t> certain_;  // marked, but their links are not followed yet
};

// When all links of a path were in effect.
struct Span {
  absl::Time since = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
};

// The end of a path.
struct Reached {
  Span span;
  uint32_t lot = kNoNumber;
};

// Paths that began first come first, so that no lot is followed again for the same `until`.
struct ComesLater {
  bool operator()(const Reached& a, const Reached& b) const {
    if (a.span.since != b.span.since) return a.span.since > b.span.since;
    return a.span.until < b.span.until;
  }
};

// Finds out until when the seeds were in each lot. A path counts where all of its links were in
// effect at one time: what left a motor before the motor went into a bicycle was never in the
// bicycle. A path lasts until its first link ends; of several paths the one that lasts longest
// counts.
class TimedPaths {
 public:
  TimedPaths(const TraceGraph& graph, TraceDirection direction, bool only_certain)
      : graph_(graph),
        downstream_(direction == TraceDirection::kDownstream),
        only_certain_(only_certain),
        until_(graph.nodes.size(), absl::InfinitePast()) {}

  // InfinitePast: no path leads to the lot.
  std::vector<absl::Time> FindUntil(const std::vector<LotId>& seeds) {
    for (const LotId& seed : seeds) Reach(graph_.nodes.Find(seed), Span());
    while (!reached_.empty()) {
      const Reached next = reached_.top();
      reached_.pop();
      // Whatever reached the lot before began no later: this path must last longer.
      if (until_[next.lot] >= next.span.until) continue;
      until_[next.lot] = next.span.until;
      for (const uint32_t link : graph_.LinksOfLot(next.lot)) Follow(next, graph_.links[link]);
    }
    return std::move(until_);
  }

 private:
  // What happened at one time may have happened in any order: then a path counts.
  void Reach(uint32_t lot, const Span& span) {
    if (!graph_.IsNode(lot) || span.since > span.until || until_[lot] >= span.until) return;
    reached_.push(Reached{span, lot});
  }

  Span Along(const Span& path, const Link& link) const {
    const TraceGraph::Transformation& transformation = graph_.transformations[link.transformation];
    Span span = path;
    span.until = std::min(span.until, graph_.FormerUntil(link).value_or(absl::InfiniteFuture()));
    // Under another number a unit has what it had before.
    if (PassesOn(transformation.kind)) return span;
    const auto happened = graph_.happened_at.find(transformation.transformation_id);
    if (happened != graph_.happened_at.end()) span.since = std::max(span.since, happened->second);
    return span;
  }

  void Follow(const Reached& from, const Link& link) {
    const Span span = Along(from.span, link);
    if (link.kind == TraceLinkKind::kExactInput) {
      if (downstream_ && link.lot == from.lot) Reach(link.output, span);
      if (!downstream_ && link.output == from.lot) Reach(link.lot, span);
      return;
    }
    const bool near = downstream_ ? IsInput(link.kind) : IsMade(link.kind);
    if (!near || link.lot != from.lot) return;
    if (only_certain_ && !graph_.transformations[link.transformation].single_output) return;
    for (const Link& other : graph_.LinksOfTransformation(link.transformation)) {
      const bool far = downstream_ ? IsMade(other.kind) : other.kind == TraceLinkKind::kPooledInput;
      if (far) Reach(other.lot, Along(span, other));
    }
  }

  const TraceGraph& graph_;
  const bool downstream_;
  const bool only_certain_;
  std::vector<absl::Time> until_;  // by lot
  std::priority_queue<Reached, std::vector<Reached>, ComesLater> reached_;
};

}  // namespace

void MarkFormer(TraceGraph& graph, const TraceQuery& query) {
  if (!graph.has_former()) return;
  graph.until = TimedPaths(graph, query.direction, /*only_certain=*/false).FindUntil(query.seeds);
  for (uint32_t lot = 0; lot < graph.nodes.size(); ++lot) {
    TraceGraph::Node& node = graph.nodes[lot].second;
    node.unrelated = graph.until[lot] == absl::InfinitePast();
    node.former = !node.unrelated && graph.until[lot] < absl::InfiniteFuture();
  }
}

void MarkCertain(TraceGraph& graph, const TraceQuery& query) {
  CertaintyMarker(graph, query.direction).MarkFrom(query.seeds);
  if (!graph.has_former()) return;
  // What is in a lot now is certain only by what is in it now.
  const std::vector<absl::Time> until =
      TimedPaths(graph, query.direction, /*only_certain=*/true).FindUntil(query.seeds);
  for (uint32_t lot = 0; lot < graph.nodes.size(); ++lot) {
    TraceGraph::Node& node = graph.nodes[lot].second;
    if (node.former) node.certain = until[lot] > absl::InfinitePast();
  }
}

}  // namespace lots
