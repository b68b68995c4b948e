// CompleteWorkOrder: its pipelines. names.cc, outputs.cc, inputs.cc and write.cc have its steps.

#include <algorithm>
#include <utility>

#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/ledger/ledger.h"
#include "storage/work_orders/completion/completion.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using orders::CompletionFacts;
using orders::CompletionNames;
using orders::CompletionPlan;
using orders::OrderRef;
using orders::StoredLot;
using orders::StoredLots;

// NO KEY UPDATE: others that make these lots wait; others that use them (KEY SHARE) do not.
constexpr pg::Statement kLockOutputs{"lock_completion_outputs", R"sql(
  SELECT lot_id, product_id, number, tracking, state, manufactured_on, expires_on, best_before_on,
         removal_on, alert_on
  FROM lots WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY lot_id FOR NO KEY UPDATE)sql"};

// A statement of its own after the locks: a transaction that waited sees what happened meanwhile.
constexpr pg::Statement kReadPlans{"read_plans_of_lots", R"sql(
  SELECT lot_id, work_order_id FROM assignments
  WHERE company = $1 AND state = {ASSIGNMENT_PLANNED} AND lot_id = ANY($2))sql"_sql};

// For each of these serials, the last transformation of it that was not reversed. In the order of
// the serial's own movements: the clocks of several servers order nothing else.
constexpr pg::Statement kReadLastUses{"read_last_transformations", R"sql(
  SELECT DISTINCT ON (m.lot_id) m.lot_id, t.kind, m.kind = {MOVEMENT_CONSUMPTION}, t.work_order_id
  FROM movements m
  JOIN transformations t ON t.company = $1 AND t.transformation_id = m.transformation_id
  WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.reverses_id IS NULL
    AND NOT EXISTS (SELECT FROM transformations r
                    WHERE r.company = $1 AND r.reverses_id = t.transformation_id)
  ORDER BY m.lot_id, m.recorded_at DESC, m.movement_id DESC)sql"_sql};

OrderRef OrderRefOf(const CompletionCommand& command) {
  return {.work_order = command.work_order,
          .product = command.product,
          .planned_quantity = command.planned_quantity};
}

std::vector<LotId> StoredIds(const CompletionNames& names) {
  std::vector<LotId> ids;
  for (const auto& id : names.outputs) {
    if (id.has_value()) ids.push_back(*id);
  }
  for (const auto& id : names.by_products) {
    if (id.has_value()) ids.push_back(*id);
  }
  return ids;
}

StoredLots ReadStored(const pg::Result& rows, const pg::Result& plans) {
  StoredLots stored;
  for (const pg::Row row : rows) {
    using Day = std::optional<absl::CivilDay>;
    StoredLot lot{.lot_id = row.Get<LotId>(0),
                  .product_id = row.Get<ProductId>(1),
                  .number = row.Get<std::string>(2),
                  .tracking = row.Get<Tracking>(3),
                  .state = row.Get<LotState>(4),
                  .dates = {.manufactured_on = row.Get<Day>(5),
                            .expires_on = row.Get<Day>(6),
                            .best_before_on = row.Get<Day>(7),
                            .removal_on = row.Get<Day>(8),
                            .alert_on = row.Get<Day>(9)},
                  .planned_for = {},
                  .taken_apart = false,
                  .produced_by = {}};
    const LotId id = lot.lot_id;
    stored.emplace(id, std::move(lot));
  }
  for (const pg::Row row : plans) stored[row.Get<LotId>(0)].planned_for = row.Get<WorkOrderId>(1);
  return stored;
}

// One completion under way.
class CompletionTransaction {
 public:
  CompletionTransaction(pg::Connection& db, const CompletionCommand& command,
                        const CompletionNames& names, const WriteContext& context)
      : command_(command),
        names_(names),
        context_(context),
        transaction_(db),
        ledger_(context, command.accept),
        facts_{command, names, {}, {}, {}} {
    plan_.transformation_id = TransformationId(Uuid::MakeV7());
  }

  absl::StatusOr<Completion> Run();

 private:
  absl::Status LockAndRead();
  absl::Status ReadLastUses();
  std::optional<size_t> AddStored(const std::vector<LotId>& stored);
  void TouchNamed();
  void TouchMade(const LotId& lot_id, const std::optional<LocationId>& to);
  void TouchPlanned();
  std::vector<Problem> Validate();

  const CompletionCommand& command_;
  const CompletionNames& names_;
  const WriteContext& context_;
  pg::Transaction transaction_;
  Ledger ledger_;
  CompletionFacts facts_;
  CompletionPlan plan_;
};

void CompletionTransaction::TouchMade(const LotId& lot_id, const std::optional<LocationId>& to) {
  ledger_.Touch(lot_id, DefaultLocation(LocationKind::kProduction));
  if (to.has_value()) ledger_.Touch(lot_id, *to);
}

// Everything that the request names. New lots have no places yet: their locations are enough.
void CompletionTransaction::TouchNamed() {
  ledger_.TouchLocation(DefaultLocation(LocationKind::kProduction));
  if (command_.destination.has_value()) ledger_.TouchLocation(*command_.destination);
  const auto touch = [&](const std::optional<LotId>& id, const std::optional<LocationId>& to) {
    if (to.has_value()) ledger_.TouchLocation(*to);
    if (id.has_value()) TouchMade(*id, to.has_value() ? to : command_.destination);
  };
  for (size_t i = 0; i < command_.outputs.size(); ++i) {
    touch(names_.outputs[i], command_.outputs[i].to);
  }
  for (size_t i = 0; i < command_.by_products.size(); ++i) {
    touch(names_.by_products[i], command_.by_products[i].to);
  }
  for (size_t i = 0; i < command_.components.size(); ++i) {
    const CompletionComponent& component = command_.components[i];
    if (!names_.components[i].has_value()) continue;
    if (component.quantity.has_value()) ledger_.ExpectNoSerial(*names_.components[i]);
    TouchMade(*names_.components[i], component.from.has_value() ? component.from : command_.source);
  }
}

