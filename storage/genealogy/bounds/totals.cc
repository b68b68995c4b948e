// Reads the gross totals of lots, and T of lots outside of a trace.
#include <algorithm>
#include <cstddef>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/genealogy/bounds/bounds.h"
#include "storage/genealogy/bounds/components.h"
#include "storage/genealogy/bounds/net.h"
#include "storage/genealogy/ends/left_over.h"
#include "storage/genealogy/graph/by_ids.h"

namespace lots {
namespace {

// Lots that several lines made. For all other lots, which are nearly all, the graph has the only
// line, and an index alone answers this statement.
LOTS_BY_IDS(kMadeAgain, "trace_made_again", R"sql(
  SELECT lot_id FROM transformation_outputs WHERE company = $1 AND )sql",
            "lot_id", " GROUP BY lot_id HAVING count(*) > 1");

// Counts the rows of kMadeAgain and kCame between two lots (by_ids.h).
constexpr pg::Statement kOriginsBetween{"trace_count_origins_between", R"sql(
  SELECT (SELECT count(*) FROM (
            SELECT FROM lots
            WHERE company = $1 AND lot_id BETWEEN $2 AND $3 LIMIT $4) AS ids),
         (SELECT count(*) FROM (
            SELECT FROM transformation_outputs
            WHERE company = $1 AND lot_id BETWEEN $2 AND $3 LIMIT $5) AS lines) +
         (SELECT count(*) FROM (
            SELECT FROM movements
            WHERE company = $1 AND lot_id BETWEEN $2 AND $3 AND kind IN (
              {MOVEMENT_RECEIPT}, {MOVEMENT_DELIVERY}, {MOVEMENT_RETURN}, {MOVEMENT_ADJUSTMENT},
              {MOVEMENT_SUPPLIER_RETURN})
            LIMIT $5) AS came)
)sql"_sql};

// Lines that made the lots. Their transformations had happened by $3, and were recorded by $4.
constexpr const char* kMadeText = R"sql(
  SELECT o.lot_id, o.quantity
  FROM transformation_outputs o
  JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id
    AND t.occurred_at <= $3 AND t.recorded_at <= $4
  WHERE o.company = $1 AND o.lot_id = ANY($2)
    AND )sql" LOTS_OUTPUT_ROLE(o) R"sql( IN ({OUTPUTS_MADE}) AND NOT EXISTS (
    SELECT FROM transformations r
    WHERE r.company = $1 AND r.reverses_id = o.transformation_id AND r.recorded_at <= $4))sql"_sql;
constexpr pg::Statement kMade{"trace_total_made", kMadeText};

// Receipts, and adjustments out of a location of kind ADJUSTMENT: something was found.
LOTS_BY_IDS(
    kCame, "trace_total_came", R"sql(
  SELECT m.lot_id, m.quantity
  FROM movements m
  JOIN locations f ON f.company = $1 AND f.location_id = m.from_location_id
    AND f.kind IN ({PLACE_SUPPLIER}, {PLACE_ADJUSTMENT})
  WHERE m.company = $1 AND )sql"_sql,
    "m.lot_id",
    R"sql( AND m.kind IN ({MOVEMENT_RECEIPT}, {MOVEMENT_ADJUSTMENT}) AND m.reverses_id IS NULL
    AND m.occurred_at <= $3 AND m.recorded_at <= $4 AND NOT EXISTS (
      SELECT FROM movements r
      WHERE r.company = $1 AND r.reverses_id = m.movement_id AND r.recorded_at <= $4))sql"_sql);

constexpr pg::Statement kCommonScale{"trace_common_scale", R"sql(
  SELECT count(DISTINCT p.unit), max(p.scale)
  FROM lots l
  JOIN products p ON p.company = $1 AND p.product_id = l.product_id
  WHERE l.company = $1 AND l.lot_id = ANY($2))sql"};

// The ids of a statement are 160 kB; the database sums one part while C++ takes in another.
constexpr size_t kLotsPerStatement = 10'000;
constexpr size_t kPartsPerPipeline = 5;

