// AssignSerials.

#include <optional>
#include <utility>

#include "storage/base/status_macros.h"
#include "storage/domain/counters.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/insert.h"
#include "storage/lot_rows/numbers.h"
#include "storage/numbers/new_id.h"
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

OrderRef OrderRefOf(const AssignSerialsCommand& command) {
  return {.work_order = command.work_order,
          .product = command.product,
          .planned_quantity = command.planned_quantity};
}

std::vector<Problem> ValidateSerialOrder(const OrderRef& order_ref, const OrderFacts& facts) {
  const ProductRules* product = facts.product();
  if (product == nullptr || product->tracking == Tracking::kSerial) {
    return orders::ValidateOrder(order_ref, facts);
  }
  return {ProductWithoutSerials(product->product_id, product->tracking)};
}

// Whether the serial that has the number can be taken over; else why not.
std::optional<Problem> ValidateTaken(const NumberedSerial& serial, const std::string& number,
                                     const WorkOrderId& work_order, const std::string& field) {
  if (serial.state == LotState::kVoid) {
    return VoidNumber(field, {serial.number, serial.lot_id});
  }
  if (serial.state != LotState::kPlanned || serial.planned_for == work_order) {
    return NumberTaken(field, number, {serial.lot_id, serial.number, serial.state});
  }
  if (!serial.planned_for.has_value()) return std::nullopt;
  return orders::AssignedElsewhere(field, serial.lot_id, serial.number, *serial.planned_for);
}

// What an assignment writes: every serial in its order, and which of them are new lots.
struct Assignment {
  std::vector<NumberedLot> serials;
  std::vector<LotDraft> new_lots;
};

LotDraft DraftOf(const LotId& lot_id, const std::string& number) {
  LotDraft draft;
  draft.lot_id = lot_id;
  draft.number = number;
  return draft;
}

Assignment Plan(const AssignSerialsCommand& command, const ProductRules& product,
                const std::vector<std::string>& numbers, const SerialsByKey& taken,
                std::vector<Problem>& problems) {
  Assignment plan;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto found = taken.find(NumberKey(numbers[i], product.case_sensitive));
    if (found == taken.end()) {
      const LotId id(Uuid::MakeV7());
      plan.serials.push_back({.number = numbers[i], .lot_id = id});
      plan.new_lots.push_back(DraftOf(id, numbers[i]));
      continue;
    }
    const NumberedSerial& serial = found->second;
    std::optional<Problem> problem =
        ValidateTaken(serial, numbers[i], command.work_order, orders::NumberField(i));
    if (problem.has_value()) problems.push_back(*std::move(problem));
    plan.serials.push_back({.number = serial.number, .lot_id = serial.lot_id});
  }
  return plan;
}

absl::Status WriteAssignment(pg::Transaction& transaction, const AssignSerialsCommand& command,
                             const OrderFacts& facts, const Assignment& plan) {
  const absl::Time at = orders::OrderTime(*facts.order, command.context.now);
  if (!plan.new_lots.empty()) {
    InsertLots(transaction, command.context, *facts.product(), LotState::kPlanned, plan.new_lots);
  }
  orders::AddAssignments(transaction, command.context, command.work_order,
                         orders::IdsOf(plan.serials), AssignmentState::kPlanned, at);
  orders::AddOrderChange(transaction, command.context.company,
                         {.work_order = command.work_order,
                          .state = WorkOrderState::kOpen,
                          .completed = Quantity(),
                          .planned_quantity = command.planned_quantity,
                          .at = at});
  SetMade(transaction, command.context, orders::UuidsOf(plan.serials));
  AddAuditEntry(transaction, command.context,
                {.lots = orders::IdsOf(plan.serials), .work_order = command.work_order});
  transaction.Count(counters::kSerialsAssigned, static_cast<double>(plan.serials.size()));
  return transaction.Commit().status();
}

