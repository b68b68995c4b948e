// The bounds of a trace, against every allocation of goods that is consistent with the history.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/domain/kinds/transformation.h"
#include "tests/simulator/rounds.h"
#include "tests/simulator/simulation.h"
#include "tests/support/model/bounds_model.h"

namespace lots::simulator {

namespace {

// What can still be tried one by one.
constexpr int64_t kAtomsMax = 6;
constexpr size_t kStepsMax = 5;
constexpr size_t kLotsMax = 32;

int64_t AtomsOf(Quantity quantity, int scale) {
  int64_t micros = 1'000'000;
  for (int i = 0; i < scale; ++i) micros /= 10;
  return quantity.micros() / micros;
}

TransformationKind KindOf(v1::TransformationKind kind) {
  return static_cast<TransformationKind>(kind);
}

// The part of the history that the trace is about, as the brute force takes it; none where that
// cannot try it: goods taken twice, units of several scales.
class CaseBuilder {
 public:
  CaseBuilder(const History& history, const TraceQuestion& question)
      : history_(history),
        question_(question),
        reached_(Trace(history, question)),
        walked_(WalkedTransformations(history, question, reached_)) {}

  std::optional<BoundsCase> Build() {
    if (walked_.size() > kStepsMax) return std::nullopt;
    for (const int walked : walked_) {
      if (!Collect(walked)) return std::nullopt;
    }
    for (const auto& [lot, traced] : reached_) Number(lot);
    for (const LotIndex seed : question_.seeds) case_.seeds.insert(Number(seed));
    if (lots_.size() > kLotsMax) return std::nullopt;
    for (const int walked : walked_) {
      if (!AddStep(history_.WithoutEnded(walked, question_.moment))) return std::nullopt;
    }
    for (const LotIndex lot : lots_) {
      const int scale = history_.lots[lot].product->scale;
      if (scale != history_.lots[lots_[0]].product->scale) return std::nullopt;
      int64_t atoms = AtomsOf(TotalOf(history_, lot, question_.moment), scale);
      if (history_.lots[lot].product->is_serial()) atoms = 1;
      // Where something was taken that never came in, as was accepted, there is no allocation.
      if (atoms > kAtomsMax) return std::nullopt;
      case_.totals.push_back(atoms);
      case_.scale = scale;
    }
    return IsWhole() ? std::optional(case_) : std::nullopt;
  }

  const std::vector<LotIndex>& lots() const { return lots_; }

 private:
  // What came out of a unit cannot be allocated by what went in.
  bool Collect(int walked) {
    const Transformation own = history_.WithoutEnded(walked, question_.moment);
    const Transformation& whole = history_.transformations[walked];
    const bool is_whole =
        own.inputs.size() == whole.inputs.size() && own.outputs.size() == whole.outputs.size();
    if (!is_whole || !whole.ends.empty()) return false;
    if (own.kind == v1::TRANSFORMATION_KIND_DISASSEMBLY) return false;
    for (const auto& input : own.inputs) Number(input.lot);
    for (const auto& output : own.outputs) Number(output.lot);
    return true;
  }

  int Number(LotIndex lot) {
    const auto found = std::find(lots_.begin(), lots_.end(), lot);
    if (found != lots_.end()) return static_cast<int>(found - lots_.begin());
    lots_.push_back(lot);
    return static_cast<int>(lots_.size()) - 1;
  }

  bool AddStep(const Transformation& own) {
    BoundsCase::Step step{.kind = KindOf(own.kind)};
    for (const auto& input : own.inputs) {
      const int scale = history_.lots[input.lot].product->scale;
      const int output = input.output == kNone ? -1 : Number(input.output);
      step.inputs.push_back({Number(input.lot), AtomsOf(input.quantity, scale), output});
    }
    std::set<LotIndex> outputs;
    for (const auto& output : own.outputs) {
      // A lot that is listed twice.
      if (!outputs.insert(output.lot).second) return false;
      const int scale = history_.lots[output.lot].product->scale;
      const bool is_left_over = output.role == Role::kReturned;
      (is_left_over ? step.left_over : step.outputs)
          .push_back({Number(output.lot), AtomsOf(output.quantity, scale)});
    }
    case_.steps.push_back(std::move(step));
    return true;
  }

