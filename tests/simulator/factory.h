// The company that every history is about: what it makes and where it keeps it.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lots/v1/catalog.pb.h"

namespace lots::simulator {

struct Product {
  const char* id;
  v1::Tracking tracking;
  int scale = 0;
  bool producible = false;
  bool inherit_expiry = false;
  bool case_sensitive = false;

  bool is_serial() const { return tracking == v1::TRACKING_SERIAL; }
};

struct Location {
  const char* id;
  v1::LocationKind kind;
};

// Raw material, bought parts, and three levels of what is made of them.
inline constexpr Product kProducts[] = {
    {.id = "steel", .tracking = v1::TRACKING_LOT, .scale = 2, .case_sensitive = true},
    {.id = "salt", .tracking = v1::TRACKING_LOT},
    {.id = "soup", .tracking = v1::TRACKING_LOT, .producible = true, .inherit_expiry = true},
    {.id = "brine", .tracking = v1::TRACKING_LOT, .producible = true},
    {.id = "peel", .tracking = v1::TRACKING_LOT},
    {.id = "cell", .tracking = v1::TRACKING_SERIAL},
    {.id = "pack", .tracking = v1::TRACKING_SERIAL, .producible = true},
    {.id = "bike", .tracking = v1::TRACKING_SERIAL, .producible = true},
    {.id = "screw", .tracking = v1::TRACKING_NONE},
};

// Besides the default one of every virtual kind.
inline constexpr Location kOwnLocations[] = {
    {"STOCK", v1::LOCATION_KIND_INTERNAL}, {"SHELF", v1::LOCATION_KIND_INTERNAL},
    {"QUAR", v1::LOCATION_KIND_INTERNAL},  {"TRUCK", v1::LOCATION_KIND_TRANSIT},
    {"SHOP", v1::LOCATION_KIND_CUSTOMER},  {"FORGE", v1::LOCATION_KIND_SUPPLIER},
};
inline constexpr Location kDefaultLocations[] = {
    {"SUPPLIER", v1::LOCATION_KIND_SUPPLIER},     {"CUSTOMER", v1::LOCATION_KIND_CUSTOMER},
    {"PRODUCTION", v1::LOCATION_KIND_PRODUCTION}, {"SCRAP", v1::LOCATION_KIND_SCRAP},
    {"ADJUSTMENT", v1::LOCATION_KIND_ADJUSTMENT},
};

// Null when there is none.
const Product* FindProduct(absl::string_view id);
const Location* FindLocation(absl::string_view id);

// INTERNAL and TRANSIT.
bool IsOnHand(v1::LocationKind kind);
// Those, customers' places and scrap: what must not be negative.
bool HoldsGoods(v1::LocationKind kind);
bool IsOnHand(absl::string_view location);
bool HoldsGoods(absl::string_view location);

// What sets the company up.
v1::UpdateSettingsRequest SettingsRequest();
v1::UpsertProductsRequest ProductsRequest();
v1::UpsertLocationsRequest LocationsRequest();

}  // namespace lots::simulator
