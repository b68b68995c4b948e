// Writes the results.
#include "tests/bench/report.h"

#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

namespace lots::bench {
namespace {

// "2 × Intel(R) Xeon(R) CPU @ 2.20GHz, 23 GiB, Linux"
std::string Machine() {
  utsname name{};
  uname(&name);
  std::string model = name.machine;
  std::ifstream cpus("/proc/cpuinfo");
  for (std::string line; std::getline(cpus, line);) {
    absl::string_view value = line;
    if (!absl::ConsumePrefix(&value, "model name")) continue;
    model = std::string(value.substr(value.find(':') + 2));
    break;
  }
  std::ifstream memory("/proc/meminfo");
  std::string label;
  int64_t kilobytes = 0;
  memory >> label >> kilobytes;
  return absl::StrCat(std::thread::hardware_concurrency(), " x ", model, ", ",
                      kilobytes / (1024 * 1024), " GiB, ", name.sysname);
}

nlohmann::json Side(const std::vector<double>& values, double median,
                    const std::vector<Beside>& beside) {
  nlohmann::json side = {{"median", median},
                         {"min", *std::min_element(values.begin(), values.end())},
                         {"max", *std::max_element(values.begin(), values.end())},
                         {"rounds", values.size()}};
  for (const auto& [name, value] : MedianOf(beside)) side[name] = value;
  return side;
}

nlohmann::json ToJson(const Result& result) {
  nlohmann::json json = {{"name", result.name},
                         {"ours", Side(result.ours, result.ours_median(), result.ours_beside)},
                         {"unit", result.unit},
                         {"lower_is_better", result.lower_is_better},
                         {"lots", result.lots},
                         {"machine", Machine()},
                         {"date", absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone())}};
  if (result.target.has_value()) {
    json["target"] = *result.target;
    json["met"] = result.met();
  }
  if (result.yardstick.empty()) return json;
  json["yardstick"] = Side(result.yardstick, result.yardstick_median(), result.yardstick_beside);
  json["ratio"] = result.value();
  return json;
}

std::string Spread(const std::vector<double>& values, double median) {
  if (values.empty()) return "";
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return absl::StrFormat("%.1f (%.1f to %.1f)", median, *low, *high);
}

std::string Verdict(const Result& result) {
  if (!result.target.has_value()) return "";
  return absl::StrFormat("%g %s", *result.target, result.met() ? "met" : "MISSED");
}

void PrintBeside(const std::string& name, const char* side, const std::vector<Beside>& rounds) {
  if (rounds.empty()) return;
  std::cout << absl::StreamFormat("%-34s %-10s", name, side);
  for (const auto& [figure, value] : MedianOf(rounds)) {
    std::cout << absl::StreamFormat("  %s %.*f", figure, value < 100 ? 2 : 0, value);
  }
  std::cout << "\n";
}

}  // namespace

void Print(const Results& results) {
  std::cout << Machine() << "\n\n"
            << absl::StreamFormat("%-34s %-16s %9s  %-28s %-28s %6s  %s\n", "NAME", "UNIT", "LOTS",
                                  "OURS", "YARDSTICK", "RATIO", "TARGET");
  for (const Result& result : results) {
    const bool compared = !result.yardstick.empty();
    std::cout << absl::StreamFormat(
        "%-34s %-16s %9d  %-28s %-28s %6s  %s\n", result.name, result.unit, result.lots,
        Spread(result.ours, result.ours_median()),
        compared ? Spread(result.yardstick, result.yardstick_median()) : "",
        compared ? absl::StrFormat("%.2f", result.value()) : "", Verdict(result));
  }
  std::cout << "\n";
  for (const Result& result : results) {
    PrintBeside(result.name, "ours", result.ours_beside);
    PrintBeside("", "yardstick", result.yardstick_beside);
  }
}

bool WriteJson(const Results& results, const std::string& file) {
  std::ofstream out(file);
  for (const Result& result : results) out << ToJson(result).dump() << "\n";
  out.close();
  return static_cast<bool>(out);
}

}  // namespace lots::bench
