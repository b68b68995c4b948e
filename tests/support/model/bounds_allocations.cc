// Tries every allocation of a small genealogy, unit by unit.
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "storage/base/check.h"
#include "tests/support/model/bounds_model.h"

namespace lots {
namespace {

using Input = BoundsCase::Input;
using Output = BoundsCase::Output;
using Step = BoundsCase::Step;

constexpr int kGone = -1;

// One unit of goods. It keeps its identity when it goes to another lot, and when it is made again
// into a lot that it came from.
struct Good {
  int lot = kGone;
  bool affected = false;
  uint32_t seeds = 0;    // the units of the seeds that are in it, as bits
  uint32_t as_seed = 0;  // the bit that it has itself whenever it is in a seed
  // The lots that it ever was in, and those in which it was affected, as bits.
  uint32_t lots = 0;
  uint32_t affected_in = 0;

  auto Key() const { return std::tie(lot, affected, seeds, as_seed, lots, affected_in); }
  friend bool operator==(const Good& a, const Good& b) { return a.Key() == b.Key(); }
  friend bool operator<(const Good& a, const Good& b) { return a.Key() < b.Key(); }
};
using Goods = std::vector<Good>;

struct State {
  Goods goods;                     // sorted, so that states with the same goods compare equal
  std::vector<uint32_t> seeds_in;  // by lot: the units of the seeds that ever were in it
  uint32_t next_seed = 1;

  auto Key() const { return std::tie(goods, seeds_in, next_seed); }
  friend bool operator<(const State& a, const State& b) { return a.Key() < b.Key(); }

  // Puts the good into the lot. All of a seed is affected.
  void Enter(const BoundsCase& c, Good good, int lot) {
    good.lot = lot;
    if (c.seeds.count(lot) > 0) {
      if (good.as_seed == 0) good.as_seed = std::exchange(next_seed, next_seed << 1);
      good.affected = true;
      good.seeds = good.as_seed;
    }
    good.lots |= 1U << lot;
    if (good.affected) good.affected_in |= 1U << lot;
    seeds_in[lot] |= good.seeds;
    goods.push_back(good);
  }
};

constexpr size_t kStatesMax = 5'000;

// Finds all states to which one step can lead from one state.
class Allocator {
 public:
  Allocator(const BoundsCase& c, const std::vector<std::vector<bool>>& cycles, const Step& step,
            std::set<State>& found)
      : case_(c), cycles_(cycles), step_(step), found_(found) {}

  void From(const State& state) { Take(state, 0, {}); }

 private:
  // A unit that was taken, and the output into which it must go (-1: any).
  struct TakenUnit {
    Good good;
    int output;

    friend bool operator==(const TakenUnit&, const TakenUnit&) = default;
  };
  using Taken = std::vector<TakenUnit>;
  using ByOutput = std::vector<Goods>;

  // Takes any q of the goods of each input's lot.
  void Take(const State& state, size_t input, Taken went) {
    if (found_.size() > kStatesMax) return;
    if (input == step_.inputs.size()) return GiveBack(state, 0, std::move(went));
    TakeMore(state, input, std::move(went), 0, step_.inputs[input].quantity);
  }

  void TakeMore(const State& state, size_t input, const Taken& went, size_t from, int64_t left) {
    if (left == 0) return Take(state, input + 1, went);
    std::optional<Good> last;
    for (size_t i = from; i < state.goods.size(); ++i) {
      const Good& good = state.goods[i];
      // Equal goods are taken in one order only.
      if (good.lot != step_.inputs[input].lot || last == good) continue;
      last = good;
      State next = state;
      next.goods.erase(next.goods.begin() + static_cast<ptrdiff_t>(i));
      Taken more = went;
      more.push_back({good, step_.inputs[input].output});
      TakeMore(next, input, more, i, left - 1);
    }
  }

  // Gives back any of what was taken, as much as is left over of each lot.
  void GiveBack(const State& state, size_t output, Taken went) {
    if (output == step_.left_over.size()) return Make(state, went);
    GiveMore(state, output, std::move(went), 0, step_.left_over[output].quantity);
  }

