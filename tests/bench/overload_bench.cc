// overload: what a server still gets done when ten times as much is asked of it as it can do. What
// it cannot do it refuses, at once and saying when to come again.
//
// The load generator runs on the same cores, and ten times the calls cost it ten times as much. So
// that this is not held against the server, both figures are by the core that the generator left.
#include <thread>

#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "tests/bench/points.h"
#include "tests/bench/written.h"

namespace lots::bench {
namespace {

// One connection carries no more than gRPC lets it, so an overload comes over many.
constexpr int kConnections = 16;
// As many as find room in the queue: with more, the server would already refuse some.
constexpr int kPeakInFlight = 64;
constexpr int kOverloadInFlight = 2'048;
constexpr double kTimes = 10;

std::unique_ptr<Calls> Completions(const Stage& stage, const Factory& factory, int slots) {
  static int loads = 0;
  std::vector<std::unique_ptr<Calls>> connections;
  for (int i = 0; i < kConnections; ++i) {
    connections.push_back(
        CompletionCalls(stage.lotd(), factory, absl::StrCat("o", ++loads), slots / kConnections));
  }
  return std::make_unique<ManyConnections>(std::move(connections));
}

Measured GoodCalls(Stage& stage, const Load& load) {
  Check(load.bad == 0);
  CheckWritten(stage.db());
  Unwrite(stage.db());
  const double seconds = absl::ToDoubleSeconds(load.wall);
  const double cores = std::thread::hardware_concurrency() - load.client_cpu / 1e6 / seconds;
  const auto milliseconds = [](const Histogram& latency, double share) {
    return absl::ToDoubleMilliseconds(latency.Percentile(share));
  };
  return {.value = load.per_second() / cores,
          .beside = {{"calls_per_second", load.per_second()},
                     {"asked_per_second", static_cast<double>(load.calls + load.refused) / seconds},
                     {"p50_ms", milliseconds(load.latency, 0.5)},
                     {"p99_ms", milliseconds(load.latency, 0.99)},
                     {"refused_p50_ms", milliseconds(load.refusals, 0.5)},
                     {"refused_p99_ms", milliseconds(load.refusals, 0.99)},
                     {"cores_left", cores}}};
}

}  // namespace

void MeasureOverload(Stage& stage, const Options& options, Results& results) {
  if (!options.Wants("overload")) return;
  const Factory factory = options.factory();
  Unwrite(stage.db());
  Result result{.name = "overload",
                .unit = "calls_per_core",
                .target = 0.9,
                .lower_is_better = false,
                .lots = factory.lots};
  double peak = 0;
  const auto at_peak = [&] {
    Load load = RunClosed(*Completions(stage, factory, kPeakInFlight), options.round_time());
    Check(load.refused == 0);
    peak = load.per_second();
    return GoodCalls(stage, load);
  };
  const auto overloaded = [&] {
    if (peak == 0) at_peak();
    const auto calls = Completions(stage, factory, kOverloadInFlight);
    // Long beside the second in which what waits at the end is still done.
    const Load load = RunOpen(*calls, kTimes * peak, options.round_time() * 3);
    Check(load.refused > 0);
    return GoodCalls(stage, load);
  };
  InTurns(options.rounds(), result, overloaded, at_peak);
  results.push_back(std::move(result));
}

}  // namespace lots::bench