void AddMade(pg::ParallelReads& reads, const TraceQuery& query, const std::vector<LotId>& lots) {
  reads.Add(kMade, query.company, lots, query.as_of, query.known_at);
}

void AddCame(pg::ParallelReads& reads, const TraceQuery& query, const IdPart<LotId>& lots) {
  AddByIds(reads, kCame, query.company, lots, query.as_of, query.known_at);
}

// The totals of a graph's nodes, some thousands at a time.
class NodeTotals {
 public:
  NodeTotals(pg::ParallelReads& reads, const TraceQuery& query, const TraceGraph& graph)
      : reads_(reads),
        query_(query),
        graph_(graph),
        totals_(graph.nodes.size(), Quantity::FromUnits(1)) {}

  absl::StatusOr<std::vector<Quantity>> Read() && {
    const std::vector<LotId> lots = SetMadeInGraph();
    ASSIGN_OR_RETURN(const Parts parts,
                     PartsOf<LotId>(reads_, kOriginsBetween, query_.company, lots));
    for (size_t begin = 0; begin < parts.size(); begin += kPartsPerPipeline) {
      RETURN_IF_ERROR(ReadSome(absl::MakeConstSpan(parts).subspan(begin, kPartsPerPipeline)));
    }
    RETURN_IF_ERROR(ReadMadeElsewhere());
    return std::move(totals_);
  }

 private:
  using Parts = std::vector<IdPart<LotId>>;

  // Sets the totals to what the graph's transformations made. Returns the lots whose totals may be
  // larger: all but serials, sorted by id.
  std::vector<LotId> SetMadeInGraph() {
    std::vector<LotId> lots;
    for (uint32_t node = 0; node < totals_.size(); ++node) {
      const auto& [lot_id, found] = graph_.nodes[node];
      if (found.serial) continue;
      lots.push_back(lot_id);
      // The graph does not have what made a seed.
      totals_[node] = found.depth == 0 ? Quantity() : MadeInGraph(node);
      if (found.depth == 0) made_elsewhere_.push_back(lot_id);
    }
    std::sort(lots.begin(), lots.end());
    return lots;
  }

  absl::Status ReadSome(absl::Span<const IdPart<LotId>> parts) {
    for (const IdPart<LotId>& part : parts) {
      AddByIds(reads_, kMadeAgain, query_.company, part);
      AddCame(reads_, query_, part);
    }
    RETURN_IF_ERROR(reads_.SendAsync());
    for (size_t i = 0; i < parts.size(); ++i) {
      ASSIGN_OR_RETURN(const pg::Result made_again, reads_.Take());
      ForgetMadeInGraph(made_again);
      ASSIGN_OR_RETURN(const pg::Result came, reads_.Take());
      AddUp(came);
    }
    return absl::OkStatus();
  }

  // Resets the totals of these lots. Must run before kCame is added up.
  void ForgetMadeInGraph(const pg::Result& made_again) {
    for (const pg::Row& row : made_again) {
      const auto lot_id = row.Get<LotId>(0);
      const uint32_t node = graph_.nodes.Find(lot_id);
      if (graph_.nodes[node].second.depth == 0) continue;
      totals_[node] = Quantity();
      made_elsewhere_.push_back(lot_id);
    }
  }

  absl::Status ReadMadeElsewhere() {
    for (size_t begin = 0; begin < made_elsewhere_.size(); begin += kLotsPerStatement) {
      const size_t end = std::min(made_elsewhere_.size(), begin + kLotsPerStatement);
      AddMade(reads_, query_,
              {made_elsewhere_.begin() + static_cast<ptrdiff_t>(begin),
               made_elsewhere_.begin() + static_cast<ptrdiff_t>(end)});
      RETURN_IF_ERROR(reads_.SendAsync());
      ASSIGN_OR_RETURN(const pg::Result made, reads_.Take());
      AddUp(made);
    }
    return absl::OkStatus();
  }

