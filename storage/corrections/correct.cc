// CorrectGenealogy: the pipelines, the writes and the answer.
#include <algorithm>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/corrections/corrections.h"
#include "storage/corrections/facts.h"
#include "storage/corrections/plan.h"
#include "storage/corrections/refusals.h"
#include "storage/domain/default_location.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/lot_event.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/domain/transformation.h"
#include "storage/genealogy/ends/ends.h"
#include "storage/genealogy/ends/in_unit.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/movements.h"
#include "storage/ledger/transformations.h"
#include "storage/lot_rows/resolve.h"
#include "storage/lots/events.h"
#include "storage/recalls/effects/effects.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using corrections::CorrectedTransformation;
using corrections::CorrectionPlan;
using corrections::FactsQuery;
using corrections::GenealogyFacts;
using corrections::NamedLine;
using corrections::ReturnedPart;
using corrections::UnitFacts;
using corrections::UsedPart;
using effects::ComponentOfUnit;
using effects::GenealogyChange;

// What is pooled is in every unit of the transformation, and there may be thousands: the history of
// each lists so many lines of the correction. The correction itself lists all.
constexpr size_t kPooledChangesMax = 10;

// The lots that the lines name; each list has its lots once.
struct NamedLots {
  std::vector<NamedLine> lines;
  std::vector<LotId> wrong, right, units;
  std::vector<LotId> right_serials;
};

void Add(const std::optional<ResolvedLot>& lot, std::vector<LotId>& lots) {
  if (!lot.has_value()) return;
  if (std::find(lots.begin(), lots.end(), lot->lot_id) == lots.end()) lots.push_back(lot->lot_id);
}

// What a line names as right may have come out of the transformation itself.
std::vector<LotId> UnitsToAsk(const NamedLots& named) {
  std::vector<LotId> units = named.units;
  units.insert(units.end(), named.right_serials.begin(), named.right_serials.end());
  return units;
}

// One correction under way.
class CorrectionTransaction {
 public:
  CorrectionTransaction(pg::Connection& db, const CorrectGenealogyCommand& command,
                        const NamedLots& named)
      : command_(command),
        context_(command.context),
        named_(named),
        transaction_(db),
        ledger_(command.context, command.accept),
        query_{.company = command.context.company,
               .transformation_id = command.transformation_id,
               .components = named.wrong,
               .units = UnitsToAsk(named)},
        correction_id_(Uuid::MakeV7()) {}

  absl::StatusOr<GenealogyCorrection> Run();

 private:
  absl::Status LockAndRead();
  std::vector<LotId> UnitsThatGetSerials() const;
  void Touch(const absl::flat_hash_map<LotId, LocationId>& places);
  void TouchLine(const CorrectionLine& line, const NamedLine& named);
  std::optional<Problem> ValidateTransformation() const;
  std::vector<OutputLine> Outputs() const;
  void AddEnds();
  std::vector<LotEvent> Events() const;
  GenealogyChange Change() const;
  void AddWrites();
  const std::string& NumberOf(const LotId& lot) const;
  std::string TextOf(const LotId& lot, Quantity quantity) const;
  bool UsesPooled() const;

  const CorrectGenealogyCommand& command_;
  const WriteContext& context_;
  const NamedLots& named_;
  pg::Transaction transaction_;
  Ledger ledger_;
  const FactsQuery query_;
  const TransformationId correction_id_;
  GenealogyFacts facts_;
  CorrectionPlan plan_;
};

// Everything that may move, whatever is left of the links once the balances are locked.
void CorrectionTransaction::TouchLine(const CorrectionLine& line, const NamedLine& named) {
  const LocationId production = DefaultLocation(LocationKind::kProduction);
  const auto touch_sources = [&](const LotId& lot) {
    for (const corrections::Link& link : facts_.links) {
      const bool is_of_line = named.wrong.has_value() && link.lot_id == named.wrong->lot_id;
      if (is_of_line && link.taken_from.has_value()) ledger_.Touch(lot, *link.taken_from);
    }
  };
  if (line.wrong.has_value() && named.wrong.has_value()) {
    ledger_.Touch(named.wrong->lot_id, production);
    if (line.wrong->to.has_value()) ledger_.Touch(named.wrong->lot_id, *line.wrong->to);
    touch_sources(named.wrong->lot_id);
  }
  if (line.right.has_value() && named.right.has_value()) {
    ledger_.Touch(named.right->lot_id, production);
    if (line.right->from.has_value()) ledger_.Touch(named.right->lot_id, *line.right->from);
    touch_sources(named.right->lot_id);
    const bool is_installed = facts_.transformation->kind == TransformationKind::kMaintenance;
    if (is_installed) ledger_.TouchUnnamedReturn(named.right->lot_id);
  }
}

