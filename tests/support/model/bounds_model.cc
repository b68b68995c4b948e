// Small genealogies: their text, their graph and its bounds, and random ones.
#include "tests/support/model/bounds_model.h"

#include <algorithm>
#include <array>
#include <random>

#include "absl/strings/str_cat.h"
#include "storage/genealogy/bounds/bounds.h"
#include "storage/genealogy/graph/collect.h"

namespace lots {
namespace {

using Input = BoundsCase::Input;
using Output = BoundsCase::Output;
using Step = BoundsCase::Step;

Quantity Units(int64_t units) { return Quantity::FromUnits(units); }

class Generator {
 public:
  Generator(uint64_t seed, Cycles cycles) : random_(seed), cyclic_(cycles == Cycles::kAllowed) {}

  BoundsCase Make() {
    const int seeds = 1 + Below(2);
    for (int i = 0; i < seeds; ++i) {
      case_.seeds.insert(AddLot(1 + Below(cyclic_ ? 2 : 3)));
    }
    if (cyclic_) AddLot(Below(3));
    for (int i = 1 + Below(cyclic_ ? 5 : 4); i > 0; --i) AddStep();
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

  // Takes from existing lots. Gives to new lots, to lots from which nothing was taken, and with
  // cycles to all lots.
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
    if (!step.PassesOn() && Below(4) == 0) LeaveOver(step);
    GiveOut(step, taken);
    case_.steps.push_back(std::move(step));
  }

  void LeaveOver(Step& step) {
    const Input& input = step.inputs.front();
    const int64_t quantity = 1 + Below(static_cast<int>(input.quantity));
    step.left_over.push_back({input.lot, quantity});
    left_[input.lot] += quantity;
  }

  void GiveOut(Step& step, int64_t taken) {
    const bool passes = step.PassesOn();
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

  // Without cycles, a lot that comes after all inputs.
  int OutputLot(const Step& step) {
    const int lot = Below(static_cast<int>(case_.totals.size()));
    const bool again = std::any_of(step.outputs.begin(), step.outputs.end(),
                                   [&](const Output& output) { return output.lot == lot; });
    const bool is_left_over = std::any_of(step.left_over.begin(), step.left_over.end(),
                                          [&](const Output& output) { return output.lot == lot; });
    const bool free = cyclic_ || (used_.count(lot) == 0 && case_.seeds.count(lot) == 0);
    const bool wanted = Below(5) < (cyclic_ ? 3 : 2);
    return free && wanted && !again && !is_left_over ? lot : AddLot(Below(3) == 0 ? 1 : 0);
  }

  static bool CanTake(const Step& step, const Output& output, int64_t quantity) {
    int64_t taken = quantity;
    for (const Input& input : step.inputs) {
      if (input.output == output.lot) taken += input.quantity;
    }
    return taken <= output.quantity;
  }

  std::mt19937_64 random_;
  const bool cyclic_;
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
        if (c.former_inputs) link.former_until = absl::UnixEpoch();
      }
      collector.AddLink(link, number);
    }
    for (const Output& output : step.outputs) {
      collector.AddLink(
          {StepId(i), LotIdOf(output.lot), TraceLinkKind::kOutput, Units(output.quantity), {}},
          number);
    }
    for (const Output& output : step.left_over) {
      const auto returned = TraceLinkKind::kReturnedComponent;
      collector.AddLink({StepId(i), LotIdOf(output.lot), returned, Units(output.quantity), {}},
                        number);
    }
  }
  return std::move(collector).Finish(c.unreached.empty() ? "" : "node_limit");
}

}  // namespace

bool BoundsCase::Step::PassesOn() const {
  return kind == TransformationKind::kSplit || kind == TransformationKind::kMerge ||
         kind == TransformationKind::kRelabel;
}

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
    for (const Output& output : step.left_over) {
      absl::StrAppend(&text, ", left over ", output.quantity, " of ", output.lot);
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

BoundsCase RandomCase(uint64_t seed, Cycles cycles) { return Generator(seed, cycles).Make(); }

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
