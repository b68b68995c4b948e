// Compares the movements of a plan's lots with the plan.
#include "service/ctl/epcis/history.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/epcis/found_lots.h"
#include "service/ctl/output/show.h"
#include "storage/base/limits.h"
#include "storage/base/quantity.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

bool SameQuantity(const std::string& a, const std::string& b) {
  const absl::StatusOr<Quantity> of_a = Quantity::Parse(a);
  const absl::StatusOr<Quantity> of_b = Quantity::Parse(b);
  return of_a.ok() && of_b.ok() && *of_a == *of_b;
}

bool SamePlace(const std::string& planned, const std::string& posted) {
  return planned.empty() || planned == posted;
}

// Whether it is what was planned, for the same lot.
bool IsPosted(const v1::NewMovement& planned, const v1::Movement& posted) {
  return planned.kind() == posted.kind() && SameQuantity(planned.quantity(), posted.quantity()) &&
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
  // A lot that the company has.
  struct FoundLot {
    v1::Lot lot;
    // What the plan calls the lot, which may have another number by now. None: only events that
    // the document takes back speak of it.
    std::set<LotKey> names;
    std::set<size_t> withdrawals;  // those events, by their indexes in the plan
  };
  struct LotConflict {
    const FoundLot* lot = nullptr;
    EpcisFinding finding;
  };

  void Expect(size_t request, const v1::RecordMovementsRequest& message);
  void Expect(size_t request, const v1::CompleteWorkOrderRequest& message);
  void Touch(const v1::LotRef& lot) { Touch(lot.product_id(), lot.number()); }
  void Touch(const std::string& product_id, const std::string& number) {
    touched_[product_id].insert(number);
  }
  FoundLot& Found(const v1::Lot& lot);
  absl::Status FindPlannedLots();
  absl::Status FindWithdrawnLots();
  absl::Status ReadMovements(const FoundLot& found);
  void Compare(const FoundLot& found, const v1::Movement& movement);
  // Whether the movement is the plan's own, done by an earlier import.
  bool IsOwn(const FoundLot& found, const v1::Movement& movement);
  void CompareUnmoved(const FoundLot& found);
  absl::Status ReadWorkOrders();
  // The withdrawn event that recorded the movement, by its index. Notes that it is on record.
  std::optional<size_t> WithdrawalOf(const v1::Movement& movement);
  void NameUnknownPallets();
  void TakenBack(size_t withdrawal, std::string what);
  void Conflict(const FoundLot& found, std::string what) {
    conflicts_.push_back({&found, {.what = std::move(what)}});
  }
  // Whether what the lot is from elsewhere matters: the plan uses the lot, or nothing else shows
  // that an event that the document takes back was never imported.
  bool Matters(const FoundLot& found) const;

  Session& session_;
  const EpcisPlan& plan_;
  std::map<std::string, std::set<std::string>> touched_;           // numbers by product
  std::map<std::string, std::vector<PlannedMovement>> movements_;  // by note
  std::map<std::string, size_t> orders_;                           // request by work order id
  std::map<LotKey, const EpcisNewLot*> new_lots_;
  std::map<std::string, FoundLot> found_;  // by lot id
  std::set<std::string> reversed_;         // ids of movements
  std::set<const FoundLot*> lots_from_elsewhere_;
  std::set<size_t> done_;
  std::set<size_t> withdrawals_on_record_;  // also when all of it was reversed
  // What contradicts a plan of which something is left to do; and what contradicts any plan.
  std::vector<LotConflict> conflicts_;
  std::vector<EpcisFinding> work_order_conflicts_;
  std::vector<EpcisFinding> taken_back_;
};

