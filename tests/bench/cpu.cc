// Reads the CPU time of a lotd and of its PostgreSQL.
#include "tests/bench/cpu.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "storage/base/check.h"

namespace lots::bench {
namespace fs = std::filesystem;
namespace {

// By their titles, "postgres: lotd: checkpointer ".
constexpr absl::string_view kBackground[] = {"checkpointer", "background writer",   "walwriter",
                                             "autovacuum",   "logical replication", "startup"};

// What could be read of it: a process may end meanwhile, which iterators of a file would throw.
std::string ReadFile(const std::string& path) {
  const std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// All threads, to the nanosecond; /proc counts in hundredths of a second. 0: it has ended.
double ProcessCpu(pid_t process) {
  clockid_t clock = 0;
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

// Of the children that a process has waited for.
double EndedChildrenCpu(pid_t process) {
  const std::string stat = ReadFile(absl::StrCat("/proc/", process, "/stat"));
  // After the name, which may hold spaces: field 3 comes first, so 16 and 17 stand at 13 and 14.
  const std::vector<std::string> fields =
      absl::StrSplit(stat.substr(stat.rfind(')') + 2), absl::ByChar(' '));
  int64_t user = 0, system = 0;
  Check(fields.size() > 14 && absl::SimpleAtoi(fields[13], &user) &&
        absl::SimpleAtoi(fields[14], &system));
  return static_cast<double>(user + system) * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::vector<pid_t> ChildrenOf(pid_t process) {
  const std::string listed =
      ReadFile(absl::StrCat("/proc/", process, "/task/", process, "/children"));
  std::vector<pid_t> children;
  for (const auto child : absl::StrSplit(listed, ' ', absl::SkipWhitespace())) {
    if (pid_t pid = 0; absl::SimpleAtoi(child, &pid)) children.push_back(pid);
  }
  return children;
}

// All threads; those that begin later inherit it. Nothing is wrong when some end meanwhile.
void Place(pid_t process, const cpu_set_t& cores) {
  std::error_code ended;
  fs::directory_iterator thread(absl::StrCat("/proc/", process, "/task"), ended);
  for (; !ended && thread != fs::directory_iterator(); thread.increment(ended)) {
    pid_t id = 0;
    Check(absl::SimpleAtoi(thread->path().filename().string(), &id));
    sched_setaffinity(id, sizeof(cores), &cores);
  }
}

bool ServesClients(pid_t backend) {
  const std::string title = ReadFile(absl::StrCat("/proc/", backend, "/cmdline"));
  for (const absl::string_view name : kBackground) {
    if (absl::StrContains(title, name)) return false;
  }
  return true;
}

}  // namespace

CpuTimes CpuMeter::Now() const {
  CpuTimes times{.server = ProcessCpu(server_), .database = ProcessCpu(postmaster_)};
  times.database += EndedChildrenCpu(postmaster_);
  for (const pid_t child : ChildrenOf(postmaster_)) {
    if (ServesClients(child)) times.database += ProcessCpu(child);
  }
  return times;
}

CoresApart::CoresApart(pid_t server, pid_t postmaster, Lotd lotd)
    : server_(server), postmaster_(postmaster) {
  Check(sched_getaffinity(0, sizeof(all_), &all_) == 0);
  cpu_set_t first, second;
  CPU_ZERO(&first);
  CPU_ZERO(&second);
  const int half = CPU_COUNT(&all_) / 2;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &all_)) CPU_SET(core, CPU_COUNT(&first) < half ? &first : &second);
  }
  if (half == 0) first = all_;
  PlaceDatabase(first);
  Place(server_, lotd == Lotd::kBesideDatabase ? first : second);
  Place(getpid(), second);
}

CoresApart::~CoresApart() {
  PlaceDatabase(all_);
  Place(server_, all_);
  Place(getpid(), all_);
}

void CoresApart::PlaceDatabase(const cpu_set_t& cores) const {
  Place(postmaster_, cores);  // first, so that what it starts now is placed too
  for (const pid_t child : ChildrenOf(postmaster_)) Place(child, cores);
}

double OwnCpu() { return ProcessCpu(getpid()); }

}  // namespace lots::bench
