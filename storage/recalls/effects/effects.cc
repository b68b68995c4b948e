// Follows a change of the genealogy through holds; members.cc does it for recalls.
#include "storage/recalls/effects/effects.h"

#include <algorithm>
#include <utility>

#include "absl/container/btree_set.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/write_context.h"
#include "storage/genealogy/graph/graph.h"
#include "storage/ledger/rules/facts.h"
#include "storage/recalls/effects/members.h"
#include "storage/recalls/refusals.h"

namespace lots::effects {
namespace {

// Whether something holds one of these lots, a recall too, or would still hold it.
constexpr pg::Statement kIsAffected{"correction_affects_holds", R"sql(
  SELECT EXISTS (SELECT FROM holds h
                 WHERE h.company = $1 AND h.lot_id = ANY($2) AND h.released_at IS NULL)
    OR EXISTS (SELECT FROM recall_members m
               JOIN recalls r ON r.company = $1 AND r.recall_id = m.recall_id
                 AND r.state = {RECALL_OPEN}
               WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.ended_at IS NULL))sql"_sql};

constexpr pg::Statement kReadInherited{"read_holds_of_correction", R"sql(
  SELECT DISTINCT lot_id FROM holds
  WHERE company = $1 AND lot_id = ANY($2) AND entry_id = $3 AND cause = {CAUSE_INHERITED}
    AND released_at IS NULL)sql"_sql};

// What an input inherited by this write ($7), its outputs inherit too: one hold for each input,
// the one that ends last. Sorts in history as an inherited hold does (storage/holds/inherit.cc).
constexpr pg::Statement kPassOn{"pass_on_holds_of_correction", R"sql(
  INSERT INTO holds (company, hold_id, lot_id, cause, location_id, source_lot_id, reason,
                     exempt_location_ids, expires_at, placed_by, placed_at, entry_id)
  SELECT $1, n.hold_id, n.output, {CAUSE_INHERITED}, NULL, n.input,
         left('made of held lot ' || l.number || ' of product ' || l.product_id || ': '
              || h.reason, $8::integer),
         h.exempt_location_ids, h.expires_at, $5,
         GREATEST($6, (
           SELECT max(b.last_recorded_at) + interval '1 microsecond' FROM balances b
           WHERE b.company = $1 AND b.lot_id = n.output AND b.last_recorded_at > '-infinity')),
         $7
  FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS n (hold_id, input, output)
  JOIN lots l ON l.company = $1 AND l.lot_id = n.input
  CROSS JOIN LATERAL (
    SELECT i.reason, i.exempt_location_ids, i.expires_at FROM holds i
    WHERE i.company = $1 AND i.lot_id = n.input AND i.entry_id = $7
      AND i.cause = {CAUSE_INHERITED} AND i.released_at IS NULL
    ORDER BY i.expires_at DESC NULLS FIRST, i.hold_id LIMIT 1) AS h
  WHERE NOT EXISTS (
    SELECT FROM holds x
    WHERE x.company = $1 AND x.lot_id = n.output AND x.source_lot_id = n.input
      AND x.cause = {CAUSE_INHERITED} AND x.released_at IS NULL)
  RETURNING lot_id)sql"_sql};

// A release sorts in history after the hold.
#define LOTS_RELEASE_INHERITED                                                  \
  "UPDATE holds h"                                                              \
  " SET released_by = $4, release_note = $6, release_entry_id = $7,"            \
  " released_at = GREATEST($5, h.placed_at + interval '1 microsecond')"         \
  " FROM unnest($2::uuid[], $3::uuid[]) AS n (input, output)"                   \
  " WHERE h.company = $1 AND h.lot_id = n.output AND h.source_lot_id = n.input" \
  " AND h.cause = {CAUSE_INHERITED} AND h.released_at IS NULL "

// Of units that the input is not in any more. The way goes from the unit, which has few links.
constexpr const char* kReleaseRemovedText = LOTS_RELEASE_INHERITED R"sql(
    AND NOT EXISTS (
      SELECT FROM transformation_outputs o
      JOIN transformation_inputs i ON i.company = $1 AND i.lot_id = n.input
        AND i.transformation_id = o.transformation_id
        AND (i.output_lot_id IS NULL OR i.output_lot_id = o.lot_id)
      JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id
        AND t.reverses_id IS NULL
      WHERE o.company = $1 AND o.lot_id = n.output AND o.role <> {OUTPUT_RETURNED}
        AND NOT EXISTS (SELECT FROM transformations r
                        WHERE r.company = $1 AND r.reverses_id = o.transformation_id)
        AND i.quantity > COALESCE((
          SELECT sum(e.quantity) FROM component_ends e
          WHERE e.company = $1 AND e.transformation_id = i.transformation_id
            AND e.input_line = i.line AND NOT EXISTS (
              SELECT FROM transformations r
              WHERE r.company = $1 AND r.reverses_id = e.ending_id)), 0))
  RETURNING h.lot_id)sql"_sql;
constexpr pg::Statement kReleaseRemoved{"release_holds_of_removed", kReleaseRemovedText};

// Of outputs of which an input lost holds by this write, unless the input had another hold when
// the output inherited: then that one holds the output too.
constexpr const char* kReleaseFurtherText = LOTS_RELEASE_INHERITED R"sql(
    AND NOT EXISTS (
      SELECT FROM holds x
      WHERE x.company = $1 AND x.lot_id = n.input AND x.placed_at <= h.placed_at
        AND (x.released_at IS NULL OR x.released_at > h.placed_at)
        AND x.release_entry_id IS DISTINCT FROM $7)
  RETURNING h.lot_id)sql"_sql;
