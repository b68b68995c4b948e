// Sends the requests of a plan, and leaves out what an earlier import did.
#include "service/ctl/epcis/import.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/epcis/document/identity.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// The same catalogue entries always make the same id.
std::string RequestIdFor(absl::string_view what, const google::protobuf::Message& request) {
  return absl::StrCat("epcis-", what, "-", HexHash(request.SerializeAsString()).substr(0, 32));
}

// The refusal, with its reason and facts, said of an event.
absl::Status OfEvent(const ImportRequest& planned, const absl::Status& status) {
  absl::Status annotated(status.code(),
                         absl::StrCat("at the event ", planned.event_id, ": ", status.message()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    annotated.SetPayload(url, payload);
  });
  return annotated;
}

}  // namespace

std::vector<v1::BatchCreateLotsRequest> LotRequestsOf(const EpcisPlan& plan) {
  std::map<std::string, std::vector<v1::NewLot>> by_product;
  for (const EpcisNewLot& lot : plan.lots) by_product[lot.product_id].push_back(lot.lot);
  std::vector<v1::BatchCreateLotsRequest> requests;
  for (const auto& [product_id, lots] : by_product) {
    for (size_t i = 0; i < lots.size(); ++i) {
      if (i % kFindNumbersMax == 0) requests.emplace_back().set_product_id(product_id);
      *requests.back().add_lots() = lots[i];
    }
  }
  return requests;
}

