// growth: what a call costs in a large factory against a small one; and searches in the largest.
#include "absl/strings/str_cat.h"
#include "tests/bench/picture.h"
#include "tests/bench/points.h"
#include "tests/bench/written.h"

namespace lots::bench {
namespace {

constexpr int64_t kHuge = 10'000'000;

// What the others are compared with comes first.
std::vector<Factory> Sizes(const Options& options) {
  if (options.alive) return {{4'000}, {8'000}};
  if (options.quick) return {{4'000}, {40'000}};
  if (options.huge) return {{100'000}, {1'000'000}, {kHuge}};
  return {{100'000}, {1'000'000}};
}

// What the calls read at random is in memory before they are measured, as after a day's work: where
// it is more than PostgreSQL's own buffers, the rest is in the system's.
void Warm(pg::Connection& db) {
  Execute(db, "CREATE EXTENSION IF NOT EXISTS pg_prewarm");
  for (const char* const relation : {"movements_by_lot", "transformation_inputs_by_lot", "balances",
                                     "lots", "balances_pkey", "lots_pkey"}) {
    Select(db, absl::StrCat("SELECT pg_prewarm('", relation, "')"));
  }
}

Measured MeasureGets(Stage& stage, const Factory& factory, absl::Duration time) {
  const auto calls = GetLotCalls(stage.lotd(), factory, kInFlight);
  return MeasureLoad(stage.cpu(), [&] { return RunClosed(*calls, time); }).measured;
}

struct Curves {
  GrowthCurve get{.title = "get_lot", .points = {}};
  GrowthCurve complete{.title = "complete_work_order", .points = {}};
};

// Both against the small one, in turns.
void Compare(Stage& small, const Factory& small_factory, Stage& large, const Factory& large_factory,
             const Options& options, Curves& curves, Results& results) {
  const auto measure = [&](GrowthCurve& curve, auto&& side) {
    Result result{.name = absl::StrCat("growth_", curve.title),
                  .unit = "cpu_us_per_call",
                  .target = 1.3,
                  .lots = large_factory.lots};
    InTurns(
        options.rounds(), result, [&] { return side(large, large_factory, options.round_time()); },
        [&] { return side(small, small_factory, options.round_time()); });
    if (curve.points.empty()) {
      curve.points.emplace_back(small_factory.lots, result.yardstick_median());
    }
    curve.points.emplace_back(large_factory.lots, result.ours_median());
    results.push_back(std::move(result));
  };
  measure(curves.get, MeasureGets);
  measure(curves.complete, MeasureCompletions);
}

}  // namespace

void MeasureGrowth(const Options& options, std::vector<Result>& results) {
  if (!options.Wants("growth")) return;
  const std::vector<Factory> sizes = Sizes(options);
  const std::unique_ptr<Stage> small = OpenFactory(sizes.front());
  Unwrite(small->db());
  Warm(small->db());
  Curves curves;
  for (size_t i = 1; i < sizes.size(); ++i) {
    const std::unique_ptr<Stage> large = OpenFactory(sizes[i]);
    Unwrite(large->db());
    Warm(large->db());
    Compare(*small, sizes.front(), *large, sizes[i], options, curves, results);
    if (sizes[i].lots < kHuge) continue;
    Options searches = options;
    searches.only = "search_lots";
    searches.lots = sizes[i].lots;
    MeasureLists(*large, searches, results);
  }
  DrawGrowth(options, {curves.get, curves.complete});
}

}  // namespace lots::bench
