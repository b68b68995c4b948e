// The graph that a walk found: ids and links only. Recipients and recalls use the graph as well as
// the trace.
//
// Lots, transformations and links refer to each other by numbers, and the links of one
// transformation are adjacent. So a graph of a million lots needs little memory (tests/bench,
// trace_cold_1m_memory).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/base/numbered.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/genealogy/graph/query.h"
#include "storage/pg/parallel_reads.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct PendingTrace;

struct TraceGraph {
  struct Node {
    int32_t depth = 0;
    bool certain = false;
    bool cut = false;           // a limit kept some of its links from being followed
    bool filtered_out = false;  // found, but not in the answer
    bool serial = false;
    bool former = false;  // only former links lead to it
    // Found, and in no answer: the links to it were never in effect at one time.
    bool unrelated = false;
    uint8_t scale = 0;  // decimals of its quantities
  };
  struct Transformation {
    TransformationId transformation_id;
    int32_t depth = 0;  // of the nodes that led to it
    TransformationKind kind = TransformationKind::kProduction;
    bool single_output = false;          // so its pooled inputs certainly went into that output
    bool outputs_missing = false;        // a limit kept some of its outputs out of the graph
    bool all_outputs_requested = false;  // because a pooled input led to it
    bool in_effect = false;              // within the query's times, and not reversed
  };
  struct Link {
    Quantity quantity;
    uint32_t transformation = kNoNumber;
    uint32_t lot = kNoNumber;
    uint32_t output = kNoNumber;  // of an exact input
    TraceLinkKind kind = TraceLinkKind::kPooledInput;
    bool former = false;
  };

  using NodeEntry = std::pair<LotId, Node>;
  struct EntryId {
    const LotId& operator()(const NodeEntry& entry) const { return entry.first; }
  };
  // A vector in the order of the answer (depth, product, number) that can also be read like a map.
  class Nodes : public Numbered<NodeEntry, EntryId> {
   public:
    auto find(const LotId& lot_id) const {
      const uint32_t number = Find(lot_id);
      return number == kNoNumber ? end() : begin() + number;
    }
    bool contains(const LotId& lot_id) const { return Find(lot_id) != kNoNumber; }
    const Node& at(const LotId& lot_id) const { return (*this)[Find(lot_id)].second; }
  };

  size_t level_count() const { return levels.empty() ? 0 : levels.size() - 1; }
  bool IsNode(uint32_t lot) const { return lot < nodes.size(); }
  // Also works for a lot that is no node: an output beyond a limit that an exact input names.
  const LotId& IdOfLot(uint32_t lot) const {
    return IsNode(lot) ? nodes[lot].first : lots_beyond_limit[lot - nodes.size()];
  }
  absl::Span<const Link> LinksOfTransformation(uint32_t transformation) const {
    const uint32_t begin = links_begin[transformation];
    return absl::MakeConstSpan(links).subspan(begin, links_begin[transformation + 1] - begin);
  }
  // Numbers of the links that name the lot. These include exact inputs that went into the lot.
  absl::Span<const uint32_t> LinksOfLot(uint32_t lot) const {
    return absl::MakeConstSpan(lot_links).subspan(lot_links_begin[lot],
                                                  lot_links_begin[lot + 1] - lot_links_begin[lot]);
  }

  Nodes nodes;
  std::vector<uint32_t> levels;  // the number of each depth's first node, then the number of nodes
  std::vector<LotId> lots_beyond_limit;
  // By depth, then oldest first.
  std::vector<Transformation> transformations;
  // By transformation, kind, lot, output.
  std::vector<Link> links;
  // The number of each transformation's first link, then the number of links.
  std::vector<uint32_t> links_begin;
  std::vector<uint32_t> lot_links_begin;  // likewise, of each lot in lot_links
  std::vector<uint32_t> lot_links;
  std::string truncated_by;  // as in TraceSummary

  // Until when former links were in effect: by transformation, lot, and the output of an exact
  // input (else nil).
  using LinkKey = std::tuple<TransformationId, LotId, LotId>;
  absl::flat_hash_map<LinkKey, absl::Time> former_until;
  // When the transformations happened; only where former links are asked, and there are some.
  absl::flat_hash_map<TransformationId, absl::Time> happened_at;
  bool has_former() const { return !former_until.empty(); }
  std::optional<absl::Time> FormerUntil(const Link& link) const;
  // Until when the seeds were in each lot (or, upstream, each lot in the seeds), as the links say;
  // InfiniteFuture: they are now; InfinitePast: they never were. Empty, where MarkFormer found no
  // former links.
  std::vector<absl::Time> until;
  absl::Time UntilOf(uint32_t lot) const {
    return until.empty() ? absl::InfiniteFuture() : until[lot];
  }
};

inline bool IsInput(TraceLinkKind kind) {
  return kind == TraceLinkKind::kPooledInput || kind == TraceLinkKind::kExactInput;
}
// A maintained unit was made again of what was installed in it. A returned component leaves the
// transformation too, but was not made there.
inline bool IsMade(TraceLinkKind kind) {
  return kind == TraceLinkKind::kOutput || kind == TraceLinkKind::kByProduct ||
         kind == TraceLinkKind::kMaintained;
}

// Splits, merges and relabels pass goods on as they are; everything else mixes them.
inline bool PassesOn(TransformationKind kind) {
  return kind == TransformationKind::kSplit || kind == TransformationKind::kMerge ||
         kind == TransformationKind::kRelabel;
}

// Reads the graph within a transaction of kind kSnapshot, or within one that locks the lots.
// `pending` receives the texts of the nodes of depth 1 and more, and of the transformations, in
// their order; may be null.
absl::StatusOr<TraceGraph> WalkTrace(pg::ParallelReads& reads, const TraceQuery& query,
                                     PendingTrace* pending = nullptr);

// Marks the nodes that only former links join to the seeds, and those that no path joins to them
// whose links were in effect at one time; sets `until`. Call before MarkCertain.
void MarkFormer(TraceGraph& graph, const TraceQuery& query);

// Marks the nodes that a path of certain links joins to a seed. Former links count only for former
// nodes.
void MarkCertain(TraceGraph& graph, const TraceQuery& query);

// Marks the nodes that the query's filter keeps out of the answer.
absl::Status MarkFilteredOut(pg::Transaction& snapshot, TraceGraph& graph, const TraceQuery& query);

}  // namespace lots
