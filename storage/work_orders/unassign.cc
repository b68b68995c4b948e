// UnassignSerials and CancelWorkOrder.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/types/span.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/refusals.h"
#include "storage/numbers/number.h"
#include "storage/work_orders/components/issued.h"
#include "storage/work_orders/numbers.h"
#include "storage/work_orders/refusals.h"
#include "storage/work_orders/rows.h"
#include "storage/work_orders/serials.h"
#include "storage/work_orders/work_orders.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using orders::NumberedSerial;
using orders::OrderFacts;
using orders::OrderRef;
using orders::PlannedSerial;
using orders::ProductRules;
using orders::SerialsByKey;

// A number that was kept, and is given up now.
bool IsGivenUp(const UnassignSerialsCommand& command, const NumberedSerial& serial) {
  return !command.keep && serial.state == LotState::kPlanned && !serial.planned_for.has_value();
}

// A serial that was named, or why it cannot be taken off the order.
std::optional<Problem> ValidateUnassign(const UnassignSerialsCommand& command,
                                        const ProductRules& product, const NumberedSerial* serial,
                                        size_t index) {
  const std::string& number = command.numbers[index];
  if (serial == nullptr) {
    return LotNotFound(LotRef{.lot_id = {}, .product_id = product.product_id, .number = number},
                       orders::NumberField(index));
  }
  if (serial->planned_for == command.work_order) return std::nullopt;
  if (IsGivenUp(command, *serial)) return std::nullopt;
  return orders::NotAssigned(orders::NumberField(index), {number, serial->lot_id}, serial->state,
                             command.work_order);
}

std::vector<PlannedSerial> PlanUnassign(const UnassignSerialsCommand& command,
                                        const ProductRules& product,
                                        const std::vector<std::string>& numbers,
                                        const SerialsByKey& serials,
                                        std::vector<Problem>& problems) {
  std::vector<PlannedSerial> ended;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto found = serials.find(NumberKey(numbers[i], product.case_sensitive));
    const NumberedSerial* serial = found == serials.end() ? nullptr : &found->second;
    std::optional<Problem> problem = ValidateUnassign(command, product, serial, i);
    if (problem.has_value()) {
      problems.push_back(*std::move(problem));
    } else {
      ended.push_back({.lot_id = serial->lot_id,
                       .number = serial->number,
                       .active_before = serial->active_before,
                       .dates = {}});
    }
  }
  return ended;
}

// An order that is not open has no serials, but numbers that it kept can still be given up.
absl::Status CheckUnassignOrder(const UnassignSerialsCommand& command, const OrderRef& order_ref,
                                const OrderFacts& facts, const SerialsByKey& named) {
  const bool is_giving_up = !named.empty() && absl::c_all_of(named, [&](const auto& entry) {
    return IsGivenUp(command, entry.second);
  });
  if (facts.order.has_value() && is_giving_up) return absl::OkStatus();
  return orders::CheckOpen(order_ref, facts);
}

std::vector<NumberedLot> NumbersOf(absl::Span<const PlannedSerial> serials) {
  std::vector<NumberedLot> lots;
  for (const PlannedSerial& serial : serials) {
    lots.push_back({.number = serial.number, .lot_id = serial.lot_id});
  }
  return lots;
}

