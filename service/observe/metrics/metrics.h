// Metrics that are counted when something happens. (service/server/scrape.h reads others at each
// scrape.) Labels come from closed sets: never a company, a product or a lot.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "service/observe/metrics/business_metrics.h"
#include "service/observe/metrics/security_metrics.h"
#include "storage/pg/values/statement.h"

namespace lots {

// The metrics of one method. Names and labels are those of go-grpc-middleware, so that existing
// dashboards fit.
struct MethodMetrics {
  static constexpr int kCodes = 17;  // OK to UNAUTHENTICATED

  prometheus::Counter* started = nullptr;
  prometheus::Counter* received = nullptr;
  prometheus::Counter* sent = nullptr;
  prometheus::Histogram* seconds = nullptr;
  std::array<prometheus::Counter*, kCodes> handled = {};
};

// Thread safe.
class Metrics final : public pg::StatementObserver {
 public:
  // `version`: "0.1.0+3f2a91c0d4e5". `services`: full names; every method has its series from the
  // start, so that rates begin at 0. Passes every event of the observer on to `next`.
  Metrics(absl::string_view version, const std::vector<std::string>& services,
          pg::StatementObserver* next = nullptr);

  // All methods that do not exist share this series.
  static constexpr absl::string_view kUnknownMethod = "unknown/unknown";

  // By full name: "lots.v1.LotService/GetLot".
  const MethodMetrics& Of(absl::string_view method) const;

  prometheus::Histogram& queue_seconds() { return *queue_seconds_; }
  prometheus::Histogram& pool_acquire_seconds() { return *pool_acquire_seconds_; }
  // The number of calls that one statement answered.
  prometheus::Histogram& batch_calls() { return *batch_calls_; }
  prometheus::Counter& rejected(absl::string_view reason);
  // Connections that were closed because there were too many.
  prometheus::Counter& connections_refused() { return *connections_refused_; }

  BusinessMetrics& business() { return business_; }
  const SecurityMetrics& security() const { return security_; }

  // Counts statements, failures, retries, and what was written or repeated.
  void OnStatement(const pg::Statement& statement, absl::Duration elapsed,
                   const absl::Status& status) override;
  void OnRetry() override;
  void OnWritten(const pg::Counter& counter, double amount) override;

  // The time that this thread spent in statements since its last TakeDatabaseTime.
  static absl::Duration TakeDatabaseTime();

  std::shared_ptr<prometheus::Registry> registry() const { return registry_; }

 private:
  template <class T>
  using Family = prometheus::Family<T>;
  using Counter = prometheus::Counter;
  using Histogram = prometheus::Histogram;

  void AddCallPath();
  void AddStatements();
  void AddService(const std::string& name);
  void AddMethod(absl::string_view type, absl::string_view service, absl::string_view method);
  // Statement names are constants of the program, so these series are a closed set.
  Histogram& StatementSeconds(absl::string_view name);

  pg::StatementObserver* const next_;
  const std::shared_ptr<prometheus::Registry> registry_;
  BusinessMetrics business_;
  const SecurityMetrics security_;

  // Owned by the registry.
  Family<Counter>* started_;
  Family<Counter>* handled_;
  Family<Counter>* received_;
  Family<Counter>* sent_;
  Family<Histogram>* seconds_;
  Family<Counter>* rejected_;
  Counter* connections_refused_;
  Family<Histogram>* statement_seconds_;
  Histogram* queue_seconds_;
  Histogram* pool_acquire_seconds_;
  Histogram* batch_calls_;
  Counter* retries_;

  // Not changed after construction.
  absl::flat_hash_map<absl::string_view, Counter*> errors_of_;
  absl::flat_hash_map<std::string, MethodMetrics> methods_;

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Histogram*> statements_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lots