// Generated numbers, reserved in a transaction of their own before the order is locked.
absl::StatusOr<std::vector<std::string>> Generate(pg::Connection& db,
                                                  const AssignSerialsCommand& command) {
  RETURN_IF_ERROR(CheckNotMade(db, command.context));
  const CompanyId& company = command.context.company;
  ASSIGN_OR_RETURN(const CompanyRules rules, FindEnabledCompany(db, company));
  const OrderRef order_ref = OrderRefOf(command);
  ASSIGN_OR_RETURN(OrderFacts facts, orders::ReadOrderUnlocked(db, company, order_ref));
  if (facts.order.has_value()) {
    std::vector<Problem> problems = ValidateSerialOrder(order_ref, facts);
    if (!problems.empty()) return Refuse(std::move(problems));
  } else if (auto problem = CheckNewId("work_order_id", command.work_order.value())) {
    // Before numbers are taken.
    return Refuse(*std::move(problem));
  }
  const ProductRules* product = facts.order.has_value()
                                    ? facts.product()
                                    : facts.FindProduct(command.product.value_or(ProductId()));
  // A product that is not fit for serials is refused under the lock, in words.
  if (product == nullptr || product->tracking != Tracking::kSerial || !product->producible) {
    return std::vector<std::string>();
  }
  return ReserveNumbers(db, {.company = company,
                             .product_id = product->product_id,
                             .case_sensitive = product->case_sensitive,
                             .number_template = product->number_template,
                             .count = command.count,
                             .first_number = command.first_number,
                             .day = DayIn(command.context.now, rules.zone),
                             .avoided_keys = {},
                             .field = command.first_number.empty() ? "count" : "first_number"});
}

absl::StatusOr<std::vector<NumberedLot>> TryAssign(pg::Connection& db,
                                                   const AssignSerialsCommand& command) {
  std::vector<Problem> problems;
  std::vector<std::string> numbers = orders::CleanNumbers(command.numbers, problems);
  if (command.count > 0) {
    ASSIGN_OR_RETURN(numbers, Generate(db, command));
  }
  const OrderRef order_ref = OrderRefOf(command);
  pg::Transaction transaction(db);
  ClaimRequest(transaction, command.context, {});
  const orders::OrderPlaces places = orders::AddOrderLock(transaction, command.context, order_ref);
  const size_t company = AddCompanyRead(transaction, command.context.company);
  // Numbers that were made just now are free, or the constraint says otherwise.
  std::optional<size_t> taken;
  if (command.count == 0) {
    taken =
        orders::AddNumberedLock(transaction, command.context.company, command.work_order, numbers);
  }
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  RETURN_IF_ERROR(ReadEnabledCompany(command.context.company, results[company]).status());
  const OrderFacts facts = orders::ReadOrder(order_ref, results, places);
  std::vector<Problem> of_order = ValidateSerialOrder(order_ref, facts);
  if (!of_order.empty()) return Refuse(std::move(of_order));
  SerialsByKey named;
  if (taken.has_value()) named = orders::ReadNumbered(results[*taken]);
  // The product became fit for serials only after numbers were to be made.
  if (command.count > static_cast<int64_t>(numbers.size())) {
    return WriteConflict("the product became fit for serials");
  }
  orders::ValidateDuplicates(numbers, facts.product()->case_sensitive, problems);
  Assignment plan = Plan(command, *facts.product(), numbers, named, problems);
  if (!problems.empty()) return Refuse(std::move(problems));
  RETURN_IF_ERROR(WriteAssignment(transaction, command, facts, plan));
  return std::move(plan.serials);
}

}  // namespace

absl::StatusOr<std::vector<NumberedLot>> AssignSerials(pg::Connection& db,
                                                       const AssignSerialsCommand& command) {
  return RunWrite<std::vector<NumberedLot>>(
      db,
      {.context = command.context,
       .rebuild = orders::NamedAgain(db, command.context.company),
       .runs_max = kOrderWriteRunsMax,
       .reads_before_claim = true},
      [&] { return TryAssign(db, command); });
}

}  // namespace lots
