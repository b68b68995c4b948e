// Strongly connected components: the order in which a graph with cycles can be calculated.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "storage/genealogy/graph/graph.h"

namespace lots {

// The strongly connected components of a downstream graph. The vertex of a lot is the lot's number;
// the vertex of a transformation is its number plus the number of nodes.
class TraceComponents {
 public:
  size_t size() const { return ends_.size(); }
  // A component comes after all components that it leads to.
  absl::Span<const uint32_t> operator[](size_t component) const {
    const size_t begin = component == 0 ? 0 : ends_[component - 1];
    return absl::MakeConstSpan(vertices_).subspan(begin, ends_[component] - begin);
  }

 private:
  friend class ComponentSearch;

  std::vector<uint32_t> vertices_;
  std::vector<uint32_t> ends_;
};

// What is affected needs no edges into seeds: all of a seed is affected, whatever went into it.
// What goes round needs them.
enum class EdgesIntoSeeds { kLeftOut, kIncluded };

TraceComponents ComponentsOf(const TraceGraph& graph, EdgesIntoSeeds edges);

}  // namespace lots
