// CatalogService: settings, products, locations.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "service/call.h"
#include "service/rpc.h"
#include "storage/pg/connection.h"

namespace lots {

// The handlers: plain functions, to be read and tested without gRPC.
namespace handlers {

absl::StatusOr<v1::Settings> GetSettings(const v1::GetSettingsRequest& request, const Call& call,
                                         pg::Connection& db);

}  // namespace handlers

// Sends each method down the road of rpc.h to its handler.
class CatalogService final : public v1::CatalogService::CallbackService {
 public:
  explicit CatalogService(Rpc& rpc) : rpc_(rpc) {}

  grpc::ServerUnaryReactor* GetSettings(grpc::CallbackServerContext* context,
                                        const v1::GetSettingsRequest* request,
                                        v1::Settings* response) override;

 private:
  Rpc& rpc_;
};

}  // namespace lots
