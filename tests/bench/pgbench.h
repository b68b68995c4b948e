// The yardstick: pgbench, which asks PostgreSQL in its own protocol.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/bench.h"

namespace lots::bench {

struct PgbenchRun {
  std::vector<std::string> scripts;  // one of them at random each time
  int clients = 1;
  absl::Duration time;  // whole seconds
  // "n=0". There is also `run`, which tells the runs of one measurement apart.
  std::vector<std::string> variables = {};
};

// What pgbench and its backends computed for a transaction, in microseconds; what it took to
// connect and to prepare is not counted. Stops the program when a transaction fails.
Measured MeasurePgbench(const Stage& stage, const PgbenchRun& run);

}  // namespace lots::bench
