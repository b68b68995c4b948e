// ReturnComponents.

#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/ledger.h"
#include "storage/lot_rows/resolve.h"
#include "storage/work_orders/components/issued.h"
#include "storage/work_orders/issue/issue.h"
#include "storage/work_orders/issue/posted.h"
#include "storage/work_orders/rows.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using orders::IssuedLots;
using orders::IssueHeader;
using orders::OrderRef;

using LotIds = std::vector<std::optional<LotId>>;

absl::StatusOr<LotIds> FindLots(pg::Connection& db, const ReturnCommand& command) {
  LotIds ids;
  if (command.lines.empty()) return ids;
  std::vector<LotRef> refs;
  for (const ReturnLine& line : command.lines) refs.push_back(line.lot);
  ASSIGN_OR_RETURN(const auto lots, ResolveLots(db, command.context.company, refs));
  for (const auto& lot : lots) {
    ids.push_back(lot.has_value() ? std::optional(lot->lot_id) : std::nullopt);
  }
  return ids;
}

// One line once it is known what is left.
struct Planned {
  LotId lot_id;
  Quantity quantity;
  LocationId to;
  absl::Time stock_since;
  std::string field;
};

// One return under way.
class ReturnTransaction {
 public:
  ReturnTransaction(pg::Connection& db, const ReturnCommand& command, const LotIds& lots)
      : db_(db),
        command_(command),
        lots_(lots),
        transaction_(db),
        ledger_(command.context),
        header_{command.context,     command.work_order, command.work_place,
                command.occurred_at, command.note,       TransformationId(Uuid::MakeV7())} {}

  absl::StatusOr<IssuePosted> Run();

 private:
  std::vector<Planned> Plan(std::vector<Problem>& problems);
  void PlanLine(size_t index, std::vector<Planned>& planned, std::vector<Problem>& problems);
  absl::Status LockGoods(const std::vector<Planned>& planned);
  void Post(const std::vector<Planned>& planned, std::vector<Problem>& problems);

  pg::Connection& db_;
  const ReturnCommand& command_;
  const LotIds& lots_;
  pg::Transaction transaction_;
  Ledger ledger_;
  const IssueHeader header_;
  IssuedLots left_;
  orders::IssuedChanges changes_;
};

Problem NoDestination(absl::string_view field) {
  return FieldInvalid(field, "", "say where it goes, here or in destination_location_id");
}

void ReturnTransaction::PlanLine(size_t index, std::vector<Planned>& planned,
                                 std::vector<Problem>& problems) {
  const ReturnLine& line = command_.lines[index];
  const std::string field = Indexed("lines", index);
  const std::optional<LotId>& lot = lots_[index];
  if (!lot.has_value()) {
    problems.push_back(LotNotFound(line.lot, absl::StrCat(field, ".lot")));
    return;
  }
  const std::optional<LocationId>& to = line.to.has_value() ? line.to : command_.destination;
  if (!to.has_value()) problems.push_back(NoDestination(absl::StrCat(field, ".to_location_id")));
  const auto found = left_.find(*lot);
  const Quantity all = found == left_.end() ? Quantity() : found->second.quantity;
  const absl::Time since = found == left_.end() ? command_.occurred_at : found->second.stock_since;
  if (!line.quantity.has_value() && !all.IsPositive()) {
    problems.push_back(orders::NothingIssued(command_.work_order, absl::StrCat(field, ".quantity"),
                                             *lot, line.lot.number));
    return;
  }
  const Quantity quantity = line.quantity.value_or(all);
  orders::TakeIssued(command_.work_order, absl::StrCat(field, ".quantity"), *lot, quantity, left_,
                     problems);
  planned.push_back({*lot, quantity, to.value_or(LocationId()), since, field});
}

std::vector<Planned> ReturnTransaction::Plan(std::vector<Problem>& problems) {
  std::vector<Planned> planned;
  for (size_t i = 0; i < command_.lines.size(); ++i) PlanLine(i, planned, problems);
  if (!command_.everything) return planned;
  if (!command_.destination.has_value()) {
    problems.push_back(NoDestination("destination_location_id"));
  }
  if (left_.empty()) {
    problems.push_back(FieldInvalid("everything", "true", "nothing is issued to the work order"));
  }
  for (const auto& [lot, issued] : left_) {
    planned.push_back({lot, issued.quantity, command_.destination.value_or(LocationId()),
                       issued.stock_since, "everything"});
  }
  return planned;
}

absl::Status ReturnTransaction::LockGoods(const std::vector<Planned>& planned) {
  for (const Planned& line : planned) {
    ledger_.Touch(line.lot_id, WorkInProcess());
    ledger_.Touch(line.lot_id, line.to);
  }
  ledger_.AddLocks(transaction_);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  return ledger_.Load(transaction_, results);
}

void ReturnTransaction::Post(const std::vector<Planned>& planned, std::vector<Problem>& problems) {
  for (const Planned& line : planned) {
    Posting posting = orders::PostingOf(header_, MovementKind::kIssueReturn, line.to, line.field);
    posting.lot_id = line.lot_id;
    posting.quantity = line.quantity;
    posting.stock_since = line.stock_since;
    orders::PostLine(posting, "to_location_id", ledger_, problems);
    orders::AddPosted(line.lot_id, -line.quantity, line.stock_since, changes_);
  }
}

absl::StatusOr<IssuePosted> ReturnTransaction::Run() {
  const WriteContext& context = command_.context;
  const OrderRef order_ref{
      .work_order = command_.work_order, .product = {}, .planned_quantity = {}};
  ClaimRequest(transaction_, context, {header_.transformation_id.value()});
  const orders::OrderResultIndices indices = orders::AddOrderLock(transaction_, context, order_ref);
  const size_t issued = orders::AddIssuedRead(transaction_, context.company, command_.work_order);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  const orders::OrderFacts facts = orders::ReadOrder(order_ref, results, indices);
  RETURN_IF_ERROR(orders::CheckOpen(order_ref, facts));
  left_ = orders::ReadIssued(results[issued]);
  std::vector<Problem> problems;
  const std::vector<Planned> planned = Plan(problems);
  if (!problems.empty()) return Refuse(std::move(problems));
  RETURN_IF_ERROR(LockGoods(planned));
  Post(planned, problems);
  if (!problems.empty()) return ledger_.Refuse(transaction_, std::move(problems));
  const absl::Time at = orders::OrderTime(*facts.order, context.now);
  orders::AddIssueWrites(transaction_, header_, changes_, at, ledger_);
  orders::AddOrderChange(transaction_, context.company,
                         {.work_order = command_.work_order,
                          .state = facts.order->state,
                          .completed = Quantity(),
                          .planned_quantity = {},
                          .at = at});
  const absl::Status committed = transaction_.Commit().status();
  if (!committed.ok()) return Ledger::Explain(committed);
  return orders::FindPosted(db_, context.company, header_.transformation_id);
}

}  // namespace

absl::StatusOr<IssuePosted> ReturnComponents(pg::Connection& db, const ReturnCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>& created_ids) {
    return orders::FindPosted(db, command.context.company, TransformationId(created_ids.front()));
  };
  return RunWrite<IssuePosted>(db,
                               {.context = command.context,
                                .rebuild = rebuild,
                                .runs_max = kOrderWriteRunsMax,
                                .reads_before_claim = true},
                               [&]() -> absl::StatusOr<IssuePosted> {
                                 ASSIGN_OR_RETURN(const LotIds lots, FindLots(db, command));
                                 return ReturnTransaction(db, command, lots).Run();
                               });
}

}  // namespace lots
