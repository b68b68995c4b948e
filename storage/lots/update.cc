// UpdateLot and UpdateLots: locks, plans and writes edits.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/attributes.h"
#include "storage/lot_rows/former/numbers.h"
#include "storage/lot_rows/lot_row.h"
#include "storage/lot_rows/numbers.h"
#include "storage/lots/deleted.h"
#include "storage/lots/edit.h"
#include "storage/lots/events.h"
#include "storage/lots/lock.h"
#include "storage/lots/lots.h"
#include "storage/lots/read.h"
#include "storage/numbers/number.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

constexpr pg::Statement kUpdateLot{
    "update_lot",
    "UPDATE lots l SET product_id = $3, tracking = $4, scale = $5, case_sensitive = $6, "
    "number = $7, number_key = $8, reference = $9, "
    "search_key = " LOTS_SEARCH_KEY("$10", "$2") ", notes = $11, "
    "attributes = $12::text::jsonb, manufactured_on = $13, expires_on = $14, "
    "best_before_on = $15, removal_on = $16, alert_on = $17, version = l.version + 1, "
    "updated_at = $18 FROM companies c "
    "WHERE l.company = $1 AND l.lot_id = $2 AND c.company = $1 RETURNING" LOTS_LOT_COLUMNS("$18")};

// What UpdateLot and UpdateLots have in common.
struct Edits {
  const WriteContext& context;
  absl::Span<const LotEdit> edits;
  bool is_single = false;  // problems name fields as UpdateLotRequest does
};

// One try at the edits.
class Editor {
 public:
  Editor(pg::Connection& db, const Edits& command)
      : db_(db), command_(command), context_(command.context) {}

  absl::StatusOr<std::vector<Lot>> Run();

 private:
  std::vector<LotId> LotIds() const;
  absl::Status Lock(pg::Transaction& transaction);
  absl::Status Plan();
  absl::Status ValidateNumbers();
  absl::Status ValidateNumbersOf(const ProductId& product_id, const std::vector<size_t>& indices);
  bool IsGivenUpBefore(size_t index, const NumberOwner& owner) const;
  void Add(size_t index, Problem problem);
  absl::StatusOr<std::vector<Lot>> Write(pg::Transaction& transaction);
  size_t AddEdit(pg::Transaction& transaction, const PlannedEdit& planned) const;
  absl::Status Explain(const absl::Status& status);

  pg::Connection& db_;
  const Edits& command_;
  const WriteContext& context_;
  std::vector<PlannedEdit> planned_;
  std::vector<Problem> problems_;
};

std::vector<LotId> Editor::LotIds() const {
  std::vector<LotId> ids;
  for (const LotEdit& edit : command_.edits) ids.push_back(edit.lot_id);
  return ids;
}

// The note of a batch is one for all of its edits.
void Editor::Add(size_t index, Problem problem) {
  const auto is_of_note = [](const Problem& other) { return other.field == "note"; };
  if (is_of_note(problem)) {
    if (absl::c_any_of(problems_, is_of_note)) return;
  } else if (!command_.is_single) {
    const bool is_of_lot = problem.field == "lot_id" || problem.field == "etag";
    problem.field = Indexed("updates", index, absl::StrCat(is_of_lot ? "lot." : "", problem.field));
  }
  problems_.push_back(std::move(problem));
}

LotLock LockFor(const LotEdit& edit) {
  return edit.product_id.has_value() ? LotLock::kExclusive : LotLock::kEdit;
}

// Locks the lots in the order of their ids, as every operation does.
absl::Status Editor::Lock(pg::Transaction& transaction) {
  std::vector<Uuid> ids;
  for (const LotEdit& edit : command_.edits) ids.push_back(edit.lot_id.value());
  ClaimRequest(transaction, context_, ids);
  std::map<LotId, size_t> index_of;
  for (size_t i = 0; i < ids.size(); ++i) index_of.emplace(command_.edits[i].lot_id, i);
  std::vector<size_t> first(ids.size());
  for (const auto& [lot_id, index] : index_of) {
    first[index] = AddLockLot(transaction, context_, lot_id, LockFor(command_.edits[index]));
  }
  ASSIGN_OR_RETURN(const pg::Results locked, transaction.Send());
  planned_.resize(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    const LotEdit& edit = command_.edits[i];
    absl::StatusOr<LockedLot> before =
        ReadLockedLot(locked, first[i], context_, edit.lot_id, edit.version, LockFor(edit));
    if (before.ok()) {
      planned_[i].before = *std::move(before);
      continue;
    }
    std::vector<Problem> why = ProblemsOf(before.status());
    if (why.empty()) return before.status();
    for (Problem& problem : why) Add(i, std::move(problem));
  }
  return problems_.empty() ? absl::OkStatus() : Refuse(problems_);
}

