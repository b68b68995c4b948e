// ReverseCompletion.

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/refusals.h"
#include "storage/domain/transformation.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/movements.h"
#include "storage/ledger/rules/refusals.h"
#include "storage/ledger/transformations.h"
#include "storage/pg/error.h"
#include "storage/work_orders/components/issued.h"
#include "storage/work_orders/reversal/corrected.h"
#include "storage/work_orders/reversal/later_work.h"
#include "storage/work_orders/reversal/regained.h"
#include "storage/work_orders/reversal/restore.h"
#include "storage/work_orders/rows.h"
#include "storage/work_orders/serials.h"
#include "storage/work_orders/work_orders.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

constexpr pg::Statement kLockOrderOf{"lock_order_of_transformation", R"sql(
  SELECT work_order_id, product_id, completed_quantity, state, updated_at
  FROM work_orders
  WHERE company = $1 AND work_order_id = (
    SELECT t.work_order_id FROM transformations t
    WHERE t.company = $1 AND t.transformation_id = $2)
  FOR UPDATE)sql"};

constexpr pg::Statement kReadTransformation{"read_transformation_to_reverse", R"sql(
  SELECT t.kind, t.occurred_at, t.reverses_id, r.transformation_id
  FROM transformations t
  LEFT JOIN transformations r ON r.company = $1 AND r.reverses_id = t.transformation_id
  WHERE t.company = $1 AND t.transformation_id = $2)sql"};

// IN and not EXISTS: hashed once, whatever the statistics say of a completion of 10,000 units.
constexpr pg::Statement kReadOutputs{"read_outputs_to_reverse", R"sql(
  SELECT o.lot_id, o.quantity, o.role, l.tracking = {TRACKING_SERIAL},
         o.lot_id IN (SELECT i.lot_id FROM transformation_inputs i
                      WHERE i.company = $1 AND i.transformation_id = $2),
         a.lot_id IS NOT NULL, o.before_state, o.before_dates[1], o.before_dates[2],
         o.before_dates[3], o.before_dates[4], o.before_dates[5]
  FROM transformation_outputs o
  JOIN transformations t ON t.company = $1 AND t.transformation_id = $2
  JOIN lots l ON l.company = $1 AND l.lot_id = o.lot_id
  LEFT JOIN assignments a ON a.company = $1 AND a.work_order_id = t.work_order_id
    AND a.lot_id = o.lot_id
  WHERE o.company = $1 AND o.transformation_id = $2
  ORDER BY o.line)sql"_sql};

// Of units that were worked on: those that the order has by another transformation too.
constexpr pg::Statement kReadMadeBefore{"read_units_made_by_order_too", R"sql(
  SELECT DISTINCT o.lot_id
  FROM transformation_outputs o
  JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id
    AND t.work_order_id = $3 AND t.transformation_id <> $4 AND t.reverses_id IS NULL
  WHERE o.company = $1 AND o.lot_id = ANY($2) AND o.role IN ({OUTPUTS_MADE}) AND NOT EXISTS (
    SELECT FROM transformations r
    WHERE r.company = $1 AND r.reverses_id = o.transformation_id))sql"_sql};

// What a reversal does to the order and its serials.
struct Undone {
  Quantity completed;            // of the product
  orders::LotChanges unmade;     // serials that were made here, by-products included
  std::vector<LotId> replanned;  // those of them that are the order's and PLANNED again
  // Serials that were there before: no longer the order's, unless it has them otherwise too.
  std::vector<LotId> released;
};

// One serial that came out of the transformation.
struct UndoneSerial {
  LotId lot_id;
  bool is_orders = false;  // a product, or assigned to the order
  bool went_in = false;    // it was reworked
  LotBefore before;        // of a new one: PLANNED, without dates
};

