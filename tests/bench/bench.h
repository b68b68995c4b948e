// What every measurement shares: a lotd to measure, rounds in turns, results.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "storage/pg/connection.h"
#include "tests/support/rpc_lotd_process.h"

namespace lots::bench {

struct Options {
  bool quick = false;
  std::string only;  // the name of one measurement; empty: all
};

// One figure: ours, and where there is one the yardstick's. Lower is better.
struct Result {
  std::string name;
  std::string unit;
  std::vector<double> ours;       // one a round
  std::vector<double> yardstick;  // one a round; empty: the target is absolute
  double target = 0;              // of the ratio, or of the median where there is no yardstick
  int64_t lots = 0;               // in the measured graph

  double ours_median() const;
  double yardstick_median() const;
  // ours to the yardstick, or ours alone.
  double value() const;
  bool met() const { return value() <= target; }
};

// A lotd with a database of its own, as it runs in production (durable), and a way in behind it.
class Stage {
 public:
  Stage();

  const LotdProcess& lotd() const { return lotd_; }
  pg::Connection& db() { return *db_; }
  const std::string& conninfo() const { return conninfo_; }
  // Beside the benchmark: lotctl.
  static std::string ProgramFolder();

 private:
  LotdProcess lotd_;
  std::string conninfo_;
  std::unique_ptr<pg::Connection> db_;
};

// Runs both in turns, `rounds` times after one round that does not count; each says what it took.
void InTurns(int rounds, Result& result, const std::function<double()>& ours,
             const std::function<double()>& yardstick);

// Of a process, in bytes: now, and at most so far.
int64_t ResidentBytes(pid_t process);
int64_t ResidentBytesMax(pid_t process);

// Runs statements that have no parameters, as psql would. Stops the program when one fails.
void Execute(pg::Connection& db, const std::string& sql);
// Runs a program and gives what it took in milliseconds. Stops the program when it fails.
double RunTimed(const std::string& command);

// The measurements. Each skips what `options.only` does not name.
void MeasureTrace(Stage& stage, const Options& options, std::vector<Result>& results);
void MeasureRecall(Stage& stage, const Options& options, std::vector<Result>& results);

}  // namespace lots::bench
