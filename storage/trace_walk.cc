#include <algorithm>
#include <utility>

#include "absl/types/span.h"
#include "storage/base/status_macros.h"
#include "storage/limits.h"
#include "storage/trace_gather.h"
#include "storage/trace_graph.h"

namespace lots {
namespace {

// A level in the answer's order.
constexpr pg::Statement kSortLots{"trace_sort_lots", R"sql(
  SELECT lot_id FROM lots WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY product_id, number_key, lot_id)sql"};

// Reversed completions made nothing, so they lead nowhere.
constexpr pg::Statement kStepsFromInputs{"trace_steps_from_inputs", R"sql(
  SELECT i.transformation_id, i.lot_id, i.output_lot_id, sum(i.quantity)
  FROM transformation_inputs i
  WHERE i.company = $1 AND i.lot_id = ANY($2) AND NOT EXISTS (
    SELECT FROM transformations r WHERE r.company = $1 AND r.reverses_id = i.transformation_id)
  GROUP BY i.transformation_id, i.lot_id, i.output_lot_id)sql"};

// Role 3, a component that came back, was not made there.
constexpr pg::Statement kStepsFromOutputs{"trace_steps_from_outputs", R"sql(
  SELECT o.transformation_id, o.lot_id, o.role, sum(o.quantity)
  FROM transformation_outputs o
  WHERE o.company = $1 AND o.lot_id = ANY($2) AND o.role <> 3 AND NOT EXISTS (
    SELECT FROM transformations r WHERE r.company = $1 AND r.reverses_id = o.transformation_id)
  GROUP BY o.transformation_id, o.lot_id, o.role)sql"};

// The same for what happened in [$3, $4) and by $5, and was recorded by $6. A reversal corrects the
// record: it counts from when it was recorded, whenever it is said to have happened.
constexpr pg::Statement kStepsFromInputsThen{"trace_steps_from_inputs_then", R"sql(
  SELECT i.transformation_id, i.lot_id, i.output_lot_id, sum(i.quantity)
  FROM transformation_inputs i
  JOIN transformations t ON t.company = $1 AND t.transformation_id = i.transformation_id
  WHERE i.company = $1 AND i.lot_id = ANY($2) AND t.occurred_at >= $3 AND t.occurred_at < $4
    AND t.occurred_at <= $5 AND t.recorded_at <= $6 AND NOT EXISTS (
    SELECT FROM transformations r
    WHERE r.company = $1 AND r.reverses_id = i.transformation_id AND r.recorded_at <= $6)
  GROUP BY i.transformation_id, i.lot_id, i.output_lot_id)sql"};

constexpr pg::Statement kStepsFromOutputsThen{"trace_steps_from_outputs_then", R"sql(
  SELECT o.transformation_id, o.lot_id, o.role, sum(o.quantity)
  FROM transformation_outputs o
  JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id
  WHERE o.company = $1 AND o.lot_id = ANY($2) AND o.role <> 3
    AND t.occurred_at >= $3 AND t.occurred_at < $4
    AND t.occurred_at <= $5 AND t.recorded_at <= $6 AND NOT EXISTS (
    SELECT FROM transformations r
    WHERE r.company = $1 AND r.reverses_id = o.transformation_id AND r.recorded_at <= $6)
  GROUP BY o.transformation_id, o.lot_id, o.role)sql"};

constexpr pg::Statement kAllOutputs{"trace_all_outputs", R"sql(
  SELECT transformation_id, lot_id, role, sum(quantity)
  FROM transformation_outputs WHERE company = $1 AND transformation_id = ANY($2)
  GROUP BY transformation_id, lot_id, role)sql"};

constexpr pg::Statement kExactOutputs{"trace_exact_outputs", R"sql(
  SELECT o.transformation_id, o.lot_id, o.role, sum(o.quantity)
  FROM (SELECT DISTINCT * FROM unnest($2::uuid[], $3::uuid[])) AS pair (transformation_id, lot_id)
  JOIN transformation_outputs o ON o.company = $1
    AND o.transformation_id = pair.transformation_id AND o.lot_id = pair.lot_id
  GROUP BY o.transformation_id, o.lot_id, o.role)sql"};

constexpr pg::Statement kPooledInputs{"trace_pooled_inputs", R"sql(
  SELECT transformation_id, lot_id, output_lot_id, sum(quantity)
  FROM transformation_inputs
  WHERE company = $1 AND transformation_id = ANY($2) AND output_lot_id IS NULL
  GROUP BY transformation_id, lot_id, output_lot_id)sql"};

constexpr pg::Statement kExactInputs{"trace_exact_inputs", R"sql(
  SELECT transformation_id, lot_id, output_lot_id, sum(quantity)
  FROM transformation_inputs
  WHERE company = $1 AND output_lot_id = ANY($3) AND transformation_id = ANY($2)
  GROUP BY transformation_id, lot_id, output_lot_id)sql"};

// What the walk needs of the transformations that a level led to, oldest first.
constexpr pg::Statement kStepHeaders{"trace_step_headers", R"sql(
  SELECT t.transformation_id, t.kind,
         (SELECT count(*) FROM (
            SELECT FROM transformation_outputs o
            WHERE o.company = $1 AND o.transformation_id = t.transformation_id LIMIT 2) few) = 1
  FROM transformations t WHERE t.company = $1 AND t.transformation_id = ANY($2)
  ORDER BY t.occurred_at, t.work_order_id NULLS FIRST, t.recorded_at, t.transformation_id)sql"};

// A level is crossed in parts of so many lots: what one statement answers stays a few MiB.
constexpr size_t kLotsPerStatement = 20'000;

TraceLink InputLink(const pg::Row& row) {
  TraceLink link;
  link.transformation_id = row.Get<TransformationId>(0);
  link.lot_id = row.Get<LotId>(1);
  link.output_lot_id = row.Get<std::optional<LotId>>(2);
  link.kind = link.output_lot_id ? TraceLinkKind::kExactInput : TraceLinkKind::kPooledInput;
  link.quantity = row.Get<Quantity>(3);
  return link;
}

TraceLinkKind KindOf(OutputRole role) {
  switch (role) {
    case OutputRole::kProduct:
      return TraceLinkKind::kOutput;
    case OutputRole::kByProduct:
      return TraceLinkKind::kByProduct;
    case OutputRole::kReturnedComponent:
      return TraceLinkKind::kReturnedComponent;
  }
  return TraceLinkKind::kOutput;
}

TraceLink OutputLink(const pg::Row& row) {
  TraceLink link;
  link.transformation_id = row.Get<TransformationId>(0);
  link.lot_id = row.Get<LotId>(1);
  link.kind = KindOf(row.Get<OutputRole>(2));
  link.quantity = row.Get<Quantity>(3);
  return link;
}

// Which kinds of links the filter leaves.
class KindFilter {
 public:
  explicit KindFilter(const std::vector<TraceLinkKind>& kinds) : kinds_(kinds) {
    for (const TraceLinkKind kind : kinds) (IsInput(kind) ? inputs_ : outputs_) = true;
  }

