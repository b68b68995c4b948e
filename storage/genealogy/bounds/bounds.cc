#include "storage/genealogy/bounds/bounds.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "storage/genealogy/bounds/components.h"

namespace lots {
namespace {

using Link = TraceGraph::Link;

constexpr Quantity kMost = Quantity::FromMicros(INT64_MAX);

Quantity NotNegative(Quantity quantity) { return std::max(quantity, Quantity()); }

// From and to, both included.
struct Range {
  Quantity min;
  Quantity max;

  void Add(const Range& other) {
    min += other.min;
    max += other.max;
  }
};

// What a transformation took of a lot.
struct Part {
  Range affected;
  Range seeds;
  // The seeds' goods are atoms of it: nothing was mixed on the way.
  bool pure = true;
};

// What a transformation made of a lot, and what went into it.
struct Output {
  uint32_t lot = kNoNumber;
  Quantity quantity;
  Part exact;      // the sum of the exact inputs
  Quantity taken;  // by exact inputs, of the quantity
  Quantity Room() const { return NotNegative(quantity - taken); }
};

Quantity AtomOf(int scale) {
  int64_t micros = 1;
  for (int i = scale; i < Quantity::kScaleMax; ++i) micros *= 10;
  return Quantity::FromMicros(micros);
}

bool PassesOn(TransformationKind kind) {
  return kind == TransformationKind::kSplit || kind == TransformationKind::kMerge ||
         kind == TransformationKind::kRelabel;
}

// Atoms: `of` of the lot's `total` are of the kind that is counted; how many are in a part of q?
Range PartOf(Quantity q, Quantity total, const Range& of) {
  const Quantity others = NotNegative(total - of.min);
  return {q >= total ? of.min : NotNegative(q - others), std::min(q, of.max)};
}

class Bounding {
 public:
  Bounding(const TraceGraph& graph, absl::Span<const Quantity> totals)
      : graph_(graph), bounds_(totals.size()), mixed_(totals.size()) {
    for (uint32_t lot = 0; lot < totals.size(); ++lot) bounds_[lot].total = totals[lot];
    CountTakings();
  }

  std::vector<TraceBounds> Run() {
    const TraceComponents components = ComponentsOf(graph_);
    for (size_t i = components.size(); i-- > 0;) {
      const absl::Span<const uint32_t> component = components[i];
      if (component.size() > 1) {
        Circle(component);
      } else if (graph_.IsNode(component[0])) {
        Settle(component[0]);
      } else {
        Cross(StepOf(component[0]), [](uint32_t) { return true; });
      }
    }
    return std::move(bounds_);
  }

 private:
  int ScaleOf(uint32_t lot) const { return graph_.nodes[lot].second.scale; }
  bool IsSeed(uint32_t lot) const { return graph_.nodes[lot].second.depth == 0; }
  uint32_t StepOf(uint32_t vertex) const {
    return vertex - static_cast<uint32_t>(graph_.nodes.size());
  }

  // What was taken of the seeds in all, and whether some goods may have been taken twice.
  void CountTakings() {
    std::vector<Quantity> taken(bounds_.size());
    std::vector<Quantity> made(bounds_.size());
    for (const Link& link : graph_.links) {
      if (IsInput(link.kind)) taken[link.lot] += link.quantity;
      if (IsMade(link.kind)) made[link.lot] += link.quantity;
      if (link.kind == TraceLinkKind::kReturnedComponent) taken_twice_ = true;
    }
    for (uint32_t lot = 0; lot < bounds_.size(); ++lot) {
      Quantity& total = bounds_[lot].total;
      if (IsSeed(lot)) {
        all_seeds_ += std::max(total, taken[lot]);
        continue;
      }
      // A serial is one however often it was made anew.
      const bool serial = graph_.nodes[lot].second.serial;
      if (!serial) total = std::max(total, made[lot]);
      if (taken[lot] > total) taken_twice_ = true;
    }
  }

  // Every transformation that made the lot was crossed.
  void Settle(uint32_t lot) {
    TraceBounds& bounds = bounds_[lot];
    if (IsSeed(lot)) {
      const Quantity total = bounds.total;
      bounds = {total, total, total, total, total};
      return;
    }
    bounds.affected_min = std::min(bounds.affected_min, bounds.total);
    bounds.affected_max = std::min(bounds.affected_max, bounds.total);
    bounds.seed_min = std::min(bounds.seed_min, all_seeds_);
    bounds.seed_max = std::min(bounds.seed_max, all_seeds_);
  }

