// Builds the server from its configuration, starts and stops it.
#include "service/server/server.h"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "grpcpp/ext/channelz_service_plugin.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/impl/server_builder_option.h"
#include "grpcpp/impl/server_builder_plugin.h"
#include "grpcpp/resource_quota.h"
#include "prometheus/exposer.h"
#include "prometheus/text_serializer.h"
#include "service/base/descriptor.h"
#include "service/base/periodic.h"
#include "service/base/server_limits.h"
#include "service/handlers/services.h"
#include "service/identity/identity.h"
#include "service/identity/tls/reloads.h"
#include "service/identity/tls/tls.h"
#include "service/observe/log_rate_limiter.h"
#include "service/observe/metrics/metrics.h"
#include "service/observe/slow_statements.h"
#include "service/observe/span_exporter.h"
#include "service/rpc/page_token.h"
#include "service/rpc/rpc.h"
#include "service/rpc/unknown_methods.h"
#include "service/server/acceptor.h"
#include "service/server/gauge_collector.h"
#include "service/server/housekeeping.h"
#include "service/server/listener.h"
#include "service/server/scrape.h"
#include "storage/base/status_macros.h"
#include "storage/pg/connection.h"
#include "storage/pg/pool.h"
#include "storage/pg/values/statement.h"

namespace lots {
namespace {

int StreamWorkers(int workers) { return std::max(1, workers / 4); }

int MillisecondsOf(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

void SetLimits(const Config& config, grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota("lots");
  quota.Resize(kGrpcMemoryBytesMax);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(config.max_message_bytes);
  const std::pair<const char*, int> arguments[] = {
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax},
      {GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax},
      {GRPC_ARG_MAX_CONNECTION_IDLE_MS, MillisecondsOf(kConnectionIdleMax)},
      {GRPC_ARG_MAX_CONNECTION_AGE_MS, MillisecondsOf(config.connection_age)},
      {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, MillisecondsOf(kConnectionAgeGrace)},
      {GRPC_ARG_KEEPALIVE_TIME_MS, MillisecondsOf(kKeepaliveTime)},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, MillisecondsOf(kKeepaliveTimeout)},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
       MillisecondsOf(kClientPingIntervalMin)},
  };
  for (const auto& [name, value] : arguments) builder.AddChannelArgument(name, value);
  // gRPC unpacks a message before it looks at its size: 1.5 MB would become 1.5 GiB.
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
}

// Removes channelz, which shows every connection to any caller. Health and reflection show only
// what is public.
class WithoutChannelz final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins, [](const std::unique_ptr<grpc::ServerBuilderPlugin>& plugin) {
      return plugin->name() == "channelz_service";
    });
  }
};

// Health, reflection and channelz. gRPC enables them for the whole process.
void AddStandardServices() {
  grpc::EnableDefaultHealthCheckService(true);
  static const bool added = [] {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::channelz::experimental::InitChannelzService();
    return true;
  }();
  (void)added;
}

// The address with the port that was taken.
std::string WithPort(const std::string& address, int port) {
  if (absl::StartsWith(address, "unix:")) return address;
  return absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
}

// How long calls are still accepted after the health service has said NOT_SERVING. gRPC cancels a
// call that arrives during its shutdown, and the client cannot know that it may repeat the call. So
// clients that watch the health leave first: within milliseconds on this machine, within seconds
// behind a load balancer that polls.
absl::Duration NoticeOf(const Config& config, absl::Duration drain) {
  const absl::Duration part = drain / 5;
  return IsLoopback(config.listen) ? std::min(part, absl::Milliseconds(500)) : part;
}

pg::ConnectionOptions ConnectionOptionsOf(const Server::Options& options,
                                          pg::StatementObserver& observer) {
  return {.conninfo = options.conninfo, .observer = &observer};
}

absl::StatusOr<PageTokens> LoadPageTokens(const Server::Options& options) {
  ASSIGN_OR_RETURN(const auto db, pg::Connection::Open({.conninfo = options.conninfo,
                                                        .observer = options.observer}));
  return PageTokens::Load(*db);
}

std::unique_ptr<SpanExporter> MakeSpanExporter(const Server::Options& options, Metrics& metrics,
                                               Log& log) {
  if (options.config.otlp_endpoint.empty()) return nullptr;
  return std::make_unique<SpanExporter>(
      SpanExporter::Options{.endpoint = options.config.otlp_endpoint, .version = options.version},
      *metrics.registry(), log);
}

using NewConnection = grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters;

}  // namespace

// Everything that a server consists of.
class Server::Parts {
 public:
  Parts(Options options, PageTokens page_tokens, Log& log);
  // Stops at once if Stop was not called.
  ~Parts() { Stop(absl::ZeroDuration()); }

  void Stop(absl::Duration drain);
  void Reload() { reloads_.ReloadAll(); }
  const std::string& address() const { return address_; }
  const std::string& metrics_address() const { return metrics_address_; }
  std::string MetricsText() const;

