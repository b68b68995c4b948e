// tests/bench/run: the measurements, as a table and as JSON lines.
#include <sys/utsname.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tests/bench/bench.h"

namespace lots::bench {
namespace {

std::string Machine() {
  utsname name{};
  uname(&name);
  return absl::StrCat(std::thread::hardware_concurrency(), " cores, ", name.machine, ", ",
                      name.sysname);
}

nlohmann::json Side(const std::vector<double>& values, double median) {
  return {{"median", median},
          {"min", *std::min_element(values.begin(), values.end())},
          {"max", *std::max_element(values.begin(), values.end())},
          {"rounds", values.size()}};
}

nlohmann::json ToJson(const Result& result) {
  nlohmann::json json = {{"name", result.name},
                         {"ours", Side(result.ours, result.ours_median())},
                         {"unit", result.unit},
                         {"lower_is_better", true},
                         {"target", result.target},
                         {"met", result.met()},
                         {"lots", result.lots},
                         {"machine", Machine()},
                         {"date", absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone())}};
  if (result.yardstick.empty()) return json;
  json["yardstick"] = Side(result.yardstick, result.yardstick_median());
  json["ratio"] = result.value();
  return json;
}

std::string Spread(const std::vector<double>& values, double median) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return absl::StrFormat("%.1f (%.1f to %.1f)", median, *low, *high);
}

void Print(const std::vector<Result>& results) {
  std::cout << absl::StreamFormat("%-22s %-17s %9s  %-30s %-30s %7s %8s  %s\n", "NAME", "UNIT",
                                  "LOTS", "OURS", "YARDSTICK", "RATIO", "TARGET", "MET");
  for (const Result& result : results) {
    const bool compared = !result.yardstick.empty();
    std::cout << absl::StreamFormat(
        "%-22s %-17s %9d  %-30s %-30s %7s %8g  %s\n", result.name, result.unit, result.lots,
        Spread(result.ours, result.ours_median()),
        compared ? Spread(result.yardstick, result.yardstick_median()) : "",
        compared ? absl::StrFormat("%.2f", result.value()) : "", result.target,
        result.met() ? "yes" : "no");
  }
}

int Main(int argc, char** argv) {
  Options options;
  std::string file;
  CLI::App program("lots_bench: lotd beside PostgreSQL itself", "lots_bench");
  program.add_flag("--quick", options.quick, "small data: only whether everything runs");
  program.add_option("--only", options.only, "one measurement");
  program.add_option("--json", file, "one JSON line a measurement");
  CLI11_PARSE(program, argc, argv);

  std::vector<Result> results;
  {
    Stage stage;
    MeasureTrace(stage, options, results);
    MeasureRecall(stage, options, results);
  }
  if (results.empty()) {
    std::cerr << "lots_bench: there is no measurement named '" << options.only << "'\n";
    return 2;
  }
  Print(results);
  if (file.empty()) return 0;
  std::ofstream out(file);
  for (const Result& result : results) out << ToJson(result).dump() << "\n";
  out.close();
  return out ? 0 : 1;
}

}  // namespace
}  // namespace lots::bench

int main(int argc, char** argv) { return lots::bench::Main(argc, argv); }
