// Tries every allocation of a small genealogy, unit by unit, and generates random genealogies.
#include "tests/support/model/bounds_model.h"

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/genealogy/bounds/bounds.h"
#include "storage/genealogy/graph/collect.h"

namespace lots {
namespace {

using Input = BoundsCase::Input;
using Output = BoundsCase::Output;
using Step = BoundsCase::Step;

Quantity Units(int64_t units) { return Quantity::FromUnits(units); }

bool PassesOn(const Step& step) {
  return step.kind == TransformationKind::kSplit || step.kind == TransformationKind::kMerge ||
         step.kind == TransformationKind::kRelabel;
}

// One unit of a lot: whether it is affected, whether a step has taken it, and which units of the
// seeds are in it.
struct Atom {
  bool affected = false;
  bool taken = false;
  uint32_t seeds = 0;

  friend bool operator==(const Atom&, const Atom&) = default;
  friend bool operator<(const Atom& a, const Atom& b) {
    return std::tie(a.affected, a.taken, a.seeds) < std::tie(b.affected, b.taken, b.seeds);
  }
};
// The units of every lot. They are sorted, so that states with the same units compare equal.
using State = std::vector<std::vector<Atom>>;

constexpr size_t kStatesMax = 20'000;

// Finds all states to which one step can lead from one state.
class Allocator {
 public:
  Allocator(const Step& step, std::set<State>& found) : step_(step), found_(found) {}

  void From(const State& state) { Take(state, 0, {}); }

 private:
  // A unit that was taken, and the output into which it must go (-1: any).
  struct TakenUnit {
    Atom atom;
    int output;
  };

  // Takes any q of the units that are left of each input's lot.
  void Take(const State& state, size_t input, std::vector<TakenUnit> went) {
    if (found_.size() > kStatesMax) return;
    if (input == step_.inputs.size()) {
      if (PassesOn(step_)) {
        PassOn(state, went, 0, std::vector<std::vector<Atom>>(step_.outputs.size()));
      } else {
        Share(state, went, 0, std::vector<std::vector<Atom>>(step_.outputs.size()));
      }
      return;
    }
    TakeMore(state, input, std::move(went), 0, step_.inputs[input].quantity);
  }

  void TakeMore(State state, size_t input, std::vector<TakenUnit> went, size_t from, int64_t left) {
    if (left == 0) {
      auto& atoms = state[step_.inputs[input].lot];
      std::sort(atoms.begin(), atoms.end());
      return Take(state, input + 1, std::move(went));
    }
    std::vector<Atom>& atoms = state[step_.inputs[input].lot];
    std::optional<Atom> last;
    for (size_t i = from; i < atoms.size(); ++i) {
      // Equal units are taken in one order only.
      if (atoms[i].taken || (last.has_value() && *last == atoms[i])) continue;
      last = atoms[i];
      State next = state;
      next[step_.inputs[input].lot][i].taken = true;
      std::vector<TakenUnit> more = went;
      more.push_back({atoms[i], step_.inputs[input].output});
      TakeMore(std::move(next), input, std::move(more), i + 1, left - 1);
    }
  }

  bool MayGo(const TakenUnit& unit, size_t output) const {
    return unit.output == -1 || unit.output == step_.outputs[output].lot;
  }

  // Puts each unit unchanged into an output, until every output is full.
  void PassOn(const State& state, const std::vector<TakenUnit>& went, size_t unit,
              std::vector<std::vector<Atom>> outputs) {
    if (unit == went.size()) return Add(state, outputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      const bool full = static_cast<int64_t>(outputs[i].size()) == step_.outputs[i].quantity;
      if (full || !MayGo(went[unit], i)) continue;
      outputs[i].push_back(went[unit].atom);
      PassOn(state, went, unit + 1, outputs);
      outputs[i].pop_back();
    }
  }

