// tests/bench/run: the measurements, as a table, as JSON lines and as pictures.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <iterator>

#include "tests/bench/bench.h"
#include "tests/bench/report.h"

namespace lots::bench {
namespace {

constexpr const char* kOnGraphs[] = {"trace_100k", "trace_cold_1m", "recall_100k",
                                     "recall_drill_1m"};
constexpr const char* kOnFactory[] = {
    "empty_call",     "get_lot",          "list_lot_locations",  "find_lots",
    "list_lots_page", "search_lots",      "summarize_lots",      "assign_serials_10k",
    "complete_10k",   "record_movements", "complete_work_order", "overload",
    "soak",           "footprint"};
constexpr const char* kAlone[] = {"growth", "young"};

template <size_t n>
bool WantsAny(const Options& options, const char* const (&names)[n]) {
  return std::any_of(std::begin(names), std::end(names),
                     [&](const char* name) { return options.Wants(name); });
}

void MeasureOnFactory(const Options& options, Results& results) {
  const std::unique_ptr<Stage> stage = OpenFactory(options.factory());
  MeasurePoints(*stage, options, results);
  MeasureLists(*stage, options, results);
  MeasureBulk(*stage, options, results);
  MeasureCompletion(*stage, options, results);
  MeasureOverload(*stage, options, results);
  MeasureSoak(*stage, options, results);
  MeasureFootprint(*stage, options, results);
}

Results MeasureAll(const Options& options) {
  Results results;
  if (WantsAny(options, kOnFactory)) {
    MeasureOnFactory(options, results);
    MeasureFootprintAlone(options, results);
  }
  MeasureGrowth(options, results);
  MeasureYoung(options, results);
  if (WantsAny(options, kOnGraphs)) {
    Stage stage;
    MeasureTrace(stage, options, results);
    MeasureRecall(stage, options, results);
  }
  return results;
}

int Main(int argc, char** argv) {
  Options options;
  std::string file;
  std::vector<std::string> names(std::begin(kOnFactory), std::end(kOnFactory));
  names.insert(names.end(), std::begin(kAlone), std::end(kAlone));
  names.insert(names.end(), std::begin(kOnGraphs), std::end(kOnGraphs));
  CLI::App program("lots_bench: lotd beside PostgreSQL itself", "lots_bench");
  program.add_flag("--quick", options.quick, "small data, one round: within three minutes");
  program.add_flag("--alive", options.alive, "smaller still: only whether everything runs");
  program.add_option("--only", options.only, "one measurement")->check(CLI::IsMember(names));
  program.add_option("--lots", options.lots, "of the factory, a multiple of 80");
  program.add_flag("--huge", options.huge, "growth up to ten million lots");
  program.add_option("--json", file, "one JSON line a result");
  program.add_option("--pictures", options.pictures, "a folder for latency.svg and growth.svg")
      ->check(CLI::ExistingDirectory);
  CLI11_PARSE(program, argc, argv);
  // What runs for being alive is small in every measurement.
  options.quick = options.quick || options.alive;

  const Results results = MeasureAll(options);
  Print(results);
  return file.empty() || WriteJson(results, file) ? 0 : 1;
}

}  // namespace
}  // namespace lots::bench

int main(int argc, char** argv) { return lots::bench::Main(argc, argv); }