void CorrectionTransaction::Touch(const absl::flat_hash_map<LotId, LocationId>& places) {
  ledger_.TouchLocation(DefaultLocation(LocationKind::kProduction));
  for (const CorrectionLine& line : command_.lines) {
    if (line.wrong.has_value() && line.wrong->to.has_value()) {
      ledger_.TouchLocation(*line.wrong->to);
    }
    if (line.right.has_value() && line.right->from.has_value()) {
      ledger_.TouchLocation(*line.right->from);
    }
  }
  for (size_t i = 0; i < command_.lines.size(); ++i) {
    TouchLine(command_.lines[i], named_.lines[i]);
  }
  for (const auto& [serial, place] : places) ledger_.Touch(serial, place);
}

// The units, which are serials, into which a line may put a serial. Only a serial contains units.
std::vector<LotId> CorrectionTransaction::UnitsThatGetSerials() const {
  std::vector<LotId> units;
  if (named_.right_serials.empty()) return units;
  absl::btree_set<LotId> exact;
  for (const auto& [named, unit] : facts_.outputs) exact.insert(unit);
  const bool puts_pooled =
      std::any_of(command_.lines.begin(), command_.lines.end(), [](const CorrectionLine& line) {
        const bool names_wrong_unit = line.wrong.has_value() && line.wrong->unit.has_value();
        return line.right.has_value() && !line.right->unit.has_value() && !names_wrong_unit;
      });
  for (const UnitFacts& unit : facts_.units) {
    const bool gets_some = puts_pooled || exact.contains(unit.lot_id);
    if (gets_some && unit.tracking == Tracking::kSerial) units.push_back(unit.lot_id);
  }
  return units;
}

// What is recorded is read twice: first to know which places may move, and again when the balances
// are locked, because a part of a lot may have been taken apart meanwhile.
absl::Status CorrectionTransaction::LockAndRead() {
  ClaimRequest(transaction_, context_, {correction_id_.value()});
  corrections::AddLocks(transaction_, query_);
  size_t first = corrections::AddReads(transaction_, query_);
  const size_t places =
      corrections::AddPlaces(transaction_, context_.company, named_.right_serials);
  ASSIGN_OR_RETURN(pg::Results results, transaction_.Send());
  facts_ = corrections::ReadFacts(results, first);
  if (!facts_.transformation.has_value()) {
    return Refuse(TransformationNotFound(command_.transformation_id));
  }
  Touch(corrections::ReadPlaces(results[places]));
  ledger_.AddLocks(transaction_);
  first = corrections::AddReads(transaction_, query_);
  // Now that the components are locked too, no unit goes into one of them.
  const std::vector<LotId> units = UnitsThatGetSerials();
  const size_t containers = AddInUnits(transaction_, context_.company, units,
                                       static_cast<int64_t>(units.size()) * kUnitLevelsMax);
  ASSIGN_OR_RETURN(results, transaction_.Send());
  facts_ = corrections::ReadFacts(results, first);
  facts_.containers = ReadInUnits(results[containers]);
  return ledger_.Load(transaction_, results);
}

std::optional<Problem> CorrectionTransaction::ValidateTransformation() const {
  const CorrectedTransformation& corrected = *facts_.transformation;
  const bool has_components = corrected.kind == TransformationKind::kProduction ||
                              corrected.kind == TransformationKind::kMaintenance;
  const bool is_in_effect = !corrected.reverses.has_value() && !corrected.reversed_by.has_value();
  if (has_components && is_in_effect) return std::nullopt;
  return corrections::NotCorrectable(corrected);
}

