// Calculates the bounds of a trace in the order of its graph.
#include "storage/genealogy/bounds/bounds.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "storage/genealogy/bounds/components.h"
#include "storage/genealogy/bounds/net.h"
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

// What came into a cycle from outside, at most.
struct Entry {
  Quantity pool;
  Quantity affected;
  Quantity seeds;
  bool mixes = false;  // a transformation of the cycle mixes
  bool mixed = false;  // that, or mixed goods came in
};

// What a transformation made of a lot, and its exact inputs.
struct Output {
  uint32_t lot = kNoNumber;
  Quantity quantity;
  Part exact = {};               // the sum of the exact inputs
  Quantity exact_quantity = {};  // their quantity
  bool former = false;           // the lot is no longer what was made
  Quantity Room() const { return NotNegative(quantity - exact_quantity); }
};

Quantity AtomOf(int scale) {
  int64_t micros = 1;
  for (int i = scale; i < Quantity::kScaleMax; ++i) micros *= 10;
  return Quantity::FromMicros(micros);
}

// A lot of `pool` has `atoms` of some kind: how many of them are in a part of q.min to q.max?
Range PartOf(const Range& q, Quantity pool, const Range& atoms) {
  const Quantity others = NotNegative(pool - atoms.min);
  return {q.min >= pool ? atoms.min : NotNegative(q.min - others), std::min(q.max, atoms.max)};
}

class BoundsCalculator {
 public:
  BoundsCalculator(const TraceGraph& graph, absl::Span<const Quantity> gross)
      : graph_(graph),
        bounds_(gross.size()),
        pools_(gross.begin(), gross.end()),
        mixed_(gross.size()),
        remade_(gross.size()),
        gives_back_(graph.transformations.size()),
        opens_units_(graph.transformations.size()) {}

  std::vector<TraceBounds> Run() {
    const TraceComponents all = ComponentsOf(graph_, EdgesIntoSeeds::kIncluded);
    SumTakenAndMade(all);
    if (SeedsAreOnCycles(all)) {
      ApplyAll(ComponentsOf(graph_, EdgesIntoSeeds::kLeftOut));
    } else {
      ApplyAll(all);
    }
    for (uint32_t lot = 0; lot < bounds_.size(); ++lot) Limit(lot);
    return std::move(bounds_);
  }

 private:
  void ApplyAll(const TraceComponents& components) {
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
  }

  int ScaleOf(uint32_t lot) const { return graph_.nodes[lot].second.scale; }
  bool IsSeed(uint32_t lot) const { return graph_.nodes[lot].second.depth == 0; }
  uint32_t TransformationOf(uint32_t vertex) const {
    return vertex - static_cast<uint32_t>(graph_.nodes.size());
  }

  // Finds the totals, what was taken from the seeds, and whether goods may have been taken twice.
  void SumTakenAndMade(const TraceComponents& all) {
    std::vector<Quantity> taken(bounds_.size());
    std::vector<Quantity> made(bounds_.size());
    for (const Link& link : graph_.links) {
      if (IsInput(link.kind)) taken[link.lot] += link.quantity;
      if (IsMade(link.kind)) made[link.lot] += link.quantity;
      if (link.kind != TraceLinkKind::kReturnedComponent) continue;
      const Quantity left_over = LeftOver(link);
      taken[link.lot] -= left_over;
      if (left_over.IsZero()) taken_twice_ = true;
    }
    for (uint32_t lot = 0; lot < bounds_.size(); ++lot) {
      // A serial is one unit, however often it was remade.
      const bool serial = graph_.nodes[lot].second.serial;
      if (!IsSeed(lot) && !serial) pools_[lot] = std::max(pools_[lot], made[lot]);
      if (!IsSeed(lot) && taken[lot] > pools_[lot]) taken_twice_ = true;
    }
    const std::vector<Quantity> totals = TakeOffRounds(graph_, all, pools_);
    for (uint32_t lot = 0; lot < bounds_.size(); ++lot) {
      bounds_[lot].total = totals[lot];
      if (!IsSeed(lot)) continue;
      const Quantity went_round = pools_[lot] - totals[lot];
      all_seeds_ += std::max(totals[lot], taken[lot] - went_round);
    }
  }

