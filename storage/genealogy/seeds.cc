// Reads the seeds of a trace: their lots, places, partners and bounds.
#include "storage/genealogy/seeds.h"

#include <algorithm>
#include <utility>

#include "storage/base/status_macros.h"
#include "storage/genealogy/bounds/bounds.h"
#include "storage/genealogy/graph/lots.h"
#include "storage/genealogy/node_read.h"
#include "storage/pg/parallel_reads.h"

namespace lots {
namespace {

absl::StatusOr<std::vector<TraceLot>> ReadLots(pg::ParallelReads& reads, const TraceQuery& query) {
  std::vector<LotId> lot_ids = query.seeds;
  std::sort(lot_ids.begin(), lot_ids.end());
  lot_ids.erase(std::unique(lot_ids.begin(), lot_ids.end()), lot_ids.end());
  AddTraceLots(reads, query, {lot_ids});
  RETURN_IF_ERROR(reads.SendAsync());
  ASSIGN_OR_RETURN(const pg::Result rows, reads.Take());
  std::vector<TraceLot> lots;
  for (const pg::Row& row : rows) lots.push_back(ReadTraceLot(row));
  SortTraceLots(lots);
  return lots;
}

// All of a seed is affected.
absl::Status SetBounds(pg::ParallelReads& reads, const TraceQuery& query, TraceSeeds& seeds) {
  std::vector<LotId> lots;
  for (const TraceNode& node : seeds.nodes) {
    if (node.tracking != Tracking::kSerial) lots.push_back(node.lot_id);
  }
  ASSIGN_OR_RETURN(const std::vector<LotTotal> totals, ReadTotals(reads, query, lots));
  for (const LotTotal& total : totals) seeds.may_go_round |= total.made.IsPositive();
  size_t next = 0;
  for (TraceNode& node : seeds.nodes) {
    const bool serial = node.tracking == Tracking::kSerial;
    const Quantity total = serial ? Quantity::FromUnits(1) : totals[next++].gross;
    node.bounds = {total, total, total, total, total};
    node.seed_scale = seeds.common_scale;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TraceSeeds> ReadSeeds(pg::Transaction& snapshot, const TraceQuery& query) {
  pg::ParallelReads reads(snapshot);
  ASSIGN_OR_RETURN(const std::vector<TraceLot> lots, ReadLots(reads, query));
  TraceSeeds seeds;
  for (const TraceLot& lot : lots) {
    seeds.lot_ids.push_back(lot.lot_id);
    seeds.nodes.push_back(NodeOf(lot));
  }
  // All of them were deleted since the caller found them.
  if (lots.empty()) return seeds;
  NodeRead read(query, std::move(seeds.nodes));
  RETURN_IF_ERROR(read.SendAsync(snapshot));
  ASSIGN_OR_RETURN(seeds.nodes, read.Take(snapshot));
  const size_t room = query.node_limit;
  if (seeds.nodes.size() > room) seeds.nodes.erase(seeds.nodes.begin() + room, seeds.nodes.end());
  for (TraceNode& node : seeds.nodes) node.certainty = Certainty::kCertain;
  if (query.direction == TraceDirection::kDownstream) {
    ASSIGN_OR_RETURN(seeds.common_scale, ReadCommonScale(snapshot, query, seeds.lot_ids));
    RETURN_IF_ERROR(SetBounds(reads, query, seeds));
  }
  return seeds;
}

}  // namespace lots