absl::StatusOr<std::vector<NumberedLot>> TryUnassign(pg::Connection& db,
                                                     const UnassignSerialsCommand& command) {
  std::vector<Problem> problems;
  const std::vector<std::string> numbers = orders::CleanNumbers(command.numbers, problems);
  const OrderRef order_ref{.work_order = command.work_order, .product = {}, .planned_quantity = {}};
  pg::Transaction transaction(db);
  ClaimRequest(transaction, command.context, {});
  const orders::OrderResultIndices indices =
      orders::AddOrderLock(transaction, command.context, order_ref);
  const size_t named =
      orders::AddNumberedLock(transaction, command.context.company, command.work_order, numbers);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  const OrderFacts facts = orders::ReadOrder(order_ref, results, indices);
  const SerialsByKey serials = orders::ReadNumbered(results[named]);
  RETURN_IF_ERROR(CheckUnassignOrder(command, order_ref, facts, serials));
  if (!problems.empty()) return Refuse(std::move(problems));
  orders::ValidateDuplicates(numbers, facts.product()->case_sensitive, problems);
  const std::vector<PlannedSerial> ended =
      PlanUnassign(command, *facts.product(), numbers, serials, problems);
  if (!problems.empty()) return Refuse(std::move(problems));

  const absl::Time at = orders::OrderTime(*facts.order, command.context.now);
  if (command.keep) {
    orders::AddUnassigning(transaction, command.context, command.work_order, orders::IdsOf(ended),
                           at);
  } else {
    orders::AddGivingUp(transaction, command.context, command.work_order, ended, at);
  }
  std::vector<NumberedLot> lots = NumbersOf(ended);
  orders::AddOrderChange(transaction, command.context.company,
                         {.work_order = command.work_order,
                          .state = facts.order->state,
                          .completed = Quantity(),
                          .planned_quantity = {},
                          .at = at});
  SetCreatedIds(transaction, command.context, orders::UuidsOf(lots));
  AddAuditEntry(transaction, command.context,
                {.lots = orders::IdsOf(lots), .work_order = command.work_order});
  RETURN_IF_ERROR(transaction.Commit().status());
  return lots;
}

absl::StatusOr<std::vector<NumberedLot>> TryCancel(pg::Connection& db,
                                                   const CancelWorkOrderCommand& command) {
  const OrderRef order_ref{.work_order = command.work_order, .product = {}, .planned_quantity = {}};
  pg::Transaction transaction(db);
  ClaimRequest(transaction, command.context, {});
  const orders::OrderResultIndices indices =
      orders::AddOrderLock(transaction, command.context, order_ref);
  const size_t planned = orders::AddPlannedSerials(transaction, command.context.company,
                                                   command.work_order, std::nullopt, {});
  const size_t issued =
      orders::AddIssuedRead(transaction, command.context.company, command.work_order);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  const OrderFacts facts = orders::ReadOrder(order_ref, results, indices);
  RETURN_IF_ERROR(orders::CheckOpen(order_ref, facts));
  const orders::IssuedLots left = orders::ReadIssued(results[issued]);
  if (!left.empty()) return Refuse(orders::ComponentsIssued(command.work_order, left));
  const std::vector<PlannedSerial> ended = orders::ReadPlannedSerials(results[planned]);
  std::vector<NumberedLot> voided = orders::VoidedOf(ended);

  const absl::Time at = orders::OrderTime(*facts.order, command.context.now);
  orders::AddGivingUp(transaction, command.context, command.work_order, ended, at);
  orders::AddOrderChange(transaction, command.context.company,
                         {.work_order = command.work_order,
                          .state = WorkOrderState::kCancelled,
                          .completed = Quantity(),
                          .planned_quantity = {},
                          .at = at});
  SetCreatedIds(transaction, command.context, orders::UuidsOf(voided));
  AddAuditEntry(transaction, command.context,
                {.lots = orders::IdsOf(ended), .work_order = command.work_order});
  RETURN_IF_ERROR(transaction.Commit().status());
  return voided;
}

}  // namespace

absl::StatusOr<std::vector<NumberedLot>> UnassignSerials(pg::Connection& db,
                                                         const UnassignSerialsCommand& command) {
  return RunWrite<std::vector<NumberedLot>>(
      db, {.context = command.context, .rebuild = orders::NamedAgain(db, command.context.company)},
      [&] { return TryUnassign(db, command); });
}

absl::StatusOr<std::vector<NumberedLot>> CancelWorkOrder(pg::Connection& db,
                                                         const CancelWorkOrderCommand& command) {
  return RunWrite<std::vector<NumberedLot>>(
      db, {.context = command.context, .rebuild = orders::NamedAgain(db, command.context.company)},
      [&] { return TryCancel(db, command); });
}

}  // namespace lots
