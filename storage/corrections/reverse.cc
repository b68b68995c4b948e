// ReverseTransformation: a correction is taken back here, everything else in storage/work_orders.
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/corrections/corrections.h"
#include "storage/corrections/facts.h"
#include "storage/corrections/refusals.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/domain/transformation.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/movements.h"
#include "storage/ledger/rules/refusals.h"
#include "storage/ledger/transformations.h"
#include "storage/recalls/effects/effects.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using corrections::FactsQuery;
using effects::GenealogyChange;

// The transformation that a correction corrects. None: the transformation is no correction, or is a
// reversal of one. Neither changes.
constexpr pg::Statement kFindCorrected{"find_corrected_transformation", R"sql(
  SELECT corrects_id FROM transformations
  WHERE company = $1 AND transformation_id = $2 AND corrects_id IS NOT NULL)sql"};

constexpr pg::Statement kReadCorrection{"read_correction_to_reverse", R"sql(
  SELECT t.work_order_id, t.occurred_at, r.transformation_id
  FROM transformations t
  LEFT JOIN transformations r ON r.company = $1 AND r.reverses_id = t.transformation_id
  WHERE t.company = $1 AND t.transformation_id = $2)sql"};

// A link of the correction that ended since. Units that were taken apart are validated apart.
constexpr pg::Statement kReadLaterEnd{"read_later_end_of_correction", R"sql(
  SELECT e.ending_id, l.number, l.lot_id, l.product_id
  FROM component_ends e
  JOIN lots l ON l.company = $1 AND l.lot_id = e.lot_id
  WHERE e.company = $1 AND e.transformation_id = $2 AND e.input_line > 0 AND NOT EXISTS (
    SELECT FROM transformations r
    WHERE r.company = $1 AND r.reverses_id = e.ending_id)
  ORDER BY e.ending_id DESC LIMIT 1)sql"};

// What the correction put in, and what it ended.
constexpr pg::Statement kReadAdded{"read_links_added_by_correction", R"sql(
  SELECT lot_id, output_lot_id FROM transformation_inputs
  WHERE company = $1 AND transformation_id = $2
  ORDER BY line)sql"};

constexpr pg::Statement kReadEnded{"read_links_ended_by_correction", R"sql(
  SELECT lot_id, unit_lot_id FROM component_ends
  WHERE company = $1 AND ending_id = $2
  ORDER BY line)sql"};

// A link of a lot and a unit; none: all units of the corrected transformation.
struct ChangedLink {
  LotId component;
  std::optional<LotId> unit;
};

std::vector<ChangedLink> ReadChanged(const pg::Result& rows) {
  std::vector<ChangedLink> links;
  for (const pg::Row row : rows) {
    links.push_back({row.Get<LotId>(0), row.Get<std::optional<LotId>>(1)});
  }
  return links;
}

Problem EndedBy(const pg::Row& row) {
  const std::string later = row.Get<TransformationId>(0).value().ToString();
  LotFacts lot;
  lot.number = row.Get<std::string>(1);
  lot.lot_id = row.Get<LotId>(2);
  lot.product_id = row.Get<ProductId>(3);
  return ResultUsed(lot, "transformation_id",
                    absl::StrCat("is not in it any more; reverse transformation ", later, " first"),
                    {"transformation_id", later});
}

// One reversal of a correction under way.
class CorrectionReversal {
 public:
  CorrectionReversal(pg::Connection& db, const CompletionReversalCommand& command,
                     const TransformationId& corrected,
                     const std::vector<PostedMovement>& movements)
      : command_(command),
        context_(command.context),
        movements_(movements),
        transaction_(db),
        ledger_(command.context),
        query_{.company = command.context.company,
               .transformation_id = corrected,
               .components = {},
               .units = {}},
        reversal_id_(Uuid::MakeV7()) {}

  absl::StatusOr<CompletionReversal> Run();

