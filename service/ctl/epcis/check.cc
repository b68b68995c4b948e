// Finds what keeps a plan from being carried out whole.
#include "service/ctl/epcis/check.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/epcis/expiry.h"
#include "service/ctl/epcis/history.h"
#include "service/ctl/epcis/import.h"
#include "service/ctl/epcis/plan/catalog.h"
#include "service/ctl/output/show.h"
#include "storage/base/quantity.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// Reasons that do not depend on what the requests before have done.
bool IsOfTheRequest(v1::ErrorReason reason) {
  return reason == v1::ERROR_REASON_FIELD_INVALID || reason == v1::ERROR_REASON_NUMBER_INVALID ||
         reason == v1::ERROR_REASON_QUANTITY_SCALE ||
         reason == v1::ERROR_REASON_QUANTITY_OVERFLOW ||
         reason == v1::ERROR_REASON_SERIAL_QUANTITY_NOT_ONE ||
         reason == v1::ERROR_REASON_DUPLICATE_IN_REQUEST ||
         reason == v1::ERROR_REASON_LOTS_DISABLED;
}

class PlanChecker {
 public:
  PlanChecker(Session& session, const EpcisPlan& plan) : session_(session), plan_(plan) {}

  absl::StatusOr<EpcisCheck> Check();

 private:
  // The most decimals of the quantities of each product that the plan moves, and an event that has
  // as many.
  struct Decimals {
    int count = 0;
    const ImportRequest* request = nullptr;
  };

  void Count(const ImportRequest& request, const v1::RecordMovementsRequest& message);
  void Count(const ImportRequest& request, const v1::CompleteWorkOrderRequest& message);
  void Count(const ImportRequest& request, const std::string& product_id,
             const std::string& quantity);
  absl::Status CheckProducts();
  void CheckProduct(const v1::Product& needed, const v1::Product& found);
  absl::Status CheckLocations();
  absl::Status CheckLots();
  absl::Status CheckRequests();
  absl::Status CheckExpiry(PlanHistory history);
  absl::StatusOr<std::vector<v1::Problem>> Validate(v1::RecordMovementsRequest request);
  absl::StatusOr<std::vector<v1::Problem>> Validate(v1::CompleteWorkOrderRequest request);
  absl::StatusOr<std::vector<v1::Problem>> Validate(v1::BatchCreateLotsRequest request);
  // The problems of an answer; of a refusal, its own words where it is one of the request's.
  template <class Response>
  absl::StatusOr<std::vector<v1::Problem>> ProblemsOf(const absl::StatusOr<Response>& response);
  void Obstacle(std::string what) { check_.obstacles.push_back({.what = std::move(what)}); }

  Session& session_;
  const EpcisPlan& plan_;
  std::map<std::string, Decimals> decimals_;     // by product
  std::map<std::string, v1::Product> products_;  // that are registered
  EpcisCheck check_;
};

absl::StatusOr<EpcisCheck> PlanChecker::Check() {
  session_.progress().Start("comparing", 0);
  for (const ImportRequest& request : plan_.requests) {
    std::visit([&](const auto& message) { Count(request, message); }, request.message);
  }
  ASSIGN_OR_RETURN(PlanHistory history, ReadPlanHistory(session_, plan_));
  check_.done = history.done;
  check_.obstacles = history.conflicts;
  const bool is_done = check_.done.size() == plan_.requests.size() && !plan_.requests.empty();
  if (!is_done) {
    RETURN_IF_ERROR(CheckProducts());
    RETURN_IF_ERROR(CheckLocations());
    RETURN_IF_ERROR(CheckLots());
    RETURN_IF_ERROR(CheckRequests());
    RETURN_IF_ERROR(CheckExpiry(std::move(history)));
  }
  session_.progress().Stop();
  return std::move(check_);
}

void PlanChecker::Count(const ImportRequest& request, const v1::RecordMovementsRequest& message) {
  for (const v1::NewMovement& movement : message.movements()) {
    Count(request, movement.lot().product_id(), movement.quantity());
  }
}

void PlanChecker::Count(const ImportRequest& request, const v1::CompleteWorkOrderRequest& message) {
  for (const auto& component : message.components()) {
    Count(request, component.lot().product_id(), component.quantity());
  }
  for (const auto& output : message.outputs()) {
    Count(request, message.product_id(), output.quantity());
  }
  for (const auto& by_product : message.by_products()) {
    Count(request, by_product.lot().product_id(), by_product.quantity());
  }
}

void PlanChecker::Count(const ImportRequest& request, const std::string& product_id,
                        const std::string& quantity) {
  Decimals& most = decimals_[product_id];
  const absl::StatusOr<Quantity> parsed = Quantity::Parse(quantity);
  if (most.request == nullptr) most.request = &request;
  while (parsed.ok() && most.count < Quantity::kScaleMax && !parsed->FitsScale(most.count)) {
    ++most.count;
    most.request = &request;
  }
}

absl::Status PlanChecker::CheckProducts() {
  for (const v1::Product& needed : plan_.products) {
    v1::GetProductRequest request;
    request.set_product_id(needed.product_id());
    const absl::StatusOr<v1::Product> found = session_.Call(kGetProduct, request);
    if (absl::IsNotFound(found.status())) continue;
    RETURN_IF_ERROR(found.status());
    CheckProduct(needed, *found);
    products_[needed.product_id()] = *found;
  }
  return absl::OkStatus();
}

