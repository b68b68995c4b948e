// Collects the links of a walk, then sorts and numbers them.
#include "storage/genealogy/graph/collect.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "storage/genealogy/graph/links.h"

namespace lots {

using Link = TraceGraph::Link;

namespace {

// Links of a chunk. Each chunk is twice as large as the one before it, from a few hundred bytes to
// 1.5 MB.
constexpr size_t kFirstChunk = 16;
constexpr size_t kLargestChunk = 65'536;

}  // namespace

void TraceCollector::AddLevel(const std::vector<uint32_t>& level) {
  const auto depth = static_cast<int32_t>(level_begin_.size());
  level_begin_.push_back(static_cast<uint32_t>(sorted_lots_.size()));
  for (const uint32_t lot : level) {
    lots_[lot].second.depth = depth;
    sorted_lots_.push_back(lot);
  }
}

std::pair<uint32_t, bool> TraceCollector::AddTransformation(const TransformationId& id, int depth) {
  return transformations_.Add({.transformation_id = id, .depth = depth});
}

void TraceCollector::AddLink(const TraceLink& link, uint32_t transformation, uint32_t line) {
  uint32_t output = kNoNumber;
  if (!IsInput(link.kind)) output = line;
  if (link.output_lot_id) output = AddLot(*link.output_lot_id);
  if (links_.empty() || links_.back().size() == links_.back().capacity()) {
    const size_t size = links_.empty() ? kFirstChunk : 2 * links_.back().capacity();
    links_.emplace_back().reserve(std::min(size, kLargestChunk));
  }
  links_.back().push_back({.quantity = link.quantity,
                           .transformation = transformation,
                           .lot = AddLot(link.lot_id),
                           .output = output,
                           .kind = link.kind,
                           .former = link.former_until.has_value()});
  if (!link.former_until.has_value()) return;
  absl::Time& until =
      former_until_
          .try_emplace({link.transformation_id, link.lot_id, link.output_lot_id.value_or(LotId())},
                       *link.former_until)
          .first->second;
  until = std::max(until, *link.former_until);
}

TraceGraph TraceCollector::Finish(std::string truncated_by) && {
  TraceGraph graph;
  graph.truncated_by = std::move(truncated_by);
  graph.former_until = std::move(former_until_);
  graph.happened_at = std::move(happened_at_);
  if (graph.truncated_by == "node_limit") MarkCuts();
  NumberLots(graph);
  NumberTransformations(graph);
  PlaceLinks(graph);
  IndexByLot(graph);
  return graph;
}

void TraceCollector::MarkCuts() {
  std::vector<bool> missing(transformations_.size());
  std::vector<bool> in_answer(transformations_.size());
  for (const uint32_t transformation : sorted_transformations_) in_answer[transformation] = true;
  EachLink([&](const Link& link) {
    if (!in_answer[link.transformation]) return;
    const bool far = downstream_ ? IsMade(link.kind) : IsInput(link.kind);
    if (!far || IsReached(link.lot)) return;
    if (link.kind == TraceLinkKind::kExactInput) {
      if (IsReached(link.output)) MarkCut(link.output);
    } else {
      missing[link.transformation] = true;
    }
  });
  EachLink([&](const Link& link) {
    if (!in_answer[link.transformation]) return;
    const bool near = downstream_ ? IsInput(link.kind) : IsMade(link.kind);
    if (!near || !IsReached(link.lot)) return;
    const bool cut = link.kind == TraceLinkKind::kExactInput ? !IsReached(link.output)
                                                             : missing[link.transformation];
    if (cut) MarkCut(link.lot);
  });
  if (!downstream_) return;
  for (uint32_t transformation = 0; transformation < missing.size(); ++transformation) {
    if (missing[transformation]) transformations_[transformation].outputs_missing = true;
  }
}

void TraceCollector::NumberLots(TraceGraph& graph) {
  new_lot_.assign(lots_.size(), kNoNumber);
  graph.nodes.reserve(sorted_lots_.size());
  for (const uint32_t lot : sorted_lots_) new_lot_[lot] = graph.nodes.Add(lots_[lot]).first;
  EachLink([&](const Link& link) {
    if (link.kind != TraceLinkKind::kExactInput || new_lot_[link.output] != kNoNumber) return;
    new_lot_[link.output] =
        static_cast<uint32_t>(graph.nodes.size() + graph.lots_beyond_limit.size());
    graph.lots_beyond_limit.push_back(IdOfLot(link.output));
  });
  graph.levels = std::move(level_begin_);
  graph.levels.push_back(static_cast<uint32_t>(sorted_lots_.size()));
  lots_ = {};
  sorted_lots_ = {};
}

void TraceCollector::NumberTransformations(TraceGraph& graph) {
  new_transformation_.assign(transformations_.size(), kNoNumber);
  graph.transformations.reserve(sorted_transformations_.size());
  for (const uint32_t transformation : sorted_transformations_) {
    new_transformation_[transformation] = static_cast<uint32_t>(graph.transformations.size());
    graph.transformations.push_back(transformations_[transformation]);
  }
  transformations_ = {};
  sorted_transformations_ = {};
}

// Puts the links of each transformation together. A link whose other end is beyond a limit is
// dropped.
void TraceCollector::PlaceLinks(TraceGraph& graph) {
  const auto kept = [&](const Link& link) {
    return new_transformation_[link.transformation] != kNoNumber &&
           graph.IsNode(new_lot_[link.lot]);
  };
  graph.links_begin.assign(graph.transformations.size() + 1, 0);
  EachLink([&](const Link& link) {
    if (kept(link)) ++graph.links_begin[new_transformation_[link.transformation] + 1];
  });
  std::partial_sum(graph.links_begin.begin(), graph.links_begin.end(), graph.links_begin.begin());
  graph.links.resize(graph.links_begin.back());
  std::vector<uint32_t> next(graph.links_begin.begin(), graph.links_begin.end() - 1);
  for (; !links_.empty(); links_.pop_front()) {
    for (Link link : links_.front()) {
      if (!kept(link)) continue;
      link.transformation = new_transformation_[link.transformation];
      link.lot = new_lot_[link.lot];
      if (link.kind == TraceLinkKind::kExactInput) link.output = new_lot_[link.output];
      graph.links[next[link.transformation]++] = link;
    }
  }
  new_lot_ = {};
  new_transformation_ = {};
  JoinLines(graph);
}

// Sorts the links of each transformation, drops lines that were read twice, and adds up lines that
// name the same lots.
void TraceCollector::JoinLines(TraceGraph& graph) {
  size_t kept = 0;
  for (size_t i = 0; i < graph.transformations.size(); ++i) {
    const auto begin = graph.links.begin() + graph.links_begin[i];
    auto end = graph.links.begin() + graph.links_begin[i + 1];
    const auto key = [](const Link& link) {
      return std::tie(link.kind, link.lot, link.output, link.former);
    };
    std::sort(begin, end, [&](const Link& a, const Link& b) { return key(a) < key(b); });
    end = std::unique(begin, end, [&](const Link& a, const Link& b) {
      return !IsInput(a.kind) && key(a) == key(b);
    });
    graph.links_begin[i] = static_cast<uint32_t>(kept);
    for (auto link = begin; link != end; ++link) {
      if (!IsInput(link->kind)) link->output = kNoNumber;
      const bool same = kept > graph.links_begin[i] && key(graph.links[kept - 1]) == key(*link);
      if (same) {
        graph.links[kept - 1].quantity += link->quantity;
      } else {
        graph.links[kept++] = *link;
      }
    }
  }
  graph.links_begin.back() = static_cast<uint32_t>(kept);
  graph.links.resize(kept);
}

void TraceCollector::IndexByLot(TraceGraph& graph) const {
  const auto each = [&](auto&& take) {
    for (uint32_t i = 0; i < graph.links.size(); ++i) {
      const Link& link = graph.links[i];
      take(link.lot, i);
      const bool names_output =
          link.output != kNoNumber && link.output != link.lot && graph.IsNode(link.output);
      if (names_output) take(link.output, i);
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

std::optional<absl::Time> TraceGraph::FormerUntil(const Link& link) const {
  if (!link.former) return std::nullopt;
  const LotId output = link.output == kNoNumber ? LotId() : IdOfLot(link.output);
  const auto found = former_until.find(
      {transformations[link.transformation].transformation_id, IdOfLot(link.lot), output});
  if (found == former_until.end()) return std::nullopt;
  return found->second;
}

}  // namespace lots
