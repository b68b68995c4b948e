// Walks upstream from units, then passes the units on to everything they were made of.
#include "storage/genealogy/questions/origin_graph.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <utility>

#include "absl/numeric/bits.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/genealogy/ends/left_over.h"
#include "storage/genealogy/ends/sql_ends.h"
#include "storage/genealogy/questions/lots_per_statement.h"
#include "storage/genealogy/questions/refusals.h"

namespace lots {
namespace {

// A returned component was not made. What was taken apart is no longer what was made, and what was
// taken out is no longer in it.
constexpr const char* kFindMakersText = R"sql(
  SELECT DISTINCT o.lot_id, o.transformation_id, t.kind, t.work_order_id, t.occurred_at
  FROM transformation_outputs o
  JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id
  WHERE o.company = $1 AND o.lot_id = ANY($2)
    AND )sql" LOTS_OUTPUT_ROLE(o) R"sql( <> {OUTPUT_RETURNED}
    AND NOT EXISTS (
    SELECT FROM transformations r WHERE r.company = $1 AND r.reverses_id = o.transformation_id)
    AND NOT)sql" LOTS_MAKING_ENDED("o.transformation_id", "o.lot_id") ""_sql;
constexpr pg::Statement kFindMakers{"origin_makers", kFindMakersText};

constexpr pg::Statement kFindPooled{"origin_pooled_inputs", R"sql(
  SELECT DISTINCT i.transformation_id, i.lot_id
  FROM transformation_inputs i
  WHERE i.company = $1 AND i.transformation_id = ANY($2) AND i.output_lot_id IS NULL
    AND i.quantity >)sql" LOTS_ENDED_OF("i")};

constexpr pg::Statement kFindExact{"origin_exact_inputs", R"sql(
  SELECT DISTINCT i.output_lot_id, i.lot_id
  FROM transformation_inputs i
  WHERE i.company = $1 AND i.output_lot_id = ANY($2) AND NOT EXISTS (
    SELECT FROM transformations r WHERE r.company = $1 AND r.reverses_id = i.transformation_id)
    AND i.quantity >)sql" LOTS_ENDED_OF("i")};

class OriginWalk {
 public:
  OriginWalk(pg::Transaction& snapshot, const CompanyId& company)
      : snapshot_(snapshot), company_(company) {}

  absl::StatusOr<OriginGraph> Run(absl::Span<const LotId> units) {
    for (const LotId& unit : units) AddLot(unit);
    // New lots are added at the end, so they are read after the lots of this level.
    for (size_t begin = 0; begin < graph_.lots.size();) {
      const size_t end = std::min(graph_.lots.size(), begin + kLotsPerStatement);
      RETURN_IF_ERROR(ReadInputs(begin, end));
      begin = end;
      if (graph_.lots.size() > kOriginLotsMax) return Refuse(UnitsHaveTooManyOrigins());
    }
    PassOnUnits(units.size());
    return std::move(graph_);
  }

 private:
  size_t AddLot(const LotId& lot_id) {
    const auto [entry, is_new] = lots_.emplace(lot_id, graph_.lots.size());
    if (is_new) graph_.lots.emplace_back().lot_id = lot_id;
    return entry->second;
  }

  // Reads the transformations that made these lots, and the lots that went into them.
  absl::Status ReadInputs(size_t begin, size_t end) {
    std::vector<LotId> ids;
    for (size_t i = begin; i < end; ++i) ids.push_back(graph_.lots[i].lot_id);
    const absl::Time now = absl::InfiniteFuture();
    snapshot_.Add(kFindMakers, company_, ids, now, now);
    snapshot_.Add(kFindExact, company_, ids, now, now);
    ASSIGN_OR_RETURN(const pg::Results near, snapshot_.Send());
    const std::vector<TransformationId> fresh = AddMakers(near[0]);
    for (const pg::Row row : near[1]) {
      const size_t input = AddLot(row.Get<LotId>(1));
      graph_.lots[lots_.at(row.Get<LotId>(0))].exact_inputs.push_back(input);
    }
    if (fresh.empty()) return absl::OkStatus();
    snapshot_.Add(kFindPooled, company_, fresh, now, now);
    ASSIGN_OR_RETURN(const pg::Results far, snapshot_.Send());
    for (const pg::Row row : far[0]) {
      const size_t input = AddLot(row.Get<LotId>(1));
      graph_.transformations[transformations_.at(row.Get<TransformationId>(0))]
          .pooled_inputs.push_back(input);
    }
    return absl::OkStatus();
  }

