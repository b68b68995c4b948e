// ArchiveLot, UnarchiveLot and DeleteLot.

#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/former/numbers.h"
#include "storage/lot_rows/lot_row.h"
#include "storage/lots/deleted.h"
#include "storage/lots/events.h"
#include "storage/lots/lock.h"
#include "storage/lots/lots.h"
#include "storage/pg/pipeline.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

constexpr pg::Statement kSetLotState{
    "set_lot_state",
    "UPDATE lots l SET state = $3, version = l.version + 1, updated_at = $4 FROM companies c "
    "WHERE l.company = $1 AND l.lot_id = $2 AND c.company = $1 RETURNING" LOTS_LOT_COLUMNS("$4")};

// One change of a lot's state. `validate` refuses what the lot does not allow.
struct StateChange {
  LotState state;
  LotEventKind event;
  absl::Status (*validate)(const Lot& lot);
};

absl::StatusOr<Lot> ChangeState(pg::Connection& db, const LotCommand& command,
                                const StateChange& change) {
  const WriteContext& context = command.context;
  pg::Transaction transaction(db);
  ClaimRequest(transaction, context, {command.lot_id.value()});
  const size_t first = AddLockLot(transaction, context, command.lot_id, LotLock::kExclusive);
  ASSIGN_OR_RETURN(const pg::Results locked, transaction.Send());
  ASSIGN_OR_RETURN(const LockedLot before,
                   ReadLockedLot(locked, first, context, command.lot_id, command.version));
  RETURN_IF_ERROR(change.validate(before.lot));
  AddAuditEntry(transaction, context, {.lots = {command.lot_id}});
  if (before.lot.state == change.state) {
    RETURN_IF_ERROR(transaction.Commit().status());
    return before.lot;
  }
  const size_t changed =
      transaction.Add(kSetLotState, context.company, command.lot_id, change.state, context.now);
  AppendLotEvents(transaction, context,
                  {{.event_id = Uuid::MakeV7(),
                    .lot_id = command.lot_id,
                    .kind = change.event,
                    .actor = context.actor,
                    .recorded_at = context.now}});
  ASSIGN_OR_RETURN(const pg::Results written, transaction.Commit());
  return LotReader(context.company, context.now).Read(written[changed][0]);
}

absl::StatusOr<Lot> ChangeStateOnce(pg::Connection& db, const LotCommand& command,
                                    const StateChange& change) {
  const auto rebuild = [&](const std::vector<Uuid>&) {
    return FindLotEvenDeleted(db, command.context.company, command.lot_id, command.context.now);
  };
  return RunWrite<Lot>(db, {.context = command.context, .rebuild = rebuild},
                       [&] { return ChangeState(db, command, change); });
}

absl::Status ValidatePlannedOrVoid(const Lot& lot) {
  if (lot.state == LotState::kPlanned) {
    return Refuse(LotPlanned("lot_id", {lot.number, lot.lot_id}, QuotedLot(lot.number),
                             " for production; unassign it from its work order instead"));
  }
  if (lot.state == LotState::kVoid) {
    return Refuse(LotVoid("lot_id", {lot.number, lot.lot_id}, QuotedLot(lot.number), " for good"));
  }
  return absl::OkStatus();
}

absl::Status ValidateArchive(const Lot& lot) {
  RETURN_IF_ERROR(ValidatePlannedOrVoid(lot));
  if (lot.on_hand.IsZero()) return absl::OkStatus();
  const std::string on_hand = lot.on_hand.Format(lot.scale);
  return RefuseLot(Reason::kLotOnHand, lot,
                   absl::StrCat("is on hand (", on_hand, "); move it out before archiving it"),
                   {{"on_hand_quantity", on_hand}});
}

constexpr pg::Statement kDeleteLot{"delete_lot", R"sql(
  DELETE FROM lots WHERE company = $1 AND lot_id = $2)sql"};

// The creation is read from the row while there is one; now it becomes an event, under the id that
// it had in the order of history all along.
constexpr pg::Statement kRecordCreation{"record_creation", R"sql(
  INSERT INTO lot_events (company, event_id, lot_id, kind, work_order_id, actor, recorded_at,
                          changes, entry_id)
  SELECT l.company, l.lot_id, l.lot_id, {EVENT_CREATED}, NULL, l.created_by, l.created_at, '[]',
         l.entry_id
  FROM lots l WHERE l.company = $1 AND l.lot_id = $2)sql"_sql};

void RecordDeletion(pg::Transaction& transaction, const WriteContext& context, const Lot& lot) {
  const LotEvent deletion{.event_id = Uuid::MakeV7(),
                          .lot_id = lot.lot_id,
                          .kind = LotEventKind::kDeleted,
                          .actor = context.actor,
                          .recorded_at = context.now,
                          .changes = FieldsAtDeletion(lot)};
  transaction.Add(kRecordCreation, context.company, lot.lot_id);
  AppendLotEvents(transaction, context, {deletion});
}

absl::Status DeleteOnce(pg::Connection& db, const LotCommand& command) {
  const WriteContext& context = command.context;
  pg::Transaction transaction(db);
  ClaimRequest(transaction, context, {command.lot_id.value()});
  const size_t first = AddLockLot(transaction, context, command.lot_id, LotLock::kExclusive);
  ASSIGN_OR_RETURN(const pg::Results locked, transaction.Send());
  ASSIGN_OR_RETURN(const LockedLot before,
                   ReadLockedLot(locked, first, context, command.lot_id, command.version));
  if (!before.uses.empty()) {
    return LotInUse(before, "it cannot be deleted without losing them: archive it instead");
  }
  RecordDeletion(transaction, context, before.lot);
  AddAuditEntry(transaction, context, {.lots = {command.lot_id}});
  AddFormerNumberDeletion(transaction, context.company, command.lot_id);
  transaction.Add(kDeleteLot, context.company, command.lot_id);
  return transaction.Commit().status();
}

}  // namespace

absl::StatusOr<Lot> ArchiveLot(pg::Connection& db, const LotCommand& command) {
  return ChangeStateOnce(db, command,
                         {LotState::kArchived, LotEventKind::kArchived, ValidateArchive});
}

absl::StatusOr<Lot> UnarchiveLot(pg::Connection& db, const LotCommand& command) {
  return ChangeStateOnce(db, command,
                         {LotState::kActive, LotEventKind::kUnarchived, ValidatePlannedOrVoid});
}

absl::Status DeleteLot(pg::Connection& db, const LotCommand& command) {
  // The answer says nothing but that the lot is gone.
  const auto attempt = [&]() -> absl::StatusOr<bool> {
    RETURN_IF_ERROR(DeleteOnce(db, command));
    return true;
  };
  const auto rebuild = [](const std::vector<Uuid>&) -> absl::StatusOr<bool> { return true; };
  return RunWrite<bool>(db, {.context = command.context, .rebuild = rebuild}, attempt).status();
}

}  // namespace lots