  Quantity MadeInGraph(uint32_t node) const {
    Quantity made;
    for (const uint32_t number : graph_.LinksOfLot(node)) {
      const TraceGraph::Link& link = graph_.links[number];
      if (link.lot == node && IsMade(link.kind)) made += link.quantity;
    }
    return made;
  }

  void AddUp(const pg::Result& lines) {
    for (const pg::Row& row : lines) {
      totals_[graph_.nodes.Find(row.Get<LotId>(0))] += row.Get<Quantity>(1);
    }
  }

  pg::ParallelReads& reads_;
  const TraceQuery& query_;
  const TraceGraph& graph_;
  std::vector<Quantity> totals_;  // by number; a serial's total is 1
  std::vector<LotId>
      made_elsewhere_;  // lots whose lines must be read: they may not be in the graph
};

}  // namespace

absl::StatusOr<std::vector<Quantity>> ReadTotals(pg::ParallelReads& reads, const TraceQuery& query,
                                                 const TraceGraph& graph) {
  return NodeTotals(reads, query, graph).Read();
}

absl::StatusOr<std::vector<LotTotal>> ReadTotals(pg::ParallelReads& reads, const TraceQuery& query,
                                                 const std::vector<LotId>& lot_ids) {
  std::vector<LotTotal> totals(lot_ids.size());
  if (lot_ids.empty()) return totals;
  AddMade(reads, query, lot_ids);
  AddCame(reads, query, {lot_ids});
  RETURN_IF_ERROR(reads.SendAsync());
  absl::flat_hash_map<LotId, size_t> index_of;
  for (size_t i = 0; i < lot_ids.size(); ++i) index_of[lot_ids[i]] = i;
  for (const bool made : {true, false}) {
    ASSIGN_OR_RETURN(const pg::Result lines, reads.Take());
    for (const pg::Row& row : lines) {
      LotTotal& total = totals[index_of.at(row.Get<LotId>(0))];
      total.gross += row.Get<Quantity>(1);
      if (made) total.made += row.Get<Quantity>(1);
    }
  }
  return totals;
}

absl::StatusOr<std::vector<Quantity>> ReadNetTotals(pg::Transaction& snapshot,
                                                    const CompanyId& company,
                                                    const std::vector<LotId>& lot_ids) {
  pg::ParallelReads reads(snapshot);
  TraceQuery query{
      .company = company, .seeds = {}, .depth_max = kTraceDepthMax, .node_limit = kTraceNodesMax};
  ASSIGN_OR_RETURN(const std::vector<LotTotal> totals, ReadTotals(reads, query, lot_ids));
  std::vector<Quantity> net;
  for (size_t i = 0; i < lot_ids.size(); ++i) {
    net.push_back(totals[i].gross);
    if (totals[i].made.IsPositive()) query.seeds.push_back(lot_ids[i]);
  }
  if (query.seeds.empty()) return net;
  ASSIGN_OR_RETURN(const TraceGraph graph, WalkTrace(reads, query));
  ASSIGN_OR_RETURN(const std::vector<Quantity> gross, ReadTotals(reads, query, graph));
  const std::vector<Quantity> without_rounds =
      TakeOffRounds(graph, ComponentsOf(graph, EdgesIntoSeeds::kIncluded), gross);
  for (size_t i = 0; i < lot_ids.size(); ++i) {
    const uint32_t number = graph.nodes.Find(lot_ids[i]);
    if (number != kNoNumber) net[i] = without_rounds[number];
  }
  return net;
}

absl::StatusOr<std::optional<int>> ReadCommonScale(pg::Transaction& snapshot,
                                                   const TraceQuery& query,
                                                   const std::vector<LotId>& lot_ids) {
  snapshot.Add(kCommonScale, query.company, lot_ids);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  if (results[0][0].Get<int64_t>(0) != 1) return std::nullopt;
  return results[0][0].Get<int>(1);
}

}  // namespace lots