bool CorrectionTransaction::UsesPooled() const {
  return std::any_of(plan_.used.begin(), plan_.used.end(),
                     [](const UsedPart& part) { return !part.unit.has_value(); });
}

// The units that have the correction's inputs, or had what it ends; and what comes back.
std::vector<OutputLine> CorrectionTransaction::Outputs() const {
  absl::btree_set<LotId> exact;
  for (const UsedPart& part : plan_.used) {
    if (part.unit.has_value()) exact.insert(*part.unit);
  }
  for (const ReturnedPart& part : plan_.returned) {
    if (part.unit.has_value()) exact.insert(*part.unit);
  }
  const bool uses_pooled = UsesPooled();
  std::vector<OutputLine> lines;
  for (const UnitFacts& unit : facts_.units) {
    if (!uses_pooled && !exact.contains(unit.lot_id)) continue;
    lines.push_back({unit.lot_id, unit.quantity, OutputRole::kMaintained, std::nullopt, {}});
  }
  // What was pooled was in these too. AddEnds says since when they are apart.
  if (uses_pooled) {
    for (const auto& [lot, unit] : facts_.apart) {
      lines.push_back({lot, unit.quantity, OutputRole::kMaintained, std::nullopt, {}});
    }
    std::sort(lines.begin(), lines.end(),
              [](const OutputLine& a, const OutputLine& b) { return a.lot_id < b.lot_id; });
  }
  for (const ReturnedPart& part : plan_.returned) {
    lines.push_back({part.lot_id, part.quantity, OutputRole::kReturnedComponent, part.unit, {}});
  }
  return lines;
}

// A unit that was taken apart has nothing of the correction since then. The disassembly ends it, so
// that a reversal of the disassembly brings that back too.
void CorrectionTransaction::AddEnds() {
  AddComponentEnds(transaction_, context_, correction_id_, plan_.ends);
  if (!UsesPooled()) return;
  for (const auto& [lot, unit] : facts_.apart) {
    const ComponentEnd end = EndOfMaking(correction_id_, lot);
    AddComponentEnds(transaction_, context_, *unit.taken_apart_by, absl::MakeConstSpan(&end, 1));
  }
}

const std::string& CorrectionTransaction::NumberOf(const LotId& lot) const {
  const LotFacts* facts = ledger_.facts().FindLot(lot);
  if (facts != nullptr) return facts->number;
  const auto unit = std::find_if(facts_.units.begin(), facts_.units.end(),
                                 [&](const UnitFacts& each) { return each.lot_id == lot; });
  Check(unit != facts_.units.end());
  return unit->number;
}

// "S-1"; of a lot "O-1=0.5", as lotctl names it.
std::string CorrectionTransaction::TextOf(const LotId& lot, Quantity quantity) const {
  const LotFacts* facts = ledger_.facts().FindLot(lot);
  Check(facts != nullptr);
  if (facts->tracking == Tracking::kSerial) return facts->number;
  return absl::StrCat(facts->number, "=", quantity.Format(facts->scale));
}

// The history of every lot: of a component, in which unit it is no longer or is; of a unit, its
// components.
std::vector<LotEvent> CorrectionTransaction::Events() const {
  absl::btree_map<LotId, std::vector<FieldChange>> changes;
  const auto add = [&](const LotId& component, const std::optional<LotId>& unit, Quantity quantity,
                       bool is_in) {
    const auto change = [&](const char* field, const std::string& value) {
      return FieldChange{field, is_in ? "" : value, is_in ? value : ""};
    };
    const std::string of_unit = unit.has_value() ? NumberOf(*unit) : "all outputs";
    changes[component].push_back(change("unit", of_unit));
    const FieldChange of_component = change("component", TextOf(component, quantity));
    if (unit.has_value()) {
      changes[*unit].push_back(of_component);
      return;
    }
    for (const UnitFacts& each : facts_.units) {
      std::vector<FieldChange>& of_each = changes[each.lot_id];
      if (of_each.size() < kPooledChangesMax) of_each.push_back(of_component);
    }
  };
  for (const ReturnedPart& part : plan_.returned) {
    add(part.lot_id, part.unit, part.quantity, /*is_in=*/false);
  }
  for (const UsedPart& part : plan_.used) {
    add(part.lot_id, part.unit, part.quantity, /*is_in=*/true);
  }
  std::vector<LotEvent> events;
  for (auto& [lot, of_lot] : changes) {
    LotEvent& event = events.emplace_back();
    event.event_id = Uuid::MakeV7();
    event.lot_id = lot;
    event.kind = LotEventKind::kCorrected;
    event.work_order = facts_.transformation->work_order;
    event.actor = context_.actor;
    event.recorded_at = ledger_.facts().recorded_at;
    event.changes = std::move(of_lot);
  }
  return events;
}

