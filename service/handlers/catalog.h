// The handlers of CatalogService: settings, products, locations.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/catalog.pb.h"
#include "service/rpc/call.h"
#include "storage/pg/connection.h"

namespace lots::handlers {

absl::StatusOr<v1::Settings> GetSettings(const v1::GetSettingsRequest& request, const Call& call,
                                         pg::Connection& db);
absl::StatusOr<v1::Settings> UpdateSettings(const v1::UpdateSettingsRequest& request,
                                            const Call& call, pg::Connection& db);
absl::StatusOr<v1::UpsertProductsResponse> UpsertProducts(const v1::UpsertProductsRequest& request,
                                                          const Call& call, pg::Connection& db);
absl::StatusOr<v1::Product> GetProduct(const v1::GetProductRequest& request, const Call& call,
                                       pg::Connection& db);
absl::StatusOr<v1::ListProductsResponse> ListProducts(const v1::ListProductsRequest& request,
                                                      const Call& call, pg::Connection& db);
absl::StatusOr<v1::RetireProductsResponse> RetireProducts(const v1::RetireProductsRequest& request,
                                                          const Call& call, pg::Connection& db);
absl::StatusOr<v1::UpsertLocationsResponse> UpsertLocations(
    const v1::UpsertLocationsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::Location> GetLocation(const v1::GetLocationRequest& request, const Call& call,
                                         pg::Connection& db);
absl::StatusOr<v1::RetireLocationsResponse> RetireLocations(
    const v1::RetireLocationsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::ListLocationsResponse> ListLocations(const v1::ListLocationsRequest& request,
                                                        const Call& call, pg::Connection& db);

}  // namespace lots::handlers
