// MaintainUnit: the pipelines, the writes and the answer. plan.cc has what comes out and goes in.
#include "storage/units/maintain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/domain/transformation.h"
#include "storage/genealogy/ends/stock_since.h"
#include "storage/holds/holds.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/movements.h"
#include "storage/ledger/rules/refusals.h"
#include "storage/ledger/rules/validate.h"
#include "storage/ledger/transformations.h"
#include "storage/units/plan.h"
#include "storage/units/refusals.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using units::MaintenanceNames;
using units::MaintenancePlan;
using units::PlannedMove;
using units::UnitFacts;

// The lock that every movement of a serial takes: from here on nothing is made of the unit, and
// nothing goes in or comes out.
constexpr pg::Statement kLockUnit{"lock_unit_to_maintain", R"sql(
  SELECT lot_id FROM lots WHERE company = $1 AND lot_id = $2 FOR NO KEY UPDATE)sql"};

// One maintenance under way.
class MaintenanceTransaction {
 public:
  MaintenanceTransaction(pg::Connection& db, const MaintenanceCommand& command,
                         const MaintenanceNames& names)
      : command_(command),
        names_(names),
        transaction_(db),
        ledger_(command.context, command.accept),
        transformation_id_(Uuid::MakeV7()),
        production_(DefaultLocation(LocationKind::kProduction)) {}

  absl::StatusOr<Maintenance> Run();

 private:
  const ResolvedLot& unit() const { return *names_.unit; }
  absl::Status LockUnit();
  absl::Status LockComponents();
  void TouchAll(const std::vector<std::optional<ResolvedLot>>& lots,
                const std::vector<ComponentMove>& moves, const std::optional<LocationId>& of_all);
  void ValidateUnit(std::vector<Problem>& problems) const;
  Posting PostingOf(MovementKind kind, const PlannedMove& move) const;
  void PostRemovals(std::vector<Problem>& problems);
  void PostInstallations(std::vector<Problem>& problems);
  void AddWrites();
  void AddGenealogy();
  Maintenance Answer() const;
  std::vector<MaintainedComponent> AnswerOf(const std::vector<PlannedMove>& moves) const;

  const MaintenanceCommand& command_;
  const MaintenanceNames& names_;
  pg::Transaction transaction_;
  Ledger ledger_;
  const TransformationId transformation_id_;
  const LocationId production_;
  UnitFacts facts_;
  StockSinceOfLots stock_since_;
  MaintenancePlan plan_;
};

absl::Status MaintenanceTransaction::LockUnit() {
  const CompanyId& company = command_.context.company;
  ClaimRequest(transaction_, command_.context, {transformation_id_.value()});
  transaction_.Add(kLockUnit, company, unit().lot_id);
  const size_t links = AddUnitLinks(transaction_, company, unit().lot_id);
  const size_t above =
      AddInUnits(transaction_, company, absl::MakeConstSpan(&unit().lot_id, 1), kUnitLevelsMax);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  facts_.links = ReadUnitLinks(results, links);
  facts_.units = ReadInUnits(results[above]);
  return absl::OkStatus();
}

void MaintenanceTransaction::TouchAll(const std::vector<std::optional<ResolvedLot>>& lots,
                                      const std::vector<ComponentMove>& moves,
                                      const std::optional<LocationId>& of_all) {
  for (size_t i = 0; i < lots.size(); ++i) {
    const std::optional<LocationId>& place =
        moves[i].location.has_value() ? moves[i].location : of_all;
    if (!lots[i].has_value() || !place.has_value()) continue;
    ledger_.Touch(lots[i]->lot_id, production_);
    ledger_.Touch(lots[i]->lot_id, *place);
  }
}

// The pooled contents are read again: siblings gave some back while this one waited.
absl::Status MaintenanceTransaction::LockComponents() {
  const CompanyId& company = command_.context.company;
  ledger_.Touch(unit().lot_id, production_);
  TouchAll(names_.removals, command_.removals, command_.destination);
  TouchAll(names_.installations, command_.installations, command_.source);
  for (const std::optional<ResolvedLot>& lot : names_.installations) {
    if (lot.has_value()) ledger_.TouchUnnamedReturn(lot->lot_id);
  }
  ledger_.AddLocks(transaction_);
  const size_t links = AddUnitLinks(transaction_, company, unit().lot_id);
  const size_t since = AddStockSince(transaction_, company, facts_.links);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  facts_.links = ReadUnitLinks(results, links);
  stock_since_ = ReadStockSince(results[since]);
  return ledger_.Load(transaction_, results);
}

