// Disassemble: the pipelines, the writes and the answer. unit.cc says what may come back of a unit,
// portion.cc of a quantity of a lot.

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/domain/transformation.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/movements.h"
#include "storage/ledger/transformations.h"
#include "storage/lot_rows/resolve.h"
#include "storage/work_orders/completion/portion.h"
#include "storage/work_orders/completion/unit.h"
#include "storage/work_orders/work_orders.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using orders::BackLine;
using orders::LotPortion;
using orders::UnitContents;

// The lock that every movement of a serial takes: from here on nothing is made of the unit, with
// it, or taken back.
constexpr pg::Statement kLockUnit{"lock_unit", R"sql(
  SELECT lot_id FROM lots WHERE company = $1 AND lot_id = $2 FOR NO KEY UPDATE)sql"};

constexpr pg::Statement kFindUnit{"find_unit_place", R"sql(
  SELECT location_id FROM balances
  WHERE company = $1 AND lot_id = $2 AND quantity > 0 AND kind IN ({PLACES_OF_GOODS}))sql"_sql};

// Two are enough to know that there are several.
constexpr pg::Statement kFindPlaces{"find_places_of_lot_to_take_apart", R"sql(
  SELECT location_id FROM balances
  WHERE company = $1 AND lot_id = $2 AND quantity > 0 AND kind IN ({PLACES_ON_HAND})
  LIMIT 2)sql"_sql};

Posting PostingOf(const DisassemblyCommand& command, const TransformationId& transformation) {
  return {.movement_id = MovementId(Uuid::MakeV7()),
          .kind = MovementKind::kProduction,
          .lot_id = {},
          .quantity = {},
          .from = DefaultLocation(LocationKind::kProduction),
          .to = DefaultLocation(LocationKind::kProduction),
          .document = {},
          .partner_id = "",
          .occurred_at = command.occurred_at,
          .note = command.note,
          .delivery = {},
          .transformation = transformation,
          .work_order = {},
          .field = ""};
}

// One disassembly under way.
class DisassemblyTransaction {
 public:
  DisassemblyTransaction(pg::Connection& db, const DisassemblyCommand& command,
                         const std::vector<std::optional<ResolvedLot>>& named)
      : command_(command),
        named_(named),
        transaction_(db),
        // A unit past its date is taken apart like any other: that is no use of it.
        ledger_(command.context, {.held = false, .expired = true, .shortage = false}),
        transformation_id_(Uuid::MakeV7()) {}

  absl::StatusOr<Disassembly> Run();

 private:
  absl::Status LockUnit(const ResolvedLot& unit);
  absl::Status LockComponents(const ResolvedLot& unit);
  absl::Status LockPortion(const ResolvedLot& lot);
  absl::Status FindPlace(const ResolvedLot& lot);
  void TouchAll(const LotId& taken);
  void Post(const ResolvedLot& unit, std::vector<Problem>& problems);
  void AddWrites(const ResolvedLot& unit);
  Disassembly Answer() const;

  const DisassemblyCommand& command_;
  const std::vector<std::optional<ResolvedLot>>& named_;  // the unit, then the components
  pg::Transaction transaction_;
  Ledger ledger_;
  const TransformationId transformation_id_;
  LocationId from_;
  Quantity quantity_;
  UnitContents contents_;
  LotPortion portion_;  // of a quantity of a lot
  std::vector<BackLine> lines_;
};

absl::Status DisassemblyTransaction::LockUnit(const ResolvedLot& unit) {
  const CompanyId& company = command_.context.company;
  ClaimRequest(transaction_, command_.context, {transformation_id_.value()});
  transaction_.Add(kLockUnit, company, unit.lot_id);
  const size_t place = transaction_.Add(kFindUnit, company, unit.lot_id);
  const size_t links = AddUnitLinks(transaction_, company, unit.lot_id);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  contents_ = orders::ContentsOf(ReadUnitLinks(results, links));
  const pg::Result& at = results[place];
  // A unit that is nowhere is not at the destination either, which is what the ledger then says.
  from_ = command_.from.value_or(at.empty() ? command_.destination : at[0].Get<LocationId>(0));
  quantity_ = command_.quantity.value_or(Quantity::FromUnits(1));
  return absl::OkStatus();
}

// What is taken apart, and the components that the request names.
void DisassemblyTransaction::TouchAll(const LotId& taken) {
  const LocationId production = DefaultLocation(LocationKind::kProduction);
  ledger_.Touch(taken, from_);
  ledger_.Touch(taken, production);
  for (size_t i = 0; i < command_.components.size(); ++i) {
    if (!named_[i + 1].has_value()) continue;
    const LotId& component = named_[i + 1]->lot_id;
    ledger_.Touch(component, production);
    ledger_.Touch(component, command_.components[i].to.value_or(command_.destination));
  }
}