absl::StatusOr<std::map<std::string, v1::Location>> ListKnownLocations(Session& session) {
  std::map<std::string, v1::Location> known;
  v1::ListLocationsRequest list;
  list.set_page_size(kPageSizeMax);
  list.set_show_retired(true);
  do {
    const absl::StatusOr<v1::ListLocationsResponse> page = session.Call(kListLocations, list);
    // A company that nothing was registered in yet.
    if (absl::IsNotFound(page.status())) break;
    RETURN_IF_ERROR(page.status());
    for (const v1::Location& location : page->locations()) {
      known[location.location_id()] = location;
    }
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  return known;
}

absl::StatusOr<EpcisOutcome> EpcisImport::Run(const std::set<size_t>& done) {
  session_.progress().Start("registering", 0);
  RETURN_IF_ERROR(UpsertProducts(done));
  RETURN_IF_ERROR(UpsertLocations());
  RETURN_IF_ERROR(CreateLots());
  session_.progress().Start("importing", static_cast<int64_t>(plan_.requests.size()));
  for (size_t i = 0; i < plan_.requests.size(); ++i) {
    session_.progress().Advance(1);
    if (done.contains(i)) {
      ++outcome_.requests_found;
      continue;
    }
    const absl::Status sent = Send(plan_.requests[i]);
    if (!sent.ok()) return OfEvent(plan_.requests[i], sent);
  }
  session_.progress().Stop();
  return outcome_;
}

std::set<std::string> EpcisImport::ProductsToMake(const std::set<size_t>& done) const {
  std::set<std::string> products;
  for (size_t i = 0; i < plan_.requests.size(); ++i) {
    const auto* completion = std::get_if<v1::CompleteWorkOrderRequest>(&plan_.requests[i].message);
    if (completion == nullptr || done.contains(i)) continue;
    products.insert(completion->product_id());
    for (const v1::CompletionByProduct& by_product : completion->by_products()) {
      products.insert(by_product.lot().product_id());
    }
  }
  return products;
}

absl::Status EpcisImport::UpsertProducts(const std::set<size_t>& done) {
  const std::set<std::string> to_make = ProductsToMake(done);
  v1::UpsertProductsRequest missing;
  v1::UpsertProductsRequest made_here;
  made_here.mutable_update_mask()->add_paths("producible");
  for (const v1::Product& product : plan_.products) {
    v1::GetProductRequest request;
    request.set_product_id(product.product_id());
    const absl::StatusOr<v1::Product> found = session_.Call(kGetProduct, request);
    if (absl::IsNotFound(found.status())) {
      *missing.add_products() = product;
      continue;
    }
    RETURN_IF_ERROR(found.status());
    if (to_make.contains(product.product_id()) && !found->producible()) {
      *made_here.add_products() = product;
    }
  }
  outcome_.products_created = static_cast<size_t>(missing.products_size());
  RETURN_IF_ERROR(Upsert(missing));
  return Upsert(made_here);
}

absl::Status EpcisImport::Upsert(const v1::UpsertProductsRequest& products) {
  for (int begin = 0; begin < products.products_size(); begin += kCatalogBatchMax) {
    v1::UpsertProductsRequest request;
    *request.mutable_update_mask() = products.update_mask();
    for (int i = begin; i < products.products_size() && i < begin + kCatalogBatchMax; ++i) {
      *request.add_products() = products.products(i);
    }
    request.set_request_id(RequestIdFor("products", request));
    ASSIGN_OR_RETURN(const v1::UpsertProductsResponse response,
                     session_.Write(kUpsertProducts, request));
    RETURN_IF_ERROR(Print(response));
  }
  return absl::OkStatus();
}

absl::Status EpcisImport::UpsertLocations() {
  ASSIGN_OR_RETURN(const auto known, ListKnownLocations(session_));
  std::vector<v1::Location> missing;
  for (const v1::Location& location : plan_.locations) {
    if (!known.contains(location.location_id())) missing.push_back(location);
  }
  outcome_.locations_created = missing.size();
  const size_t size = kCatalogBatchMax;
  for (size_t begin = 0; begin < missing.size(); begin += size) {
    v1::UpsertLocationsRequest request;
    for (size_t i = begin; i < std::min(missing.size(), begin + size); ++i) {
      *request.add_locations() = missing[i];
    }
    request.set_request_id(RequestIdFor("places", request));
    ASSIGN_OR_RETURN(const v1::UpsertLocationsResponse response,
                     session_.Write(kUpsertLocations, request));
    RETURN_IF_ERROR(Print(response));
  }
  return absl::OkStatus();
}

absl::Status EpcisImport::CreateLots() {
  for (v1::BatchCreateLotsRequest& lots : LotRequestsOf(plan_)) {
    RETURN_IF_ERROR(CreateMissing(lots));
  }
  return absl::OkStatus();
}

absl::Status EpcisImport::CreateMissing(const v1::BatchCreateLotsRequest& lots) {
  v1::FindLotsRequest find;
  find.set_product_id(lots.product_id());
  for (const v1::NewLot& lot : lots.lots()) find.add_numbers(lot.number());
  ASSIGN_OR_RETURN(const v1::FindLotsResponse found, session_.Call(kFindLots, find));
  v1::BatchCreateLotsRequest create;
  create.set_product_id(lots.product_id());
  for (int i = 0; i < found.matches_size(); ++i) {
    if (found.matches(i).lots().empty()) *create.add_lots() = lots.lots(i);
  }
  if (create.lots().empty()) return absl::OkStatus();
  create.set_request_id(RequestIdFor("lots", create));
  ASSIGN_OR_RETURN(const v1::BatchCreateLotsResponse response,
                   session_.Write(kBatchCreateLots, create));
  outcome_.lots_created += static_cast<size_t>(response.lots_size());
  return Print(response);
}

absl::Status EpcisImport::Send(const ImportRequest& planned) {
  return std::visit([&](const auto& request) { return Send(planned, request); }, planned.message);
}

absl::Status EpcisImport::Send(const ImportRequest& planned, v1::RecordMovementsRequest request) {
  ASSIGN_OR_RETURN(const v1::RecordMovementsResponse response,
                   SendAccepting(planned, kRecordMovements, request));
  outcome_.movements_posted += static_cast<size_t>(response.movement_ids_size());
  return Print(response);
}

absl::Status EpcisImport::Send(const ImportRequest& planned, v1::CompleteWorkOrderRequest request) {
  ASSIGN_OR_RETURN(const v1::CompleteWorkOrderResponse response,
                   SendAccepting(planned, kCompleteWorkOrder, request));
  ++outcome_.completions_posted;
  return Print(response);
}

template <class Request, class Response>
absl::StatusOr<Response> EpcisImport::SendAccepting(const ImportRequest& planned,
                                                    const UnaryMethod<Request, Response>& method,
                                                    Request& request) {
  absl::StatusOr<Response> response = session_.Write(method, request);
  if (!accept_expired_ || ReasonOf(response.status()) != "LOT_EXPIRED") return response;
  outcome_.accepted.push_back({.event_id = planned.event_id,
                               .what = std::string(response.status().message()),
                               .remedy = "it was recorded nevertheless, as EXPIRED accepted"});
  request.add_accept(v1::ACCEPTANCE_EXPIRED);
  return session_.Write(method, request);
}

absl::Status EpcisImport::Print(const google::protobuf::Message& response) {
  return session_.json() ? session_.PrintJson(response) : absl::OkStatus();
}

}  // namespace lots::ctl