  bool Allows(TraceLinkKind kind) const {
    const bool narrowed = IsInput(kind) ? inputs_ : outputs_;
    return !narrowed || std::find(kinds_.begin(), kinds_.end(), kind) != kinds_.end();
  }

 private:
  const std::vector<TraceLinkKind>& kinds_;
  bool inputs_ = false;
  bool outputs_ = false;
};

// One walk: what it has seen, and the level it stands on.
class Walk {
 public:
  Walk(pg::Transaction& transaction, const TraceOrder& order)
      : transaction_(transaction),
        order_(order),
        kinds_(order.filter.link_kinds),
        downstream_(order.direction == TraceDirection::kDownstream),
        graph_(order.direction) {}

  absl::StatusOr<TraceGraph> Run() {
    for (const LotId& seed : order_.seeds) reached_.push_back(graph_.AddLot(seed));
    RETURN_IF_ERROR(EnterLevel());
    while (!level_.empty()) {
      RETURN_IF_ERROR(CallBeforeChildren());
      for (size_t begin = 0; begin < level_.size(); begin += kLotsPerStatement) {
        RETURN_IF_ERROR(Cross(absl::MakeConstSpan(level_).subspan(begin, kLotsPerStatement)));
      }
      RETURN_IF_ERROR(OrderSteps());
      ++depth_;
      RETURN_IF_ERROR(EnterLevel());
    }
    return std::move(graph_).Finish(std::move(truncated_by_));
  }

