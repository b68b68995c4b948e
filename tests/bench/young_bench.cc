// young_*: large writes and look-ups as the first ones of a new installation, whose tables have no
// statistics. The yardstick is the same on the same database after ANALYZE.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "storage/base/check.h"
#include "tests/bench/points.h"

namespace lots::bench {
namespace {

constexpr char kYoung[] = "young";

template <class Response, class Stub, class Method, class Request>
Response Call(Stub& stub, Method method, const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(5)));
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) Complain("young", status);
  Check(status.ok());
  return response;
}

// A new installation and what is done there. Names begin with a prefix that is new for each pass.
class NewFactory {
 public:
  explicit NewFactory(int64_t serials)
      : serials_(serials),
        catalog_(v1::CatalogService::NewStub(stage_.lotd().NewChannel())),
        lots_(v1::LotService::NewStub(stage_.lotd().NewChannel())),
        orders_(v1::WorkOrderService::NewStub(stage_.lotd().NewChannel())) {
    v1::UpsertProductsRequest products;
    products.set_company(kYoung);
    v1::Product& product = *products.add_products();
    product.set_product_id("GADGET");
    product.set_tracking(v1::TRACKING_SERIAL);
    product.set_number_template("G-{########}");
    product.set_producible(true);
    Call<v1::UpsertProductsResponse>(*catalog_, &v1::CatalogService::Stub::UpsertProducts,
                                     products);
    v1::UpsertLocationsRequest locations;
    locations.set_company(kYoung);
    v1::Location& location = *locations.add_locations();
    location.set_location_id("WH-1");
    location.set_kind(v1::LOCATION_KIND_INTERNAL);
    Call<v1::UpsertLocationsResponse>(*catalog_, &v1::CatalogService::Stub::UpsertLocations,
                                      locations);
    // A first small order: the statements are planned while the tables are empty.
    Complete("first", ByIds(Assign("first", 1)));
  }

  Stage& stage() { return stage_; }

  // The figures of one pass, in milliseconds, by name.
  Beside Pass(const std::string& prefix) {
    Beside figures;
    const auto timed = [&](const char* name, const auto& work) {
      const absl::Time began = absl::Now();
      work();
      figures[name] = absl::ToDoubleMilliseconds(absl::Now() - began);
    };
    v1::AssignSerialsResponse serials;
    timed("young_assign_10k", [&] { serials = Assign(prefix + "-ids", serials_); });
    timed("young_complete_10k_by_id", [&] { Complete(prefix + "-ids", ByIds(serials)); });
    timed("young_find_lots", [&] { Find(serials); });
    Assign(prefix + "-count", serials_);
    v1::CompleteWorkOrderRequest by_count;
    by_count.set_planned_serial_count(static_cast<int32_t>(serials_));
    timed("young_complete_10k_by_count", [&] { Complete(prefix + "-count", by_count); });
    v1::CompleteWorkOrderRequest by_number;
    serials = Assign(prefix + "-numbers", serials_);
    for (const auto& serial : serials.serials()) {
      by_number.add_outputs()->set_number(serial.number());
    }
    timed("young_complete_10k_by_number", [&] { Complete(prefix + "-numbers", by_number); });
    return figures;
  }

 private:
  v1::AssignSerialsResponse Assign(const std::string& order, int64_t count) {
    v1::AssignSerialsRequest request;
    request.set_company(kYoung);
    request.set_work_order_id(order);
    request.set_request_id(order + "-assign");
    request.set_product_id("GADGET");
    request.set_count(static_cast<int32_t>(count));
    return Call<v1::AssignSerialsResponse>(*orders_, &v1::WorkOrderService::Stub::AssignSerials,
                                           request);
  }
  static v1::CompleteWorkOrderRequest ByIds(const v1::AssignSerialsResponse& serials) {
    v1::CompleteWorkOrderRequest request;
    for (const auto& serial : serials.serials()) request.add_outputs()->set_lot_id(serial.lot_id());
    return request;
  }
  void Complete(const std::string& order, v1::CompleteWorkOrderRequest request) {
    request.set_company(kYoung);
    request.set_work_order_id(order);
    request.set_request_id(order + "-complete");
    request.set_destination_location_id("WH-1");
    Call<v1::CompleteWorkOrderResponse>(*orders_, &v1::WorkOrderService::Stub::CompleteWorkOrder,
                                        request);
  }
  void Find(const v1::AssignSerialsResponse& serials) {
    v1::FindLotsRequest request;
    request.set_company(kYoung);
    request.set_product_id("GADGET");
    for (int i = 0; i < serials.serials_size() && i < 100; ++i) {
      request.add_numbers(serials.serials(i).number());
    }
    Call<v1::FindLotsResponse>(*lots_, &v1::LotService::Stub::FindLots, request);
  }

  const int64_t serials_;
  Stage stage_;
  const std::unique_ptr<v1::CatalogService::Stub> catalog_;
  const std::unique_ptr<v1::LotService::Stub> lots_;
  const std::unique_ptr<v1::WorkOrderService::Stub> orders_;
};

}  // namespace

void MeasureYoung(const Options& options, Results& results) {
  if (!options.Wants("young")) return;
  const int64_t serials = options.alive ? 500 : 10'000;
  std::map<std::string, Result> by_name;
  for (int round = 0; round < options.rounds(); ++round) {
    NewFactory factory(serials);
    const Beside young = factory.Pass("young");
    Execute(factory.stage().db(), "ANALYZE");
    factory.Pass("warm");
    const Beside filled = factory.Pass("filled");
    for (const auto& [name, milliseconds] : young) {
      Result& result =
          by_name
              .try_emplace(
                  name, Result{.name = name, .unit = "wall_ms", .target = 1.2, .lots = 3 * serials})
              .first->second;
      result.ours.push_back(milliseconds);
      result.yardstick.push_back(filled.at(name));
    }
  }
  for (auto& [name, result] : by_name) results.push_back(std::move(result));
}

}  // namespace lots::bench