constexpr pg::Statement kReleaseFurther{"release_holds_made_of_removed", kReleaseFurtherText};

using LotSet = absl::btree_set<LotId>;

LotSet LotsOf(const pg::Result& rows) {
  LotSet lots;
  for (const pg::Row row : rows) lots.insert(row.Get<LotId>(0));
  return lots;
}

bool CameOut(TraceLinkKind kind) {
  return !IsInput(kind) && kind != TraceLinkKind::kReturnedComponent;
}

// The pairs of an input and an output, each once, as two arrays.
struct Pairs {
  explicit Pairs(const absl::btree_set<std::pair<LotId, LotId>>& pairs) {
    for (const auto& [input, output] : pairs) {
      inputs.push_back(input);
      outputs.push_back(output);
    }
  }
  std::vector<LotId> inputs, outputs;
};

// One change under way. `graph` has the units and what was made of them.
class Change {
 public:
  Change(pg::Transaction& transaction, const WriteContext& context, const LedgerFacts& facts,
         const GenealogyChange& change)
      : transaction_(transaction), context_(context), facts_(facts), change_(change) {}

  absl::Status Apply();

 private:
  absl::StatusOr<bool> IsAffected();
  absl::Status LockMade();
  absl::Status PassOn();
  absl::Status Release();
  absl::StatusOr<absl::btree_set<RecallId>> Recalls();
  std::vector<LotId> Components() const;
  // The pairs of these lots and what was made of them.
  Pairs MadeOf(const LotSet& lots) const;

  pg::Transaction& transaction_;
  const WriteContext& context_;
  const LedgerFacts& facts_;
  const GenealogyChange& change_;
  TraceGraph graph_;
  std::vector<LotId> lots_;  // of the graph
};

std::vector<LotId> Change::Components() const {
  LotSet components(change_.added_pooled.inputs.begin(), change_.added_pooled.inputs.end());
  for (const HoldInheritance& added : change_.added) components.insert(added.input);
  for (const ComponentOfUnit& removed : change_.removed) components.insert(removed.component);
  return {components.begin(), components.end()};
}

absl::StatusOr<bool> Change::IsAffected() {
  std::vector<LotId> lots = Components();
  lots.insert(lots.end(), change_.units.begin(), change_.units.end());
  transaction_.Add(kIsAffected, context_.company, lots);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  return results[0][0].Get<bool>(0);
}