UndoneSerial SerialOf(const pg::Row& row) {
  using Day = std::optional<absl::CivilDay>;
  UndoneSerial serial{
      .lot_id = row.Get<LotId>(0),
      .is_orders = row.Get<OutputRole>(2) == OutputRole::kProduct || row.Get<bool>(5),
      .went_in = row.Get<bool>(4),
      .before = {}};
  if (row.IsNull(6)) return serial;
  serial.before = {.state = row.Get<LotState>(6),
                   .dates = {.manufactured_on = row.Get<Day>(7),
                             .expires_on = row.Get<Day>(8),
                             .best_before_on = row.Get<Day>(9),
                             .removal_on = row.Get<Day>(10),
                             .alert_on = row.Get<Day>(11)}};
  return serial;
}

void Undo(const UndoneSerial& serial, Undone& undone) {
  const bool is_planned = !serial.went_in && serial.before.state == LotState::kPlanned;
  if (serial.is_orders) {
    (is_planned ? undone.replanned : undone.released).push_back(serial.lot_id);
  }
  if (serial.went_in) return;
  undone.unmade.ids.push_back(serial.lot_id);
  undone.unmade.states.push_back(serial.before.state);
  undone.unmade.dates.push_back(serial.before.dates);
}

Undone UndoneOf(const pg::Result& outputs) {
  Undone undone;
  for (const pg::Row row : outputs) {
    if (row.Get<OutputRole>(2) == OutputRole::kProduct) undone.completed += row.Get<Quantity>(1);
    // What came out of a unit was there before.
    const bool was_made = row.Get<OutputRole>(2) == OutputRole::kProduct ||
                          row.Get<OutputRole>(2) == OutputRole::kByProduct;
    if (was_made && row.Get<bool>(3)) Undo(SerialOf(row), undone);
  }
  return undone;
}

// One reversal under way.
class ReversalTransaction {
 public:
  ReversalTransaction(pg::Connection& db, const CompletionReversalCommand& command,
                      const orders::CorrectedMovements& corrected,
                      const std::vector<LotId>& regained)
      : command_(command),
        company_(command.context.company),
        corrections_(corrected.corrections),
        movements_(corrected.movements),
        regained_(regained),
        transaction_(db),
        ledger_(command.context),
        restoration_(company_, command.transformation_id),
        reversal_id_(Uuid::MakeV7()),
        issued_changes_(orders::ChangesOfReversal(corrected.movements)) {}

  absl::StatusOr<CompletionReversal> Run();

 private:
  absl::Status LockAndRead();
  absl::Status KeepMadeBefore();
  void ReadOrder(const pg::Result& rows);
  std::optional<Problem> ValidateTransformation(const pg::Result& rows);
  void ValidateReturning(const PostedMovement& original, std::vector<Problem>& problems) const;
  void ValidateIssued(std::vector<Problem>& problems) const;
  void Post(std::vector<Problem>& problems);
  void AddReversal(const TransformationId& reversal, TransformationKind kind,
                   const TransformationId& reversed);
  void AddWrites();
  void AddOrderWrites();
  CompletionReversal Answer() const;

  const CompletionReversalCommand& command_;
  const CompanyId& company_;
  const std::vector<TransformationId>& corrections_;  // those in effect: they are reversed too
  const std::vector<PostedMovement>& movements_;
  const std::vector<LotId>& regained_;  // components that units have again
  pg::Transaction transaction_;
  Ledger ledger_;
  orders::Restoration restoration_;
  const TransformationId reversal_id_;
  const orders::IssuedChanges issued_changes_;
  orders::IssuedLots issued_;  // to the order, where the reversal changes that
  TransformationKind kind_ = TransformationKind::kProduction;
  absl::Time occurred_at_;
  std::optional<orders::OrderRow> work_order_;  // none: not of an order
  int scale_ = 0;
  Undone undone_;
  std::optional<Problem> later_work_;
};

void ReversalTransaction::ReadOrder(const pg::Result& rows) {
  if (rows.empty()) return;
  const pg::Row row = rows[0];
  work_order_ = orders::OrderRow{.work_order = row.Get<WorkOrderId>(0),
                                 .product_id = row.Get<ProductId>(1),
                                 .completed = row.Get<Quantity>(2),
                                 .state = row.Get<WorkOrderState>(3),
                                 .updated_at = row.Get<absl::Time>(4)};
}

