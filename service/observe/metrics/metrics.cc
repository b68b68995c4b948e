// Declares the metrics of calls and statements.
#include "service/observe/metrics/metrics.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "service/base/status.h"
#include "storage/base/check.h"
#include "storage/pg/error.h"

namespace lots {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Labels;

// A point read takes less than a millisecond, a big trace some seconds.
const prometheus::Histogram::BucketBoundaries& Seconds() {
  static const prometheus::Histogram::BucketBoundaries kSeconds{
      .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
  return kSeconds;
}

// The classes of SQLSTATE that an operator distinguishes: connection, data, constraint, transaction
// state, write conflict, resources, limits, operator, system, internal. "none": the server did not
// answer.
constexpr absl::string_view kErrorClasses[] = {"none", "08", "22", "23", "25", "40",
                                               "53",   "54", "57", "58", "XX"};
constexpr absl::string_view kOtherClass = "other";

absl::string_view ErrorClass(absl::string_view sqlstate) {
  const absl::string_view its_class = sqlstate.empty() ? "none" : sqlstate.substr(0, 2);
  const auto known = std::find(std::begin(kErrorClasses), std::end(kErrorClasses), its_class);
  return known == std::end(kErrorClasses) ? kOtherClass : *known;
}

thread_local absl::Duration database_time;

}  // namespace

// Every metric that is counted; those that are read at each scrape are in scrape.cc.
Metrics::Metrics(absl::string_view version, const std::vector<std::string>& services,
                 pg::StatementObserver* next)
    : next_(next),
      registry_(std::make_shared<prometheus::Registry>()),
      business_(*registry_),
      security_(*registry_) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(version, '+');
  BuildGauge()
      .Name("lots_build_info")
      .Help("1, with the version and revision of this build.")
      .Register(*registry_)
      .Add({{"version", parts.first}, {"revision", parts.second}})
      .Set(1);
  AddCallPath();
  AddStatements();
  for (const char* reason : {"queue", "streams", "caller"}) rejected(reason);
  for (const std::string& service : services) AddService(service);
  AddMethod("unary", "unknown", "unknown");
}

void Metrics::AddCallPath() {
  const auto counter = [this](const char* name, const char* help) {
    return &BuildCounter().Name(name).Help(help).Register(*registry_);
  };
  const auto histogram = [this](const char* name, const char* help) {
    return &BuildHistogram().Name(name).Help(help).Register(*registry_);
  };
  started_ = counter("grpc_server_started_total", "Calls that began.");
  handled_ = counter("grpc_server_handled_total", "Calls that ended, by code.");
  received_ = counter("grpc_server_msg_received_total", "Messages received.");
  sent_ = counter("grpc_server_msg_sent_total", "Messages sent.");
  seconds_ = histogram("grpc_server_handling_seconds", "How long calls took, queue included.");
  rejected_ = counter("lots_admission_rejected_total", "Calls refused as SERVER_BUSY.");
  connections_refused_ =
      &counter("lots_connections_refused_total", "Connections closed as too many.")->Add({});
  queue_seconds_ =
      &histogram("lots_queue_seconds", "How long calls waited for a worker.")->Add({}, Seconds());
  batch_calls_ = &histogram("lots_batch_calls", "How many calls one statement answered together.")
                      ->Add({}, prometheus::Histogram::BucketBoundaries{1, 2, 4, 8, 16, 32, 64});
}

void Metrics::AddStatements() {
  pool_acquire_seconds_ = &BuildHistogram()
                               .Name("lots_db_pool_acquire_seconds")
                               .Help("How long calls waited for a connection to the database.")
                               .Register(*registry_)
                               .Add({}, Seconds());
  statement_seconds_ = &BuildHistogram()
                            .Name("lots_db_query_seconds")
                            .Help("What each statement added to its round trip.")
                            .Register(*registry_);
  auto& errors = BuildCounter()
                     .Name("lots_db_errors_total")
                     .Help("Statements that failed, by class of SQLSTATE.")
                     .Register(*registry_);
  for (const absl::string_view name : kErrorClasses) {
    errors_of_[name] = &errors.Add({{"sqlstate_class", std::string(name)}});
  }
  errors_of_[kOtherClass] = &errors.Add({{"sqlstate_class", std::string(kOtherClass)}});
  retries_ = &BuildCounter()
                  .Name("lots_db_transaction_retries_total")
                  .Help("Operations run again after a write conflict.")
                  .Register(*registry_)
                  .Add({});
}

void Metrics::AddService(const std::string& name) {
  const google::protobuf::ServiceDescriptor* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
  Check(service != nullptr);
  for (int i = 0; i < service->method_count(); ++i) {
    const google::protobuf::MethodDescriptor& method = *service->method(i);
    AddMethod(method.server_streaming() ? "server_stream" : "unary", name, method.name());
  }
}

void Metrics::AddMethod(absl::string_view type, absl::string_view service,
                        absl::string_view method) {
  const Labels labels{{"grpc_type", std::string(type)},
                      {"grpc_service", std::string(service)},
                      {"grpc_method", std::string(method)}};
  MethodMetrics& metrics = methods_[absl::StrCat(service, "/", method)];
  metrics.started = &started_->Add(labels);
  metrics.received = &received_->Add(labels);
  metrics.sent = &sent_->Add(labels);
  metrics.seconds = &seconds_->Add(labels, Seconds());
  for (int code = 0; code < MethodMetrics::kCodes; ++code) {
    Labels with_code = labels;
    with_code.emplace("grpc_code", CodeName(static_cast<grpc::StatusCode>(code)));
    metrics.handled[code] = &handled_->Add(with_code);
  }
}

const MethodMetrics& Metrics::Of(absl::string_view method) const {
  const auto found = methods_.find(method);
  Check(found != methods_.end());
  return found->second;
}

prometheus::Counter& Metrics::rejected(absl::string_view reason) {
  return rejected_->Add({{"reason", std::string(reason)}});
}

void Metrics::OnStatement(const pg::Statement& statement, absl::Duration elapsed,
                          const absl::Status& status) {
  const absl::string_view name = statement.name;
  database_time += elapsed;
  StatementSeconds(name).Observe(absl::ToDoubleSeconds(elapsed));
  if (!status.ok()) {
    errors_of_.at(ErrorClass(pg::SqlState(status)))->Increment();
  }
  if (next_ != nullptr) next_->OnStatement(statement, elapsed, status);
}

void Metrics::OnRetry() {
  retries_->Increment();
  if (next_ != nullptr) next_->OnRetry();
}

void Metrics::OnWritten(const pg::Counter& counter, double amount) {
  business_.OnWritten(counter, amount);
  if (next_ != nullptr) next_->OnWritten(counter, amount);
}

absl::Duration Metrics::TakeDatabaseTime() {
  return std::exchange(database_time, absl::ZeroDuration());
}

prometheus::Histogram& Metrics::StatementSeconds(absl::string_view name) {
  absl::MutexLock lock(&mutex_);
  const auto found = statements_.find(name);
  if (found != statements_.end()) return *found->second;
  prometheus::Histogram& made =
      statement_seconds_->Add({{"statement", std::string(name)}}, Seconds());
  statements_.emplace(name, &made);
  return made;
}

}  // namespace lots
