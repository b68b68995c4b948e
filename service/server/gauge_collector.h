// Reads the gauges that need the database, beside the scrapes.
#pragma once

#include <string>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/observe/log.h"
#include "service/observe/metrics/business_metrics.h"
#include "storage/domain/ids.h"
#include "storage/pg/pool.h"
#include "storage/writes/company_gauges.h"

namespace lots {

// How often; every lotd on a database does it.
inline constexpr absl::Duration kGaugePeriod = absl::Seconds(20);
// A round takes at most so long, with one connection, and the next one goes on where it ended: a
// thousandth of one processor for a few companies, a tenth for any number. Companies that were
// not reached keep their last figures; lots_census_timestamp_seconds tells how old the oldest are.
inline constexpr absl::Duration kGaugeRoundMax = absl::Seconds(2);

// Used by one thread. What it refers to outlives it.
class GaugeCollector {
 public:
  GaugeCollector(pg::Pool& pool, BusinessMetrics& metrics, Log& log)
      : pool_(pool), metrics_(metrics), log_(log) {}

  void Round();

 private:
  struct Taken {
    CompanyGauges gauges;
    absl::Time at;
  };

  absl::Status TryRound(absl::Time deadline);
  void Publish();

  pg::Pool& pool_;
  BusinessMetrics& metrics_;
  Log& log_;
  absl::btree_map<CompanyId, Taken> taken_;
  CompanyId last_;  // where the last round ended
};

}  // namespace lots