constexpr pg::Statement kReadScale{"read_scale_of_order", R"sql(
  SELECT p.scale
  FROM transformations t
  JOIN work_orders w ON w.company = $1 AND w.work_order_id = t.work_order_id
  JOIN products p ON p.company = $1 AND p.product_id = w.product_id
  WHERE t.company = $1 AND t.transformation_id = $2)sql"};

// Earlier reversals are read after all locks, so that the later of two concurrent reversals sees
// the other one.
absl::Status ReversalTransaction::LockAndRead() {
  const TransformationId& id = command_.transformation_id;
  ClaimRequest(transaction_, command_.context, {reversal_id_.value()});
  const size_t work_order = transaction_.Add(kLockOrderOf, company_, id);
  const size_t scale = transaction_.Add(kReadScale, company_, id);
  orders::AddUnitLocks(transaction_, company_, id);
  std::optional<size_t> issued;
  if (!issued_changes_.empty()) {
    issued = orders::AddIssuedRead(transaction_, company_, *movements_.front().movement.work_order);
  }
  restoration_.AddLock(transaction_);
  for (const PostedMovement& movement : movements_) ledger_.TouchReversal(movement);
  for (const LotId& component : regained_) {
    ledger_.Touch(component, DefaultLocation(LocationKind::kProduction));
  }
  ledger_.AddLocks(transaction_);
  const size_t outputs = transaction_.Add(kReadOutputs, company_, id);
  const size_t transformation = transaction_.Add(kReadTransformation, company_, id);
  const size_t later_work = orders::AddLaterWork(transaction_, company_, id);
  const size_t corrections = orders::AddCorrections(transaction_, company_, id);
  const size_t regained = orders::AddRegained(transaction_, company_, id);
  restoration_.AddRead(transaction_);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  RETURN_IF_ERROR(ledger_.Load(transaction_, results));
  std::optional<Problem> problem = ValidateTransformation(results[transformation]);
  if (problem.has_value()) return Refuse(*std::move(problem));
  if (orders::ReadCorrections(results[corrections]) != corrections_) {
    return WriteConflict("a correction of the transformation came between");
  }
  if (orders::ReadRegained(results[regained]) != regained_) {
    return WriteConflict("a correction of what units regain came between");
  }
  ReadOrder(results[work_order]);
  later_work_ = orders::FindLaterWork(results, later_work);
  if (issued.has_value()) issued_ = orders::ReadIssued(results[*issued]);
  if (!results[scale].empty()) scale_ = results[scale][0].Get<int>(0);
  undone_ = UndoneOf(results[outputs]);
  RETURN_IF_ERROR(restoration_.Load(transaction_, results));
  orders::LotChanges& unmade = undone_.unmade;
  for (size_t i = 0; i < unmade.ids.size(); ++i) {
    unmade.dates[i] = restoration_.DatesOf(unmade.ids[i], unmade.dates[i]);
  }
  return KeepMadeBefore();
}

absl::Status ReversalTransaction::KeepMadeBefore() {
  if (!work_order_.has_value() || undone_.released.empty()) return absl::OkStatus();
  transaction_.Add(kReadMadeBefore, company_, undone_.released, work_order_->work_order,
                   command_.transformation_id);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  for (const pg::Row row : results[0]) std::erase(undone_.released, row.Get<LotId>(0));
  return absl::OkStatus();
}

std::optional<Problem> ReversalTransaction::ValidateTransformation(const pg::Result& rows) {
  const TransformationId& id = command_.transformation_id;
  if (rows.empty()) return TransformationNotFound(id);
  const pg::Row row = rows[0];
  kind_ = row.Get<TransformationKind>(0);
  occurred_at_ = row.Get<absl::Time>(1);
  if (!row.IsNull(2)) return NotReversible(id);
  if (!row.IsNull(3)) return AlreadyReversed(id, row.Get<TransformationId>(3));
  return std::nullopt;
}