absl::Status Editor::Plan() {
  for (size_t i = 0; i < planned_.size(); ++i) {
    std::vector<Problem> problems;
    RETURN_IF_ERROR(PlanEdit(db_, context_.company, command_.edits[i], planned_[i], problems));
    for (Problem& problem : problems) Add(i, std::move(problem));
  }
  RETURN_IF_ERROR(ValidateNumbers());
  return problems_.empty() ? absl::OkStatus() : Refuse(problems_);
}

// An earlier edit of the request gives the number up, and nothing keeps it.
bool Editor::IsGivenUpBefore(size_t index, const NumberOwner& owner) const {
  for (size_t i = 0; i < index; ++i) {
    const PlannedEdit& earlier = planned_[i];
    if (earlier.before.lot.lot_id != owner.lot_id || owner.is_former) continue;
    return (earlier.IsRenamed() || earlier.ChangesProduct()) && !earlier.KeepsFormerNumber();
  }
  return false;
}

// The database decides; here the owner of a number is still known, for words.
absl::Status Editor::ValidateNumbersOf(const ProductId& product_id,
                                       const std::vector<size_t>& indices) {
  std::vector<std::string> keys;
  absl::flat_hash_map<std::string, size_t> first;
  for (const size_t index : indices) {
    const PlannedEdit& planned = planned_[index];
    const auto [seen, is_first] = first.emplace(planned.KeyAfter(), index);
    if (!is_first) {
      Add(index, NumberTwice("lot.number", planned.after.number,
                             Indexed("updates", seen->second, "lot.number"), seen->second));
    }
    keys.push_back(planned.KeyAfter());
  }
  ASSIGN_OR_RETURN(const auto owners, FindNumberOwners(db_, context_.company, product_id, keys));
  for (const size_t index : indices) {
    const PlannedEdit& planned = planned_[index];
    const auto owner = owners.find(planned.KeyAfter());
    const bool is_free = owner == owners.end() ||
                         owner->second.lot_id == planned.before.lot.lot_id ||
                         IsGivenUpBefore(index, owner->second);
    if (!is_free) Add(index, NumberTaken("lot.number", planned.after.number, owner->second));
  }
  return absl::OkStatus();
}

absl::Status Editor::ValidateNumbers() {
  std::map<ProductId, std::vector<size_t>> renamed;
  for (size_t i = 0; i < planned_.size(); ++i) {
    const PlannedEdit& planned = planned_[i];
    if (planned.changes.empty()) continue;
    if (planned.IsRenamed() || planned.ChangesProduct()) {
      renamed[planned.product.product_id].push_back(i);
    }
  }
  for (const auto& [product_id, indices] : renamed) {
    RETURN_IF_ERROR(ValidateNumbersOf(product_id, indices));
  }
  return absl::OkStatus();
}

// The number that the lot had stays its own once the lot was ACTIVE. A lot of another product is
// one that nothing happened to: it leaves nothing behind, as if it had been deleted. The numbers
// that it had before go too, or they would name a lot of another product.
void KeepNumbers(pg::Transaction& transaction, const CompanyId& company,
                 const PlannedEdit& planned) {
  const LotId& lot_id = planned.before.lot.lot_id;
  if (planned.ChangesProduct()) {
    AddFormerNumberDeletion(transaction, company, lot_id);
  } else if (planned.KeepsFormerNumber()) {
    KeepFormerNumber(transaction, {.company = company,
                                   .product_id = planned.product.product_id,
                                   .case_sensitive = planned.product.case_sensitive,
                                   .lot_id = lot_id,
                                   .number = planned.before.lot.number});
  }
}

// Returns the index of the lot's new row in the results.
size_t Editor::AddEdit(pg::Transaction& transaction, const PlannedEdit& planned) const {
  const Lot& after = planned.after;
  const LotProduct& product = planned.product;
  const LotDates& dates = after.dates;
  const std::string key = planned.KeyAfter();
  KeepNumbers(transaction, context_.company, planned);
  const size_t updated =
      transaction.Add(kUpdateLot, context_.company, after.lot_id, product.product_id,
                      product.tracking, product.scale, product.case_sensitive, after.number, key,
                      after.reference, SearchKey(after.number, after.reference), after.notes,
                      AttributesToJson(after.attributes), dates.manufactured_on, dates.expires_on,
                      dates.best_before_on, dates.removal_on, dates.alert_on, context_.now);
  AddFormerNumberCheck(transaction, context_.company, product.product_id, {key}, after.lot_id);
  return updated;
}

