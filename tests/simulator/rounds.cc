// Finds the cycles on which a lot is, and what came into them from outside.
#include "tests/simulator/rounds.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

namespace lots::simulator {

namespace {

struct Walked {
  v1::TransformationKind kind;
  FollowedLines lines;
};

bool PassesGoodsOn(v1::TransformationKind kind) {
  return kind == v1::TRANSFORMATION_KIND_SPLIT || kind == v1::TRANSFORMATION_KIND_MERGE ||
         kind == v1::TRANSFORMATION_KIND_RELABEL;
}

bool IsMade(const Transformation::Output& output) { return output.role != Role::kReturned; }

// The lots and transformations that lie on a cycle with one lot.
struct Circle {
  std::set<LotIndex> lots;
  std::vector<const Walked*> transformations;
};

// What a lot leads to, or what leads to it.
std::pair<std::set<LotIndex>, std::set<const Walked*>> Reach(const std::vector<Walked>& all,
                                                             LotIndex lot, Direction direction) {
  std::set<LotIndex> lots;
  std::set<const Walked*> found;
  std::vector<LotIndex> open = {lot};
  const auto visit = [&](LotIndex next) {
    if (lots.insert(next).second) open.push_back(next);
  };
  while (!open.empty()) {
    const LotIndex from = open.back();
    open.pop_back();
    for (const Walked& walked : all) {
      const bool down = direction == Direction::kDownstream;
      const bool goes_in = std::any_of(walked.lines.inputs.begin(), walked.lines.inputs.end(),
                                       [&](const auto& input) { return input.lot == from; });
      const bool comes_out =
          std::any_of(walked.lines.outputs.begin(), walked.lines.outputs.end(),
                      [&](const auto& output) { return IsMade(output) && output.lot == from; });
      if (!(down ? goes_in : comes_out) || !found.insert(&walked).second) continue;
      if (down) {
        for (const auto& output : walked.lines.outputs) {
          if (IsMade(output)) visit(output.lot);
        }
      } else {
        for (const auto& input : walked.lines.inputs) visit(input.lot);
      }
    }
  }
  return {std::move(lots), std::move(found)};
}

Circle CircleOf(const std::vector<Walked>& all, LotIndex lot) {
  const auto [below, walked_below] = Reach(all, lot, Direction::kDownstream);
  Circle circle;
  if (below.count(lot) == 0) return circle;
  const auto [above, walked_above] = Reach(all, lot, Direction::kUpstream);
  std::set_intersection(below.begin(), below.end(), above.begin(), above.end(),
                        std::inserter(circle.lots, circle.lots.end()));
  for (const Walked* walked : walked_below) {
    if (walked_above.count(walked) > 0) circle.transformations.push_back(walked);
  }
  return circle;
}

// What of the lots went into the transformation and came back to them: to the outputs that it was
// for, and of what was for all outputs to the room that is left. Goods that are only passed on come
// back for sure when all that comes out is of these lots.
Quantity RoundOf(const Walked& walked, const std::set<LotIndex>& lots) {
  std::map<LotIndex, Quantity> made, exact, taken;
  Quantity pooled, back, left_over;
  bool all_in = true;
  for (const auto& output : walked.lines.outputs) {
    if (!IsMade(output)) continue;
    if (lots.count(output.lot) > 0) made[output.lot] += output.quantity;
    all_in = all_in && lots.count(output.lot) > 0;
  }
  for (const auto& input : walked.lines.inputs) {
    if (lots.count(input.lot) == 0) continue;
    taken[input.lot] += input.quantity;
    (input.output == kNone ? pooled : exact[input.output]) += input.quantity;
  }
  std::map<LotIndex, Quantity> returned;
  for (const auto& output : walked.lines.outputs) {
    if (!IsMade(output) && lots.count(output.lot) > 0) returned[output.lot] += output.quantity;
  }
  for (const auto& [lot, quantity] : returned) left_over += std::min(quantity, taken[lot]);
  if (PassesGoodsOn(walked.kind) && !all_in) pooled = Quantity();
  for (const auto& [lot, quantity] : made) {
    const Quantity own = std::min(quantity, exact[lot]);
    const Quantity of_all = std::min(pooled, quantity - own);
    pooled -= of_all;
    back += own + of_all;
  }
  return std::max(Quantity(), back - left_over);
}

Quantity GrossOf(const History& history, LotIndex lot, const Moment& moment,
                 const std::vector<Walked>& all) {
  if (!history.lots[lot].product->is_serial()) return TotalOf(history, lot, moment);
  Quantity gross = Quantity::FromUnits(1);
  for (const Walked& walked : all) {
    for (const auto& output : walked.lines.outputs) {
      if (output.lot == lot && IsMade(output)) gross += output.quantity;
    }
  }
  return gross;
}

}  // namespace

Quantity NetTotalOf(const History& history, LotIndex lot, const TraceQuestion& question,
                    const std::map<LotIndex, TracedLot>& reached) {
  if (history.lots[lot].product->is_serial()) return Quantity::FromUnits(1);
  const Quantity gross = TotalOf(history, lot, question.moment);
  std::vector<Walked> all;
  for (const int transformation : WalkedTransformations(history, question, reached)) {
    const Transformation own = history.GenealogyOf(transformation);
    all.push_back({own.kind, FollowedLinesOf(own, question, reached)});
  }
  const Circle circle = CircleOf(all, lot);
  if (circle.lots.empty()) return gross;
  Quantity entered;
  for (const LotIndex own : circle.lots) entered += GrossOf(history, own, question.moment, all);
  for (const Walked* walked : circle.transformations) {
    entered -= RoundOf(*walked, circle.lots);
  }
  return std::min(gross, entered);
}

Quantity WholeNetTotalOf(const History& history, LotIndex lot) {
  const TraceQuestion question{.seeds = {lot}};
  if (history.lots[lot].product->is_serial()) return Quantity::FromUnits(1);
  return NetTotalOf(history, lot, question, Trace(history, question));
}

}  // namespace lots::simulator