GenealogyChange CorrectionTransaction::Change() const {
  GenealogyChange change{.transformation_id = correction_id_,
                         .reason = command_.reason,
                         .added = {},
                         .added_pooled = {},
                         .removed = {},
                         .units = {}};
  absl::btree_set<LotId> units;
  for (const UsedPart& part : plan_.used) {
    if (part.unit.has_value()) {
      change.added.push_back({.input = part.lot_id, .output = *part.unit, .certain = true});
      units.insert(*part.unit);
    } else {
      change.added_pooled.inputs.push_back(part.lot_id);
    }
  }
  const auto add_all = [&](const auto& visit) {
    for (const UnitFacts& unit : facts_.units) {
      units.insert(unit.lot_id);
      visit(unit.lot_id);
    }
  };
  if (UsesPooled()) {
    add_all([&](const LotId& unit) { change.added_pooled.outputs.push_back(unit); });
  }
  for (const ReturnedPart& part : plan_.returned) {
    if (part.unit.has_value()) {
      change.removed.push_back({part.lot_id, *part.unit});
      units.insert(*part.unit);
    } else {
      add_all([&](const LotId& unit) { change.removed.push_back({part.lot_id, unit}); });
    }
  }
  change.units.assign(units.begin(), units.end());
  return change;
}

void CorrectionTransaction::AddWrites() {
  const CorrectedTransformation& corrected = *facts_.transformation;
  AddTransformation(transaction_, context_,
                    {.transformation_id = correction_id_,
                     .kind = TransformationKind::kCorrection,
                     .work_order = corrected.work_order,
                     .occurred_at = corrected.occurred_at,
                     .recorded_at = ledger_.facts().recorded_at,
                     .actor = context_.actor,
                     .note = command_.reason,
                     .reverses = {},
                     .reversed_by = {},
                     .corrects = command_.transformation_id});
  std::vector<InputLine> inputs;
  for (const UsedPart& part : plan_.used) {
    inputs.push_back({part.lot_id, part.quantity, part.unit});
  }
  AddInputs(transaction_, context_.company, correction_id_, inputs);
  AddOutputs(transaction_, context_.company, correction_id_, Outputs());
  AddEnds();
  ledger_.AddWrites(transaction_);
  const std::vector<LotEvent> events = Events();
  AppendLotEvents(transaction_, context_, events);
  AuditSubject subject{.lots = named_.units, .work_order = corrected.work_order};
  subject.lots.insert(subject.lots.end(), named_.wrong.begin(), named_.wrong.end());
  subject.lots.insert(subject.lots.end(), named_.right.begin(), named_.right.end());
  AddAuditEntry(transaction_, context_, subject);
}

absl::StatusOr<GenealogyCorrection> CorrectionTransaction::Run() {
  RETURN_IF_ERROR(LockAndRead());
  std::optional<Problem> problem = ValidateTransformation();
  if (problem.has_value()) return Refuse(*std::move(problem));
  std::vector<Problem> problems;
  plan_ = corrections::PlanCorrection(command_, named_.lines, facts_, problems);
  corrections::PostCorrection(command_, correction_id_, *facts_.transformation, plan_, ledger_,
                              problems);
  if (!problems.empty()) return ledger_.Refuse(transaction_, std::move(problems));
  AddWrites();
  const absl::Status written = transaction_.Send().status();
  if (!written.ok()) return Ledger::Explain(written);
  RETURN_IF_ERROR(effects::ApplyChange(transaction_, context_, ledger_.facts(), Change()));
  const absl::Status committed = transaction_.Commit().status();
  if (!committed.ok()) return Ledger::Explain(committed);
  return GenealogyCorrection{
      .transformation_id = correction_id_, .adjustments = ledger_.adjustments(), .unarchived = {}};
}

