// The counters of number templates, as UpsertProducts changes them. For this folder only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "storage/catalog/resources.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"
#include "storage/pg/pipeline.h"

namespace lots {

// A product as it is stored, with the next number of today.
struct StoredProduct {
  Product product;
  // The period of the counter is over: product.next_number is 1, and the counter's row begins again
  // with the next number.
  bool counter_is_over = false;
};

// The row of a counter.
struct StoredCounter {
  int64_t next_value = 1;
  std::optional<absl::CivilDay> period;
};

// Sets the next number of `today`.
void SetCounter(const StoredCounter& counter, absl::CivilDay today, StoredProduct& stored);

// What UpsertProducts makes of one product.
struct ProductChange {
  std::optional<StoredProduct> stored;  // none: it is new
  Product wanted;
};

// Adds FIELD_INVALID for every counter that would go down to numbers of today that lots have.
absl::Status ValidateCounters(pg::Connection& db, const CompanyId& company,
                              const std::vector<ProductChange>& changes, absl::CivilDay today,
                              std::vector<Problem>& problems);

// Adds the write of what differs of the counter. The product is written before.
void AddCounterWrite(pg::Transaction& transaction, const CompanyId& company,
                     const ProductChange& change, absl::CivilDay today);

}  // namespace lots
