// What came into a component from outside is the most that any lot of the component had.
#include "storage/genealogy/bounds/net.h"

#include <algorithm>
#include <tuple>

namespace lots {
namespace {

using Link = TraceGraph::Link;

class RoundRemover {
 public:
  RoundRemover(const TraceGraph& graph, absl::Span<const Quantity> gross)
      : graph_(graph), totals_(gross.begin(), gross.end()) {}

  std::vector<Quantity> Run(const TraceComponents& components) && {
    for (size_t i = 0; i < components.size(); ++i) {
      if (components[i].size() > 1) TakeOff(components[i], static_cast<uint32_t>(i + 1));
    }
    return std::move(totals_);
  }

 private:
  void TakeOff(absl::Span<const uint32_t> component, uint32_t number) {
    if (component_of_.empty()) component_of_.resize(totals_.size());
    Quantity entered;
    for (const uint32_t vertex : component) {
      if (!graph_.IsNode(vertex)) continue;
      component_of_[vertex] = number;
      entered += GrossOf(vertex);
    }
    // A saturated sum is too small to take anything off.
    if (entered == Quantity::FromMicros(INT64_MAX)) return;
    const auto is_in = [&](uint32_t lot) {
      return graph_.IsNode(lot) && component_of_[lot] == number;
    };
    for (const uint32_t vertex : component) {
      if (graph_.IsNode(vertex)) continue;
      const auto transformation = vertex - static_cast<uint32_t>(graph_.nodes.size());
      entered -= RoundOf(graph_, transformation, is_in);
    }
    for (const uint32_t vertex : component) {
      if (!graph_.IsNode(vertex) || graph_.nodes[vertex].second.serial) continue;
      totals_[vertex] = std::min(totals_[vertex], entered);
    }
  }

  // A serial's total is 1, but the rounds are taken off a sum in which each making counts. The 1
  // stays in the sum, because the serial may have been received.
  Quantity GrossOf(uint32_t lot) const {
    Quantity gross = totals_[lot];
    if (!graph_.nodes[lot].second.serial) return gross;
    for (const uint32_t number : graph_.LinksOfLot(lot)) {
      const Link& link = graph_.links[number];
      if (link.lot == lot && IsMade(link.kind)) gross += link.quantity;
    }
    return gross;
  }

  const TraceGraph& graph_;
  std::vector<Quantity> totals_;
  // By lot: the number of its component, from 1; 0: not known yet. Empty: there are no cycles.
  std::vector<uint32_t> component_of_;
};

// The sum over the links of this kind. The links of a transformation are sorted by kind and lot.
Quantity SumOf(absl::Span<const Link> links, TraceLinkKind kind, uint32_t lot) {
  const auto key = [](const Link& link) { return std::tie(link.kind, link.lot); };
  const Link wanted{.lot = lot, .kind = kind};
  auto link = std::lower_bound(links.begin(), links.end(), wanted,
                               [&](const Link& a, const Link& b) { return key(a) < key(b); });
  Quantity sum;
  for (; link != links.end() && link->kind == kind && link->lot == lot; ++link) {
    sum += link->quantity;
  }
  return sum;
}

// What a transformation made of one lot, and its exact inputs as far as they count.
struct Made {
  uint32_t lot = kNoNumber;
  Quantity quantity;
  Quantity exact;
};

// By lot, each once.
std::vector<Made> MadeOf(absl::Span<const Link> links, absl::FunctionRef<bool(uint32_t)> is_in) {
  std::vector<Made> made;
  for (const Link& link : links) {
    if (IsMade(link.kind) && is_in(link.lot)) made.push_back({link.lot, link.quantity, Quantity()});
  }
  std::sort(made.begin(), made.end(), [](const Made& a, const Made& b) { return a.lot < b.lot; });
  size_t kept = 0;
  for (size_t i = 0; i < made.size(); ++i) {
    if (kept > 0 && made[kept - 1].lot == made[i].lot) {
      made[kept - 1].quantity += made[i].quantity;
    } else {
      made[kept++] = made[i];
    }
  }
  made.resize(kept);
  return made;
}

// Adds the link's quantity to the output that it names, if that is among them.
void AddExact(const Link& link, std::vector<Made>& made) {
  const auto found = std::lower_bound(made.begin(), made.end(), link.output,
                                      [](const Made& a, uint32_t lot) { return a.lot < lot; });
  if (found != made.end() && found->lot == link.output) found->exact += link.quantity;
}

}  // namespace

std::vector<Quantity> TakeOffRounds(const TraceGraph& graph, const TraceComponents& all,
                                    absl::Span<const Quantity> gross) {
  return RoundRemover(graph, gross).Run(all);
}

Quantity RoundOf(const TraceGraph& graph, uint32_t transformation,
                 absl::FunctionRef<bool(uint32_t)> is_in) {
  const TraceGraph::Transformation& own = graph.transformations[transformation];
  const absl::Span<const Link> links = graph.LinksOfTransformation(transformation);
  std::vector<Made> made = MadeOf(links, is_in);
  bool pooled_came_back = !PassesOn(own.kind) || !own.outputs_missing;
  Quantity pooled, left_over;
  for (const Link& link : links) {
    if (IsMade(link.kind) && PassesOn(own.kind) && !is_in(link.lot)) pooled_came_back = false;
    if (IsMade(link.kind) || !is_in(link.lot)) continue;
    if (link.kind == TraceLinkKind::kPooledInput) pooled += link.quantity;
    if (link.kind == TraceLinkKind::kExactInput) AddExact(link, made);
    if (link.kind == TraceLinkKind::kReturnedComponent) {
      left_over += std::min(link.quantity, TakenOf(graph, transformation, link.lot));
    }
  }
  Quantity back, room;
  for (const Made& output : made) {
    back += std::min(output.quantity, output.exact);
    room += std::max(Quantity(), output.quantity - output.exact);
  }
  if (pooled_came_back) back += std::min(pooled, room);
  return std::max(Quantity(), back - left_over);
}

Quantity TakenOf(const TraceGraph& graph, uint32_t transformation, uint32_t lot) {
  const absl::Span<const Link> links = graph.LinksOfTransformation(transformation);
  return SumOf(links, TraceLinkKind::kPooledInput, lot) +
         SumOf(links, TraceLinkKind::kExactInput, lot);
}

Quantity LeftOverOf(const TraceGraph& graph, uint32_t transformation, uint32_t lot) {
  return SumOf(graph.LinksOfTransformation(transformation), TraceLinkKind::kReturnedComponent, lot);
}

}  // namespace lots