absl::StatusOr<NamedLots> NameLots(pg::Connection& db, const CorrectGenealogyCommand& command) {
  std::vector<LotRef> refs;
  // Returns the position of the reference; none: nothing is named.
  const auto ask = [&](const auto& part, auto ref) -> std::optional<size_t> {
    if (!part.has_value()) return std::nullopt;
    const std::optional<LotRef> named = ref(*part);
    if (!named.has_value()) return std::nullopt;
    refs.push_back(*named);
    return refs.size() - 1;
  };
  struct Positions {
    std::optional<size_t> wrong, wrong_unit, right, right_unit;
  };
  std::vector<Positions> positions;
  const auto lot_of = [](const auto& part) { return std::optional(part.lot); };
  const auto unit_of = [](const auto& part) { return part.unit; };
  for (const CorrectionLine& line : command.lines) {
    positions.push_back({.wrong = ask(line.wrong, lot_of),
                         .wrong_unit = ask(line.wrong, unit_of),
                         .right = ask(line.right, lot_of),
                         .right_unit = ask(line.right, unit_of)});
  }
  ASSIGN_OR_RETURN(const auto found, ResolveLots(db, command.context.company, refs));
  const auto lot_at = [&](const std::optional<size_t>& position) {
    return position.has_value() ? found[*position] : std::nullopt;
  };
  NamedLots named;
  for (const Positions& at : positions) {
    NamedLine& line = named.lines.emplace_back();
    line = {.wrong = lot_at(at.wrong),
            .wrong_unit = lot_at(at.wrong_unit),
            .right = lot_at(at.right),
            .right_unit = lot_at(at.right_unit)};
    Add(line.wrong, named.wrong);
    Add(line.right, named.right);
    Add(line.wrong_unit, named.units);
    Add(line.right_unit, named.units);
    const bool is_serial = line.right.has_value() && line.right->tracking == Tracking::kSerial;
    if (is_serial) Add(line.right, named.right_serials);
  }
  return named;
}

absl::StatusOr<GenealogyCorrection> TryCorrect(pg::Connection& db,
                                               const CorrectGenealogyCommand& command) {
  ASSIGN_OR_RETURN(const NamedLots named, NameLots(db, command));
  return CorrectionTransaction(db, command, named).Run();
}

constexpr pg::Statement kFindAdjustments{"find_correction_adjustments", R"sql(
  SELECT movement_id FROM movements
  WHERE company = $1 AND transformation_id = $2 AND kind = {MOVEMENT_ADJUSTMENT}
  ORDER BY movement_id)sql"_sql};

absl::StatusOr<GenealogyCorrection> FindCorrection(pg::Connection& db, const CompanyId& company,
                                                   const TransformationId& correction) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindAdjustments, company, correction));
  GenealogyCorrection answer{.transformation_id = correction, .adjustments = {}, .unarchived = {}};
  for (const pg::Row row : rows) answer.adjustments.push_back(row.Get<MovementId>(0));
  return answer;
}

}  // namespace

absl::StatusOr<GenealogyCorrection> CorrectGenealogy(pg::Connection& db,
                                                     const CorrectGenealogyCommand& command) {
  const CompanyId& company = command.context.company;
  const auto rebuild = [&](const std::vector<Uuid>& created_ids) {
    return FindCorrection(db, company, TransformationId(created_ids.front()));
  };
  ASSIGN_OR_RETURN(
      GenealogyCorrection correction,
      RunWrite<GenealogyCorrection>(db, {.context = command.context, .rebuild = rebuild},
                                    [&] { return TryCorrect(db, command); }));
  ASSIGN_OR_RETURN(correction.unarchived,
                   FindUnarchivedBy(db, company, correction.transformation_id));
  return correction;
}

}  // namespace lots
