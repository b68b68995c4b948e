// A product and its company's settings, as operations on lots need them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/domain/dates.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/counter_reset.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/pg/connection.h"

namespace lots {

struct LotProduct {
  ProductId product_id;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  bool case_sensitive = false;
  std::string number_template;
  CounterReset counter_reset = CounterReset::kNever;
  ShelfLife shelf_life;
};

// A product with the settings of its company.
struct ProductContext {
  bool lots_enabled = false;
  absl::TimeZone zone;
  LotProduct product;
  bool is_retired = false;  // the product gets no new lots
  // Whether the request_id was used before; false without a request_id.
  bool is_repeat = false;
};

struct ProductContextQuery {
  CompanyId company;
  ProductId product_id;
  absl::string_view request_id = "";       // of a write, to find out whether it is a repeat
  absl::string_view field = "product_id";  // the product's path in the request
};
// Reads without a lock: the foreign key lots_product_fkey fails when the product's rules changed
// meanwhile. Refuses with NOT_FOUND COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND and with
// FAILED_PRECONDITION PRODUCT_NOT_TRACKED. For a repeat only `is_repeat` is set: a repeat succeeds
// as the first call did, whatever changed since.
absl::StatusOr<ProductContext> ReadProductContext(pg::Connection& db,
                                                  const ProductContextQuery& query);

}  // namespace lots
