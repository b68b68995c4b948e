// What a posting passes on: holds and recall membership, from what went in to what came out.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/base/unicode.h"
#include "storage/holds/holds.h"
#include "storage/ledger/facts.h"
#include "storage/lot_rows/hold_row.h"

namespace lots {
namespace {

// An output may be an older lot that gets more. Its movements elsewhere must not cross its new
// hold.
constexpr pg::Statement kLockOutputs{"lock_heirs_of_holds", R"sql(
  SELECT 1 FROM lots WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY tracking DESC, lot_id FOR UPDATE)sql"};

// One row for each output and source. The source's columns stand in arrays of their own: $5 the
// sources, $6 and $7 what their holds say, and $8 their exempt locations, a line each. In history
// after all that moved before, as everywhere.
constexpr pg::Statement kInsertInherited{"insert_inherited_holds", R"sql(
  INSERT INTO holds (company, hold_id, lot_id, cause, location_id, source_lot_id, reason,
                     exempt_location_ids, expires_at, placed_by, placed_at, entry_id)
  SELECT $1, n.hold_id, n.lot_id, 3, NULL, s.source, s.reason,
         COALESCE(string_to_array(NULLIF(s.exempt, ''), chr(10)), '{}'), s.expires_at, $9,
         GREATEST($10, (
           SELECT max(b.last_recorded_at) + interval '1 microsecond' FROM balances b
           WHERE b.company = $1 AND b.lot_id = n.lot_id AND b.last_recorded_at > '-infinity')),
         $11
  FROM unnest($2::uuid[], $3::uuid[], $4::bigint[]) AS n (hold_id, lot_id, place)
  JOIN unnest($5::uuid[], $6::text[], $7::timestamptz[], $8::text[])
    WITH ORDINALITY AS s (source, reason, expires_at, exempt, place) ON s.place = n.place
  WHERE NOT EXISTS (
    SELECT 1 FROM holds h
    WHERE h.company = $1 AND h.lot_id = n.lot_id AND h.released_at IS NULL AND h.cause = 3
      AND h.source_lot_id = s.source
      AND (h.expires_at IS NULL OR h.expires_at >= s.expires_at))
  ORDER BY n.lot_id, n.place)sql"};

// A member that is made more of may now be certainly affected, or nearer to a seed.
constexpr pg::Statement kInsertMembers{"insert_inherited_members", R"sql(
  INSERT INTO recall_members (company, lot_id, recall_id, depth, certain, joined_at,
                              transformation_id)
  SELECT $1, p.output, m.recall_id, min(m.depth) + 1, bool_or(m.certain AND p.certain), $5, $6
  FROM unnest($2::uuid[], $3::uuid[], $4::boolean[]) AS p (input, output, certain)
  JOIN recall_members m ON m.company = $1 AND m.lot_id = p.input
  JOIN recalls r ON r.company = $1 AND r.recall_id = m.recall_id AND r.state = 1
  WHERE p.input <> p.output
  GROUP BY p.output, m.recall_id
  ORDER BY p.output, m.recall_id
  ON CONFLICT (company, lot_id, recall_id) DO UPDATE
  SET certain = recall_members.certain OR excluded.certain,
      depth = LEAST(recall_members.depth, excluded.depth)
  WHERE (excluded.certain AND NOT recall_members.certain)
     OR excluded.depth < recall_members.depth)sql"};

constexpr pg::Statement kInsertPooledMembers{"insert_inherited_pooled_members", R"sql(
  INSERT INTO recall_members (company, lot_id, recall_id, depth, certain, joined_at,
                              transformation_id)
  SELECT $1, o.output, r.recall_id, r.depth + 1, r.certain AND $4, $5, $6
  FROM (SELECT m.recall_id, min(m.depth) AS depth, bool_or(m.certain) AS certain
        FROM recall_members m
        JOIN recalls r ON r.company = $1 AND r.recall_id = m.recall_id AND r.state = 1
        WHERE m.company = $1 AND m.lot_id = ANY($2)
        GROUP BY m.recall_id) AS r
  CROSS JOIN unnest($3::uuid[]) AS o (output)
  ORDER BY o.output, r.recall_id
  ON CONFLICT (company, lot_id, recall_id) DO UPDATE
  SET certain = recall_members.certain OR excluded.certain,
      depth = LEAST(recall_members.depth, excluded.depth)
  WHERE (excluded.certain AND NOT recall_members.certain)
     OR excluded.depth < recall_members.depth)sql"};

// What the holds of one input come to for whatever is made of it.
struct Inheritance {
  LotId source;
  std::string reason;
  std::optional<absl::Time> expires_at;  // the last of them
  std::string exempt;                    // allowed by all of them, a line each
};

bool PassesOn(const Hold& hold, const LedgerFacts& facts) {
  if (hold.cause == HoldCause::kRecall || !hold.binding) return false;
  return hold.cause != HoldCause::kPlace || facts.HasTaken(hold.lot_id, *hold.location_id);
}

bool IsMember(const LotId& lot_id, const LedgerFacts& facts) {
  return absl::c_any_of(facts.HoldsOf(lot_id),
                        [](const Hold& hold) { return hold.cause == HoldCause::kRecall; });
}

// The whole text is at most as long as what a person may give as a reason: it grows at every level.
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

// None: nothing of it passes on.
std::optional<Inheritance> InheritanceOf(const LotId& lot_id, const LedgerFacts& facts) {
  std::optional<Inheritance> inheritance;
  int strength = 0;
  absl::btree_set<LocationId> exempt;
  for (const Hold& hold : facts.HoldsOf(lot_id)) {
    if (!PassesOn(hold, facts)) continue;
    const auto& own = hold.exempt_location_ids;
    if (!inheritance.has_value()) {
      inheritance = Inheritance{.source = lot_id, .expires_at = hold.expires_at};
      exempt.insert(own.begin(), own.end());
    } else {
      if (!hold.expires_at.has_value()) inheritance->expires_at.reset();
      if (inheritance->expires_at.has_value()) {
        inheritance->expires_at = std::max(*inheritance->expires_at, *hold.expires_at);
      }
      absl::erase_if(exempt, [&](const LocationId& id) { return !absl::c_linear_search(own, id); });
    }
    if (HoldStrength(hold.cause) <= strength) continue;
    strength = HoldStrength(hold.cause);
    inheritance->reason = ReasonOf(hold, *facts.FindLot(lot_id));
  }
  if (inheritance.has_value()) inheritance->exempt = Lines(exempt);
  return inheritance;
}

// The rows to be, in the arrays of kInsertInherited.
class Rows {
 public:
  // Where the source stands, from 1.
  int64_t AddSource(Inheritance inheritance) {
    sources_.push_back(inheritance.source);
    reasons_.push_back(std::move(inheritance.reason));
    expire_times_.push_back(inheritance.expires_at);
    exempt_.push_back(std::move(inheritance.exempt));
    return static_cast<int64_t>(sources_.size());
  }
  void AddHeir(const LotId& output, int64_t source) {
    if (output == sources_[source - 1] || !seen_.emplace(output, source).second) return;
    ids_.push_back(HoldId(Uuid::MakeV7()));
    outputs_.push_back(output);
    places_.push_back(source);
  }
  void AddTo(pg::Transaction& transaction, const WriteContext& context, absl::Time at) const {
    if (ids_.empty()) return;
    transaction.Add(kInsertInherited, context.company, ids_, outputs_, places_, sources_, reasons_,
                    expire_times_, exempt_, context.actor, at, context.entry_id);
  }

