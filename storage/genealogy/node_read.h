// Reads where lots are, and which partners they came from and went to. Internal to the trace.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/genealogy/graph/answer.h"
#include "storage/pg/pipeline.h"
#include "storage/pg/values/result.h"

namespace lots {

// Adds places and partner movements to some thousand nodes (at least one). SendAsync and Take are
// separate, so that the database reads while the caller emits other nodes.
class NodeRead {
 public:
  NodeRead(const TraceQuery& query, std::vector<TraceNode> nodes);

  int depth() const { return nodes_.front().depth; }  // of the first node
  // Sends the statements.
  absl::Status SendAsync(pg::Transaction& snapshot) const;
  // Returns the complete nodes. Call once, after SendAsync on the same snapshot.
  absl::StatusOr<std::vector<TraceNode>> Take(pg::Transaction& snapshot);

 private:
  using NodeOfLot = absl::flat_hash_map<LotId, TraceNode*>;

  int64_t RowsMax() const;
  // Whether there may be more rows than were read.
  bool IsCut(const pg::Result& rows) const;
  absl::Status TakePlaces(pg::Transaction& snapshot, const pg::Result& places,
                          NodeOfLot& nodes) const;
  absl::Status TakePartners(pg::Transaction& snapshot, const pg::Result& partners,
                            NodeOfLot& nodes) const;

  const TraceQuery* query_;
  std::vector<TraceNode> nodes_;
  std::vector<LotId> lot_ids_;
};

}  // namespace lots