  // Uses each affected unit for one output.
  void Share(const State& state, const std::vector<TakenUnit>& went, size_t unit,
             std::vector<std::vector<Atom>> used) {
    if (unit == went.size()) return Mix(state, used, 0, {});
    if (!went[unit].atom.affected) return Share(state, went, unit + 1, std::move(used));
    for (size_t i = 0; i < used.size(); ++i) {
      if (!MayGo(went[unit], i)) continue;
      used[i].push_back(went[unit].atom);
      Share(state, went, unit + 1, used);
      used[i].pop_back();
    }
  }

  // An affected input affects at least one unit of the output, and each unit of the seeds can be in
  // any of the affected units.
  void Mix(const State& state, const std::vector<std::vector<Atom>>& used, size_t output,
           std::vector<std::vector<Atom>> outputs) {
    if (output == used.size()) return Add(state, outputs);
    const auto quantity = static_cast<size_t>(step_.outputs[output].quantity);
    uint32_t seeds = 0;
    for (const Atom& atom : used[output]) seeds |= atom.seeds;
    outputs.emplace_back(quantity);
    if (used[output].empty()) return Mix(state, used, output + 1, std::move(outputs));
    for (size_t affected = 1; affected <= quantity; ++affected) {
      std::vector<Atom> made(quantity);
      for (size_t i = 0; i < affected; ++i) made[i].affected = true;
      Spread(state, used, output, outputs, made, affected, seeds);
    }
  }

  void Spread(const State& state, const std::vector<std::vector<Atom>>& used, size_t output,
              std::vector<std::vector<Atom>> outputs, std::vector<Atom> made, size_t affected,
              uint32_t seeds) {
    if (found_.size() > kStatesMax) return;
    if (seeds == 0) {
      outputs.back() = std::move(made);
      return Mix(state, used, output + 1, std::move(outputs));
    }
    const uint32_t one = seeds & -seeds;
    for (size_t i = 0; i < affected; ++i) {
      made[i].seeds |= one;
      Spread(state, used, output, outputs, made, affected, seeds & ~one);
      made[i].seeds &= ~one;
    }
  }

  void Add(State state, const std::vector<std::vector<Atom>>& outputs) {
    for (size_t i = 0; i < outputs.size(); ++i) {
      std::vector<Atom>& atoms = state[step_.outputs[i].lot];
      atoms.insert(atoms.end(), outputs[i].begin(), outputs[i].end());
      std::sort(atoms.begin(), atoms.end());
    }
    found_.insert(std::move(state));
  }

  const Step& step_;
  std::set<State>& found_;
};

// The quantity of a lot that no step made.
int64_t ReceivedOf(const BoundsCase& c, int lot) {
  int64_t received = c.totals[lot];
  for (const Step& step : c.steps) {
    for (const Output& output : step.outputs) {
      if (output.lot == lot) received -= output.quantity;
    }
  }
  return received;
}

State StartOf(const BoundsCase& c) {
  State start(c.totals.size());
  uint32_t next = 1;
  for (size_t lot = 0; lot < start.size(); ++lot) {
    start[lot].resize(ReceivedOf(c, static_cast<int>(lot)));
    if (c.seeds.count(static_cast<int>(lot)) == 0) continue;
    for (Atom& atom : start[lot]) {
      atom = {true, false, next};
      next <<= 1;
    }
    std::sort(start[lot].begin(), start[lot].end());
  }
  return start;
}

Observed ObserveLot(const std::set<State>& states, size_t lot) {
  Observed observed{INT64_MAX, 0, INT64_MAX, 0};
  for (const State& state : states) {
    int64_t affected = 0;
    uint32_t seeds = 0;
    for (const Atom& atom : state[lot]) {
      affected += atom.affected ? 1 : 0;
      seeds |= atom.seeds;
    }
    const int64_t seed_count = __builtin_popcount(seeds);
    observed.affected_min = std::min(observed.affected_min, affected);
    observed.affected_max = std::max(observed.affected_max, affected);
    observed.seed_min = std::min(observed.seed_min, seed_count);
    observed.seed_max = std::max(observed.seed_max, seed_count);
  }
  return observed;
}

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  BoundsCase Make() {
    const int seeds = 1 + Below(2);
    for (int i = 0; i < seeds; ++i) {
      case_.seeds.insert(AddLot(1 + Below(3)));
    }
    for (int i = 1 + Below(4); i > 0; --i) AddStep();
    return case_;
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % n); }