  // Reads certificates, token keys and the access list.
  absl::Status LoadIdentityFiles();
  absl::Status ListenForMetrics();
  absl::Status Listen();

 private:
  // Begins to accept connections, as many as allowed.
  void Accept(Listener listener);
  // Counts and logs a connection that was closed because there were too many.
  void ReportRefusedConnection();
  // Reports the state of the database to the health service. Runs on the watch's thread after
  // start.
  void ReportHealth(const absl::Status& now);
  // Checks the database. Also makes statistics and new plans when tables have grown.
  absl::Status Watch();

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

Server::Parts::Parts(Options options, PageTokens page_tokens, Log& log)
    : options_(std::move(options)),
      log_(log),
      slow_statements_(log, options_.slow_statement, options_.observer),
      metrics_(options_.version, ServiceNames(), &slow_statements_),
      // One connection for each worker, one for deleting request ids, one for the gauges.
      pool_({.connection = ConnectionOptionsOf(options_, metrics_),
             .connections_max =
                 options_.config.workers + StreamWorkers(options_.config.workers) + 2}),
      page_tokens_(std::move(page_tokens)),
      tls_(options_.config.tls),
      identity_(options_.config.identity),
      reloads_(metrics_.security(), log),
      spans_(MakeSpanExporter(options_, metrics_, log)),
      rpc_({.services = ServiceNames(),
            .default_company = options_.config.company,
            .deadline_default = options_.config.default_deadline,
            .workers = options_.config.workers,
            .queue_max = options_.config.queue,
            .stream_workers = StreamWorkers(options_.config.workers),
            .streams_max = options_.config.streams,
            .spans = spans_.get(),
            .caller = {.rate_max = options_.config.caller_rate,
                       .calls_max = options_.config.caller_calls}},
           identity_, pool_, page_tokens_, metrics_, log),
      services_(MakeServices(rpc_)),
      unknown_methods_(metrics_, log),
      watch_(ConnectionOptionsOf(options_, metrics_)),
      gauge_collector_(pool_, metrics_.business(), log),
      scrape_(std::make_shared<Scrape>(pool_, rpc_, watch_)) {}

std::string Server::Parts::MetricsText() const {
  std::vector<prometheus::MetricFamily> families = metrics_.registry()->Collect();
  for (prometheus::MetricFamily& family : scrape_->Collect()) {
    families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

absl::Status Server::Parts::LoadIdentityFiles() {
  const TlsFiles& tls = options_.config.tls;
  const Identity::Options& identity = options_.config.identity;
  const SecurityMetrics& metrics = metrics_.security();
  if (!tls.certificate.empty()) {
    reloads_.Add("tls", {tls.certificate, tls.key, tls.client_ca}, [this, &tls, &metrics] {
      RETURN_IF_ERROR(tls_.Load());
      metrics.certificate_not_after("server").Set(
          absl::ToDoubleSeconds(tls_.not_after() - absl::UnixEpoch()));
      if (tls.client_ca.empty()) return absl::OkStatus();
      metrics.certificate_not_after("client_ca")
          .Set(absl::ToDoubleSeconds(tls_.client_ca_not_after() - absl::UnixEpoch()));
      return absl::OkStatus();
    });
  }
  if (!identity.token_keys.empty()) {
    reloads_.Add("token_keys", {identity.token_keys}, [this] { return identity_.LoadTokenKeys(); });
  }
  if (!identity.access_list.empty()) {
    reloads_.Add("access_list", {identity.access_list},
                 [this] { return identity_.LoadAccessList(); });
  }
  return reloads_.LoadAll();
}

absl::Status Server::Parts::ListenForMetrics() {
  const std::string& address = options_.config.metrics_listen;
  if (address.empty()) return absl::OkStatus();
  try {
    exposer_ = std::make_unique<prometheus::Exposer>(address);
  } catch (const std::exception& error) {
    // The library does not know why ("null context"): an attempt of our own does.
    const absl::Status tried = Listener::Open(address).status();
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot serve metrics on ", address, ": ", tried.ok() ? error.what() : tried.message(),
        "; --metrics-listen (LOTS_METRICS_LISTEN) names another address, or an empty one for "
        "none"));
  }
  exposer_->RegisterCollectable(metrics_.registry());
  exposer_->RegisterCollectable(scrape_);
  metrics_address_ = WithPort(address, exposer_->GetListeningPorts().front());
  return absl::OkStatus();
}

absl::Status Server::Parts::Listen() {
  absl::StatusOr<Listener> listener = Listener::Open(options_.config.listen);
  if (!listener.ok()) {
    return absl::FailedPreconditionError(absl::StrCat("cannot serve on ", options_.config.listen,
                                                      ": ", listener.status().message()));
  }
  address_ = listener->address();
  AddStandardServices();
  grpc::ServerBuilder builder;
  SetLimits(options_.config, builder);
  connections_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      options_.config.tls.certificate.empty() ? grpc::InsecureServerCredentials()
                                              : tls_.NewCredentials());
  if (!identity_.is_open()) builder.SetOption(std::make_unique<WithoutChannelz>());
  for (const std::unique_ptr<grpc::Service>& service : services_) {
    builder.RegisterService(service.get());
  }
  builder.RegisterCallbackGenericService(&unknown_methods_);
  // The health service knows only reported services, so the state is reported right after the
  // start.
  const absl::Status database = Watch();
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return absl::InternalError("gRPC cannot start");
  ReportHealth(database);
  Accept(*std::move(listener));
  reloads_.Watch(options_.reload_period);
  watching_ = std::make_unique<Periodic>(options_.watch_period, [this] { ReportHealth(Watch()); });
  forgetting_ =
      std::make_unique<Periodic>(kForgetPeriod, [this] { ForgetOldRequests(pool_, log_); });
  counting_ =
      std::make_unique<Periodic>(options_.gauge_period, [this] { gauge_collector_.Round(); });
  return absl::OkStatus();
}