 private:
  using Links = std::vector<TraceLink>;

  // Makes the lots that were reached and are new the next level, as far as the limit allows.
  absl::Status EnterLevel() {
    level_.clear();
    std::sort(reached_.begin(), reached_.end());
    reached_.erase(std::unique(reached_.begin(), reached_.end()), reached_.end());
    std::vector<LotId> fresh;
    for (const uint32_t lot : std::exchange(reached_, {})) {
      if (!graph_.IsReached(lot)) fresh.push_back(graph_.IdOfLot(lot));
    }
    if (fresh.empty()) return absl::OkStatus();
    const size_t room = order_.node_limit - graph_.reached_count();
    if (fresh.size() > room) truncated_by_ = "node_limit";
    if (room == 0) return absl::OkStatus();
    transaction_.Add(kSortLots, order_.company, fresh);
    ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
    for (const pg::Row& row : results[0]) {
      if (level_.size() == room) break;
      level_.push_back(graph_.FindLot(row.Get<LotId>(0)));
    }
    graph_.AddLevel(level_);
    return absl::OkStatus();
  }

  absl::Status CallBeforeChildren() const {
    if (order_.before_children == nullptr) return absl::OkStatus();
    std::vector<LotId> by_id = IdsOf(level_);
    std::sort(by_id.begin(), by_id.end());
    return order_.before_children(by_id);
  }

  absl::Status Cross(absl::Span<const uint32_t> lots) {
    ASSIGN_OR_RETURN(const Links near, FindSteps(lots));
    if (near.empty()) return absl::OkStatus();
    if (depth_ < order_.depth_max) return CrossSteps(near, lots);
    for (const TraceLink& link : near) StopAt(link);
    return absl::OkStatus();
  }

  // The links between the lots and the transformations next to them.
  absl::StatusOr<Links> FindSteps(absl::Span<const uint32_t> lots) {
    const TraceFilter& filter = order_.filter;
    const bool always =
        filter.begin == absl::InfinitePast() && filter.end == absl::InfiniteFuture() &&
        order_.as_of == absl::InfiniteFuture() && order_.known_at == absl::InfiniteFuture();
    if (always) {
      transaction_.Add(downstream_ ? kStepsFromInputs : kStepsFromOutputs, order_.company,
                       IdsOf(lots));
    } else {
      transaction_.Add(downstream_ ? kStepsFromInputsThen : kStepsFromOutputsThen, order_.company,
                       IdsOf(lots), filter.begin, filter.end, order_.as_of, order_.known_at);
    }
    ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
    return Read(results[0], downstream_ ? InputLink : OutputLink);
  }

  // Reads the other side of the transformations, and reaches the lots there.
  absl::Status CrossSteps(const Links& near, absl::Span<const uint32_t> lots) {
    std::vector<TransformationId> fresh;
    for (const TraceLink& link : near) {
      const auto [step, is_new] = graph_.AddStep(link.transformation_id, depth_);
      graph_.AddLink(link, step);
      if (is_new) fresh.push_back(link.transformation_id);
    }
    if (downstream_) {
      AddOutputs(near);
    } else {
      AddInputs(near, fresh, lots);
    }
    fresh_.insert(fresh_.end(), fresh.begin(), fresh.end());
    ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
    for (const pg::Result& result : results) {
      for (const TraceLink& link : Read(result, downstream_ ? OutputLink : InputLink)) {
        graph_.AddLink(link, graph_.FindStep(link.transformation_id));
        if (link.kind == TraceLinkKind::kReturnedComponent) continue;
        reached_.push_back(graph_.FindLot(link.lot_id));
      }
    }
    return absl::OkStatus();
  }

