#include "storage/genealogy/graph/collect.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace lots {

using Link = TraceGraph::Link;

namespace {

// Each chunk is twice as large as the one before it, from a few hundred bytes to 1.5 MB.
constexpr size_t kFirstChunk = 16;
constexpr size_t kLargestChunk = 65'536;

}  // namespace

void TraceGatherer::AddLevel(const std::vector<uint32_t>& level) {
  const auto depth = static_cast<int32_t>(level_begin_.size());
  level_begin_.push_back(static_cast<uint32_t>(query_.size()));
  for (const uint32_t lot : level) {
    lots_[lot].second.depth = depth;
    query_.push_back(lot);
  }
}

std::pair<uint32_t, bool> TraceGatherer::AddStep(const TransformationId& transformation_id,
                                                 int depth) {
  return steps_.Add({.transformation_id = transformation_id, .depth = depth});
}

void TraceGatherer::AddLink(const TraceLink& link, uint32_t step, uint32_t line) {
  uint32_t output = kNoNumber;
  if (!IsInput(link.kind)) output = line;
  if (link.output_lot_id) output = AddLot(*link.output_lot_id);
  if (links_.empty() || links_.back().size() == links_.back().capacity()) {
    const size_t size = links_.empty() ? kFirstChunk : 2 * links_.back().capacity();
    links_.emplace_back().reserve(std::min(size, kLargestChunk));
  }
  links_.back().push_back({.quantity = link.quantity,
                           .step = step,
                           .lot = AddLot(link.lot_id),
                           .output = output,
                           .kind = link.kind});
}

TraceGraph TraceGatherer::Finish(std::string truncated_by) && {
  TraceGraph graph;
  graph.truncated_by = std::move(truncated_by);
  if (graph.truncated_by == "node_limit") MarkCuts();
  NumberLots(graph);
  NumberSteps(graph);
  PlaceLinks(graph);
  IndexByLot(graph);
  return graph;
}

void TraceGatherer::MarkCuts() {
  std::vector<bool> missing(steps_.size());
  std::vector<bool> told(steps_.size());
  for (const uint32_t step : step_order_) told[step] = true;
  EachLink([&](const Link& link) {
    if (!told[link.step]) return;
    const bool far = downstream_ ? IsMade(link.kind) : IsInput(link.kind);
    if (!far || IsReached(link.lot)) return;
    if (link.kind == TraceLinkKind::kExactInput) {
      if (IsReached(link.output)) MarkCut(link.output);
    } else {
      missing[link.step] = true;
    }
  });
  EachLink([&](const Link& link) {
    if (!told[link.step]) return;
    const bool near = downstream_ ? IsInput(link.kind) : IsMade(link.kind);
    if (!near || !IsReached(link.lot)) return;
    const bool cut =
        link.kind == TraceLinkKind::kExactInput ? !IsReached(link.output) : missing[link.step];
    if (cut) MarkCut(link.lot);
  });
  if (!downstream_) return;
  for (uint32_t step = 0; step < missing.size(); ++step) {
    if (missing[step]) steps_[step].outputs_missing = true;
  }
}

void TraceGatherer::NumberLots(TraceGraph& graph) {
  new_lot_.assign(lots_.size(), kNoNumber);
  graph.nodes.reserve(query_.size());
  for (const uint32_t lot : query_) new_lot_[lot] = graph.nodes.Add(lots_[lot]).first;
  EachLink([&](const Link& link) {
    if (link.kind != TraceLinkKind::kExactInput || new_lot_[link.output] != kNoNumber) return;
    new_lot_[link.output] = static_cast<uint32_t>(graph.nodes.size() + graph.beyond.size());
    graph.beyond.push_back(IdOfLot(link.output));
  });
  graph.levels = std::move(level_begin_);
  graph.levels.push_back(static_cast<uint32_t>(query_.size()));
  lots_ = {};
  query_ = {};
}

