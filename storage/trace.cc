#include "storage/trace.h"

#include <algorithm>
#include <utility>

#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/limits.h"
#include "storage/trace_bounds.h"
#include "storage/trace_graph.h"

namespace lots {
// Where a reader stands: before the seeds, before the walk, or at a depth, where first the nodes
// and then the transformations are told. While a piece is told, the database reads the next.
class TraceTelling {
 public:
  explicit TraceTelling(TraceOrder order) : order_(std::move(order)) {
    std::sort(order_.seeds.begin(), order_.seeds.end());
    order_.seeds.erase(std::unique(order_.seeds.begin(), order_.seeds.end()), order_.seeds.end());
  }

  absl::StatusOr<std::optional<TracePiece>> Next(pg::Connection& db) {
    if (!snapshot_) snapshot_.emplace(db, pg::Transaction::Kind::kSnapshot);
    if (!seeds_told_) return TellSeeds();
    if (!walked_) {
      RETURN_IF_ERROR(Walk());
      Plan();
    }
    if (!next_) {
      snapshot_.reset();
      return std::nullopt;
    }
    RETURN_IF_ERROR(Post());
    ASSIGN_OR_RETURN(TracePiece piece, Take());
    Plan();
    RETURN_IF_ERROR(Post());
    return piece;
  }

  void Pause() {
    snapshot_.reset();
    posted_ = false;
  }

  const TraceSummary& summary() const { return summary_; }

 private:
  // What is told as one piece: nodes, or transformations with links, which are known already.
  struct Portion {
    std::optional<TraceNodesRead> nodes = {};
    std::vector<TransformationId> begun = {};
    std::vector<TraceLink> links = {};
  };

  int Depth() const { return static_cast<int>(depth_); }
  bool downstream() const { return order_.direction == TraceDirection::kDownstream; }

  // What is known of seeds needs no walk.
  absl::StatusOr<TracePiece> TellSeeds() {
    seeds_told_ = true;
    ASSIGN_OR_RETURN(order_.seeds, SortTraceLots(*snapshot_, order_, order_.seeds));
    const TraceNodesRead seeds(order_, order_.seeds);
    RETURN_IF_ERROR(seeds.Post(*snapshot_));
    TracePiece piece;
    ASSIGN_OR_RETURN(piece.nodes, seeds.Take(*snapshot_));
    const size_t room = order_.node_limit;
    if (piece.nodes.size() > room) piece.nodes.erase(piece.nodes.begin() + room, piece.nodes.end());
    for (TraceNode& node : piece.nodes) node.certainty = Certainty::kCertain;
    if (downstream()) RETURN_IF_ERROR(BoundSeeds(piece.nodes));
    summary_.node_count += static_cast<int64_t>(piece.nodes.size());
    return piece;
  }

  absl::Status BoundSeeds(std::vector<TraceNode>& seeds) {
    ASSIGN_OR_RETURN(seed_scale_, ReadCommonScale(*snapshot_, order_, order_.seeds));
    std::vector<LotId> lots;
    for (const TraceNode& seed : seeds) {
      if (seed.tracking != Tracking::kSerial) lots.push_back(seed.lot_id);
    }
    ASSIGN_OR_RETURN(const std::vector<Quantity> totals, ReadTotals(*snapshot_, order_, lots));
    size_t next = 0;
    for (TraceNode& seed : seeds) {
      const bool serial = seed.tracking == Tracking::kSerial;
      const Quantity total = serial ? Quantity::FromUnits(1) : totals[next++];
      seed.bounds = {total, total, total, total, total};
      seed.seed_scale = seed_scale_;
    }
    return absl::OkStatus();
  }

  absl::Status Walk() {
    ASSIGN_OR_RETURN(graph_, WalkTrace(*snapshot_, order_));
    walked_ = true;
    MarkCertain(graph_, order_);
    RETURN_IF_ERROR(MarkWithheld(*snapshot_, graph_, order_));
    if (downstream()) RETURN_IF_ERROR(Bound());
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
    for (const LotId& seed : order_.seeds) {
      if (!graph_.nodes.contains(seed)) list(seed);
    }
    for (const auto& [lot_id, node] : graph_.nodes) {
      if (node.cut) list(lot_id);
    }
  }

  absl::Status Bound() {
    ASSIGN_OR_RETURN(const std::vector<Quantity> totals, ReadTotals(*snapshot_, order_, graph_));
    bounds_ = BoundTrace(graph_, totals);
    return absl::OkStatus();
  }

  // Decides what is told next: nothing, when that was all.
  void Plan() {
    next_.reset();
    while (depth_ + 1 < graph_.levels.size()) {
      Portion portion;
      if (node_ < graph_.levels[depth_ + 1]) {
        PlanNodes(portion);
      } else if (step_ < graph_.steps.size() && graph_.steps[step_].depth == Depth()) {
        PlanSteps(portion);
      } else {
        ++depth_;
      }
      if (!portion.nodes && portion.links.empty()) continue;
      next_ = std::move(portion);
      return;
    }
  }

