// growth: what a call costs in a large factory against a small one.
#include "absl/strings/str_cat.h"
#include "tests/bench/picture.h"
#include "tests/bench/points.h"
#include "tests/bench/written.h"

namespace lots::bench {
namespace {

constexpr int kInFlight = 64;

struct Sizes {
  Factory small;
  Factory large;
};

Sizes SizesOf(const Options& options) {
  if (options.alive) return {{4'000}, {8'000}};
  if (options.quick) return {{4'000}, {40'000}};
  return {{100'000}, {options.huge ? 10'000'000 : 1'000'000}};
}

Measured MeasureGets(Stage& stage, const Factory& factory, absl::Duration time) {
  const auto calls = GetLotCalls(stage.lotd(), factory, kInFlight);
  return MeasureLoad(stage.cpu(), [&] { return RunClosed(*calls, time); }).measured;
}

}  // namespace

void MeasureGrowth(const Options& options, std::vector<Result>& results) {
  if (!options.Wants("growth")) return;
  const Sizes sizes = SizesOf(options);
  const std::unique_ptr<Stage> small = OpenFactory(sizes.small);
  const std::unique_ptr<Stage> large = OpenFactory(sizes.large);
  Unwrite(small->db());
  Unwrite(large->db());
  const auto measure = [&](const char* name, auto&& side) {
    Result result{.name = absl::StrCat("growth_", name),
                  .unit = "cpu_us_per_call",
                  .target = 1.3,
                  .lots = sizes.large.lots};
    InTurns(
        options.rounds(), result, [&] { return side(*large, sizes.large, options.round_time()); },
        [&] { return side(*small, sizes.small, options.round_time()); });
    results.push_back(result);
    return GrowthCurve{.title = name,
                       .points = {{sizes.small.lots, result.yardstick_median()},
                                  {sizes.large.lots, result.ours_median()}}};
  };
  const GrowthCurve get = measure("get_lot", MeasureGets);
  const GrowthCurve complete = measure("complete_work_order", MeasureCompletions);
  DrawGrowth(options, {get, complete});
}

}  // namespace lots::bench
