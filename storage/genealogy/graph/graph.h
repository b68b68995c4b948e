// The graph that a walk found, ids and links only. Internal to the trace, and to what else walks.
//
// Lots, transformations and links are told by numbers, and links lie together by transformation, so
// that a lot of a graph of a million costs little (tests/bench, trace_cold_1m_memory).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/base/numbered.h"
#include "storage/genealogy/graph/lots.h"
#include "storage/genealogy/graph/types.h"
#include "storage/pg/parallel_reads.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct TraceGraph {
  struct Node {
    int32_t depth = 0;
    bool certain = false;
    // Not all of its links were followed: a limit cut them off.
    bool cut = false;
    // Found, but kept out of the answer by the filter.
    bool withheld = false;
    bool serial = false;
    uint8_t scale = 0;  // decimals of its quantities
  };
  struct Step {
    TransformationId transformation_id;
    int32_t depth = 0;  // of the nodes that led to it
    TransformationKind kind = TransformationKind::kProduction;
    bool single_output = false;    // then its pooled inputs certainly went into that output
    bool outputs_missing = false;  // a limit cut some of those that were read
    bool all_outputs = false;      // those of its pooled inputs were asked for
    bool counts = false;           // within the order's times, and not reversed
  };
  struct Link {
    Quantity quantity;
    uint32_t step = kNoNumber;
    uint32_t lot = kNoNumber;
    uint32_t output = kNoNumber;  // of an exact input
    TraceLinkKind kind = TraceLinkKind::kPooledInput;
  };

  using NodeEntry = std::pair<LotId, Node>;
  struct EntryId {
    const LotId& operator()(const NodeEntry& entry) const { return entry.first; }
  };
  // In the order of the answer: by depth, product and number. To its users also a map.
  class Nodes : public Numbered<NodeEntry, EntryId> {
   public:
    auto find(const LotId& lot_id) const {
      const uint32_t number = Find(lot_id);
      return number == kNoNumber ? end() : begin() + number;
    }
    bool contains(const LotId& lot_id) const { return Find(lot_id) != kNoNumber; }
    const Node& at(const LotId& lot_id) const { return (*this)[Find(lot_id)].second; }
  };

  bool IsNode(uint32_t lot) const { return lot < nodes.size(); }
  // Also of a lot that is no node: one that an exact input went into beyond a limit.
  const LotId& IdOfLot(uint32_t lot) const {
    return IsNode(lot) ? nodes[lot].first : beyond[lot - nodes.size()];
  }
  absl::Span<const Link> LinksOfStep(uint32_t step) const {
    return absl::MakeConstSpan(links).subspan(step_links[step],
                                              step_links[step + 1] - step_links[step]);
  }
  // Numbers of the links that name the lot, exact inputs that went into it among them.
  absl::Span<const uint32_t> LinksOfLot(uint32_t lot) const {
    return absl::MakeConstSpan(lot_links).subspan(lot_links_begin[lot],
                                                  lot_links_begin[lot + 1] - lot_links_begin[lot]);
  }

  Nodes nodes;
  std::vector<uint32_t> levels;  // the number of each depth's first node, and one past the last
  std::vector<LotId> beyond;
  // By depth, then oldest first.
  std::vector<Step> steps;
  // By step, kind, lot, output.
  std::vector<Link> links;
  std::vector<uint32_t> step_links;  // the first link of each step, and one past the last
  std::vector<uint32_t> lot_links_begin;
  std::vector<uint32_t> lot_links;
  std::string truncated_by;  // as in TraceSummary
};

inline bool IsInput(TraceLinkKind kind) {
  return kind == TraceLinkKind::kPooledInput || kind == TraceLinkKind::kExactInput;
}
// Came out of the transformation as something that was made there.
inline bool IsMade(TraceLinkKind kind) {
  return kind == TraceLinkKind::kOutput || kind == TraceLinkKind::kByProduct;
}

// Walks within a transaction: of kind kSnapshot, or one that locks what it finds. `to_tell`: is
// given the nodes of depth 1 and more and the transformations, in their order; may be null.
absl::StatusOr<TraceGraph> WalkTrace(pg::ParallelReads& reads, const TraceQuery& query,
                                     TraceToTell* to_tell = nullptr);

// Marks the nodes that a path of certain links joins to a seed.
void MarkCertain(TraceGraph& graph, const TraceQuery& query);

// Marks the nodes that the order's filter keeps out of the answer.
absl::Status MarkWithheld(pg::Transaction& snapshot, TraceGraph& graph, const TraceQuery& query);

}  // namespace lots