 private:
  std::vector<LotId> sources_;
  std::vector<std::string> reasons_;
  std::vector<std::optional<absl::Time>> expire_times_;
  std::vector<std::string> exempt_;
  std::vector<HoldId> ids_;
  std::vector<LotId> outputs_;
  std::vector<int64_t> places_;
  absl::btree_set<std::pair<LotId, int64_t>> seen_;
};

// Those that are held longest, in the order of the inputs where that is the same.
std::vector<Inheritance> PooledInheritances(const PooledPassage& passage,
                                            const LedgerFacts& facts) {
  std::vector<Inheritance> all;
  // A lot may go in by several lines, from several places.
  absl::btree_set<LotId> seen;
  for (const LotId& input : passage.inputs) {
    if (!seen.insert(input).second) continue;
    std::optional<Inheritance> inheritance = InheritanceOf(input, facts);
    if (inheritance.has_value()) all.push_back(*std::move(inheritance));
  }
  absl::c_stable_sort(all, [](const Inheritance& a, const Inheritance& b) {
    return a.expires_at.value_or(absl::InfiniteFuture()) >
           b.expires_at.value_or(absl::InfiniteFuture());
  });
  if (all.size() > kInheritedSourcesMax) all.erase(all.begin() + kInheritedSourcesMax, all.end());
  return all;
}

}  // namespace

void AddInheritedHolds(pg::Transaction& transaction, const WriteContext& context,
                       const TransformationId& transformation, const LedgerFacts& facts,
                       absl::Span<const Passage> passages) {
  absl::btree_map<LotId, std::optional<int64_t>> places;  // of the inputs that pass holds on
  Rows rows;
  std::vector<LotId> heirs, inputs, outputs;
  std::vector<bool> certain;
  for (const auto& [input, output, is_certain] : passages) {
    if (facts.HoldsOf(input).empty()) continue;
    const auto [place, is_new] = places.try_emplace(input);
    if (is_new) {
      std::optional<Inheritance> inheritance = InheritanceOf(input, facts);
      if (inheritance.has_value()) place->second = rows.AddSource(*std::move(inheritance));
    }
    if (place->second.has_value()) rows.AddHeir(output, *place->second);
    heirs.push_back(output);
    if (!IsMember(input, facts)) continue;
    inputs.push_back(input);
    outputs.push_back(output);
    certain.push_back(is_certain);
  }
  if (heirs.empty()) return;
  transaction.Add(kLockOutputs, context.company, heirs);
  rows.AddTo(transaction, context, facts.recorded_at);
  if (inputs.empty()) return;
  transaction.Add(kInsertMembers, context.company, inputs, outputs, certain, facts.recorded_at,
                  transformation);
}

void AddInheritedHolds(pg::Transaction& transaction, const WriteContext& context,
                       const TransformationId& transformation, const LedgerFacts& facts,
                       const PooledPassage& passage) {
  const absl::btree_set<LotId> distinct(passage.outputs.begin(), passage.outputs.end());
  const std::vector<LotId> outputs(distinct.begin(), distinct.end());
  Rows rows;
  for (Inheritance& inheritance : PooledInheritances(passage, facts)) {
    const int64_t place = rows.AddSource(std::move(inheritance));
    for (const LotId& output : outputs) rows.AddHeir(output, place);
  }
  std::vector<LotId> members;
  absl::c_copy_if(passage.inputs, std::back_inserter(members),
                  [&](const LotId& input) { return IsMember(input, facts); });
  const bool holds_any = absl::c_any_of(
      passage.inputs, [&](const LotId& input) { return !facts.HoldsOf(input).empty(); });
  if (!holds_any || outputs.empty()) return;
  transaction.Add(kLockOutputs, context.company, outputs);
  rows.AddTo(transaction, context, facts.recorded_at);
  if (members.empty()) return;
  transaction.Add(kInsertPooledMembers, context.company, members, outputs, outputs.size() == 1,
                  facts.recorded_at, transformation);
}

}  // namespace lots
