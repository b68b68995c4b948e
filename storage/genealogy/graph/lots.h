// What is told of a lot, or of a transformation, and stands in its own row. Internal to the trace.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/base/packed_queue.h"
#include "storage/genealogy/graph/by_ids.h"
#include "storage/genealogy/graph/types.h"
#include "storage/pg/parallel_reads.h"

namespace lots {

// A lot as the walk reads it.
struct TraceLot {
  LotId lot_id;
  ProductId product_id;
  std::string number_key;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  std::string reference;
  LotState state = LotState::kActive;
  std::optional<absl::CivilDay> expires_on;
};

// Adds the statement whose rows ReadTraceLot reads. They come in no order: sorting texts costs
// PostgreSQL as much again as reading them.
void AddTraceLots(pg::ParallelReads& reads, const TraceQuery& query, const IdPart<LotId>& lots);
TraceLot ReadTraceLot(const pg::Row& row);

// Into the order in which they are told: product, number, id.
void SortTraceLots(std::vector<TraceLot>& lots);

// What is told of it so far.
TraceNode NodeOf(const TraceLot& lot);

// Lots that wait to be told, first in first out: some twenty bytes each.
class TraceLotQueue {
 public:
  void Push(const TraceLot& lot);
  // Sets what the node tells of the first lot: product, number, reference, state and expiry. There
  // is one.
  void Pop(TraceNode& node);

 private:
  PackedQueue queue_;
  ProductId pushed_;  // the product of the last lot that came, and of the last that went
  ProductId popped_;
};

// Transformations, likewise: some forty bytes each.
class TraceStepQueue {
 public:
  void Push(const Transformation& step);
  // The first one, with all but its id and kind. There is one.
  Transformation Pop();

 private:
  PackedQueue queue_;
  std::string pushed_;  // the actor of the last one that came, and of the last that went
  std::string popped_;
};

// What a walk found and nobody was told yet, in the order in which it is told.
struct TraceToTell {
  TraceLotQueue lots;
  TraceStepQueue steps;
};

}  // namespace lots
