// Members of recalls: the one place where memberships begin and end.
//
// recall_members has one row for each lot that is or was a member of a recall; `ended_at` says that
// it is one no longer. Each end and each new beginning is a row in recall_member_changes, with its
// reason. The caller has locked the lots FOR UPDATE (LockMembers, or an operation that makes them):
// a movement of the lots either finished before, or waits and then sees the change. Every statement
// is added in the caller's transaction, before its last pipeline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

enum class RecallMemberChange : int16_t;
struct WriteContext;

// A lot as a member of one recall.
struct RecallMember {
  LotId lot_id;
  int depth = 0;  // transformations between the lot and the nearest seed; 0: a seed
  bool certain = false;
};

// Why memberships change.
struct MemberChangeReason {
  RecallMemberChange change{};                     // always given
  std::string evidence;                            // in words; may be empty
  std::string evidence_link;                       // where the document is; may be empty
  std::optional<TransformationId> transformation;  // that made or unmade the link
};

// One membership, of any recall.
struct MembershipId {
  RecallId recall_id;
  LotId lot_id;
};

// Locks the lots FOR UPDATE, in the order of the ledger. Returns the index of its result, which has
// a row for each lot that exists.
size_t LockMembers(pg::Transaction& transaction, const CompanyId& company,
                   const std::vector<LotId>& lot_ids);

// Inserts members of a recall that has none yet.
void AddFirstMembers(pg::Transaction& transaction, const WriteContext& context,
                     const RecallId& recall_id, absl::Span<const RecallMember> members,
                     absl::Time joined_at);

// Makes the lots members. One that is a member becomes certain, or nearer to a seed, where this
// says so. One whose membership ended begins again, and `reason` stands in its history.
void AddMembers(pg::Transaction& transaction, const WriteContext& context,
                const RecallId& recall_id, absl::Span<const RecallMember> members,
                const MemberChangeReason& reason, absl::Time joined_at);

// Ends these memberships; those that there are none of, or that have ended, stay as they are. The
// lots are no longer held by the recall and stay listed in it.
void EndMemberships(pg::Transaction& transaction, const WriteContext& context,
                    absl::Span<const MembershipId> memberships, const MemberChangeReason& reason,
                    absl::Time ended_at);

}  // namespace lots