absl::Status DisassemblyTransaction::LockComponents(const ResolvedLot& unit) {
  TouchAll(unit.lot_id);
  for (const auto& [lot, quantity] : contents_.exact) {
    ledger_.Touch(lot, DefaultLocation(LocationKind::kProduction));
    ledger_.Touch(lot, command_.destination);
  }
  ledger_.AddLocks(transaction_);
  const size_t contents =
      orders::AddLockedContents(transaction_, command_.context.company, contents_);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  contents_ = orders::ReadLockedContents(results, contents);
  return ledger_.Load(transaction_, results);
}

// Where the lot lies, when it lies at one place only.
absl::Status DisassemblyTransaction::FindPlace(const ResolvedLot& lot) {
  ClaimRequest(transaction_, command_.context, {transformation_id_.value()});
  const size_t found = transaction_.Add(kFindPlaces, command_.context.company, lot.lot_id);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  const pg::Result& places = results[found];
  std::vector<Problem> problems;
  if (!command_.quantity.has_value()) {
    problems.push_back(FieldInvalid("quantity", "", "say how much of the lot is taken apart"));
  }
  if (!command_.from.has_value() && places.size() > 1) {
    problems.push_back(
        FieldInvalid("from_location_id", "", "the lot is at several locations; say at which"));
  }
  if (!problems.empty()) return Refuse(std::move(problems));
  quantity_ = *command_.quantity;
  // A lot that is nowhere is not at the destination either, which is what the ledger then says.
  from_ =
      command_.from.value_or(places.empty() ? command_.destination : places[0].Get<LocationId>(0));
  return absl::OkStatus();
}

// All that may come back is named, so that it can be locked before its past is read.
absl::Status DisassemblyTransaction::LockPortion(const ResolvedLot& lot) {
  RETURN_IF_ERROR(FindPlace(lot));
  TouchAll(lot.lot_id);
  ledger_.AddLocks(transaction_);
  std::vector<LotId> components;
  for (size_t i = 1; i < named_.size(); ++i) {
    if (named_[i].has_value()) components.push_back(named_[i]->lot_id);
  }
  const size_t reads = orders::AddPortionReads(transaction_, command_.context.company, lot.lot_id,
                                               quantity_, components);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  portion_ = orders::ReadPortion(results, reads);
  contents_ = portion_.contents;
  return ledger_.Load(transaction_, results);
}

void DisassemblyTransaction::Post(const ResolvedLot& unit, std::vector<Problem>& problems) {
  Posting gone = PostingOf(command_, transformation_id_);
  gone.kind = MovementKind::kConsumption;
  gone.lot_id = unit.lot_id;
  gone.quantity = quantity_;
  gone.from = from_;
  gone.field = "lot";
  ledger_.Post(gone, problems);
  for (const BackLine& line : lines_) {
    Posting back = PostingOf(command_, transformation_id_);
    back.lot_id = line.lot_id;
    back.quantity = line.quantity;
    back.to = line.to;
    back.is_return = true;
    const auto since = contents_.stock_since.find(line.lot_id);
    if (since != contents_.stock_since.end()) back.stock_since = since->second;
    back.field = line.field;
    ledger_.Post(back, problems);
  }
  // The request has one time for all of its movements.
  for (Problem& problem : problems) {
    if (absl::EndsWith(problem.field, ".occur_time")) problem.field = "occur_time";
  }
}

void DisassemblyTransaction::AddWrites(const ResolvedLot& unit) {
  const WriteContext& context = command_.context;
  AddTransformation(transaction_, context,
                    {.transformation_id = transformation_id_,
                     .kind = TransformationKind::kDisassembly,
                     .work_order = {},
                     .occurred_at = command_.occurred_at,
                     .recorded_at = ledger_.facts().recorded_at,
                     .actor = context.actor,
                     .note = command_.note,
                     .reverses = {},
                     .reversed_by = {}});
  const InputLine taken{unit.lot_id, quantity_, std::nullopt};
  AddInputs(transaction_, context.company, transformation_id_, {taken});
  std::vector<OutputLine> outputs;
  AuditSubject subject{.lots = {unit.lot_id}};
  for (const BackLine& line : lines_) {
    subject.lots.push_back(line.lot_id);
    outputs.push_back({line.lot_id, line.quantity, OutputRole::kReturnedComponent,
                       line.exact ? std::optional(unit.lot_id) : std::nullopt});
  }
  AddOutputs(transaction_, context.company, transformation_id_, outputs);
  AddComponentEnds(transaction_, context, transformation_id_,
                   unit.tracking == Tracking::kSerial ? orders::EndsOf(contents_.links, lines_)
                                                      : orders::EndsOf(portion_, lines_));
  ledger_.AddWrites(transaction_);
  AddAuditEntry(transaction_, context, subject);
}

