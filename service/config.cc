#include "service/config.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/fields.h"

namespace lots {
namespace {

constexpr int kWorkersMax = 256;
constexpr int kQueueMax = 100'000;
constexpr int kMessageBytesMin = 64 * 1024;
constexpr int kMessageBytesLimit = 256 * 1024 * 1024;

// CLI11's validators answer what is wrong, or nothing.
std::string CheckAddress(const std::string& address) {
  if (absl::StartsWith(address, "unix:")) return address.size() > 5 ? "" : "unix: needs a path";
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 || port > 65535) {
    return absl::StrCat("\"", address, "\" is neither host:port nor unix:path");
  }
  return "";
}

std::string CheckMetricsAddress(const std::string& address) {
  if (address.empty()) return "";
  return absl::StartsWith(address, "unix:") ? "metrics are served over TCP: give host:port"
                                            : CheckAddress(address);
}

std::string CheckCompany(const std::string& company) {
  FieldChecker fields;
  fields.OptionalId("company", company);
  return fields.ok() ? "" : std::string(fields.status().message());
}

std::string CheckDuration(const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration > absl::ZeroDuration() &&
      duration <= kDeadlineMax) {
    return "";
  }
  return absl::StrCat("\"", text, "\" is not a duration such as 500ms or 10s, at most ",
                      absl::FormatDuration(kDeadlineMax));
}

// /var/lib/lotd for root, else the user's folder for what programs keep.
std::string DefaultData() {
  if (geteuid() == 0) return "/var/lib/lotd";
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state != '\0') return absl::StrCat(state, "/lotd");
  const char* const home = std::getenv("HOME");
  return home != nullptr ? absl::StrCat(home, "/.local/state/lotd") : "lotd-data";
}

// The environment as flags before the flags: the last one counts, and both count more than the
// file, which CLI11 would look into before the environment.
std::vector<std::string> WithEnvironment(const CLI::App& app,
                                         const std::vector<std::string>& arguments) {
  std::vector<std::string> all;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_envname();
    const char* const value = name.empty() ? nullptr : std::getenv(name.c_str());
    if (value != nullptr && *value != '\0') {
      all.push_back(absl::StrCat(option->get_name(), "=", value));
    }
  }
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

// Flags that need a reading of their own, as text.
struct Texts {
  std::string default_deadline;
  std::string drain;
};

void AddFlags(CLI::App& app, Config& config, Texts& texts) {
  app.add_option("--listen", config.listen, "Where to serve gRPC: host:port or unix:path")
      ->envname("LOTS_LISTEN")
      ->check(CheckAddress)
      ->capture_default_str();
  app.add_flag("--insecure-listen", config.insecure_listen,
               "Serve without TLS on addresses that other machines reach")
      ->envname("LOTS_INSECURE_LISTEN");
  app.add_option("--metrics-listen", config.metrics_listen,
                 "Where to serve /metrics: host:port; empty: nowhere")
      ->envname("LOTS_METRICS_LISTEN")
      ->check(CheckMetricsAddress)
      ->capture_default_str();
  app.add_option("--database", config.database,
                 "PostgreSQL's conninfo or URI; without it lotd starts a private PostgreSQL")
      ->envname("LOTS_DATABASE");
  app.add_option("--data", config.data, "Folder of the private PostgreSQL")
      ->envname("LOTS_DATA")
      ->capture_default_str();
  app.add_option("--company", config.company, "The company of requests that name none")
      ->envname("LOTS_COMPANY")
      ->check(CheckCompany);
  app.add_option("--log-file", config.log_file, "Where to log, instead of to stderr")
      ->envname("LOTS_LOG_FILE");
  static const std::map<std::string, LogLevel> kLevels = {{"debug", LogLevel::kDebug},
                                                          {"info", LogLevel::kInfo},
                                                          {"warning", LogLevel::kWarning},
                                                          {"error", LogLevel::kError}};
  app.add_option("--log-level", config.log_level, "debug, info, warning or error")
      ->envname("LOTS_LOG_LEVEL")
      ->transform(CLI::CheckedTransformer(kLevels).description(""))
      ->default_str("info");
  app.add_option("--default-deadline", texts.default_deadline,
                 "How long a call without a deadline may take")
      ->envname("LOTS_DEFAULT_DEADLINE")
      ->check(CheckDuration)
      ->capture_default_str();
  app.add_option("--drain", texts.drain, "How long calls may go on when lotd is told to stop")
      ->envname("LOTS_DRAIN")
      ->check(CheckDuration)
      ->capture_default_str();
}