  int AddLot(int64_t received) {
    const int lot = static_cast<int>(case_.totals.size());
    case_.totals.push_back(received);
    left_.push_back(received);
    return lot;
  }

  // Takes from existing lots, and gives to new lots or to lots from which nothing was taken.
  void AddStep() {
    Step step;
    const int dice = Below(4);
    step.kind = dice == 0   ? TransformationKind::kSplit
                : dice == 1 ? TransformationKind::kMerge
                            : TransformationKind::kProduction;
    int64_t taken = 0;
    for (int i = 1 + Below(2); i > 0; --i) {
      const int lot = Below(static_cast<int>(case_.totals.size()));
      const bool again = std::any_of(step.inputs.begin(), step.inputs.end(),
                                     [&](const Input& input) { return input.lot == lot; });
      if (left_[lot] == 0 || again) continue;
      const int64_t quantity = 1 + Below(static_cast<int>(left_[lot]));
      step.inputs.push_back({lot, quantity});
      left_[lot] -= quantity;
      used_.insert(lot);
      taken += quantity;
    }
    if (step.inputs.empty()) return;
    GiveOut(step, taken);
    case_.steps.push_back(std::move(step));
  }

  void GiveOut(Step& step, int64_t taken) {
    const bool passes = PassesOn(step);
    int64_t left = passes ? taken : 1 + Below(3);
    const int count = 1 + Below(2);
    for (int i = 1; left > 0; ++i) {
      const int64_t quantity = i >= count ? left : 1 + Below(static_cast<int>(left));
      step.outputs.push_back({OutputLot(step), quantity});
      case_.totals[step.outputs.back().lot] += quantity;
      left_[step.outputs.back().lot] += quantity;
      left -= quantity;
    }
    for (Input& input : step.inputs) {
      Output& output = step.outputs[Below(static_cast<int>(step.outputs.size()))];
      if (Below(2) == 0 && (!passes || CanTake(step, output, input.quantity))) {
        input.output = output.lot;
      }
    }
  }

  // A lot that comes after all inputs, so that there are no cycles.
  int OutputLot(const Step& step) {
    const int lot = Below(static_cast<int>(case_.totals.size()));
    const bool again = std::any_of(step.outputs.begin(), step.outputs.end(),
                                   [&](const Output& output) { return output.lot == lot; });
    const bool free = used_.count(lot) == 0 && case_.seeds.count(lot) == 0;
    return free && !again && Below(3) == 0 ? lot : AddLot(Below(3) == 0 ? 1 : 0);
  }

  static bool CanTake(const Step& step, const Output& output, int64_t quantity) {
    int64_t taken = quantity;
    for (const Input& input : step.inputs) {
      if (input.output == output.lot) taken += input.quantity;
    }
    return taken <= output.quantity;
  }

  std::mt19937_64 random_;
  BoundsCase case_;
  std::vector<int64_t> left_;
  std::set<int> used_;
};

TransformationId StepId(size_t step) {
  std::array<uint8_t, 16> bytes{};
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(step >> (8 * i));
  bytes[15] = 1;
  return TransformationId(Uuid(bytes));
}

LotId LotIdOf(int lot) {
  std::array<uint8_t, 16> bytes{};
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(lot >> (8 * i));
  bytes[15] = 2;
  return LotId(Uuid(bytes));
}

