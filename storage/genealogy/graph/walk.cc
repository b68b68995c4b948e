// Walks the genealogy level by level: the lots of a level, the transformations that they take part
// in, and the lots on the other side of these.
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/transformation.h"
#include "storage/genealogy/ends/left_over.h"
#include "storage/genealogy/graph/by_ids.h"
#include "storage/genealogy/graph/collect.h"
#include "storage/genealogy/graph/ended.h"
#include "storage/genealogy/graph/graph.h"
#include "storage/genealogy/graph/lines.h"
#include "storage/genealogy/graph/lock_lots.h"
#include "storage/genealogy/graph/lots.h"

namespace lots {
namespace {

// Counts the ids and the lines between two lots, or between two transformations (by_ids.h).
constexpr pg::Statement kUsesBetween{"trace_count_uses_between", R"sql(
  SELECT (SELECT count(*) FROM (
            SELECT FROM lots
            WHERE company = $1 AND lot_id BETWEEN $2 AND $3 LIMIT $4) AS ids),
         (SELECT count(*) FROM (
            SELECT FROM transformation_inputs
            WHERE company = $1 AND lot_id BETWEEN $2 AND $3 LIMIT $5) AS lines))sql"};

constexpr pg::Statement kMakingsBetween{"trace_count_makings_between", R"sql(
  SELECT (SELECT count(*) FROM (
            SELECT FROM lots
            WHERE company = $1 AND lot_id BETWEEN $2 AND $3 LIMIT $4) AS ids),
         (SELECT count(*) FROM (
            SELECT FROM transformation_outputs
            WHERE company = $1 AND lot_id BETWEEN $2 AND $3 LIMIT $5) AS lines))sql"};

constexpr pg::Statement kOutputsBetween{"trace_count_outputs_between", R"sql(
  SELECT (SELECT count(*) FROM (
            SELECT FROM transformations
            WHERE company = $1 AND transformation_id BETWEEN $2 AND $3 LIMIT $4) AS ids),
         (SELECT count(*) FROM (
            SELECT FROM transformation_outputs
            WHERE company = $1 AND transformation_id BETWEEN $2 AND $3 LIMIT $5) AS lines))sql"};

constexpr pg::Statement kInputsBetween{"trace_count_inputs_between", R"sql(
  SELECT (SELECT count(*) FROM (
            SELECT FROM transformations
            WHERE company = $1 AND transformation_id BETWEEN $2 AND $3 LIMIT $4) AS ids),
         (SELECT count(*) FROM (
            SELECT FROM transformation_inputs
            WHERE company = $1 AND transformation_id BETWEEN $2 AND $3 LIMIT $5) AS lines))sql"};

// Single lines: adding them up costs PostgreSQL more than it costs C++.
LOTS_BY_IDS(kInputsOfLots, "trace_inputs_of_lots", R"sql(
  SELECT transformation_id, lot_id, output_lot_id, quantity
  FROM transformation_inputs WHERE company = $1 AND )sql",
            "lot_id", "");

// A returned component was not made by the transformation.
LOTS_BY_IDS(kOutputsOfLots, "trace_outputs_of_lots", R"sql(
  SELECT o.transformation_id, o.lot_id, o.role, o.quantity, o.line
  FROM transformation_outputs o WHERE o.company = $1 AND )sql"_sql,
            "o.lot_id", " AND " LOTS_OUTPUT_ROLE(o) " <> {OUTPUT_RETURNED}"_sql);

LOTS_BY_IDS(kAllOutputs, "trace_all_outputs",
            "SELECT o.transformation_id, o.lot_id, " LOTS_OUTPUT_ROLE(o) R"sql(, o.quantity, o.line
  FROM transformation_outputs o WHERE o.company = $1 AND )sql"_sql,
            "o.transformation_id", "");

constexpr const char* kExactOutputsText =
    "SELECT o.transformation_id, o.lot_id, " LOTS_OUTPUT_ROLE(o) R"sql(, o.quantity, o.line
  FROM (SELECT DISTINCT * FROM unnest($2::uuid[], $3::uuid[])) AS pair (transformation_id, lot_id)
  JOIN transformation_outputs o ON o.company = $1
    AND o.transformation_id = pair.transformation_id AND o.lot_id = pair.lot_id)sql"_sql;
