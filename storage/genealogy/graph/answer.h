// The answer of a trace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/transformation.h"
#include "storage/genealogy/graph/links.h"
#include "storage/genealogy/graph/places.h"
#include "storage/genealogy/graph/query.h"

namespace lots {

enum class LotState : int16_t;

struct TraceNode {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  std::string reference;
  LotState state{};  // always given
  std::optional<absl::CivilDay> expires_on;
  int depth = 0;
  Certainty certainty = Certainty::kPossible;
  bool former = false;  // only former links lead to it
  // Of a former node: until when the seeds were in it (upstream: it in the seeds).
  std::optional<absl::Time> until = {};
  Quantity on_hand;
  std::vector<TracePlace> places;                  // the first kTracePlacesShownMax
  std::vector<PartnerMovement> partner_movements;  // the first kTracePartnerMovementsShownMax
  int64_t place_count = 0;
  int64_t partner_movement_count = 0;
  std::optional<TraceBounds> bounds;  // downstream
  // The decimals of the bounds on the seeds' quantity; none: the seeds have different units.
  std::optional<int> seed_scale;
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
  // Lots whose links were not all followed. A trace with these lots as seeds finds the rest. The
  // first kTraceResumeShownMax, in the order of the nodes.
  std::vector<LotId> resume;
  int64_t resume_count = 0;
};

}  // namespace lots
