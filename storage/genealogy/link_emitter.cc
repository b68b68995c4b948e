// Emits the transformations of a walked trace, each with its first link.
#include "storage/genealogy/link_emitter.h"

#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "storage/base/limits.h"

namespace lots {
namespace {

// Of a former link: one of its lots has nothing to do with the seeds.
bool LeadsNowhere(const TraceGraph& graph, const TraceGraph::Link& link) {
  const auto is_unrelated = [&](uint32_t lot) {
    return graph.IsNode(lot) && graph.nodes[lot].second.unrelated;
  };
  return is_unrelated(link.lot) || is_unrelated(link.output);
}

}  // namespace

TracePiece LinkEmitter::Emit(int depth) {
  const std::vector<TraceGraph::Transformation>& all = walked_.graph.transformations;
  TracePiece piece;
  while (number_ < all.size() && all[number_].depth == depth) {
    if (!is_begun_) Begin();
    if (!AddLinks(piece)) break;
    ++number_;
    next_link_ = 0;
    is_begun_ = false;
  }
  return piece;
}

void LinkEmitter::Begin() {
  const TraceGraph::Transformation& transformation = walked_.graph.transformations[number_];
  header_ = walked_.pending.transformations.Pop();
  header_->transformation_id = transformation.transformation_id;
  header_->kind = transformation.kind;
  is_begun_ = true;
}

bool LinkEmitter::AddLinks(TracePiece& piece) {
  const TraceGraph& graph = walked_.graph;
  const absl::Span<const TraceGraph::Link> links = graph.LinksOfTransformation(number_);
  for (; next_link_ < links.size(); ++next_link_) {
    const TraceGraph::Link& link = links[next_link_];
    if (graph.nodes[link.lot].second.filtered_out || LeadsNowhere(graph, link)) continue;
    if (piece.links.size() == kTraceLinksPerMessage) return false;
    if (header_) piece.transformations.push_back(*std::exchange(header_, std::nullopt));
    TraceLink& emitted = piece.links.emplace_back();
    emitted.transformation_id = graph.transformations[number_].transformation_id;
    emitted.lot_id = graph.IdOfLot(link.lot);
    emitted.kind = link.kind;
    emitted.quantity = link.quantity;
    emitted.former_until = graph.FormerUntil(link);
    if (link.output != kNoNumber) emitted.output_lot_id = graph.IdOfLot(link.output);
  }
  return true;
}

}  // namespace lots
