// Compares the lines of a correction with what is recorded.
#include "storage/corrections/plan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "storage/base/check.h"
#include "storage/corrections/refusals.h"
#include "storage/domain/default_location.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"
#include "storage/ledger/rules/validate.h"

namespace lots::corrections {
namespace {

// Plans one line after the other. What a line takes out is not there for the next one.
class Planner {
 public:
  Planner(const GenealogyFacts& facts, std::vector<Problem>& problems)
      : facts_(facts), problems_(problems), links_(facts.links) {
    for (const UnitFacts& unit : facts.units) units_.emplace(unit.lot_id, &unit);
  }

  void Add(const CorrectionLine& line, const NamedLine& named, size_t index);
  CorrectionPlan plan() && { return std::move(plan_); }

 private:
  using Unit = std::optional<LotId>;
  // What a wrong component says about the right one of its line.
  struct Wrong {
    Quantity quantity;
    std::optional<LocationId> place;
    Unit unit;
  };

  const UnitFacts* FindContained(const LotId& component, const Unit& unit) const;
  bool FindUnit(const std::optional<LotRef>& ref, const std::optional<ResolvedLot>& unit,
                const std::string& field, Unit& output);
  bool FindOnlyUnit(const std::string& field, Unit& output);
  absl::string_view RecordedElsewhere(const LotId& lot, const Unit& unit) const;
  std::optional<Wrong> TakeOut(const WrongComponent& wrong, const NamedLine& named,
                               const std::string& field);
  void End(Link& link, Quantity quantity, const WrongComponent& wrong, const std::string& field);
  void PutIn(const RightComponent& right, const NamedLine& named,
             const std::optional<Wrong>& instead_of, const std::string& field, size_t index);
  std::optional<Quantity> QuantityOf(const RightComponent& right, const ResolvedLot& lot,
                                     const std::optional<Wrong>& instead_of,
                                     const std::string& field);