absl::StatusOr<PlanHistory> HistoryReader::Read() {
  const absl::StatusOr<v1::Settings> company =
      session_.Call(kGetSettings, v1::GetSettingsRequest());
  if (absl::IsNotFound(company.status())) return PlanHistory();
  RETURN_IF_ERROR(company.status());
  for (size_t i = 0; i < plan_.requests.size(); ++i) {
    std::visit([&](const auto& message) { Expect(i, message); }, plan_.requests[i].message);
  }
  for (const EpcisNewLot& lot : plan_.lots) {
    Touch(lot.product_id, lot.lot.number());
    new_lots_[LotKeyOf(lot.product_id, lot.lot.number())] = &lot;
  }
  RETURN_IF_ERROR(FindPlannedLots());
  RETURN_IF_ERROR(FindWithdrawnLots());
  for (const auto& [lot_id, found] : found_) RETURN_IF_ERROR(ReadMovements(found));
  NameUnknownPallets();
  RETURN_IF_ERROR(ReadWorkOrders());
  PlanHistory history{.done = std::move(done_), .conflicts = std::move(taken_back_), .lots = {}};
  for (const auto& [lot_id, found] : found_) {
    for (const LotKey& name : found.names) history.lots.emplace(name, found.lot);
  }
  // A plan that was carried out whole may be repeated, whatever happened to its goods since. An
  // event that the document only takes back can be nowhere but in what the company has.
  const bool repeats = !plan_.requests.empty() && history.done.size() == plan_.requests.size();
  if (repeats) return history;
  for (LotConflict& conflict : conflicts_) {
    if (Matters(*conflict.lot)) history.conflicts.push_back(std::move(conflict.finding));
  }
  history.conflicts.insert(history.conflicts.end(), work_order_conflicts_.begin(),
                           work_order_conflicts_.end());
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

HistoryReader::FoundLot& HistoryReader::Found(const v1::Lot& lot) {
  FoundLot& found = found_[lot.lot_id()];
  if (found.lot.lot_id().empty()) found.lot = lot;
  return found;
}

absl::Status HistoryReader::FindPlannedLots() {
  for (const auto& [product_id, numbers] : touched_) {
    ASSIGN_OR_RETURN(const auto lots,
                     FindLotsByNumber(session_, product_id, {numbers.begin(), numbers.end()}));
    for (const auto& [number, lot] : lots) Found(lot).names.insert(LotKeyOf(product_id, number));
  }
  return absl::OkStatus();
}

absl::Status HistoryReader::FindWithdrawnLots() {
  for (size_t i = 0; i < plan_.withdrawals.size(); ++i) {
    ASSIGN_OR_RETURN(const std::vector<v1::Lot> lots, FindLotsOf(session_, plan_.withdrawals[i]));
    for (const v1::Lot& lot : lots) Found(lot).withdrawals.insert(i);
  }
  return absl::OkStatus();
}

absl::Status HistoryReader::ReadMovements(const FoundLot& found) {
  v1::ListMovementsRequest list;
  list.set_page_size(kPageSizeMax);
  list.set_filter(absl::StrCat("lot_id = ", found.lot.lot_id()));
  bool moved = false;
  do {
    ASSIGN_OR_RETURN(const v1::ListMovementsResponse page, session_.Call(kListMovements, list));
    for (const v1::Movement& movement : page.movements()) {
      moved = true;
      Compare(found, movement);
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  if (!moved) CompareUnmoved(found);
  return absl::OkStatus();
}

// The newest movement comes first, so that a reversal comes before what it reverses: the two
// together changed nothing.
void HistoryReader::Compare(const FoundLot& found, const v1::Movement& movement) {
  if (!movement.reverses_movement_id().empty()) {
    reversed_.insert(movement.reverses_movement_id());
    return;
  }
  const bool was_reversed = reversed_.contains(movement.movement_id());
  const std::string name = ShowLot(found.lot.product_id(), found.lot.number());
  if (IsOwn(found, movement)) {
    if (was_reversed) {
      Conflict(found, absl::StrCat("an earlier import of this document recorded for ", name, ": ",
                                   TextOf(movement), "; it was reversed since"));
    }
    return;
  }
  const std::optional<size_t> withdrawal = WithdrawalOf(movement);
  if (was_reversed) return;
  if (withdrawal.has_value()) {
    TakenBack(*withdrawal,
              absl::StrCat("takes an event back that was imported before; it is on record for ",
                           name, ": ", TextOf(movement),
                           ". Reverse what the event recorded, the last first, and import again"));
    return;
  }
  // One tells enough.
  if (!lots_from_elsewhere_.insert(&found).second) return;
  Conflict(found, absl::StrCat("the company has ", name,
                               " already, and not from this document: ", TextOf(movement),
                               movement.note().empty() ? "" : ", note: ", movement.note()));
}

void HistoryReader::TakenBack(size_t withdrawal, std::string what) {
  const EpcisWithdrawal& event = plan_.withdrawals[withdrawal];
  taken_back_.push_back(
      {.event_id = event.event_id, .at = event.at, .step = event.step, .what = std::move(what)});
}

bool HistoryReader::Matters(const FoundLot& found) const {
  return !found.names.empty() || absl::c_any_of(found.withdrawals, [&](size_t withdrawal) {
    return !withdrawals_on_record_.contains(withdrawal);
  });
}

// Of an event that speaks of pallets alone, only its own record tells whether it was imported.
void HistoryReader::NameUnknownPallets() {
  for (size_t i = 0; i < plan_.withdrawals.size(); ++i) {
    const EpcisWithdrawal& event = plan_.withdrawals[i];
    const bool can_be_told = !event.names_pallets || !event.lots.empty() || event.is_in_document ||
                             withdrawals_on_record_.contains(i);
    if (can_be_told) continue;
    TakenBack(i,
              "takes an event back that the document does not have, and names only pallets, which "
              "are not kept: what the event moved cannot be looked up. Import the declaration "
              "together with its event; or reverse what the event recorded, and leave the "
              "declaration out");
  }
}

bool HistoryReader::IsOwn(const FoundLot& found, const v1::Movement& movement) {
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
    const v1::LotRef& lot = expected.movement->lot();
    const bool is_of_lot = found.names.contains(LotKeyOf(lot.product_id(), lot.number()));
    if (!is_of_lot || !IsPosted(*expected.movement, movement)) continue;
    done_.insert(expected.request);
    return true;
  }
  return false;
}

std::optional<size_t> HistoryReader::WithdrawalOf(const v1::Movement& movement) {
  for (size_t i = 0; i < plan_.withdrawals.size(); ++i) {
    if (!IsMarked(movement.note(), plan_.withdrawals[i])) continue;
    withdrawals_on_record_.insert(i);
    return i;
  }
  return std::nullopt;
}

// An import that stopped early leaves lots that never moved, as the plan has them.
void HistoryReader::CompareUnmoved(const FoundLot& found) {
  const v1::Lot& lot = found.lot;
  const bool is_own = absl::c_any_of(found.names, [&](const LotKey& name) {
    const auto planned = new_lots_.find(name);
    return planned != new_lots_.end() && lot.state() == v1::LOT_STATE_ACTIVE &&
           lot.reference() == planned->second->lot.reference() &&
           lot.notes() == planned->second->lot.notes();
  });
  if (is_own) return;
  Conflict(found, absl::StrCat("the company has ", ShowLot(lot.product_id(), lot.number()),
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
    work_order_conflicts_.push_back(
        {.what = absl::StrCat("the company has the work order ", work_order_id,
                              " already, and not from this document")});
  }
  return absl::OkStatus();
}

}  // namespace

LotKey LotKeyOf(const std::string& product_id, const std::string& number) {
  return {product_id, absl::AsciiStrToLower(number)};
}

absl::StatusOr<PlanHistory> ReadPlanHistory(Session& session, const EpcisPlan& plan) {
  return HistoryReader(session, plan).Read();
}

}  // namespace lots::ctl