absl::Status Change::LockMade() {
  TraceQuery walk{.company = context_.company, .direction = TraceDirection::kDownstream};
  walk.seeds = change_.units;
  walk.depth_max = static_cast<int>(kRecallMembersMax);
  walk.node_limit = kRecallMembersMax;
  walk.lock = true;
  pg::ParallelReads reads(transaction_);
  ASSIGN_OR_RETURN(graph_, WalkTrace(reads, walk));
  if (!graph_.truncated_by.empty()) return Refuse(RecallTooLarge("lines"));
  for (const auto& [lot, node] : graph_.nodes) lots_.push_back(lot);
  std::sort(lots_.begin(), lots_.end());
  return absl::OkStatus();
}

Pairs Change::MadeOf(const LotSet& lots) const {
  absl::btree_set<std::pair<LotId, LotId>> pairs;
  const auto add = [&](const LotId& input, uint32_t output) {
    if (graph_.IsNode(output) && graph_.IdOfLot(output) != input) {
      pairs.emplace(input, graph_.IdOfLot(output));
    }
  };
  for (const LotId& lot : lots) {
    const auto found = graph_.nodes.find(lot);
    if (found == graph_.nodes.end()) continue;
    const auto number = static_cast<uint32_t>(found - graph_.nodes.begin());
    for (const uint32_t index : graph_.LinksOfLot(number)) {
      const TraceGraph::Link& link = graph_.links[index];
      if (link.lot != number || !IsInput(link.kind)) continue;
      if (link.kind == TraceLinkKind::kExactInput) {
        add(lot, link.output);
        continue;
      }
      for (const TraceGraph::Link& made : graph_.LinksOfTransformation(link.transformation)) {
        if (CameOut(made.kind)) add(lot, made.lot);
      }
    }
  }
  return Pairs(pairs);
}

// Ends: an output never inherits twice from one input.
absl::Status Change::PassOn() {
  AddInheritedHolds(transaction_, context_, change_.transformation_id, facts_, change_.added);
  AddInheritedHolds(transaction_, context_, change_.transformation_id, facts_,
                    change_.added_pooled);
  size_t last =
      transaction_.Add(kReadInherited, context_.company, change_.units, context_.entry_id);
  while (true) {
    ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
    const Pairs pairs = MadeOf(LotsOf(results[last]));
    if (pairs.inputs.empty()) return absl::OkStatus();
    std::vector<HoldId> ids;
    for (size_t i = 0; i < pairs.inputs.size(); ++i) ids.push_back(HoldId(Uuid::MakeV7()));
    last = transaction_.Add(kPassOn, context_.company, ids, pairs.inputs, pairs.outputs,
                            context_.actor, facts_.recorded_at, context_.entry_id,
                            int64_t{kNoteCharactersMax});
  }
}

// Ends: a hold is released once.
absl::Status Change::Release() {
  absl::btree_set<std::pair<LotId, LotId>> removed;
  for (const auto& [component, unit] : change_.removed) removed.emplace(component, unit);
  Pairs pairs(removed);
  const pg::Statement* statement = &kReleaseRemoved;
  while (!pairs.inputs.empty()) {
    transaction_.Add(*statement, context_.company, pairs.inputs, pairs.outputs, context_.actor,
                     facts_.recorded_at, change_.reason, context_.entry_id);
    ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
    pairs = MadeOf(LotsOf(results[0]));
    statement = &kReleaseFurther;
  }
  return absl::OkStatus();
}

// Those that the lots are in already, and those that hold an added component.
absl::StatusOr<absl::btree_set<RecallId>> Change::Recalls() {
  std::vector<LotId> lots = Components();
  lots.insert(lots.end(), lots_.begin(), lots_.end());
  return FindRecalls(transaction_, context_.company, lots);
}

absl::Status Change::Apply() {
  ASSIGN_OR_RETURN(const bool is_affected, IsAffected());
  if (!is_affected) return absl::OkStatus();
  RETURN_IF_ERROR(LockMade());
  RETURN_IF_ERROR(PassOn());
  RETURN_IF_ERROR(Release());
  ASSIGN_OR_RETURN(const absl::btree_set<RecallId> recalls, Recalls());
  return UpdateMembers(transaction_, context_, change_, lots_, recalls, facts_.recorded_at);
}

}  // namespace

absl::Status ApplyChange(pg::Transaction& transaction, const WriteContext& context,
                         const LedgerFacts& facts, const GenealogyChange& change) {
  return Change(transaction, context, facts, change).Apply();
}

}  // namespace lots::effects
