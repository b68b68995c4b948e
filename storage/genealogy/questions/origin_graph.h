// Which units descend from what: a walk upstream from up to 3,000 units at once. Internal to
// FindCommonOrigins.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/domain/model.h"
#include "storage/pg/pipeline.h"

namespace lots {

// A set of units, by their places in the question.
class UnitSet {
 public:
  UnitSet() = default;
  explicit UnitSet(size_t unit_count) : words_((unit_count + 63) / 64) {}

  void Add(size_t unit) { words_[unit / 64] |= uint64_t{1} << (unit % 64); }
  void Remove(size_t unit) { words_[unit / 64] &= ~(uint64_t{1} << (unit % 64)); }
  // Whether anything was new.
  bool Add(const UnitSet& other);
  // How many there are from `begin` to before `end`.
  int Count(size_t begin, size_t end) const;

 private:
  std::vector<uint64_t> words_;
};

// A graph of lots and of the transformations that made them, upstream from the units. A pooled
// input goes into all that a transformation made, so it hangs on the transformation, and M inputs
// of N outputs are M + N edges; an exact one hangs on its output.
struct OriginGraph {
  struct LotNode {
    LotId lot_id;
    UnitSet units;                 // it and those that it went into
    std::vector<size_t> makers;    // places in `steps`
    std::vector<size_t> exact_in;  // places in `lots`
  };
  struct StepNode {
    TransformationKind kind = TransformationKind::kProduction;
    std::optional<WorkOrderId> work_order;
    absl::Time occurred_at;
    UnitSet units;                  // those that something that it made went into
    std::vector<size_t> pooled_in;  // places in `lots`
  };

  std::vector<LotNode> lots;  // the units first, in their order
  std::vector<StepNode> steps;
};

// Walks within the snapshot, and says of each lot and transformation which units descend from it.
// TRACE_TOO_LARGE beyond kOriginLotsMax lots.
absl::StatusOr<OriginGraph> WalkOrigins(pg::Transaction& snapshot, const CompanyId& company,
                                        absl::Span<const LotId> units);

}  // namespace lots
