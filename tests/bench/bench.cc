#include "tests/bench/bench.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/base/check.h"
#include "storage/pg/pipeline.h"
#include "tests/support/base/eventually.h"

namespace lots::bench {
namespace fs = std::filesystem;
namespace {

constexpr absl::Duration kStartTimeout = absl::Minutes(2);
// A last checkpoint writes what a bulk load left.
constexpr absl::Duration kEndTimeout = absl::Minutes(2);

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

void Keep(Result& result, Measured ours, std::optional<Measured> yardstick) {
  result.ours.push_back(ours.value);
  if (!ours.beside.empty()) result.ours_beside.push_back(std::move(ours.beside));
  if (!yardstick.has_value()) return;
  result.yardstick.push_back(yardstick->value);
  if (!yardstick->beside.empty()) result.yardstick_beside.push_back(std::move(yardstick->beside));
}

}  // namespace

Factory Options::factory() const {
  if (lots > 0) return {lots};
  return {alive ? 8'000 : quick ? 40'000 : 1'000'000};
}

double Median(std::vector<double> values) {
  Check(!values.empty());
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Beside MedianOf(const std::vector<Beside>& rounds) {
  std::map<std::string, std::vector<double>> values;
  for (const Beside& round : rounds) {
    for (const auto& [name, value] : round) values[name].push_back(value);
  }
  Beside medians;
  for (const auto& [name, all] : values) medians[name] = Median(all);
  return medians;
}

std::unique_ptr<pg::Connection> Connect(const std::string& conninfo) {
  pg::ConnectionOptions options;
  options.conninfo = conninfo;
  auto db = pg::Connection::Open(options);
  CheckOk(db.status());
  return *std::move(db);
}

double Result::ours_median() const { return Median(ours); }
double Result::yardstick_median() const { return Median(yardstick); }
double Result::value() const {
  return yardstick.empty() ? ours_median() : ours_median() / yardstick_median();
}

bool Result::met() const {
  if (!target.has_value()) return true;
  return lower_is_better ? value() <= *target : value() >= *target;
}

Stage::Stage(const std::string& data_folder)
    : lotd_(std::make_unique<LotdProcess>(LotdProcess::Options{.data = data_folder})) {
  lotd_->Start();
  Check(Eventually([&] { return lotd_->IsServing(); }, kStartTimeout));
  conninfo_ = lotd_->conninfo();
  db_ = Connect(conninfo_);
}

Stage::~Stage() {
  db_.reset();
  lotd_->Signal(SIGTERM);
  Check(lotd_->WaitForEnd(kEndTimeout) == 0);
}

std::string Stage::ProgramFolder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

void InTurns(int rounds, Result& result, const std::function<double()>& ours,
             const std::function<double()>& yardstick) {
  const auto plain = [](const std::function<double()>& side) -> std::function<Measured()> {
    if (!side) return nullptr;
    return [side] { return Measured{.value = side()}; };
  };
  InTurns(rounds, result, plain(ours), plain(yardstick));
}

void InTurns(int rounds, Result& result, const std::function<Measured()>& ours,
             const std::function<Measured()>& yardstick) {
  for (int round = 0; round <= rounds; ++round) {
    Measured mine = ours();
    std::optional<Measured> other;
    if (yardstick) other = yardstick();
    if (round == 0) continue;  // it warmed the caches
    Keep(result, std::move(mine), std::move(other));
  }
}

int64_t ResidentBytes(pid_t process) { return StatusBytes(process, "VmRSS:"); }
int64_t ResidentBytesMax(pid_t process) { return StatusBytes(process, "VmHWM:"); }

int64_t OpenDescriptors(pid_t process) {
  const fs::directory_iterator entries(absl::StrCat("/proc/", process, "/fd"));
  return std::distance(begin(entries), end(entries));
}

void CheckOk(const absl::Status& status) {
  if (!status.ok()) std::cerr << status << "\n";
  Check(status.ok());
}

void Execute(pg::Connection& db, const std::string& sql) {
  const absl::Status status = db.RunScript("bench", sql);
  if (!status.ok()) std::cerr << sql << "\n";
  CheckOk(status);
}

pg::Result Select(pg::Connection& db, const std::string& sql) {
  pg::Pipeline pipeline(db);
  pipeline.AddComposed("bench", sql, {});
  auto results = pipeline.Send();
  if (!results.ok()) std::cerr << results.status() << "\n" << sql << "\n";
  Check(results.ok());
  return std::move(results->front());
}

int64_t SelectNumber(pg::Connection& db, const std::string& sql) {
  return Select(db, sql)[0].Get<int64_t>(0);
}

double RunTimed(const std::string& command) {
  const absl::Time began = absl::Now();
  Check(std::system(command.c_str()) == 0);
  return absl::ToDoubleMilliseconds(absl::Now() - began);
}

}  // namespace lots::bench
