// What the operating system says that a lotd and its PostgreSQL have computed, and on which cores.
#pragma once

#include <sched.h>
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
  // distinguished from a backend.)
  CpuTimes Now() const;

 private:
  const pid_t server_;
  const pid_t postmaster_;
};

// While it lives, PostgreSQL has the first half of the cores that this process may use, and this
// process has the others: however much it sends, it takes nothing from PostgreSQL. With one core
// all share it.
class CoresApart {
 public:
  enum class Lotd {
    kBesideDatabase,  // on its cores, as one machine for both
    kBesideLoad,      // on this process's cores, as where the database has a machine of its own
  };
  CoresApart(pid_t server, pid_t postmaster, Lotd lotd);
  ~CoresApart();
  CoresApart(const CoresApart&) = delete;
  CoresApart& operator=(const CoresApart&) = delete;

 private:
  void PlaceDatabase(const cpu_set_t& cores) const;

  const pid_t server_;
  const pid_t postmaster_;
  cpu_set_t all_;
};

// Of this process: what the load generator took.
double OwnCpu();

}  // namespace lots::bench
