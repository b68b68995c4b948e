// Reads the gauges of all companies from the database, independently of scrapes.
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

// Used by one thread. The pool, the metrics and the log outlive it.
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