  void GiveMore(const State& state, size_t output, const Taken& went, size_t from, int64_t left) {
    if (left == 0) return GiveBack(state, output + 1, went);
    std::optional<TakenUnit> last;
    for (size_t i = from; i < went.size(); ++i) {
      if (went[i].good.lot != step_.left_over[output].lot || last == went[i]) continue;
      last = went[i];
      State next = state;
      next.goods.push_back(went[i].good);
      Taken less = went;
      less.erase(less.begin() + static_cast<ptrdiff_t>(i));
      GiveMore(next, output, less, i, left - 1);
    }
  }

  void Make(const State& state, const Taken& went) {
    if (step_.PassesOn()) return PassOn(state, went, 0, ByOutput(step_.outputs.size()));
    Share(state, went, 0, ByOutput(step_.outputs.size()));
  }

  bool MayGo(const TakenUnit& unit, size_t output) const {
    return unit.output == -1 || unit.output == step_.outputs[output].lot;
  }

  // Puts each unit unchanged into an output, until every output is full.
  void PassOn(const State& state, const Taken& went, size_t unit, ByOutput outputs) {
    if (found_.size() > kStatesMax) return;
    if (unit == went.size()) return Add(state, outputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      const bool full = static_cast<int64_t>(outputs[i].size()) == step_.outputs[i].quantity;
      if (full || !MayGo(went[unit], i)) continue;
      outputs[i].push_back(went[unit].good);
      PassOn(state, went, unit + 1, outputs);
      outputs[i].pop_back();
    }
  }

  // Uses each affected unit for one output.
  void Share(const State& state, const Taken& went, size_t unit, ByOutput used) {
    if (unit == went.size()) return Mix(state, went, used, 0, {});
    if (!went[unit].good.affected) return Share(state, went, unit + 1, std::move(used));
    for (size_t i = 0; i < used.size(); ++i) {
      if (!MayGo(went[unit], i)) continue;
      used[i].push_back(went[unit].good);
      Share(state, went, unit + 1, used);
      used[i].pop_back();
    }
  }

  // An affected input affects at least one unit of the output, and each unit of the seeds can be in
  // any of the affected units.
  void Mix(const State& state, const Taken& went, const ByOutput& used, size_t output,
           ByOutput outputs) {
    if (output == used.size()) return AddMixed(state, went, std::move(outputs));
    const auto quantity = static_cast<size_t>(step_.outputs[output].quantity);
    uint32_t seeds = 0;
    for (const Good& good : used[output]) seeds |= good.seeds;
    outputs.emplace_back(quantity);
    if (used[output].empty()) return Mix(state, went, used, output + 1, std::move(outputs));
    for (size_t affected = 1; affected <= quantity; ++affected) {
      Goods made(quantity);
      for (size_t i = 0; i < affected; ++i) made[i].affected = true;
      Spread(state, went, used, output, outputs, made, affected, seeds);
    }
  }

  void Spread(const State& state, const Taken& went, const ByOutput& used, size_t output,
              ByOutput outputs, Goods made, size_t affected, uint32_t seeds) {
    if (found_.size() > kStatesMax) return;
    if (seeds == 0) {
      outputs.back() = std::move(made);
      return Mix(state, went, used, output + 1, std::move(outputs));
    }
    const uint32_t one = seeds & -seeds;
    for (size_t i = 0; i < affected; ++i) {
      made[i].seeds |= one;
      Spread(state, went, used, output, outputs, made, affected, seeds & ~one);
      made[i].seeds &= ~one;
    }
  }

