// Reads the pool, the queue and /proc for a scrape.
#include "service/server/scrape.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace lots {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Families {
 public:
  void AddGauge(const char* name, const char* help, double value,
                std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    Add(name, help, MetricType::Gauge, std::move(metric));
  }
  void AddCounter(const char* name, const char* help, double value) {
    ClientMetric metric;
    metric.counter.value = value;
    Add(name, help, MetricType::Counter, std::move(metric));
  }
  std::vector<MetricFamily> Take() { return std::move(families_); }

 private:
  // The values of one name follow each other.
  void Add(const char* name, const char* help, MetricType type, ClientMetric metric) {
    if (families_.empty() || families_.back().name != name) {
      families_.push_back({name, help, type, {}});
    }
    families_.back().metric.push_back(std::move(metric));
  }

  std::vector<MetricFamily> families_;
};

struct Memory {
  double total_bytes = 0;
  double resident_bytes = 0;
};

Memory ReadMemory() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  const auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {total * page_bytes, resident * page_bytes};
}

double OpenFiles() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; it != end;
       it.increment(error)) {
    ++count;
  }
  return count;
}

// 0 when there is no limit.
double OpenFilesMax() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur == RLIM_INFINITY ? 0 : static_cast<double>(limit.rlim_cur);
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double ClockSeconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// When the process began, in seconds since 1970: field 22 of its stat, in ticks since the machine
// began. (/proc/stat has that moment, but a hardened systemd unit cannot read it.)
double ReadStartSeconds() {
  std::ifstream stat("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), std::istreambuf_iterator<char>());
  // The second field, the name in parentheses, may hold spaces.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  double ticks = 0;
  fields >> ticks;
  const double machine_began = ClockSeconds(CLOCK_REALTIME) - ClockSeconds(CLOCK_BOOTTIME);
  return machine_began + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double StartSeconds() {
  static const double seconds = ReadStartSeconds();
  return seconds;
}

void AddPool(const pg::Pool::Gauge& pool, Families& families) {
  families.AddGauge("lots_db_pool_connections", "Connections to the database.", pool.idle,
                    {{"pool", "main"}, {"state", "idle"}});
  families.AddGauge("lots_db_pool_connections", "Connections to the database.", pool.busy,
                    {{"pool", "main"}, {"state", "busy"}});
  families.AddGauge("lots_db_pool_max", "The most connections that there may be.", pool.max,
                    {{"pool", "main"}});
  families.AddGauge("lots_db_pool_waiting", "Calls that wait for a connection.", pool.waiting,
                    {{"pool", "main"}});
  families.AddCounter("lots_db_pool_opened_total", "Connections that were opened.",
                      static_cast<double>(pool.opened_total));
  families.AddCounter("lots_db_pool_timeouts_total", "Waits for a connection that were in vain.",
                      static_cast<double>(pool.timeouts_total));
}

void AddCallPath(const Rpc::Gauge& rpc, Families& families) {
  families.AddGauge("lots_inflight_requests", "Calls that are queued or at work.", rpc.in_flight);
  families.AddGauge("lots_queue_waiting", "Calls that wait for a worker.", rpc.queue.waiting);
  families.AddGauge("lots_workers_busy", "Workers at work.", rpc.queue.busy);
  families.AddGauge("lots_workers_max", "Workers.", rpc.queue.workers);
  families.AddGauge("lots_streams", "Server streams whose client has not taken all yet.",
                    rpc.streams);
}

void AddProcess(Families& families) {
  families.AddCounter("process_cpu_seconds_total", "User and system time.", CpuSeconds());
  const Memory memory = ReadMemory();
  families.AddGauge("process_virtual_memory_bytes", "Address space.", memory.total_bytes);
  families.AddGauge("process_resident_memory_bytes", "Resident memory.", memory.resident_bytes);
  families.AddGauge("process_open_fds", "Open file descriptors.", OpenFiles());
  families.AddGauge("process_max_fds", "The most file descriptors that there may be.",
                    OpenFilesMax());
  families.AddGauge("process_start_time_seconds", "When the process began, since 1970.",
                    StartSeconds());
}

}  // namespace

std::vector<MetricFamily> Scrape::Collect() const {
  Families families;
  families.AddGauge("lots_database_up", "1 while the database answers and has the schema needed.",
                    watch_.healthy() ? 1 : 0);
  AddPool(pool_.gauge(), families);
  AddCallPath(rpc_.gauge(), families);
  AddProcess(families);
  return families.Take();
}

}  // namespace lots
