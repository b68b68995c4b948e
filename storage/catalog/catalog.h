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
#include "storage/domain/dates.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"
#include "storage/domain/write_context.h"
#include "storage/pg/connection.h"

namespace lots {

struct Settings {
  CompanyId company;
  bool lots_enabled = true;
  bool expiry_enabled = true;
  std::string time_zone = "UTC";
  int64_t version = 0;
  absl::Time created_at;
  absl::Time updated_at;
};

struct Product {
  ProductId product_id;
  std::string display_name;
  std::optional<Tracking> tracking;  // in a command: none keeps it
  std::string unit;
  int scale = 0;
  std::string number_template;
  std::optional<CounterReset> counter_reset;  // in a command: none keeps it
  int64_t next_number = 0;                    // in a command: 0 keeps the counter
  ShelfLife shelf_life;
  bool inherit_expiry = false;
  int warranty_months = 0;
  std::string gtin;
  bool producible = false;
  bool case_sensitive = false;
  int64_t version = 0;
  absl::Time created_at;
  absl::Time updated_at;
};

struct Address {
  std::string street;
  std::string city;
  std::string region;
  std::string postal_code;
  std::string country;
  std::string phone;
};

struct Location {
  LocationId location_id;
  std::optional<LocationKind> kind;  // in a command: none keeps it
  std::string display_name;
  std::optional<LocationId> parent_id;
  std::string gln;
  Address address;
  bool is_default = false;
  absl::Time created_at;
  absl::Time updated_at;
};

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
  std::vector<std::string> mask;  // proto names of fields; empty: all of them
};
// Creates or changes products, all or none, and creates a new company. Returns the products in the
// order of the command. FIELD_INVALID, PRODUCT_HAS_LOTS.
absl::StatusOr<std::vector<Product>> UpsertProducts(pg::Connection& db,
                                                    const UpsertProductsCommand& command);

// The fields that a mask may name.
std::vector<absl::string_view> ProductFields();

// PRODUCT_NOT_FOUND.
absl::StatusOr<Product> GetProduct(pg::Connection& db, const CompanyId& company,
                                   const ProductId& product_id);
// At most `limit` products with ids after `after`, sorted by id.
absl::StatusOr<std::vector<Product>> ListProducts(pg::Connection& db, const CompanyId& company,
                                                  const ProductId& after, int limit);

struct UpsertLocationsCommand {
  WriteContext context;
  std::vector<Location> locations;  // no id twice
  std::vector<std::string> mask;    // proto names of fields; empty: all of them
};
// Creates or changes locations, all or none, and creates a new company. Returns the locations in
// the order of the command. FIELD_INVALID, LOCATION_NOT_FOUND (parent), LOCATION_KIND_IMMUTABLE,
// LOCATION_CYCLE.
absl::StatusOr<std::vector<Location>> UpsertLocations(pg::Connection& db,
                                                      const UpsertLocationsCommand& command);

// The fields that a mask may name.
std::vector<absl::string_view> LocationFields();

// At most `limit` locations with ids after `after`, sorted by id.
absl::StatusOr<std::vector<Location>> ListLocations(pg::Connection& db, const CompanyId& company,
                                                    const LocationId& after, int limit);

}  // namespace lots
