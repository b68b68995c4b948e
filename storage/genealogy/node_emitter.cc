// Emits the nodes of a walked trace while the database reads the next ones.
#include "storage/genealogy/node_emitter.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/base/limits.h"
#include "storage/base/status_macros.h"

namespace lots {

absl::Status NodeEmitter::Read(pg::Transaction& snapshot, int depth) {
  if (!ahead_) PlanAhead();
  if (emitted_ == read_.size() && ahead_ && ahead_->depth() == depth) {
    RETURN_IF_ERROR(PostAhead(snapshot));
    ASSIGN_OR_RETURN(read_, ahead_->Take(snapshot));
    emitted_ = 0;
    is_sent_ = false;
    PlanAhead();
  }
  return PostAhead(snapshot);
}

std::vector<TraceNode> NodeEmitter::Emit(int depth) {
  size_t count = 0;
  while (count < kTraceNodesPerMessage && IsOfDepth(emitted_ + count, depth)) ++count;
  const auto begin = std::make_move_iterator(read_.begin() + static_cast<ptrdiff_t>(emitted_));
  emitted_ += count;
  return {begin, begin + static_cast<ptrdiff_t>(count)};
}

absl::Status NodeEmitter::PostAhead(pg::Transaction& snapshot) {
  if (is_sent_ || !ahead_) return absl::OkStatus();
  is_sent_ = true;
  return ahead_->SendAsync(snapshot);
}

void NodeEmitter::PlanAhead() {
  std::vector<TraceNode> nodes;
  for (; next_ < walked_.graph.nodes.size() && nodes.size() < kTraceNodesPerRead; ++next_) {
    TraceNode node;
    walked_.pending.lots.Pop(node);
    const TraceGraph::Node& found = walked_.graph.nodes[next_].second;
    if (found.filtered_out || found.unrelated) continue;
    walked_.Describe(next_, node);
    nodes.push_back(std::move(node));
  }
  ahead_.reset();
  if (!nodes.empty()) ahead_.emplace(query_, std::move(nodes));
}

}  // namespace lots