  void PlanNodes(Portion& portion) {
    std::vector<LotId> lot_ids;
    for (; node_ < graph_.levels[depth_ + 1]; ++node_) {
      if (lot_ids.size() == kTraceNodesPerMessage) break;
      if (!graph_.nodes[node_].second.withheld) lot_ids.push_back(graph_.nodes[node_].first);
    }
    if (!lot_ids.empty()) portion.nodes.emplace(order_, std::move(lot_ids));
  }

  // Transformations of one depth with their links, as many as fit one message. One with more links
  // goes on in the next.
  void PlanSteps(Portion& portion) {
    for (; step_ < graph_.steps.size() && graph_.steps[step_].depth == Depth(); ++step_) {
      if (!PlanLinks(portion)) break;
      link_ = 0;
    }
  }

  // The step's links from link_ on; false when the portion is full before their end.
  bool PlanLinks(Portion& portion) {
    const TraceGraph::Step& step = graph_.steps[step_];
    const absl::Span<const TraceGraph::Link> links = graph_.LinksOfStep(step_);
    for (; link_ < links.size(); ++link_) {
      const TraceGraph::Link& link = links[link_];
      if (graph_.nodes[link.lot].second.withheld) continue;
      if (portion.links.size() == kTraceLinksPerMessage) return false;
      if (told_step_ != step_) portion.begun.push_back(step.transformation_id);
      told_step_ = step_;
      TraceLink told{
          step.transformation_id, graph_.IdOfLot(link.lot), link.kind, link.quantity, {}};
      if (link.output != kNoNumber) told.output_lot_id = graph_.IdOfLot(link.output);
      portion.links.push_back(told);
    }
    return true;
  }

  // Asks the database for what is told next, unless that is done or needs none.
  absl::Status Post() {
    if (posted_ || !next_) return absl::OkStatus();
    posted_ = true;
    if (next_->nodes) return next_->nodes->Post(*snapshot_);
    if (next_->begun.empty()) return absl::OkStatus();
    return PostTraceSteps(*snapshot_, order_, next_->begun);
  }

  absl::StatusOr<TracePiece> Take() {
    posted_ = false;
    TracePiece piece;
    if (next_->nodes) {
      ASSIGN_OR_RETURN(piece.nodes, next_->nodes->Take(*snapshot_));
      for (TraceNode& node : piece.nodes) Describe(node);
    }
    if (!next_->begun.empty()) {
      ASSIGN_OR_RETURN(piece.transformations, TakeTraceSteps(*snapshot_, next_->begun));
    }
    piece.links = std::move(next_->links);
    summary_.node_count += static_cast<int64_t>(piece.nodes.size());
    summary_.transformation_count += static_cast<int64_t>(piece.transformations.size());
    summary_.link_count += static_cast<int64_t>(piece.links.size());
    return piece;
  }

  // What the walk has found of the lot.
  void Describe(TraceNode& node) const {
    const uint32_t number = graph_.nodes.Find(node.lot_id);
    const TraceGraph::Node& found = graph_.nodes[number].second;
    node.depth = found.depth;
    node.certainty = found.certain ? Certainty::kCertain : Certainty::kPossible;
    if (bounds_.empty()) return;
    node.bounds = bounds_[number];
    node.seed_scale = seed_scale_;
  }

  TraceOrder order_;
  std::optional<pg::Transaction> snapshot_;
  bool seeds_told_ = false;
  bool walked_ = false;
  std::optional<int> seed_scale_;
  TraceGraph graph_;
  std::vector<TraceBounds> bounds_;  // by number, downstream
  std::optional<Portion> next_;      // what is told next
  bool posted_ = false;              // and whether the database was asked for it
  size_t depth_ = 0;                 // what is planned next
  uint32_t node_ = 0;
  uint32_t step_ = 0;
  size_t link_ = 0;                 // of the step
  uint32_t told_step_ = kNoNumber;  // the last one that was planned itself
  TraceSummary summary_;
};

TraceReader::TraceReader(TraceOrder order)
    : telling_(std::make_unique<TraceTelling>(std::move(order))) {}

TraceReader::~TraceReader() = default;

absl::StatusOr<std::optional<TracePiece>> TraceReader::Next(pg::Connection& db) {
  return telling_->Next(db);
}

void TraceReader::Pause() { telling_->Pause(); }

const TraceSummary& TraceReader::summary() const { return telling_->summary(); }

absl::StatusOr<TraceSummary> Trace(pg::Connection& db, const TraceOrder& order,
                                   absl::FunctionRef<void(TracePiece)> sink) {
  TraceReader reader(order);
  while (true) {
    ASSIGN_OR_RETURN(std::optional<TracePiece> piece, reader.Next(db));
    if (!piece) return reader.summary();
    sink(*std::move(piece));
  }
}

}  // namespace lots
