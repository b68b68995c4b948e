// CompleteWorkOrder: its pipelines. names.cc, outputs.cc, inputs.cc and write.cc have its steps.

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/rules/facts.h"
#include "storage/lot_rows/attributes.h"
#include "storage/lot_rows/numbers.h"
#include "storage/numbers/number.h"
#include "storage/work_orders/completion/completion.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using orders::CompletionFacts;
using orders::CompletionNames;
using orders::CompletionPlan;
using orders::MadeLot;
using orders::OrderRef;
using orders::StoredLot;
using orders::StoredLots;

// NO KEY UPDATE: others that make these lots wait; others that use them (KEY SHARE) do not.
constexpr pg::Statement kLockOutputs{"lock_completion_outputs", R"sql(
  SELECT lot_id, product_id, number, tracking, state, manufactured_on, expires_on, best_before_on,
         removal_on, alert_on, active_before, reference, notes, attributes::text
  FROM lots WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY lot_id FOR NO KEY UPDATE)sql"};

// A statement of its own after the locks: a transaction that waited sees what happened meanwhile.
constexpr pg::Statement kReadPlans{"read_plans_of_lots", R"sql(
  SELECT lot_id, work_order_id FROM assignments
  WHERE company = $1 AND state = {ASSIGNMENT_PLANNED} AND lot_id = ANY($2))sql"_sql};

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
                  .texts = {.reference = row.Get<std::string>(11),
                            .notes = row.Get<std::string>(12),
                            .attributes = AttributesFromJson(row.Get<absl::string_view>(13))},
                  .active_before = row.Get<bool>(10),
                  .planned_for = {}};
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
                        const CompletionNames& names)
      : db_(db),
        command_(command),
        names_(names),
        context_(command.context),
        transaction_(db),
        ledger_(command.context, command.accept),
        facts_{command, names, {}, {}, {}, {}, {}} {
    plan_.transformation_id = TransformationId(Uuid::MakeV7());
  }

  absl::StatusOr<Completion> Run();

 private:
  absl::Status LockAndRead();
  absl::Status ReadPasts();
  absl::Status ReadReworked();
  std::optional<size_t> AddStored(const std::vector<LotId>& stored);
  void TouchNamed();
  void TouchMade(const LotId& lot_id, const std::optional<LocationId>& to);
  void TouchPlanned();
  void TouchIssued();
  bool NeedsIssued() const;
  std::vector<Problem> Validate();
  absl::Status GiveNumbers();

  pg::Connection& db_;
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
    const std::optional<LocationId>& from =
        component.from.has_value() ? component.from : command_.source;
    TouchMade(*names_.components[i], component.from_issued ? WorkInProcess() : from);
  }
  orders::TouchPlaces(names_.places, DefaultLocation(LocationKind::kProduction), ledger_);
}

void CompletionTransaction::TouchPlanned() {
  const size_t taken = std::min(facts_.planned.size(), size_t(command_.planned_serial_count));
  for (size_t i = 0; i < taken; ++i) TouchMade(facts_.planned[i].lot_id, command_.destination);
}

void CompletionTransaction::TouchIssued() {
  if (!command_.consume_issued) return;
  for (const auto& [lot, issued] : facts_.issued) TouchMade(lot, WorkInProcess());
}

bool CompletionTransaction::NeedsIssued() const {
  return command_.close || command_.consume_issued ||
         std::any_of(command_.components.begin(), command_.components.end(),
                     [](const CompletionComponent& component) { return component.from_issued; });
}

// Where the answers begin; none: only new lots are made, and nothing is to be read.
std::optional<size_t> CompletionTransaction::AddStored(const std::vector<LotId>& stored) {
  if (stored.empty()) return std::nullopt;
  const size_t rows = transaction_.Add(kLockOutputs, context_.company, stored);
  transaction_.Add(kReadPlans, context_.company, stored);
  return rows;
}

// Two pipelines where the order's planned serials or issued components must be known before they
// can be locked.
absl::Status CompletionTransaction::LockAndRead() {
  const OrderRef order_ref = OrderRefOf(command_);
  const std::vector<LotId> stored = StoredIds(names_);
  const bool takes_planned = command_.planned_serial_count > 0;
  const bool locks_later = takes_planned || command_.consume_issued;
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
  std::optional<size_t> issued;
  if (NeedsIssued()) {
    issued = orders::AddIssuedRead(transaction_, context_.company, command_.work_order);
  }
  TouchNamed();
  if (!locks_later) ledger_.AddLocks(transaction_);
  ASSIGN_OR_RETURN(pg::Results results, transaction_.Send());
  facts_.of_order = orders::ReadOrder(order_ref, results, places);
  if (rows.has_value()) facts_.stored = ReadStored(results[*rows], results[*rows + 1]);
  if (planned.has_value()) facts_.planned = orders::ReadPlannedSerials(results[*planned]);
  if (issued.has_value()) facts_.issued = orders::ReadIssued(results[*issued]);
  if (locks_later) {
    TouchPlanned();
    TouchIssued();
    ledger_.AddLocks(transaction_);
    ASSIGN_OR_RETURN(results, transaction_.Send());
  }
  return ledger_.Load(transaction_, results);
}