constexpr pg::Statement kExactOutputs{"trace_exact_outputs", kExactOutputsText};

LOTS_BY_IDS(kPooledInputs, "trace_pooled_inputs", R"sql(
  SELECT transformation_id, lot_id, output_lot_id, quantity
  FROM transformation_inputs WHERE company = $1 AND )sql",
            "transformation_id", " AND output_lot_id IS NULL");

constexpr pg::Statement kExactInputs{"trace_exact_inputs", R"sql(
  SELECT transformation_id, lot_id, output_lot_id, quantity
  FROM transformation_inputs
  WHERE company = $1 AND output_lot_id = ANY($3) AND transformation_id = ANY($2))sql"};

using LotNumbers = std::vector<uint32_t>;
using LotParts = absl::Span<const IdPart<LotId>>;
using TransformationParts = std::vector<IdPart<TransformationId>>;

// One walk. `level_` holds the lots of the current depth.
class Walk {
 public:
  Walk(pg::ParallelReads& reads, const TraceQuery& query, PendingTrace* pending)
      : reads_(reads),
        query_(query),
        pending_(pending),
        kinds_(query.filter.link_kinds),
        downstream_(query.direction == TraceDirection::kDownstream),
        ended_(query),
        graph_(query.direction) {}

  absl::StatusOr<TraceGraph> Run() {
    for (const LotId& seed : query_.seeds) reached_.push_back(graph_.AddLot(seed));
    RETURN_IF_ERROR(StartNextLevel());
    while (!level_.empty()) {
      RETURN_IF_ERROR(EachPipeline([&](LotParts parts) { return FollowLinks(parts); }));
      AppendFound();
      ++depth_;
      RETURN_IF_ERROR(StartNextLevel());
    }
    return std::move(graph_).Finish(std::move(truncated_by_));
  }

 private:
  using Lines = std::vector<TraceLine>;
  // A transformation that the level led to.
  struct Found {
    Transformation transformation;
    uint32_t number;
  };
  // What one part of a level asks of exact links. Downstream, the two lists are pairs of a
  // transformation and an output. Upstream, any of the transformations may have made any of the
  // lots.
  struct ExactRequest {
    std::vector<TransformationId> transformations;
    std::vector<LotId> lots;
  };
  // What some parts of a level ask of the far side of their transformations.
  struct FarRequest {
    std::vector<TransformationId> headers;  // transformations that the walk has not seen before
    std::vector<TransformationId> pooled;
    std::vector<ExactRequest> exact;  // by part
  };

  // Makes the new ones of the reached lots the next level, as far as the limit allows.
  absl::Status StartNextLevel() {
    level_.clear();
    std::sort(reached_.begin(), reached_.end());
    reached_.erase(std::unique(reached_.begin(), reached_.end()), reached_.end());
    LotNumbers fresh;
    for (const uint32_t lot : std::exchange(reached_, {})) {
      if (!graph_.IsReached(lot)) fresh.push_back(lot);
    }
    if (fresh.empty()) return absl::OkStatus();
    const size_t room = query_.node_limit - graph_.reached_count();
    if (fresh.size() > room) truncated_by_ = "node_limit";
    if (room == 0) return absl::OkStatus();
    if (fresh.size() > kIdsPerPart) RETURN_IF_ERROR(reads_.AddConnection());
    RETURN_IF_ERROR(SplitIntoParts(fresh));
    RETURN_IF_ERROR(query_.lock ? LockLevel(room) : ReadLevel(room));
    graph_.AddLevel(level_);
    // A limit kept some lots out, or some were deleted meanwhile.
    return level_.size() < fresh.size() ? SplitIntoParts(level_) : absl::OkStatus();
  }

  // Sorts by id. The rows of a part then lie together on the database's pages, and every
  // transaction locks lots in the same order.
  absl::Status SplitIntoParts(const LotNumbers& lots) {
    ids_.clear();
    for (const uint32_t lot : lots) ids_.push_back(graph_.IdOfLot(lot));
    std::sort(ids_.begin(), ids_.end());
    const pg::Statement& between = downstream_ ? kUsesBetween : kMakingsBetween;
    ASSIGN_OR_RETURN(parts_, PartsOf<LotId>(reads_, between, query_.company, ids_));
    return absl::OkStatus();
  }

