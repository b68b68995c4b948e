// Sends the requests of a plan, and leaves out what an earlier import did.
#include "service/ctl/epcis/import.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/epcis/document/identity.h"
#include "service/ctl/session/arguments.h"
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

absl::Status WrongTracking(const v1::Product& here, const v1::Product& there) {
  return Refused(absl::StrCat("the product ", here.product_id(), " is registered with ",
                              v1::Tracking_Name(here.tracking()), ", and the document needs ",
                              v1::Tracking_Name(there.tracking())));
}

}  // namespace

absl::StatusOr<EpcisOutcome> EpcisImport::Run() {
  session_.progress().Start("registering", 0);
  RETURN_IF_ERROR(UpsertProducts());
  RETURN_IF_ERROR(UpsertLocations());
  RETURN_IF_ERROR(CreateLots());
  session_.progress().Start("importing", static_cast<int64_t>(plan_.requests.size()));
  for (const ImportRequest& planned : plan_.requests) {
    const absl::Status sent = Send(planned);
    if (!sent.ok()) return OfEvent(planned, sent);
    session_.progress().Advance(1);
  }
  session_.progress().Stop();
  return outcome_;
}

absl::Status EpcisImport::UpsertProducts() {
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
    if (found->tracking() != product.tracking()) return WrongTracking(*found, product);
    if (product.producible() && !found->producible()) *made_here.add_products() = product;
  }
  outcome_.products_created = static_cast<size_t>(missing.products_size());
  for (v1::UpsertProductsRequest* request : {&missing, &made_here}) {
    if (request->products().empty()) continue;
    request->set_request_id(RequestIdFor("products", *request));
    ASSIGN_OR_RETURN(const v1::UpsertProductsResponse response,
                     session_.Write(kUpsertProducts, *request));
    RETURN_IF_ERROR(Print(response));
  }
  return absl::OkStatus();
}

absl::Status EpcisImport::UpsertLocations() {
  std::set<std::string> known;
  v1::ListLocationsRequest list;
  list.set_page_size(kPageSizeMax);
  do {
    const absl::StatusOr<v1::ListLocationsResponse> page = session_.Call(kListLocations, list);
    // A company that nothing was registered in yet.
    if (absl::IsNotFound(page.status())) break;
    RETURN_IF_ERROR(page.status());
    for (const v1::Location& location : page->locations()) known.insert(location.location_id());
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());

  v1::UpsertLocationsRequest missing;
  for (const v1::Location& location : plan_.locations) {
    if (!known.contains(location.location_id())) *missing.add_locations() = location;
  }
  if (missing.locations().empty()) return absl::OkStatus();
  outcome_.locations_created = static_cast<size_t>(missing.locations_size());
  missing.set_request_id(RequestIdFor("places", missing));
  ASSIGN_OR_RETURN(const v1::UpsertLocationsResponse response,
                   session_.Write(kUpsertLocations, missing));
  return Print(response);
}

absl::Status EpcisImport::CreateLots() {
  std::map<std::string, std::vector<v1::NewLot>> by_product;
  for (const EpcisNewLot& lot : plan_.lots) by_product[lot.product_id].push_back(lot.lot);
  for (const auto& [product_id, lots] : by_product) {
    const size_t size = kFindNumbersMax;
    for (size_t begin = 0; begin < lots.size(); begin += size) {
      const size_t end = std::min(lots.size(), begin + size);
      RETURN_IF_ERROR(CreateLotsOf(
          product_id, std::vector<v1::NewLot>(lots.begin() + static_cast<std::ptrdiff_t>(begin),
                                              lots.begin() + static_cast<std::ptrdiff_t>(end))));
    }
  }
  return absl::OkStatus();
}

absl::Status EpcisImport::CreateLotsOf(const std::string& product_id,
                                       const std::vector<v1::NewLot>& lots) {
  v1::FindLotsRequest find;
  find.set_product_id(product_id);
  for (const v1::NewLot& lot : lots) find.add_numbers(lot.number());
  ASSIGN_OR_RETURN(const v1::FindLotsResponse found, session_.Call(kFindLots, find));
  v1::BatchCreateLotsRequest create;
  create.set_product_id(product_id);
  for (int i = 0; i < found.matches_size(); ++i) {
    if (found.matches(i).lots().empty()) *create.add_lots() = lots[static_cast<size_t>(i)];
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

absl::Status EpcisImport::Send(const ImportRequest&, const v1::RecordMovementsRequest& request) {
  ASSIGN_OR_RETURN(const bool done, IsDone(request));
  if (done) {
    ++outcome_.requests_found;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const v1::RecordMovementsResponse response,
                   session_.Write(kRecordMovements, request));
  outcome_.movements_posted += static_cast<size_t>(response.movement_ids_size());
  return Print(response);
}

absl::Status EpcisImport::Send(const ImportRequest& planned, v1::CompleteWorkOrderRequest request) {
  ASSIGN_OR_RETURN(const bool done, IsDone(request));
  if (done) {
    ++outcome_.requests_found;
    return absl::OkStatus();
  }
  absl::StatusOr<v1::CompleteWorkOrderResponse> response =
      session_.Write(kCompleteWorkOrder, request);
  if (accept_expired_ && ReasonOf(response.status()) == "LOT_EXPIRED") {
    outcome_.accepted.push_back({.event_id = planned.event_id,
                                 .what = std::string(response.status().message()),
                                 .remedy = "it was recorded nevertheless, as EXPIRED accepted"});
    request.add_accept(v1::ACCEPTANCE_EXPIRED);
    response = session_.Write(kCompleteWorkOrder, request);
  }
  RETURN_IF_ERROR(response.status());
  ++outcome_.completions_posted;
  return Print(*response);
}

// Whether the first movement of the request is posted already: a request is all or nothing. Request
// ids answer that too, but the service forgets them after a month.
absl::StatusOr<bool> EpcisImport::IsDone(const v1::RecordMovementsRequest& request) {
  const v1::NewMovement& first = request.movements(0);
  v1::ListMovementsRequest list;
  list.set_page_size(kPageSizeMax);
  list.set_filter(absl::StrCat("product_id = ", FilterText(first.lot().product_id()),
                               " AND occur_time = ", FilterTime(first.occur_time())));
  do {
    ASSIGN_OR_RETURN(const v1::ListMovementsResponse page, session_.Call(kListMovements, list));
    for (const v1::Movement& movement : page.movements()) {
      if (movement.note() == first.note() && movement.kind() == first.kind() &&
          absl::EqualsIgnoreCase(movement.number(), first.lot().number())) {
        return true;
      }
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  return false;
}

absl::StatusOr<bool> EpcisImport::IsDone(const v1::CompleteWorkOrderRequest& request) {
  v1::GetWorkOrderRequest get;
  get.set_work_order_id(request.work_order_id());
  const absl::StatusOr<v1::WorkOrder> order = session_.Call(kGetWorkOrder, get);
  if (absl::IsNotFound(order.status())) return false;
  RETURN_IF_ERROR(order.status());
  return std::any_of(
      order->completions().begin(), order->completions().end(),
      [&](const v1::Transformation& completion) { return completion.note() == request.note(); });
}

absl::Status EpcisImport::Print(const google::protobuf::Message& response) {
  return session_.json() ? session_.PrintJson(response) : absl::OkStatus();
}

}  // namespace lots::ctl