// Only serials that were ACTIVE before have a past, and they are rarely among the outputs.
absl::Status CompletionTransaction::ReadPasts() {
  std::vector<LotId> serials;
  for (const auto& [id, lot] : facts_.stored) {
    const bool is_living = lot.state == LotState::kActive || lot.state == LotState::kArchived;
    const bool is_serial = lot.tracking == Tracking::kSerial;
    if (is_serial && (is_living || lot.active_before)) serials.push_back(id);
  }
  for (const orders::PlannedSerial& serial : facts_.planned) {
    if (serial.active_before) serials.push_back(serial.lot_id);
  }
  if (serials.empty()) return absl::OkStatus();
  const size_t first = orders::AddSerialPasts(transaction_, context_.company, serials);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  facts_.pasts = orders::ReadSerialPasts(results, first);
  return absl::OkStatus();
}

// What comes out beside a unit that is worked on may have been in it: a swap in one step.
absl::Status CompletionTransaction::ReadReworked() {
  const auto is_named = [](const std::optional<LotId>& id) { return id.has_value(); };
  if (!absl::c_any_of(names_.by_products, is_named)) return absl::OkStatus();
  std::vector<size_t> first;
  for (const std::optional<LotId>& id : names_.outputs) {
    if (!id.has_value() || !absl::c_linear_search(names_.components, id)) continue;
    first.push_back(AddUnitLinks(transaction_, context_.company, *id));
  }
  if (first.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(pg::Results results, transaction_.Send());
  for (size_t& index : first) {
    const orders::UnitContents contents = orders::ContentsOf(ReadUnitLinks(results, index));
    index = orders::AddLockedContents(transaction_, context_.company, contents);
  }
  ASSIGN_OR_RETURN(results, transaction_.Send());
  for (const size_t index : first) {
    facts_.reworked.push_back(orders::ReadLockedContents(results, index));
  }
  return absl::OkStatus();
}

std::vector<Problem> CompletionTransaction::Validate() {
  std::vector<Problem> problems = orders::ValidateOrder(OrderRefOf(command_), facts_.of_order);
  if (!problems.empty()) return problems;
  problems = names_.problems;
  plan_.at = orders::OrderTime(*facts_.of_order.order, context_.now);
  plan_.left = facts_.issued;
  orders::PlanMade(facts_, plan_, problems);
  orders::PlanUsed(facts_, ledger_, plan_, problems);
  orders::PlanChosen(facts_, ledger_, plan_, problems);
  const orders::IssuedLots left = orders::WhatIsLeft(plan_.left);
  if (command_.close && !left.empty()) {
    problems.push_back(orders::ComponentsIssued(command_.work_order, left));
  }
  orders::PlanDates(command_, ledger_.facts().company, plan_, problems);
  orders::PostCompletion(command_, plan_, ledger_, problems);
  return problems;
}

// The field that problems with generated numbers name.
std::string NumberFieldOf(const MadeLot& made) {
  const bool is_by_product = made.role == OutputRole::kByProduct;
  return absl::StrCat(made.field, is_by_product ? ".lot.number" : ".number");
}

// The counters are locked last, by product, when nothing is refused any more.
absl::Status CompletionTransaction::GiveNumbers() {
  absl::btree_map<ProductId, std::vector<MadeLot*>> nameless;
  for (MadeLot& made : plan_.made) {
    if (made.is_generated) nameless[made.product->product_id].push_back(&made);
  }
  for (const auto& [product_id, nameless_lots] : nameless) {
    const orders::ProductRules& product = *nameless_lots.front()->product;
    NumberQuery query =
        NumbersOf(context_.company, product, static_cast<int64_t>(nameless_lots.size()),
                  DayIn(context_.now, ledger_.facts().company.zone));
    query.field = NumberFieldOf(*nameless_lots.front());
    for (const MadeLot& made : plan_.made) {
      if (made.is_generated) continue;
      query.avoided_keys.insert(NumberKey(made.number, product.case_sensitive));
    }
    ASSIGN_OR_RETURN(std::vector<std::string> numbers, TakeNumbers(transaction_, db_, query));
    for (size_t i = 0; i < nameless_lots.size(); ++i)
      nameless_lots[i]->number = std::move(numbers[i]);
  }
  return absl::OkStatus();
}

absl::StatusOr<Completion> CompletionTransaction::Run() {
  RETURN_IF_ERROR(LockAndRead());
  RETURN_IF_ERROR(ReadPasts());
  RETURN_IF_ERROR(ReadReworked());
  std::vector<Problem> problems = Validate();
  RETURN_IF_ERROR(orders::FindMore(transaction_, context_, plan_.short_queries, names_.places));
  if (!problems.empty()) return ledger_.Refuse(transaction_, std::move(problems));
  if (command_.validate_only) return orders::AnswerOf(facts_, plan_, ledger_);
  RETURN_IF_ERROR(GiveNumbers());
  orders::AddCompletionWrites(transaction_, facts_, plan_, ledger_);
  const absl::Status committed = transaction_.Commit().status();
  if (!committed.ok()) return Ledger::Explain(committed);
  return orders::AnswerOf(facts_, plan_, ledger_);
}

absl::StatusOr<Completion> TryComplete(pg::Connection& db, const CompletionCommand& command) {
  ASSIGN_OR_RETURN(const CompletionNames names, orders::NameLots(db, command));
  return CompletionTransaction(db, command, names).Run();
}

}  // namespace

absl::StatusOr<Completion> CompleteWorkOrder(pg::Connection& db, const CompletionCommand& command) {
  return RunWrite<Completion>(db,
                              {.context = command.context,
                               .rebuild =
                                   [&](const std::vector<Uuid>& created_ids) {
                                     return orders::FindCompletion(db, command, created_ids);
                                   },
                               .runs_max = kOrderWriteRunsMax,
                               .reads_before_claim = true},
                              [&] { return TryComplete(db, command); });
}

}  // namespace lots
