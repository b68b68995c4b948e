// overload: what a server still gets done when ten times as much is asked of it as it can do. What
// it cannot do it refuses, saying when to come again.
//
// Ten times the calls cost the load generator ten times as much. So that this is not held against
// the server, what limits it has cores of its own: lotd and the database, as where they share a
// machine, or the database alone, as where it has one of its own.
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "tests/bench/points.h"
#include "tests/bench/written.h"

namespace lots::bench {
namespace {

// One connection carries no more than gRPC lets it, so an overload comes over many.
constexpr int kConnections = 16;
// Every worker is busy, and all find room in the queue.
constexpr int kPeakInFlight = 64;
constexpr int kOverloadInFlight = 2'048;
constexpr double kTimes = 10;
// The machine's speed changes by more than what is measured, and not faster than within seconds:
// many short turns.
constexpr int kRoundsTimes = 6;

std::unique_ptr<Calls> Completions(const Stage& stage, const Factory& factory, int slots) {
  static int loads = 0;
  std::vector<std::unique_ptr<Calls>> connections;
  for (int i = 0; i < kConnections; ++i) {
    connections.push_back(
        CompletionCalls(stage.lotd(), factory, absl::StrCat("o", ++loads), slots / kConnections));
  }
  return std::make_unique<ManyConnections>(std::move(connections));
}

// Of the time in which calls were sent: what waits at the end is done undisturbed.
Measured Goodput(const CpuMeter& meter, const std::function<Load()>& run) {
  const CpuTimes before = meter.Now();
  const Load load = run();
  const CpuTimes cpu = meter.Now() - before;
  Check(load.bad == 0);
  const double seconds = absl::ToDoubleSeconds(load.wall);
  const double sending = absl::ToDoubleSeconds(load.sending.wall);
  const double per_second = static_cast<double>(load.sending.calls) / sending;
  const double client_cores = load.sending.client_cpu / 1e6 / sending;
  const auto milliseconds = [](const Histogram& latency, double share) {
    return absl::ToDoubleMilliseconds(latency.Percentile(share));
  };
  return {.value = per_second,
          .beside = {{"refused_per_second", static_cast<double>(load.refused) / sending},
                     {"p50_ms", milliseconds(load.latency, 0.5)},
                     {"p99_ms", milliseconds(load.latency, 0.99)},
                     {"refused_p50_ms", milliseconds(load.refusals, 0.5)},
                     {"refused_p99_ms", milliseconds(load.refusals, 0.99)},
                     {"late_p50_ms", milliseconds(load.late, 0.5)},
                     {"late_p99_ms", milliseconds(load.late, 0.99)},
                     {"server_cores", cpu.server / 1e6 / seconds},
                     {"database_cores", cpu.database / 1e6 / seconds},
                     {"client_cores", client_cores}}};
}

void MeasureOn(Stage& stage, const Options& options, const char* name, CoresApart::Lotd lotd,
               Results& results) {
  const Factory factory = options.factory();
  Unwrite(stage.db());
  Result result{.name = name,
                .unit = "calls_per_second",
                .target = 0.9,
                .lower_is_better = false,
                .lots = factory.lots};
  // Long, beside the sixth of a second in which the queue fills: what fills it is paid for, and
  // done only when nobody counts any more.
  const absl::Duration time = options.round_time();
  const CoresApart apart(stage.lotd().pid(), stage.lotd().postgres(), lotd);
  double peak = 0;
  const auto at_peak = [&] {
    const Measured measured = Goodput(stage.cpu(), [&] {
      const auto calls = Completions(stage, factory, kPeakInFlight);
      Load load = RunClosed(*calls, time);
      Check(load.refused == 0);
      return load;
    });
    peak = measured.value;
    return measured;
  };
  const auto overloaded = [&] {
    if (peak == 0) at_peak();
    return Goodput(stage.cpu(), [&] {
      const auto calls = Completions(stage, factory, kOverloadInFlight);
      Load load = RunOpen(*calls, kTimes * peak, time);
      Check(load.refused > 0);
      return load;
    });
  };
  const int rounds = options.quick ? options.rounds() : kRoundsTimes * options.rounds();
  InTurns(rounds, result, overloaded, at_peak);
  CheckWritten(stage.db());
  Unwrite(stage.db());
  results.push_back(std::move(result));
}

}  // namespace

void MeasureOverload(Stage& stage, const Options& options, Results& results) {
  if (!options.Wants("overload")) return;
  MeasureOn(stage, options, "overload", CoresApart::Lotd::kBesideDatabase, results);
  MeasureOn(stage, options, "overload_database_apart", CoresApart::Lotd::kBesideLoad, results);
}

}  // namespace lots::bench