  // Calls `visit` with the parts of one pipeline after the other.
  absl::Status EachPipeline(absl::FunctionRef<absl::Status(LotParts)> visit) const {
    for (size_t begin = 0; begin < parts_.size(); begin += kPartsPerPipeline) {
      RETURN_IF_ERROR(visit(LotParts(parts_).subspan(begin, kPartsPerPipeline)));
    }
    return absl::OkStatus();
  }

  absl::Status LockLevel(size_t room) {
    ASSIGN_OR_RETURN(const std::vector<LockedLot> locked, LockLots(reads_, query_.company, parts_));
    for (const LockedLot& lot : locked) {
      if (level_.size() == room) break;
      AddToLevel(lot.lot_id, lot.scale, lot.tracking);
    }
    return absl::OkStatus();
  }

  absl::Status ReadLevel(size_t room) {
    std::vector<TraceLot> read;
    read.reserve(ids_.size());
    RETURN_IF_ERROR(EachPipeline([&](LotParts parts) -> absl::Status {
      for (const auto& part : parts) AddTraceLots(reads_, query_, part);
      RETURN_IF_ERROR(reads_.SendAsync());
      for (size_t i = 0; i < parts.size(); ++i) {
        ASSIGN_OR_RETURN(const pg::Result rows, reads_.Take());
        for (const pg::Row& row : rows) read.push_back(ReadTraceLot(row));
      }
      return absl::OkStatus();
    }));
    SortTraceLots(read);
    if (read.size() > room) read.resize(room);
    for (const TraceLot& lot : read) {
      AddToLevel(lot.lot_id, lot.scale, lot.tracking);
      if (pending_ != nullptr && depth_ > 0) pending_->lots.Push(lot);
    }
    return absl::OkStatus();
  }

  void AddToLevel(const LotId& lot_id, int scale, Tracking tracking) {
    level_.push_back(graph_.FindLot(lot_id));
    graph_.Describe(level_.back(), scale, tracking == Tracking::kSerial);
  }

  // Reads the lots' near lines (downstream: what the lots went into), then the far side of their
  // transformations.
  absl::Status FollowLinks(LotParts parts) {
    const ByIds& near_lots = downstream_ ? kInputsOfLots : kOutputsOfLots;
    const bool is_first = depth_ == 0 && parts.data() == parts_.data();
    if (is_first) ended_.AddWhether(reads_);
    for (const auto& part : parts) AddByIds(reads_, near_lots, query_.company, part);
    RETURN_IF_ERROR(reads_.SendAsync());
    if (is_first) RETURN_IF_ERROR(ended_.ReadWhether(reads_));
    if (depth_ == query_.depth_max) return StopAtDepthMax(parts.size());
    FarRequest far;
    RETURN_IF_ERROR(ended_.any() ? AddNearLinesInEffect(parts, far) : AddAllNearLines(parts, far));
    return ReadFarSide(far);
  }

  // Adds the lines of one part while the database reads the next.
  absl::Status AddAllNearLines(LotParts parts, FarRequest& far) {
    for (const auto& part : parts) {
      ASSIGN_OR_RETURN(const Lines near, TakeNearLines());
      AddNearLines(near, part.ids, far);
    }
    return absl::OkStatus();
  }

