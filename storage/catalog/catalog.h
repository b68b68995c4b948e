// A company's settings, its products and its locations, and the operations on them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/catalog/resources.h"
#include "storage/domain/ids.h"
#include "storage/domain/write_context.h"
#include "storage/pg/connection.h"

namespace lots {

// COMPANY_NOT_FOUND as long as nothing has created the company.
absl::StatusOr<Settings> GetSettings(pg::Connection& db, const CompanyId& company);

struct UpdateSettingsCommand {
  WriteContext context;
  std::optional<bool> lots_enabled;
  std::optional<bool> expiry_enabled;
  std::optional<std::string> time_zone;
  std::optional<int64_t> version;  // must be the current one
};
// Changes the given fields. Creates a new company, with the defaults of Settings.
// FIELD_INVALID (time zone), ETAG_MISMATCH.
absl::StatusOr<Settings> UpdateSettings(pg::Connection& db, const UpdateSettingsCommand& command);

struct UpsertProductsCommand {
  WriteContext context;
  std::vector<Product> products;  // no id twice
  // Of each product, the fields to write when it exists (ProductFields); none: nothing is written.
  // A new product takes all fields.
  std::vector<std::vector<std::string>> paths;
};
// Creates or changes products, all or none, and creates a new company. Returns the products in the
// order of the command. FIELD_INVALID, ETAG_MISMATCH, PRODUCT_HAS_LOTS.
absl::StatusOr<std::vector<Product>> UpsertProducts(pg::Connection& db,
                                                    const UpsertProductsCommand& command);

// The fields that a path may name: "unit", "shelf_life.expire_days".
std::vector<absl::string_view> ProductFields();

struct ProductQuery {
  CompanyId company;
  ProductId product_id;
  absl::Time now;  // the day of next_number
};
// PRODUCT_NOT_FOUND.
absl::StatusOr<Product> GetProduct(pg::Connection& db, const ProductQuery& query);

struct ProductsQuery {
  CompanyId company;
  ProductId after;
  int limit = 0;
  absl::Time now;             // the day of next_number
  bool show_retired = false;  // retired products, too
};
// At most `limit` products with ids after `after`, sorted by id. COMPANY_NOT_FOUND.
absl::StatusOr<std::vector<Product>> ListProducts(pg::Connection& db, const ProductsQuery& query);

struct UpsertLocationsCommand {
  WriteContext context;
  std::vector<Location> locations;  // no id twice
  // Of each location, the fields to write when it exists (LocationFields); none: nothing is
  // written. A new location takes all fields.
  std::vector<std::vector<std::string>> paths;
};
// Creates or changes locations, all or none, and creates a new company. Returns the locations in
// the order of the command. FIELD_INVALID, ETAG_MISMATCH, LOCATION_NOT_FOUND (parent),
// LOCATION_KIND_IMMUTABLE, LOCATION_CYCLE.
absl::StatusOr<std::vector<Location>> UpsertLocations(pg::Connection& db,
                                                      const UpsertLocationsCommand& command);

// The fields that a path may name: "gln", "address.city".
std::vector<absl::string_view> LocationFields();

// LOCATION_NOT_FOUND.
absl::StatusOr<Location> GetLocation(pg::Connection& db, const CompanyId& company,
                                     const LocationId& location_id);

// At most `limit` locations with ids after `after`, sorted by id; retired ones when asked.
// COMPANY_NOT_FOUND.
absl::StatusOr<std::vector<Location>> ListLocations(pg::Connection& db, const CompanyId& company,
                                                    const LocationId& after, int limit,
                                                    bool show_retired = false);

// Retiring (retire.cc). Both operations retire all or none, or with `undo` take back into use; what
// is retired (in use) already stays as it is, its version too.

struct RetireProductsCommand {
  WriteContext context;
  std::vector<ProductId> product_ids;  // none twice
  bool undo = false;
};
// A retired product gets no new lots and work orders. Returns the products in the order of the
// command. PRODUCT_NOT_FOUND, STILL_IN_USE (goods on hand, open work orders).
absl::StatusOr<std::vector<Product>> RetireProducts(pg::Connection& db,
                                                    const RetireProductsCommand& command);

struct RetireLocationsCommand {
  WriteContext context;
  std::vector<LocationId> location_ids;  // none twice
  bool undo = false;
};
// Nothing goes into a retired location; what is there may leave. Returns the locations in the order
// of the command. LOCATION_NOT_FOUND, STILL_IN_USE (goods on hand; default locations).
absl::StatusOr<std::vector<Location>> RetireLocations(pg::Connection& db,
                                                      const RetireLocationsCommand& command);

}  // namespace lots
