// Every metric of the server, on one page. Labels come from closed sets.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/support/status_code_enum.h"
#include "prometheus/collectable.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "storage/pg/statement.h"

namespace lots {

// The metrics of one rpc, named as go-grpc-middleware names them.
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
  // `version`: as lots_build_info shows it.
  explicit Metrics(absl::string_view version);

  // "lots.v1.LotService/GetLot". Every method of the API is there from the start.
  const MethodMetrics& Of(absl::string_view method) const;

  prometheus::Histogram& queue_seconds() { return *queue_seconds_; }
  prometheus::Counter& rejected(absl::string_view reason);

  // Statements, retries and repeats of requests.
  void OnStatement(absl::string_view name, absl::Duration elapsed,
                   const absl::Status& status) override;
  void OnRetry() override;

  // The time that this thread spent in statements since the last call of it.
  static absl::Duration TakeDatabaseTime();

  std::shared_ptr<prometheus::Registry> registry() const { return registry_; }

 private:
  prometheus::Histogram& StatementSeconds(absl::string_view name);

  std::shared_ptr<prometheus::Registry> registry_;
  absl::flat_hash_map<std::string, MethodMetrics> methods_;
  prometheus::Histogram* queue_seconds_ = nullptr;
  prometheus::Family<prometheus::Counter>* rejected_ = nullptr;
  prometheus::Counter* retries_ = nullptr;
  prometheus::Counter* replays_ = nullptr;
  prometheus::Family<prometheus::Counter>* errors_ = nullptr;
  prometheus::Family<prometheus::Histogram>* statement_family_ = nullptr;

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, prometheus::Histogram*> statements_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lots