  // What ended must be known before anything is followed.
  absl::Status AddNearLinesInEffect(LotParts parts, FarRequest& far) {
    std::vector<Lines> near(parts.size());
    for (Lines& lines : near) {
      ASSIGN_OR_RETURN(lines, TakeNearLines());
    }
    RETURN_IF_ERROR(ended_.Read(reads_, near));
    for (size_t i = 0; i < parts.size(); ++i) {
      AddNearLines(ended_.Apply(std::move(near[i])), parts[i].ids, far);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Lines> TakeNearLines() {
    ASSIGN_OR_RETURN(const pg::Result rows, reads_.Take());
    return kinds_.Read(rows, downstream_ ? InputLine : OutputLine);
  }

  void AddNearLines(const Lines& near, absl::Span<const LotId> lots, FarRequest& far) {
    ExactRequest exact;
    for (const auto& [link, line] : near) {
      const auto [number, is_new] = graph_.AddTransformation(link.transformation_id, depth_);
      graph_.AddLink(link, number, line);
      if (is_new) far.headers.push_back(link.transformation_id);
      if (downstream_) {
        RequestOutputs(link, number, far.pooled, exact);
      } else {
        if (is_new) far.pooled.push_back(link.transformation_id);
        exact.transformations.push_back(link.transformation_id);
      }
    }
    if (exact.transformations.empty()) return;
    if (!downstream_) exact.lots.assign(lots.begin(), lots.end());
    far.exact.push_back(std::move(exact));
  }

  // A pooled input went into every output; an exact one into the output that it names.
  void RequestOutputs(const TraceLink& link, uint32_t number, std::vector<TransformationId>& pooled,
                      ExactRequest& exact) {
    TraceGraph::Transformation& transformation = graph_.transformation(number);
    if (transformation.all_outputs_requested) return;
    if (link.output_lot_id) {
      exact.transformations.push_back(link.transformation_id);
      exact.lots.push_back(*link.output_lot_id);
    } else {
      transformation.all_outputs_requested = true;
      pooled.push_back(link.transformation_id);
    }
  }

  absl::Status ReadFarSide(FarRequest& far) {
    std::sort(far.headers.begin(), far.headers.end());
    std::sort(far.pooled.begin(), far.pooled.end());
    ASSIGN_OR_RETURN(const TransformationParts headers, PartsOfTransformations(far.headers));
    // The two lists are mostly the same.
    TransformationParts pooled = headers;
    if (far.pooled != far.headers) {
      ASSIGN_OR_RETURN(pooled, PartsOfTransformations(far.pooled));
    }
    for (const auto& part : headers) AddTraceTransformations(reads_, query_, part);
    const ByIds& far_lots = downstream_ ? kAllOutputs : kPooledInputs;
    for (const auto& part : pooled) AddByIds(reads_, far_lots, query_.company, part);
    for (const ExactRequest& part : far.exact) {
      reads_.Add(downstream_ ? kExactOutputs : kExactInputs, query_.company, part.transformations,
                 part.lots);
    }
    if (headers.empty() && pooled.empty() && far.exact.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(reads_.SendAsync());
    for (size_t i = 0; i < headers.size(); ++i) {
      ASSIGN_OR_RETURN(const pg::Result rows, reads_.Take());
      ReadHeaders(rows);
    }
    for (size_t i = 0; i < pooled.size(); ++i) {
      ASSIGN_OR_RETURN(const pg::Result rows, reads_.Take());
      if (downstream_) FindSingleOutputs(rows);
      AddFarLines(rows);
    }
    for (size_t i = 0; i < far.exact.size(); ++i) {
      ASSIGN_OR_RETURN(const pg::Result rows, reads_.Take());
      AddFarLines(rows);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<TransformationParts> PartsOfTransformations(
      absl::Span<const TransformationId> ids) {
    return PartsOf(reads_, downstream_ ? kOutputsBetween : kInputsBetween, query_.company, ids);
  }

  void ReadHeaders(const pg::Result& rows) {
    for (const pg::Row& row : rows) {
      Transformation read = ReadTraceTransformation(row);
      const uint32_t number = graph_.FindTransformation(read.transformation_id);
      TraceGraph::Transformation& transformation = graph_.transformation(number);
      transformation.kind = read.kind;
      transformation.single_output = HasSingleOutput(row);
      transformation.in_effect = true;
      if (ended_.any() && query_.include_former) {
        graph_.SetTime(read.transformation_id, read.occurred_at);
      }
      found_.push_back({std::move(read), number});
    }
  }

  // `outputs` are all outputs of some transformations, each of which is read once.
  void FindSingleOutputs(const pg::Result& outputs) {
    absl::flat_hash_map<uint32_t, LotId> firsts;
    for (const pg::Row& row : outputs) {
      if (row.Get<OutputRole>(2) == OutputRole::kReturnedComponent) continue;
      const uint32_t number = graph_.FindTransformation(row.Get<TransformationId>(0));
      const auto [first, is_first] = firsts.emplace(number, row.Get<LotId>(1));
      bool& single = graph_.transformation(number).single_output;
      single = is_first || (single && first->second == row.Get<LotId>(1));
    }
  }

  void AddFarLines(const pg::Result& rows) {
    Lines far = kinds_.Read(rows, downstream_ ? OutputLine : InputLine);
    for (const auto& [link, line] : ended_.Apply(std::move(far))) {
      const uint32_t number = graph_.FindTransformation(link.transformation_id);
      if (!graph_.transformation(number).in_effect) continue;
      graph_.AddLink(link, number, line);
      if (link.kind == TraceLinkKind::kReturnedComponent) continue;
      reached_.push_back(graph_.FindLot(link.lot_id));
    }
  }

  // Adds the links to transformations that are in the graph already. Of the others, only reads
  // whether there are any.
  absl::Status StopAtDepthMax(size_t part_count) {
    Lines near;
    for (size_t i = 0; i < part_count; ++i) {
      ASSIGN_OR_RETURN(const Lines lines, TakeNearLines());
      near.insert(near.end(), lines.begin(), lines.end());
    }
    RETURN_IF_ERROR(ended_.Read(reads_, absl::MakeConstSpan(&near, 1)));
    near = ended_.Apply(std::move(near));
    if (near.empty()) return absl::OkStatus();
    std::vector<TransformationId> unknown;
    for (const auto& [link, line] : near) {
      const uint32_t number = graph_.FindTransformation(link.transformation_id);
      if (number == kNoNumber) {
        unknown.push_back(link.transformation_id);
      } else if (graph_.transformation(number).in_effect) {
        AddLinkAtDepthMax(link, number, line);
      }
    }
    AddTraceTransformations(reads_, query_, {unknown});
    RETURN_IF_ERROR(reads_.SendAsync());
    ASSIGN_OR_RETURN(const pg::Result headers, reads_.Take());
    absl::flat_hash_set<TransformationId> in_effect;
    for (const pg::Row& row : headers) in_effect.insert(row.Get<TransformationId>(0));
    for (const auto& [link, line] : near) {
      if (in_effect.contains(link.transformation_id)) Cut(link);
    }
    return absl::OkStatus();
  }

  void AddLinkAtDepthMax(const TraceLink& link, uint32_t number, uint32_t line) {
    graph_.AddLink(link, number, line);
    TraceGraph::Transformation& transformation = graph_.transformation(number);
    if (downstream_ && transformation.all_outputs_requested) return;
    if (!link.output_lot_id) transformation.outputs_missing = true;
    Cut(link);
  }

  void Cut(const TraceLink& link) {
    graph_.MarkCut(graph_.FindLot(link.lot_id));
    if (truncated_by_.empty()) truncated_by_ = "depth_max";
  }

  // Appends the transformations that the level led to, oldest first.
  void AppendFound() {
    const auto sort_keys = [](const Transformation& transformation) {
      return std::tie(transformation.occurred_at, transformation.work_order,
                      transformation.recorded_at, transformation.transformation_id);
    };
    std::vector<Found> found = std::exchange(found_, {});
    std::sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
      return sort_keys(a.transformation) < sort_keys(b.transformation);
    });
    for (const auto& [transformation, number] : found) {
      graph_.AppendTransformation(number);
      if (pending_ != nullptr) pending_->transformations.Push(transformation);
    }
  }

  pg::ParallelReads& reads_;
  const TraceQuery& query_;
  PendingTrace* const pending_;
  const LinkKindFilter kinds_;
  const bool downstream_;
  EndedLines ended_;
  TraceCollector graph_;
  int depth_ = 0;
  LotNumbers level_;
  std::vector<LotId> ids_;            // of the level, sorted
  std::vector<IdPart<LotId>> parts_;  // of ids_
  LotNumbers reached_;                // the lots that the level leads to
  std::vector<Found> found_;          // the transformations that the level leads to
  std::string truncated_by_;
};

}  // namespace

absl::StatusOr<TraceGraph> WalkTrace(pg::ParallelReads& reads, const TraceQuery& query,
                                     PendingTrace* pending) {
  return Walk(reads, query, pending).Run();
}

}  // namespace lots