void TraceGatherer::NumberSteps(TraceGraph& graph) {
  new_step_.assign(steps_.size(), kNoNumber);
  graph.steps.reserve(step_order_.size());
  for (const uint32_t step : step_order_) {
    new_step_[step] = static_cast<uint32_t>(graph.steps.size());
    graph.steps.push_back(steps_[step]);
  }
  steps_ = {};
  step_order_ = {};
}

// A limit may have cut off one end of a link; such a link is not kept.
void TraceGatherer::PlaceLinks(TraceGraph& graph) {
  const auto kept = [&](const Link& link) {
    return new_step_[link.step] != kNoNumber && graph.IsNode(new_lot_[link.lot]);
  };
  graph.step_links.assign(graph.steps.size() + 1, 0);
  EachLink([&](const Link& link) {
    if (kept(link)) ++graph.step_links[new_step_[link.step] + 1];
  });
  std::partial_sum(graph.step_links.begin(), graph.step_links.end(), graph.step_links.begin());
  graph.links.resize(graph.step_links.back());
  std::vector<uint32_t> next(graph.step_links.begin(), graph.step_links.end() - 1);
  for (; !links_.empty(); links_.pop_front()) {
    for (Link link : links_.front()) {
      if (!kept(link)) continue;
      link.step = new_step_[link.step];
      link.lot = new_lot_[link.lot];
      if (link.kind == TraceLinkKind::kExactInput) link.output = new_lot_[link.output];
      graph.links[next[link.step]++] = link;
    }
  }
  new_lot_ = {};
  new_step_ = {};
  JoinLines(graph);
}

// Sorts the links of each transformation, drops lines that came twice and adds up those about the
// same.
void TraceGatherer::JoinLines(TraceGraph& graph) {
  size_t kept = 0;
  for (uint32_t step = 0; step < graph.steps.size(); ++step) {
    const auto begin = graph.links.begin() + graph.step_links[step];
    auto end = graph.links.begin() + graph.step_links[step + 1];
    const auto key = [](const Link& link) { return std::tie(link.kind, link.lot, link.output); };
    std::sort(begin, end, [&](const Link& a, const Link& b) { return key(a) < key(b); });
    end = std::unique(begin, end, [&](const Link& a, const Link& b) {
      return !IsInput(a.kind) && key(a) == key(b);
    });
    graph.step_links[step] = static_cast<uint32_t>(kept);
    for (auto link = begin; link != end; ++link) {
      if (!IsInput(link->kind)) link->output = kNoNumber;
      const bool again = kept > graph.step_links[step] && key(graph.links[kept - 1]) == key(*link);
      if (again) {
        graph.links[kept - 1].quantity += link->quantity;
      } else {
        graph.links[kept++] = *link;
      }
    }
  }
  graph.step_links.back() = static_cast<uint32_t>(kept);
  graph.links.resize(kept);
}

void TraceGatherer::IndexByLot(TraceGraph& graph) const {
  const auto each = [&](auto&& take) {
    for (uint32_t i = 0; i < graph.links.size(); ++i) {
      const Link& link = graph.links[i];
      take(link.lot, i);
      const bool also_there =
          link.output != kNoNumber && link.output != link.lot && graph.IsNode(link.output);
      if (also_there) take(link.output, i);
    }
  };
  graph.lot_links_begin.assign(graph.nodes.size() + 1, 0);
  each([&](uint32_t lot, uint32_t) { ++graph.lot_links_begin[lot + 1]; });
  std::partial_sum(graph.lot_links_begin.begin(), graph.lot_links_begin.end(),
                   graph.lot_links_begin.begin());
  graph.lot_links.resize(graph.lot_links_begin.back());
  std::vector<uint32_t> next(graph.lot_links_begin.begin(), graph.lot_links_begin.end() - 1);
  each([&](uint32_t lot, uint32_t link) { graph.lot_links[next[lot]++] = link; });
}

}  // namespace lots
