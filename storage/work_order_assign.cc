// AssignSerials, UnassignSerials and CancelWorkOrder.

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/limits.h"
#include "storage/lot_insert.h"
#include "storage/lot_numbers.h"
#include "storage/lot_resolve.h"
#include "storage/number.h"
#include "storage/work_order_rows.h"
#include "storage/work_order_serials.h"
#include "storage/work_orders.h"

namespace lots {
namespace {

using orders::OrderFacts;
using orders::OrderNaming;
using orders::ProductRules;

// A serial that has one of the numbers asked for.
struct NumberedSerial {
  LotId lot_id;
  std::string number;
  LotState state = LotState::kPlanned;
  std::optional<WorkOrderId> planned_for;
};
using SerialsByKey = absl::flat_hash_map<std::string, NumberedSerial>;

// Both keys of each number travel, and the product's rule picks one: so the product need not be
// known before.
constexpr pg::Statement kLockNumbered{"lock_numbered_serials", R"sql(
  SELECT l.lot_id, l.number, l.number_key, l.state,
         (SELECT a.work_order_id FROM assignments a
          WHERE a.company = $1 AND a.lot_id = l.lot_id AND a.state = 1)
  FROM work_orders w
  JOIN products p ON p.company = $1 AND p.product_id = w.product_id
  CROSS JOIN unnest($3::text[], $4::text[]) AS k (exact_key, folded_key)
  JOIN lots l ON l.company = $1 AND l.product_id = w.product_id
    AND l.number_key = CASE WHEN p.case_sensitive THEN k.exact_key ELSE k.folded_key END
  WHERE w.company = $1 AND w.work_order_id = $2
  ORDER BY l.lot_id
  FOR NO KEY UPDATE OF l)sql"};

size_t AddNumberedLock(pg::Transaction& transaction, const CompanyId& company,
                       const WorkOrderId& work_order, const std::vector<std::string>& numbers) {
  std::vector<std::string> exact, folded;
  for (const std::string& number : numbers) {
    exact.push_back(NumberKey(number, /*case_sensitive=*/true));
    folded.push_back(NumberKey(number, /*case_sensitive=*/false));
  }
  return transaction.Add(kLockNumbered, company, work_order, exact, folded);
}

SerialsByKey ReadNumbered(const pg::Result& rows) {
  SerialsByKey serials;
  for (const pg::Row row : rows) {
    serials.emplace(row.Get<std::string>(2),
                    NumberedSerial{.lot_id = row.Get<LotId>(0),
                                   .number = row.Get<std::string>(1),
                                   .state = row.Get<LotState>(3),
                                   .planned_for = row.Get<std::optional<WorkOrderId>>(4)});
  }
  return serials;
}

std::string NumberField(size_t index) { return Indexed("numbers", index); }

// The numbers in their clean form; those that are none become problems and stay empty.
std::vector<std::string> CleanNumbers(const std::vector<std::string>& numbers,
                                      std::vector<Problem>& problems) {
  std::vector<std::string> clean(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    absl::StatusOr<std::string> number = CleanNumber(numbers[i]);
    if (number.ok()) {
      clean[i] = *std::move(number);
    } else {
      problems.push_back(NumberInvalid(NumberField(i), numbers[i], number.status()));
    }
  }
  return clean;
}

// Says for each key where it stood first, and makes problems of the others.
void JudgeDuplicates(const std::vector<std::string>& numbers, bool case_sensitive,
                     std::vector<Problem>& problems) {
  absl::flat_hash_map<std::string, size_t> first;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i].empty()) continue;
    const auto [seen, is_new] = first.emplace(NumberKey(numbers[i], case_sensitive), i);
    if (!is_new) {
      problems.push_back(orders::Duplicate(NumberField(i), "number", numbers[i], seen->second));
    }
  }
}

OrderNaming NamingOf(const AssignSerialsOrder& order) {
  return {.work_order = order.work_order,
          .product = order.product,
          .planned_quantity = order.planned_quantity};
}

