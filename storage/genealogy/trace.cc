#include "storage/genealogy/trace.h"

#include <algorithm>
#include <utility>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/genealogy/bounds/bounds.h"
#include "storage/genealogy/graph/graph.h"
#include "storage/genealogy/nodes.h"

namespace lots {
// Where a reader stands: before the seeds, before the walk, or at a depth, where first the nodes
// and then the transformations are told. Meanwhile the database reads the next nodes.
class TraceTelling {
 public:
  TraceTelling(TraceQuery query, pg::Pool* pool) : query_(std::move(query)), pool_(pool) {
    std::sort(query_.seeds.begin(), query_.seeds.end());
    query_.seeds.erase(std::unique(query_.seeds.begin(), query_.seeds.end()), query_.seeds.end());
  }

  absl::StatusOr<std::optional<TracePiece>> Next(pg::Connection& db) {
    if (!snapshot_) snapshot_.emplace(db, pg::Transaction::Kind::kSnapshot);
    if (!seeds_told_) return TellSeeds();
    if (!walked_) RETURN_IF_ERROR(Walk(db));
    for (; depth_ + 1 < graph_.levels.size(); ++depth_) {
      RETURN_IF_ERROR(ReadNodes());
      if (IsAtDepth(told_)) return SomeNodes();
      TracePiece piece = SomeSteps();
      if (!piece.links.empty()) return piece;
    }
    snapshot_.reset();
    return std::nullopt;
  }

  void Pause() {
    snapshot_.reset();
    posted_ = false;
  }

  const TraceSummary& summary() const { return summary_; }

 private:
  int Depth() const { return static_cast<int>(depth_); }
  bool downstream() const { return query_.direction == TraceDirection::kDownstream; }

  // What is known of seeds needs no walk.
  absl::StatusOr<TracePiece> TellSeeds() {
    seeds_told_ = true;
    pg::ParallelReads reads(*snapshot_);
    AddTraceLots(reads, query_, {query_.seeds});
    RETURN_IF_ERROR(reads.Post());
    ASSIGN_OR_RETURN(const pg::Result rows, reads.Take());
    std::vector<TraceLot> lots;
    for (const pg::Row& row : rows) lots.push_back(ReadTraceLot(row));
    SortTraceLots(lots);
    query_.seeds.clear();
    TracePiece piece;
    for (const TraceLot& lot : lots) {
      query_.seeds.push_back(lot.lot_id);
      piece.nodes.push_back(NodeOf(lot));
    }
    // Deleted since the caller found them.
    walked_ = lots.empty();
    if (walked_) return piece;
    TraceNodesRead seeds(query_, std::move(piece.nodes));
    RETURN_IF_ERROR(seeds.Post(*snapshot_));
    ASSIGN_OR_RETURN(piece.nodes, seeds.Take(*snapshot_));
    const size_t room = query_.node_limit;
    if (piece.nodes.size() > room) piece.nodes.erase(piece.nodes.begin() + room, piece.nodes.end());
    for (TraceNode& node : piece.nodes) node.certainty = Certainty::kCertain;
    if (downstream()) RETURN_IF_ERROR(BoundSeeds(reads, piece.nodes));
    summary_.node_count += static_cast<int64_t>(piece.nodes.size());
    return piece;
  }

  absl::Status BoundSeeds(pg::ParallelReads& reads, std::vector<TraceNode>& seeds) {
    ASSIGN_OR_RETURN(seed_scale_, ReadCommonScale(*snapshot_, query_, query_.seeds));
    std::vector<LotId> lots;
    for (const TraceNode& seed : seeds) {
      if (seed.tracking != Tracking::kSerial) lots.push_back(seed.lot_id);
    }
    ASSIGN_OR_RETURN(const std::vector<Quantity> totals, ReadTotals(reads, query_, lots));
    size_t next = 0;
    for (TraceNode& seed : seeds) {
      const bool serial = seed.tracking == Tracking::kSerial;
      const Quantity total = serial ? Quantity::FromUnits(1) : totals[next++];
      seed.bounds = {total, total, total, total, total};
      seed.seed_scale = seed_scale_;
    }
    return absl::OkStatus();
  }

  absl::Status Walk(pg::Connection& db) {
    pg::ParallelReads reads(*snapshot_, db, pool_);
    ASSIGN_OR_RETURN(graph_, WalkTrace(reads, query_, &to_tell_));
    walked_ = true;
    MarkCertain(graph_, query_);
    RETURN_IF_ERROR(MarkWithheld(*snapshot_, graph_, query_));
    if (downstream()) RETURN_IF_ERROR(Bound(reads));
    summary_.depth = static_cast<int>(graph_.levels.size()) - 2;
    summary_.truncated_by = graph_.truncated_by;
    ListResume();
    node_ = graph_.levels[1];  // the seeds are told
    return absl::OkStatus();
  }

  void ListResume() {
    const auto list = [&](const LotId& lot_id) {
      if (++summary_.resume_count <= kTraceResumeShownMax) summary_.resume.push_back(lot_id);
    };
    // More seeds than may be told.
    for (const LotId& seed : query_.seeds) {
      if (!graph_.nodes.contains(seed)) list(seed);
    }
    for (const auto& [lot_id, node] : graph_.nodes) {
      if (node.cut) list(lot_id);
    }
  }

  absl::Status Bound(pg::ParallelReads& reads) {
    ASSIGN_OR_RETURN(const std::vector<Quantity> totals, ReadTotals(reads, query_, graph_));
    bounds_ = BoundTrace(graph_, totals);
    return absl::OkStatus();
  }

