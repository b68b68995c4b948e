// The transaction of a split, merge or relabel.
#include "storage/work_orders/reshape/reshape.h"

#include <utility>

#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/transformation.h"
#include "storage/holds/holds.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/transformations.h"
#include "storage/lot_rows/insert.h"
#include "storage/lot_rows/numbers.h"
#include "storage/numbers/number.h"
#include "storage/work_orders/details.h"
#include "storage/work_orders/reshape/plan.h"
#include "storage/work_orders/serial_past.h"
#include "storage/work_orders/serials.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using reshape::Made;
using reshape::ReshapeCommand;

// NO KEY UPDATE: others that make these lots wait; others that use them (KEY SHARE) do not.
constexpr pg::Statement kLockResults{"lock_reshape_results", R"sql(
  SELECT lot_id FROM lots WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY lot_id FOR NO KEY UPDATE)sql"};

// Serials among the results that an order will make.
constexpr pg::Statement kReadPlanned{"read_planned_reshape_results", R"sql(
  SELECT lot_id FROM assignments
  WHERE company = $1 AND state = {ASSIGNMENT_PLANNED} AND lot_id = ANY($2))sql"_sql};

// One split, merge or relabel under way.
class ReshapeTransaction {
 public:
  ReshapeTransaction(pg::Connection& db, const ReshapeCommand& command, const reshape::Names& names)
      : db_(db),
        command_(command),
        names_(names),
        transaction_(db),
        // An expired lot that gets another name is not used by that.
        ledger_(command.context, {.held = command.accept_held, .expired = true, .shortage = false}),
        id_(Uuid::MakeV7()) {}

  absl::StatusOr<Reshaping> Run() {
    RETURN_IF_ERROR(LockAndRead());
    std::vector<Problem> problems;
    plan_ = reshape::PlanReshaping(command_, names_, stored_, ledger_, id_, problems);
    if (!problems.empty()) return ledger_.Refuse(transaction_, std::move(problems));
    RETURN_IF_ERROR(GiveNumbers());
    AddWrites();
    const absl::Status committed = transaction_.Commit().status();
    if (!committed.ok()) return Ledger::Explain(committed);
    return Answer();
  }

 private:
  void Touch() {
    const LocationId production = DefaultLocation(LocationKind::kProduction);
    ledger_.TouchLocation(production);
    for (size_t i = 0; i < command_.sources.size(); ++i) {
      ledger_.Touch(names_.sources[i].lot_id, command_.sources[i].from);
      ledger_.Touch(names_.sources[i].lot_id, production);
    }
    for (size_t i = 0; i < command_.results.size(); ++i) {
      const std::optional<LotId>& stored = names_.results[i].stored;
      ledger_.TouchLocation(command_.results[i].to);
      if (!stored.has_value()) continue;
      ledger_.Touch(*stored, command_.results[i].to);
      ledger_.Touch(*stored, production);
    }
  }

  absl::Status LockAndRead() {
    const CompanyId& company = command_.context.company;
    std::vector<LotId> stored, all;
    for (const auto& result : names_.results) {
      if (result.stored.has_value()) stored.push_back(*result.stored);
    }
    all = stored;
    for (const ResolvedLot& source : names_.sources) all.push_back(source.lot_id);
    ClaimRequest(transaction_, command_.context, {id_.value()});
    if (!stored.empty()) transaction_.Add(kLockResults, company, stored);
    Touch();
    ledger_.AddLocks(transaction_);
    const size_t details = orders::AddDetailsRead(transaction_, company, all);
    const bool reads_pasts = !stored.empty() && names_.product.tracking == Tracking::kSerial;
    const size_t pasts = reads_pasts ? orders::AddSerialPasts(transaction_, company, stored) : 0;
    const size_t planned = reads_pasts ? transaction_.Add(kReadPlanned, company, stored) : 0;
    ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
    RETURN_IF_ERROR(ledger_.Load(transaction_, results));
    stored_.details = orders::ReadDetails(results[details]);
    for (const LotId& lot : all) {
      if (!stored_.details.contains(lot)) return WriteConflict("a lot was deleted before its lock");
    }
    if (reads_pasts) ReadTaken(orders::ReadSerialPasts(results, pasts), results[planned]);
    return absl::OkStatus();
  }

  void ReadTaken(const orders::SerialPasts& pasts, const pg::Result& planned) {
    for (const auto& [serial, past] : pasts) {
      if (past.moved) stored_.taken_serials.insert(serial);
    }
    for (const pg::Row row : planned) stored_.taken_serials.insert(row.Get<LotId>(0));
  }

