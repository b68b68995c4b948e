// What a completion makes: outputs, planned serials, by-products.

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/numbers/number.h"
#include "storage/work_orders/completion/completion.h"
#include "storage/work_orders/refusals.h"

namespace lots::orders {
namespace {

Problem AlreadyProduced(absl::string_view field, const NumberedLot& lot) {
  return {.reason = Reason::kSerialAlreadyProduced,
          .field = std::string(field),
          .message = absl::StrCat(QuotedLot(lot.number),
                                  " exists already; it can be made again only when this completion "
                                  "consumes it, or after Disassemble"),
          .facts = {{"number", lot.number}, {"lot_id", lot.lot_id.value().ToString()}}};
}

class OutputPlanner {
 public:
  OutputPlanner(const CompletionFacts& facts, CompletionPlan& plan, std::vector<Problem>& problems)
      : facts_(facts), command_(facts.command), plan_(plan), problems_(problems) {
    for (const auto& id : facts.names.components) {
      if (id.has_value()) used_.insert(*id);
    }
  }

  void AddOutput(size_t index);
  void AddPlanned();
  void AddByProduct(size_t index);
  void ValidateEmptiness();

 private:
  // An output of the request, before it is known what lot the output means.
  struct Wanted {
    std::optional<LotId> lot_id;
    std::string number;
    bool is_generated;
    const ProductRules* product;
    OutputRole role;
    std::optional<Quantity> quantity;
    std::optional<LocationId> to;
    size_t index;
    std::string field;
    LotTexts texts = {};
  };

  void Add(const Wanted& wanted, LotDates given);
  bool Identify(const Wanted& wanted, MadeLot& made);
  bool IdentifyNew(const Wanted& wanted, MadeLot& made);
  // Whether a stored lot may be made (again), and how; a problem when not.
  bool ValidateStored(const StoredLot& lot, const Wanted& wanted, MadeLot& made);
  bool ValidateSerial(const StoredLot& lot, const Wanted& wanted, MadeLot& made);
  bool ValidatePlanned(const StoredLot& lot, const Wanted& wanted);
  // Whether a by-product is a component that comes out of a unit which this completion works on.
  bool ComesOut(const StoredLot& lot, const Wanted& wanted, MadeLot& made);
  LotDates StoredDates(const LotId& serial, const LotDates& dates) const;
  // What is said of a stored lot agrees with it; a lot that is made now may get what it lacks.
  void ValidateTexts(const MadeLot& made);
  void ValidateText(const MadeLot& made, absl::string_view name, const std::string& given,
                    const std::string& stored);
  // The same lot further up in the request.
  void ValidateFirst(const Wanted& wanted, MadeLot& made);
  bool Refused(Problem problem, const StoredLot& lot);
  bool RefusedArchived(const StoredLot& lot, const Wanted& wanted);
  const ProductRules* ByProductRules(size_t index, const std::string& field);