  // Returns the transformations that are new.
  std::vector<TransformationId> AddMakers(const pg::Result& rows) {
    std::vector<TransformationId> fresh;
    for (const pg::Row row : rows) {
      const auto id = row.Get<TransformationId>(1);
      const auto [entry, is_new] = transformations_.emplace(id, graph_.transformations.size());
      graph_.lots[lots_.at(row.Get<LotId>(0))].makers.push_back(entry->second);
      if (!is_new) continue;
      fresh.push_back(id);
      graph_.transformations.push_back({.kind = row.Get<TransformationKind>(2),
                                        .work_order = row.Get<std::optional<WorkOrderId>>(3),
                                        .occurred_at = row.Get<absl::Time>(4)});
    }
    return fresh;
  }

  // Passes the units on upstream until nothing changes. All lots of a cycle get the same units.
  void PassOnUnits(size_t unit_count) {
    for (OriginGraph::LotNode& lot : graph_.lots) lot.units = UnitSet(unit_count);
    for (OriginGraph::TransformationNode& transformation : graph_.transformations)
      transformation.units = UnitSet(unit_count);
    for (size_t unit = 0; unit < unit_count; ++unit) graph_.lots[unit].units.Add(unit);
    std::vector<bool> is_waiting(graph_.lots.size(), true);
    std::deque<size_t> waiting(graph_.lots.size());
    std::iota(waiting.begin(), waiting.end(), size_t{0});
    const auto pass = [&](const UnitSet& units, const std::vector<size_t>& inputs) {
      for (const size_t input : inputs) {
        if (!graph_.lots[input].units.Add(units) || is_waiting[input]) continue;
        is_waiting[input] = true;
        waiting.push_back(input);
      }
    };
    for (; !waiting.empty(); waiting.pop_front()) {
      const size_t index = waiting.front();
      is_waiting[index] = false;
      const OriginGraph::LotNode& lot = graph_.lots[index];
      pass(lot.units, lot.exact_inputs);
      for (const size_t maker : lot.makers) {
        OriginGraph::TransformationNode& transformation = graph_.transformations[maker];
        if (transformation.units.Add(lot.units))
          pass(transformation.units, transformation.pooled_inputs);
      }
    }
  }

  pg::Transaction& snapshot_;
  const CompanyId& company_;
  OriginGraph graph_;
  absl::flat_hash_map<LotId, size_t> lots_;
  absl::flat_hash_map<TransformationId, size_t> transformations_;
};

}  // namespace

bool UnitSet::Add(const UnitSet& other) {
  uint64_t added = 0;
  for (size_t i = 0; i < words_.size(); ++i) {
    added |= other.words_[i] & ~words_[i];
    words_[i] |= other.words_[i];
  }
  return added != 0;
}

int UnitSet::Count(size_t begin, size_t end) const {
  int count = 0;
  for (size_t unit = begin; unit < end;) {
    const size_t in_word = unit % 64;
    const size_t taken = std::min(64 - in_word, end - unit);
    uint64_t word = words_[unit / 64] >> in_word;
    if (taken < 64) word &= (uint64_t{1} << taken) - 1;
    count += absl::popcount(word);
    unit += taken;
  }
  return count;
}

absl::StatusOr<OriginGraph> WalkOrigins(pg::Transaction& snapshot, const CompanyId& company,
                                        absl::Span<const LotId> units) {
  return OriginWalk(snapshot, company).Run(units);
}

}  // namespace lots
