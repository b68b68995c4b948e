// lotd: the server.
#include <pthread.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "service/base/server_limits.h"
#include "service/observe/grpc_log.h"
#include "service/observe/log.h"
#include "service/server/config.h"
#include "service/server/server.h"
#include "service/version/version.h"
#include "storage/base/status_macros.h"
#include "storage/pg/embedded/postgres.h"
#include "storage/schema/migrate.h"
#include "storage/schema/roles.h"

// jemalloc reads this when it starts. Freed blocks of this size go back to the system. Without it,
// a third of the memory of a trace of a million lots stays with the process (tests/bench,
// trace_cold_1m).
extern "C" const char* const malloc_conf = "oversize_threshold:1048576";

namespace lots {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

int Fail(int exit_code, const absl::Status& status) {
  std::cerr << "lotd: " << status.message() << std::endl;
  return exit_code;
}

sigset_t SignalSet(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

// Blocked in every thread, so that main can wait for them.
sigset_t HandledSignals() { return SignalSet({SIGTERM, SIGINT, SIGHUP}); }

using Arguments = std::vector<std::string>;

// The level of the log is the only option that a running lotd reads again.
void ReloadLogLevel(const Arguments& arguments, Log& log) {
  const absl::StatusOr<Config> config = ReadConfig(arguments, Version());
  if (config.ok()) {
    log.set_level(config->log_level);
  } else {
    log.Write(LogLevel::kError, "reload_failed",
              LogFields().Add("file", "config").Add("error", config.status().message()));
  }
}

// Waits for a signal to stop, and returns the signal. On SIGHUP reads the files again.
int WaitForStop(Server& server, const Arguments& arguments, Log& log) {
  const sigset_t signals = HandledSignals();
  int signal = SIGHUP;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) {
    log.Write(LogLevel::kInfo, "reloading");
    server.Reload();
    ReloadLogLevel(arguments, log);
  }
  // A second signal ends lotd at once.
  const sigset_t stop_signals = SignalSet({SIGTERM, SIGINT});
  pthread_sigmask(SIG_UNBLOCK, &stop_signals, nullptr);
  return signal;
}

// Null when a database was given.
absl::StatusOr<std::unique_ptr<pg::Embedded>> StartEmbedded(const Config& config, Log& log) {
  if (!config.database.empty()) return nullptr;
  log.Write(LogLevel::kInfo, "starting_postgresql", LogFields().Add("data", config.data));
  return pg::Embedded::Start({.data_folder = config.data});
}

// OK when the owner has migrated the database, and lotd is not the owner.
absl::Status CheckDatabase(const std::string& conninfo) {
  ASSIGN_OR_RETURN(const auto db, pg::Connection::Open({.conninfo = conninfo}));
  RETURN_IF_ERROR(CheckServerRole(*db));
  ASSIGN_OR_RETURN(const int version, AppliedVersion(*db));
  if (version >= SchemaVersion()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the database has schema version ", version,
                                                    " and this lotd needs ", SchemaVersion(),
                                                    ": run \"lotd migrate\" as lots_owner first"));
}

absl::Status RetryUntilReachable(const std::function<absl::Status()>& reach_database, Log& log) {
  const absl::Time give_up = absl::Now() + kDatabaseStartMax;
  while (true) {
    const absl::Status reached = reach_database();
    if (reached.code() != absl::StatusCode::kUnavailable || absl::Now() > give_up) return reached;
    log.Write(LogLevel::kWarning, "waiting_for_database",
              LogFields().Add("error", reached.ToString()));
    absl::SleepFor(kDatabaseRetryPause);
  }
}

// While a StopAtOnce lives, a signal to stop ends lotd at once: it serves nobody yet. Only where
// there is no PostgreSQL of its own that must be stopped first.
class StopAtOnce {
 public:
  StopAtOnce() { pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr); }
  ~StopAtOnce() { pthread_sigmask(SIG_BLOCK, &signals_, nullptr); }
  StopAtOnce(const StopAtOnce&) = delete;
  StopAtOnce& operator=(const StopAtOnce&) = delete;

 private:
  const sigset_t signals_ = SignalSet({SIGTERM, SIGINT});
};