void Server::Parts::Accept(Listener listener) {
  int connections_max = options_.config.connections;
  // The other half is for what lotd itself opens.
  const int64_t room = RaiseOpenFilesMax() / 2;
  if (room < connections_max) {
    log_.Write(LogLevel::kWarning, "connections_limited_by_open_files",
               LogFields().Add("wanted", int64_t{connections_max}).Add("allowed", room));
    connections_max = static_cast<int>(room);
  }
  acceptor_ = std::make_unique<Acceptor>(
      std::move(listener), Acceptor::Options{.connections_max = connections_max,
                                             .serve =
                                                 [this](Descriptor connection, int listening) {
                                                   NewConnection parameters;
                                                   parameters.listener_fd = listening;
                                                   parameters.fd = connection.Release();
                                                   connections_->HandleNewConnection(&parameters);
                                                 },
                                             .refused = [this] { ReportRefusedConnection(); }});
}

void Server::Parts::ReportRefusedConnection() {
  metrics_.connections_refused().Increment();
  const int64_t closed = refused_connection_lines_.Count("", absl::Now());
  if (closed == 0) return;
  log_.Write(LogLevel::kWarning, "connections_refused", LogFields().Add("closed", closed));
}

absl::Status Server::Parts::Watch() {
  absl::Status database = watch_.Check();
  if (database.ok() && watch_.AnalyzeGrownTables()) pool_.DropPlans();
  return database;
}

void Server::Parts::ReportHealth(const absl::Status& now) {
  if (now.ok() != database_.ok()) {
    log_.Write(now.ok() ? LogLevel::kInfo : LogLevel::kError,
               now.ok() ? "database_is_back" : "database_is_gone",
               LogFields().AddIfAny("error", now.ok() ? "" : now.ToString()));
  }
  database_ = now;
  grpc::HealthCheckServiceInterface& health = *server_->GetHealthCheckService();
  health.SetServingStatus("", now.ok());
  for (const std::string& name : ServiceNames()) health.SetServingStatus(name, now.ok());
}

void Server::Parts::Stop(absl::Duration drain) {
  if (server_ == nullptr) return;
  server_->GetHealthCheckService()->Shutdown();
  watching_.reset();
  const absl::Time end = absl::Now() + drain;
  absl::SleepFor(NoticeOf(options_.config, drain));
  // gRPC would not close a connection that it gets after its shutdown.
  acceptor_->Stop();
  // Late in the drain, queued calls are refused with SHUTTING_DOWN; at its end gRPC cancels the
  // running ones.
  absl::Notification stopped;
  std::thread stop_taking([&] {
    stopped.WaitForNotificationWithDeadline(end - drain / 5);
    rpc_.RefuseNewCalls();
  });
  server_->Shutdown(absl::ToChronoTime(end));
  server_->Wait();
  stopped.Notify();
  stop_taking.join();
  if (spans_ != nullptr) spans_->Stop();
  reloads_.StopWatching();
  forgetting_.reset();
  counting_.reset();
  exposer_.reset();
  server_.reset();
}

// Server.

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Options options, Log& log) {
  ASSIGN_OR_RETURN(PageTokens page_tokens, LoadPageTokens(options));
  auto parts = std::make_unique<Parts>(std::move(options), std::move(page_tokens), log);
  RETURN_IF_ERROR(parts->LoadIdentityFiles());
  RETURN_IF_ERROR(parts->ListenForMetrics());
  RETURN_IF_ERROR(parts->Listen());
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() = default;

void Server::Stop(absl::Duration drain) { parts_->Stop(drain); }

void Server::Reload() { parts_->Reload(); }

const std::string& Server::address() const { return parts_->address(); }

const std::string& Server::metrics_address() const { return parts_->metrics_address(); }

std::string Server::MetricsText() const { return parts_->MetricsText(); }

}  // namespace lots
