// Runs pgbench, PostgreSQL's own measurement.
#include "tests/bench/pgbench.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "storage/base/check.h"

namespace lots::bench {
namespace fs = std::filesystem;
namespace {

// What one run of a program took and printed.
struct Run {
  double cpu = 0;  // microseconds
  std::string text;
};

double Microseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

// A file for a script, or for what is printed; gone with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text = "") {
    const int file = mkstemp(path_.data());
    Check(file >= 0);
    Check(write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    close(file);
  }
  TemporaryFile(TemporaryFile&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  ~TemporaryFile() {
    if (!path_.empty()) unlink(path_.c_str());
  }

  const std::string& path() const { return path_; }
  std::string Read() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string path_ = fs::temp_directory_path() / "lots-bench-XXXXXX";
};

Run RunProgram(std::vector<std::string> words) {
  const TemporaryFile output;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = fork();
  Check(child >= 0);
  if (child == 0) {
    const int file = open(output.path().c_str(), O_WRONLY);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  Check(wait4(child, &status, 0, &usage) == child);
  Run run{.cpu = Microseconds(usage.ru_utime) + Microseconds(usage.ru_stime),
          .text = output.Read()};
  const bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (!good) std::cerr << run.text;
  Check(good);
  return run;
}

// The number that follows a label in what pgbench prints.
double Figure(const std::string& text, absl::string_view label) {
  const size_t found = text.find(label.data(), 0, label.size());
  Check(found != std::string::npos);
  return std::strtod(text.c_str() + found + label.size(), nullptr);
}

// Transactions, and what they cost together with connecting.
struct Cost {
  double transactions = 0;
  double client = 0;
  double database = 0;
  double per_second = 0;
  double milliseconds = 0;
};

Cost RunPgbench(const Stage& stage, const std::vector<std::string>& words) {
  const CpuTimes before = stage.cpu().Now();
  const Run run = RunProgram(words);
  const CpuTimes cpu = stage.cpu().Now() - before;
  Check(Figure(run.text, "number of failed transactions: ") == 0);
  return {.transactions = Figure(run.text, "number of transactions actually processed: "),
          .client = run.cpu,
          .database = cpu.database,
          .per_second = Figure(run.text, "\ntps = "),
          .milliseconds = Figure(run.text, "latency average = ")};
}

}  // namespace

Measured MeasurePgbench(const Stage& stage, const PgbenchRun& run) {
  std::vector<TemporaryFile> files;
  std::vector<std::string> words = {
      "pgbench", "-n", "-M", "prepared", "-c", absl::StrCat(run.clients), "-j", "1"};
  for (const std::string& variable : run.variables) {
    words.insert(words.end(), {"-D", variable});
  }
  for (const std::string& script : run.scripts) {
    files.emplace_back(script);
    words.insert(words.end(), {"-f", files.back().path()});
  }
  words.push_back(stage.conninfo());
  const auto with = [&](const char* option, int64_t value, const char* run) {
    std::vector<std::string> all = words;
    all.insert(all.begin() + 1, {option, absl::StrCat(value), "-D", run});
    return all;
  };
  // A run of one transaction a client is nearly all connecting and preparing.
  const Cost start = RunPgbench(stage, with("-t", 1, "run=1"));
  const Cost all = RunPgbench(stage, with("-T", absl::ToInt64Seconds(run.time), "run=0"));
  const double transactions = all.transactions - start.transactions;
  Check(transactions > 0);
  const double client = (all.client - start.client) / transactions;
  const double database = (all.database - start.database) / transactions;
  return {.value = client + database,
          .beside = {{"client_cpu_us", client},
                     {"database_cpu_us", database},
                     {"calls_per_second", all.per_second},
                     {"mean_ms", all.milliseconds}}};
}

}  // namespace lots::bench
