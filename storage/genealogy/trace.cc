// A trace in its order: the seeds, the walk, then nodes and links depth by depth. The seeds are
// emitted before the walk, unless their totals depend on it.
#include "storage/genealogy/trace.h"

#include <utility>

#include "storage/base/status_macros.h"
#include "storage/genealogy/link_emitter.h"
#include "storage/genealogy/node_emitter.h"
#include "storage/genealogy/seeds.h"
#include "storage/genealogy/walked_trace.h"

namespace lots {

class TraceEmitter {
 public:
  TraceEmitter(TraceQuery query, pg::Pool* pool) : query_(std::move(query)), pool_(pool) {}

  absl::StatusOr<std::optional<TracePiece>> Next(pg::Connection& db) {
    if (!snapshot_) snapshot_.emplace(db, pg::Transaction::Kind::kSnapshot);
    if (!seeds_) return EmitSeeds(db);
    if (!walked_ && !query_.seeds.empty()) RETURN_IF_ERROR(Walk(db));
    for (; walked_ && depth_ < static_cast<int>(walked_->graph.level_count()); ++depth_) {
      RETURN_IF_ERROR(nodes_->Read(*snapshot_, depth_));
      if (nodes_->HasNode(depth_)) return Count({.nodes = nodes_->Emit(depth_)});
      TracePiece piece = links_->Emit(depth_);
      if (!piece.links.empty()) return Count(std::move(piece));
    }
    snapshot_.reset();
    return std::nullopt;
  }

  void Pause() {
    snapshot_.reset();
    if (nodes_) nodes_->Pause();
  }

  const TraceSummary& summary() const { return summary_; }

 private:
  absl::StatusOr<TracePiece> EmitSeeds(pg::Connection& db) {
    ASSIGN_OR_RETURN(seeds_, ReadSeeds(*snapshot_, query_));
    query_.seeds = std::move(seeds_->lot_ids);
    if (seeds_->may_go_round) {
      RETURN_IF_ERROR(Walk(db));
      for (TraceNode& node : seeds_->nodes) {
        const uint32_t number = walked_->graph.nodes.Find(node.lot_id);
        if (number != kNoNumber) node.bounds = walked_->bounds[number];
      }
    }
    return Count({.nodes = std::move(seeds_->nodes)});
  }

  absl::Status Walk(pg::Connection& db) {
    pg::ParallelReads reads(*snapshot_, db, pool_);
    ASSIGN_OR_RETURN(walked_, WalkWithBounds(reads, *snapshot_, query_));
    walked_->seed_scale = seeds_->common_scale;
    Summarize(*walked_, query_, summary_);
    nodes_.emplace(query_, *walked_);
    links_.emplace(*walked_);
    return absl::OkStatus();
  }

  TracePiece Count(TracePiece piece) {
    summary_.node_count += static_cast<int64_t>(piece.nodes.size());
    summary_.transformation_count += static_cast<int64_t>(piece.transformations.size());
    summary_.link_count += static_cast<int64_t>(piece.links.size());
    return piece;
  }

  TraceQuery query_;
  pg::Pool* const pool_;
  std::optional<pg::Transaction> snapshot_;
  std::optional<TraceSeeds> seeds_;    // none: not emitted yet
  std::optional<WalkedTrace> walked_;  // none: before the walk, or no seed exists
  std::optional<NodeEmitter> nodes_;   // of walked_
  std::optional<LinkEmitter> links_;   // of walked_
  int depth_ = 0;                      // that is being emitted
  TraceSummary summary_;
};

TraceReader::TraceReader(TraceQuery query, pg::Pool* pool)
    : emitter_(std::make_unique<TraceEmitter>(std::move(query), pool)) {}

TraceReader::~TraceReader() = default;

absl::StatusOr<std::optional<TracePiece>> TraceReader::Next(pg::Connection& db) {
  return emitter_->Next(db);
}

void TraceReader::Pause() { emitter_->Pause(); }

const TraceSummary& TraceReader::summary() const { return emitter_->summary(); }

absl::StatusOr<TraceSummary> Trace(pg::Connection& db, const TraceQuery& query,
                                   absl::FunctionRef<void(TracePiece)> sink, pg::Pool* pool) {
  TraceReader reader(query, pool);
  while (true) {
    ASSIGN_OR_RETURN(std::optional<TracePiece> piece, reader.Next(db));
    if (!piece) return reader.summary();
    sink(*std::move(piece));
  }
}

}  // namespace lots
