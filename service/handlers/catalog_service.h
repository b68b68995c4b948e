// CatalogService: settings, products, locations.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/rpc.h"
#include "storage/pg/connection.h"

namespace lots {

// The handlers: plain functions, to be read and tested without gRPC.
namespace handlers {

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
absl::StatusOr<v1::UpsertLocationsResponse> UpsertLocations(
    const v1::UpsertLocationsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::ListLocationsResponse> ListLocations(const v1::ListLocationsRequest& request,
                                                        const Call& call, pg::Connection& db);

}  // namespace handlers

// Sends each method down the call path of rpc.h to its handler.
class CatalogService final : public v1::CatalogService::CallbackService {
 public:
  explicit CatalogService(Rpc& rpc) : rpc_(rpc) {}

  grpc::ServerUnaryReactor* GetSettings(grpc::CallbackServerContext* context,
                                        const v1::GetSettingsRequest* request,
                                        v1::Settings* response) override;
  grpc::ServerUnaryReactor* UpdateSettings(grpc::CallbackServerContext* context,
                                           const v1::UpdateSettingsRequest* request,
                                           v1::Settings* response) override;
  grpc::ServerUnaryReactor* UpsertProducts(grpc::CallbackServerContext* context,
                                           const v1::UpsertProductsRequest* request,
                                           v1::UpsertProductsResponse* response) override;
  grpc::ServerUnaryReactor* GetProduct(grpc::CallbackServerContext* context,
                                       const v1::GetProductRequest* request,
                                       v1::Product* response) override;
  grpc::ServerUnaryReactor* ListProducts(grpc::CallbackServerContext* context,
                                         const v1::ListProductsRequest* request,
                                         v1::ListProductsResponse* response) override;
  grpc::ServerUnaryReactor* UpsertLocations(grpc::CallbackServerContext* context,
                                            const v1::UpsertLocationsRequest* request,
                                            v1::UpsertLocationsResponse* response) override;
  grpc::ServerUnaryReactor* ListLocations(grpc::CallbackServerContext* context,
                                          const v1::ListLocationsRequest* request,
                                          v1::ListLocationsResponse* response) override;

 private:
  Rpc& rpc_;
};

}  // namespace lots
