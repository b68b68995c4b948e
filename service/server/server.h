// The server: everything from the connections to the database to the listening sockets.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/server_limits.h"
#include "service/observe/log.h"
#include "service/server/config.h"
#include "storage/pg/values/statement.h"

namespace lots {

class Server {
 public:
  struct Options {
    Config config;
    std::string conninfo;  // of a database that was migrated
    std::string version;   // service/version/version.h
    absl::Duration watch_period = absl::Seconds(2);
    absl::Duration gauge_period = kGaugePeriod;
    absl::Duration slow_statement = kSlowStatement;
    absl::Duration reload_period = kReloadPeriod;
    pg::StatementObserver* observer = nullptr;  // gets every event too; for tests
  };

  // The server serves when Start returns. UNAVAILABLE when the database cannot be reached,
  // FAILED_PRECONDITION when an address is taken. The log outlives the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Options options, Log& log);
  // Stops at once if Stop was not called.
  ~Server();

  // Reports NOT_SERVING, then takes no new calls, and waits for the running ones; all within
  // `drain`.
  void Stop(absl::Duration drain);

  // Reads certificates, token keys and the access list again, whether they changed or not.
  void Reload();

  // The address, with the port that was taken for port 0.
  const std::string& address() const;
  // host:port of /metrics; empty: not served.
  const std::string& metrics_address() const;
  // The text of /metrics, without the exposer's own metrics.
  std::string MetricsText() const;

 private:
  class Parts;  // in server.cc, so that a change of a part compiles no user of the server again

  explicit Server(std::unique_ptr<Parts> parts);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace lots
