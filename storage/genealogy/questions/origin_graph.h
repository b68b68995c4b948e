// The lots and transformations that units were made from: a walk upstream from up to 3,000 units at
// once. Internal to FindCommonOrigins.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/pg/pipeline.h"

namespace lots {

// A set of units. A unit is its index in the query.
class UnitSet {
 public:
  UnitSet() = default;
  explicit UnitSet(size_t unit_count) : words_((unit_count + 63) / 64) {}

  void Add(size_t unit) { words_[unit / 64] |= uint64_t{1} << (unit % 64); }
  void Remove(size_t unit) { words_[unit / 64] &= ~(uint64_t{1} << (unit % 64)); }
  // Returns whether any of the units was new.
  bool Add(const UnitSet& other);
  // How many of the units from `begin` to `end` (exclusive) are in the set.
  int Count(size_t begin, size_t end) const;

 private:
  std::vector<uint64_t> words_;
};

// Lots, and the transformations that made them, upstream from the units. A pooled input went into
// all outputs, so the transformation refers to it, and M inputs of N outputs need M + N edges. The
// output itself refers to its exact inputs.
struct OriginGraph {
  struct LotNode {
    LotId lot_id;
    UnitSet units;                     // the units that the lot went into, itself included
    std::vector<size_t> makers;        // indexes in `transformations`
    std::vector<size_t> exact_inputs;  // indexes in `lots`
  };
  struct TransformationNode {
    TransformationKind kind = TransformationKind::kProduction;
    std::optional<WorkOrderId> work_order;
    absl::Time occurred_at;
    UnitSet units;                      // the units that its outputs went into
    std::vector<size_t> pooled_inputs;  // indexes in `lots`
  };

  std::vector<LotNode> lots;  // the units first, in their order
  std::vector<TransformationNode> transformations;
};

// Walks within the snapshot, and finds the units of each lot and transformation. TRACE_TOO_LARGE
// beyond kOriginLotsMax lots.
absl::StatusOr<OriginGraph> WalkOrigins(pg::Transaction& snapshot, const CompanyId& company,
                                        absl::Span<const LotId> units);

}  // namespace lots