absl::StatusOr<std::vector<Lot>> Editor::Write(pg::Transaction& transaction) {
  AddAuditEntry(transaction, context_, {.lots = LotIds()});
  std::vector<std::optional<size_t>> updated(planned_.size());
  std::vector<LotEvent> events;
  for (size_t i = 0; i < planned_.size(); ++i) {
    const PlannedEdit& planned = planned_[i];
    if (planned.changes.empty()) continue;
    updated[i] = AddEdit(transaction, planned);
    events.push_back({.event_id = Uuid::MakeV7(),
                      .lot_id = planned.after.lot_id,
                      .kind = LotEventKind::kEdited,
                      .actor = context_.actor,
                      .recorded_at = context_.now,
                      .changes = planned.changes});
  }
  if (!events.empty()) AppendLotEvents(transaction, context_, events);
  const absl::StatusOr<pg::Results> written = transaction.Commit();
  if (!written.ok()) return Explain(written.status());
  LotReader reader(context_.company, context_.now);
  std::vector<Lot> lots;
  for (size_t i = 0; i < planned_.size(); ++i) {
    lots.push_back(updated[i].has_value() ? reader.Read((*written)[*updated[i]][0])
                                          : planned_[i].before.lot);
  }
  return lots;
}

// A taken number is refused with its owner. When the owner is gone again, the status stays the
// write conflict that it is.
absl::Status Editor::Explain(const absl::Status& status) {
  const bool is_taken = pg::ViolatesConstraint(status, "lots_number_key") ||
                        pg::ViolatesConstraint(status, kFormerNumberConstraint);
  if (!is_taken) return status;
  RETURN_IF_ERROR(ValidateNumbers());
  return problems_.empty() ? status : Refuse(problems_);
}

absl::StatusOr<std::vector<Lot>> Editor::Run() {
  pg::Transaction transaction(db_);
  RETURN_IF_ERROR(Lock(transaction));
  RETURN_IF_ERROR(Plan());
  return Write(transaction);
}

// The lots of a repeated request, or what their deletion recorded.
absl::StatusOr<std::vector<Lot>> FindEvenDeleted(pg::Connection& db, const WriteContext& context,
                                                 const std::vector<LotId>& lot_ids) {
  ASSIGN_OR_RETURN(const std::vector<std::optional<Lot>> found,
                   FindLotsById(db, context.company, lot_ids, context.now));
  std::vector<Lot> lots;
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i].has_value()) {
      lots.push_back(*found[i]);
      continue;
    }
    ASSIGN_OR_RETURN(Lot deleted, FindLotEvenDeleted(db, context.company, lot_ids[i], context.now));
    lots.push_back(std::move(deleted));
  }
  return lots;
}

}  // namespace

absl::StatusOr<Lot> UpdateLot(pg::Connection& db, const UpdateLotCommand& command) {
  const Edits edits{.context = command.context,
                    .edits = absl::MakeConstSpan(static_cast<const LotEdit*>(&command), 1),
                    .is_single = true};
  const auto rebuild = [&](const std::vector<Uuid>&) {
    return FindLotEvenDeleted(db, command.context.company, command.lot_id, command.context.now);
  };
  const auto attempt = [&]() -> absl::StatusOr<Lot> {
    ASSIGN_OR_RETURN(std::vector<Lot> lots, Editor(db, edits).Run());
    return std::move(lots.front());
  };
  return RunWrite<Lot>(db, {.context = command.context, .rebuild = rebuild}, attempt);
}

absl::StatusOr<std::vector<Lot>> UpdateLots(pg::Connection& db, const UpdateLotsCommand& command) {
  const Edits edits{.context = command.context, .edits = command.edits};
  const auto rebuild = [&](const std::vector<Uuid>& made) {
    return FindEvenDeleted(db, command.context, std::vector<LotId>(made.begin(), made.end()));
  };
  return RunWrite<std::vector<Lot>>(db, {.context = command.context, .rebuild = rebuild},
                                    [&] { return Editor(db, edits).Run(); });
}

}  // namespace lots
