// Finds the members that recalls gain and lose by a change of the genealogy.
#include "storage/recalls/effects/members.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/recall.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/write_context.h"
#include "storage/genealogy/graph/graph.h"
#include "storage/holds/members.h"
#include "storage/recalls/effects/effects.h"
#include "storage/recalls/refusals.h"

namespace lots::effects {
namespace {

constexpr pg::Statement kFindRecalls{"recalls_of_corrected_lots", R"sql(
  SELECT DISTINCT m.recall_id
  FROM recall_members m
  JOIN recalls r ON r.company = $1 AND r.recall_id = m.recall_id AND r.state = {RECALL_OPEN}
  WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.ended_at IS NULL
  ORDER BY m.recall_id)sql"_sql};

constexpr pg::Statement kReadSeeds{"seeds_of_recall_to_correct", R"sql(
  SELECT lot_id FROM recall_members
  WHERE company = $1 AND recall_id = $2 AND depth = 0 AND ended_at IS NULL)sql"};

// Whether each is a member, and whether a person said that it is none.
constexpr pg::Statement kReadMembers{"members_of_recall_to_correct", R"sql(
  SELECT m.lot_id, m.ended_at IS NULL,
         COALESCE((SELECT c.kind = {MEMBER_EXCLUDED} FROM recall_member_changes c
                   WHERE c.company = $1 AND c.lot_id = m.lot_id AND c.recall_id = m.recall_id
                   ORDER BY c.changed_at DESC LIMIT 1), false)
  FROM recall_members m
  WHERE m.company = $1 AND m.recall_id = $2 AND m.lot_id = ANY($3))sql"_sql};

struct Membership {
  bool in_effect = false;
  bool excluded = false;
};
using Memberships = absl::flat_hash_map<LotId, Membership>;

Memberships ReadMembers(const pg::Result& rows) {
  Memberships members;
  for (const pg::Row row : rows) {
    members.emplace(row.Get<LotId>(0), Membership{row.Get<bool>(1), row.Get<bool>(2)});
  }
  return members;
}

// What is in the recall by the links of now, and what was: a recall may have taken that in too. Not
// locked: the caller locked what may change.
absl::StatusOr<TraceGraph> WalkRecall(pg::Transaction& transaction, const CompanyId& company,
                                      std::vector<LotId> seeds) {
  TraceQuery walk{.company = company, .direction = TraceDirection::kDownstream};
  walk.seeds = std::move(seeds);
  walk.depth_max = static_cast<int>(kRecallMembersMax);
  walk.node_limit = kRecallMembersMax;
  walk.include_former = true;
  pg::ParallelReads reads(transaction);
  ASSIGN_OR_RETURN(TraceGraph graph, WalkTrace(reads, walk));
  if (!graph.truncated_by.empty()) return Refuse(RecallTooLarge("lines"));
  MarkFormer(graph, walk);
  MarkCertain(graph, walk);
  return graph;
}

// What changes in one recall.
struct MemberChanges {
  std::vector<RecallMember> joined;
  std::vector<MembershipId> left;
};

MemberChanges Compare(const RecallId& recall, const std::vector<LotId>& lots,
                      const Memberships& members, const TraceGraph& graph) {
  MemberChanges changes;
  for (const LotId& lot : lots) {
    const auto found = members.find(lot);
    const Membership was = found == members.end() ? Membership() : found->second;
    if (!graph.nodes.contains(lot) || graph.nodes.at(lot).unrelated) {
      if (was.in_effect) changes.left.push_back({recall, lot});
      continue;
    }
    const TraceGraph::Node& node = graph.nodes.at(lot);
    const bool stays_out = !was.in_effect && was.excluded;
    if (node.former || stays_out) continue;
    changes.joined.push_back({.lot_id = lot, .depth = node.depth, .certain = node.certain});
  }
  return changes;
}

absl::Status UpdateRecall(pg::Transaction& transaction, const WriteContext& context,
                          const GenealogyChange& change, const std::vector<LotId>& lots,
                          const RecallId& recall, absl::Time at) {
  transaction.Add(kReadSeeds, context.company, recall);
  transaction.Add(kReadMembers, context.company, recall, lots);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  std::vector<LotId> seeds;
  for (const pg::Row row : results[0]) seeds.push_back(row.Get<LotId>(0));
  const Memberships members = ReadMembers(results[1]);
  ASSIGN_OR_RETURN(const TraceGraph graph,
                   WalkRecall(transaction, context.company, std::move(seeds)));
  const MemberChanges changes = Compare(recall, lots, members, graph);
  MemberChangeReason reason{.change = RecallMemberChange::kJoinedAgain,
                            .evidence = change.reason,
                            .evidence_link = "",
                            .transformation = change.transformation_id};
  AddMembers(transaction, context, recall, changes.joined, reason, at);
  // Links that are only added unlink nothing: a lot that they do not reach was included by hand.
  if (change.removed.empty()) return absl::OkStatus();
  reason.change = RecallMemberChange::kUnlinked;
  EndMemberships(transaction, context, changes.left, reason, at);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<absl::btree_set<RecallId>> FindRecalls(pg::Transaction& transaction,
                                                      const CompanyId& company,
                                                      const std::vector<LotId>& lots) {
  transaction.Add(kFindRecalls, company, lots);
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  absl::btree_set<RecallId> recalls;
  for (const pg::Row row : results[0]) recalls.insert(row.Get<RecallId>(0));
  return recalls;
}

absl::Status UpdateMembers(pg::Transaction& transaction, const WriteContext& context,
                           const GenealogyChange& change, const std::vector<LotId>& lots,
                           const absl::btree_set<RecallId>& recalls, absl::Time at) {
  for (const RecallId& recall : recalls) {
    RETURN_IF_ERROR(UpdateRecall(transaction, context, change, lots, recall, at));
  }
  return absl::OkStatus();
}

}  // namespace lots::effects