  const GenealogyFacts& facts_;
  std::vector<Problem>& problems_;
  std::vector<Link> links_;
  absl::flat_hash_map<LotId, const UnitFacts*> units_;
  absl::flat_hash_map<LotId, size_t> first_serial_;
  CorrectionPlan plan_;
};

// Nothing is pooled in a maintenance: it has one unit, which need not be named. What would be
// pooled there could never be removed again. False, with a problem: the unit was taken apart.
bool Planner::FindOnlyUnit(const std::string& field, Unit& output) {
  if (facts_.transformation->kind != TransformationKind::kMaintenance) return true;
  if (!facts_.apart.empty()) {
    problems_.push_back(UnitApart(field, facts_.apart.begin()->second));
    return false;
  }
  Check(facts_.units.size() == 1);
  output = facts_.units.front().lot_id;
  return true;
}

// False, with a problem, when there is no such unit in the transformation.
bool Planner::FindUnit(const std::optional<LotRef>& ref, const std::optional<ResolvedLot>& unit,
                       const std::string& field, Unit& output) {
  if (!ref.has_value()) return FindOnlyUnit(field, output);
  if (!unit.has_value()) {
    problems_.push_back(LotNotFound(*ref, field));
    return false;
  }
  const auto found = facts_.outputs.find(unit->lot_id);
  if (found == facts_.outputs.end()) {
    problems_.push_back(UnitNotMade(field, *unit));
    return false;
  }
  const auto apart = facts_.apart.find(found->second);
  if (apart != facts_.apart.end()) {
    problems_.push_back(UnitApart(field, apart->second));
    return false;
  }
  output = found->second;
  return true;
}

void Planner::End(Link& link, Quantity quantity, const WrongComponent& wrong,
                  const std::string& field) {
  const std::optional<LocationId>& to = wrong.to.has_value() ? wrong.to : link.taken_from;
  if (!to.has_value()) {
    problems_.push_back(
        FieldInvalid(absl::StrCat(field, ".to_location_id"), "",
                     "nothing says where it was taken from; say where the goods are"));
    return;
  }
  link.left -= quantity;
  plan_.ends.push_back({.transformation_id = link.transformation_id,
                        .input_line = link.line,
                        .lot_id = link.lot_id,
                        .unit = link.unit,
                        .quantity = quantity});
  plan_.returned.push_back({.lot_id = link.lot_id,
                            .quantity = quantity,
                            .unit = link.unit,
                            .to = *to,
                            .stock_since = link.stock_since,
                            .field = field});
}

// What to do where the lot is recorded in another way than the line says: empty, or the end of a
// sentence.
absl::string_view Planner::RecordedElsewhere(const LotId& lot, const Unit& unit) const {
  const auto is_elsewhere = [&](bool pooled) {
    return std::any_of(links_.begin(), links_.end(), [&](const Link& link) {
      return link.lot_id == lot && link.left.IsPositive() && link.unit != unit &&
             link.unit.has_value() != pooled;
    });
  };
  if (is_elsewhere(/*pooled=*/true)) {
    return "; it went into all units together: leave out `unit`";
  }
  if (!is_elsewhere(/*pooled=*/false)) return "";
  return unit.has_value() ? "; it is in another unit: give that one as `unit`"
                          : "; it is exactly in a unit: give that one as `unit`";
}

std::optional<Planner::Wrong> Planner::TakeOut(const WrongComponent& wrong, const NamedLine& named,
                                               const std::string& field) {
  Wrong taken;
  if (!named.wrong.has_value()) {
    problems_.push_back(LotNotFound(wrong.lot, absl::StrCat(field, ".lot")));
    return std::nullopt;
  }
  if (!FindUnit(wrong.unit, named.wrong_unit, absl::StrCat(field, ".unit"), taken.unit)) {
    return std::nullopt;
  }
  const auto is_meant = [&](const Link& link) {
    return link.lot_id == named.wrong->lot_id && link.unit == taken.unit;
  };
  Quantity available;
  for (const Link& link : links_) {
    if (is_meant(link)) available += link.left;
  }
  const Quantity needed = wrong.quantity.value_or(available);
  if (!needed.IsPositive() || needed > available) {
    Problem problem =
        NotAComponent(field, {named.wrong->number, named.wrong->lot_id}, available,
                      wrong.quantity.value_or(Quantity::FromUnits(1)), "is recorded there");
    absl::StrAppend(&problem.message, RecordedElsewhere(named.wrong->lot_id, taken.unit));
    problems_.push_back(std::move(problem));
    return std::nullopt;
  }
  taken.quantity = needed;
  Quantity rest = needed;
  for (Link& link : links_) {
    if (!is_meant(link) || !link.left.IsPositive() || !rest.IsPositive()) continue;
    const Quantity part = std::min(rest, link.left);
    rest -= part;
    if (!taken.place.has_value()) taken.place = link.taken_from;
    End(link, part, wrong, field);
  }
  return taken;
}

std::optional<Quantity> Planner::QuantityOf(const RightComponent& right, const ResolvedLot& lot,
                                            const std::optional<Wrong>& instead_of,
                                            const std::string& field) {
  if (right.quantity.has_value()) return right.quantity;
  if (lot.tracking == Tracking::kSerial) return Quantity::FromUnits(1);
  if (instead_of.has_value()) return instead_of->quantity;
  problems_.push_back(FieldInvalid(absl::StrCat(field, ".quantity"), "",
                                   "say how much; only a serial is one by itself"));
  return std::nullopt;
}

// The unit, or without one any of all units, that is in the component. Both would be in each other,
// and at no place.
const UnitFacts* Planner::FindContained(const LotId& component, const Unit& unit) const {
  for (const InUnit& container : facts_.containers) {
    if (container.unit != component) continue;
    if (unit.has_value() && container.lot_id != *unit) continue;
    const auto found = units_.find(container.lot_id);
    if (found != units_.end()) return found->second;
  }
  return nullptr;
}

void Planner::PutIn(const RightComponent& right, const NamedLine& named,
                    const std::optional<Wrong>& instead_of, const std::string& field,
                    size_t index) {
  if (!named.right.has_value()) {
    problems_.push_back(LotNotFound(right.lot, absl::StrCat(field, ".lot")));
    return;
  }
  const ResolvedLot& lot = *named.right;
  Unit unit = instead_of.has_value() ? instead_of->unit : std::nullopt;
  if (!FindUnit(right.unit, named.right_unit, absl::StrCat(field, ".unit"), unit)) return;
  // It came out under the number that it has now, or under an earlier one.
  const auto output = facts_.outputs.find(lot.lot_id);
  const LotId& made = output == facts_.outputs.end() ? lot.lot_id : output->second;
  const bool is_itself = unit.has_value()
                             ? *unit == made
                             : output != facts_.outputs.end() || units_.contains(lot.lot_id);
  if (is_itself) {
    problems_.push_back(FieldInvalid(absl::StrCat(field, ".lot"), lot.number,
                                     "came out of this transformation; it is no component of it"));
    return;
  }
  const UnitFacts* contained = FindContained(lot.lot_id, unit);
  if (contained != nullptr) {
    problems_.push_back(ComponentContainsUnit(absl::StrCat(field, ".lot"), {lot.number, lot.lot_id},
                                              lot.product_id,
                                              {contained->number, contained->lot_id}));
    return;
  }
  if (lot.tracking == Tracking::kSerial) {
    const auto [seen, is_first] = first_serial_.emplace(lot.lot_id, index);
    if (!is_first) {
      problems_.push_back(
          ValueTwice(absl::StrCat(field, ".lot"), "number", lot.number, seen->second));
      return;
    }
  }
  const std::optional<Quantity> quantity = QuantityOf(right, lot, instead_of, field);
  const std::optional<LocationId> place = instead_of.has_value() ? instead_of->place : std::nullopt;
  const bool needs_place = lot.tracking != Tracking::kSerial && !place.has_value();
  if (!right.from.has_value() && needs_place) {
    problems_.push_back(FieldInvalid(absl::StrCat(field, ".from_location_id"), "",
                                     "say where the goods are missing from"));
    return;
  }
  if (!quantity.has_value()) return;
  plan_.used.push_back({.lot_id = lot.lot_id,
                        .quantity = *quantity,
                        .unit = unit,
                        .from = right.from,
                        .fallback = place,
                        .field = field});
}

void Planner::Add(const CorrectionLine& line, const NamedLine& named, size_t index) {
  const std::string field = Indexed("lines", index);
  if (!line.wrong.has_value() && !line.right.has_value()) {
    problems_.push_back(
        FieldInvalid(field, "", "name what is recorded wrongly, what is right, or both"));
  }
  std::optional<Wrong> taken;
  if (line.wrong.has_value()) {
    taken = TakeOut(*line.wrong, named, absl::StrCat(field, ".wrong"));
    // The right component may need what the wrong one says; one problem is enough.
    if (!taken.has_value()) return;
  }
  if (line.right.has_value()) {
    PutIn(*line.right, named, taken, absl::StrCat(field, ".right"), index);
  }
}

// Posts the movements of one correction.
class Poster {
 public:
  Poster(const CorrectGenealogyCommand& command, const TransformationId& correction,
         const CorrectedTransformation& corrected, Ledger& ledger, std::vector<Problem>& problems)
      : command_(command),
        correction_(correction),
        corrected_(corrected),
        ledger_(ledger),
        problems_(problems) {}