 private:
  absl::Status LockAndRead();
  void ReadState(const pg::Results& results, size_t first);
  std::vector<Problem> Validate() const;
  void ValidateUnits(std::vector<Problem>& problems) const;
  void Post(std::vector<Problem>& problems);
  GenealogyChange Change() const;
  void AddWrites();

  const CompletionReversalCommand& command_;
  const WriteContext& context_;
  const std::vector<PostedMovement>& movements_;  // in the order of recording
  pg::Transaction transaction_;
  Ledger ledger_;
  const FactsQuery query_;  // about what the correction corrects
  const TransformationId reversal_id_;
  corrections::GenealogyFacts facts_;
  std::optional<WorkOrderId> work_order_;
  absl::Time occurred_at_;
  std::optional<TransformationId> reversed_by_;
  std::optional<Problem> later_end_;
  std::vector<ChangedLink> added_, ended_;
};

void CorrectionReversal::ReadState(const pg::Results& results, size_t first) {
  const pg::Row header = results[first][0];
  work_order_ = header.Get<std::optional<WorkOrderId>>(0);
  occurred_at_ = header.Get<absl::Time>(1);
  reversed_by_ = header.Get<std::optional<TransformationId>>(2);
  const pg::Result& later = results[first + 1];
  if (!later.empty()) later_end_ = EndedBy(later[0]);
  added_ = ReadChanged(results[first + 2]);
  ended_ = ReadChanged(results[first + 3]);
}

absl::Status CorrectionReversal::LockAndRead() {
  const CompanyId& company = context_.company;
  const TransformationId& id = command_.transformation_id;
  ClaimRequest(transaction_, context_, {reversal_id_.value()});
  corrections::AddLocks(transaction_, query_);
  for (const PostedMovement& movement : movements_) ledger_.TouchReversal(movement);
  ledger_.AddLocks(transaction_);
  const size_t facts = corrections::AddReads(transaction_, query_);
  const size_t first = transaction_.Add(kReadCorrection, company, id);
  transaction_.Add(kReadLaterEnd, company, id);
  transaction_.Add(kReadAdded, company, id);
  transaction_.Add(kReadEnded, company, id);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  facts_ = corrections::ReadFacts(results, facts);
  ReadState(results, first);
  return ledger_.Load(transaction_, results);
}

// What the correction took out of a unit would be in it again.
void CorrectionReversal::ValidateUnits(std::vector<Problem>& problems) const {
  absl::btree_set<LotId> seen;
  for (const ChangedLink& link : ended_) {
    if (!link.unit.has_value() || !seen.insert(*link.unit).second) continue;
    const auto apart = facts_.apart.find(*link.unit);
    if (apart == facts_.apart.end()) continue;
    problems.push_back(corrections::UnitApart("transformation_id", apart->second));
  }
}

std::vector<Problem> CorrectionReversal::Validate() const {
  std::vector<Problem> problems;
  if (reversed_by_.has_value()) {
    problems.push_back(AlreadyReversed(command_.transformation_id, *reversed_by_));
    return problems;
  }
  if (later_end_.has_value()) problems.push_back(*later_end_);
  ValidateUnits(problems);
  return problems;
}

void CorrectionReversal::Post(std::vector<Problem>& problems) {
  for (auto original = movements_.rbegin(); original != movements_.rend(); ++original) {
    ledger_.PostReversal(*original,
                         {.movement_id = MovementId(Uuid::MakeV7()),
                          .note = command_.note,
                          .transformation = reversal_id_,
                          .field = "transformation_id"},
                         problems);
  }
}

