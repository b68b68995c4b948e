// UnassignSerials and CancelWorkOrder.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/base/status_macros.h"
#include "storage/domain/refusals.h"
#include "storage/numbers/number.h"
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
using orders::ProductRules;
using orders::SerialsByKey;

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
  return orders::NotAssigned(orders::NumberField(index), {number, serial->lot_id}, serial->state,
                             command.work_order);
}

std::vector<NumberedLot> PlanUnassign(const UnassignSerialsCommand& command,
                                      const ProductRules& product,
                                      const std::vector<std::string>& numbers,
                                      const SerialsByKey& serials, std::vector<Problem>& problems) {
  std::vector<NumberedLot> lots;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto found = serials.find(NumberKey(numbers[i], product.case_sensitive));
    const NumberedSerial* serial = found == serials.end() ? nullptr : &found->second;
    std::optional<Problem> problem = ValidateUnassign(command, product, serial, i);
    if (problem.has_value()) {
      problems.push_back(*std::move(problem));
    } else {
      lots.push_back({.number = serial->number, .lot_id = serial->lot_id});
    }
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
  const orders::OrderPlaces places = orders::AddOrderLock(transaction, command.context, order_ref);
  const size_t named =
      orders::AddNumberedLock(transaction, command.context.company, command.work_order, numbers);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  const OrderFacts facts = orders::ReadOrder(order_ref, results, places);
  RETURN_IF_ERROR(orders::CheckOpen(order_ref, facts));
  if (!problems.empty()) return Refuse(std::move(problems));
  orders::ValidateDuplicates(numbers, facts.product()->case_sensitive, problems);
  std::vector<NumberedLot> lots = PlanUnassign(command, *facts.product(), numbers,
                                               orders::ReadNumbered(results[named]), problems);
  if (!problems.empty()) return Refuse(std::move(problems));

  const absl::Time at = orders::OrderTime(*facts.order, command.context.now);
  orders::AddEndOfAssignments(
      transaction, command.context, command.work_order, orders::IdsOf(lots),
      command.keep ? AssignmentState::kUnassigned : AssignmentState::kVoided, at);
  orders::AddOrderChange(transaction, command.context.company,
                         {.work_order = command.work_order,
                          .state = WorkOrderState::kOpen,
                          .completed = Quantity(),
                          .planned_quantity = {},
                          .at = at});
  SetMade(transaction, command.context, orders::UuidsOf(lots));
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
  const orders::OrderPlaces places = orders::AddOrderLock(transaction, command.context, order_ref);
  const size_t planned = orders::AddPlannedSerials(transaction, command.context.company,
                                                   command.work_order, std::nullopt, {});
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  const OrderFacts facts = orders::ReadOrder(order_ref, results, places);
  RETURN_IF_ERROR(orders::CheckOpen(order_ref, facts));
  std::vector<NumberedLot> voided = orders::ReadNumberedLots(results[planned]);

  const absl::Time at = orders::OrderTime(*facts.order, command.context.now);
  orders::AddEndOfAssignments(transaction, command.context, command.work_order,
                              orders::IdsOf(voided), AssignmentState::kVoided, at);
  orders::AddOrderChange(transaction, command.context.company,
                         {.work_order = command.work_order,
                          .state = WorkOrderState::kCancelled,
                          .completed = Quantity(),
                          .planned_quantity = {},
                          .at = at});
  SetMade(transaction, command.context, orders::UuidsOf(voided));
  AddAuditEntry(transaction, command.context,
                {.lots = orders::IdsOf(voided), .work_order = command.work_order});
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
