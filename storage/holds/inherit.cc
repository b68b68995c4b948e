// Outputs inherit holds and recall memberships from the inputs they were made of.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/base/unicode.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/holds/holds.h"
#include "storage/ledger/rules/facts.h"
#include "storage/lot_rows/hold_row.h"

namespace lots {
namespace {

// An output may be an older lot of which more is made. Its movements in other transactions must
// wait for the new hold.
constexpr pg::Statement kLockOutputs{"lock_inheriting_lots", R"sql(
  SELECT 1 FROM lots WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY tracking DESC, lot_id FOR UPDATE)sql"};

// Inserts one row for each output and source. Arrays of their own have the columns of the sources:
// $5 the lots, $6 the reasons, $7 the ends, $8 the exempt locations, a line each. A hold sorts in
// history after every earlier movement of its lot.
constexpr pg::Statement kInsertInherited{"insert_inherited_holds", R"sql(
  INSERT INTO holds (company, hold_id, lot_id, cause, location_id, source_lot_id, reason,
                     exempt_location_ids, expires_at, placed_by, placed_at, entry_id)
  SELECT $1, n.hold_id, n.lot_id, {CAUSE_INHERITED}, NULL, s.source, s.reason,
         COALESCE(string_to_array(NULLIF(s.exempt, ''), chr(10)), '{}'), s.expires_at, $9,
         GREATEST($10, (
           SELECT max(b.last_recorded_at) + interval '1 microsecond' FROM balances b
           WHERE b.company = $1 AND b.lot_id = n.lot_id AND b.last_recorded_at > '-infinity')),
         $11
  FROM unnest($2::uuid[], $3::uuid[], $4::bigint[]) AS n (hold_id, lot_id, ordinal)
  JOIN unnest($5::uuid[], $6::text[], $7::timestamptz[], $8::text[])
    WITH ORDINALITY AS s (source, reason, expires_at, exempt, ordinal) ON s.ordinal = n.ordinal
  WHERE NOT EXISTS (
    SELECT 1 FROM holds h
    WHERE h.company = $1 AND h.lot_id = n.lot_id AND h.released_at IS NULL
      AND h.cause = {CAUSE_INHERITED}
      AND h.source_lot_id = s.source
      AND (h.expires_at IS NULL OR h.expires_at >= s.expires_at))
  ORDER BY n.lot_id, n.ordinal)sql"_sql};

// A lot of which more is made of a member is a member again, whatever had ended its membership
// before. Runs before the members are inserted.
constexpr pg::Statement kNoteInheritedRejoined{"note_rejoined_inherited_members", R"sql(
  INSERT INTO recall_member_changes (company, lot_id, recall_id, entry_id, kind, evidence,
                                     evidence_link, transformation_id, changed_by, changed_at)
  SELECT DISTINCT $1, ended.lot_id, ended.recall_id, $4::uuid, {MEMBER_JOINED_AGAIN}::smallint, '',
         '', $5::uuid, $6, $7::timestamptz
  FROM unnest($2::uuid[], $3::uuid[]) AS p (input, output)
  JOIN recall_members m ON m.company = $1 AND m.lot_id = p.input AND m.ended_at IS NULL
  JOIN recalls r ON r.company = $1 AND r.recall_id = m.recall_id AND r.state = {RECALL_OPEN}
  JOIN recall_members ended
    ON ended.company = $1 AND ended.lot_id = p.output AND ended.recall_id = m.recall_id
  WHERE p.input <> p.output AND ended.ended_at IS NOT NULL)sql"_sql};

constexpr pg::Statement kNotePooledRejoined{"note_rejoined_pooled_members", R"sql(
  INSERT INTO recall_member_changes (company, lot_id, recall_id, entry_id, kind, evidence,
                                     evidence_link, transformation_id, changed_by, changed_at)
  SELECT $1, ended.lot_id, ended.recall_id, $4, {MEMBER_JOINED_AGAIN}, '', '', $5, $6, $7
  FROM recall_members ended
  WHERE ended.company = $1 AND ended.lot_id = ANY($3) AND ended.ended_at IS NOT NULL
    AND ended.recall_id IN (
      SELECT m.recall_id FROM recall_members m
      JOIN recalls r ON r.company = $1 AND r.recall_id = m.recall_id
        AND r.state = {RECALL_OPEN}
      WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.ended_at IS NULL))sql"_sql};

// A lot of which more is made may be a member already. It may now be certainly affected, or nearer
// to a seed.
constexpr pg::Statement kInsertInheritedMembers{"insert_inherited_members", R"sql(
  INSERT INTO recall_members (company, lot_id, recall_id, depth, certain, joined_at,
                              transformation_id)
  SELECT $1, p.output, m.recall_id, min(m.depth) + 1, bool_or(m.certain AND p.certain), $5, $6
  FROM unnest($2::uuid[], $3::uuid[], $4::boolean[]) AS p (input, output, certain)
  JOIN recall_members m ON m.company = $1 AND m.lot_id = p.input AND m.ended_at IS NULL
  JOIN recalls r ON r.company = $1 AND r.recall_id = m.recall_id
    AND r.state = {RECALL_OPEN}
  WHERE p.input <> p.output
  GROUP BY p.output, m.recall_id
  ORDER BY p.output, m.recall_id
  ON CONFLICT (company, lot_id, recall_id) DO UPDATE
  SET certain = excluded.certain OR (recall_members.certain AND recall_members.ended_at IS NULL),
      depth = LEAST(recall_members.depth, excluded.depth), ended_at = NULL
  WHERE recall_members.ended_at IS NOT NULL
     OR (excluded.certain AND NOT recall_members.certain)
     OR excluded.depth < recall_members.depth)sql"_sql};

constexpr pg::Statement kInsertPooledMembers{"insert_inherited_pooled_members", R"sql(
  INSERT INTO recall_members (company, lot_id, recall_id, depth, certain, joined_at,
                              transformation_id)
  SELECT $1, o.output, r.recall_id, r.depth + 1, r.certain AND $4, $5, $6
  FROM (SELECT m.recall_id, min(m.depth) AS depth, bool_or(m.certain) AS certain
        FROM recall_members m
        JOIN recalls r ON r.company = $1 AND r.recall_id = m.recall_id
          AND r.state = {RECALL_OPEN}
        WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.ended_at IS NULL
        GROUP BY m.recall_id) AS r
  CROSS JOIN unnest($3::uuid[]) AS o (output)
  ORDER BY o.output, r.recall_id
  ON CONFLICT (company, lot_id, recall_id) DO UPDATE
  SET certain = excluded.certain OR (recall_members.certain AND recall_members.ended_at IS NULL),
      depth = LEAST(recall_members.depth, excluded.depth), ended_at = NULL
  WHERE recall_members.ended_at IS NOT NULL
     OR (excluded.certain AND NOT recall_members.certain)
     OR excluded.depth < recall_members.depth)sql"_sql};

// The one hold that an output inherits from all holds of an input.
struct InheritedHold {
  LotId source;
  std::string reason;
  std::optional<absl::Time> expires_at;  // of the hold that ends last; none: no end
  std::string exempt;                    // the locations that all holds exempt, a line each
};

// How much the holds of a part keep at a place, together.
Quantity KeptAt(const LotId& lot_id, const LocationId& location, const LedgerFacts& facts) {
  Quantity kept;
  for (const Hold& hold : facts.HoldsOf(lot_id)) {
    if (hold.quantity.has_value() && hold.location_id == location) kept += *hold.quantity;
  }
  return kept;
}

// A hold of a place is inherited when goods were taken from that place; a hold of a part of what
// is there, when less than the held parts was left.
bool PassesOn(const Hold& hold, const LedgerFacts& facts) {
  if (hold.cause == HoldCause::kRecall || !hold.binding) return false;
  if (hold.cause != HoldCause::kPlace) return true;
  if (!facts.HasTaken(hold.lot_id, *hold.location_id)) return false;
  return !hold.quantity.has_value() || facts.QuantityAt(hold.lot_id, *hold.location_id) <
                                           KeptAt(hold.lot_id, *hold.location_id, facts);
}

bool IsMember(const LotId& lot_id, const LedgerFacts& facts) {
  return absl::c_any_of(facts.HoldsOf(lot_id),
                        [](const Hold& hold) { return hold.cause == HoldCause::kRecall; });
}

// Cuts the text to the length of a reason that a person may give, because it grows at every level
// of production.
std::string ReasonOf(const Hold& hold, const LotFacts& source) {
  const std::string text = absl::StrCat("made of held lot ", source.number, " of product ",
                                        source.product_id.value(), ": ", hold.reason);
  std::optional<std::u32string> characters = DecodeUtf8(text);
  if (!characters.has_value() || characters->size() <= kNoteCharactersMax) return text;
  characters->resize(kNoteCharactersMax - 1);
  return EncodeUtf8(*characters + U"…");
}

std::string Lines(const absl::btree_set<LocationId>& locations) {
  std::string lines;
  for (const LocationId& location : locations) {
    absl::StrAppend(&lines, lines.empty() ? "" : "\n", location.value());
  }
  return lines;
}

// None when no hold of the lot is inherited.
std::optional<InheritedHold> InheritedFrom(const LotId& lot_id, const LedgerFacts& facts) {
  std::optional<InheritedHold> inherited;
  int strength = 0;
  absl::btree_set<LocationId> exempt;
  for (const Hold& hold : facts.HoldsOf(lot_id)) {
    if (!PassesOn(hold, facts)) continue;
    const auto& own = hold.exempt_location_ids;
    if (!inherited.has_value()) {
      inherited = InheritedHold{.source = lot_id, .expires_at = hold.expires_at};
      exempt.insert(own.begin(), own.end());
    } else {
      if (!hold.expires_at.has_value()) inherited->expires_at.reset();
      if (inherited->expires_at.has_value()) {
        inherited->expires_at = std::max(*inherited->expires_at, *hold.expires_at);
      }
      absl::erase_if(exempt, [&](const LocationId& id) { return !absl::c_linear_search(own, id); });
    }
    if (HoldStrength(hold.cause) <= strength) continue;
    strength = HoldStrength(hold.cause);
    inherited->reason = ReasonOf(hold, *facts.FindLot(lot_id));
  }
  if (inherited.has_value()) inherited->exempt = Lines(exempt);
  return inherited;
}

// The rows to insert, as the arrays of kInsertInherited.
class HoldRows {
 public:
  // Returns the ordinal of the source, from 1.
  int64_t AddSource(InheritedHold inherited) {
    sources_.push_back(inherited.source);
    reasons_.push_back(std::move(inherited.reason));
    expire_times_.push_back(inherited.expires_at);
    exempt_.push_back(std::move(inherited.exempt));
    return static_cast<int64_t>(sources_.size());
  }
  void AddInheritingLot(const LotId& output, int64_t source) {
    if (output == sources_[source - 1] || !seen_.emplace(output, source).second) return;
    ids_.push_back(HoldId(Uuid::MakeV7()));
    outputs_.push_back(output);
    source_ordinals_.push_back(source);
  }
  void AddTo(pg::Transaction& transaction, const WriteContext& context, absl::Time at) const {
    if (ids_.empty()) return;
    transaction.Add(kInsertInherited, context.company, ids_, outputs_, source_ordinals_, sources_,
                    reasons_, expire_times_, exempt_, context.actor, at, context.entry_id);
  }

