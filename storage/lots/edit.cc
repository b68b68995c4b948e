// Plans the edit of one lot: its product, number, dates and attributes.
#include "storage/lots/edit.h"

#include <iterator>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/numbers.h"
#include "storage/numbers/number.h"

namespace lots {
namespace {

using Day = std::optional<absl::CivilDay>;

// One date of a lot and of an edit.
struct EditedDate {
  Day LotDates::*date;
  NewDate LotEdit::*edit;
};
constexpr EditedDate kDates[] = {
    {&LotDates::manufactured_on, &LotEdit::manufactured_on},
    {&LotDates::expires_on, &LotEdit::expires_on},
    {&LotDates::best_before_on, &LotEdit::best_before_on},
    {&LotDates::removal_on, &LotEdit::removal_on},
    {&LotDates::alert_on, &LotEdit::alert_on},
};

bool NamesDate(const LotEdit& edit) {
  for (const EditedDate& field : kDates) {
    if ((edit.*field.edit).has_value()) return true;
  }
  return false;
}

// The dates that were given: without those that equal the derived ones.
LotDates GivenDates(const LotDates& dates, const ShelfLife& shelf_life) {
  LotDates given = dates;
  LotDates derived = DeriveDates({.manufactured_on = dates.manufactured_on}, shelf_life);
  if (dates.expires_on == derived.expires_on) given.expires_on.reset();
  derived = DeriveDates({.manufactured_on = dates.manufactured_on, .expires_on = dates.expires_on},
                        shelf_life);
  for (Day LotDates::*date :
       {&LotDates::best_before_on, &LotDates::removal_on, &LotDates::alert_on}) {
    if (dates.*date == derived.*date) (given.*date).reset();
  }
  return given;
}

// The dates with those that the edit names, a cleared one too.
LotDates WithEdits(const LotEdit& edit, LotDates dates) {
  for (const EditedDate& field : kDates) {
    if ((edit.*field.edit).has_value()) dates.*field.date = *(edit.*field.edit);
  }
  return dates;
}

constexpr char kQuantityAdvice[] =
    "record an ADJUSTMENT with StockService.RecordMovements, or leave the field out";
constexpr char kStateAdvice[] =
    "call ArchiveLot, UnarchiveLot or a method of WorkOrderService, or leave the field out";

std::vector<FieldChange> Compare(const Lot& before, const Lot& after) {
  std::vector<FieldChange> changes;
  const auto add = [&](const char* field, std::string old_value, std::string new_value) {
    if (old_value == new_value) return;
    changes.push_back({field, std::move(old_value), std::move(new_value)});
  };
  add("product_id", before.product_id.value(), after.product_id.value());
  add("number", before.number, after.number);
  add("reference", before.reference, after.reference);
  add("notes", before.notes, after.notes);
  AppendDateChanges(before.dates, after.dates, changes);
  AppendAttributeChanges(before.attributes, after.attributes, changes);
  return changes;
}

Attributes WithEdits(const LotEdit& edit, Attributes attributes) {
  if (edit.attributes.has_value()) attributes = *edit.attributes;
  for (const auto& [key, value] : edit.attribute_edits) {
    attributes.erase(key);
    if (value.has_value()) attributes.emplace(key, *value);
  }
  return attributes;
}

// What a caller sent of fields that only other operations change, beside the current values.
std::vector<Problem> CheckUnchanged(const LotEdit& edit, const Lot& lot) {
  std::vector<Problem> problems;
  const auto check = [&](const char* field, const auto& given, const auto& current, auto text,
                         const char* how) {
    if (!given.has_value() || *given == current) return;
    problems.push_back(FieldInvalid(
        absl::StrCat("lot.", field), text(*given),
        absl::StrCat("is ", text(current), " now, and an edit does not change it: ", how)));
  };
  const auto decimal = [](Quantity quantity) { return quantity.ToString(); };
  const auto name = [](LotState state) { return std::string(Name(state)); };
  const Quantity quantity =
      lot.tracking == Tracking::kSerial ? Quantity::FromUnits(1) : lot.on_hand;
  check("quantity", edit.quantity, quantity, decimal, kQuantityAdvice);
  check("on_hand_quantity", edit.on_hand, lot.on_hand, decimal, kQuantityAdvice);
  check("state", edit.state, lot.state, name, kStateAdvice);
  return problems;
}

// Collects what is wrong with one edit.
class EditPlanner {
 public:
  EditPlanner(pg::Connection& db, const CompanyId& company, const LotEdit& edit,
              PlannedEdit& planned, std::vector<Problem>& problems)
      : db_(db), company_(company), edit_(edit), planned_(planned), problems_(problems) {}

  absl::Status Plan();

 private:
  // False: the product is refused, and nothing else can be said of the lot.
  absl::StatusOr<bool> PlanProduct();
  absl::StatusOr<bool> Refused(const absl::Status& status);
  void PlanNumber();
  void PlanDates();
  void ValidateExpiry();
  void ValidateAttributes();