  // Whether what goes in is there when it does, and no lot is made by something that the trace did
  // not walk over: to the brute force it would have been received.
  bool IsWhole() const {
    std::vector<int64_t> left = case_.totals;
    for (const auto& step : case_.steps) {
      for (const auto& output : step.outputs) left[output.lot] -= output.quantity;
    }
    for (const auto& step : case_.steps) {
      for (const auto& input : step.inputs) {
        if ((left[input.lot] -= input.quantity) < 0) return false;
      }
      for (const auto& output : step.outputs) left[output.lot] += output.quantity;
      for (const auto& output : step.left_over) left[output.lot] += output.quantity;
    }
    return std::all_of(left.begin(), left.end(), [](int64_t atoms) { return atoms >= 0; });
  }

  const History& history_;
  const TraceQuestion& question_;
  const std::map<LotIndex, TracedLot> reached_;
  const std::set<int> walked_;
  std::vector<LotIndex> lots_;
  BoundsCase case_;
};

int64_t AtomsOf(absl::string_view quantity, int scale) {
  return AtomsOf(QuantityOf(quantity), scale);
}

bool IsAffectedWithin(const Observed& seen, const v1::TraceBounds& own, int scale) {
  const int64_t total = AtomsOf(own.total_quantity(), scale);
  return seen.goods_max <= total &&
         seen.unaffected_max <= total - AtomsOf(own.affected_quantity_min(), scale) &&
         seen.affected_max <= AtomsOf(own.affected_quantity_max(), scale);
}

// Of a seed it is known: all that it ever had.
bool AreSeedsWithin(const Observed& seen, const v1::TraceBounds& own, int scale, bool is_seed) {
  if (own.seed_quantity_max().empty()) return true;
  return (is_seed || AtomsOf(own.seed_quantity_min(), scale) <= seen.seed_min) &&
         seen.seed_max <= AtomsOf(own.seed_quantity_max(), scale);
}

}  // namespace

void Simulation::CompareBounds(const TraceQuestion& question, const v1::TracePiece& whole) {
  std::map<LotIndex, const v1::TraceBounds*> reported;
  const std::map<LotIndex, TracedLot> reached = Trace(history(), question);
  for (const v1::TraceNode& node : whole.nodes()) {
    const LotIndex lot = LotOf(node.lot_id());
    if (lot == kNone) continue;
    const v1::TraceBounds& bounds = node.bounds();
    reported[lot] = &bounds;
    const std::string name = LotName(lot);
    const Quantity total = QuantityOf(bounds.total_quantity());
    const Quantity least = QuantityOf(bounds.affected_quantity_min());
    const Quantity most = QuantityOf(bounds.affected_quantity_max());
    // Beyond a depth, the trace does not see what goes round.
    const bool is_exact = question.depth_max == INT_MAX;
    const Quantity net = NetTotalOf(history(), lot, question, reached);
    Expect(is_exact ? total == net
                    : total <= TotalOf(history(), lot, question.moment) ||
                          history().lots[lot].product->is_serial(),
           absl::StrCat("the total of ", name, " is wrong: ", total.ToString()));
    Expect(least <= most && most <= total, absl::StrCat("bounds of ", name, " are no bounds"));
    Expect(question.seeds.count(lot) == 0 || least == total,
           absl::StrCat("seed ", name, " is not affected as a whole"));
  }
  CaseBuilder builder(history(), question);
  const std::optional<BoundsCase> small = builder.Build();
  if (!small.has_value()) return;
  const auto observed = ObserveAll(*small);
  if (!observed.has_value()) return;
  ++bounds_tried_;
  for (size_t i = 0; i < builder.lots().size(); ++i) {
    const auto bounds = reported.find(builder.lots()[i]);
    if (bounds == reported.end()) continue;
    const Observed& seen = (*observed)[i];
    const v1::TraceBounds& own = *bounds->second;
    const bool is_seed = question.seeds.count(builder.lots()[i]) > 0;
    Expect(IsAffectedWithin(seen, own, small->scale) &&
               AreSeedsWithin(seen, own, small->scale, is_seed),
           absl::StrCat("an allocation falls outside of the bounds of ", LotName(builder.lots()[i]),
                        ": ", own.ShortDebugString(), "\n", small->Text()));
  }
}

}  // namespace lots::simulator
