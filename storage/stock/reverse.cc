// Reverses one movement.
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/movements.h"
#include "storage/stock/stock.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {

namespace {

Problem PartOfTransformation(const Movement& movement) {
  const std::string id = movement.movement_id.value().ToString();
  const std::string transformation = movement.transformation->value().ToString();
  return {.reason = Reason::kPartOfTransformation,
          .field = "movement_id",
          .message = absl::StrCat("movement ", id, " belongs to transformation ", transformation,
                                  "; reverse that as a whole with ReverseCompletion"),
          .facts = {{"movement_id", id}, {"transformation_id", transformation}}};
}

absl::StatusOr<PostedMovement> FindMovement(pg::Connection& db, const CompanyId& company,
                                            const MovementId& movement) {
  ASSIGN_OR_RETURN(std::vector<PostedMovement> found, FindMovements(db, company, {movement}));
  if (found.empty()) return Refuse(MovementNotFound("movement_id", movement));
  return std::move(found.front());
}

absl::StatusOr<MovementId> Attempt(pg::Connection& db, const ReverseMovementCommand& command,
                                   const PostedMovement& original, const MovementId& reversal) {
  Ledger ledger(command.context);
  ledger.TouchReversal(original);
  pg::Transaction transaction(db);
  ClaimRequest(transaction, command.context, {reversal.value()});
  ledger.AddLocks(transaction);
  ASSIGN_OR_RETURN(const pg::Results locked, transaction.Send());
  RETURN_IF_ERROR(ledger.Load(transaction, locked));
  std::vector<Problem> problems;
  ledger.PostReversal(
      original, {.movement_id = reversal, .note = command.note, .field = "movement_id"}, problems);
  if (!problems.empty()) return Refuse(std::move(problems));
  ledger.AddWrites(transaction);
  AddAuditEntry(transaction, command.context, {.lots = {original.movement.lot_id}});
  const absl::StatusOr<pg::Results> committed = transaction.Commit();
  if (!committed.ok()) return Ledger::Explain(committed.status());
  return reversal;
}

}  // namespace

absl::StatusOr<Movement> ReverseMovement(pg::Connection& db,
                                         const ReverseMovementCommand& command) {
  const CompanyId& company = command.context.company;
  ASSIGN_OR_RETURN(const PostedMovement original, FindMovement(db, company, command.movement_id));
  if (original.movement.transformation.has_value()) {
    return Refuse(PartOfTransformation(original.movement));
  }
  const MovementId new_id(Uuid::MakeV7());
  const auto rebuild = [](const std::vector<Uuid>& created_ids) -> absl::StatusOr<MovementId> {
    return MovementId(created_ids.front());
  };
  ASSIGN_OR_RETURN(const MovementId reversal,
                   RunWrite<MovementId>(db, {.context = command.context, .rebuild = rebuild},
                                        [&] { return Attempt(db, command, original, new_id); }));
  ASSIGN_OR_RETURN(PostedMovement posted, FindMovement(db, company, reversal));
  ASSIGN_OR_RETURN(const std::vector<LotId> unarchived, FindUnarchived(db, company, {reversal}));
  posted.movement.unarchived = !unarchived.empty();
  return std::move(posted.movement);
}

}  // namespace lots
