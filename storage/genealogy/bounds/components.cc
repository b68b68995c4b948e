// Finds the strongly connected components of a graph.
#include "storage/genealogy/bounds/components.h"

#include <algorithm>

namespace lots {

// Tarjan's algorithm with a stack on the heap: a chain of a million lots would overflow the
// thread's stack.
class ComponentSearch {
 public:
  ComponentSearch(const TraceGraph& graph, EdgesIntoSeeds edges)
      : graph_(graph),
        into_seeds_(edges == EdgesIntoSeeds::kIncluded),
        nodes_(static_cast<uint32_t>(graph.nodes.size())),
        count_(nodes_ + static_cast<uint32_t>(graph.transformations.size())),
        low_(count_, kNew) {}

  TraceComponents Run() && {
    found_.vertices_.reserve(count_);
    for (uint32_t vertex = 0; vertex < count_; ++vertex) {
      if (low_[vertex] == kNew) Search(vertex);
    }
    return std::move(found_);
  }

 private:
  static constexpr uint32_t kNew = 0xffff'ffff;
  static constexpr uint32_t kDone = 0xffff'fffe;

  // A vertex on the path, and the link that is followed next.
  struct Visit {
    uint32_t vertex;
    uint32_t index;  // how many vertices were entered before
    uint32_t next_link;
  };

  void Search(uint32_t root) {
    Enter(root);
    while (!path_.empty()) {
      Visit& visit = path_.back();
      const uint32_t next = NextOf(visit);
      if (next == kNoNumber) {
        Leave();
      } else if (low_[next] == kNew) {
        Enter(next);
      } else if (low_[next] != kDone) {
        low_[visit.vertex] = std::min(low_[visit.vertex], low_[next]);
      }
    }
  }

  void Enter(uint32_t vertex) {
    low_[vertex] = entered_;
    path_.push_back({vertex, entered_++, 0});
    open_.push_back(vertex);
  }

  void Leave() {
    const Visit visit = path_.back();
    path_.pop_back();
    const uint32_t low = low_[visit.vertex];
    if (!path_.empty()) {
      uint32_t& parent = low_[path_.back().vertex];
      parent = std::min(parent, low);
    }
    if (low != visit.index) return;
    uint32_t vertex = kNoNumber;
    while (vertex != visit.vertex) {
      vertex = open_.back();
      open_.pop_back();
      low_[vertex] = kDone;
      found_.vertices_.push_back(vertex);
    }
    found_.ends_.push_back(static_cast<uint32_t>(found_.vertices_.size()));
  }

  // The next vertex that this one leads to; kNoNumber: there are no more.
  uint32_t NextOf(Visit& visit) const {
    return visit.vertex < nodes_ ? NextTransformation(visit) : NextLot(visit);
  }

  uint32_t NextTransformation(Visit& visit) const {
    const absl::Span<const uint32_t> links = graph_.LinksOfLot(visit.vertex);
    while (visit.next_link < links.size()) {
      const TraceGraph::Link& link = graph_.links[links[visit.next_link++]];
      if (IsInput(link.kind) && link.lot == visit.vertex) return nodes_ + link.transformation;
    }
    return kNoNumber;
  }

  uint32_t NextLot(Visit& visit) const {
    const absl::Span<const TraceGraph::Link> links =
        graph_.LinksOfTransformation(visit.vertex - nodes_);
    while (visit.next_link < links.size()) {
      const TraceGraph::Link& link = links[visit.next_link++];
      const bool leads_on = into_seeds_ || graph_.nodes[link.lot].second.depth != 0;
      if (IsMade(link.kind) && leads_on) return link.lot;
    }
    return kNoNumber;
  }

  const TraceGraph& graph_;
  const bool into_seeds_;
  const uint32_t nodes_;
  const uint32_t count_;
  std::vector<uint32_t> low_;   // by vertex: the lowest index reached, or kNew, or kDone
  std::vector<Visit> path_;     // from the root to the current vertex
  std::vector<uint32_t> open_;  // entered, and not in a component yet
  uint32_t entered_ = 0;
  TraceComponents found_;
};

TraceComponents ComponentsOf(const TraceGraph& graph, EdgesIntoSeeds edges) {
  return ComponentSearch(graph, edges).Run();
}

}  // namespace lots