// A unit that is in another unit is where that one is.
void MaintenanceTransaction::ValidateUnit(std::vector<Problem>& problems) const {
  const LotFacts* lot = ledger_.facts().FindLot(unit().lot_id);
  if (lot == nullptr) {
    problems.push_back(LotNotFound(command_.unit, "lot"));
    return;
  }
  Posting posting{.occurred_at = command_.occurred_at, .field = ""};
  if (lot->state != LotState::kActive) {
    problems.push_back(LotNotActive(posting, *lot));
    return;
  }
  const std::optional<Place> here = ledger_.facts().WhereIs(unit().lot_id);
  const bool is_inside =
      here.has_value() && here->kind == LocationKind::kProduction && !facts_.units.empty();
  const bool is_in_use =
      here.has_value() && (IsOnHand(here->kind) || here->kind == LocationKind::kCustomer);
  if (!is_in_use && !is_inside) {
    problems.push_back(units::UnitNotInUse(unit(), here));
    return;
  }
  const absl::Time since = ledger_.facts().CameAt(unit().lot_id);
  if (command_.occurred_at + kClockSkewMax < since) {
    problems.push_back(BeforeArrival(posting, *lot, *here, since));
  }
}

Posting MaintenanceTransaction::PostingOf(MovementKind kind, const PlannedMove& move) const {
  const bool is_removal = kind == MovementKind::kRemoval;
  return {.movement_id = MovementId(Uuid::MakeV7()),
          .kind = kind,
          .lot_id = move.lot_id,
          .quantity = move.quantity,
          .from = is_removal ? production_ : move.location,
          .to = is_removal ? move.location : production_,
          .document = command_.document,
          .partner_id = "",
          .occurred_at = command_.occurred_at,
          .note = command_.note,
          .transformation = transformation_id_,
          .is_return = is_removal,
          .field = move.field};
}

void MaintenanceTransaction::PostRemovals(std::vector<Problem>& problems) {
  for (const PlannedMove& move : plan_.removals) {
    Posting posting = PostingOf(MovementKind::kRemoval, move);
    const auto since = stock_since_.find(move.lot_id);
    if (since != stock_since_.end()) posting.stock_since = since->second;
    ledger_.Post(posting, problems);
  }
}

void MaintenanceTransaction::PostInstallations(std::vector<Problem>& problems) {
  for (const PlannedMove& move : plan_.installations) {
    Posting posting = PostingOf(MovementKind::kInstallation, move);
    posting.delivery = FindInstalledDelivery(ledger_.facts(), posting);
    ledger_.Post(posting, problems);
  }
}

void MaintenanceTransaction::AddGenealogy() {
  const WriteContext& context = command_.context;
  AddTransformation(transaction_, context,
                    {.transformation_id = transformation_id_,
                     .kind = TransformationKind::kMaintenance,
                     .work_order = {},
                     .occurred_at = command_.occurred_at,
                     .recorded_at = ledger_.facts().recorded_at,
                     .actor = context.actor,
                     .note = command_.note,
                     .reverses = {},
                     .reversed_by = {}});
  std::vector<InputLine> inputs;
  std::vector<OutputLine> outputs;
  for (const PlannedMove& move : plan_.installations) {
    inputs.push_back({move.lot_id, move.quantity, unit().lot_id});
  }
  // Also where nothing was installed: it is part of the unit's history.
  outputs.push_back({unit().lot_id, Quantity::FromUnits(1), OutputRole::kMaintained});
  for (const PlannedMove& move : plan_.removals) {
    outputs.push_back({move.lot_id, move.quantity, OutputRole::kReturnedComponent,
                       move.exact ? std::optional(unit().lot_id) : std::nullopt});
  }
  AddInputs(transaction_, context.company, transformation_id_, inputs);
  AddOutputs(transaction_, context.company, transformation_id_, outputs);
  AddComponentEnds(transaction_, context, transformation_id_, plan_.ends);
}

void MaintenanceTransaction::AddWrites() {
  const WriteContext& context = command_.context;
  AddGenealogy();
  ledger_.AddWrites(transaction_);
  std::vector<HoldInheritance> inheritances;
  AuditSubject subject{.lots = {unit().lot_id}};
  for (const PlannedMove& move : plan_.installations) {
    subject.lots.push_back(move.lot_id);
    inheritances.push_back({.input = move.lot_id, .output = unit().lot_id, .certain = true});
  }
  for (const PlannedMove& move : plan_.removals) subject.lots.push_back(move.lot_id);
  AddInheritedHolds(transaction_, context, transformation_id_, ledger_.facts(), inheritances);
  AddAuditEntry(transaction_, context, subject);
}

std::vector<MaintainedComponent> MaintenanceTransaction::AnswerOf(
    const std::vector<PlannedMove>& moves) const {
  std::vector<MaintainedComponent> components;
  for (const PlannedMove& move : moves) {
    const LotFacts* lot = ledger_.facts().FindLot(move.lot_id);
    Check(lot != nullptr);
    components.push_back({.lot_id = move.lot_id,
                          .product_id = lot->product_id,
                          .number = lot->number,
                          .quantity = move.quantity,
                          .scale = lot->scale,
                          .location = move.location});
  }
  return components;
}