// The correction the other way round.
GenealogyChange CorrectionReversal::Change() const {
  GenealogyChange change{.transformation_id = reversal_id_,
                         .reason = command_.note,
                         .added = {},
                         .added_pooled = {},
                         .removed = {},
                         .units = {}};
  absl::btree_set<LotId> units;
  const auto add_all = [&](const auto& visit) {
    for (const corrections::UnitFacts& unit : facts_.units) {
      units.insert(unit.lot_id);
      visit(unit.lot_id);
    }
  };
  for (const ChangedLink& link : ended_) {
    if (link.unit.has_value()) {
      change.added.push_back({.input = link.component, .output = *link.unit, .certain = true});
      units.insert(*link.unit);
    } else {
      change.added_pooled.inputs.push_back(link.component);
    }
  }
  if (!change.added_pooled.inputs.empty()) {
    add_all([&](const LotId& unit) { change.added_pooled.outputs.push_back(unit); });
  }
  for (const ChangedLink& link : added_) {
    if (link.unit.has_value()) {
      change.removed.push_back({link.component, *link.unit});
      units.insert(*link.unit);
    } else {
      add_all([&](const LotId& unit) { change.removed.push_back({link.component, unit}); });
    }
  }
  change.units.assign(units.begin(), units.end());
  return change;
}

void CorrectionReversal::AddWrites() {
  AddTransformation(transaction_, context_,
                    {.transformation_id = reversal_id_,
                     .kind = TransformationKind::kCorrection,
                     .work_order = work_order_,
                     .occurred_at = occurred_at_,
                     .recorded_at = ledger_.facts().recorded_at,
                     .actor = context_.actor,
                     .note = command_.note,
                     .reverses = command_.transformation_id,
                     .reversed_by = {}});
  ledger_.AddWrites(transaction_);
  AuditSubject subject{.lots = {}, .work_order = work_order_};
  for (const PostedMovement& posted : movements_) subject.lots.push_back(posted.movement.lot_id);
  AddAuditEntry(transaction_, context_, subject);
}

absl::StatusOr<CompletionReversal> CorrectionReversal::Run() {
  RETURN_IF_ERROR(LockAndRead());
  std::vector<Problem> problems = Validate();
  if (problems.empty()) Post(problems);
  if (!problems.empty()) return ledger_.Refuse(transaction_, std::move(problems));
  AddWrites();
  const absl::Status written = transaction_.Send().status();
  if (!written.ok()) return Ledger::Explain(written);
  RETURN_IF_ERROR(effects::ApplyChange(transaction_, context_, ledger_.facts(), Change()));
  const absl::Status committed = transaction_.Commit().status();
  if (!committed.ok()) return Ledger::Explain(committed);
  return CompletionReversal{
      .transformation_id = reversal_id_, .state = {}, .completed = {}, .scale = 0};
}

absl::StatusOr<CompletionReversal> ReverseCorrection(pg::Connection& db,
                                                     const CompletionReversalCommand& command,
                                                     const TransformationId& corrected) {
  const CompanyId& company = command.context.company;
  const auto attempt = [&]() -> absl::StatusOr<CompletionReversal> {
    // Movements never change, so they can be read before the locks.
    ASSIGN_OR_RETURN(const auto movements, FindMovementsOf(db, company, command.transformation_id));
    return CorrectionReversal(db, command, corrected, movements).Run();
  };
  const auto rebuild =
      [&](const std::vector<Uuid>& created_ids) -> absl::StatusOr<CompletionReversal> {
    return CompletionReversal{.transformation_id = TransformationId(created_ids.front()),
                              .state = {},
                              .completed = {},
                              .scale = 0};
  };
  ASSIGN_OR_RETURN(
      CompletionReversal reversal,
      RunWrite<CompletionReversal>(db, {.context = command.context, .rebuild = rebuild}, attempt));
  ASSIGN_OR_RETURN(reversal.unarchived, FindUnarchivedBy(db, company, reversal.transformation_id));
  return reversal;
}

}  // namespace

absl::StatusOr<CompletionReversal> ReverseTransformation(pg::Connection& db,
                                                         const CompletionReversalCommand& command) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindCorrected, command.context.company,
                                                    command.transformation_id));
  if (rows.empty()) return ReverseCompletion(db, command);
  if (!command.may_correct) {
    return Refuse(PermissionMissing("correct", "transformation_id", "it is a correction"));
  }
  return ReverseCorrection(db, command, rows[0].Get<TransformationId>(0));
}

}  // namespace lots
