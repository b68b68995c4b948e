// Adds and ends memberships in recalls.
#include "storage/holds/members.h"

#include "storage/domain/kinds/recall.h"
#include "storage/domain/write_context.h"
#include "storage/writes/lot_queue.h"

namespace lots {
namespace {

// As the ledger locks lots: serials first, then by id.
constexpr pg::Statement kLockMembers{"lock_recall_members", R"sql(
  SELECT lot_id FROM lots WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY tracking DESC, lot_id FOR UPDATE)sql"};

// No conflict is possible, and not looking for one is faster.
constexpr pg::Statement kInsertMembers{"insert_recall_members", R"sql(
  INSERT INTO recall_members (company, recall_id, lot_id, depth, certain, joined_at,
                              transformation_id)
  SELECT $1, $2, member.lot_id, member.depth, member.certain, $3, NULL
  FROM unnest($4::uuid[], $5::bigint[], $6::boolean[]) AS member (lot_id, depth, certain))sql"};

// Runs before the memberships begin again. The locks of the lots keep others from changing them.
constexpr pg::Statement kNoteRejoined{"note_rejoined_recall_members", R"sql(
  INSERT INTO recall_member_changes (company, lot_id, recall_id, entry_id, kind, evidence,
                                     evidence_link, transformation_id, changed_by, changed_at)
  SELECT $1, m.lot_id, m.recall_id, $4, $5, $6, $7, $8, $9, $10
  FROM unnest($3::uuid[]) AS wanted (lot_id)
  JOIN recall_members m ON m.company = $1 AND m.lot_id = wanted.lot_id AND m.recall_id = $2
  WHERE m.ended_at IS NOT NULL)sql"};

constexpr pg::Statement kAddMembers{"add_recall_members", R"sql(
  INSERT INTO recall_members (company, recall_id, lot_id, depth, certain, joined_at,
                              transformation_id, entry_id)
  SELECT $1, $2, member.lot_id, member.depth, member.certain, $3, $7, $8
  FROM unnest($4::uuid[], $5::bigint[], $6::boolean[]) AS member (lot_id, depth, certain)
  ORDER BY member.lot_id
  ON CONFLICT (company, lot_id, recall_id) DO UPDATE
  SET certain = excluded.certain OR (recall_members.certain AND recall_members.ended_at IS NULL),
      depth = LEAST(recall_members.depth, excluded.depth),
      ended_at = NULL
  WHERE recall_members.ended_at IS NOT NULL
     OR (excluded.certain AND NOT recall_members.certain)
     OR excluded.depth < recall_members.depth)sql"};

constexpr pg::Statement kNoteEnds{"note_ended_recall_members", R"sql(
  INSERT INTO recall_member_changes (company, lot_id, recall_id, entry_id, kind, evidence,
                                     evidence_link, transformation_id, changed_by, changed_at)
  SELECT $1, m.lot_id, m.recall_id, $4, $5, $6, $7, $8, $9, $10
  FROM unnest($2::text[], $3::uuid[]) AS wanted (recall_id, lot_id)
  JOIN recall_members m
    ON m.company = $1 AND m.lot_id = wanted.lot_id AND m.recall_id = wanted.recall_id
  WHERE m.ended_at IS NULL)sql"};

constexpr pg::Statement kEndMembers{"end_recall_members", R"sql(
  UPDATE recall_members m SET ended_at = $4
  FROM unnest($2::text[], $3::uuid[]) AS wanted (recall_id, lot_id)
  WHERE m.company = $1 AND m.lot_id = wanted.lot_id AND m.recall_id = wanted.recall_id
    AND m.ended_at IS NULL)sql"};

// One insert of this many rows has a few MiB.
constexpr size_t kMembersPerStatement = 100'000;

// The arrays of the statements that insert members.
struct MemberColumns {
  explicit MemberColumns(absl::Span<const RecallMember> members) {
    for (const RecallMember& member : members) {
      lot_ids.push_back(member.lot_id);
      depths.push_back(member.depth);
      certain.push_back(member.certain);
    }
  }

  std::vector<LotId> lot_ids;
  std::vector<int64_t> depths;
  std::vector<bool> certain;
};

}  // namespace

size_t LockMembers(pg::Transaction& transaction, const CompanyId& company,
                   const std::vector<LotId>& lot_ids) {
  AddTurnAtLots(transaction, company, lot_ids);
  return transaction.Add(kLockMembers, company, lot_ids);
}

void AddFirstMembers(pg::Transaction& transaction, const WriteContext& context,
                     const RecallId& recall_id, absl::Span<const RecallMember> members,
                     absl::Time joined_at) {
  while (!members.empty()) {
    const MemberColumns columns(members.subspan(0, kMembersPerStatement));
    transaction.Add(kInsertMembers, context.company, recall_id, joined_at, columns.lot_ids,
                    columns.depths, columns.certain);
    members.remove_prefix(columns.lot_ids.size());
  }
}

void AddMembers(pg::Transaction& transaction, const WriteContext& context,
                const RecallId& recall_id, absl::Span<const RecallMember> members,
                const MemberChangeReason& reason, absl::Time joined_at) {
  while (!members.empty()) {
    const MemberColumns columns(members.subspan(0, kMembersPerStatement));
    transaction.Add(kNoteRejoined, context.company, recall_id, columns.lot_ids, context.entry_id,
                    reason.change, reason.evidence, reason.evidence_link, reason.transformation,
                    context.actor, joined_at);
    transaction.Add(kAddMembers, context.company, recall_id, joined_at, columns.lot_ids,
                    columns.depths, columns.certain, reason.transformation, context.entry_id);
    members.remove_prefix(columns.lot_ids.size());
  }
}

void EndMemberships(pg::Transaction& transaction, const WriteContext& context,
                    absl::Span<const MembershipId> memberships, const MemberChangeReason& reason,
                    absl::Time ended_at) {
  if (memberships.empty()) return;
  std::vector<RecallId> recall_ids;
  std::vector<LotId> lot_ids;
  for (const MembershipId& membership : memberships) {
    recall_ids.push_back(membership.recall_id);
    lot_ids.push_back(membership.lot_id);
  }
  transaction.Add(kNoteEnds, context.company, recall_ids, lot_ids, context.entry_id, reason.change,
                  reason.evidence, reason.evidence_link, reason.transformation, context.actor,
                  ended_at);
  transaction.Add(kEndMembers, context.company, recall_ids, lot_ids, ended_at);
}

}  // namespace lots