  void Return(const ReturnedPart& part);
  void Use(const UsedPart& part);

 private:
  // A maintenance may have been at a customer, where goods are neither produced nor consumed.
  bool IsOfMaintenance() const { return corrected_.kind == TransformationKind::kMaintenance; }
  Posting PostingOf(MovementKind kind, const LotId& lot, Quantity quantity,
                    const std::string& field) const;
  std::optional<LocationId> SourceOf(const UsedPart& part) const;
  // The ledger names fields as a movement has them; `place` is the one that the request has.
  void Post(const Posting& posting, absl::string_view place);

  const CorrectGenealogyCommand& command_;
  const TransformationId& correction_;
  const CorrectedTransformation& corrected_;
  Ledger& ledger_;
  std::vector<Problem>& problems_;
};

// As of the time of the corrected transformation, so that stock of any later day is right; but a
// serial's own facts are in order, and it may have come to where it is later.
Posting Poster::PostingOf(MovementKind kind, const LotId& lot, Quantity quantity,
                          const std::string& field) const {
  const LotFacts* facts = ledger_.facts().FindLot(lot);
  const bool is_serial = facts != nullptr && facts->tracking == Tracking::kSerial;
  const absl::Time since = is_serial ? ledger_.facts().CameAt(lot) : absl::InfinitePast();
  Document document;
  if (corrected_.work_order.has_value()) {
    document = {.type = "work_order", .number = corrected_.work_order->value()};
  }
  return {.movement_id = MovementId(Uuid::MakeV7()),
          .kind = kind,
          .lot_id = lot,
          .quantity = quantity,
          .from = DefaultLocation(LocationKind::kProduction),
          .to = DefaultLocation(LocationKind::kProduction),
          .document = std::move(document),
          .partner_id = "",
          .occurred_at = std::max(corrected_.occurred_at, since),
          .note = command_.reason,
          .delivery = {},
          .transformation = correction_,
          .work_order = corrected_.work_order,
          .field = field};
}

void Poster::Post(const Posting& posting, absl::string_view place) {
  const size_t first = problems_.size();
  ledger_.Post(posting, problems_);
  for (size_t i = first; i < problems_.size(); ++i) {
    std::string& field = problems_[i].field;
    if (absl::EndsWith(field, ".kind")) field = absl::StrCat(posting.field, ".", place);
    if (absl::EndsWith(field, ".occur_time")) field = "transformation_id";
  }
}

void Poster::Return(const ReturnedPart& part) {
  const MovementKind kind = IsOfMaintenance() ? MovementKind::kRemoval : MovementKind::kProduction;
  Posting posting = PostingOf(kind, part.lot_id, part.quantity, part.field);
  posting.to = part.to;
  posting.stock_since = part.stock_since;
  posting.is_return = true;
  Post(posting, "to_location_id");
}

std::optional<LocationId> Poster::SourceOf(const UsedPart& part) const {
  if (part.from.has_value()) return part.from;
  const LotFacts* lot = ledger_.facts().FindLot(part.lot_id);
  if (lot == nullptr || lot->tracking != Tracking::kSerial) return part.fallback;
  const std::optional<Place> here = ledger_.facts().WhereIs(part.lot_id);
  if (here.has_value() && HoldsGoods(here->kind)) return here->location_id;
  return part.fallback;
}

void Poster::Use(const UsedPart& part) {
  const std::optional<LocationId> from = SourceOf(part);
  if (!from.has_value()) {
    problems_.push_back(FieldInvalid(absl::StrCat(part.field, ".from_location_id"), "",
                                     "the serial is at no location; say where it is missing from"));
    return;
  }
  const MovementKind kind =
      IsOfMaintenance() ? MovementKind::kInstallation : MovementKind::kConsumption;
  Posting posting = PostingOf(kind, part.lot_id, part.quantity, part.field);
  posting.from = *from;
  if (IsOfMaintenance()) posting.delivery = FindInstalledDelivery(ledger_.facts(), posting);
  Post(posting, "from_location_id");
}

}  // namespace

CorrectionPlan PlanCorrection(const CorrectGenealogyCommand& command,
                              const std::vector<NamedLine>& named, const GenealogyFacts& facts,
                              std::vector<Problem>& problems) {
  Planner planner(facts, problems);
  for (size_t i = 0; i < command.lines.size(); ++i) planner.Add(command.lines[i], named[i], i);
  return std::move(planner).plan();
}

void PostCorrection(const CorrectGenealogyCommand& command, const TransformationId& correction,
                    const CorrectedTransformation& corrected, const CorrectionPlan& plan,
                    Ledger& ledger, std::vector<Problem>& problems) {
  Poster poster(command, correction, corrected, ledger, problems);
  for (const ReturnedPart& part : plan.returned) poster.Return(part);
  for (const UsedPart& part : plan.used) poster.Use(part);
}

}  // namespace lots::corrections
