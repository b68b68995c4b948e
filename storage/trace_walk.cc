#include <algorithm>
#include <tuple>
#include <utility>

#include "storage/base/status_macros.h"
#include "storage/trace_graph.h"

namespace lots {
namespace {

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

constexpr pg::Statement kStepHeaders{"trace_step_headers", R"sql(
  SELECT t.transformation_id, t.kind, t.work_order_id, t.occurred_at, t.recorded_at, t.actor,
         t.note,
         (SELECT count(*) FROM (
            SELECT FROM transformation_outputs o
            WHERE o.company = $1 AND o.transformation_id = t.transformation_id LIMIT 2) few) = 1
  FROM transformations t WHERE t.company = $1 AND t.transformation_id = ANY($2))sql"};

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

// One walk: what it has seen, and the level it stands on.
class Walk {
 public:
  Walk(pg::Transaction& snapshot, const TraceOrder& order)
      : snapshot_(snapshot),
        order_(order),
        downstream_(order.direction == TraceDirection::kDownstream) {}

  absl::StatusOr<TraceGraph> Run() {
    RETURN_IF_ERROR(EnterLevel(order_.seeds));
    while (!level_.empty()) {
      RETURN_IF_ERROR(CallBeforeChildren());
      ASSIGN_OR_RETURN(const std::vector<TraceLink> near, FindSteps());
      if (near.empty()) break;
      if (depth_ == order_.depth_max) {
        graph_.truncated_by = "depth_max";
        break;
      }
      ASSIGN_OR_RETURN(const std::vector<LotId> reached, CrossSteps(near));
      ++depth_;
      RETURN_IF_ERROR(EnterLevel(reached));
    }
    return std::move(graph_);
  }

 private:
  // Makes the lots that are new the next level, in their order, as far as the limit allows.
  absl::Status EnterLevel(const std::vector<LotId>& reached) {
    level_.clear();
    absl::flat_hash_set<LotId> fresh;
    for (const LotId& lot_id : reached) {
      if (!graph_.nodes.contains(lot_id)) fresh.insert(lot_id);
    }
    if (fresh.empty()) return absl::OkStatus();
    const std::vector<LotId> unsorted(fresh.begin(), fresh.end());
    ASSIGN_OR_RETURN(level_, SortByNumber(snapshot_, order_.company, unsorted));
    const size_t room = order_.node_limit - graph_.nodes.size();
    if (level_.size() > room) {
      level_.resize(room);
      graph_.truncated_by = "node_limit";
    }
    for (const LotId& lot_id : level_) graph_.nodes[lot_id].depth = depth_;
    if (!level_.empty()) graph_.levels.push_back(level_);
    return absl::OkStatus();
  }

  absl::Status CallBeforeChildren() const {
    if (order_.before_children == nullptr) return absl::OkStatus();
    std::vector<LotId> by_id = level_;
    std::sort(by_id.begin(), by_id.end());
    return order_.before_children(by_id);
  }

  // The links between the level and the transformations next to it.
  absl::StatusOr<std::vector<TraceLink>> FindSteps() {
    const pg::Statement& statement = downstream_ ? kStepsFromInputs : kStepsFromOutputs;
    snapshot_.Add(statement, order_.company, level_);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot_.Send());
    return Keep(results[0], downstream_ ? InputLink : OutputLink);
  }

  // Reads the transformations and their other side; returns the lots there.
  absl::StatusOr<std::vector<LotId>> CrossSteps(const std::vector<TraceLink>& near) {
    std::vector<TransformationId> fresh;
    for (const TraceLink& link : near) {
      if (graph_.steps.try_emplace(link.transformation_id).second) {
        fresh.push_back(link.transformation_id);
      }
    }
    snapshot_.Add(kStepHeaders, order_.company, fresh);
    AddFarSide(near, fresh);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot_.Send());
    ReadHeaders(results[0]);
    std::vector<LotId> reached;
    for (size_t i = 1; i < results.size(); ++i) {
      for (const TraceLink& link : Keep(results[i], downstream_ ? OutputLink : InputLink)) {
        if (link.kind != TraceLinkKind::kReturnedComponent) reached.push_back(link.lot_id);
      }
    }
    return reached;
  }

  void AddFarSide(const std::vector<TraceLink>& near, const std::vector<TransformationId>& fresh) {
    if (downstream_) return AddOutputs(near);
    std::vector<TransformationId> near_steps;
    for (const TraceLink& link : near) near_steps.push_back(link.transformation_id);
    snapshot_.Add(kPooledInputs, order_.company, fresh);
    snapshot_.Add(kExactInputs, order_.company, near_steps, level_);
  }

  // A pooled input went into every output; an exact one into the output that it names.
  void AddOutputs(const std::vector<TraceLink>& near) {
    std::vector<TransformationId> pooled;
    std::vector<TransformationId> exact;
    std::vector<LotId> exact_outputs;
    for (const TraceLink& link : near) {
      if (!link.output_lot_id) {
        if (pooled_.insert(link.transformation_id).second) pooled.push_back(link.transformation_id);
      } else if (!pooled_.contains(link.transformation_id)) {
        exact.push_back(link.transformation_id);
        exact_outputs.push_back(*link.output_lot_id);
      }
    }
    snapshot_.Add(kAllOutputs, order_.company, pooled);
    snapshot_.Add(kExactOutputs, order_.company, exact, exact_outputs);
  }

  void ReadHeaders(const pg::Result& headers) {
    for (const pg::Row& row : headers) {
      TraceGraph::Step& step = graph_.steps[row.Get<TransformationId>(0)];
      step.depth = depth_;
      step.single_output = row.Get<bool>(7);
      Transformation& transformation = step.transformation;
      transformation.transformation_id = row.Get<TransformationId>(0);
      transformation.kind = row.Get<TransformationKind>(1);
      transformation.work_order = row.Get<std::optional<WorkOrderId>>(2);
      transformation.occurred_at = row.Get<absl::Time>(3);
      transformation.recorded_at = row.Get<absl::Time>(4);
      transformation.actor = row.Get<std::string>(5);
      transformation.note = row.Get<std::string>(6);
    }
  }

  // Adds the links that are new to the graph and returns all of them. An output may be reached by
  // an exact input first and by a pooled one later.
  std::vector<TraceLink> Keep(const pg::Result& rows, TraceLink (*read)(const pg::Row&)) {
    std::vector<TraceLink> links;
    links.reserve(rows.size());
    for (const pg::Row& row : rows) {
      links.push_back(read(row));
      const TraceLink& link = links.back();
      const LotId output = link.output_lot_id.value_or(LotId());
      if (seen_.insert({link.transformation_id, link.lot_id, output, link.kind}).second) {
        graph_.links.push_back(link);
      }
    }
    return links;
  }

  pg::Transaction& snapshot_;
  const TraceOrder& order_;
  const bool downstream_;
  TraceGraph graph_;
  int depth_ = 0;
  std::vector<LotId> level_;
  absl::flat_hash_set<TransformationId> pooled_;  // whose outputs are all reached
  absl::flat_hash_set<std::tuple<TransformationId, LotId, LotId, TraceLinkKind>> seen_;
};

}  // namespace

absl::StatusOr<TraceGraph> WalkTrace(pg::Transaction& snapshot, const TraceOrder& order) {
  return Walk(snapshot, order).Run();
}

}  // namespace lots
