// ExcludeRecallLots and IncludeRecallLots.
#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/recall.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/refusals.h"
#include "storage/recalls/rows.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"

namespace lots {
namespace {

using FoundLots = std::vector<std::optional<ResolvedLot>>;

MemberChangeReason ReasonOf(const RecallLotsCommand& command, RecallMemberChange change) {
  return {.change = change, .evidence = command.evidence, .evidence_link = command.evidence_link};
}

// What both operations read under the locks of the recall and of the lots.
struct LockedLots {
  LockedRecall recall;
  KnownMembers known;
  std::vector<LotId> lots;
};

absl::StatusOr<LockedLots> LockAndRead(pg::Transaction& transaction,
                                       const RecallLotsCommand& command, const FoundLots& found) {
  const CompanyId& company = command.context.company;
  LockedLots locked;
  std::vector<Problem> problems = ValidateLots("lots", command.lots, found, locked.lots);
  ClaimRequest(transaction, command.context, {});
  const size_t lock = AddRecallLock(transaction, company, command.recall_id);
  LockMembers(transaction, company, locked.lots);
  const size_t read = AddMembersRead(transaction, company, command.recall_id, locked.lots);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  ASSIGN_OR_RETURN(locked.recall, ReadLockedRecall(results[lock], command.recall_id));
  if (!problems.empty()) return Refuse(std::move(problems));
  locked.known = ReadKnownMembers(results[read]);
  return locked;
}

absl::Status End(pg::Transaction& transaction, const RecallLotsCommand& command,
                 const LockedLots& locked) {
  AddNextVersion(transaction, command.context.company, command.recall_id,
                 locked.recall.version + 1);
  AddAuditEntry(transaction, command.context, {.lots = locked.lots, .recall = command.recall_id});
  return transaction.Commit().status();
}

// LOT_NOT_IN_RECALL of each lot that never was a member. Every lot was found.
std::vector<Problem> ValidateMembers(const RecallLotsCommand& command, const FoundLots& found,
                                     const KnownMembers& known) {
  std::vector<Problem> problems;
  for (size_t i = 0; i < found.size(); ++i) {
    if (known.contains(found[i]->lot_id)) continue;
    problems.push_back(LotNotInRecall(Indexed("lots", i),
                                      {.number = found[i]->number, .lot_id = found[i]->lot_id},
                                      command.recall_id));
  }
  return problems;
}

absl::Status TryExclude(pg::Connection& db, const RecallLotsCommand& command) {
  ASSIGN_OR_RETURN(const FoundLots found, ResolveLots(db, command.context.company, command.lots));
  pg::Transaction transaction(db);
  ASSIGN_OR_RETURN(const LockedLots locked, LockAndRead(transaction, command, found));
  std::vector<Problem> problems = ValidateMembers(command, found, locked.known);
  if (!problems.empty()) return Refuse(std::move(problems));
  std::vector<MembershipId> ended;
  for (const LotId& lot_id : locked.lots) ended.push_back({command.recall_id, lot_id});
  EndMemberships(transaction, command.context, ended,
                 ReasonOf(command, RecallMemberChange::kExcluded), absl::Now());
  return End(transaction, command, locked);
}

// How near to a seed lots are that are included, and whether they are certainly affected.
using Nearness = std::pair<int, bool>;
// A lot that never was a member is no seed: a transformation may lie between it and one, of which
// nobody knows.
constexpr Nearness kByHand = {1, true};

// Makes the lots members, and what was made of them, also while they were excluded. Of the latter,
// lots that are excluded themselves stay so: they have evidence of their own.
absl::Status IncludeAll(pg::Transaction& transaction, const RecallLotsCommand& command,
                        const std::vector<LotId>& lots, Nearness nearness) {
  const CompanyId& company = command.context.company;
  std::vector<LotRef> refs;
  for (const LotId& lot_id : lots) refs.push_back({.lot_id = lot_id});
  ASSIGN_OR_RETURN(
      const Affected affected,
      FindAffected(transaction,
                   {.company = company, .field = "lots", .refs = refs, .seeds = lots}));
  std::vector<LotId> ids;
  for (const RecallMember& member : affected.members) ids.push_back(member.lot_id);
  const size_t read = AddMembersRead(transaction, company, command.recall_id, ids);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  const KnownMembers known = ReadKnownMembers(results[read]);
  std::vector<RecallMember> joining;
  for (const RecallMember& member : affected.members) {
    const auto found = known.find(member.lot_id);
    const bool stays_excluded = member.depth > 0 && found != known.end() && found->second.has_ended;
    if (stays_excluded) continue;
    joining.push_back({.lot_id = member.lot_id,
                       .depth = member.depth + nearness.first,
                       .certain = member.certain && nearness.second});
  }
  AddMembers(transaction, command.context, command.recall_id, joining,
             ReasonOf(command, RecallMemberChange::kIncluded), absl::Now());
  AddFormerLots(transaction, company, command.recall_id, affected.former);
  return CheckMemberCount(transaction, company, command.recall_id, "lots");
}

absl::Status TryInclude(pg::Connection& db, const RecallLotsCommand& command) {
  ASSIGN_OR_RETURN(const FoundLots found, ResolveLots(db, command.context.company, command.lots));
  pg::Transaction transaction(db);
  ASSIGN_OR_RETURN(const LockedLots locked, LockAndRead(transaction, command, found));
  // Lots that are members stay what they are.
  std::map<Nearness, std::vector<LotId>> included;
  for (const LotId& lot_id : locked.lots) {
    const auto known = locked.known.find(lot_id);
    if (known == locked.known.end()) {
      included[kByHand].push_back(lot_id);
    } else if (known->second.has_ended) {
      const RecallMember& member = known->second.member;
      included[{member.depth, member.certain}].push_back(lot_id);
    }
  }
  for (const auto& [nearness, lots] : included) {
    RETURN_IF_ERROR(IncludeAll(transaction, command, lots, nearness));
  }
  return End(transaction, command, locked);
}

}  // namespace

absl::StatusOr<Recall> ExcludeRecallLots(pg::Connection& db, const RecallLotsCommand& command) {
  return RunRecallWrite(db, command.context, command.recall_id,
                        [&] { return TryExclude(db, command); });
}

absl::StatusOr<Recall> IncludeRecallLots(pg::Connection& db, const RecallLotsCommand& command) {
  return RunRecallWrite(db, command.context, command.recall_id,
                        [&] { return TryInclude(db, command); });
}

}  // namespace lots
