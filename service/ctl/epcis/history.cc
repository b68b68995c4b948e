// Compares the movements of a plan's lots with the plan.
#include "service/ctl/epcis/history.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/output/show.h"
#include "service/ctl/session/arguments.h"
#include "storage/base/limits.h"
#include "storage/base/quantity.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// A number as numbers are compared where case does not matter.
using LotKey = std::pair<std::string, std::string>;
LotKey KeyOf(const std::string& product_id, const std::string& number) {
  return {product_id, absl::AsciiStrToLower(number)};
}

bool SameQuantity(const std::string& a, const std::string& b) {
  const absl::StatusOr<Quantity> of_a = Quantity::Parse(a);
  const absl::StatusOr<Quantity> of_b = Quantity::Parse(b);
  return of_a.ok() && of_b.ok() && *of_a == *of_b;
}

bool SamePlace(const std::string& planned, const std::string& posted) {
  return planned.empty() || planned == posted;
}

bool IsPosted(const v1::NewMovement& planned, const v1::Movement& posted) {
  return planned.kind() == posted.kind() &&
         KeyOf(planned.lot().product_id(), planned.lot().number()) ==
             KeyOf(posted.product_id(), posted.number()) &&
         SameQuantity(planned.quantity(), posted.quantity()) &&
         SamePlace(planned.from_location_id(), posted.from_location_id()) &&
         SamePlace(planned.to_location_id(), posted.to_location_id());
}

std::string TextOf(const v1::Movement& movement) {
  return absl::StrCat(Show(movement.kind()), " of ", movement.quantity(), " from ",
                      movement.from_location_id(), " to ", movement.to_location_id(), ", ",
                      Show(movement.occur_time(), absl::UTCTimeZone()), " (movement ",
                      movement.movement_id(), ")");
}

class HistoryReader {
 public:
  HistoryReader(Session& session, const EpcisPlan& plan) : session_(session), plan_(plan) {}

  absl::StatusOr<PlanHistory> Read();

 private:
  // A movement of the plan, and the request that it is in.
  struct PlannedMovement {
    size_t request = 0;
    const v1::NewMovement* movement = nullptr;
  };

  void Expect(size_t request, const v1::RecordMovementsRequest& message);
  void Expect(size_t request, const v1::CompleteWorkOrderRequest& message);
  void Touch(const v1::LotRef& lot) { Touch(lot.product_id(), lot.number()); }
  void Touch(const std::string& product_id, const std::string& number) {
    touched_[product_id].insert(number);
  }
  absl::Status ReadProduct(const std::string& product_id, const std::vector<std::string>& numbers);
  absl::Status ReadLot(const v1::Lot& lot);
  void Compare(const v1::Lot& lot, const v1::Movement& movement);
  // Whether the movement is the plan's own, done by an earlier import.
  bool IsOwn(const v1::Movement& movement);
  void CompareUnmoved(const v1::Lot& lot);
  absl::Status ReadWorkOrders();
  const EpcisWithdrawal* WithdrawalOf(const v1::Movement& movement) const;
  void Conflict(std::string what) { conflicts_.push_back({.what = std::move(what)}); }

  Session& session_;
  const EpcisPlan& plan_;
  std::map<std::string, std::set<std::string>> touched_;           // numbers by product
  std::map<std::string, std::vector<PlannedMovement>> movements_;  // by note
  std::map<std::string, size_t> orders_;                           // request by work order id
  std::map<LotKey, const EpcisNewLot*> new_lots_;
  std::set<std::string> reversed_;  // ids of movements
  std::set<std::string> lots_read_;
  std::set<std::string> lots_from_elsewhere_;
  std::set<size_t> done_;
  // What contradicts a plan of which something is left to do; and what contradicts any plan.
  std::vector<EpcisFinding> conflicts_;
  std::vector<EpcisFinding> taken_back_;
};

absl::StatusOr<PlanHistory> HistoryReader::Read() {
  for (size_t i = 0; i < plan_.requests.size(); ++i) {
    std::visit([&](const auto& message) { Expect(i, message); }, plan_.requests[i].message);
  }
  for (const EpcisNewLot& lot : plan_.lots) {
    Touch(lot.product_id, lot.lot.number());
    new_lots_[KeyOf(lot.product_id, lot.lot.number())] = &lot;
  }
  for (const EpcisWithdrawal& withdrawal : plan_.withdrawals) {
    for (const auto& [product_id, number] : withdrawal.lots) Touch(product_id, number);
  }
  for (const auto& [product_id, numbers] : touched_) {
    RETURN_IF_ERROR(ReadProduct(product_id, {numbers.begin(), numbers.end()}));
  }
  RETURN_IF_ERROR(ReadWorkOrders());
  PlanHistory history{.done = std::move(done_), .conflicts = std::move(taken_back_)};
  // A plan that was carried out whole may be repeated, whatever happened to its goods since. An
  // event that the document only takes back can be nowhere but in what the company has.
  const bool repeats = !plan_.requests.empty() && history.done.size() == plan_.requests.size();
  if (!repeats) {
    history.conflicts.insert(history.conflicts.end(), conflicts_.begin(), conflicts_.end());
  }
  return history;
}

void HistoryReader::Expect(size_t request, const v1::RecordMovementsRequest& message) {
  for (const v1::NewMovement& movement : message.movements()) {
    movements_[movement.note()].push_back({request, &movement});
    Touch(movement.lot());
  }
}

void HistoryReader::Expect(size_t request, const v1::CompleteWorkOrderRequest& message) {
  orders_[message.work_order_id()] = request;
  for (const auto& component : message.components()) Touch(component.lot());
  for (const auto& by_product : message.by_products()) Touch(by_product.lot());
  for (const auto& output : message.outputs()) Touch(message.product_id(), output.number());
}

