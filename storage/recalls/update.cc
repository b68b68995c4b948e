// UpdateRecall: changes fields, and adds seeds with everything that was made of them.
#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/time/clock.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/recall.h"
#include "storage/domain/refusals.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/refusals.h"
#include "storage/recalls/rows.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"

namespace lots {
namespace {

constexpr pg::Statement kUpdateRecall{"update_recall", R"sql(
  UPDATE recalls SET reason = $3, exempt_location_ids = $4, only_listed_exempt = $5, version = $6
  WHERE company = $1 AND recall_id = $2)sql"};

// The members are inserted before.
constexpr pg::Statement kInsertSeeds{"insert_recall_seeds", R"sql(
  INSERT INTO recall_seeds (company, recall_id, lot_id, added_by, added_at, entry_id)
  SELECT $1, $2, seed.lot_id, $4, $5, $6 FROM unnest($3::uuid[]) AS seed (lot_id)
  ON CONFLICT (company, recall_id, lot_id) DO NOTHING)sql"};

bool Writes(const UpdateRecallCommand& command, absl::string_view path) {
  return absl::c_linear_search(command.paths, path);
}

// Makes the new seeds members, with everything that was made of them.
absl::Status AddSeeds(pg::Transaction& transaction, const UpdateRecallCommand& command,
                      const std::vector<LotId>& seeds, AuditSubject& subject) {
  const WriteContext& context = command.context;
  const size_t read = AddMembersRead(transaction, context.company, command.recall_id, seeds);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  const KnownMembers known = ReadKnownMembers(results[read]);
  ASSIGN_OR_RETURN(const Affected affected, FindAffected(transaction, {.company = context.company,
                                                                       .field = "add_seeds",
                                                                       .refs = command.add_seeds,
                                                                       .seeds = seeds}));
  std::vector<LotId> added;
  for (const LotId& seed : seeds) {
    const auto found = known.find(seed);
    const bool is_seed = found != known.end() && found->second.member.depth == 0;
    if (!is_seed) added.push_back(seed);
  }
  const absl::Time now = absl::Now();
  AddMembers(transaction, context, command.recall_id, affected.members,
             {.change = RecallMemberChange::kJoinedAgain}, now);
  AddFormerLots(transaction, context.company, command.recall_id, affected.former);
  transaction.Add(kInsertSeeds, context.company, command.recall_id, added, context.actor, now,
                  context.entry_id);
  subject.lots = seeds;
  for (const RecallMember& member : affected.members) subject.lots.push_back(member.lot_id);
  return CheckMemberCount(transaction, context.company, command.recall_id, "add_seeds");
}

absl::Status TryUpdate(pg::Connection& db, const UpdateRecallCommand& command) {
  const WriteContext& context = command.context;
  ASSIGN_OR_RETURN(const auto found, ResolveLots(db, context.company, command.add_seeds));
  pg::Transaction transaction(db);
  ClaimRequest(transaction, context, {});
  const size_t lock = AddRecallLock(transaction, context.company, command.recall_id);
  const size_t exempt = AddExemptRead(transaction, context.company, command.exempt_location_ids);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  ASSIGN_OR_RETURN(const LockedRecall recall, ReadLockedRecall(results[lock], command.recall_id));
  if (command.version.value_or(recall.version) != recall.version) {
    return Refuse(ResourceChanged("recall", command.recall_id.value(), recall.version));
  }
  std::vector<LotId> seeds;
  std::vector<Problem> problems = ValidateLots("add_seeds", command.add_seeds, found, seeds);
  const bool writes_exempt = Writes(command, "exempt_location_ids");
  if (writes_exempt) {
    ValidateExempt("recall.exempt_location_ids", command.exempt_location_ids, results[exempt],
                   problems);
  }
  if (!problems.empty()) return Refuse(std::move(problems));
  AuditSubject subject{.recall = command.recall_id};
  if (!seeds.empty()) RETURN_IF_ERROR(AddSeeds(transaction, command, seeds, subject));
  transaction.Add(kUpdateRecall, context.company, command.recall_id,
                  Writes(command, "reason") ? command.reason : recall.reason,
                  writes_exempt ? command.exempt_location_ids : recall.exempt_location_ids,
                  Writes(command, "only_listed_exempt") ? command.only_listed_exempt
                                                        : recall.only_listed_exempt,
                  recall.version + 1);
  AddAuditEntry(transaction, context, subject);
  return transaction.Commit().status();
}

}  // namespace

std::vector<absl::string_view> RecallFields() {
  return {"reason", "exempt_location_ids", "only_listed_exempt"};
}

absl::StatusOr<Recall> UpdateRecall(pg::Connection& db, const UpdateRecallCommand& command) {
  return RunRecallWrite(db, command.context, command.recall_id,
                        [&] { return TryUpdate(db, command); });
}

}  // namespace lots
