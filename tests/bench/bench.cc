#include "tests/bench/bench.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/base/check.h"
#include "storage/pg/flight.h"
#include "tests/support/eventually.h"

namespace lots::bench {
namespace {

constexpr absl::Duration kStartTimeout = absl::Minutes(2);

double Median(std::vector<double> values) {
  Check(!values.empty());
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::unique_ptr<pg::Connection> Connect(const std::string& conninfo) {
  pg::ConnectionOptions options;
  options.conninfo = conninfo;
  auto db = pg::Connection::Open(options);
  Check(db.ok());
  return *std::move(db);
}

// A line of /proc/PID/status, in kB.
int64_t StatusBytes(pid_t process, const std::string& name) {
  std::ifstream file(absl::StrCat("/proc/", process, "/status"));
  for (std::string line; std::getline(file, line);) {
    if (!absl::StartsWith(line, name)) continue;
    int64_t kilobytes = 0;
    const size_t begin = line.find_first_of("0123456789");
    Check(absl::SimpleAtoi(line.substr(begin, line.rfind(' ') - begin), &kilobytes));
    return kilobytes * 1024;
  }
  return 0;
}

}  // namespace

double Result::ours_median() const { return Median(ours); }
double Result::yardstick_median() const { return Median(yardstick); }
double Result::value() const {
  return yardstick.empty() ? ours_median() : ours_median() / yardstick_median();
}

Stage::Stage() {
  lotd_.Start();
  Check(Eventually([&] { return lotd_.IsServing(); }, kStartTimeout));
  conninfo_ = lotd_.conninfo();
  db_ = Connect(conninfo_);
}

std::string Stage::ProgramFolder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

void InTurns(int rounds, Result& result, const std::function<double()>& ours,
             const std::function<double()>& yardstick) {
  for (int round = 0; round <= rounds; ++round) {
    const double mine = ours();
    const double other = yardstick ? yardstick() : 0;
    if (round == 0) continue;  // it warmed the caches
    result.ours.push_back(mine);
    if (yardstick) result.yardstick.push_back(other);
  }
}

int64_t ResidentBytes(pid_t process) { return StatusBytes(process, "VmRSS:"); }
int64_t ResidentBytesMax(pid_t process) { return StatusBytes(process, "VmHWM:"); }

void Execute(pg::Connection& db, const std::string& sql) {
  pg::Flight flight(db);
  flight.AddComposed("bench_fill", sql, {});
  const auto results = flight.Send();
  if (!results.ok()) std::cerr << results.status() << "\n" << sql << "\n";
  Check(results.ok());
}

double RunTimed(const std::string& command) {
  const absl::Time began = absl::Now();
  Check(std::system(command.c_str()) == 0);
  return absl::ToDoubleMilliseconds(absl::Now() - began);
}

}  // namespace lots::bench
