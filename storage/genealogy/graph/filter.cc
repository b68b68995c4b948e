// Marks the nodes that the filter on products and locations keeps out of the answer.
#include <algorithm>

#include "storage/base/status_macros.h"
#include "storage/genealogy/graph/graph.h"

namespace lots {
namespace {

constexpr pg::Statement kOfProducts{"trace_of_products", R"sql(
  SELECT lot_id FROM lots
  WHERE company = $1 AND lot_id = ANY($2) AND product_id = ANY($3))sql"};

constexpr pg::Statement kAtPlaces{"trace_at_places", R"sql(
  SELECT DISTINCT lot_id FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND location_id = ANY($3) AND quantity > 0)sql"};

constexpr pg::Statement kAtPlacesThen{"trace_at_places_then", R"sql(
  SELECT DISTINCT b.lot_id FROM balances b
  WHERE b.company = $1 AND b.lot_id = ANY($2) AND b.location_id = ANY($3) AND 0 < (
    SELECT sum(CASE WHEN m.to_location_id = b.location_id THEN m.quantity ELSE -m.quantity END)
    FROM movements m
    WHERE m.company = $1 AND m.lot_id = b.lot_id
      AND (m.from_location_id = b.location_id OR m.to_location_id = b.location_id)
      AND m.occurred_at <= $4 AND m.recorded_at <= $5))sql"};

// The answer is a part of the ids that were asked: 320 kB at the most.
constexpr size_t kLotsPerStatement = 20'000;

// Adds one statement for each condition; its rows are the lots that meet it. Returns how many
// conditions there are.
int AddConditions(pg::Transaction& snapshot, const TraceQuery& query,
                  const std::vector<LotId>& lots) {
  const TraceFilter& filter = query.filter;
  int count = 0;
  if (!filter.product_ids.empty()) {
    snapshot.Add(kOfProducts, query.company, lots, filter.product_ids);
    ++count;
  }
  if (filter.location_ids.empty()) return count;
  if (query.IsNow()) {
    snapshot.Add(kAtPlaces, query.company, lots, filter.location_ids);
  } else {
    snapshot.Add(kAtPlacesThen, query.company, lots, filter.location_ids, query.as_of,
                 query.known_at);
  }
  return count + 1;
}

}  // namespace

absl::Status MarkFilteredOut(pg::Transaction& snapshot, TraceGraph& graph,
                             const TraceQuery& query) {
  if (query.filter.product_ids.empty() && query.filter.location_ids.empty()) {
    return absl::OkStatus();
  }
  const size_t count = graph.nodes.size();
  // Seeds are always in the answer.
  for (size_t begin = graph.levels[1]; begin < count; begin += kLotsPerStatement) {
    std::vector<LotId> lots;
    for (size_t i = begin; i < std::min(count, begin + kLotsPerStatement); ++i) {
      lots.push_back(graph.nodes[i].first);
    }
    const int conditions = AddConditions(snapshot, query, lots);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
    std::vector<int> met(lots.size());
    for (const pg::Result& result : results) {
      for (const pg::Row& row : result) ++met[graph.nodes.Find(row.Get<LotId>(0)) - begin];
    }
    for (size_t i = 0; i < lots.size(); ++i) {
      graph.nodes[begin + i].second.filtered_out = met[i] < conditions;
    }
  }
  return absl::OkStatus();
}

}  // namespace lots
