// CreateLot and CreateLots: numbers, dates, opening quantities.

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/default_location.h"
#include "storage/domain/lot.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/ledger.h"
#include "storage/lot_rows/former/numbers.h"
#include "storage/lot_rows/insert.h"
#include "storage/lot_rows/numbers.h"
#include "storage/lot_rows/product.h"
#include "storage/lots/deleted.h"
#include "storage/lots/lots.h"
#include "storage/numbers/number.h"
#include "storage/pg/error.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

// "lots[3].number", or "lot.number" of a CreateLotRequest, whose opening fields are not in the lot.
std::string FieldOf(const CreateLotsCommand& command, size_t index, absl::string_view name) {
  if (!command.is_single) return Indexed("lots", index, name);
  return absl::StartsWith(name, "opening") ? std::string(name) : absl::StrCat("lot.", name);
}

// One try at the order.
class Creation {
 public:
  Creation(pg::Connection& db, const CreateLotsCommand& command,
           const ProductContext& product_context)
      : db_(db), command_(command), product_context_(product_context) {}

  absl::StatusOr<CreatedLots> Run();

 private:
  bool is_dry() const { return command_.validate_only || !problems_.empty(); }

  // What can be said without the database.
  void CheckProductContext();
  void MakeDrafts();
  void CheckNumber(size_t index, const std::string& number);
  void CheckDatesOf(size_t index);
  // Appends what owners of the given numbers there are.
  absl::Status CheckOwners();
  absl::Status GenerateNumbers(pg::Transaction& transaction);

  void DeclareOpenings(Ledger& ledger) const;
  void PostOpening(size_t index, Ledger& ledger);
  absl::Status PostOpenings(pg::Transaction& transaction, Ledger& ledger);
  absl::StatusOr<CreatedLots> Write();
  absl::Status Explain(const absl::Status& status);
  std::vector<Uuid> Made() const;
  CreatedLots Answer() const;

  pg::Connection& db_;
  const CreateLotsCommand& command_;
  const ProductContext& product_context_;
  std::vector<LotDraft> drafts_;
  // The indices of the lots whose numbers are given, by the key of the number.
  absl::flat_hash_map<std::string, size_t> given_;
  std::vector<size_t> generated_;
  std::vector<Problem> problems_;
};

void Creation::CheckProductContext() {
  if (!product_context_.lots_enabled) {
    problems_.push_back(LotsDisabled(command_.context.company, "company"));
  }
  if (product_context_.is_retired) {
    problems_.push_back(
        ProductRetired(command_.is_single ? "lot.product_id" : "product_id", command_.product_id));
  }
}

void Creation::CheckNumber(size_t index, const std::string& number) {
  const std::string field = FieldOf(command_, index, "number");
  absl::StatusOr<std::string> clean = CleanNumber(number);
  if (!clean.ok()) return problems_.push_back(NumberInvalid(field, number, clean.status()));
  drafts_[index].number = *clean;
  const auto [first, is_new] =
      given_.emplace(NumberKey(*clean, product_context_.product.case_sensitive), index);
  if (is_new) return;
  problems_.push_back(
      NumberTwice(field, *clean, FieldOf(command_, first->second, "number"), first->second));
}

// What was given first: dates derived from wrong ones are wrong for the same reason.
void Creation::CheckDatesOf(size_t index) {
  std::vector<Problem> problems = CheckDates(command_.lots[index].dates);
  if (problems.empty()) problems = CheckDates(drafts_[index].dates);
  for (Problem& problem : problems) {
    problem.field = FieldOf(command_, index, problem.field);
    problems_.push_back(std::move(problem));
  }
}

void Creation::MakeDrafts() {
  drafts_.resize(command_.lots.size());
  for (size_t index = 0; index < drafts_.size(); ++index) {
    const NewLot& lot = command_.lots[index];
    drafts_[index] = {.lot_id = LotId(Uuid::MakeV7()),
                      .reference = lot.reference,
                      .notes = lot.notes,
                      .attributes = lot.attributes,
                      .dates = DeriveDates(lot.dates, product_context_.product.shelf_life)};
    if (lot.number.empty()) {
      generated_.push_back(index);
    } else {
      CheckNumber(index, lot.number);
    }
    CheckDatesOf(index);
  }
}