// A unit whose rebuilding was reversed is planned for an order: it cannot be in stock too.
void ReversalTransaction::ValidateReturning(const PostedMovement& original,
                                            std::vector<Problem>& problems) const {
  const LotFacts* lot = ledger_.facts().FindLot(original.movement.lot_id);
  const std::optional<LocationKind> kind = ledger_.facts().FindKind(original.movement.from);
  if (lot == nullptr || !kind.has_value() || !HoldsGoods(*kind)) return;
  if (lot->state == LotState::kVoid) {
    problems.push_back(VoidNumber("transformation_id", {lot->number, lot->lot_id}));
  }
  if (lot->state != LotState::kPlanned) return;
  problems.push_back(LotPlanned("transformation_id", {lot->number, lot->lot_id},
                                QuotedLot(lot->number), " for a work order and cannot come back"));
}

// What was issued and used up since cannot go back. Of a serial, the ledger knows where it went.
void ReversalTransaction::ValidateIssued(std::vector<Problem>& problems) const {
  for (const PostedMovement& original : movements_) {
    const Movement& movement = original.movement;
    const auto change = issued_changes_.find(movement.lot_id);
    if (movement.to != WorkInProcess() || change == issued_changes_.end()) continue;
    const LotFacts* lot = ledger_.facts().FindLot(movement.lot_id);
    if (lot == nullptr || lot->tracking == Tracking::kSerial) continue;
    const auto found = issued_.find(movement.lot_id);
    const Quantity left = found == issued_.end() ? Quantity() : found->second.quantity;
    if (!(left + change->second.quantity).IsNegative()) continue;
    const Posting reversal = PostingOf(original, {.movement_id = {},
                                                  .note = "",
                                                  .transformation = reversal_id_,
                                                  .field = "transformation_id"});
    problems.push_back(ResultUsedUp(reversal, *lot, left, -change->second.quantity));
  }
}

void ReversalTransaction::Post(std::vector<Problem>& problems) {
  ValidateIssued(problems);
  for (auto original = movements_.rbegin(); original != movements_.rend(); ++original) {
    ValidateReturning(*original, problems);
    ledger_.PostReversal(*original,
                         {.movement_id = MovementId(Uuid::MakeV7()),
                          .note = command_.note,
                          .transformation = reversal_id_,
                          .field = "transformation_id"},
                         problems);
  }
}

void ReversalTransaction::AddOrderWrites() {
  const WriteContext& context = command_.context;
  const WorkOrderId& id = work_order_->work_order;
  const absl::Time at = orders::OrderTime(*work_order_, context.now);
  orders::AddLotChanges(transaction_, company_, undone_.unmade, at);
  orders::AddAssignments(transaction_, context, id, undone_.replanned, AssignmentState::kPlanned,
                         at);
  orders::AddUnassigning(transaction_, context, id, undone_.released, at);
  orders::AddIssuedChanges(transaction_, company_, id, issued_changes_, at);
  orders::AddOrderChange(transaction_, company_,
                         {.work_order = id,
                          .state = WorkOrderState::kOpen,
                          .completed = -undone_.completed,
                          .planned_quantity = {},
                          .at = at});
}

void ReversalTransaction::AddReversal(const TransformationId& reversal, TransformationKind kind,
                                      const TransformationId& reversed) {
  AddTransformation(transaction_, command_.context,
                    {.transformation_id = reversal,
                     .kind = kind,
                     .work_order = work_order_.has_value() ? std::optional(work_order_->work_order)
                                                           : std::nullopt,
                     .occurred_at = occurred_at_,
                     .recorded_at = ledger_.facts().recorded_at,
                     .actor = command_.context.actor,
                     .note = command_.note,
                     .reverses = reversed,
                     .reversed_by = {}});
}

