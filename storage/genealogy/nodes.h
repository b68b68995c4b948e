// What is told of lots beside what a walk finds. Internal to the trace.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/genealogy/graph/types.h"
#include "storage/pg/pipeline.h"
#include "storage/pg/values/result.h"

namespace lots {

// Where some thousand lots (one at least) are, and which partners they came from and went to: what
// is told of them beside what is known of the nodes. Asked for first, taken later: the database
// reads it meanwhile.
class TraceNodesRead {
 public:
  TraceNodesRead(const TraceQuery& query, std::vector<TraceNode> nodes);

  int depth() const { return nodes_.front().depth; }  // of the first
  absl::Status Post(pg::Transaction& snapshot) const;
  // Once.
  absl::StatusOr<std::vector<TraceNode>> Take(pg::Transaction& snapshot);

 private:
  using NodeOfLot = absl::flat_hash_map<LotId, TraceNode*>;

  int64_t RowsMax() const;
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