void SortByNumber(std::vector<ReturnedComponent>& components) {
  std::stable_sort(components.begin(), components.end(),
                   [](const ReturnedComponent& a, const ReturnedComponent& b) {
                     return std::tie(a.product_id, a.number) < std::tie(b.product_id, b.number);
                   });
}

Disassembly DisassemblyTransaction::Answer() const {
  Disassembly answer{.transformation_id = transformation_id_, .components = {}};
  for (const BackLine& line : lines_) {
    const LotFacts* lot = ledger_.facts().FindLot(line.lot_id);
    Check(lot != nullptr);
    answer.components.push_back({.lot_id = line.lot_id,
                                 .product_id = lot->product_id,
                                 .number = lot->number,
                                 .quantity = line.quantity,
                                 .scale = lot->scale,
                                 .to = line.to,
                                 .exact = line.exact});
  }
  SortByNumber(answer.components);
  return answer;
}

absl::StatusOr<Disassembly> DisassemblyTransaction::Run() {
  if (!named_[0].has_value()) {
    // A repeat is answered before anything is refused.
    ClaimRequest(transaction_, command_.context, {});
    RETURN_IF_ERROR(transaction_.Send().status());
    return Refuse(LotNotFound(command_.unit, "lot"));
  }
  const ResolvedLot& unit = *named_[0];
  if (unit.tracking == Tracking::kSerial) {
    RETURN_IF_ERROR(LockUnit(unit));
    RETURN_IF_ERROR(LockComponents(unit));
  } else {
    RETURN_IF_ERROR(LockPortion(unit));
  }
  std::vector<Problem> problems;
  lines_ = orders::PlanReturn(command_, named_, ledger_, contents_, problems);
  Post(unit, problems);
  if (!problems.empty()) return ledger_.Refuse(transaction_, std::move(problems));
  AddWrites(unit);
  const absl::Status committed = transaction_.Commit().status();
  if (!committed.ok()) return Ledger::Explain(committed);
  return Answer();
}

// A disassembly's lines and the ids of its movements are in the same order.
constexpr pg::Statement kFindLines{"find_returned_components", R"sql(
  SELECT o.lot_id, l.product_id, l.number, o.quantity, l.scale, o.input_lot_id IS NOT NULL
  FROM transformation_outputs o JOIN lots l ON l.company = $1 AND l.lot_id = o.lot_id
  WHERE o.company = $1 AND o.transformation_id = $2
  ORDER BY o.line)sql"};

constexpr pg::Statement kFindDestinations{"find_returned_destinations", R"sql(
  SELECT to_location_id FROM movements
  WHERE company = $1 AND transformation_id = $2 AND kind = {MOVEMENT_PRODUCTION}
  ORDER BY movement_id)sql"_sql};

absl::StatusOr<Disassembly> FindDisassembly(pg::Connection& db, const CompanyId& company,
                                            const TransformationId& transformation) {
  pg::Pipeline pipeline(db);
  pipeline.Add(kFindLines, company, transformation);
  pipeline.Add(kFindDestinations, company, transformation);
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  Check(results[0].size() == results[1].size());
  Disassembly answer{.transformation_id = transformation, .components = {}};
  for (size_t i = 0; i < results[0].size(); ++i) {
    const pg::Row row = results[0][i];
    answer.components.push_back({.lot_id = row.Get<LotId>(0),
                                 .product_id = row.Get<ProductId>(1),
                                 .number = row.Get<std::string>(2),
                                 .quantity = row.Get<Quantity>(3),
                                 .scale = row.Get<int>(4),
                                 .to = results[1][i].Get<LocationId>(0),
                                 .exact = row.Get<bool>(5)});
  }
  SortByNumber(answer.components);
  return answer;
}

absl::StatusOr<Disassembly> TryDisassemble(pg::Connection& db, const DisassemblyCommand& command) {
  std::vector<LotRef> refs = {command.unit};
  for (const DisassemblyComponent& component : command.components) refs.push_back(component.lot);
  ASSIGN_OR_RETURN(const auto named, ResolveLots(db, command.context.company, refs));
  return DisassemblyTransaction(db, command, named).Run();
}

}  // namespace

absl::StatusOr<Disassembly> Disassemble(pg::Connection& db, const DisassemblyCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>& created_ids) {
    return FindDisassembly(db, command.context.company, TransformationId(created_ids.front()));
  };
  ASSIGN_OR_RETURN(Disassembly disassembly,
                   RunWrite<Disassembly>(db, {.context = command.context, .rebuild = rebuild},
                                         [&] { return TryDisassemble(db, command); }));
  ASSIGN_OR_RETURN(disassembly.unarchived,
                   FindUnarchivedBy(db, command.context.company, disassembly.transformation_id));
  return disassembly;
}

}  // namespace lots