  pg::Connection& db_;
  const CompanyId& company_;
  const LotEdit& edit_;
  PlannedEdit& planned_;
  std::vector<Problem>& problems_;
};

// The problems of a refusal are collected; another error is one.
absl::StatusOr<bool> EditPlanner::Refused(const absl::Status& status) {
  std::vector<Problem> why = ProblemsOf(status);
  if (why.empty()) return status;
  absl::c_move(why, std::back_inserter(problems_));
  return false;
}

absl::StatusOr<bool> EditPlanner::PlanProduct() {
  planned_.product = planned_.before.product;
  if (!edit_.product_id.has_value() || *edit_.product_id == planned_.product.product_id) {
    return true;
  }
  if (!planned_.before.uses.empty()) {
    return Refused(
        LotInUse(planned_.before, "its product cannot change any more: create another lot"));
  }
  const absl::StatusOr<ProductContext> context = ReadProductContext(
      db_, {.company = company_, .product_id = *edit_.product_id, .field = "lot.product_id"});
  if (!context.ok()) return Refused(context.status());
  if (context->is_retired) {
    problems_.push_back(ProductRetired("lot.product_id", *edit_.product_id));
    return false;
  }
  planned_.product = context->product;
  planned_.after.product_id = planned_.product.product_id;
  planned_.after.tracking = planned_.product.tracking;
  planned_.after.scale = planned_.product.scale;
  return true;
}

void EditPlanner::PlanNumber() {
  if (!edit_.number.has_value()) return;
  absl::StatusOr<std::string> clean = CleanNumber(*edit_.number);
  if (!clean.ok()) {
    return problems_.push_back(NumberInvalid("lot.number", *edit_.number, clean.status()));
  }
  planned_.after.number = *std::move(clean);
}

// Derived dates follow a new manufacturing date, expiry date or product. Given dates stay. The edit
// decides the dates that it names.
void EditPlanner::PlanDates() {
  if (!NamesDate(edit_) && !edit_.product_id.has_value()) return ValidateExpiry();
  const LockedLot& before = planned_.before;
  const LotDates given = WithEdits(edit_, GivenDates(before.lot.dates, before.product.shelf_life));
  planned_.after.dates = WithEdits(edit_, DeriveDates(given, planned_.product.shelf_life));
  // Dates derived from wrong ones are wrong for the same reason.
  std::vector<Problem> problems = CheckDates(given);
  if (problems.empty()) problems = CheckDates(planned_.after.dates);
  // What was wrong before is not this edit's affair when it names no date.
  if (problems.empty() || !NamesDate(edit_)) return ValidateExpiry();
  for (Problem& problem : problems) {
    problem.field = absl::StrCat("lot.", problem.field);
    problems_.push_back(std::move(problem));
  }
}

// Whatever moved the date: the edit itself, or a new manufacturing date or product.
void EditPlanner::ValidateExpiry() {
  const Lot& lot = planned_.before.lot;
  std::optional<Problem> later =
      CheckLaterExpiry("lot.expire_date", {lot.number, lot.lot_id}, lot.dates.expires_on,
                       planned_.after.dates.expires_on, edit_.later_expiry);
  if (later.has_value()) problems_.push_back(*std::move(later));
}

// The request was checked alone; together with those that the lot has, its attributes may be too
// many.
void EditPlanner::ValidateAttributes() {
  const auto count = static_cast<int64_t>(planned_.after.attributes.size());
  if (count <= kAttributesMax) return;
  problems_.push_back(FieldInvalid(
      "lot.attributes", absl::StrCat(count),
      absl::StrCat("the lot would have ", count, " attributes; it may have ", kAttributesMax)));
}

absl::Status EditPlanner::Plan() {
  const Lot& lot = planned_.before.lot;
  if (lot.state == LotState::kVoid) {
    problems_.push_back(LotVoid("lot_id", {lot.number, lot.lot_id}, QuotedLot(lot.number),
                                "; a void lot is not edited"));
    return absl::OkStatus();
  }
  absl::c_move(CheckUnchanged(edit_, lot), std::back_inserter(problems_));
  planned_.after = lot;
  ASSIGN_OR_RETURN(const bool goes_on, PlanProduct());
  if (!goes_on) return absl::OkStatus();
  PlanNumber();
  PlanDates();
  if (edit_.reference.has_value()) planned_.after.reference = *edit_.reference;
  if (edit_.notes.has_value()) planned_.after.notes = *edit_.notes;
  planned_.after.attributes = WithEdits(edit_, lot.attributes);
  ValidateAttributes();
  planned_.changes = Compare(lot, planned_.after);
  const std::string& note = edit_.later_expiry.note;
  if (!planned_.changes.empty() && !note.empty()) planned_.changes.push_back({"note", "", note});
  return absl::OkStatus();
}

}  // namespace

std::string PlannedEdit::KeyBefore() const {
  return NumberKey(before.lot.number, product.case_sensitive);
}

std::string PlannedEdit::KeyAfter() const {
  return NumberKey(after.number, product.case_sensitive);
}

bool PlannedEdit::KeepsFormerNumber() const {
  const LotState state = before.lot.state;
  const bool was_active =
      state == LotState::kActive || state == LotState::kArchived || before.active_before;
  return IsRenamed() && was_active && !ChangesProduct();
}

absl::Status PlanEdit(pg::Connection& db, const CompanyId& company, const LotEdit& edit,
                      PlannedEdit& planned, std::vector<Problem>& problems) {
  return EditPlanner(db, company, edit, planned, problems).Plan();
}

}  // namespace lots
