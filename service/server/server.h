// The server: everything from the connections to the database to the listening sockets.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "prometheus/exposer.h"
#include "service/base/descriptor.h"
#include "service/base/periodic.h"
#include "service/identity/identity.h"
#include "service/identity/tls/reloads.h"
#include "service/identity/tls/tls.h"
#include "service/observe/log.h"
#include "service/observe/log_rate_limiter.h"
#include "service/observe/metrics/metrics.h"
#include "service/observe/slow_statements.h"
#include "service/observe/span_exporter.h"
#include "service/rpc/page_token.h"
#include "service/rpc/rpc.h"
#include "service/rpc/unknown_methods.h"
#include "service/server/acceptor.h"
#include "service/server/config.h"
#include "service/server/gauge_collector.h"
#include "service/server/housekeeping.h"
#include "service/server/listener.h"
#include "service/server/scrape.h"
#include "storage/base/limits.h"
#include "storage/pg/pool.h"
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
  void Reload() { reloads_.ReloadAll(); }

  // The address, with the port that was taken for port 0.
  const std::string& address() const { return address_; }
  // host:port of /metrics; empty: not served.
  const std::string& metrics_address() const { return metrics_address_; }
  // The text of /metrics, without the exposer's own metrics.
  std::string MetricsText() const;

 private:
  Server(Options options, PageTokens page_tokens, Log& log);

  // Reads certificates, token keys and the access list.
  absl::Status LoadIdentityFiles();
  absl::Status ListenForMetrics();
  absl::Status Listen();
  // Begins to accept connections, as many as allowed.
  void Accept(Listener listener);
  // Counts and logs a connection that was closed because there were too many.
  void ReportRefusedConnection();
  // Reports the state of the database to the health service. Runs on the watch's thread after
  // start.
  // Checks the database. Also makes the pool's sessions plan anew when tables have grown.
  absl::Status Watch();
  void ReportHealth(const absl::Status& now);

  const Options options_;
  Log& log_;
  SlowStatements slow_statements_;
  Metrics metrics_;
  pg::Pool pool_;
  const PageTokens page_tokens_;
  TlsCertificates tls_;
  Identity identity_;
  Reloads reloads_;
  const std::unique_ptr<SpanExporter> spans_;  // null: no spans are sent
  Rpc rpc_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  UnknownMethods unknown_methods_;
  DatabaseWatch watch_;
  GaugeCollector gauge_collector_;
  std::shared_ptr<Scrape> scrape_;

  std::string address_;
  std::string metrics_address_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> connections_;  // gRPC's side
  LogRateLimiter refused_connection_lines_;
  std::unique_ptr<Acceptor> acceptor_;

  absl::Status database_ = absl::OkStatus();  // at the last check; used by the watch's thread
  std::unique_ptr<Periodic> watching_;
  std::unique_ptr<Periodic> forgetting_;
  std::unique_ptr<Periodic> counting_;
};

}  // namespace lots
