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

// Lots are numbered from 0. A quantity is a number of units, which have `scale` decimals.
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
  };

  std::vector<int64_t> totals;
  std::set<int> serials = {};
  std::set<int> seeds = {};
  std::vector<Step> steps = {};
  std::set<int> unreached = {};  // lots beyond a limit of the trace
  int scale = 0;

  std::string Text() const;
};

// The result of CalculateBounds for each lot; default values for unreached lots.
std::vector<TraceBounds> BoundsOf(const BoundsCase& c);

// A random case that ObserveAll can try: it has no cycles, no step makes a seed, and no step takes
// a quantity that another step has taken.
BoundsCase RandomCase(uint64_t seed);

// The least and the most over all allocations: of the units of the lot that are affected, and of
// the units of the seeds that are in the lot.
struct Observed {
  int64_t affected_min;
  int64_t affected_max;
  int64_t seed_min;
  int64_t seed_max;
};
// A result for each lot; nullopt if there are too many allocations to try.
std::optional<std::vector<Observed>> ObserveAll(const BoundsCase& c);

// The number of paths from the seeds to each lot.
std::vector<int> PathsOf(const BoundsCase& c);

}  // namespace lots