  // A lot that shares a cycle with a seed may have got the same goods of the seed more than once.
  bool SeedsAreOnCycles(const TraceComponents& all) {
    bool found = false;
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i].size() == 1) continue;
      const auto is_seed = [&](uint32_t vertex) { return graph_.IsNode(vertex) && IsSeed(vertex); };
      if (std::none_of(all[i].begin(), all[i].end(), is_seed)) continue;
      found = true;
      for (const uint32_t vertex : all[i]) {
        if (graph_.IsNode(vertex) && !IsSeed(vertex)) taken_twice_ = true;
      }
    }
    seeds_on_cycles_ = found;
    return found;
  }

  // Runs when every transformation that made the lot has been applied.
  void Finish(uint32_t lot) {
    TraceBounds& bounds = bounds_[lot];
    if (IsSeed(lot)) {
      const Quantity total = bounds.total;
      bounds = {total, total, total, total, total};
      return;
    }
    bounds.affected_min = std::min(bounds.affected_min, pools_[lot]);
    bounds.affected_max = std::min(bounds.affected_max, pools_[lot]);
    bounds.seed_min = std::min(bounds.seed_min, all_seeds_);
    bounds.seed_max = std::min(bounds.seed_max, all_seeds_);
  }

  // Runs at the end: turns the bounds of the pool into bounds of the total. Where goods went round,
  // the pool counts some of them again, and all of these may be among the unaffected ones.
  void Limit(uint32_t lot) {
    if (IsSeed(lot)) return;
    TraceBounds& bounds = bounds_[lot];
    const Quantity unaffected = pools_[lot] - bounds.affected_min;
    if (!remade_[lot]) bounds.affected_min = NotNegative(bounds.total - unaffected);
    bounds.affected_min = std::min(bounds.affected_min, bounds.total);
    bounds.affected_max = std::min(bounds.affected_max, bounds.total);
  }

  // How much of what the transformation returned it had certainly taken before: it is left over.
  Quantity LeftOver(const Link& returned) {
    const uint32_t own = returned.transformation;
    const Quantity taken = TakenOf(graph_, own, returned.lot);
    if (taken.IsZero()) return {};
    if (!gives_back_[own]) {
      gives_back_[own] = true;
      opens_units_[own] = OpensUnits(own);
    }
    return opens_units_[own] ? Quantity() : std::min(returned.quantity, taken);
  }

  // Whether the goods that the transformation returned may have been in a unit before.
  bool OpensUnits(uint32_t transformation) const {
    if (graph_.transformations[transformation].kind != TransformationKind::kProduction) return true;
    const absl::Span<const Link> links = graph_.LinksOfTransformation(transformation);
    return std::any_of(links.begin(), links.end(), [&](const Link& link) {
      return IsMade(link.kind) && graph_.nodes[link.lot].second.serial &&
             TakenOf(graph_, transformation, link.lot).IsPositive();
    });
  }

  // What the transformation took of the link's lot, without what it left over.
  Range TakenQuantity(const Link& link) const {
    if (link.former) return {Quantity(), link.quantity};
    if (!gives_back_[link.transformation]) return {link.quantity, link.quantity};
    const Quantity left_over = LeftOverOf(graph_, link.transformation, link.lot);
    const Quantity least = NotNegative(link.quantity - left_over);
    if (opens_units_[link.transformation]) return {least, link.quantity};
    const Quantity elsewhere = TakenOf(graph_, link.transformation, link.lot) - link.quantity;
    // What is left over is of this link as far as the other links of the lot are too small.
    return {least, NotNegative(link.quantity - NotNegative(left_over - elsewhere))};
  }

  Part TakenPart(const Link& link) const {
    const Range q = TakenQuantity(link);
    if (IsSeed(link.lot)) return {q, q, true};
    const TraceBounds& of = bounds_[link.lot];
    const Quantity pool = pools_[link.lot];
    Part part;
    part.affected = PartOf(q, pool, {of.affected_min, of.affected_max});
    part.pure = !mixed_[link.lot];
    if (part.pure) {
      part.seeds = PartOf(q, pool, {of.seed_min, of.seed_max});
    } else if (part.affected.max.IsPositive()) {
      part.seeds = {q.min >= pool ? of.seed_min : Quantity(), of.seed_max};
    }
    return part;
  }

  // What was taken from a lot of the cycle, before its bounds are known.
  Part UnknownPart(const Link& link) const {
    return {{Quantity(), link.quantity}, {Quantity(), Quantity()}, !cycle_mixes_};
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
      if (!IsMade(link.kind)) continue;
      outputs.push_back({.lot = link.lot, .quantity = link.quantity, .former = link.former});
    }
    std::sort(outputs.begin(), outputs.end(),
              [](const Output& a, const Output& b) { return a.lot < b.lot; });
    size_t kept = 0;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (kept > 0 && outputs[kept - 1].lot == outputs[i].lot) {
        outputs[kept - 1].quantity += outputs[i].quantity;
        outputs[kept - 1].former |= outputs[i].former;
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
      Part made = PassesOnUnchanged(transformation, output)
                      ? PassOn(pooled, output, elsewhere)
                      : Mix(pooled, output, graph_.transformations[transformation].single_output);
      if (output.former) made.affected.min = made.seeds.min = Quantity();
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
    if (cycle_mixes_) {
      // The same goods may have been made again.
      bounds.affected_min = std::max(bounds.affected_min, made.affected.min);
    } else {
      bounds.affected_min += made.affected.min;
    }
    bounds.affected_max += made.affected.max;
    Range seeds{bounds.seed_min, bounds.seed_max};
    JoinSeeds(seeds, made.seeds);
    bounds.seed_min = seeds.min;
    bounds.seed_max = seeds.max;
    if (!made.pure && made.affected.max.IsPositive()) mixed_[lot] = true;
  }

  // Calculates the lots of a cycle, then what they lead to outside of the cycle.
  void ApplyCycle(absl::Span<const uint32_t> cycle) {
    std::vector<uint32_t> transformations;
    for (const uint32_t vertex : cycle) {
      if (graph_.IsNode(vertex)) {
        cyclic_.push_back(vertex);
      } else {
        transformations.push_back(TransformationOf(vertex));
      }
    }
    std::sort(cyclic_.begin(), cyclic_.end());
    cycle_mixes_ = std::any_of(transformations.begin(), transformations.end(),
                               [this](uint32_t transformation) { return Mixes(transformation); });
    Entry entry = EntryOf(transformations);
    for (const uint32_t transformation : transformations) {
      Apply(transformation, [this](uint32_t lot) { return IsInCycle(lot); });
    }
    entry.mixes = std::exchange(cycle_mixes_, false);
    const std::vector<uint32_t> lots = std::exchange(cyclic_, {});
    entry.mixed = entry.mixes || std::any_of(lots.begin(), lots.end(),
                                             [this](uint32_t lot) -> bool { return mixed_[lot]; });
    for (const uint32_t lot : lots) FinishInCycle(lot, entry);
    for (const uint32_t transformation : transformations) {
      Apply(transformation,
            [&](uint32_t lot) { return !std::binary_search(lots.begin(), lots.end(), lot); });
    }
  }

  // Whether the transformation of the cycle mixes what it makes of lots of the cycle.
  bool Mixes(uint32_t transformation) const {
    if (!PassesOn(graph_.transformations[transformation].kind)) return true;
    std::optional<int> scale;
    for (const Link& link : graph_.LinksOfTransformation(transformation)) {
      if (!IsInput(link.kind) && !IsInCycle(link.lot)) continue;
      if (scale.value_or(ScaleOf(link.lot)) != ScaleOf(link.lot)) return true;
      scale = ScaleOf(link.lot);
    }
    return false;
  }

  // Runs when the transformations that lead into the cycle have been applied.
  Entry EntryOf(const std::vector<uint32_t>& transformations) const {
    Entry entry;
    const auto is_in = [this](uint32_t lot) { return IsInCycle(lot); };
    for (const uint32_t lot : cyclic_) {
      entry.pool += pools_[lot];
      entry.affected += bounds_[lot].affected_max;
      entry.seeds += bounds_[lot].seed_max;
    }
    // A saturated sum is too small to take anything off.
    const bool is_known = entry.pool != kUnlimited;
    for (const uint32_t transformation : transformations) {
      if (is_known) entry.pool -= RoundOf(graph_, transformation, is_in);
      for (const Link& link : graph_.LinksOfTransformation(transformation)) {
        if (!IsInput(link.kind) || IsInCycle(link.lot)) continue;
        const Part part = TakenPart(link);
        entry.affected += part.affected.max;
        entry.seeds += part.seeds.max;
      }
    }
    return entry;
  }

  void FinishInCycle(uint32_t lot, const Entry& entry) {
    TraceBounds& bounds = bounds_[lot];
    if (entry.mixes) {
      bounds.affected_max = bounds.total;
      remade_[lot] = !seeds_on_cycles_;
    } else {
      // What goes round unchanged is the same goods.
      pools_[lot] = std::min(pools_[lot], entry.pool);
      bounds.affected_max = entry.affected;
    }
    bounds.seed_max = entry.seeds;
    mixed_[lot] = entry.mixed;
    Finish(lot);
  }

  bool IsInCycle(uint32_t lot) const {
    return std::binary_search(cyclic_.begin(), cyclic_.end(), lot);
  }

  const TraceGraph& graph_;
  // Of a lot that is not finished: the sums over the transformations applied so far. Until Limit,
  // `total` is T, and the others are of the lot's pool.
  std::vector<TraceBounds> bounds_;
  // All goods that ever came into the lot. What goes round counts each time, unless it is known to
  // be the same.
  std::vector<Quantity> pools_;
  std::vector<bool> mixed_;   // the seeds' goods are not atoms of the lot
  std::vector<bool> remade_;  // goods that were made again count once in affected_min
  // By transformation: some of a lot that it took came back, left over or out of a unit.
  std::vector<bool> gives_back_;
  std::vector<bool> opens_units_;  // of those: it may be out of a unit
  std::vector<uint32_t> cyclic_;   // the lots of the cycle that is being applied, sorted
  bool cycle_mixes_ = false;       // the cycle that is being applied mixes
  Quantity all_seeds_;             // what was taken from all seeds
  bool taken_twice_ = false;       // some goods may have been taken twice
  bool seeds_on_cycles_ = false;
};

}  // namespace

std::vector<TraceBounds> CalculateBounds(const TraceGraph& graph,
                                         absl::Span<const Quantity> gross) {
  return BoundsCalculator(graph, gross).Run();
}

}  // namespace lots
