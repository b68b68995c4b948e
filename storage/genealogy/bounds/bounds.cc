// Calculates the bounds of a trace in the order of its graph.
#include "storage/genealogy/bounds/bounds.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "storage/genealogy/bounds/components.h"
#include "storage/genealogy/graph/links.h"

namespace lots {
namespace {

using Link = TraceGraph::Link;

constexpr Quantity kUnlimited = Quantity::FromMicros(INT64_MAX);

Quantity NotNegative(Quantity quantity) { return std::max(quantity, Quantity()); }

// Both ends are included.
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
  // Nothing was mixed on the way, so the seeds' goods are atoms of the part.
  bool pure = true;
};

// What a transformation made of a lot, and its exact inputs.
struct Output {
  uint32_t lot = kNoNumber;
  Quantity quantity;
  Part exact;               // the sum of the exact inputs
  Quantity exact_quantity;  // their quantity
  Quantity Room() const { return NotNegative(quantity - exact_quantity); }
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

// A lot of `total` has `atoms` of some kind: how many of them are in a part of q?
Range PartOf(Quantity q, Quantity total, const Range& atoms) {
  const Quantity others = NotNegative(total - atoms.min);
  return {q >= total ? atoms.min : NotNegative(q - others), std::min(q, atoms.max)};
}

class BoundsCalculator {
 public:
  BoundsCalculator(const TraceGraph& graph, absl::Span<const Quantity> totals)
      : graph_(graph), bounds_(totals.size()), mixed_(totals.size()) {
    for (uint32_t lot = 0; lot < totals.size(); ++lot) bounds_[lot].total = totals[lot];
    SumTakenAndMade();
  }

  std::vector<TraceBounds> Run() {
    const TraceComponents components = ComponentsOf(graph_);
    for (size_t i = components.size(); i-- > 0;) {
      const absl::Span<const uint32_t> component = components[i];
      if (component.size() > 1) {
        ApplyCycle(component);
      } else if (graph_.IsNode(component[0])) {
        Finish(component[0]);
      } else {
        Apply(TransformationOf(component[0]), [](uint32_t) { return true; });
      }
    }
    return std::move(bounds_);
  }

 private:
  int ScaleOf(uint32_t lot) const { return graph_.nodes[lot].second.scale; }
  bool IsSeed(uint32_t lot) const { return graph_.nodes[lot].second.depth == 0; }
  uint32_t TransformationOf(uint32_t vertex) const {
    return vertex - static_cast<uint32_t>(graph_.nodes.size());
  }

  // Sums up what was taken from the seeds, and finds out whether goods may have been taken twice.
  void SumTakenAndMade() {
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
      // A serial is one unit, however often it was remade.
      const bool serial = graph_.nodes[lot].second.serial;
      if (!serial) total = std::max(total, made[lot]);
      if (taken[lot] > total) taken_twice_ = true;
    }
  }

