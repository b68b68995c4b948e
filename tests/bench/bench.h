// What every measurement shares: a lotd to measure, rounds in turns, results.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "storage/pg/connection.h"
#include "tests/bench/cpu.h"
#include "tests/bench/factory.h"
#include "tests/support/server/lotd_process.h"

namespace lots::bench {

struct Options {
  bool quick = false;
  // Smaller and shorter than quick: whether everything still runs.
  bool alive = false;
  std::string only;      // the name of one measurement; empty: all
  int64_t lots = 0;      // of the factory; 0: a million, or what quick and alive take
  bool huge = false;     // growth to ten million lots instead of one
  std::string pictures;  // the folder for them; empty: none

  bool Wants(const std::string& name) const { return only.empty() || only == name; }
  int rounds() const { return quick || alive ? 1 : 5; }
  // How long one round of a load takes.
  absl::Duration round_time() const { return absl::Seconds(quick || alive ? 1 : 3); }
  Factory factory() const;
};

// Figures beside the measured one, by name: "calls_per_second", "p99_ms".
using Beside = std::map<std::string, double>;

// One figure: ours, and where there is one the yardstick's.
struct Result {
  std::string name;
  std::string unit;
  std::vector<double> ours = {};       // one a round
  std::vector<double> yardstick = {};  // one a round; empty: the target is absolute
  // Of the ratio, or of the median where there is no yardstick; none: shown for comparison.
  std::optional<double> target = {};
  bool lower_is_better = true;
  int64_t lots = 0;  // in the measured company
  // Of each round.
  std::vector<Beside> ours_beside = {};
  std::vector<Beside> yardstick_beside = {};

  double ours_median() const;
  double yardstick_median() const;
  // ours to the yardstick, or ours alone.
  double value() const;
  bool met() const;
};

double Median(std::vector<double> values);
// Of each figure.
Beside MedianOf(const std::vector<Beside>& rounds);

// A lotd with a database of its own, as it runs in production (durable), and a way in behind it.
class Stage {
 public:
  // Empty: a temporary folder.
  explicit Stage(const std::string& data_folder = "");
  // Ends both as an operator would, so that the data can be used again.
  ~Stage();

  const LotdProcess& lotd() const { return *lotd_; }
  pg::Connection& db() { return *db_; }
  const std::string& conninfo() const { return conninfo_; }
  CpuMeter cpu() const { return CpuMeter(lotd_->pid(), lotd_->postgres()); }
  // Beside the benchmark: lotctl.
  static std::string ProgramFolder();

 private:
  std::unique_ptr<LotdProcess> lotd_;
  std::string conninfo_;
  std::unique_ptr<pg::Connection> db_;
};

std::unique_ptr<pg::Connection> Connect(const std::string& conninfo);

// A stage with a factory on it. The data stays in the build folder: it is filled once, and again
// when the schema or kFactoryVersion changes.
std::unique_ptr<Stage> OpenFactory(const Factory& factory);

// Runs both in turns, `rounds` times after one round that does not count; each says what it took.
void InTurns(int rounds, Result& result, const std::function<double()>& ours,
             const std::function<double()>& yardstick);

// A figure with others beside it.
struct Measured {
  double value = 0;
  Beside beside = {};
};
void InTurns(int rounds, Result& result, const std::function<Measured()>& ours,
             const std::function<Measured()>& yardstick);

// Of a process, in bytes: now, and at most so far.
int64_t ResidentBytes(pid_t process);
int64_t ResidentBytesMax(pid_t process);
int64_t OpenDescriptors(pid_t process);

// Prints what is wrong and stops the program.
void CheckOk(const absl::Status& status);
// Runs statements that have no parameters, as psql would. Stops the program when one fails.
void Execute(pg::Connection& db, const std::string& sql);
pg::Result Select(pg::Connection& db, const std::string& sql);
int64_t SelectNumber(pg::Connection& db, const std::string& sql);
// Runs a program and gives what it took in milliseconds. Stops the program when it fails.
double RunTimed(const std::string& command);

// The measurements. Each skips what `options` does not want.
using Results = std::vector<Result>;
void MeasureTrace(Stage& stage, const Options& options, Results& results);
void MeasureRecall(Stage& stage, const Options& options, Results& results);
// On a factory.
void MeasurePoints(Stage& stage, const Options& options, Results& results);
void MeasureLists(Stage& stage, const Options& options, Results& results);
void MeasureBulk(Stage& stage, const Options& options, Results& results);
void MeasureCompletion(Stage& stage, const Options& options, Results& results);
void MeasureFootprint(Stage& stage, const Options& options, Results& results);
void MeasureOverload(Stage& stage, const Options& options, Results& results);
void MeasureSoak(Stage& stage, const Options& options, Results& results);
// On stages of their own.
void MeasureFootprintAlone(const Options& options, Results& results);
void MeasureGrowth(const Options& options, Results& results);
void MeasureYoung(const Options& options, Results& results);

}  // namespace lots::bench
