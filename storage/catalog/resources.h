// The resources of the catalog: a company's settings, its products and its locations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "storage/domain/dates.h"
#include "storage/domain/ids.h"

namespace lots {

enum class CounterReset : int16_t;
enum class LocationKind : int16_t;
enum class Tracking : int16_t;

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
  bool hold_on_receipt = false;  // what is received waits for an inspection
  int64_t version = 0;           // in a command: must be the current one; 0: any
  absl::Time created_at;
  absl::Time updated_at;
  // Set by RetireProducts only: the product gets no new lots and work orders.
  std::optional<absl::Time> retired_at = {};
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
  int64_t version = 0;  // in a command: must be the current one; 0: any
  absl::Time created_at;
  absl::Time updated_at;
  bool is_quarantine = false;  // goods that a recall holds may go there
  // Set by RetireLocations only: nothing goes into the location.
  std::optional<absl::Time> retired_at = {};
};

}  // namespace lots
