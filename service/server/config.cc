// Reads flags, environment and configuration file with CLI11.
#include "service/server/config.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/server_limits.h"
#include "service/base/text_fields.h"

namespace lots {
namespace {

// CLI11's validators return what is wrong, or an empty text.
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
  TextChecker fields;
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

// Puts the environment, as flags, before the flags: the last flag counts. So both override the
// file. CLI11 alone would let the file override the environment.
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

std::string CheckSkew(const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration >= absl::ZeroDuration() &&
      duration <= kTokenSkewMax) {
    return "";
  }
  return absl::StrCat("\"", text, "\" is not a duration such as 0s or 60s, at most ",
                      absl::FormatDuration(kTokenSkewMax));
}

std::string CheckAge(const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration >= absl::Seconds(1) &&
      duration <= kConnectionAgeLimit) {
    return "";
  }
  return absl::StrCat("\"", text, "\" is not a duration such as 30m, 1s to ",
                      absl::FormatDuration(kConnectionAgeLimit));
}

// The texts of flags that are parsed here and not by CLI11.
struct Texts {
  std::string default_deadline;
  std::string drain;
  std::string token_skew;
  std::string connection_age;
};

void AddFlags(CLI::App& app, Config& config, Texts& texts) {
  app.add_option("--listen", config.listen, "Where to serve gRPC: host:port or unix:path")
      ->envname("LOTS_LISTEN")
      ->check(CheckAddress)
      ->capture_default_str();
  app.add_flag(
         "--insecure-listen", config.insecure_listen,
         "Serve addresses that other machines reach without TLS, or without knowing who calls")
      ->envname("LOTS_INSECURE_LISTEN");
  app.add_option(
         "--metrics-listen", config.metrics_listen,
         "Where to serve /metrics, in the clear and without authentication: host:port; empty: "
         "nowhere")
      ->envname("LOTS_METRICS_LISTEN")
      ->check(CheckMetricsAddress)
      ->capture_default_str();
  app.add_option("--database", config.database,
                 "PostgreSQL's conninfo or URI; without it lotd starts a private PostgreSQL")
      ->envname("LOTS_DATABASE");
  app.add_flag("--insecure-database", config.insecure_database,
               "Serve as a database role that owns the tables or is a superuser, and migrate as it")
      ->envname("LOTS_INSECURE_DATABASE");
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

// A URL must not have a name and password, because URLs are logged.
std::string CheckCollector(const std::string& url) {
  const bool is_web = absl::StartsWith(url, "http://") || absl::StartsWith(url, "https://");
  if (is_web && url.find_first_of("@?# ") == std::string::npos) return "";
  return "is not http:// or https:// with a host and a port, as http://localhost:4318";
}

void AddTraces(CLI::App& app, Config& config) {
  app.add_option("--otlp-endpoint", config.otlp_endpoint,
                 "Collector that gets a span of each call by OTLP over HTTP; as "
                 "http://localhost:4318")
      ->envname("LOTS_OTLP_ENDPOINT")
      ->check(CheckCollector);
}

void AddIdentity(CLI::App& app, Config& config, Texts& texts) {
  app.add_option("--tls-certificate", config.tls.certificate,
                 "PEM file: the server's certificate, then those up to its authority")
      ->envname("LOTS_TLS_CERTIFICATE");
  app.add_option("--tls-key", config.tls.key, "PEM file: the certificate's key")
      ->envname("LOTS_TLS_KEY");
  app.add_option("--tls-client-ca", config.tls.client_ca,
                 "PEM file: authorities; every client must show a certificate of one of them")
      ->envname("LOTS_TLS_CLIENT_CA");
  app.add_option("--token-keys", config.identity.token_keys,
                 "JWKS file: the public keys that tokens are signed with")
      ->envname("LOTS_TOKEN_KEYS");
  app.add_option("--token-issuer", config.identity.token_rules.issuer, "What tokens say in iss")
      ->envname("LOTS_TOKEN_ISSUER");
  app.add_option("--token-audience", config.identity.token_rules.audience, "What tokens say in aud")
      ->envname("LOTS_TOKEN_AUDIENCE");
  app.add_option("--token-skew", texts.token_skew, "By how much the issuer's clock may differ")
      ->envname("LOTS_TOKEN_SKEW")
      ->check(CheckSkew)
      ->capture_default_str();
  app.add_option("--access-list", config.identity.access_list,
                 "JSON file: what the subjects of client certificates may do, and those of tokens "
                 "at most")
      ->envname("LOTS_ACCESS_LIST");
}

void AddLimits(CLI::App& app, Config& config, Texts& texts) {
  app.add_option("--caller-rate", config.caller_rate, "Calls a second of one caller; 0: any")
      ->envname("LOTS_CALLER_RATE")
      ->check(CLI::Range(0, kCallerRateLimit))
      ->capture_default_str();
  app.add_option("--caller-calls", config.caller_calls, "Calls of one caller at once")
      ->envname("LOTS_CALLER_CALLS")
      ->check(CLI::Range(1, kQueueMax))
      ->capture_default_str();
  app.add_option("--connections", config.connections, "Connections of clients at once")
      ->envname("LOTS_CONNECTIONS")
      ->check(CLI::Range(1, kConnectionsLimit))
      ->capture_default_str();
  app.add_option("--connection-age", texts.connection_age,
                 "After how long a client must connect, and show who it is, again")
      ->envname("LOTS_CONNECTION_AGE")
      ->check(CheckAge)
      ->capture_default_str();
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

absl::Status Conflict(absl::string_view text) { return absl::InvalidArgumentError(text); }

// Refuses flags that would silently do nothing, or less than was meant, without another flag.
absl::Status CheckIdentity(const Config& config) {
  const TlsFiles& tls = config.tls;
  const Identity::Options& identity = config.identity;
  if (tls.certificate.empty() != tls.key.empty()) {
    return Conflict("--tls-certificate and --tls-key belong together");
  }
  if (!tls.client_ca.empty() && tls.certificate.empty()) {
    return Conflict("--tls-client-ca needs --tls-certificate and --tls-key");
  }
  if (!tls.client_ca.empty() && identity.access_list.empty() && identity.token_keys.empty()) {
    return Conflict(
        "--tls-client-ca says whose clients may connect: give --access-list, --token-keys or both "
        "to say what they may do");
  }
  if (!identity.access_list.empty() && tls.client_ca.empty() && identity.token_keys.empty()) {
    return Conflict("--access-list needs --tls-client-ca or --token-keys, to know who calls");
  }
  const TokenRules& rules = identity.token_rules;
  if (!identity.token_keys.empty() && (rules.issuer.empty() || rules.audience.empty())) {
    return Conflict("--token-keys needs --token-issuer and --token-audience");
  }
  if (identity.token_keys.empty() && !(rules.issuer.empty() && rules.audience.empty())) {
    return Conflict("--token-issuer and --token-audience need --token-keys");
  }
  return absl::OkStatus();
}

absl::Status CheckTogether(const Config& config) {
  const absl::Status identity = CheckIdentity(config);
  if (!identity.ok()) return identity;
  if (config.insecure_listen || IsLoopback(config.listen) || IsSecure(config)) return identity;
  return Conflict(absl::StrCat(
      "--listen ", config.listen, ": other machines reach this address, and lotd has ",
      config.tls.certificate.empty() ? "no TLS (--tls-certificate, --tls-key)"
                                     : "no way to know who calls (--tls-client-ca with "
                                       "--access-list, or --token-keys)",
      "; give that, or --insecure-listen on a network that you trust"));
}

}  // namespace

bool IsSecure(const Config& config) {
  const Identity::Options& identity = config.identity;
  const bool is_open = identity.token_keys.empty() && identity.access_list.empty();
  return !config.tls.certificate.empty() && !is_open;
}

bool IsLoopback(absl::string_view address) {
  if (absl::StartsWith(address, "unix:")) return true;
  const absl::string_view host = address.substr(0, address.rfind(':'));
  // 127.example.com is a name and may be anywhere.
  const bool is_number = host.find_first_not_of("0123456789.") == absl::string_view::npos;
  return host == "localhost" || host == "[::1]" || (is_number && absl::StartsWith(host, "127."));
}

absl::StatusOr<Config> ReadConfig(const std::vector<std::string>& arguments,
                                  absl::string_view version) {
  Config config;
  config.data = DefaultData();
  Texts texts{.default_deadline = absl::FormatDuration(config.default_deadline),
              .drain = absl::FormatDuration(config.drain),
              .token_skew = absl::FormatDuration(kTokenSkewDefault),
              .connection_age = absl::FormatDuration(config.connection_age)};
  CLI::App app(
      "lotd knows every lot and serial number: where it is, where it came from, what it "
      "went into and who received it.",
      "lotd");
  app.option_defaults()->take_last();
  app.set_version_flag("--version", absl::StrCat("lotd ", version));
  app.set_config("--config", "", "TOML or INI file with these options")->envname("LOTS_CONFIG");
  app.allow_config_extras(CLI::config_extras_mode::error);
  AddFlags(app, config, texts);
  AddIdentity(app, config, texts);
  AddLimits(app, config, texts);
  AddTraces(app, config);
  const CLI::App* migrate =
      app.add_subcommand("migrate", "Bring the database up to date, and end")->fallthrough();
  try {
    std::vector<std::string> all = WithEnvironment(app, arguments);
    std::reverse(all.begin(), all.end());  // CLI11 takes them from the end.
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
  config.identity.token_rules.skew = DurationOf(texts.token_skew);
  config.identity.certificates = !config.tls.client_ca.empty();
  config.connection_age = DurationOf(texts.connection_age);
  const absl::Status together = CheckTogether(config);
  if (!together.ok()) return together;
  return config;
}

}  // namespace lots