absl::Status Creation::CheckOwners() {
  std::vector<std::string> keys;
  keys.reserve(given_.size());
  for (const auto& [key, index] : given_) keys.push_back(key);
  ASSIGN_OR_RETURN(const auto owners,
                   FindNumberOwners(db_, command_.context.company, command_.product_id, keys));
  std::vector<std::pair<size_t, NumberOwner>> taken;
  for (const auto& [key, owner] : owners) taken.emplace_back(given_.at(key), owner);
  absl::c_sort(taken, [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [index, owner] : taken) {
    problems_.push_back(
        NumberTaken(FieldOf(command_, index, "number"), drafts_[index].number, owner));
  }
  return absl::OkStatus();
}

// In the transaction that inserts the lots, so that a refusal uses up no number.
absl::Status Creation::GenerateNumbers(pg::Transaction& transaction) {
  if (generated_.empty()) return absl::OkStatus();
  NumberQuery wanted = NumbersOf(command_.context.company, product_context_.product,
                                 static_cast<int64_t>(generated_.size()),
                                 DayIn(command_.context.now, product_context_.zone));
  wanted.first_number = command_.first_number;
  wanted.field =
      command_.first_number.empty() ? FieldOf(command_, generated_[0], "number") : "first_number";
  for (const auto& [key, index] : given_) wanted.avoided_keys.insert(key);
  absl::StatusOr<std::vector<std::string>> numbers =
      is_dry() ? PreviewNumbers(db_, wanted) : TakeNumbers(transaction, db_, wanted);
  if (!numbers.ok()) {
    std::vector<Problem> why = ProblemsOf(numbers.status());
    if (why.empty()) return numbers.status();
    absl::c_move(why, std::back_inserter(problems_));
    return absl::OkStatus();
  }
  for (size_t i = 0; i < generated_.size(); ++i) {
    drafts_[generated_[i]].number = std::move((*numbers)[i]);
  }
  return absl::OkStatus();
}

void Creation::DeclareOpenings(Ledger& ledger) const {
  for (size_t index = 0; index < drafts_.size(); ++index) {
    const std::optional<Opening>& opening = command_.lots[index].opening;
    if (!opening.has_value()) continue;
    const LotDraft& draft = drafts_[index];
    ledger.AddNewLot({.lot_id = draft.lot_id,
                      .product_id = command_.product_id,
                      .number = draft.number,
                      .tracking = product_context_.product.tracking,
                      .scale = product_context_.product.scale,
                      .state = LotState::kActive,
                      .expires_on = draft.dates.expires_on});
    ledger.Touch(draft.lot_id, DefaultLocation(LocationKind::kAdjustment));
    ledger.Touch(draft.lot_id, opening->location_id);
  }
}

// The ledger names the fields of a movement; the request calls them otherwise.
std::string OpeningField(const CreateLotsCommand& command, size_t index, absl::string_view field) {
  if (absl::EndsWith(field, "quantity")) return FieldOf(command, index, "opening_quantity");
  return FieldOf(command, index, "opening_location_id");
}

void Creation::PostOpening(size_t index, Ledger& ledger) {
  const std::optional<Opening>& opening = command_.lots[index].opening;
  if (!opening.has_value()) return;
  Posting posting;
  posting.movement_id = MovementId(Uuid::MakeV7());
  posting.kind = MovementKind::kAdjustment;
  posting.lot_id = drafts_[index].lot_id;
  posting.quantity = opening->quantity;
  posting.from = DefaultLocation(LocationKind::kAdjustment);
  posting.to = opening->location_id;
  posting.occurred_at = command_.context.now;
  std::vector<Problem> problems;
  ledger.Post(posting, problems);
  for (Problem& problem : problems) {
    problem.field = OpeningField(command_, index, problem.field);
    problems_.push_back(std::move(problem));
  }
}

// Locks the balances of the openings, and validates the openings.
absl::Status Creation::PostOpenings(pg::Transaction& transaction, Ledger& ledger) {
  const bool has_openings =
      absl::c_any_of(command_.lots, [](const NewLot& lot) { return lot.opening.has_value(); });
  // A company that has lots switched off was refused already, and the ledger would do it again.
  if (!has_openings || !product_context_.lots_enabled) return absl::OkStatus();
  DeclareOpenings(ledger);
  ledger.AddLocks(transaction);
  ASSIGN_OR_RETURN(const pg::Results locked, transaction.Send());
  RETURN_IF_ERROR(ledger.Load(transaction, locked));
  for (size_t index = 0; index < drafts_.size(); ++index) PostOpening(index, ledger);
  return absl::OkStatus();
}

std::vector<Uuid> Creation::Made() const {
  std::vector<Uuid> created_ids;
  created_ids.reserve(drafts_.size());
  for (const LotDraft& draft : drafts_) created_ids.push_back(draft.lot_id.value());
  return created_ids;
}

CreatedLots Creation::Answer() const {
  CreatedLots created;
  created.lots.reserve(drafts_.size());
  for (const LotDraft& draft : drafts_) created.lots.push_back({draft.number, draft.lot_id});
  return created;
}

std::vector<LotId> IdsOf(absl::Span<const LotDraft> drafts) {
  std::vector<LotId> ids;
  ids.reserve(drafts.size());
  for (const LotDraft& draft : drafts) ids.push_back(draft.lot_id);
  return ids;
}

// The openings are validated before the lots are inserted: a refused batch of 10,000 writes
// nothing. They lock nothing that others wait for, because their lots are new: the counter may be
// locked before them.
absl::StatusOr<CreatedLots> Creation::Write() {
  pg::Transaction transaction(db_);
  if (!is_dry()) ClaimRequest(transaction, command_.context, Made());
  RETURN_IF_ERROR(GenerateNumbers(transaction));
  const bool dry = is_dry();
  Ledger ledger(command_.context);
  RETURN_IF_ERROR(PostOpenings(transaction, ledger));
  if (!dry && !problems_.empty()) RETURN_IF_ERROR(CheckOwners());
  if (!problems_.empty()) return Refuse(problems_);
  if (dry) return CreatedLots{};
  InsertLots(transaction, command_.context, product_context_.product, LotState::kActive, drafts_);
  ledger.AddWrites(transaction);
  AddAuditEntry(transaction, command_.context, {.lots = IdsOf(drafts_)});
  const absl::StatusOr<pg::Results> committed = transaction.Commit();
  if (!committed.ok()) return Explain(committed.status());
  return Answer();
}

// A given number that is taken is refused with its owner. Without an owner the number was
// generated, or the owner is gone again: the status stays the write conflict that it is.
absl::Status Creation::Explain(const absl::Status& status) {
  const bool is_taken = pg::ViolatesConstraint(status, "lots_number_key") ||
                        pg::ViolatesConstraint(status, kFormerNumberConstraint);
  if (!is_taken) return Ledger::Explain(status);
  RETURN_IF_ERROR(CheckOwners());
  return problems_.empty() ? status : Refuse(problems_);
}

absl::StatusOr<CreatedLots> Creation::Run() {
  CheckProductContext();
  MakeDrafts();
  if (is_dry()) RETURN_IF_ERROR(CheckOwners());
  return Write();
}

constexpr pg::Statement kFindLotNumbers{"find_lot_numbers", R"sql(
  SELECT lot_id, number FROM lots WHERE company = $1 AND lot_id = ANY($2))sql"};

// What the first call answered. Of a lot that was deleted since, its deletion knows the number.
absl::StatusOr<CreatedLots> Rebuild(pg::Connection& db, const CompanyId& company,
                                    const std::vector<Uuid>& created_ids) {
  ASSIGN_OR_RETURN(const pg::Result found, pg::Query(db, kFindLotNumbers, company, created_ids));
  absl::flat_hash_map<Uuid, NumberedLot> lots;
  for (const pg::Row row : found) {
    lots[row.Get<Uuid>(0)] = {row.Get<std::string>(1), row.Get<LotId>(0)};
  }
  if (lots.size() < created_ids.size()) {
    ASSIGN_OR_RETURN(const std::vector<Lot> deleted, FindDeletedLots(db, company, created_ids));
    for (const Lot& lot : deleted) {
      lots[lot.lot_id.value()] = {lot.number, lot.lot_id, /*is_deleted=*/true};
    }
  }
  CreatedLots created;
  for (const Uuid& lot_id : created_ids) created.lots.push_back(lots.at(lot_id));
  return created;
}

absl::StatusOr<CreatedLots> TryCreate(pg::Connection& db, const CreateLotsCommand& command) {
  const WriteContext& context = command.context;
  ASSIGN_OR_RETURN(
      const ProductContext product_context,
      ReadProductContext(db, {.company = context.company,
                              .product_id = command.product_id,
                              .request_id = context.request_id,
                              .field = command.is_single ? "lot.product_id" : "product_id"}));
  if (product_context.is_repeat) return MadeBefore();
  return Creation(db, command, product_context).Run();
}

}  // namespace

absl::StatusOr<CreatedLots> CreateLots(pg::Connection& db, const CreateLotsCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>& created_ids) {
    return Rebuild(db, command.context.company, created_ids);
  };
  absl::StatusOr<CreatedLots> created = RunWrite<CreatedLots>(
      db, {.context = command.context, .rebuild = rebuild, .runs_max = kCreateRunsMax},
      [&] { return TryCreate(db, command); });
  if (created.ok() || !command.validate_only) return created;
  std::vector<Problem> problems = ProblemsOf(created.status());
  if (problems.empty()) return created;
  return CreatedLots{.problems = std::move(problems)};
}

absl::StatusOr<Lot> CreateLot(pg::Connection& db, const CreateLotsCommand& command) {
  Check(command.lots.size() == 1);
  ASSIGN_OR_RETURN(const CreatedLots created, CreateLots(db, command));
  return FindLotEvenDeleted(db, command.context.company, created.lots.front().lot_id,
                            command.context.now);
}

}  // namespace lots
