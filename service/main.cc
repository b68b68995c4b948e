// lotd: the server.
#include <pthread.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/config.h"
#include "service/log.h"
#include "service/server.h"
#include "service/version.h"
#include "storage/migrate.h"
#include "storage/pg/embedded.h"

namespace lots {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

// A database that starts together with lotd is given some time.
constexpr absl::Duration kDatabasePatience = absl::Seconds(30);
constexpr absl::Duration kDatabasePause = absl::Seconds(1);

int Fail(int exit_code, const absl::Status& status) {
  std::cerr << "lotd: " << status.message() << std::endl;
  return exit_code;
}

// The signals that stop lotd. Blocked in every thread, so that main can wait for them.
sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

int WaitForStop() {
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  // A second one ends lotd at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return signal;
}

// Null when a database was given.
absl::StatusOr<std::unique_ptr<pg::Embedded>> StartEmbedded(const Config& config, Log& log) {
  if (!config.database.empty()) return nullptr;
  log.Write(LogLevel::kInfo, "starting_postgresql", LogFields().Add("data", config.data));
  return pg::Embedded::Start({.data_folder = config.data});
}

absl::Status MigratePatiently(const std::string& conninfo, Log& log) {
  const absl::Time give_up = absl::Now() + kDatabasePatience;
  while (true) {
    const absl::Status migrated = Migrate({.conninfo = conninfo});
    if (migrated.code() != absl::StatusCode::kUnavailable || absl::Now() > give_up) return migrated;
    log.Write(LogLevel::kWarning, "waiting_for_database",
              LogFields().Add("error", migrated.ToString()));
    absl::SleepFor(kDatabasePause);
  }
}

absl::Status Serve(const Config& config, const std::string& conninfo, Log& log) {
  auto server = Server::Start(
      {.config = config, .conninfo = conninfo, .version = std::string(Version())}, log);
  if (!server.ok()) return server.status();
  const std::string& metrics = (*server)->metrics_address();
  if (!IsLoopback(config.listen)) {
    log.Write(LogLevel::kWarning, "insecure_listen", LogFields().Add("listen", config.listen));
  }
  log.Write(LogLevel::kInfo, "serving",
            LogFields().Add("address", (*server)->address()).AddIfAny("metrics", metrics));
  std::cout << "lotd is serving on " << (*server)->address()
            << (metrics.empty() ? "" : absl::StrCat(", metrics on http://", metrics, "/metrics"))
            << std::endl;
  const int signal = WaitForStop();
  log.Write(LogLevel::kInfo, "stopping", LogFields().Add("signal", int64_t{signal}));
  (*server)->Stop(config.drain);
  return absl::OkStatus();
}

int Run(const Config& config) {
  auto log = Log::Open({.level = config.log_level, .file = config.log_file});
  if (!log.ok()) return Fail(kExitFailed, log.status());
  // Stops last: it is destroyed after everything that uses it.
  auto embedded = StartEmbedded(config, **log);
  if (!embedded.ok()) return Fail(kExitFailed, embedded.status());
  const std::string conninfo = *embedded == nullptr ? config.database : (*embedded)->conninfo();
  const absl::Status migrated = MigratePatiently(conninfo, **log);
  if (!migrated.ok()) return Fail(kExitFailed, migrated);
  if (config.command == Config::Command::kMigrate) return EXIT_SUCCESS;
  const absl::Status served = Serve(config, conninfo, **log);
  if (!served.ok()) return Fail(kExitFailed, served);
  (*log)->Write(LogLevel::kInfo, "stopped");
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace lots

int main(int argc, char** argv) {
  const auto config = lots::ReadConfig({argv + 1, argv + argc}, lots::Version());
  if (!config.ok()) return lots::Fail(lots::kExitUsage, config.status());
  if (config->command == lots::Config::Command::kPrint) {
    std::cout << config->text;
    return EXIT_SUCCESS;
  }
  const sigset_t stop_signals = lots::StopSignals();
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return lots::Run(*config);
}
