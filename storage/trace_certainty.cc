#include <deque>

#include "storage/trace_graph.h"

namespace lots {
namespace {

using LinksByStep = absl::flat_hash_map<TransformationId, std::vector<const TraceLink*>>;
using LinksByLot = absl::flat_hash_map<LotId, std::vector<const TraceLink*>>;

bool IsInput(const TraceLink& link) {
  return link.kind == TraceLinkKind::kPooledInput || link.kind == TraceLinkKind::kExactInput;
}

bool IsMade(const TraceLink& link) {
  return link.kind == TraceLinkKind::kOutput || link.kind == TraceLinkKind::kByProduct;
}

// The two sides of every transformation, seen from where the walk comes from.
struct Sides {
  LinksByLot near;
  LinksByStep far;
};

Sides SidesOf(const TraceGraph& graph, TraceDirection direction) {
  Sides sides;
  for (const TraceLink& link : graph.links) {
    if (!IsInput(link) && !IsMade(link)) continue;
    if (IsInput(link) == (direction == TraceDirection::kDownstream)) {
      sides.near[link.lot_id].push_back(&link);
    } else {
      sides.far[link.transformation_id].push_back(&link);
    }
  }
  return sides;
}

// Whether the input certainly went into the output, both of one transformation.
bool IsCertain(const TraceLink& input, const TraceLink& output, const TraceGraph& graph) {
  if (input.output_lot_id) return *input.output_lot_id == output.lot_id;
  const auto step = graph.steps.find(input.transformation_id);
  return step != graph.steps.end() && step->second.single_output;
}

}  // namespace

void MarkCertain(TraceGraph& graph, const TraceOrder& order) {
  const bool downstream = order.direction == TraceDirection::kDownstream;
  const Sides sides = SidesOf(graph, order.direction);
  std::deque<LotId> certain;
  const auto mark = [&](const LotId& lot_id) {
    const auto node = graph.nodes.find(lot_id);
    if (node == graph.nodes.end() || node->second.certain) return;
    node->second.certain = true;
    certain.push_back(lot_id);
  };
  for (const LotId& seed : order.seeds) mark(seed);
  for (; !certain.empty(); certain.pop_front()) {
    const auto near = sides.near.find(certain.front());
    if (near == sides.near.end()) continue;
    for (const TraceLink* link : near->second) {
      const auto far = sides.far.find(link->transformation_id);
      if (far == sides.far.end()) continue;
      for (const TraceLink* other : far->second) {
        if (downstream ? IsCertain(*link, *other, graph) : IsCertain(*other, *link, graph)) {
          mark(other->lot_id);
        }
      }
    }
  }
}

}  // namespace lots