  void AddInputs(const Links& near, const std::vector<TransformationId>& fresh,
                 absl::Span<const uint32_t> lots) {
    std::vector<TransformationId> near_steps;
    for (const TraceLink& link : near) near_steps.push_back(link.transformation_id);
    transaction_.Add(kPooledInputs, order_.company, fresh);
    transaction_.Add(kExactInputs, order_.company, near_steps, IdsOf(lots));
  }

  // A pooled input went into every output; an exact one into the output that it names.
  void AddOutputs(const Links& near) {
    std::vector<TransformationId> pooled;
    std::vector<TransformationId> exact;
    std::vector<LotId> exact_outputs;
    for (const TraceLink& link : near) {
      TraceGraph::Step& step = graph_.step(graph_.FindStep(link.transformation_id));
      if (step.all_outputs) continue;
      if (link.output_lot_id) {
        exact.push_back(link.transformation_id);
        exact_outputs.push_back(*link.output_lot_id);
      } else {
        step.all_outputs = true;
        pooled.push_back(link.transformation_id);
      }
    }
    transaction_.Add(kAllOutputs, order_.company, pooled);
    transaction_.Add(kExactOutputs, order_.company, exact, exact_outputs);
  }

  // Beyond the last level nothing new is read. A link to a transformation that is told is told too.
  void StopAt(const TraceLink& link) {
    const uint32_t step = graph_.FindStep(link.transformation_id);
    bool followed = false;
    if (step != kNoNumber) {
      graph_.AddLink(link, step);
      TraceGraph::Step& found = graph_.step(step);
      followed = downstream_ && found.all_outputs;
      if (!followed && !link.output_lot_id) found.outputs_missing = true;
    }
    if (followed) return;
    graph_.MarkCut(graph_.FindLot(link.lot_id));
    if (truncated_by_.empty()) truncated_by_ = "depth_max";
  }

  absl::Status OrderSteps() {
    if (fresh_.empty()) return absl::OkStatus();
    transaction_.Add(kStepHeaders, order_.company, std::exchange(fresh_, {}));
    ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
    for (const pg::Row& row : results[0]) {
      const uint32_t number = graph_.FindStep(row.Get<TransformationId>(0));
      graph_.step(number).kind = row.Get<TransformationKind>(1);
      graph_.step(number).single_output = row.Get<bool>(2);
      graph_.OrderStep(number);
    }
    return absl::OkStatus();
  }

  // The links that the filter leaves.
  Links Read(const pg::Result& rows, TraceLink (*read)(const pg::Row&)) const {
    Links links;
    links.reserve(rows.size());
    for (const pg::Row& row : rows) {
      TraceLink link = read(row);
      if (kinds_.Allows(link.kind)) links.push_back(std::move(link));
    }
    return links;
  }

  std::vector<LotId> IdsOf(absl::Span<const uint32_t> lots) const {
    std::vector<LotId> ids;
    ids.reserve(lots.size());
    for (const uint32_t lot : lots) ids.push_back(graph_.IdOfLot(lot));
    return ids;
  }

  pg::Transaction& transaction_;
  const TraceOrder& order_;
  const KindFilter kinds_;
  const bool downstream_;
  TraceGatherer graph_;
  int depth_ = 0;
  std::vector<uint32_t> level_;
  std::vector<uint32_t> reached_;        // from the level
  std::vector<TransformationId> fresh_;  // that the level led to
  std::string truncated_by_;
};

}  // namespace

absl::StatusOr<TraceGraph> WalkTrace(pg::Transaction& transaction, const TraceOrder& order) {
  return Walk(transaction, order).Run();
}

}  // namespace lots