 private:
  std::vector<LotId> sources_;
  std::vector<std::string> reasons_;
  std::vector<std::optional<absl::Time>> expire_times_;
  std::vector<std::string> exempt_;
  std::vector<HoldId> ids_;
  std::vector<LotId> outputs_;
  std::vector<int64_t> source_ordinals_;
  absl::btree_set<std::pair<LotId, int64_t>> seen_;
};

// The inherited holds that end last; of equal ends, in the order of the inputs.
std::vector<InheritedHold> PooledHolds(const PooledHoldInheritance& inheritance,
                                       const LedgerFacts& facts) {
  std::vector<InheritedHold> all;
  // A lot may be an input several times, from several places.
  absl::btree_set<LotId> seen;
  for (const LotId& input : inheritance.inputs) {
    if (!seen.insert(input).second) continue;
    std::optional<InheritedHold> inherited = InheritedFrom(input, facts);
    if (inherited.has_value()) all.push_back(*std::move(inherited));
  }
  absl::c_stable_sort(all, [](const InheritedHold& a, const InheritedHold& b) {
    return a.expires_at.value_or(absl::InfiniteFuture()) >
           b.expires_at.value_or(absl::InfiniteFuture());
  });
  if (all.size() > kInheritedSourcesMax) all.erase(all.begin() + kInheritedSourcesMax, all.end());
  return all;
}

}  // namespace

void AddInheritedHolds(pg::Transaction& transaction, const WriteContext& context,
                       const TransformationId& transformation, const LedgerFacts& facts,
                       absl::Span<const HoldInheritance> inheritances) {
  absl::btree_map<LotId, std::optional<int64_t>> ordinals;  // of the inputs in `rows`
  HoldRows rows;
  std::vector<LotId> inheriting, inputs, outputs;
  std::vector<bool> certain;
  for (const auto& [input, output, is_certain] : inheritances) {
    if (facts.HoldsOf(input).empty()) continue;
    const auto [ordinal, is_new] = ordinals.try_emplace(input);
    if (is_new) {
      std::optional<InheritedHold> inherited = InheritedFrom(input, facts);
      if (inherited.has_value()) ordinal->second = rows.AddSource(*std::move(inherited));
    }
    if (ordinal->second.has_value()) rows.AddInheritingLot(output, *ordinal->second);
    inheriting.push_back(output);
    if (!IsMember(input, facts)) continue;
    inputs.push_back(input);
    outputs.push_back(output);
    certain.push_back(is_certain);
  }
  if (inheriting.empty()) return;
  transaction.Add(kLockOutputs, context.company, inheriting);
  rows.AddTo(transaction, context, facts.recorded_at);
  if (inputs.empty()) return;
  transaction.Add(kNoteInheritedRejoined, context.company, inputs, outputs, context.entry_id,
                  transformation, context.actor, facts.recorded_at);
  transaction.Add(kInsertInheritedMembers, context.company, inputs, outputs, certain,
                  facts.recorded_at, transformation);
}

void AddInheritedHolds(pg::Transaction& transaction, const WriteContext& context,
                       const TransformationId& transformation, const LedgerFacts& facts,
                       const PooledHoldInheritance& inheritance) {
  const absl::btree_set<LotId> distinct(inheritance.outputs.begin(), inheritance.outputs.end());
  const std::vector<LotId> outputs(distinct.begin(), distinct.end());
  HoldRows rows;
  for (InheritedHold& inherited : PooledHolds(inheritance, facts)) {
    const int64_t ordinal = rows.AddSource(std::move(inherited));
    for (const LotId& output : outputs) rows.AddInheritingLot(output, ordinal);
  }
  std::vector<LotId> members;
  absl::c_copy_if(inheritance.inputs, std::back_inserter(members),
                  [&](const LotId& input) { return IsMember(input, facts); });
  const bool holds_any = absl::c_any_of(
      inheritance.inputs, [&](const LotId& input) { return !facts.HoldsOf(input).empty(); });
  if (!holds_any || outputs.empty()) return;
  transaction.Add(kLockOutputs, context.company, outputs);
  rows.AddTo(transaction, context, facts.recorded_at);
  if (members.empty()) return;
  transaction.Add(kNotePooledRejoined, context.company, members, outputs, context.entry_id,
                  transformation, context.actor, facts.recorded_at);
  transaction.Add(kInsertPooledMembers, context.company, members, outputs, outputs.size() == 1,
                  facts.recorded_at, transformation);
}

}  // namespace lots
