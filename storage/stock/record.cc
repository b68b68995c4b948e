// Records movements.
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/movements.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/refusals.h"
#include "storage/lot_rows/resolve.h"
#include "storage/stock/stock.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {

namespace {

std::string FieldAt(size_t index, absl::string_view field) {
  return Indexed("movements", index, field);
}

std::vector<MovementId> MovementIdsOf(const std::vector<Uuid>& created_ids) {
  return std::vector<MovementId>(created_ids.begin(), created_ids.end());
}

// One movement of the request, with what is known before the locks.
struct Draft {
  Posting posting;
  std::vector<Problem> problems;  // why it cannot be posted, whatever is in stock
};

// The deliveries and receipts that the request names.
using NamedMovements = absl::flat_hash_map<MovementId, Movement>;

Problem SideMissing(const NewMovement& movement, size_t index, absl::string_view field) {
  return FieldInvalid(FieldAt(index, field), "",
                      absl::StrCat("the ", Name(movement.kind), " needs this location"));
}

// The kind whose default location replaces a side that the request leaves out.
std::optional<LocationKind> DefaultFrom(MovementKind kind) {
  switch (kind) {
    case MovementKind::kReceipt:
      return LocationKind::kSupplier;
    case MovementKind::kAdjustment:
      return LocationKind::kAdjustment;
    default:
      return std::nullopt;
  }
}

std::optional<LocationKind> DefaultTo(MovementKind kind) {
  switch (kind) {
    case MovementKind::kDelivery:
      return LocationKind::kCustomer;
    case MovementKind::kSupplierReturn:
      return LocationKind::kSupplier;
    case MovementKind::kConsumption:
      return LocationKind::kProduction;
    case MovementKind::kScrap:
      return LocationKind::kScrap;
    case MovementKind::kAdjustment:
      return LocationKind::kAdjustment;
    default:
      return std::nullopt;
  }
}

LocationId OrDefault(const LocationId& location, std::optional<LocationKind> kind) {
  if (!location.value().empty() || !kind.has_value()) return location;
  return DefaultLocation(*kind);
}

// Completes a RETURN with the place and the partner of its delivery. The ledger finds the delivery
// that is not named.
void CompleteReturn(const NewMovement& movement, size_t index, const NamedMovements& named,
                    Draft& draft) {
  if (movement.kind != MovementKind::kReturn) {
    if (!movement.delivery.has_value()) return;
    draft.problems.push_back(FieldInvalid(FieldAt(index, "delivery_movement_id"),
                                          movement.delivery->value().ToString(),
                                          "only a RETURN names a delivery"));
    return;
  }
  if (!movement.delivery.has_value()) {
    if (movement.partner_id.empty() || movement.from.value().empty()) {
      draft.problems.push_back(
          ReturnNeedsPartnerOrDelivery(FieldAt(index, "delivery_movement_id")));
    }
    return;
  }
  const auto delivery = named.find(*movement.delivery);
  if (delivery == named.end()) {
    draft.problems.push_back(
        MovementNotFound(FieldAt(index, "delivery_movement_id"), *movement.delivery));
    return;
  }
  Posting& posting = draft.posting;
  posting.delivery = movement.delivery;
  if (posting.from.value().empty()) posting.from = delivery->second.to;
  if (posting.partner_id.empty()) posting.partner_id = delivery->second.partner_id;
}

// Completes a SUPPLIER_RETURN with the place and the partner of its receipt, when that is known.
void CompleteSupplierReturn(const NewMovement& movement, size_t index, const NamedMovements& named,
                            Draft& draft) {
  if (!movement.receipt.has_value()) return;
  const std::string field = FieldAt(index, "receipt_movement_id");
  const auto receipt = named.find(*movement.receipt);
  if (movement.kind != MovementKind::kSupplierReturn) {
    draft.problems.push_back(FieldInvalid(field, movement.receipt->value().ToString(),
                                          "only a SUPPLIER_RETURN names a receipt"));
  } else if (receipt == named.end()) {
    draft.problems.push_back(MovementNotFound(field, *movement.receipt));
  } else {
    Posting& posting = draft.posting;
    posting.receipt = movement.receipt;
    if (movement.to.value().empty()) posting.to = receipt->second.from;
    if (posting.partner_id.empty()) posting.partner_id = receipt->second.partner_id;
  }
}

// Goods that an order uses are linked to what it makes; a movement by itself would lose the link.
Problem ConsumptionOfOrder(size_t index, const std::string& work_order) {
  return {.reason = Reason::kConsumptionOfOrder,
          .field = FieldAt(index, "document"),
          .message = absl::StrCat("a CONSUMPTION is not linked to what work order ", work_order,
                                  " makes; use IssueComponents, or name the component in "
                                  "CompleteWorkOrder; for anything else name another document"),
          .facts = {{"work_order_id", work_order}}};
}

// What is posted by operations of its own; none: the kind is fine.
std::optional<Problem> FindOwnOperation(const NewMovement& movement, size_t index) {
  const auto refused = [&](absl::string_view advice) {
    return FieldInvalid(FieldAt(index, "kind"), Name(movement.kind), advice);
  };
  switch (movement.kind) {
    case MovementKind::kProduction:
      return refused(
          "PRODUCTION is posted by CompleteWorkOrder; found goods come in by ADJUSTMENT");
    case MovementKind::kIssue:
      return refused("ISSUE is posted by IssueComponents");
    case MovementKind::kIssueReturn:
      return refused("ISSUE_RETURN is posted by ReturnComponents");
    case MovementKind::kInstallation:
    case MovementKind::kRemoval:
      return refused("what goes into a unit and comes out of it is posted by MaintainUnit");
    case MovementKind::kConsumption:
      if (!absl::EqualsIgnoreCase(movement.document.type, "work_order")) break;
      return ConsumptionOfOrder(index, movement.document.number);
    default:
      break;
  }
  for (const auto& [side, field] :
       {std::pair(movement.from, "from_location_id"), std::pair(movement.to, "to_location_id")}) {
    if (side != WorkInProcess()) continue;
    return FieldInvalid(FieldAt(index, field), side.value(),
                        "goods go into a work order by IssueComponents, and out of it by "
                        "ReturnComponents or CompleteWorkOrder");
  }
  return std::nullopt;
}

Draft DraftOf(const NewMovement& movement, size_t index, const LotId& lot_id,
              const MovementId& movement_id, const NamedMovements& named) {
  Draft draft{.posting = {.movement_id = movement_id,
                          .kind = movement.kind,
                          .lot_id = lot_id,
                          .quantity = movement.quantity.value_or(Quantity()),
                          .from = OrDefault(movement.from, DefaultFrom(movement.kind)),
                          .to = OrDefault(movement.to, DefaultTo(movement.kind)),
                          .document = movement.document,
                          .partner_id = movement.partner_id,
                          .occurred_at = movement.occurred_at,
                          .note = movement.note,
                          .field = FieldAt(index, "")}};
  std::optional<Problem> own = FindOwnOperation(movement, index);
  if (own.has_value()) {
    draft.problems.push_back(*std::move(own));
    return draft;
  }
  CompleteReturn(movement, index, named, draft);
  CompleteSupplierReturn(movement, index, named, draft);
  if (draft.posting.from.value().empty() && draft.problems.empty()) {
    draft.problems.push_back(SideMissing(movement, index, "from_location_id"));
  }
  if (draft.posting.to.value().empty()) {
    draft.problems.push_back(SideMissing(movement, index, "to_location_id"));
  }
  return draft;
}

// One call of RecordMovements. The drafts are made once; every attempt locks, reads and validates
// again.
class MovementRecorder {
 public:
  MovementRecorder(pg::Connection& db, const RecordMovementsCommand& command)
      : db_(db), command_(command) {
    for (size_t i = 0; i < command.movements.size(); ++i) made_.push_back(Uuid::MakeV7());
  }

