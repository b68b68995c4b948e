// What a trace is asked, and what it answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/domain/model.h"

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

// The first three decide where the walk goes, the last two what is told of it; empty: everything.
struct TraceFilter {
  absl::Time begin = absl::InfinitePast();
  absl::Time end = absl::InfiniteFuture();  // not included
  // Of the inputs only those of the kinds named, if any is an input's; of the outputs likewise.
  std::vector<TraceLinkKind> link_kinds = {};
  std::vector<ProductId> product_ids = {};
  std::vector<LocationId> location_ids = {};
};

struct TraceQuery {
  CompanyId company;
  TraceDirection direction = TraceDirection::kDownstream;
  std::vector<LotId> seeds;  // exist; duplicates are fine
  int depth_max = 0;         // at least 1
  int64_t node_limit = 0;    // at least 1
  // Only what had happened, and what had been recorded, by then.
  absl::Time as_of = absl::InfiniteFuture();
  absl::Time known_at = absl::InfiniteFuture();
  bool IsNow() const {
    return as_of == absl::InfiniteFuture() && known_at == absl::InfiniteFuture();
  }
  TraceFilter filter = {};
  // Whether the lots of each level are locked for update before what lies beyond them is read. They
  // are then told in the order of their ids.
  bool lock = false;
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

// How much of a lot is affected; proto/lots/v1/trace.proto has the arithmetic.
struct TraceBounds {
  Quantity total;
  Quantity affected_min;
  Quantity affected_max;
  Quantity seed_min;
  Quantity seed_max;

  friend bool operator==(const TraceBounds&, const TraceBounds&) = default;
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
  std::optional<TraceBounds> bounds;  // downstream
  // Decimals of the seeds' quantities in it; none: the seeds are of different units.
  std::optional<int> seed_scale;
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
  // Lots that were reached and whose links were not all followed: seeds of a walk that reaches the
  // rest. The first kTraceResumeShownMax, in the order of the answer.
  std::vector<LotId> resume;
  int64_t resume_count = 0;
};

}  // namespace lots