// lotd migrates its embedded database itself. The owner of another database runs `lotd migrate`.
absl::Status PrepareDatabase(const Config& config, const std::string& conninfo, Log& log) {
  std::optional<StopAtOnce> stop_at_once;
  if (!config.database.empty()) stop_at_once.emplace();
  const bool serves_others = config.command == Config::Command::kServe && !config.database.empty();
  if (serves_others && !config.insecure_database) {
    return RetryUntilReachable([&] { return CheckDatabase(conninfo); }, log);
  }
  if (serves_others) log.Write(LogLevel::kWarning, "insecure_database");
  return RetryUntilReachable([&] { return Migrate({.conninfo = conninfo}); }, log);
}

absl::Status Serve(const Config& config, const Arguments& arguments, const std::string& conninfo,
                   Log& log) {
  auto server = Server::Start(
      {.config = config, .conninfo = conninfo, .version = std::string(Version())}, log);
  if (!server.ok()) return server.status();
  const std::string& metrics = (*server)->metrics_address();
  if (!IsLoopback(config.listen) && !IsSecure(config)) {
    log.Write(LogLevel::kWarning, "insecure_listen", LogFields().Add("listen", config.listen));
  }
  if (!config.metrics_listen.empty() && !IsLoopback(config.metrics_listen)) {
    log.Write(LogLevel::kWarning, "insecure_metrics_listen",
              LogFields().Add("metrics_listen", config.metrics_listen));
  }
  log.Write(LogLevel::kInfo, "serving",
            LogFields().Add("address", (*server)->address()).AddIfAny("metrics", metrics));
  std::cout << "lotd is serving on " << (*server)->address()
            << (metrics.empty() ? "" : absl::StrCat(", metrics on http://", metrics, "/metrics"))
            << std::endl;
  const int signal = WaitForStop(**server, arguments, log);
  log.Write(LogLevel::kInfo, "stopping", LogFields().Add("signal", int64_t{signal}));
  (*server)->Stop(config.drain);
  return absl::OkStatus();
}

int Run(const Config& config, const Arguments& arguments) {
  auto log = Log::Open({.level = config.log_level, .file = config.log_file});
  if (!log.ok()) return Fail(kExitFailed, log.status());
  const GrpcLog grpc_log(**log);
  // Stops last: it is destroyed after everything that uses it.
  auto embedded = StartEmbedded(config, **log);
  if (!embedded.ok()) return Fail(kExitFailed, embedded.status());
  const std::string conninfo = *embedded == nullptr ? config.database : (*embedded)->conninfo();
  const absl::Status prepared = PrepareDatabase(config, conninfo, **log);
  if (!prepared.ok()) return Fail(kExitFailed, prepared);
  if (config.command == Config::Command::kMigrate) return EXIT_SUCCESS;
  const absl::Status served = Serve(config, arguments, conninfo, **log);
  if (!served.ok()) return Fail(kExitFailed, served);
  (*log)->Write(LogLevel::kInfo, "stopped");
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace lots

int main(int argc, char** argv) {
  const lots::Arguments arguments(argv + 1, argv + argc);
  const auto config = lots::ReadConfig(arguments, lots::Version());
  if (!config.ok()) return lots::Fail(lots::kExitUsage, config.status());
  if (config->command == lots::Config::Command::kPrint) {
    std::cout << config->text;
    return EXIT_SUCCESS;
  }
  const sigset_t signals = lots::HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // Debian's Abseil looks for deadlocks at every lock, also gRPC's, which costs time. The tests,
  // which run the server in their own process, keep looking.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return lots::Run(*config, arguments);
}
