// Lots and transformations as the walk reads them from their own rows, and the queues in which they
// wait until they are emitted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "storage/base/packed_queue.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/genealogy/graph/by_ids.h"
#include "storage/pg/parallel_reads.h"
#include "storage/pg/values/result.h"

namespace lots {

enum class LotState : int16_t;
struct TraceNode;
struct TraceQuery;
struct Transformation;

struct TraceLot {
  LotId lot_id;
  ProductId product_id;
  std::string number_key;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  std::string reference;
  LotState state{};  // always given
  std::optional<absl::CivilDay> expires_on;
};

// Adds the statement whose rows ReadTraceLot reads. The rows are not sorted: for PostgreSQL,
// sorting texts costs as much as reading them.
void AddTraceLots(pg::ParallelReads& reads, const TraceQuery& query, const IdPart<LotId>& lots);
TraceLot ReadTraceLot(const pg::Row& row);

// Adds the statement whose rows ReadTraceTransformation and HasSingleOutput read: of the
// transformations, those in effect.
void AddTraceTransformations(pg::ParallelReads& reads, const TraceQuery& query,
                             const IdPart<TransformationId>& transformations);
Transformation ReadTraceTransformation(const pg::Row& row);
// Whether a single lot was made. Upstream only: a walk downstream reads the outputs.
bool HasSingleOutput(const pg::Row& row);

// By product, number, id: the order in which a level's nodes are emitted.
void SortTraceLots(std::vector<TraceLot>& lots);

// A node with the fields that the lot's row has.
TraceNode NodeOf(const TraceLot& lot);

// A first-in-first-out queue of lots that needs some twenty bytes a lot.
class TraceLotQueue {
 public:
  void Push(const TraceLot& lot);
  // Takes out the first lot, and sets its product, number, reference, state and expiry in `node`.
  // The queue must not be empty.
  void Pop(TraceNode& node);

 private:
  PackedQueue queue_;
  ProductId pushed_;  // the product of the lot that was pushed last
  ProductId popped_;  // the product of the lot that was popped last
};

// A first-in-first-out queue of transformations that needs some forty bytes a transformation.
class TransformationQueue {
 public:
  void Push(const Transformation& transformation);
  // Takes out the first transformation; its id and kind are not set. The queue must not be empty.
  Transformation Pop();

 private:
  PackedQueue queue_;
  std::string pushed_;  // the actor of the transformation that was pushed last
  std::string popped_;  // the actor of the transformation that was popped last
};

// The texts of what a walk found and the trace has not emitted yet, in the order of the answer.
struct PendingTrace {
  TraceLotQueue lots;
  TransformationQueue transformations;
};

}  // namespace lots
