// The configuration of lotd. Flags override the environment (LOTS_*), which overrides the file.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/base/server_limits.h"
#include "service/identity/identity.h"
#include "service/identity/tls/tls.h"
#include "service/observe/log.h"

namespace lots {

struct Config {
  enum class Command {
    kServe,
    kMigrate,  // bring the database up to date and end
    kPrint,    // print `text` and end: --help, --version
  };
  Command command = Command::kServe;
  std::string text;

  std::string listen = "127.0.0.1:50051";  // host:port or unix:path
  // Allows to serve other machines without TLS or without authentication.
  bool insecure_listen = false;
  std::string metrics_listen = "127.0.0.1:9464";  // without TLS; empty: no metrics
  std::string database;  // libpq's conninfo or URI; empty: the embedded one
  // Allows a database role that could rewrite the ledger, and migrates with that role.
  bool insecure_database = false;
  std::string data = "lots-data";  // where the embedded database lives
  std::string company;             // for requests that name none; empty: a request must name one

  TlsFiles tls;                // no certificate: without TLS
  Identity::Options identity;  // none of its files: anybody may do everything

  int workers = 8;
  int queue = 512;
  int streams = kStreamsMax;
  absl::Duration default_deadline = absl::Seconds(10);
  absl::Duration drain =
      absl::Seconds(25);  // how long running calls may go on after a signal to stop
  int max_message_bytes = kMessageBytesMax;
  int caller_rate = kCallerRateMax;  // calls a second of one caller; 0: any
  int caller_calls = kCallerCallsMax;
  int connections = kConnectionsMax;
  absl::Duration connection_age = kConnectionAgeMax;

  std::string otlp_endpoint;  // URL of a collector of traces; empty: no spans are sent

  LogLevel log_level = LogLevel::kInfo;
  std::string log_file;  // empty: stderr
};

// INVALID_ARGUMENT names the flag, its value and the allowed values, but never the database's
// conninfo, which may hold a password.
absl::StatusOr<Config> ReadConfig(const std::vector<std::string>& arguments,
                                  absl::string_view version);

// Whether calls are encrypted and every caller is authenticated.
bool IsSecure(const Config& config);

// Whether only this machine can reach the address: a unix socket, localhost, 127.x.x.x, [::1].
bool IsLoopback(absl::string_view address);

}  // namespace lots