  // Gives the identities of what went in to what was made of the same cycle; what is exact first.
  // What was used up stays, so that the lots that had it still count it.
  void AddMixed(State state, Taken went, ByOutput outputs) {
    std::stable_sort(went.begin(), went.end(), [](const TakenUnit& a, const TakenUnit& b) {
      return (a.output == -1) < (b.output == -1);
    });
    for (size_t i = 0; i < outputs.size(); ++i) {
      for (Good& made : outputs[i]) {
        const auto same = std::find_if(went.begin(), went.end(), [&](const TakenUnit& unit) {
          return MayGo(unit, i) && cycles_[unit.good.lot][step_.outputs[i].lot];
        });
        if (same == went.end()) continue;
        made.as_seed = same->good.as_seed;
        made.lots = same->good.lots;
        made.affected_in = same->good.affected_in;
        went.erase(same);
      }
    }
    for (const TakenUnit& unit : went) {
      Good gone;
      gone.lots = unit.good.lots;
      gone.affected_in = unit.good.affected_in;
      state.goods.push_back(gone);
    }
    Add(std::move(state), outputs);
  }

  void Add(State state, const ByOutput& outputs) {
    for (size_t i = 0; i < outputs.size(); ++i) {
      for (const Good& good : outputs[i]) state.Enter(case_, good, step_.outputs[i].lot);
    }
    std::sort(state.goods.begin(), state.goods.end());
    found_.insert(std::move(state));
  }

  const BoundsCase& case_;
  const std::vector<std::vector<bool>>& cycles_;
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
  State start;
  start.seeds_in.resize(c.totals.size());
  for (int lot = 0; lot < static_cast<int>(c.totals.size()); ++lot) {
    for (int64_t left = ReceivedOf(c, lot); left > 0; --left) start.Enter(c, Good(), lot);
  }
  std::sort(start.goods.begin(), start.goods.end());
  return start;
}

Observed ObserveLot(const std::set<State>& states, size_t lot) {
  Observed observed{0, 0, 0, INT64_MAX, 0};
  const uint32_t here = 1U << lot;
  for (const State& state : states) {
    int64_t goods = 0;
    int64_t affected = 0;
    for (const Good& good : state.goods) {
      goods += (good.lots & here) != 0 ? 1 : 0;
      affected += (good.affected_in & here) != 0 ? 1 : 0;
    }
    const int64_t seed_count = __builtin_popcount(state.seeds_in[lot]);
    observed.goods_max = std::max(observed.goods_max, goods);
    observed.affected_max = std::max(observed.affected_max, affected);
    observed.unaffected_max = std::max(observed.unaffected_max, goods - affected);
    observed.seed_min = std::min(observed.seed_min, seed_count);
    observed.seed_max = std::max(observed.seed_max, seed_count);
  }
  return observed;
}

}  // namespace

std::optional<std::vector<Observed>> ObserveAll(const BoundsCase& c) {
  Check(c.totals.size() <= 32);
  const std::vector<std::vector<bool>> cycles = CyclesOf(c);
  std::set<State> states = {StartOf(c)};
  for (const Step& step : c.steps) {
    std::set<State> next;
    for (const State& state : states) {
      Allocator(c, cycles, step, next).From(state);
      if (next.size() > kStatesMax) return std::nullopt;
    }
    states = std::move(next);
  }
  Check(!states.empty());
  std::vector<Observed> observed;
  for (size_t lot = 0; lot < c.totals.size(); ++lot) observed.push_back(ObserveLot(states, lot));
  return observed;
}

std::vector<std::vector<bool>> CyclesOf(const BoundsCase& c) {
  const size_t lots = c.totals.size();
  std::vector<std::vector<bool>> reaches(lots, std::vector<bool>(lots));
  for (const Step& step : c.steps) {
    for (const Input& input : step.inputs) {
      for (const Output& output : step.outputs) reaches[input.lot][output.lot] = true;
    }
  }
  for (size_t by = 0; by < lots; ++by) {
    for (size_t from = 0; from < lots; ++from) {
      for (size_t to = 0; to < lots; ++to) {
        if (reaches[from][by] && reaches[by][to]) reaches[from][to] = true;
      }
    }
  }
  std::vector<std::vector<bool>> cycles = reaches;
  for (size_t a = 0; a < lots; ++a) {
    for (size_t b = 0; b < lots; ++b) cycles[a][b] = reaches[a][b] && reaches[b][a];
  }
  return cycles;
}

}  // namespace lots
