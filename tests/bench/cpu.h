// What the operating system says that a lotd and its PostgreSQL have computed.
#pragma once

#include <sys/types.h>

namespace lots::bench {

// CPU time since the process began, in microseconds.
struct CpuTimes {
  double server = 0;
  double database = 0;

  double total() const { return server + database; }
  friend CpuTimes operator-(const CpuTimes& a, const CpuTimes& b) {
    return {a.server - b.server, a.database - b.database};
  }
};

class CpuMeter {
 public:
  CpuMeter(pid_t server, pid_t postmaster) : server_(server), postmaster_(postmaster) {}

  // The server is all of its threads, those that ended included. The database is the postmaster and
  // the backends of clients with their parallel workers, those that ended included; not the
  // checkpointer and its like, which work whenever they please. (An autovacuum that ended cannot be
  // told from a backend.)
  CpuTimes Now() const;

 private:
  const pid_t server_;
  const pid_t postmaster_;
};

// Of this process: what the load generator took.
double OwnCpu();

}  // namespace lots::bench
