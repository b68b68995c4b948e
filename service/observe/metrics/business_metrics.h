// Metrics of the business. Counters count committed writes (storage/domain/counters.h).
// GaugeCollector reads the gauges from the database.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "storage/pg/values/statement.h"

namespace lots {

struct CompanyGauges;

// Thread safe.
class BusinessMetrics {
 public:
  // Every series exists from the start, so that rates begin at 0. The registry owns them.
  explicit BusinessMetrics(prometheus::Registry& registry);

  void OnWritten(const pg::Counter& counter, double amount);
  // Sets the gauges: the sums over all companies, and the worst of their number ranges. `as_of` is
  // when the least recently read of the `companies` was read.
  void Set(const CompanyGauges& total, int64_t companies, absl::Time as_of);

 private:
  using Key = std::pair<absl::string_view, absl::string_view>;  // of constants

  template <size_t kSize>
  void AddCounters(prometheus::Registry& registry, const char* name, const char* help,
                   const char* label, const std::array<pg::Counter, kSize>& counters);
  void AddRecallSeconds(prometheus::Registry& registry);

  // Not changed after construction.
  absl::flat_hash_map<Key, prometheus::Counter*> counters_;
  absl::flat_hash_map<Key, prometheus::Histogram*> seconds_;

  prometheus::Gauge* companies_;
  prometheus::Gauge* recalls_open_;
  prometheus::Gauge* drills_open_;
  prometheus::Gauge* expiring_in_7_days_;
  prometheus::Gauge* expiring_in_30_days_;
  prometheus::Gauge* range_remaining_ratio_;
  prometheus::Gauge* ranges_low_;
  prometheus::Gauge* as_of_;
};

}  // namespace lots