TraceGraph GraphOf(const BoundsCase& c) {
  TraceCollector collector(TraceDirection::kDownstream);
  std::vector<uint32_t> seeds;
  std::vector<uint32_t> others;
  for (int lot = 0; lot < static_cast<int>(c.totals.size()); ++lot) {
    const uint32_t number = collector.AddLot(LotIdOf(lot));
    collector.Describe(number, c.scale, c.serials.count(lot) > 0);
    if (c.unreached.count(lot) == 0) (c.seeds.count(lot) > 0 ? seeds : others).push_back(number);
  }
  collector.AddLevel(seeds);
  collector.AddLevel(others);
  for (size_t i = 0; i < c.steps.size(); ++i) {
    const Step& step = c.steps[i];
    const uint32_t number = collector.AddTransformation(StepId(i), 0).first;
    collector.transformation(number).kind = step.kind;
    collector.transformation(number).single_output = step.outputs.size() == 1;
    collector.AppendTransformation(number);
    for (const Input& input : step.inputs) {
      TraceLink link{
          StepId(i), LotIdOf(input.lot), TraceLinkKind::kPooledInput, Units(input.quantity), {}};
      if (input.output >= 0) {
        link.kind = TraceLinkKind::kExactInput;
        link.output_lot_id = LotIdOf(input.output);
      }
      collector.AddLink(link, number);
    }
    for (const Output& output : step.outputs) {
      collector.AddLink(
          {StepId(i), LotIdOf(output.lot), TraceLinkKind::kOutput, Units(output.quantity), {}},
          number);
    }
  }
  return std::move(collector).Finish(c.unreached.empty() ? "" : "node_limit");
}

}  // namespace

std::string BoundsCase::Text() const {
  std::string text;
  for (size_t lot = 0; lot < totals.size(); ++lot) {
    absl::StrAppend(&text, "lot ", lot, seeds.count(static_cast<int>(lot)) > 0 ? " seed" : "",
                    " of ", totals[lot], "\n");
  }
  for (const Step& step : steps) {
    absl::StrAppend(&text, "kind ", static_cast<int>(step.kind), ":");
    for (const Input& input : step.inputs) {
      absl::StrAppend(&text, " ", input.quantity, " of ", input.lot);
      if (input.output >= 0) absl::StrAppend(&text, " for ", input.output);
    }
    absl::StrAppend(&text, " →");
    for (const Output& output : step.outputs) {
      absl::StrAppend(&text, " ", output.quantity, " of ", output.lot);
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

std::vector<TraceBounds> BoundsOf(const BoundsCase& c) {
  const TraceGraph graph = GraphOf(c);
  std::vector<Quantity> totals(graph.nodes.size());
  for (int lot = 0; lot < static_cast<int>(c.totals.size()); ++lot) {
    const uint32_t number = graph.nodes.Find(LotIdOf(lot));
    if (number == kNoNumber) continue;
    totals[number] = Units(c.totals[lot]);
  }
  const std::vector<TraceBounds> bounds = CalculateBounds(graph, totals);
  std::vector<TraceBounds> by_lot(c.totals.size());
  for (int lot = 0; lot < static_cast<int>(c.totals.size()); ++lot) {
    const uint32_t number = graph.nodes.Find(LotIdOf(lot));
    if (number != kNoNumber) by_lot[lot] = bounds[number];
  }
  return by_lot;
}

BoundsCase RandomCase(uint64_t seed) { return Generator(seed).Make(); }

std::optional<std::vector<Observed>> ObserveAll(const BoundsCase& c) {
  std::set<State> states = {StartOf(c)};
  for (const Step& step : c.steps) {
    std::set<State> next;
    for (const State& state : states) {
      Allocator(step, next).From(state);
      if (next.size() > kStatesMax) return std::nullopt;
    }
    states = std::move(next);
  }
  Check(!states.empty());
  std::vector<Observed> observed;
  for (size_t lot = 0; lot < c.totals.size(); ++lot) observed.push_back(ObserveLot(states, lot));
  return observed;
}

std::vector<int> PathsOf(const BoundsCase& c) {
  std::vector<int> paths(c.totals.size());
  for (const int seed : c.seeds) paths[seed] = 1;
  for (const Step& step : c.steps) {
    for (const Input& input : step.inputs) {
      for (const Output& output : step.outputs) {
        if (input.output == -1 || input.output == output.lot) {
          paths[output.lot] += paths[input.lot];
        }
      }
    }
  }
  return paths;
}

}  // namespace lots