  // The counter is locked last, when nothing is refused any more.
  absl::Status GiveNumbers() {
    NumberQuery query = NumbersOf(command_.context.company, names_.product, 0,
                                  DayIn(command_.context.now, ledger_.facts().company.zone));
    std::vector<size_t> nameless;
    for (size_t i = 0; i < names_.results.size(); ++i) {
      if (names_.results[i].is_generated) {
        nameless.push_back(i);
      } else {
        query.avoided_keys.insert(NumberKey(names_.results[i].number, query.case_sensitive));
      }
    }
    if (nameless.empty()) return absl::OkStatus();
    query.count = static_cast<int64_t>(nameless.size());
    query.field = command_.results[nameless[0]].number_field;
    ASSIGN_OR_RETURN(std::vector<std::string> numbers, TakeNumbers(transaction_, db_, query));
    for (size_t i = 0; i < nameless.size(); ++i) {
      plan_.made[nameless[i]].number = std::move(numbers[i]);
    }
    return absl::OkStatus();
  }

  void AddWrites() {
    const WriteContext& context = command_.context;
    AddLots();
    AddTransformation(transaction_, context,
                      {.transformation_id = id_,
                       .kind = command_.kind,
                       .work_order = {},
                       .occurred_at = command_.occurred_at,
                       .recorded_at = ledger_.facts().recorded_at,
                       .actor = context.actor,
                       .note = command_.note,
                       .reverses = {},
                       .reversed_by = {}});
    AddInputs(transaction_, context.company, id_, Inputs());
    std::vector<OutputLine> outputs;
    for (const Made& made : plan_.made) {
      outputs.push_back(
          {made.lot_id, made.quantity, OutputRole::kProduct, std::nullopt, made.before});
    }
    AddOutputs(transaction_, context.company, id_, outputs);
    ledger_.AddWrites(transaction_);
    AddInheritedHolds(transaction_, context, id_, ledger_.facts(), Inheritances());
    AuditSubject subject;
    for (const ResolvedLot& source : names_.sources) subject.lots.push_back(source.lot_id);
    for (const Made& made : plan_.made) subject.lots.push_back(made.lot_id);
    AddAuditEntry(transaction_, context, subject);
  }

  void AddLots() {
    std::vector<LotDraft> drafts;
    orders::LotChanges changes;
    std::vector<orders::DetailsChange> edits;
    for (const Made& made : plan_.made) {
      if (made.is_new) {
        drafts.push_back({.lot_id = made.lot_id,
                          .number = made.number,
                          .reference = made.details.reference,
                          .notes = made.details.notes,
                          .attributes = made.details.attributes,
                          .dates = made.details.dates});
        continue;
      }
      edits.push_back({made.lot_id, stored_.details.at(made.lot_id), made.details});
      if (!made.before.has_value()) continue;
      changes.ids.push_back(made.lot_id);
      changes.states.push_back(LotState::kActive);
      changes.dates.push_back(made.details.dates);
    }
    if (!drafts.empty()) {
      InsertLots(transaction_, command_.context, names_.product, LotState::kActive, drafts);
    }
    orders::AddLotChanges(transaction_, command_.context.company, changes, command_.context.now);
    orders::AddDetailsChanges(transaction_, command_.context, edits, ledger_.facts().recorded_at);
  }

  // Which part of a split lot is which is known: every part is of the lot for certain.
  std::vector<InputLine> Inputs() const {
    std::vector<InputLine> lines;
    if (command_.kind == TransformationKind::kSplit) {
      const LotId& whole = names_.sources[0].lot_id;
      for (const Made& made : plan_.made) lines.push_back({whole, made.quantity, made.lot_id});
      return lines;
    }
    for (size_t i = 0; i < names_.sources.size(); ++i) {
      lines.push_back({names_.sources[i].lot_id, plan_.used[i], std::nullopt});
    }
    return lines;
  }

  // One source or one result: what went where is certain.
  std::vector<HoldInheritance> Inheritances() const {
    std::vector<HoldInheritance> inheritances;
    for (const ResolvedLot& source : names_.sources) {
      for (const Made& made : plan_.made)
        inheritances.push_back({source.lot_id, made.lot_id, true});
    }
    return inheritances;
  }

  Reshaping Answer() const {
    Reshaping answer{.transformation_id = id_, .lots = {}};
    for (const Made& made : plan_.made) answer.lots.push_back({made.number, made.lot_id});
    return answer;
  }

  pg::Connection& db_;
  const ReshapeCommand& command_;
  const reshape::Names& names_;
  pg::Transaction transaction_;
  Ledger ledger_;
  const TransformationId id_;
  reshape::StoredLots stored_;
  reshape::Plan plan_;
};