  absl::Status Prepare();
  absl::StatusOr<RecordedMovements> Attempt();

 private:
  absl::StatusOr<NamedMovements> FindNamed();
  void Post(Ledger& ledger, size_t index, std::vector<Problem>& problems);

  pg::Connection& db_;
  const RecordMovementsCommand& command_;
  std::vector<Uuid> made_;  // the movements' ids
  std::vector<Draft> drafts_;
  absl::flat_hash_map<LotId, size_t> first_index_;  // of serials
};

absl::StatusOr<NamedMovements> MovementRecorder::FindNamed() {
  std::vector<MovementId> ids;
  for (const NewMovement& movement : command_.movements) {
    if (movement.delivery.has_value()) ids.push_back(*movement.delivery);
    if (movement.receipt.has_value()) ids.push_back(*movement.receipt);
  }
  NamedMovements named;
  if (ids.empty()) return named;
  ASSIGN_OR_RETURN(std::vector<PostedMovement> found,
                   FindMovements(db_, command_.context.company, ids));
  for (PostedMovement& posted : found) {
    named.emplace(posted.movement.movement_id, std::move(posted.movement));
  }
  return named;
}

absl::Status MovementRecorder::Prepare() {
  ASSIGN_OR_RETURN(const NamedMovements named, FindNamed());
  // Only numbers must be looked up; the ledger validates ids under the lock.
  std::vector<LotRef> by_number;
  for (const NewMovement& movement : command_.movements) {
    if (!movement.lot.lot_id.has_value()) by_number.push_back(movement.lot);
  }
  std::vector<std::optional<ResolvedLot>> resolved;
  if (!by_number.empty()) {
    ASSIGN_OR_RETURN(resolved, ResolveLots(db_, command_.context.company, by_number));
  }
  size_t next = 0;
  for (size_t i = 0; i < command_.movements.size(); ++i) {
    const NewMovement& movement = command_.movements[i];
    LotId lot_id = movement.lot.lot_id.value_or(LotId());
    std::optional<Problem> unknown;
    if (!movement.lot.lot_id.has_value()) {
      const std::optional<ResolvedLot>& lot = resolved[next++];
      if (lot.has_value()) lot_id = lot->lot_id;
      if (!lot.has_value()) unknown = LotNotFound(movement.lot, FieldAt(i, "lot"));
    }
    drafts_.push_back(DraftOf(movement, i, lot_id, MovementId(made_[i]), named));
    if (unknown.has_value()) drafts_.back().problems.push_back(*std::move(unknown));
  }
  return absl::OkStatus();
}

void MovementRecorder::Post(Ledger& ledger, size_t index, std::vector<Problem>& problems) {
  const Draft& draft = drafts_[index];
  if (!draft.problems.empty()) {
    problems.insert(problems.end(), draft.problems.begin(), draft.problems.end());
    return;
  }
  Posting posting = draft.posting;
  const LotFacts* lot = ledger.facts().FindLot(posting.lot_id);
  if (lot != nullptr && lot->tracking == Tracking::kSerial) {
    const auto [first, is_first] = first_index_.emplace(posting.lot_id, index);
    if (!is_first) {
      problems.push_back(
          SerialMovesTwice({lot->number, lot->lot_id}, lot->product_id, index, first->second));
      return;
    }
  }
  if (lot != nullptr && !command_.movements[index].quantity.has_value()) {
    if (lot->tracking != Tracking::kSerial) {
      problems.push_back(FieldInvalid(FieldAt(index, "quantity"), "",
                                      "say how much; only a serial is 1 by itself"));
      return;
    }
    posting.quantity = Quantity::FromUnits(1);
  }
  ledger.Post(posting, problems);
}

absl::StatusOr<RecordedMovements> MovementRecorder::Attempt() {
  Ledger ledger(command_.context, command_.accept);
  for (size_t i = 0; i < drafts_.size(); ++i) {
    const Draft& draft = drafts_[i];
    if (!draft.problems.empty()) continue;
    if (command_.movements[i].quantity.has_value()) ledger.ExpectNoSerial(draft.posting.lot_id);
    ledger.Touch(draft.posting.lot_id, draft.posting.from);
    ledger.Touch(draft.posting.lot_id, draft.posting.to);
    if (draft.posting.kind == MovementKind::kReceipt) ledger.ExpectReceipt(draft.posting.lot_id);
    if (draft.posting.receipt.has_value()) ledger.TouchReceiptsOf(draft.posting.lot_id);
    if (draft.posting.delivery.has_value()) {
      ledger.TouchDelivery(*draft.posting.delivery);
    } else if (draft.posting.kind == MovementKind::kReturn) {
      ledger.TouchUnnamedReturn(draft.posting.lot_id);
    }
  }
  pg::Transaction transaction(db_);
  ClaimRequest(transaction, command_.context, made_);
  ledger.AddLocks(transaction);
  ASSIGN_OR_RETURN(const pg::Results locked, transaction.Send());
  RETURN_IF_ERROR(ledger.Load(transaction, locked));

  std::vector<Problem> problems;
  first_index_.clear();
  for (size_t i = 0; i < drafts_.size(); ++i) Post(ledger, i, problems);
  RETURN_IF_ERROR(ledger.CompleteRefusals(transaction, problems));
  if (command_.validate_only) return RecordedMovements{.problems = std::move(problems)};
  if (!problems.empty()) return Refuse(std::move(problems));
  ledger.AddWrites(transaction);
  AuditSubject subject;
  for (const Draft& draft : drafts_) subject.lots.push_back(draft.posting.lot_id);
  AddAuditEntry(transaction, command_.context, subject);
  const absl::StatusOr<pg::Results> committed = transaction.Commit();
  if (!committed.ok()) return Ledger::Explain(committed.status());
  const auto& unarchived = ledger.facts().unarchived;
  return RecordedMovements{.movement_ids = MovementIdsOf(made_),
                           .unarchived = {unarchived.begin(), unarchived.end()}};
}

}  // namespace

absl::StatusOr<RecordedMovements> RecordMovements(pg::Connection& db,
                                                  const RecordMovementsCommand& command) {
  MovementRecorder recorder(db, command);
  RETURN_IF_ERROR(recorder.Prepare());
  const auto rebuild =
      [&](const std::vector<Uuid>& created_ids) -> absl::StatusOr<RecordedMovements> {
    RecordedMovements recorded{.movement_ids = MovementIdsOf(created_ids)};
    ASSIGN_OR_RETURN(recorded.unarchived,
                     FindUnarchived(db, command.context.company, recorded.movement_ids));
    return recorded;
  };
  absl::StatusOr<RecordedMovements> recorded = RunWrite<RecordedMovements>(
      db, {.context = command.context, .rebuild = rebuild}, [&] { return recorder.Attempt(); });
  if (recorded.ok() || !command.validate_only) return recorded;
  std::vector<Problem> problems = ProblemsOf(recorded.status());
  if (problems.empty()) return recorded;
  return RecordedMovements{.problems = std::move(problems)};
}

}  // namespace lots
