// AssignSerials.

#include <optional>
#include <utility>

#include "storage/base/status_macros.h"
#include "storage/domain/counters.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/former/numbers.h"
#include "storage/lot_rows/insert.h"
#include "storage/lot_rows/numbers.h"
#include "storage/numbers/new_id.h"
#include "storage/numbers/number.h"
#include "storage/pg/error.h"
#include "storage/work_orders/numbers.h"
#include "storage/work_orders/refusals.h"
#include "storage/work_orders/rows.h"
#include "storage/work_orders/serial_past.h"
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
using orders::SerialPasts;
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

bool IsActiveOrArchived(const NumberedSerial& serial) {
  return serial.state == LotState::kActive || serial.state == LotState::kArchived;
}

// An ACTIVE serial can be made when it was created and never moved, or when it was taken apart. An
// ARCHIVED one can then be made once it is unarchived.
bool CanBeMade(const NumberedSerial& serial, const SerialPasts& pasts) {
  if (!IsActiveOrArchived(serial)) return false;
  const auto past = pasts.find(serial.lot_id);
  return past == pasts.end() || !past->second.moved || past->second.taken_apart;
}

// Whether the serial that has the number can be taken over; else why not.
std::optional<Problem> ValidateTaken(const NumberedSerial& serial, const SerialPasts& pasts,
                                     const std::string& number, const WorkOrderId& work_order,
                                     const std::string& field) {
  if (serial.state == LotState::kVoid) return std::nullopt;
  if (CanBeMade(serial, pasts)) {
    if (serial.state == LotState::kActive) return std::nullopt;
    return LotArchived(field, {serial.number, serial.lot_id}, QuotedLot(serial.number));
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
  std::vector<LotId> planned;  // stored ones that were not PLANNED
};

LotDraft DraftOf(const LotId& lot_id, const std::string& number) {
  LotDraft draft;
  draft.lot_id = lot_id;
  draft.number = number;
  return draft;
}

Assignment Plan(const AssignSerialsCommand& command, const ProductRules& product,
                const std::vector<std::string>& numbers, const SerialsByKey& taken,
                const SerialPasts& pasts, std::vector<Problem>& problems) {
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
        ValidateTaken(serial, pasts, numbers[i], command.work_order, orders::NumberField(i));
    if (problem.has_value()) problems.push_back(*std::move(problem));
    if (serial.state != LotState::kPlanned) plan.planned.push_back(serial.lot_id);
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
  orders::AddPlanning(transaction, command.context.company, plan.planned, at);
  orders::AddAssignments(transaction, command.context, command.work_order,
                         orders::IdsOf(plan.serials), AssignmentState::kPlanned, at);
  orders::AddOrderChange(transaction, command.context.company,
                         {.work_order = command.work_order,
                          .state = WorkOrderState::kOpen,
                          .completed = Quantity(),
                          .planned_quantity = command.planned_quantity,
                          .at = at});
  SetCreatedIds(transaction, command.context, orders::UuidsOf(plan.serials));
  AddAuditEntry(transaction, command.context,
                {.lots = orders::IdsOf(plan.serials), .work_order = command.work_order});
  transaction.Count(counters::kSerialsAssigned, static_cast<double>(plan.serials.size()));
  return transaction.Commit().status();
}

// A given number that another lot had formerly is refused with that lot. Without one the number was
// generated: the status stays the write conflict that it is.
absl::Status ExplainAssign(pg::Connection& db, const AssignSerialsCommand& command,
                           const ProductRules& product, const std::vector<std::string>& numbers,
                           const absl::Status& status) {
  const bool is_former = pg::ViolatesConstraint(status, kFormerNumberConstraint);
  if (!is_former || command.count > 0) return status;
  std::vector<std::string> keys;
  for (const std::string& number : numbers) {
    keys.push_back(NumberKey(number, product.case_sensitive));
  }
  ASSIGN_OR_RETURN(const auto owners,
                   FindNumberOwners(db, command.context.company, product.product_id, keys));
  std::vector<Problem> problems;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto owner = owners.find(keys[i]);
    if (owner == owners.end() || !owner->second.is_former) continue;
    problems.push_back(NumberTaken(orders::NumberField(i), numbers[i], owner->second));
  }
  return problems.empty() ? status : Refuse(std::move(problems));
}