Maintenance MaintenanceTransaction::Answer() const {
  return {.transformation_id = transformation_id_,
          .removed = AnswerOf(plan_.removals),
          .installed = AnswerOf(plan_.installations),
          .adjustments = ledger_.adjustments()};
}

// The request has one time for all of its movements, and names places as its own fields do.
void RenameFields(std::vector<Problem>& problems) {
  for (Problem& problem : problems) {
    if (absl::EndsWith(problem.field, ".occur_time")) problem.field = "occur_time";
    if (!absl::EndsWith(problem.field, ".kind")) continue;
    problem.field.resize(problem.field.size() - std::string(".kind").size());
    const bool is_removal = absl::StartsWith(problem.field, "removals");
    absl::StrAppend(&problem.field, is_removal ? ".to_location_id" : ".from_location_id");
  }
}

absl::StatusOr<Maintenance> MaintenanceTransaction::Run() {
  if (!names_.unit.has_value()) {
    // A repeat is answered before anything is refused.
    ClaimRequest(transaction_, command_.context, {});
    RETURN_IF_ERROR(transaction_.Send().status());
    return Refuse(LotNotFound(command_.unit, "lot"));
  }
  RETURN_IF_ERROR(LockUnit());
  RETURN_IF_ERROR(LockComponents());
  if (unit().tracking != Tracking::kSerial) {
    return Refuse(NotASerial(unit().number, unit().product_id, unit().tracking,
                             "only a unit has components that are installed and removed"));
  }
  std::vector<Problem> problems;
  ValidateUnit(problems);
  plan_ = units::PlanMaintenance(command_, names_, facts_, problems);
  PostRemovals(problems);
  PostInstallations(problems);
  RenameFields(problems);
  if (!problems.empty()) return ledger_.Refuse(transaction_, std::move(problems));
  AddWrites();
  const absl::Status committed = transaction_.Commit().status();
  if (!committed.ok()) return Ledger::Explain(committed);
  return Answer();
}

// In the order in which they were posted. A component that goes to or comes from a place.
constexpr pg::Statement kFindMoves{"find_moves_of_maintenance", R"sql(
  SELECT m.lot_id, l.product_id, l.number, m.quantity, l.scale, m.kind, m.from_location_id,
         m.to_location_id, m.movement_id
  FROM movements m JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
  WHERE m.company = $1 AND m.transformation_id = $2
  ORDER BY m.movement_id)sql"};

absl::StatusOr<Maintenance> FindMaintenance(pg::Connection& db, const CompanyId& company,
                                            const TransformationId& transformation) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindMoves, company, transformation));
  Maintenance answer{.transformation_id = transformation, .removed = {}, .installed = {}};
  for (const pg::Row row : rows) {
    const auto kind = row.Get<MovementKind>(5);
    if (kind == MovementKind::kAdjustment) {
      answer.adjustments.push_back(row.Get<MovementId>(8));
      continue;
    }
    const bool is_removal = kind == MovementKind::kRemoval;
    (is_removal ? answer.removed : answer.installed)
        .push_back({.lot_id = row.Get<LotId>(0),
                    .product_id = row.Get<ProductId>(1),
                    .number = row.Get<std::string>(2),
                    .quantity = row.Get<Quantity>(3),
                    .scale = row.Get<int>(4),
                    .location = row.Get<LocationId>(is_removal ? 7 : 6)});
  }
  return answer;
}

absl::StatusOr<Maintenance> TryMaintain(pg::Connection& db, const MaintenanceCommand& command) {
  std::vector<LotRef> refs = {command.unit};
  for (const ComponentMove& move : command.removals) refs.push_back(move.lot);
  for (const ComponentMove& move : command.installations) refs.push_back(move.lot);
  ASSIGN_OR_RETURN(const auto found, ResolveLots(db, command.context.company, refs));
  const auto installed = found.begin() + 1 + static_cast<ptrdiff_t>(command.removals.size());
  const MaintenanceNames names{.unit = found.front(),
                               .removals = {found.begin() + 1, installed},
                               .installations = {installed, found.end()}};
  return MaintenanceTransaction(db, command, names).Run();
}

}  // namespace

absl::StatusOr<Maintenance> MaintainUnit(pg::Connection& db, const MaintenanceCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>& created_ids) {
    return FindMaintenance(db, command.context.company, TransformationId(created_ids.front()));
  };
  ASSIGN_OR_RETURN(Maintenance maintenance,
                   RunWrite<Maintenance>(db, {.context = command.context, .rebuild = rebuild},
                                         [&] { return TryMaintain(db, command); }));
  ASSIGN_OR_RETURN(maintenance.unarchived,
                   FindUnarchivedBy(db, command.context.company, maintenance.transformation_id));
  return maintenance;
}

}  // namespace lots
