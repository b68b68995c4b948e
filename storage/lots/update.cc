// UpdateLot: the edit of one lot, its product, number and dates.

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/attributes.h"
#include "storage/lot_rows/former/numbers.h"
#include "storage/lot_rows/lot_row.h"
#include "storage/lot_rows/numbers.h"
#include "storage/lots/deleted.h"
#include "storage/lots/events.h"
#include "storage/lots/lock.h"
#include "storage/lots/lots.h"
#include "storage/numbers/number.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

using Day = std::optional<absl::CivilDay>;

// One date of a lot and of an edit.
struct EditedDate {
  Day LotDates::*date;
  NewDate UpdateLotCommand::*edit;
};
constexpr EditedDate kDates[] = {
    {&LotDates::manufactured_on, &UpdateLotCommand::manufactured_on},
    {&LotDates::expires_on, &UpdateLotCommand::expires_on},
    {&LotDates::best_before_on, &UpdateLotCommand::best_before_on},
    {&LotDates::removal_on, &UpdateLotCommand::removal_on},
    {&LotDates::alert_on, &UpdateLotCommand::alert_on},
};

bool NamesDate(const UpdateLotCommand& command) {
  for (const EditedDate& field : kDates) {
    if ((command.*field.edit).has_value()) return true;
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
LotDates WithEdits(const UpdateLotCommand& command, LotDates dates) {
  for (const EditedDate& field : kDates) {
    if ((command.*field.edit).has_value()) dates.*field.date = *(command.*field.edit);
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

constexpr pg::Statement kUpdateLot{
    "update_lot",
    "UPDATE lots l SET product_id = $3, tracking = $4, scale = $5, case_sensitive = $6, "
    "number = $7, number_key = $8, reference = $9, "
    "search_key = " LOTS_SEARCH_KEY("$10", "$2") ", notes = $11, "
    "attributes = $12::text::jsonb, manufactured_on = $13, expires_on = $14, "
    "best_before_on = $15, removal_on = $16, alert_on = $17, version = l.version + 1, "
    "updated_at = $18 FROM companies c "
    "WHERE l.company = $1 AND l.lot_id = $2 AND c.company = $1 RETURNING" LOTS_LOT_COLUMNS("$18")};

Attributes WithEdits(const UpdateLotCommand& command, Attributes attributes) {
  if (command.attributes.has_value()) attributes = *command.attributes;
  for (const auto& [key, value] : command.attribute_edits) {
    attributes.erase(key);
    if (value.has_value()) attributes.emplace(key, *value);
  }
  return attributes;
}

// What a caller sent of fields that only other operations change, beside the current values.
std::vector<Problem> CheckUnchanged(const UpdateLotCommand& command, const Lot& lot) {
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
  check("quantity", command.quantity, quantity, decimal, kQuantityAdvice);
  check("on_hand_quantity", command.on_hand, lot.on_hand, decimal, kQuantityAdvice);
  check("state", command.state, lot.state, name, kStateAdvice);
  return problems;
}

// One try at the order.
class Edit {
 public:
  Edit(pg::Connection& db, const UpdateLotCommand& command) : db_(db), command_(command) {}

  absl::StatusOr<Lot> Run();

 private:
  // Validates the edit and says what the lot becomes.
  absl::Status Validate();
  absl::Status ValidateProduct();
  absl::Status ValidateNumber();
  absl::Status ValidateDates();
  void KeepNumbers(pg::Transaction& transaction) const;
  absl::Status ValidateExpiry() const;
  absl::Status ValidateAttributes() const;
  absl::StatusOr<Lot> Write(pg::Transaction& transaction, std::vector<FieldChange> changes);
  absl::Status Explain(const absl::Status& status);

  pg::Connection& db_;
  const UpdateLotCommand& command_;
  LockedLot before_;
  LotProduct product_;  // the one it will have
  Lot after_;
};

absl::Status Edit::ValidateProduct() {
  product_ = before_.product;
  if (!command_.product_id.has_value() || *command_.product_id == product_.product_id) {
    return absl::OkStatus();
  }
  if (!before_.uses.empty()) {
    return LotInUse(before_, "its product cannot change any more: create another lot");
  }
  ASSIGN_OR_RETURN(const ProductContext context,
                   ReadProductContext(db_, {.company = command_.context.company,
                                            .product_id = *command_.product_id,
                                            .field = "lot.product_id"}));
  product_ = context.product;
  after_.product_id = product_.product_id;
  after_.tracking = product_.tracking;
  after_.scale = product_.scale;
  return absl::OkStatus();
}

absl::Status Edit::ValidateNumber() {
  if (!command_.number.has_value()) return absl::OkStatus();
  absl::StatusOr<std::string> clean = CleanNumber(*command_.number);
  if (!clean.ok()) return Refuse(NumberInvalid("lot.number", *command_.number, clean.status()));
  after_.number = *std::move(clean);
  return absl::OkStatus();
}

// Derived dates follow a new manufacturing date, expiry date or product. Given dates stay. The edit
// decides the dates that it names.
absl::Status Edit::ValidateDates() {
  if (!NamesDate(command_) && !command_.product_id.has_value()) return absl::OkStatus();
  const LotDates given =
      WithEdits(command_, GivenDates(before_.lot.dates, before_.product.shelf_life));
  after_.dates = WithEdits(command_, DeriveDates(given, product_.shelf_life));
  // Dates derived from wrong ones are wrong for the same reason.
  std::vector<Problem> problems = CheckDates(given);
  if (problems.empty()) problems = CheckDates(after_.dates);
  // What was wrong before is not this edit's affair when it names no date.
  if (problems.empty() || !NamesDate(command_)) return absl::OkStatus();
  for (Problem& problem : problems) problem.field = absl::StrCat("lot.", problem.field);
  return Refuse(std::move(problems));
}

// Whatever moved the date: the edit itself, or a new manufacturing date or product.
absl::Status Edit::ValidateExpiry() const {
  const Lot& lot = before_.lot;
  std::optional<Problem> later =
      CheckLaterExpiry("lot.expire_date", {lot.number, lot.lot_id}, lot.dates.expires_on,
                       after_.dates.expires_on, command_.later_expiry);
  return later.has_value() ? Refuse(*std::move(later)) : absl::OkStatus();
}

// The request was checked alone; together with those that the lot has, its attributes may be too
// many.
absl::Status Edit::ValidateAttributes() const {
  const auto count = static_cast<int64_t>(after_.attributes.size());
  if (count <= kAttributesMax) return absl::OkStatus();
  return Refuse(FieldInvalid(
      "lot.attributes", absl::StrCat(count),
      absl::StrCat("the lot would have ", count, " attributes; it may have ", kAttributesMax)));
}

absl::Status Edit::Validate() {
  if (before_.lot.state == LotState::kVoid) {
    const Lot& lot = before_.lot;
    return Refuse(LotVoid("lot_id", {lot.number, lot.lot_id}, QuotedLot(lot.number),
                          "; a void lot is not edited"));
  }
  std::vector<Problem> problems = CheckUnchanged(command_, before_.lot);
  if (!problems.empty()) return Refuse(std::move(problems));
  after_ = before_.lot;
  RETURN_IF_ERROR(ValidateProduct());
  RETURN_IF_ERROR(ValidateNumber());
  RETURN_IF_ERROR(ValidateDates());
  RETURN_IF_ERROR(ValidateExpiry());
  if (command_.reference.has_value()) after_.reference = *command_.reference;
  if (command_.notes.has_value()) after_.notes = *command_.notes;
  after_.attributes = WithEdits(command_, before_.lot.attributes);
  return ValidateAttributes();
}

// The number that the lot had stays its own once the lot was ACTIVE. A lot of another product is
// one that nothing happened to: it leaves nothing behind, as if it had been deleted. The numbers
// that it had before go too, or they would name a lot of another product.
void Edit::KeepNumbers(pg::Transaction& transaction) const {
  if (product_.product_id != before_.product.product_id) {
    AddFormerNumberDeletion(transaction, command_.context.company, command_.lot_id);
    return;
  }
  const bool is_renamed = NumberKey(after_.number, product_.case_sensitive) !=
                          NumberKey(before_.lot.number, product_.case_sensitive);
  const bool was_active = before_.lot.state == LotState::kActive ||
                          before_.lot.state == LotState::kArchived || before_.active_before;
  if (!is_renamed || !was_active) return;
  KeepFormerNumber(transaction, {.company = command_.context.company,
                                 .product_id = product_.product_id,
                                 .case_sensitive = product_.case_sensitive,
                                 .lot_id = command_.lot_id,
                                 .number = before_.lot.number});
}

absl::StatusOr<Lot> Edit::Write(pg::Transaction& transaction, std::vector<FieldChange> changes) {
  const WriteContext& context = command_.context;
  const LotDates& dates = after_.dates;
  const std::string key = NumberKey(after_.number, product_.case_sensitive);
  KeepNumbers(transaction);
  const size_t updated = transaction.Add(
      kUpdateLot, context.company, command_.lot_id, product_.product_id, product_.tracking,
      product_.scale, product_.case_sensitive, after_.number, key, after_.reference,
      SearchKey(after_.number, after_.reference), after_.notes, AttributesToJson(after_.attributes),
      dates.manufactured_on, dates.expires_on, dates.best_before_on, dates.removal_on,
      dates.alert_on, context.now);
  AddFormerNumberCheck(transaction, context.company, product_.product_id, {key}, command_.lot_id);
  AppendLotEvents(transaction, context,
                  {{.event_id = Uuid::MakeV7(),
                    .lot_id = command_.lot_id,
                    .kind = LotEventKind::kEdited,
                    .actor = context.actor,
                    .recorded_at = context.now,
                    .changes = std::move(changes)}});
  const absl::StatusOr<pg::Results> written = transaction.Commit();
  if (!written.ok()) return Explain(written.status());
  return LotReader(context.company, context.now).Read((*written)[updated][0]);
}

// A taken number is refused with its owner. When the owner is gone again, the status stays the
// write conflict that it is.
absl::Status Edit::Explain(const absl::Status& status) {
  const bool is_taken = pg::ViolatesConstraint(status, "lots_number_key") ||
                        pg::ViolatesConstraint(status, kFormerNumberConstraint);
  if (!is_taken) return status;
  const std::string key = NumberKey(after_.number, product_.case_sensitive);
  ASSIGN_OR_RETURN(const auto owners,
                   FindNumberOwners(db_, command_.context.company, product_.product_id, {key}));
  const auto owner = owners.find(key);
  if (owner == owners.end()) return status;
  return Refuse(NumberTaken("lot.number", after_.number, owner->second));
}

absl::StatusOr<Lot> Edit::Run() {
  const WriteContext& context = command_.context;
  pg::Transaction transaction(db_);
  ClaimRequest(transaction, context, {command_.lot_id.value()});
  const LotLock lock = command_.product_id.has_value() ? LotLock::kExclusive : LotLock::kEdit;
  const size_t first = AddLockLot(transaction, context, command_.lot_id, lock);
  ASSIGN_OR_RETURN(const pg::Results locked, transaction.Send());
  ASSIGN_OR_RETURN(before_,
                   ReadLockedLot(locked, first, context, command_.lot_id, command_.version));
  RETURN_IF_ERROR(Validate());
  AddAuditEntry(transaction, context, {.lots = {command_.lot_id}});
  std::vector<FieldChange> changes = Compare(before_.lot, after_);
  if (!changes.empty()) {
    const std::string& note = command_.later_expiry.note;
    if (!note.empty()) changes.push_back({"note", "", note});
    return Write(transaction, std::move(changes));
  }
  RETURN_IF_ERROR(transaction.Commit().status());
  return before_.lot;
}

}  // namespace

absl::StatusOr<Lot> UpdateLot(pg::Connection& db, const UpdateLotCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>&) {
    return FindLotEvenDeleted(db, command.context.company, command.lot_id, command.context.now);
  };
  return RunWrite<Lot>(db, {.context = command.context, .rebuild = rebuild},
                       [&] { return Edit(db, command).Run(); });
}

}  // namespace lots