  Part Take(const Link& link) const {
    const Quantity q = link.quantity;
    if (IsSeed(link.lot)) return {{q, q}, {q, q}, true};
    const TraceBounds& of = bounds_[link.lot];
    Part part;
    part.affected = PartOf(q, of.total, {of.affected_min, of.affected_max});
    part.pure = !mixed_[link.lot];
    if (part.pure) {
      part.seeds = PartOf(q, of.total, {of.seed_min, of.seed_max});
    } else if (part.affected.max.IsPositive()) {
      part.seeds = {q >= of.total ? of.seed_min : Quantity(), of.seed_max};
    }
    return part;
  }

  // What is taken of a lot of the circle, before anything is known of it.
  static Part Anything(const Link& link) {
    return {{Quantity(), link.quantity}, {Quantity(), Quantity()}, false};
  }

  // Adds what the transformation makes to those of its outputs that are wanted.
  template <class Wanted>
  void Cross(uint32_t step, Wanted wanted) {
    std::vector<Output> outputs = OutputsOf(step);
    const auto output_of = [&](uint32_t lot) -> Output* {
      const auto found =
          std::lower_bound(outputs.begin(), outputs.end(), lot,
                           [](const Output& output, uint32_t lot) { return output.lot < lot; });
      return found == outputs.end() || found->lot != lot ? nullptr : &*found;
    };
    Part pooled;
    for (const Link& link : graph_.LinksOfStep(step)) {
      if (!IsInput(link.kind)) continue;
      const Part part = InCircle(link.lot) ? Anything(link) : Take(link);
      if (link.kind == TraceLinkKind::kPooledInput) {
        Join(pooled, part);
      } else if (Output* const output = output_of(link.output)) {
        Join(output->exact, part);
        output->taken += link.quantity;
      }
    }
    Pass(step, pooled, outputs, wanted);
  }

  // One for each lot, in order.
  std::vector<Output> OutputsOf(uint32_t step) const {
    std::vector<Output> outputs;
    for (const Link& link : graph_.LinksOfStep(step)) {
      if (IsMade(link.kind)) outputs.push_back({.lot = link.lot, .quantity = link.quantity});
    }
    std::sort(outputs.begin(), outputs.end(),
              [](const Output& a, const Output& b) { return a.lot < b.lot; });
    size_t kept = 0;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (kept > 0 && outputs[kept - 1].lot == outputs[i].lot) {
        outputs[kept - 1].quantity += outputs[i].quantity;
      } else {
        outputs[kept++] = outputs[i];
      }
    }
    outputs.resize(kept);
    return outputs;
  }

  void Join(Part& sum, const Part& part) const {
    sum.affected.Add(part.affected);
    JoinSeeds(sum.seeds, part.seeds);
    // Where nothing of the seeds is, nothing is mixed.
    if (part.seeds.max.IsPositive() || part.affected.max.IsPositive()) sum.pure &= part.pure;
  }

  void JoinSeeds(Range& sum, const Range& part) const {
    sum.min = taken_twice_ ? std::max(sum.min, part.min) : sum.min + part.min;
    sum.max += part.max;
  }

  template <class Wanted>
  void Pass(uint32_t step, const Part& pooled, const std::vector<Output>& outputs, Wanted wanted) {
    Quantity room;
    for (const Output& output : outputs) room += output.Room();
    for (const Output& output : outputs) {
      if (IsSeed(output.lot) || !wanted(output.lot)) continue;
      const Quantity elsewhere = graph_.steps[step].outputs_missing ? kMost : room - output.Room();
      const Part made = PassesOnTo(step, output)
                            ? PassOn(pooled, output, elsewhere)
                            : Mix(pooled, output, graph_.steps[step].single_output);
      Give(output.lot, made);
    }
  }

  bool PassesOnTo(uint32_t step, const Output& output) const {
    if (!PassesOn(graph_.steps[step].kind)) return false;
    for (const Link& link : graph_.LinksOfStep(step)) {
      if (IsInput(link.kind) && ScaleOf(link.lot) != ScaleOf(output.lot)) return false;
    }
    return true;
  }

