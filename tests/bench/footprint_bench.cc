// footprint: resident memory idle and at full load, and a cold start. soak: that neither memory nor
// descriptors grow under a mixed load that lasts.
#include <csignal>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/base/check.h"
#include "tests/bench/points.h"
#include "tests/bench/written.h"
#include "tests/support/base/eventually.h"

namespace lots::bench {
namespace {

constexpr double kMebibyte = 1024 * 1024;
constexpr int kSamples = 18;

double Mebibytes(int64_t bytes) { return static_cast<double>(bytes) / kMebibyte; }

// From exec to SERVING, with the stage's database.
double StartMilliseconds(const Stage& stage) {
  LotdProcess lotd({.flags = {"--database", stage.conninfo(), "--insecure-database"}});
  const absl::Time began = absl::Now();
  lotd.Start();
  Check(Eventually([&] { return lotd.IsServing(); }));
  const double took = absl::ToDoubleMilliseconds(absl::Now() - began);
  lotd.Signal(SIGTERM);
  Check(lotd.WaitForEnd(absl::Minutes(1)) == 0);
  return took;
}

void MeasureStart(Stage& stage, const Options& options, std::vector<Result>& results) {
  Result result{.name = "footprint_start",
                .unit = "wall_ms",
                .target = 1'000,
                .lots = options.factory().lots};
  InTurns(
      options.rounds(), result, [&] { return StartMilliseconds(stage); }, nullptr);
  results.push_back(std::move(result));
}

// Reads and writes at once, with all workers busy.
void MixedLoad(Stage& stage, const Factory& factory, const std::string& name, absl::Duration time) {
  const auto gets = GetLotCalls(stage.lotd(), factory, 64);
  const auto completions = CompletionCalls(stage.lotd(), factory, name, 16);
  Load read;
  std::thread reader([&] { read = RunClosed(*gets, time); });
  const Load written = RunClosed(*completions, time);
  reader.join();
  Check(read.calls > 0 && read.bad == 0 && written.calls > 0 && written.bad == 0);
}

void MeasureMemory(const Options& options, std::vector<Result>& results) {
  const std::unique_ptr<Stage> stage = OpenFactory(options.factory());
  Unwrite(stage->db());
  const pid_t server = stage->lotd().pid();
  results.push_back({.name = "footprint_idle",
                     .unit = "MiB",
                     .ours = {Mebibytes(ResidentBytes(server))},
                     .target = 40,
                     .lots = options.factory().lots});
  MixedLoad(*stage, options.factory(), "footprint", options.round_time() * 3);
  CheckWritten(stage->db());
  Unwrite(stage->db());
  results.push_back({.name = "footprint_loaded",
                     .unit = "MiB",
                     .ours = {Mebibytes(ResidentBytesMax(server))},
                     .target = 200,
                     .lots = options.factory().lots});
}

}  // namespace

void MeasureFootprint(Stage& stage, const Options& options, std::vector<Result>& results) {
  if (options.Wants("footprint")) MeasureStart(stage, options, results);
}

void MeasureFootprintAlone(const Options& options, std::vector<Result>& results) {
  if (options.Wants("footprint")) MeasureMemory(options, results);
}

// Each sample is memory after a tenth more of the load; those of the last third against those of
// the second: the first third fills caches.
void MeasureSoak(Stage& stage, const Options& options, std::vector<Result>& results) {
  if (!options.Wants("soak")) return;
  const pid_t server = stage.lotd().pid();
  const absl::Duration slice = options.alive   ? absl::Milliseconds(100)
                               : options.quick ? absl::Milliseconds(200)
                                               : absl::Seconds(8);
  Result memory{.name = "soak_memory", .unit = "MiB", .target = 1.05};
  Result descriptors{.name = "soak_descriptors", .unit = "count", .target = 1.0};
  memory.lots = descriptors.lots = options.factory().lots;
  for (int sample = 0; sample < kSamples; ++sample) {
    MixedLoad(stage, options.factory(), absl::StrCat("soak", sample), slice);
    CheckWritten(stage.db());
    Unwrite(stage.db());
    if (sample < kSamples / 3) continue;
    const bool late = sample >= kSamples * 2 / 3;
    (late ? memory.ours : memory.yardstick).push_back(Mebibytes(ResidentBytes(server)));
    (late ? descriptors.ours : descriptors.yardstick)
        .push_back(static_cast<double>(OpenDescriptors(server)));
  }
  results.push_back(std::move(memory));
  results.push_back(std::move(descriptors));
}

}  // namespace lots::bench
