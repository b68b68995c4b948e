// The settings, products and places that every history begins with.
#include "tests/simulator/factory.h"

namespace lots::simulator {

const Product* FindProduct(absl::string_view id) {
  for (const Product& product : kProducts) {
    if (product.id == id) return &product;
  }
  return nullptr;
}

const Location* FindLocation(absl::string_view id) {
  for (const Location& location : kOwnLocations) {
    if (location.id == id) return &location;
  }
  for (const Location& location : kDefaultLocations) {
    if (location.id == id) return &location;
  }
  return nullptr;
}

bool IsOnHand(v1::LocationKind kind) {
  return kind == v1::LOCATION_KIND_INTERNAL || kind == v1::LOCATION_KIND_TRANSIT;
}

bool HoldsGoods(v1::LocationKind kind) {
  return IsOnHand(kind) || kind == v1::LOCATION_KIND_CUSTOMER || kind == v1::LOCATION_KIND_SCRAP;
}

bool IsOnHand(absl::string_view location) {
  const Location* found = FindLocation(location);
  return found != nullptr && IsOnHand(found->kind);
}

bool HoldsGoods(absl::string_view location) {
  const Location* found = FindLocation(location);
  return found != nullptr && HoldsGoods(found->kind);
}

v1::UpdateSettingsRequest SettingsRequest() {
  v1::UpdateSettingsRequest request;
  request.mutable_settings()->set_lots_enabled(true);
  request.mutable_settings()->set_expiry_enabled(true);
  request.mutable_settings()->set_time_zone("UTC");
  return request;
}

v1::UpsertProductsRequest ProductsRequest() {
  v1::UpsertProductsRequest request;
  for (const Product& product : kProducts) {
    v1::Product& added = *request.add_products();
    added.set_product_id(product.id);
    added.set_display_name(product.id);
    added.set_tracking(product.tracking);
    added.set_scale(product.scale);
    added.set_producible(product.producible);
    added.set_inherit_expiry(product.inherit_expiry);
    added.set_case_sensitive(product.case_sensitive);
  }
  return request;
}

v1::UpsertLocationsRequest LocationsRequest() {
  v1::UpsertLocationsRequest request;
  for (const Location& location : kOwnLocations) {
    v1::Location& added = *request.add_locations();
    added.set_location_id(location.id);
    added.set_display_name(location.id);
    added.set_kind(location.kind);
  }
  return request;
}

}  // namespace lots::simulator