  // `elsewhere`: how much the other outputs have room for.
  Part PassOn(const Part& pooled, const Output& output, Quantity elsewhere) const {
    const auto share = [&](const Range& exact, const Range& shared) {
      return Range{exact.min + NotNegative(shared.min - elsewhere),
                   std::min(output.quantity, exact.max + std::min(output.Room(), shared.max))};
    };
    Part made;
    made.affected = share(output.exact.affected, pooled.affected);
    made.pure = pooled.pure && output.exact.pure;
    if (made.pure) {
      made.seeds = share(output.exact.seeds, pooled.seeds);
    } else {
      made.seeds =
          output.Room().IsPositive() ? Sum(pooled, output, elsewhere.IsZero()) : output.exact.seeds;
    }
    return made;
  }

  Part Mix(const Part& pooled, const Output& output, bool single_output) const {
    const bool certainly = output.exact.affected.min.IsPositive() ||
                           (single_output && pooled.affected.min.IsPositive());
    const bool possibly =
        output.exact.affected.max.IsPositive() || pooled.affected.max.IsPositive();
    Part made;
    made.pure = false;
    if (certainly) {
      made.affected.min = std::min(AtomOf(ScaleOf(output.lot)), output.quantity);
    }
    if (possibly) made.affected.max = output.quantity;
    made.seeds = Sum(pooled, output, single_output);
    return made;
  }

  Range Sum(const Part& pooled, const Output& output, bool all_pooled_is_here) const {
    Range sum = output.exact.seeds;
    JoinSeeds(sum, {all_pooled_is_here ? pooled.seeds.min : Quantity(), pooled.seeds.max});
    return sum;
  }

  void Give(uint32_t lot, const Part& made) {
    TraceBounds& bounds = bounds_[lot];
    bounds.affected_min += made.affected.min;
    bounds.affected_max += made.affected.max;
    Range seeds{bounds.seed_min, bounds.seed_max};
    JoinSeeds(seeds, made.seeds);
    bounds.seed_min = seeds.min;
    bounds.seed_max = seeds.max;
    if (!made.pure && made.affected.max.IsPositive()) mixed_[lot] = true;
  }

  // Lots and transformations that lead to each other.
  void Circle(absl::Span<const uint32_t> circle) {
    for (const uint32_t vertex : circle) {
      if (graph_.IsNode(vertex)) cyclic_.push_back(vertex);
    }
    std::sort(cyclic_.begin(), cyclic_.end());
    const auto each_step = [&](auto&& take) {
      for (const uint32_t vertex : circle) {
        if (!graph_.IsNode(vertex)) take(StepOf(vertex));
      }
    };
    Quantity entered;
    for (const uint32_t lot : cyclic_) entered += bounds_[lot].seed_max;
    each_step([&](uint32_t step) {
      for (const Link& link : graph_.LinksOfStep(step)) {
        if (IsInput(link.kind) && !InCircle(link.lot)) entered += Take(link).seeds.max;
      }
      Cross(step, [this](uint32_t lot) { return InCircle(lot); });
    });
    const std::vector<uint32_t> lots = std::exchange(cyclic_, {});
    for (const uint32_t lot : lots) {
      bounds_[lot].affected_max = bounds_[lot].total;
      bounds_[lot].seed_max = entered;
      mixed_[lot] = true;
      Settle(lot);
    }
    each_step([&](uint32_t step) {
      Cross(step, [&](uint32_t lot) { return !std::binary_search(lots.begin(), lots.end(), lot); });
    });
  }

  bool InCircle(uint32_t lot) const {
    return std::binary_search(cyclic_.begin(), cyclic_.end(), lot);
  }

  const TraceGraph& graph_;
  // Until a lot is settled, what the transformations crossed so far gave it.
  std::vector<TraceBounds> bounds_;
  std::vector<bool> mixed_;       // seeds' goods are not atoms of it
  std::vector<uint32_t> cyclic_;  // the lots of the circle that is being crossed, in order
  Quantity all_seeds_;
  bool taken_twice_ = false;
};

}  // namespace

std::vector<TraceBounds> BoundTrace(const TraceGraph& graph, absl::Span<const Quantity> totals) {
  return Bounding(graph, totals).Run();
}

}  // namespace lots