constexpr pg::Statement kFindResults{"find_reshape_results", R"sql(
  SELECT o.lot_id, l.number
  FROM transformation_outputs o JOIN lots l ON l.company = $1 AND l.lot_id = o.lot_id
  WHERE o.company = $1 AND o.transformation_id = $2
  ORDER BY o.line)sql"};

absl::StatusOr<Reshaping> FindReshaping(pg::Connection& db, const CompanyId& company,
                                        const TransformationId& transformation) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindResults, company, transformation));
  Reshaping answer{.transformation_id = transformation, .lots = {}};
  for (const pg::Row row : rows) {
    answer.lots.push_back({row.Get<std::string>(1), row.Get<LotId>(0)});
  }
  return answer;
}

absl::StatusOr<Reshaping> Post(pg::Connection& db, const ReshapeCommand& command) {
  const auto attempt = [&]() -> absl::StatusOr<Reshaping> {
    ASSIGN_OR_RETURN(const reshape::Names names, reshape::NameLots(db, command));
    return ReshapeTransaction(db, command, names).Run();
  };
  const auto rebuild = [&](const std::vector<Uuid>& created_ids) {
    return FindReshaping(db, command.context.company, TransformationId(created_ids.front()));
  };
  return RunWrite<Reshaping>(db,
                             {.context = command.context,
                              .rebuild = rebuild,
                              .runs_max = kOrderWriteRunsMax,
                              .reads_before_claim = true},
                             attempt);
}

}  // namespace

absl::StatusOr<Reshaping> SplitLot(pg::Connection& db, const SplitLotCommand& command) {
  ReshapeCommand split{.context = command.context,
                       .kind = TransformationKind::kSplit,
                       .occurred_at = command.occurred_at,
                       .note = command.note,
                       .accept_held = command.accept_held};
  Quantity total;
  for (size_t i = 0; i < command.parts.size(); ++i) {
    const SplitPart& part = command.parts[i];
    total += part.quantity;
    split.results.push_back({.number = part.number,
                             .quantity = part.quantity,
                             .to = part.to.value_or(command.from),
                             .number_field = Indexed("parts", i, "number"),
                             .quantity_field = Indexed("parts", i, "quantity"),
                             .location_field = Indexed("parts", i, "location_id")});
  }
  split.sources.push_back({.lot = command.lot,
                           .from = command.from,
                           .quantity = total,
                           .lot_field = "lot",
                           .quantity_field = "parts",
                           .location_field = "location_id"});
  return Post(db, split);
}

absl::StatusOr<Reshaping> MergeLots(pg::Connection& db, const MergeLotsCommand& command) {
  Check(!command.sources.empty());
  ReshapeCommand merge{.context = command.context,
                       .kind = TransformationKind::kMerge,
                       .said = command.said,
                       .occurred_at = command.occurred_at,
                       .note = command.note,
                       .accept_held = command.accept_held};
  for (size_t i = 0; i < command.sources.size(); ++i) {
    const MergeSource& source = command.sources[i];
    merge.sources.push_back({.lot = source.lot,
                             .from = source.from,
                             .quantity = source.quantity,
                             .lot_field = Indexed("sources", i, "lot"),
                             .quantity_field = Indexed("sources", i, "quantity"),
                             .location_field = Indexed("sources", i, "location_id")});
  }
  merge.results.push_back({.number = command.number,
                           .quantity = {},
                           .to = command.to.value_or(command.sources[0].from),
                           .number_field = "number",
                           .quantity_field = "sources",
                           .location_field = "location_id"});
  return Post(db, merge);
}

absl::StatusOr<Reshaping> RelabelLot(pg::Connection& db, const RelabelLotCommand& command) {
  ReshapeCommand relabel{.context = command.context,
                         .kind = TransformationKind::kRelabel,
                         .product = command.product,
                         .expires_on = command.expires_on,
                         .accept_later_expiry = command.accept_later_expiry,
                         .occurred_at = command.occurred_at,
                         .note = command.note,
                         .accept_held = command.accept_held};
  relabel.sources.push_back({.lot = command.lot,
                             .from = command.from,
                             .quantity = command.quantity,
                             .lot_field = "lot",
                             .quantity_field = "quantity",
                             .location_field = "location_id"});
  relabel.results.push_back({.number = command.number,
                             .quantity = {},
                             .to = command.from,
                             .number_field = "number",
                             .quantity_field = "quantity",
                             .location_field = "location_id"});
  return Post(db, relabel);
}

}  // namespace lots