void AddLimits(CLI::App& app, Config& config) {
  app.add_option("--workers", config.workers, "Calls at work at once, each with a connection")
      ->envname("LOTS_WORKERS")
      ->check(CLI::Range(1, kWorkersMax))
      ->capture_default_str();
  app.add_option("--queue", config.queue, "Calls that may wait for a worker")
      ->envname("LOTS_QUEUE")
      ->check(CLI::Range(1, kQueueMax))
      ->capture_default_str();
  app.add_option("--streams", config.streams, "Server streams at once")
      ->envname("LOTS_STREAMS")
      ->check(CLI::Range(1, kQueueMax))
      ->capture_default_str();
  app.add_option("--max-message", config.max_message_bytes, "Largest request in bytes")
      ->envname("LOTS_MAX_MESSAGE")
      ->check(CLI::Range(kMessageBytesMin, kMessageBytesLimit))
      ->capture_default_str();
}

absl::Duration DurationOf(const std::string& text) {
  absl::Duration duration;
  absl::ParseDuration(text, &duration);
  return duration;
}

Config Printing(std::string text) {
  Config config;
  config.command = Config::Command::kPrint;
  config.text = std::move(text);
  return config;
}

absl::Status CheckTogether(const Config& config) {
  if (config.insecure_listen || IsLoopback(config.listen)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--listen ", config.listen,
      ": other machines reach this address and lotd has no TLS; put a proxy before it, or give "
      "--insecure-listen on a network that you trust"));
}

}  // namespace

bool IsLoopback(absl::string_view address) {
  if (absl::StartsWith(address, "unix:")) return true;
  const absl::string_view host = address.substr(0, address.rfind(':'));
  return host == "localhost" || host == "[::1]" || absl::StartsWith(host, "127.");
}

absl::StatusOr<Config> ReadConfig(const std::vector<std::string>& arguments,
                                  absl::string_view version) {
  Config config;
  config.data = DefaultData();
  Texts texts{.default_deadline = absl::FormatDuration(config.default_deadline),
              .drain = absl::FormatDuration(config.drain)};
  CLI::App app(
      "lotd knows every lot and serial number: where it is, where it came from, what it "
      "went into and who received it.",
      "lotd");
  app.option_defaults()->take_last();
  app.set_version_flag("--version", absl::StrCat("lotd ", version));
  app.set_config("--config", "", "TOML or INI file with these options")->envname("LOTS_CONFIG");
  app.allow_config_extras(CLI::config_extras_mode::error);
  AddFlags(app, config, texts);
  AddLimits(app, config);
  const CLI::App* migrate =
      app.add_subcommand("migrate", "Bring the database up to date, and end")->fallthrough();
  try {
    std::vector<std::string> all = WithEnvironment(app, arguments);
    std::reverse(all.begin(), all.end());  // CLI11 takes them from the back.
    app.parse(all);
  } catch (const CLI::CallForHelp&) {
    return Printing(app.help());
  } catch (const CLI::CallForVersion& call) {
    return Printing(absl::StrCat(call.what(), "\n"));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  if (migrate->parsed()) config.command = Config::Command::kMigrate;
  config.default_deadline = DurationOf(texts.default_deadline);
  config.drain = DurationOf(texts.drain);
  const absl::Status together = CheckTogether(config);
  if (!together.ok()) return together;
  return config;
}

}  // namespace lots