std::vector<Problem> JudgeSerialOrder(const OrderNaming& naming, const OrderFacts& facts) {
  const ProductRules* product = facts.product();
  if (product == nullptr || product->tracking == Tracking::kSerial) {
    return orders::JudgeOrder(naming, facts);
  }
  const std::string tracking(Name(product->tracking));
  return {{Reason::kTrackingMismatch,
           "product_id",
           absl::StrCat("product \"", product->product_id.value(), "\" is tracked ", tracking,
                        ", and serials are for products tracked SERIAL"),
           {{"product_id", product->product_id.value()}, {"tracking", tracking}}}};
}

// Whether the serial that has the number can be taken over; else why not.
std::optional<Problem> JudgeTaken(const NumberedSerial& serial, const std::string& number,
                                  const WorkOrderId& work_order, const std::string& field) {
  if (serial.state == LotState::kVoid) {
    return orders::LotIsVoid(field, serial.lot_id, serial.number);
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

Assignment Plan(const AssignSerialsOrder& order, const ProductRules& product,
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
        JudgeTaken(serial, numbers[i], order.work_order, NumberField(i));
    if (problem.has_value()) problems.push_back(*std::move(problem));
    plan.serials.push_back({.number = serial.number, .lot_id = serial.lot_id});
  }
  return plan;
}

absl::Status WriteAssignment(pg::Transaction& transaction, const AssignSerialsOrder& order,
                             const OrderFacts& facts, const Assignment& plan) {
  const absl::Time at = orders::OrderTime(*facts.order, order.context.now);
  if (!plan.new_lots.empty()) {
    InsertLots(transaction, order.context, *facts.product(), LotState::kPlanned, plan.new_lots);
  }
  orders::AddAssignments(transaction, order.context, order.work_order, orders::IdsOf(plan.serials),
                         AssignmentState::kPlanned, at);
  orders::AddOrderChange(transaction, order.context.company,
                         {.work_order = order.work_order,
                          .state = WorkOrderState::kOpen,
                          .completed = Quantity(),
                          .planned_quantity = order.planned_quantity,
                          .at = at});
  SetMade(transaction, order.context, orders::UuidsOf(plan.serials));
  return transaction.Commit().status();
}

// Generated numbers, reserved in a transaction of their own before the order is locked.
absl::StatusOr<std::vector<std::string>> Generate(pg::Connection& db,
                                                  const AssignSerialsOrder& order) {
  // A repeat needs no numbers, and must not use any up.
  if (orders::WasMade(db, order.context)) return std::vector<std::string>();
  const CompanyId& company = order.context.company;
  ASSIGN_OR_RETURN(const absl::TimeZone zone, orders::PeekCompany(db, company));
  const OrderNaming naming = NamingOf(order);
  ASSIGN_OR_RETURN(OrderFacts facts, orders::PeekOrder(db, company, naming));
  if (facts.order.has_value()) {
    std::vector<Problem> problems = JudgeSerialOrder(naming, facts);
    if (!problems.empty()) return Refuse(std::move(problems));
  }
  const ProductRules* product = facts.order.has_value()
                                    ? facts.product()
                                    : facts.FindProduct(order.product.value_or(ProductId()));
  // A product that is not fit for serials is refused under the lock, in words.
  if (product == nullptr || product->tracking != Tracking::kSerial || !product->producible) {
    return std::vector<std::string>();
  }
  return ReserveNumbers(db, {.company = company,
                             .product_id = product->product_id,
                             .case_sensitive = product->case_sensitive,
                             .number_template = product->number_template,
                             .count = order.count,
                             .first_number = order.first_number,
                             .day = DayIn(order.context.now, zone),
                             .avoided_keys = {},
                             .field = order.first_number.empty() ? "count" : "first_number"});
}

absl::StatusOr<std::vector<NumberedLot>> TryAssign(pg::Connection& db,
                                                   const AssignSerialsOrder& order) {
  std::vector<Problem> problems;
  std::vector<std::string> numbers = CleanNumbers(order.numbers, problems);
  if (order.count > 0) {
    ASSIGN_OR_RETURN(numbers, Generate(db, order));
  }
  const OrderNaming naming = NamingOf(order);
  pg::Transaction transaction(db);
  ClaimRequest(transaction, order.context, {});
  const orders::OrderPlaces places = orders::AddOrderLock(transaction, order.context, naming);
  const size_t company = orders::AddCompanyRead(transaction, order.context.company);
  const size_t taken =
      AddNumberedLock(transaction, order.context.company, order.work_order, numbers);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  RETURN_IF_ERROR(orders::ReadCompany(order.context.company, results[company]).status());
  const OrderFacts facts = orders::ReadOrder(naming, results, places);
  std::vector<Problem> of_order = JudgeSerialOrder(naming, facts);
  if (!of_order.empty()) return Refuse(std::move(of_order));
  const SerialsByKey named = ReadNumbered(results[taken]);
  // Numbers that were made before the lock: meanwhile somebody else has one of them, or the product
  // became fit for serials.
  const bool is_stale = !named.empty() || order.count != static_cast<int64_t>(numbers.size());
  if (order.count > 0 && is_stale) return orders::Crossed();
  JudgeDuplicates(numbers, facts.product()->case_sensitive, problems);
  Assignment plan = Plan(order, *facts.product(), numbers, named, problems);
  if (!problems.empty()) return Refuse(std::move(problems));
  RETURN_IF_ERROR(WriteAssignment(transaction, order, facts, plan));
  return std::move(plan.serials);
}

// A serial that was named, or why it cannot be taken off the order.
std::optional<Problem> JudgeUnassign(const UnassignSerialsOrder& order, const ProductRules& product,
                                     const NumberedSerial* serial, size_t index) {
  const std::string& number = order.numbers[index];
  if (serial == nullptr) {
    return LotNotFound(LotRef{.lot_id = {}, .product_id = product.product_id, .number = number},
                       NumberField(index));
  }
  if (serial->planned_for == order.work_order) return std::nullopt;
  return Problem{Reason::kSerialNotAssigned,
                 NumberField(index),
                 absl::StrCat("serial \"", number, "\" is not planned for work order \"",
                              order.work_order.value(), "\": it is ", Name(serial->state)),
                 {{"lot_id", serial->lot_id.value().ToString()},
                  {"number", number},
                  {"work_order_id", order.work_order.value()}}};
}

std::vector<NumberedLot> PlanUnassign(const UnassignSerialsOrder& order,
                                      const ProductRules& product,
                                      const std::vector<std::string>& numbers,
                                      const SerialsByKey& serials, std::vector<Problem>& problems) {
  std::vector<NumberedLot> lots;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto found = serials.find(NumberKey(numbers[i], product.case_sensitive));
    const NumberedSerial* serial = found == serials.end() ? nullptr : &found->second;
    std::optional<Problem> problem = JudgeUnassign(order, product, serial, i);
    if (problem.has_value()) {
      problems.push_back(*std::move(problem));
    } else {
      lots.push_back({.number = serial->number, .lot_id = serial->lot_id});
    }
  }
  return lots;
}

