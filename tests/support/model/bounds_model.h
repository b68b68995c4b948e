// Small genealogies, and every allocation of goods that is consistent with them. Tests compare the
// bounds of a trace with these allocations.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/genealogy/graph/links.h"

namespace lots {

enum class TransformationKind : int16_t;

// Lots are numbered from 0. A quantity is a number of units, which have `scale` decimals. Steps are
// in the order in which they happened.
struct BoundsCase {
  struct Input {
    int lot;
    int64_t quantity;
    int output = -1;  // exact: the lot into which the input went; -1: pooled
  };
  struct Output {
    int lot;
    int64_t quantity;
  };
  struct Step {
    TransformationKind kind;
    std::vector<Input> inputs;
    std::vector<Output> outputs;
    std::vector<Output> left_over = {};  // of what the inputs took

    // Whether the step passes goods on as they are.
    bool PassesOn() const;
  };

  std::vector<int64_t> totals;  // gross: what goes round counts each time
  std::set<int> serials = {};
  std::set<int> seeds = {};
  std::vector<Step> steps = {};
  std::set<int> unreached = {};  // lots beyond a limit of the trace
  int scale = 0;
  bool former_inputs = false;  // all exact inputs have come out of what they went into

  std::string Text() const;
};

// The result of CalculateBounds for each lot; default values for unreached lots.
std::vector<TraceBounds> BoundsOf(const BoundsCase& c);

// A random case that ObserveAll can try: no step takes what another step has taken, and what is
// left over comes back. Without cycles, no step makes a seed, or adds to a lot from which something
// was taken; with cycles, steps may make every lot.
enum class Cycles { kNone, kAllowed };
BoundsCase RandomCase(uint64_t seed, Cycles cycles = Cycles::kNone);

// The least and the most over all allocations. A good that leaves a lot and comes back is the same
// good, also when it was made again on the way.
struct Observed {
  int64_t goods_max;       // that the lot ever had
  int64_t affected_max;    // of these, those that were affected in the lot
  int64_t unaffected_max;  // and those that never were
  int64_t seed_min;        // units of the seeds that ever were in the lot
  int64_t seed_max;
};
// A result for each lot; nullopt if there are too many allocations to try.
std::optional<std::vector<Observed>> ObserveAll(const BoundsCase& c);

// The number of paths from the seeds to each lot of a case without cycles.
std::vector<int> PathsOf(const BoundsCase& c);

// Which lots go into each other: [a][b] says that goods of a may get into b, and back.
std::vector<std::vector<bool>> CyclesOf(const BoundsCase& c);

}  // namespace lots
