// The links of a trace, and the bounds of what they carry.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/genealogy/graph/query.h"

namespace lots {

struct TraceLink {
  TransformationId transformation_id;
  LotId lot_id;
  TraceLinkKind kind = TraceLinkKind::kPooledInput;
  Quantity quantity;
  std::optional<LotId> output_lot_id;  // of an exact input
  // Of a link that is former: until when it was in effect. An input is no longer in what it went
  // into; a unit is no longer what was made, because it was taken apart.
  std::optional<absl::Time> former_until = {};
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

}  // namespace lots