absl::StatusOr<std::vector<NumberedLot>> TryUnassign(pg::Connection& db,
                                                     const UnassignSerialsOrder& order) {
  std::vector<Problem> problems;
  const std::vector<std::string> numbers = CleanNumbers(order.numbers, problems);
  const OrderNaming naming{.work_order = order.work_order, .product = {}, .planned_quantity = {}};
  pg::Transaction transaction(db);
  ClaimRequest(transaction, order.context, {});
  const orders::OrderPlaces places = orders::AddOrderLock(transaction, order.context, naming);
  const size_t named =
      AddNumberedLock(transaction, order.context.company, order.work_order, numbers);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  const OrderFacts facts = orders::ReadOrder(naming, results, places);
  RETURN_IF_ERROR(orders::CheckOpen(naming, facts));
  if (!problems.empty()) return Refuse(std::move(problems));
  JudgeDuplicates(numbers, facts.product()->case_sensitive, problems);
  std::vector<NumberedLot> lots =
      PlanUnassign(order, *facts.product(), numbers, ReadNumbered(results[named]), problems);
  if (!problems.empty()) return Refuse(std::move(problems));

  const absl::Time at = orders::OrderTime(*facts.order, order.context.now);
  orders::AddEndOfAssignments(transaction, order.context, order.work_order, orders::IdsOf(lots),
                              order.keep ? AssignmentState::kUnassigned : AssignmentState::kVoided,
                              at);
  orders::AddOrderChange(transaction, order.context.company,
                         {.work_order = order.work_order,
                          .state = WorkOrderState::kOpen,
                          .completed = Quantity(),
                          .planned_quantity = {},
                          .at = at});
  SetMade(transaction, order.context, orders::UuidsOf(lots));
  RETURN_IF_ERROR(transaction.Commit().status());
  return lots;
}

