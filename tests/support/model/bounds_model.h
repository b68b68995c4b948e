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

// Lots are numbers; quantities are units of scale 0 unless `scale` says more.
struct BoundsCase {
  struct Input {
    int lot;
    int64_t quantity;
    int output = -1;  // exact: the lot that it went into
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
  std::set<int> unreached = {};  // beyond a limit
  int scale = 0;

  std::string Text() const;
};

// The result of CalculateBounds for each lot; default values for unreached lots.
std::vector<TraceBounds> BoundsOf(const BoundsCase& c);

// A case that ObserveAll can try: without cycles, nothing made the seeds, nothing is taken twice.
BoundsCase RandomCase(uint64_t seed);

// Over all allocations: how many units of the lot are affected, and how many units of the seeds the
// lot has.
struct Observed {
  int64_t affected_min;
  int64_t affected_max;
  int64_t seed_min;
  int64_t seed_max;
};
// One for each lot; none: there are too many allocations to try.
std::optional<std::vector<Observed>> ObserveAll(const BoundsCase& c);

// How many paths lead from the seeds to each lot.
std::vector<int> PathsOf(const BoundsCase& c);

}  // namespace lots