void ReversalTransaction::AddWrites() {
  AddReversal(reversal_id_, kind_, command_.transformation_id);
  for (const TransformationId& correction : corrections_) {
    AddReversal(TransformationId(Uuid::MakeV7()), TransformationKind::kCorrection, correction);
  }
  ledger_.AddWrites(transaction_);
  restoration_.AddWrites(transaction_, command_.context, undone_.unmade,
                         ledger_.facts().recorded_at);
  AuditSubject subject;
  for (const PostedMovement& posted : movements_) subject.lots.push_back(posted.movement.lot_id);
  if (work_order_.has_value()) subject.work_order = work_order_->work_order;
  AddAuditEntry(transaction_, command_.context, subject);
  if (work_order_.has_value()) return AddOrderWrites();
  // The new number of a relabelled serial: planned, and free for an order.
  orders::AddLotChanges(transaction_, company_, undone_.unmade, command_.context.now);
}

CompletionReversal ReversalTransaction::Answer() const {
  CompletionReversal answer{
      .transformation_id = reversal_id_, .state = {}, .completed = {}, .scale = scale_};
  if (!work_order_.has_value()) return answer;
  answer.state = WorkOrderState::kOpen;
  answer.completed = work_order_->completed - undone_.completed;
  return answer;
}

absl::StatusOr<CompletionReversal> ReversalTransaction::Run() {
  RETURN_IF_ERROR(LockAndRead());
  std::vector<Problem> problems;
  Post(problems);
  if (problems.empty() && later_work_.has_value()) problems.push_back(*std::move(later_work_));
  if (!problems.empty()) return Refuse(std::move(problems));
  AddWrites();
  RETURN_IF_ERROR(orders::PassOnRegained(
      transaction_, command_.context, ledger_.facts(),
      {.reversal = reversal_id_, .reversed = command_.transformation_id, .note = command_.note},
      regained_));
  const absl::Status committed = transaction_.Commit().status();
  if (!committed.ok()) return Ledger::Explain(committed);
  return Answer();
}

absl::StatusOr<CompletionReversal> TryReverse(pg::Connection& db,
                                              const CompletionReversalCommand& command) {
  ASSIGN_OR_RETURN(
      const orders::CorrectedMovements corrected,
      orders::FindCorrectedMovements(db, command.context.company, command.transformation_id));
  ASSIGN_OR_RETURN(const std::vector<LotId> regained,
                   orders::FindRegained(db, command.context.company, command.transformation_id));
  return ReversalTransaction(db, command, corrected, regained).Run();
}

constexpr pg::Statement kFindReversal{"find_order_of_reversal", R"sql(
  SELECT w.state, w.completed_quantity, p.scale
  FROM transformations t
  JOIN work_orders w ON w.company = $1 AND w.work_order_id = t.work_order_id
  JOIN products p ON p.company = $1 AND p.product_id = w.product_id
  WHERE t.company = $1 AND t.transformation_id = $2)sql"};

absl::StatusOr<CompletionReversal> FindReversal(pg::Connection& db, const CompanyId& company,
                                                const TransformationId& reversal) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindReversal, company, reversal));
  CompletionReversal answer{
      .transformation_id = reversal, .state = {}, .completed = {}, .scale = 0};
  if (rows.empty()) return answer;
  answer.state = rows[0].Get<WorkOrderState>(0);
  answer.completed = rows[0].Get<Quantity>(1);
  answer.scale = rows[0].Get<int>(2);
  return answer;
}

}  // namespace

absl::StatusOr<CompletionReversal> ReverseCompletion(pg::Connection& db,
                                                     const CompletionReversalCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>& created_ids) {
    return FindReversal(db, command.context.company, TransformationId(created_ids.front()));
  };
  ASSIGN_OR_RETURN(
      CompletionReversal reversal,
      RunWrite<CompletionReversal>(db, {.context = command.context, .rebuild = rebuild},
                                   [&] { return TryReverse(db, command); }));
  ASSIGN_OR_RETURN(reversal.unarchived,
                   FindUnarchivedBy(db, command.context.company, reversal.transformation_id));
  return reversal;
}

}  // namespace lots