absl::StatusOr<std::vector<NumberedLot>> TryCancel(pg::Connection& db,
                                                   const CancelWorkOrderOrder& order) {
  const OrderNaming naming{.work_order = order.work_order, .product = {}, .planned_quantity = {}};
  pg::Transaction transaction(db);
  ClaimRequest(transaction, order.context, {});
  const orders::OrderPlaces places = orders::AddOrderLock(transaction, order.context, naming);
  const size_t planned = orders::AddPlannedSerials(transaction, order.context.company,
                                                   order.work_order, std::nullopt, {});
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  const OrderFacts facts = orders::ReadOrder(naming, results, places);
  RETURN_IF_ERROR(orders::CheckOpen(naming, facts));
  std::vector<NumberedLot> voided = orders::ReadNumberedLots(results[planned]);

  const absl::Time at = orders::OrderTime(*facts.order, order.context.now);
  orders::AddEndOfAssignments(transaction, order.context, order.work_order, orders::IdsOf(voided),
                              AssignmentState::kVoided, at);
  orders::AddOrderChange(transaction, order.context.company,
                         {.work_order = order.work_order,
                          .state = WorkOrderState::kCancelled,
                          .completed = Quantity(),
                          .planned_quantity = {},
                          .at = at});
  SetMade(transaction, order.context, orders::UuidsOf(voided));
  RETURN_IF_ERROR(transaction.Commit().status());
  return voided;
}

// The answer again: the lots that the first call named, with their numbers as they are now.
auto NamedAgain(pg::Connection& db, const CompanyId& company) {
  return [&db, &company](const std::vector<Uuid>& made) {
    return orders::FindNumbers(db, company, orders::LotIdsOf(made));
  };
}

}  // namespace

absl::StatusOr<std::vector<NumberedLot>> AssignSerials(pg::Connection& db,
                                                       const AssignSerialsOrder& order) {
  return orders::WriteOrderOnce(
      db, order.context, [&] { return TryAssign(db, order); },
      NamedAgain(db, order.context.company));
}

absl::StatusOr<std::vector<NumberedLot>> UnassignSerials(pg::Connection& db,
                                                         const UnassignSerialsOrder& order) {
  return orders::WriteOrderOnce(
      db, order.context, [&] { return TryUnassign(db, order); },
      NamedAgain(db, order.context.company));
}

absl::StatusOr<std::vector<NumberedLot>> CancelWorkOrder(pg::Connection& db,
                                                         const CancelWorkOrderOrder& order) {
  return orders::WriteOrderOnce(
      db, order.context, [&] { return TryCancel(db, order); },
      NamedAgain(db, order.context.company));
}

}  // namespace lots
