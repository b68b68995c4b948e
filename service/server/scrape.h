// Metrics that are read at each scrape: the pool, the queue, the process.
#pragma once

#include <vector>

#include "prometheus/collectable.h"
#include "prometheus/metric_family.h"
#include "service/rpc/rpc.h"
#include "service/server/housekeeping.h"
#include "storage/pg/pool.h"

namespace lots {

// Thread safe. The pool, the rpc and the watch outlive it.
class Scrape final : public prometheus::Collectable {
 public:
  Scrape(const pg::Pool& pool, const Rpc& rpc, const DatabaseWatch& watch)
      : pool_(pool), rpc_(rpc), watch_(watch) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const pg::Pool& pool_;
  const Rpc& rpc_;
  const DatabaseWatch& watch_;
};

}  // namespace lots