void CompletionTransaction::TouchPlanned() {
  const size_t taken = std::min(facts_.planned.size(), size_t(command_.planned_serial_count));
  for (size_t i = 0; i < taken; ++i) TouchMade(facts_.planned[i].lot_id, command_.destination);
}

// Where the answers begin; none: only new lots are made, and nothing is to be read.
std::optional<size_t> CompletionTransaction::AddStored(const std::vector<LotId>& stored) {
  if (stored.empty()) return std::nullopt;
  const size_t rows = transaction_.Add(kLockOutputs, context_.company, stored);
  transaction_.Add(kReadPlans, context_.company, stored);
  return rows;
}

// Two pipelines where the order's planned serials must be known before they can be locked.
absl::Status CompletionTransaction::LockAndRead() {
  const OrderRef order_ref = OrderRefOf(command_);
  const std::vector<LotId> stored = StoredIds(names_);
  const bool takes_planned = command_.planned_serial_count > 0;
  ClaimRequest(transaction_, context_, {plan_.transformation_id.value()});
  const auto places =
      orders::AddOrderLock(transaction_, context_, order_ref, names_.by_product_products);
  const std::optional<size_t> rows = AddStored(stored);
  std::optional<size_t> planned;
  if (takes_planned || command_.close) {
    const auto limit = command_.close ? std::nullopt : std::optional(command_.planned_serial_count);
    planned = orders::AddPlannedSerials(transaction_, context_.company, command_.work_order, limit,
                                        stored);
  }
  TouchNamed();
  if (!takes_planned) ledger_.AddLocks(transaction_);
  ASSIGN_OR_RETURN(pg::Results results, transaction_.Send());
  facts_.of_order = orders::ReadOrder(order_ref, results, places);
  if (rows.has_value()) facts_.stored = ReadStored(results[*rows], results[*rows + 1]);
  if (planned.has_value()) facts_.planned = orders::ReadNumberedLots(results[*planned]);
  if (takes_planned) {
    TouchPlanned();
    ledger_.AddLocks(transaction_);
    ASSIGN_OR_RETURN(results, transaction_.Send());
  }
  return ledger_.Load(transaction_, results);
}

// Only serials that are ACTIVE and not reworked need their past, and they are rarely among the
// outputs.
absl::Status CompletionTransaction::ReadLastUses() {
  std::vector<LotId> serials;
  for (const auto& [id, lot] : facts_.stored) {
    const bool living = lot.state == LotState::kActive || lot.state == LotState::kArchived;
    if (lot.tracking == Tracking::kSerial && living) serials.push_back(id);
  }
  if (serials.empty()) return absl::OkStatus();
  transaction_.Add(kReadLastUses, context_.company, serials);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  for (const pg::Row row : results[0]) {
    StoredLot& lot = facts_.stored[row.Get<LotId>(0)];
    lot.taken_apart =
        row.Get<TransformationKind>(1) == TransformationKind::kDisassembly && row.Get<bool>(2);
    lot.produced_by = row.Get<std::optional<WorkOrderId>>(3);
  }
  return absl::OkStatus();
}

std::vector<Problem> CompletionTransaction::Validate() {
  std::vector<Problem> problems = orders::ValidateOrder(OrderRefOf(command_), facts_.of_order);
  if (!problems.empty()) return problems;
  problems = names_.problems;
  plan_.at = orders::OrderTime(*facts_.of_order.order, context_.now);
  orders::PlanMade(facts_, plan_, problems);
  orders::PlanUsed(facts_, ledger_, plan_, problems);
  orders::PlanDates(command_, ledger_.facts().company, plan_, problems);
  orders::PostCompletion(command_, plan_, ledger_, problems);
  return problems;
}

absl::StatusOr<Completion> CompletionTransaction::Run() {
  RETURN_IF_ERROR(LockAndRead());
  RETURN_IF_ERROR(ReadLastUses());
  std::vector<Problem> problems = Validate();
  if (!problems.empty()) return ledger_.Refuse(transaction_, std::move(problems));
  if (!command_.validate_only) {
    orders::AddCompletionWrites(transaction_, facts_, plan_, ledger_);
    const absl::Status committed = transaction_.Commit().status();
    if (!committed.ok()) return Ledger::Explain(committed);
  }
  return orders::AnswerOf(facts_, plan_, ledger_);
}

absl::StatusOr<Completion> TryComplete(pg::Connection& db, const CompletionCommand& command,
                                       const WriteContext& context) {
  ASSIGN_OR_RETURN(const CompletionNames names, orders::NameLots(db, command));
  return CompletionTransaction(db, command, names, context).Run();
}

}  // namespace

absl::StatusOr<Completion> CompleteWorkOrder(pg::Connection& db, const CompletionCommand& command) {
  WriteContext context = command.context;
  // Nothing is written, so there is nothing that a repeat could find.
  if (command.validate_only) context.request_id.clear();
  return RunWrite<Completion>(
      db,
      {.context = context,
       .rebuild =
           [&](const std::vector<Uuid>& made) { return orders::FindCompletion(db, command, made); },
       .runs_max = kOrderWriteRunsMax,
       .reads_before_claim = true},
      [&] { return TryComplete(db, command, context); });
}

}  // namespace lots