  // Runs when every transformation that made the lot has been applied.
  void Finish(uint32_t lot) {
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

  Part TakenPart(const Link& link) const {
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

  // What was taken from a lot of the cycle, before its bounds are known.
  static Part UnknownPart(const Link& link) {
    return {{Quantity(), link.quantity}, {Quantity(), Quantity()}, false};
  }

  // Adds what the transformation made to the bounds of its outputs for which wanted(lot) holds.
  template <class Wanted>
  void Apply(uint32_t transformation, Wanted wanted) {
    std::vector<Output> outputs = OutputsOf(transformation);
    const auto output_of = [&](uint32_t lot) -> Output* {
      const auto found =
          std::lower_bound(outputs.begin(), outputs.end(), lot,
                           [](const Output& output, uint32_t lot) { return output.lot < lot; });
      return found == outputs.end() || found->lot != lot ? nullptr : &*found;
    };
    Part pooled;
    for (const Link& link : graph_.LinksOfTransformation(transformation)) {
      if (!IsInput(link.kind)) continue;
      const Part part = IsInCycle(link.lot) ? UnknownPart(link) : TakenPart(link);
      if (link.kind == TraceLinkKind::kPooledInput) {
        Join(pooled, part);
      } else if (Output* const output = output_of(link.output)) {
        Join(output->exact, part);
        output->exact_quantity += link.quantity;
      }
    }
    AddToOutputs(transformation, pooled, outputs, wanted);
  }

  // One output for each lot, sorted by lot.
  std::vector<Output> OutputsOf(uint32_t transformation) const {
    std::vector<Output> outputs;
    for (const Link& link : graph_.LinksOfTransformation(transformation)) {
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
    // A part without goods of the seeds mixes nothing.
    if (part.seeds.max.IsPositive() || part.affected.max.IsPositive()) sum.pure &= part.pure;
  }

  void JoinSeeds(Range& sum, const Range& part) const {
    sum.min = taken_twice_ ? std::max(sum.min, part.min) : sum.min + part.min;
    sum.max += part.max;
  }

  template <class Wanted>
  void AddToOutputs(uint32_t transformation, const Part& pooled, const std::vector<Output>& outputs,
                    Wanted wanted) {
    Quantity room;
    for (const Output& output : outputs) room += output.Room();
    for (const Output& output : outputs) {
      if (IsSeed(output.lot) || !wanted(output.lot)) continue;
      const Quantity elsewhere = graph_.transformations[transformation].outputs_missing
                                     ? kUnlimited
                                     : room - output.Room();
      const Part made =
          PassesOnUnchanged(transformation, output)
              ? PassOn(pooled, output, elsewhere)
              : Mix(pooled, output, graph_.transformations[transformation].single_output);
      AddTo(output.lot, made);
    }
  }

  bool PassesOnUnchanged(uint32_t transformation, const Output& output) const {
    if (!PassesOn(graph_.transformations[transformation].kind)) return false;
    for (const Link& link : graph_.LinksOfTransformation(transformation)) {
      if (IsInput(link.kind) && ScaleOf(link.lot) != ScaleOf(output.lot)) return false;
    }
    return true;
  }

  // `elsewhere`: the room of all other outputs.
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

  void AddTo(uint32_t lot, const Part& made) {
    TraceBounds& bounds = bounds_[lot];
    bounds.affected_min += made.affected.min;
    bounds.affected_max += made.affected.max;
    Range seeds{bounds.seed_min, bounds.seed_max};
    JoinSeeds(seeds, made.seeds);
    bounds.seed_min = seeds.min;
    bounds.seed_max = seeds.max;
    if (!made.pure && made.affected.max.IsPositive()) mixed_[lot] = true;
  }

  // Calculates the lots of a cycle, then what they lead to outside of the cycle.
  void ApplyCycle(absl::Span<const uint32_t> cycle) {
    for (const uint32_t vertex : cycle) {
      if (graph_.IsNode(vertex)) cyclic_.push_back(vertex);
    }
    std::sort(cyclic_.begin(), cyclic_.end());
    const auto each_transformation = [&](auto&& take) {
      for (const uint32_t vertex : cycle) {
        if (!graph_.IsNode(vertex)) take(TransformationOf(vertex));
      }
    };
    Quantity entered;
    for (const uint32_t lot : cyclic_) entered += bounds_[lot].seed_max;
    each_transformation([&](uint32_t transformation) {
      for (const Link& link : graph_.LinksOfTransformation(transformation)) {
        if (IsInput(link.kind) && !IsInCycle(link.lot)) entered += TakenPart(link).seeds.max;
      }
      Apply(transformation, [this](uint32_t lot) { return IsInCycle(lot); });
    });
    const std::vector<uint32_t> lots = std::exchange(cyclic_, {});
    for (const uint32_t lot : lots) {
      bounds_[lot].affected_max = bounds_[lot].total;
      bounds_[lot].seed_max = entered;
      mixed_[lot] = true;
      Finish(lot);
    }
    each_transformation([&](uint32_t transformation) {
      Apply(transformation,
            [&](uint32_t lot) { return !std::binary_search(lots.begin(), lots.end(), lot); });
    });
  }

  bool IsInCycle(uint32_t lot) const {
    return std::binary_search(cyclic_.begin(), cyclic_.end(), lot);
  }

  const TraceGraph& graph_;
  // Of a lot that is not finished: the sums over the transformations applied so far.
  std::vector<TraceBounds> bounds_;
  std::vector<bool> mixed_;       // the seeds' goods are not atoms of the lot
  std::vector<uint32_t> cyclic_;  // the lots of the cycle that is being applied, sorted
  Quantity all_seeds_;            // what was taken from all seeds
  bool taken_twice_ = false;      // some goods may have been taken twice
};

}  // namespace

std::vector<TraceBounds> CalculateBounds(const TraceGraph& graph,
                                         absl::Span<const Quantity> totals) {
  return BoundsCalculator(graph, totals).Run();
}

}  // namespace lots