  bool IsAtDepth(size_t read) const { return read < read_.size() && read_[read].depth == Depth(); }

  // Takes the next nodes of this depth when those that were read are told, and has the database
  // read those after them.
  absl::Status ReadNodes() {
    if (!ahead_) PlanNodes();
    if (told_ == read_.size() && ahead_ && ahead_->depth() == Depth()) {
      RETURN_IF_ERROR(PostAhead());
      ASSIGN_OR_RETURN(read_, ahead_->Take(*snapshot_));
      told_ = 0;
      posted_ = false;
      PlanNodes();
    }
    return PostAhead();
  }

  absl::Status PostAhead() {
    if (posted_ || !ahead_) return absl::OkStatus();
    posted_ = true;
    return ahead_->Post(*snapshot_);
  }

  void PlanNodes() {
    std::vector<TraceNode> nodes;
    for (; node_ < graph_.nodes.size() && nodes.size() < kTraceNodesPerRead; ++node_) {
      TraceNode node;
      to_tell_.lots.Pop(node);
      if (graph_.nodes[node_].second.withheld) continue;
      Describe(node_, node);
      nodes.push_back(std::move(node));
    }
    ahead_.reset();
    if (!nodes.empty()) ahead_.emplace(query_, std::move(nodes));
  }

  // Transformations of this depth with their links, as many as fit one message. One with more links
  // goes on in the next.
  TracePiece SomeSteps() {
    TracePiece piece;
    for (; step_ < graph_.steps.size() && graph_.steps[step_].depth == Depth(); ++step_) {
      if (!TellLinks(piece)) break;
      link_ = 0;
    }
    summary_.transformation_count += static_cast<int64_t>(piece.transformations.size());
    summary_.link_count += static_cast<int64_t>(piece.links.size());
    return piece;
  }

  // The step's links from link_ on; false when the piece is full before their end.
  bool TellLinks(TracePiece& piece) {
    const TraceGraph::Step& step = graph_.steps[step_];
    const absl::Span<const TraceGraph::Link> links = graph_.LinksOfStep(step_);
    if (begun_ == step_) Begin(step);
    for (; link_ < links.size(); ++link_) {
      const TraceGraph::Link& link = links[link_];
      if (graph_.nodes[link.lot].second.withheld) continue;
      if (piece.links.size() == kTraceLinksPerMessage) return false;
      if (untold_) piece.transformations.push_back(*std::exchange(untold_, std::nullopt));
      TraceLink told{
          step.transformation_id, graph_.IdOfLot(link.lot), link.kind, link.quantity, {}};
      if (link.output != kNoNumber) told.output_lot_id = graph_.IdOfLot(link.output);
      piece.links.push_back(told);
    }
    return true;
  }

  // Told with the first of its links, if there is one.
  void Begin(const TraceGraph::Step& step) {
    untold_ = to_tell_.steps.Pop();
    untold_->transformation_id = step.transformation_id;
    untold_->kind = step.kind;
    ++begun_;
  }

  // As many of the nodes of this depth that were read as fit one message.
  TracePiece SomeNodes() {
    size_t count = 0;
    while (count < kTraceNodesPerMessage && IsAtDepth(told_ + count)) ++count;
    const auto begin = std::make_move_iterator(read_.begin() + static_cast<ptrdiff_t>(told_));
    TracePiece piece;
    piece.nodes.assign(begin, begin + static_cast<ptrdiff_t>(count));
    told_ += count;
    summary_.node_count += static_cast<int64_t>(count);
    return piece;
  }

  // What the walk has found of the lot.
  void Describe(uint32_t number, TraceNode& node) const {
    const auto& [lot_id, found] = graph_.nodes[number];
    node.lot_id = lot_id;
    node.tracking = found.serial ? Tracking::kSerial : Tracking::kLot;
    node.scale = found.scale;
    node.depth = found.depth;
    node.certainty = found.certain ? Certainty::kCertain : Certainty::kPossible;
    if (bounds_.empty()) return;
    node.bounds = bounds_[number];
    node.seed_scale = seed_scale_;
  }

  TraceQuery query_;
  pg::Pool* const pool_;
  std::optional<pg::Transaction> snapshot_;
  bool seeds_told_ = false;
  bool walked_ = false;
  std::optional<int> seed_scale_;
  TraceGraph graph_;
  TraceToTell to_tell_;              // nodes from node_ on, steps from begun_ on
  std::vector<TraceBounds> bounds_;  // by number, downstream
  std::vector<TraceNode> read_;      // to be told, from told_ on
  size_t told_ = 0;
  std::optional<TraceNodesRead> ahead_;  // the nodes after them, up to node_
  bool posted_ = false;                  // whether the database was asked for these
  uint32_t node_ = 0;
  size_t depth_ = 0;  // what is told
  uint32_t step_ = 0;
  size_t link_ = 0;  // of the step
  uint32_t begun_ = 0;
  std::optional<Transformation> untold_;  // of the last one begun
  TraceSummary summary_;
};

TraceReader::TraceReader(TraceQuery query, pg::Pool* pool)
    : telling_(std::make_unique<TraceTelling>(std::move(query), pool)) {}

TraceReader::~TraceReader() = default;

absl::StatusOr<std::optional<TracePiece>> TraceReader::Next(pg::Connection& db) {
  return telling_->Next(db);
}

void TraceReader::Pause() { telling_->Pause(); }

const TraceSummary& TraceReader::summary() const { return telling_->summary(); }

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