  const CompletionFacts& facts_;
  const CompletionCommand& command_;
  CompletionPlan& plan_;
  std::vector<Problem>& problems_;
  absl::flat_hash_set<LotId> used_;
  // New lots of the request by product and number key, and where each lot stood first.
  absl::flat_hash_map<std::pair<ProductId, std::string>, LotId> new_lots_;
  absl::flat_hash_map<LotId, size_t> first_;
  absl::flat_hash_map<LotId, Quantity> taken_out_;  // of units that are worked on
};

// Adds the order that produced the lot to the facts.
bool OutputPlanner::Refused(Problem problem, const StoredLot& lot) {
  const std::optional<WorkOrderId> produced_by = facts_.PastOf(lot.lot_id).produced_by;
  if (produced_by.has_value()) problem.facts.emplace_back("work_order_id", produced_by->value());
  problems_.push_back(std::move(problem));
  return false;
}

bool OutputPlanner::RefusedArchived(const StoredLot& lot, const Wanted& wanted) {
  return Refused(LotArchived(wanted.field, {lot.number, lot.lot_id}, QuotedLot(lot.number)), lot);
}

bool OutputPlanner::ValidatePlanned(const StoredLot& lot, const Wanted& wanted) {
  if (lot.planned_for.value_or(command_.work_order) == command_.work_order) return true;
  problems_.push_back(AssignedElsewhere(wanted.field, lot.lot_id, lot.number, *lot.planned_for));
  return false;
}

// What the completion itself uses of the lot is left over, and not taken out of the unit.
bool OutputPlanner::ComesOut(const StoredLot& lot, const Wanted& wanted, MadeLot& made) {
  if (wanted.role != OutputRole::kByProduct || used_.contains(lot.lot_id)) return false;
  Quantity& taken = taken_out_[lot.lot_id];
  const bool is_there = taken + made.quantity <= facts_.InReworked(lot.lot_id);
  if (!made.quantity.IsPositive() || !is_there) return false;
  taken += made.quantity;
  made.role = OutputRole::kReturnedComponent;
  made.kind = MadeLot::Kind::kKept;
  for (const UnitContents& unit : facts_.reworked) {
    const auto since = unit.stock_since.find(lot.lot_id);
    if (since != unit.stock_since.end()) made.stock_since = since->second;
  }
  return true;
}

bool OutputPlanner::ValidateSerial(const StoredLot& lot, const Wanted& wanted, MadeLot& made) {
  if (used_.contains(lot.lot_id)) {
    made.kind = MadeLot::Kind::kKept;
    return true;
  }
  if (ComesOut(lot, wanted, made)) return true;
  const SerialPast past = facts_.PastOf(lot.lot_id);
  if (past.moved && !past.taken_apart) {
    return Refused(AlreadyProduced(wanted.field, {lot.number, lot.lot_id}), lot);
  }
  made.kind = MadeLot::Kind::kRevived;
  made.stored = StoredDates(lot.lot_id, lot.dates);
  made.before = LotBefore{lot.state, lot.dates};
  return lot.state != LotState::kArchived || RefusedArchived(lot, wanted);
}

// A unit that is built again of components has the dates of its next life. One that nothing came
// out of is still the same goods.
LotDates OutputPlanner::StoredDates(const LotId& serial, const LotDates& dates) const {
  const SerialPast past = facts_.PastOf(serial);
  return past.taken_apart && past.gave_components ? LotDates() : dates;
}

bool OutputPlanner::ValidateStored(const StoredLot& lot, const Wanted& wanted, MadeLot& made) {
  made.kind = MadeLot::Kind::kKept;
  made.stored = lot.dates;
  switch (lot.state) {
    case LotState::kVoid:
      problems_.push_back(VoidNumber(wanted.field, {lot.number, lot.lot_id}));
      return false;
    case LotState::kPlanned:
      made.kind = MadeLot::Kind::kRevived;
      made.stored = StoredDates(lot.lot_id, lot.dates);
      made.before = LotBefore{lot.state, lot.dates};
      return ValidatePlanned(lot, wanted);
    case LotState::kActive:
    case LotState::kArchived:
      break;
  }
  if (lot.tracking == Tracking::kSerial) return ValidateSerial(lot, wanted, made);
  if (ComesOut(lot, wanted, made)) return true;
  return lot.state != LotState::kArchived || RefusedArchived(lot, wanted);
}

bool OutputPlanner::IdentifyNew(const Wanted& wanted, MadeLot& made) {
  // An invalid number, or none to be had, is a problem already.
  if (wanted.number.empty()) return false;
  std::string key = NumberKey(wanted.number, wanted.product->case_sensitive);
  const auto [entry, is_first] = new_lots_.emplace(
      std::pair(wanted.product->product_id, std::move(key)), LotId(Uuid::MakeV7()));
  made.lot_id = entry->second;
  made.number = wanted.number;
  return true;
}

bool OutputPlanner::Identify(const Wanted& wanted, MadeLot& made) {
  if (!wanted.lot_id.has_value()) return IdentifyNew(wanted, made);
  const auto found = facts_.stored.find(*wanted.lot_id);
  if (found == facts_.stored.end()) {
    // The request named a number, and the lot was deleted before its lock.
    if (!wanted.number.empty()) return IdentifyNew(wanted, made);
    problems_.push_back(LotNotFound(*wanted.lot_id, absl::StrCat(wanted.field, ".lot_id")));
    return false;
  }
  const StoredLot& lot = found->second;
  made.lot_id = lot.lot_id;
  made.number = lot.number;
  made.stored_texts = lot.texts;
  if (lot.product_id == wanted.product->product_id) return ValidateStored(lot, wanted, made);
  problems_.push_back(OutputOfOtherProduct(wanted.field, command_.work_order,
                                           wanted.product->product_id, lot.number, lot.product_id));
  return false;
}

void OutputPlanner::ValidateFirst(const Wanted& wanted, MadeLot& made) {
  const auto [seen, is_first] = first_.emplace(made.lot_id, wanted.index);
  if (is_first) return;
  if (wanted.product->tracking == Tracking::kSerial) {
    problems_.push_back(ValueTwice(wanted.field, "number", made.number, seen->second));
  }
  made.kind = MadeLot::Kind::kAgain;
  if (made.given == LotDates() && made.given_texts == LotTexts()) return;
  problems_.push_back(
      FieldInvalid(wanted.field, made.number,
                   absl::StrCat("a lot's dates, reference, notes and attributes stand where it is "
                                "listed first, at position ",
                                seen->second)));
}

void OutputPlanner::ValidateText(const MadeLot& made, absl::string_view name,
                                 const std::string& given, const std::string& stored) {
  if (given.empty() || given == stored) return;
  if (stored.empty() && made.kind == MadeLot::Kind::kRevived) return;
  problems_.push_back(
      FieldInvalid(absl::StrCat(made.field, ".", name), given,
                   absl::StrCat("the lot has \"", stored, "\"; change it with UpdateLot")));
}

void OutputPlanner::ValidateTexts(const MadeLot& made) {
  if (made.kind == MadeLot::Kind::kNew || made.kind == MadeLot::Kind::kAgain) return;
  ValidateText(made, "reference", made.given_texts.reference, made.stored_texts.reference);
  ValidateText(made, "notes", made.given_texts.notes, made.stored_texts.notes);
  for (const auto& [key, value] : made.given_texts.attributes) {
    const auto stored = made.stored_texts.attributes.find(key);
    const bool lacks = stored == made.stored_texts.attributes.end();
    if (lacks ? made.kind == MadeLot::Kind::kRevived : stored->second == value) continue;
    problems_.push_back(FieldInvalid(absl::StrCat(made.field, ".attributes.", key), "",
                                     lacks
                                         ? "the lot has no such attribute; change it with UpdateLot"
                                         : "the lot has another value; change it with UpdateLot"));
  }
}

void OutputPlanner::Add(const Wanted& wanted, LotDates given) {
  const bool is_serial = wanted.product->tracking == Tracking::kSerial;
  const std::optional<LocationId>& to = wanted.to.has_value() ? wanted.to : command_.destination;
  MadeLot made{.kind = MadeLot::Kind::kNew,
               .lot_id = {},
               .number = "",
               .is_generated = wanted.is_generated,
               .product = wanted.product,
               .role = wanted.role,
               .quantity = wanted.quantity.value_or(Quantity::FromUnits(is_serial ? 1 : 0)),
               .to = to.value_or(LocationId()),
               .given = given,
               .stored = {},
               .dates = {},
               .before = {},
               .field = wanted.field,
               .given_texts = wanted.texts};
  const size_t problems_before = problems_.size();
  if (Identify(wanted, made)) {
    ValidateFirst(wanted, made);
    ValidateTexts(made);
  }
  if (!to.has_value()) {
    problems_.push_back(FieldInvalid(absl::StrCat(wanted.field, ".to_location_id"), "",
                                     "say where it goes, here or in destination_location_id"));
  }
  if (!wanted.quantity.has_value() && !is_serial) {
    problems_.push_back(FieldInvalid(absl::StrCat(wanted.field, ".quantity"), "",
                                     "say how much; only a serial is one by itself"));
  }
  made.is_sound = !made.lot_id.value().IsNil() && problems_.size() == problems_before;
  plan_.made.push_back(std::move(made));
}

void OutputPlanner::AddOutput(size_t index) {
  const CompletionOutput& output = command_.outputs[index];
  Add({.lot_id = facts_.names.outputs[index],
       .number = facts_.names.output_numbers[index],
       .is_generated = !output.lot_id.has_value() && output.number.empty(),
       .product = facts_.of_order.product(),
       .role = OutputRole::kProduct,
       .quantity = output.quantity,
       .to = output.to,
       .index = index,
       .field = Indexed("outputs", index),
       .texts = output.texts},
      output.dates);
}

void OutputPlanner::AddPlanned() {
  const size_t wanted = static_cast<size_t>(command_.planned_serial_count);
  const ProductRules* product = facts_.of_order.product();
  for (size_t i = 0; i < facts_.planned.size(); ++i) {
    const PlannedSerial& serial = facts_.planned[i];
    if (i >= wanted) {
      plan_.ended.push_back(serial);
      continue;
    }
    plan_.made.push_back({.kind = MadeLot::Kind::kRevived,
                          .lot_id = serial.lot_id,
                          .number = serial.number,
                          .is_generated = false,
                          .product = product,
                          .role = OutputRole::kProduct,
                          .quantity = Quantity::FromUnits(1),
                          .to = command_.destination.value_or(LocationId()),
                          .given = {},
                          .stored = StoredDates(serial.lot_id, serial.dates),
                          .dates = {},
                          .before = LotBefore{LotState::kPlanned, serial.dates},
                          .field = kPlannedField});
  }
  if (wanted > 0 && !command_.destination.has_value()) {
    problems_.push_back(FieldInvalid("destination_location_id", "", "say where they go"));
  }
  if (facts_.planned.size() >= wanted) return;
  problems_.push_back(
      TooFewAssigned("planned_serial_count", command_.work_order, facts_.planned.size(), wanted));
}

const ProductRules* OutputPlanner::ByProductRules(size_t index, const std::string& field) {
  const LotRef& ref = command_.by_products[index].lot;
  const ProductId& id = facts_.names.by_product_products[index];
  if (id.value().empty()) {
    problems_.push_back(LotNotFound(ref, absl::StrCat(field, ".lot")));
    return nullptr;
  }
  const ProductRules* product = facts_.of_order.FindProduct(id);
  if (product == nullptr) {
    problems_.push_back(ProductNotFound(absl::StrCat(field, ".lot.product_id"), id));
    return nullptr;
  }
  if (product->tracking == Tracking::kNone) {
    problems_.push_back(ProductNotTracked(absl::StrCat(field, ".lot.product_id"), id));
    return nullptr;
  }
  if (product->is_retired) {
    problems_.push_back(ProductRetired(absl::StrCat(field, ".lot.product_id"), id));
    return nullptr;
  }
  return product;
}

void OutputPlanner::AddByProduct(size_t index) {
  const std::string field = Indexed("by_products", index);
  const ProductRules* product = ByProductRules(index, field);
  if (product == nullptr) return;
  const CompletionByProduct& by_product = command_.by_products[index];
  Add({.lot_id = facts_.names.by_products[index],
       .number = facts_.names.by_product_numbers[index],
       .is_generated = !by_product.lot.lot_id.has_value() && by_product.lot.number.empty(),
       .product = product,
       .role = OutputRole::kByProduct,
       .quantity = by_product.quantity,
       .to = by_product.to,
       .index = index,
       .field = field},
      {});
}

void OutputPlanner::ValidateEmptiness() {
  if (!plan_.made.empty() || command_.planned_serial_count > 0) return;
  const bool uses_something = !command_.components.empty() || !command_.auto_components.empty() ||
                              (command_.consume_issued && !facts_.issued.empty());
  if (command_.close && !uses_something) return;
  problems_.push_back(FieldInvalid("outputs", "", "say what was made"));
}

}  // namespace

Quantity CompletionFacts::InReworked(const LotId& component) const {
  Quantity sum;
  for (const UnitContents& unit : reworked) {
    const auto found = unit.exact.find(component);
    if (found != unit.exact.end()) sum += found->second;
  }
  return sum;
}

std::vector<ComponentEnd> RemovalsOf(const CompletionFacts& facts, const CompletionPlan& plan) {
  absl::flat_hash_map<LotId, Quantity> removed;
  for (const MadeLot& made : plan.made) {
    if (made.role == OutputRole::kReturnedComponent) removed[made.lot_id] += made.quantity;
  }
  std::vector<ComponentEnd> ends;
  if (removed.empty()) return ends;
  for (const UnitContents& unit : facts.reworked) {
    for (const UnitLink& link : unit.links.links) {
      const auto found = removed.find(link.lot_id);
      if (!link.exact || found == removed.end()) continue;
      const Quantity ended = std::min(found->second, link.left);
      if (!ended.IsPositive()) continue;
      found->second -= ended;
      ends.push_back(EndOf(link, ended));
    }
  }
  return ends;
}

LotTexts MadeLot::TextsAfter() const {
  LotTexts texts = given_texts;
  if (texts.reference.empty()) texts.reference = stored_texts.reference;
  if (texts.notes.empty()) texts.notes = stored_texts.notes;
  texts.attributes.insert(stored_texts.attributes.begin(), stored_texts.attributes.end());
  return texts;
}

void PlanMade(const CompletionFacts& facts, CompletionPlan& plan, std::vector<Problem>& problems) {
  OutputPlanner planner(facts, plan, problems);
  for (size_t i = 0; i < facts.command.outputs.size(); ++i) planner.AddOutput(i);
  planner.AddPlanned();
  plan.output_count = plan.made.size();
  for (size_t i = 0; i < facts.command.by_products.size(); ++i) planner.AddByProduct(i);
  planner.ValidateEmptiness();
}

}  // namespace lots::orders
