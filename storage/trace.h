// Traceability: what went into what, in either direction.
//
// The walk goes level by level with array parameters, a few statements a level, deduplicated in
// memory, in one snapshot of the database; recursive SQL explodes on graphs full of diamonds
// (measured, see the README's decisions). Only ids and links are held until the walk ends, because
// a lot's certainty is known only then; what is told of each lot is read after that, a few hundred
// at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "storage/model.h"
#include "storage/pg/connection.h"

namespace lots {

enum class TraceDirection { kUpstream, kDownstream };

// The values are the proto's.
enum class Certainty : int16_t { kCertain = 1, kPossible = 2 };
enum class TraceLinkKind : int16_t {
  kPooledInput = 1,
  kExactInput = 2,
  kOutput = 3,
  kByProduct = 4,
  kReturnedComponent = 5,
};

struct TraceOrder {
  CompanyId company;
  TraceDirection direction = TraceDirection::kDownstream;
  std::vector<LotId> seeds;  // exist; duplicates are fine
  int depth_max = 0;         // 1 to kTraceDepthMax
  int64_t node_limit = 0;    // 1 to kTraceNodesMax
  // Called with the lots of each level, by id, before what lies beyond them is read, for a caller
  // that locks them. Its refusal ends the walk.
  std::function<absl::Status(const std::vector<LotId>& level)> before_children = nullptr;
};

// A receipt, delivery or return of a lot that was not reversed.
struct PartnerMovement {
  MovementKind kind = MovementKind::kReceipt;
  std::string partner_id;
  Document document;
  Quantity quantity;
  absl::Time occurred_at;
  LocationId location_id;  // the partner's side
};

struct TracePlace {
  LocationId location_id;
  LocationKind kind = LocationKind::kInternal;
  Quantity quantity;
  std::optional<absl::Time> arrived_at;
};

struct TraceNode {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  std::string reference;
  LotState state = LotState::kActive;
  std::optional<absl::CivilDay> expires_on;
  int depth = 0;
  Certainty certainty = Certainty::kPossible;
  Quantity on_hand;
  std::vector<TracePlace> places;                  // the first kTracePlacesShownMax
  std::vector<PartnerMovement> partner_movements;  // the first kTracePartnerMovementsShownMax
  int64_t place_count = 0;
  int64_t partner_movement_count = 0;
};

struct TraceLink {
  TransformationId transformation_id;
  LotId lot_id;
  TraceLinkKind kind = TraceLinkKind::kPooledInput;
  Quantity quantity;
  std::optional<LotId> output_lot_id;  // of an exact input
};

struct TracePiece {
  std::vector<TraceNode> nodes;
  std::vector<Transformation> transformations;
  std::vector<TraceLink> links;
};

struct TraceSummary {
  int64_t node_count = 0;
  int64_t transformation_count = 0;
  int64_t link_count = 0;
  int depth = 0;
  std::string truncated_by;  // "depth_max" or "node_limit"; empty: complete
};

// Walks from the seeds and hands the graph to `sink` in pieces: nodes by depth, then product, then
// number; transformations and links after the nodes of the level that led to them. Every node and
// transformation comes once; every link joins a lot and a transformation that are both in the
// answer. `sink` returns false when nobody listens any more; the answer is then CANCELLED.
absl::StatusOr<TraceSummary> Trace(pg::Connection& db, const TraceOrder& order,
                                   absl::FunctionRef<void(TracePiece)> sink);

}  // namespace lots