absl::Status HistoryReader::ReadProduct(const std::string& product_id,
                                        const std::vector<std::string>& numbers) {
  const size_t size = kFindNumbersMax;
  for (size_t begin = 0; begin < numbers.size(); begin += size) {
    v1::FindLotsRequest find;
    find.set_product_id(product_id);
    for (size_t i = begin; i < std::min(numbers.size(), begin + size); ++i) {
      find.add_numbers(numbers[i]);
    }
    const absl::StatusOr<v1::FindLotsResponse> found = session_.Call(kFindLots, find);
    // Neither the company nor the product need be there yet.
    if (absl::IsNotFound(found.status())) return absl::OkStatus();
    RETURN_IF_ERROR(found.status());
    for (const v1::FindLotsResponse::Match& match : found->matches()) {
      for (const v1::Lot& lot : match.lots()) RETURN_IF_ERROR(ReadLot(lot));
    }
  }
  return absl::OkStatus();
}

absl::Status HistoryReader::ReadLot(const v1::Lot& lot) {
  if (!lots_read_.insert(lot.lot_id()).second) return absl::OkStatus();
  v1::ListMovementsRequest list;
  list.set_page_size(kPageSizeMax);
  list.set_filter(absl::StrCat("lot_id = ", lot.lot_id()));
  bool moved = false;
  do {
    ASSIGN_OR_RETURN(const v1::ListMovementsResponse page, session_.Call(kListMovements, list));
    for (const v1::Movement& movement : page.movements()) {
      moved = true;
      Compare(lot, movement);
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  if (!moved) CompareUnmoved(lot);
  return absl::OkStatus();
}

// The newest movement comes first, so that a reversal comes before what it reverses: the two
// together changed nothing.
void HistoryReader::Compare(const v1::Lot& lot, const v1::Movement& movement) {
  if (!movement.reverses_movement_id().empty()) {
    reversed_.insert(movement.reverses_movement_id());
    return;
  }
  const bool was_reversed = reversed_.contains(movement.movement_id());
  const std::string name = ShowLot(lot.product_id(), lot.number());
  if (IsOwn(movement)) {
    if (was_reversed) {
      Conflict(absl::StrCat("an earlier import of this document recorded for ", name, ": ",
                            TextOf(movement), "; it was reversed since"));
    }
    return;
  }
  if (was_reversed) return;
  if (const EpcisWithdrawal* withdrawal = WithdrawalOf(movement)) {
    taken_back_.push_back(
        {.event_id = withdrawal->event_id,
         .at = withdrawal->at,
         .step = withdrawal->step,
         .what = absl::StrCat("takes an event back that was imported before; it is on record for ",
                              name, ": ", TextOf(movement),
                              ". Reverse what the event recorded, the last first, and import "
                              "again")});
    return;
  }
  // One tells enough.
  if (!lots_from_elsewhere_.insert(lot.lot_id()).second) return;
  Conflict(absl::StrCat("the company has ", name,
                        " already, and not from this document: ", TextOf(movement),
                        movement.note().empty() ? "" : ", note: ", movement.note()));
}

bool HistoryReader::IsOwn(const v1::Movement& movement) {
  const auto order = orders_.find(movement.work_order_id());
  if (order != orders_.end()) {
    const auto& message =
        std::get<v1::CompleteWorkOrderRequest>(plan_.requests[order->second].message);
    if (movement.note() != message.note()) return false;
    done_.insert(order->second);
    return true;
  }
  const auto planned = movements_.find(movement.note());
  if (planned == movements_.end()) return false;
  for (const PlannedMovement& expected : planned->second) {
    if (!IsPosted(*expected.movement, movement)) continue;
    done_.insert(expected.request);
    return true;
  }
  return false;
}

const EpcisWithdrawal* HistoryReader::WithdrawalOf(const v1::Movement& movement) const {
  for (const EpcisWithdrawal& withdrawal : plan_.withdrawals) {
    if (absl::StartsWith(movement.note(), withdrawal.mark)) return &withdrawal;
  }
  return nullptr;
}

// An import that stopped early leaves lots that never moved, as the plan has them.
void HistoryReader::CompareUnmoved(const v1::Lot& lot) {
  const auto planned = new_lots_.find(KeyOf(lot.product_id(), lot.number()));
  const bool is_own = planned != new_lots_.end() && lot.state() == v1::LOT_STATE_ACTIVE &&
                      lot.reference() == planned->second->lot.reference() &&
                      lot.notes() == planned->second->lot.notes();
  if (is_own) return;
  Conflict(absl::StrCat("the company has ", ShowLot(lot.product_id(), lot.number()),
                        " already, and not from this document: it is ", Show(lot.state()),
                        " and never moved"));
}

absl::Status HistoryReader::ReadWorkOrders() {
  for (const auto& [work_order_id, request] : orders_) {
    if (done_.contains(request)) continue;
    v1::GetWorkOrderRequest get;
    get.set_work_order_id(work_order_id);
    const absl::StatusOr<v1::WorkOrder> order = session_.Call(kGetWorkOrder, get);
    if (absl::IsNotFound(order.status())) continue;
    RETURN_IF_ERROR(order.status());
    const auto& planned = std::get<v1::CompleteWorkOrderRequest>(plan_.requests[request].message);
    const bool is_own =
        std::any_of(order->completions().begin(), order->completions().end(),
                    [&](const v1::Transformation& done) { return done.note() == planned.note(); });
    if (is_own) {
      done_.insert(request);
      continue;
    }
    Conflict(absl::StrCat("the company has the work order ", work_order_id,
                          " already, and not from this document"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PlanHistory> ReadPlanHistory(Session& session, const EpcisPlan& plan) {
  return HistoryReader(session, plan).Read();
}

}  // namespace lots::ctl