void PlanChecker::CheckProduct(const v1::Product& needed, const v1::Product& found) {
  const auto decimals = decimals_.find(needed.product_id());
  // The document only mentions it.
  if (decimals == decimals_.end()) return;
  const std::string& id = needed.product_id();
  if (found.tracking() != needed.tracking()) {
    Obstacle(absl::StrCat("the product ", id, " is registered with tracking ",
                          ctl::Show(found.tracking()), ", and the document needs ",
                          ctl::Show(needed.tracking())));
    return;
  }
  if (needed.tracking() == v1::TRACKING_SERIAL) return;
  if (!IsSameUnit(found.unit(), needed.unit())) {
    Obstacle(absl::StrCat("the product ", id, " is registered in '", found.unit(),
                          "', and the document counts it in '", needed.unit(), "'"));
  }
  if (decimals->second.count > found.scale()) {
    check_.obstacles.push_back(
        {.event_id = decimals->second.request->event_id,
         .what = absl::StrCat("has a quantity of ", id, " with ", decimals->second.count,
                              " decimals, and the product is registered with ", found.scale())});
  }
}

absl::Status PlanChecker::CheckLocations() {
  ASSIGN_OR_RETURN(const auto known, ListKnownLocations(session_));
  for (const v1::Location& needed : plan_.locations) {
    const std::string& id = needed.location_id();
    const auto found = known.find(id);
    if (found == known.end()) continue;
    if (found->second.has_retire_time()) {
      Obstacle(absl::StrCat("the location ", id, " is retired; 'lotctl location retire ", id,
                            " --undo' takes it back into use"));
    }
    if (found->second.kind() == needed.kind()) continue;
    Obstacle(absl::StrCat("the location ", id, " is registered as ", Show(found->second.kind()),
                          ", and the document needs ", Show(needed.kind())));
  }
  return absl::OkStatus();
}

absl::Status PlanChecker::CheckLots() {
  for (v1::BatchCreateLotsRequest& request : LotRequestsOf(plan_)) {
    ASSIGN_OR_RETURN(const std::vector<v1::Problem> problems, Validate(std::move(request)));
    for (const v1::Problem& problem : problems) Obstacle(problem.message());
  }
  return absl::OkStatus();
}

absl::Status PlanChecker::CheckRequests() {
  session_.progress().Start("validating", static_cast<int64_t>(plan_.requests.size()));
  for (size_t i = 0; i < plan_.requests.size(); ++i) {
    session_.progress().Advance(1);
    if (check_.done.contains(i)) continue;
    const ImportRequest& planned = plan_.requests[i];
    const auto problems =
        std::visit([&](const auto& message) { return Validate(message); }, planned.message);
    RETURN_IF_ERROR(problems.status());
    for (const v1::Problem& problem : *problems) {
      check_.obstacles.push_back({.event_id = planned.event_id, .what = problem.message()});
    }
  }
  return absl::OkStatus();
}

absl::Status PlanChecker::CheckExpiry(PlanHistory history) {
  const absl::StatusOr<v1::Settings> settings =
      session_.Call(kGetSettings, v1::GetSettingsRequest());
  // A company that is not there yet derives nothing.
  if (absl::IsNotFound(settings.status())) return absl::OkStatus();
  RETURN_IF_ERROR(settings.status());
  if (!settings->expiry_enabled()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const absl::TimeZone zone, session_.ReadZone());
  check_.discrepancies = FindExpiredUses(
      plan_, {.zone = zone, .products = std::move(products_), .history = std::move(history)});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Problem>> PlanChecker::Validate(v1::RecordMovementsRequest request) {
  request.set_validate_only(true);
  return ProblemsOf(session_.Call(kRecordMovements, std::move(request)));
}

absl::StatusOr<std::vector<v1::Problem>> PlanChecker::Validate(
    v1::CompleteWorkOrderRequest request) {
  request.set_validate_only(true);
  return ProblemsOf(session_.Call(kCompleteWorkOrder, std::move(request)));
}

absl::StatusOr<std::vector<v1::Problem>> PlanChecker::Validate(v1::BatchCreateLotsRequest request) {
  request.set_request_id("validate");
  request.set_validate_only(true);
  return ProblemsOf(session_.Call(kBatchCreateLots, std::move(request)));
}

template <class Response>
absl::StatusOr<std::vector<v1::Problem>> PlanChecker::ProblemsOf(
    const absl::StatusOr<Response>& response) {
  std::vector<v1::Problem> problems;
  const absl::Status& status = response.status();
  if (response.ok()) {
    for (const v1::Problem& problem : response->problems()) {
      if (IsOfTheRequest(problem.reason())) problems.push_back(problem);
    }
    return problems;
  }
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  v1::ErrorReason_Parse(absl::StrCat("ERROR_REASON_", ReasonOf(status)), &reason);
  if (IsOfTheRequest(reason)) {
    problems.emplace_back().set_message(std::string(status.message()));
    return problems;
  }
  // The requests before it have not been carried out.
  if (absl::IsNotFound(status) || absl::IsFailedPrecondition(status)) return problems;
  return status;
}

}  // namespace

absl::StatusOr<EpcisCheck> CheckEpcisPlan(Session& session, const EpcisPlan& plan) {
  return PlanChecker(session, plan).Check();
}

}  // namespace lots::ctl
