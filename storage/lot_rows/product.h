// What the lots of a product rest on.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/domain/dates.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"
#include "storage/pg/connection.h"

namespace lots {

struct LotProduct {
  ProductId product_id;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  bool case_sensitive = false;
  std::string number_template;
  ShelfLife shelf_life;
};

// A product with the settings of its company.
struct ProductContext {
  bool lots_enabled = false;
  absl::TimeZone zone;
  LotProduct product;
  // Whether the context's request_id was used before; false without one.
  bool is_repeat = false;
};

struct ProductContextQuery {
  CompanyId company;
  ProductId product_id;
  absl::string_view request_id = "";       // of a write, to see whether it is a repeat
  absl::string_view field = "product_id";  // where the product stands in the request
};
// Read without a lock: the foreign key of lots notices when the product's rules changed meanwhile.
// NOT_FOUND COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND; FAILED_PRECONDITION PRODUCT_NOT_TRACKED. Of a
// repeat nothing but `is_repeat` is answered: it is the success it was, whatever changed since.
absl::StatusOr<ProductContext> ReadProductContext(pg::Connection& db,
                                                  const ProductContextQuery& query);

}  // namespace lots