// Generated numbers, taken once everything else was validated.
absl::StatusOr<std::vector<std::string>> Generate(pg::Transaction& transaction, pg::Connection& db,
                                                  const AssignSerialsCommand& command,
                                                  const ProductRules& product,
                                                  const CompanyRules& company) {
  NumberQuery wanted = NumbersOf(command.context.company, product, command.count,
                                 DayIn(command.context.now, company.zone));
  wanted.first_number = command.first_number;
  wanted.field = command.first_number.empty() ? "count" : "first_number";
  return TakeNumbers(transaction, db, wanted);
}

// Only of ACTIVE and ARCHIVED serials, which are rarely among the named ones.
absl::StatusOr<SerialPasts> ReadPasts(pg::Transaction& transaction, const CompanyId& company,
                                      const SerialsByKey& named) {
  std::vector<LotId> serials;
  for (const auto& [key, serial] : named) {
    if (IsActiveOrArchived(serial)) serials.push_back(serial.lot_id);
  }
  if (serials.empty()) return SerialPasts();
  const size_t first = orders::AddSerialPasts(transaction, company, serials);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  return orders::ReadSerialPasts(results, first);
}

absl::StatusOr<std::vector<NumberedLot>> TryAssign(pg::Connection& db,
                                                   const AssignSerialsCommand& command) {
  std::vector<Problem> problems;
  std::vector<std::string> numbers = orders::CleanNumbers(command.numbers, problems);
  const OrderRef order_ref = OrderRefOf(command);
  pg::Transaction transaction(db);
  ClaimRequest(transaction, command.context, {});
  const orders::OrderResultIndices indices =
      orders::AddOrderLock(transaction, command.context, order_ref);
  const size_t company = AddCompanyRead(transaction, command.context.company);
  // Numbers that were made just now are free, or the constraint says otherwise.
  std::optional<size_t> taken;
  if (command.count == 0) {
    taken =
        orders::AddNumberedLock(transaction, command.context.company, command.work_order, numbers);
  }
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  ASSIGN_OR_RETURN(const CompanyRules rules,
                   ReadEnabledCompany(command.context.company, results[company]));
  const OrderFacts facts = orders::ReadOrder(order_ref, results, indices);
  std::vector<Problem> of_order = ValidateSerialOrder(order_ref, facts);
  if (!of_order.empty()) return Refuse(std::move(of_order));
  SerialsByKey named;
  if (taken.has_value()) named = orders::ReadNumbered(results[*taken]);
  if (command.count > 0) {
    ASSIGN_OR_RETURN(numbers, Generate(transaction, db, command, *facts.product(), rules));
  }
  orders::ValidateDuplicates(numbers, facts.product()->case_sensitive, problems);
  ASSIGN_OR_RETURN(const SerialPasts pasts, ReadPasts(transaction, command.context.company, named));
  Assignment plan = Plan(command, *facts.product(), numbers, named, pasts, problems);
  if (!problems.empty()) return Refuse(std::move(problems));
  const absl::Status written = WriteAssignment(transaction, command, facts, plan);
  if (!written.ok()) return ExplainAssign(db, command, *facts.product(), numbers, written);
  return std::move(plan.serials);
}

}  // namespace

absl::StatusOr<std::vector<NumberedLot>> AssignSerials(pg::Connection& db,
                                                       const AssignSerialsCommand& command) {
  return RunWrite<std::vector<NumberedLot>>(
      db,
      {.context = command.context,
       .rebuild = orders::NamedAgain(db, command.context.company),
       .runs_max = kOrderWriteRunsMax},
      [&] { return TryAssign(db, command); });
}

}  // namespace lots
