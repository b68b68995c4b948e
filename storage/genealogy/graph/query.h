// The query of a trace.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "storage/domain/ids.h"

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
  kMaintained = 6,  // the unit that got the exact inputs, if there are some
};

// The walk follows only links that `begin`, `end` and `link_kinds` allow. `product_ids` and
// `location_ids` then choose which of the lots that were found are in the answer. Empty: all.
struct TraceFilter {
  absl::Time begin = absl::InfinitePast();
  absl::Time end = absl::InfiniteFuture();  // exclusive
  // If a kind of input is named, only inputs of the named kinds are followed. The same holds for
  // outputs.
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
  // Only facts that had happened by `as_of` and were recorded by `known_at`.
  absl::Time as_of = absl::InfiniteFuture();
  absl::Time known_at = absl::InfiniteFuture();
  bool IsNow() const {
    return as_of == absl::InfiniteFuture() && known_at == absl::InfiniteFuture();
  }
  TraceFilter filter = {};
  // Also follows what is no longer in what it went into, and marks such links.
  bool include_former = false;
  // Locks the lots of each level for update before the next level is read. The nodes of a level are
  // then sorted by lot id.
  bool lock = false;
};

}  // namespace lots
