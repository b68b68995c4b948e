#include "service/catalog_service.h"

#include "service/convert.h"
#include "storage/base/status_macros.h"
#include "storage/catalog.h"

namespace lots {

namespace {

constexpr Method kGetSettings{"lots.v1.CatalogService/GetSettings"};

}  // namespace

grpc::ServerUnaryReactor* CatalogService::GetSettings(grpc::CallbackServerContext* context,
                                                      const v1::GetSettingsRequest* request,
                                                      v1::Settings* response) {
  return rpc_.Unary(context, request, response, kGetSettings, handlers::GetSettings);
}

namespace handlers {

absl::StatusOr<v1::Settings> GetSettings(const v1::GetSettingsRequest&, const Call& call,
                                         pg::Connection& db) {
  ASSIGN_OR_RETURN(const Settings settings, lots::GetSettings(db, call.company));
  return ToProto(settings);
}

}  // namespace handlers

}  // namespace lots
