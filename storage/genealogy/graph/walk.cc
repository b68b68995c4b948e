#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/genealogy/graph/collect.h"
#include "storage/genealogy/graph/graph.h"
#include "storage/genealogy/graph/lines.h"

namespace lots {
namespace {

// What a level and its lines come to between two lots, or two transformations (by_ids.h).
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

// Stronger than what the ledger takes of lots and of serials: who moves one of them has done so, or
// waits.
LOTS_BY_IDS(kLockLots, "trace_lock_lots",
            "SELECT lot_id, scale, tracking FROM lots WHERE company = $1 AND ", "lot_id",
            " ORDER BY lot_id FOR UPDATE");

// Lines as they are: adding them up costs more there than here.
LOTS_BY_IDS(kInputsOfLots, "trace_inputs_of_lots", R"sql(
  SELECT transformation_id, lot_id, output_lot_id, quantity
  FROM transformation_inputs WHERE company = $1 AND )sql",
            "lot_id", "");

// Role 3, a component that came back, was not made there.
LOTS_BY_IDS(kOutputsOfLots, "trace_outputs_of_lots", R"sql(
  SELECT transformation_id, lot_id, role, quantity, line
  FROM transformation_outputs WHERE company = $1 AND )sql",
            "lot_id", " AND role <> 3");

LOTS_BY_IDS(kAllOutputs, "trace_all_outputs", R"sql(
  SELECT transformation_id, lot_id, role, quantity, line
  FROM transformation_outputs WHERE company = $1 AND )sql",
            "transformation_id", "");

constexpr pg::Statement kExactOutputs{"trace_exact_outputs", R"sql(
  SELECT o.transformation_id, o.lot_id, o.role, o.quantity, o.line
  FROM (SELECT DISTINCT * FROM unnest($2::uuid[], $3::uuid[])) AS pair (transformation_id, lot_id)
  JOIN transformation_outputs o ON o.company = $1
    AND o.transformation_id = pair.transformation_id AND o.lot_id = pair.lot_id)sql"};

LOTS_BY_IDS(kPooledInputs, "trace_pooled_inputs", R"sql(
  SELECT transformation_id, lot_id, output_lot_id, quantity
  FROM transformation_inputs WHERE company = $1 AND )sql",
            "transformation_id", " AND output_lot_id IS NULL");

constexpr pg::Statement kExactInputs{"trace_exact_inputs", R"sql(
  SELECT transformation_id, lot_id, output_lot_id, quantity
  FROM transformation_inputs
  WHERE company = $1 AND output_lot_id = ANY($3) AND transformation_id = ANY($2))sql"};

// The transformations that count, with what the walk needs of them and what is told: those that
// happened in [$3, $4) and by $5, were recorded by $6 and made something, for they were not
// reversed. A reversal corrects the record: it counts from when it was recorded, whenever it is
// said to have happened. $7: whether a single output is to be told, which a walk downstream sees by
// itself; a lot that is listed twice is one.
LOTS_BY_IDS(kStepHeaders, "trace_step_headers", R"sql(
  SELECT t.transformation_id, t.kind,
         $7 AND NOT EXISTS (
           SELECT FROM transformation_outputs o
           WHERE o.company = $1 AND o.transformation_id = t.transformation_id AND o.lot_id <> (
             SELECT f.lot_id FROM transformation_outputs f
             WHERE f.company = $1 AND f.transformation_id = t.transformation_id
             ORDER BY f.line LIMIT 1)),
         t.occurred_at, t.work_order_id, t.recorded_at, t.actor, t.note
  FROM transformations t
  WHERE t.company = $1 AND )sql",
            "t.transformation_id", R"sql(
    AND t.occurred_at >= $3 AND t.occurred_at < $4 AND t.occurred_at <= $5 AND t.recorded_at <= $6
    AND NOT EXISTS (
      SELECT FROM transformations r
      WHERE r.company = $1 AND r.reverses_id = t.transformation_id AND r.recorded_at <= $6))sql");

// A level is read in parts, some of them asked for together: what one statement answers stays
// small, and while it is taken in here the database reads the next.
constexpr size_t kPartsPerPipeline = 5;

using LotNumbers = std::vector<uint32_t>;
using LotParts = absl::Span<const IdPart<LotId>>;
using StepParts = std::vector<IdPart<TransformationId>>;

// One walk: what it has seen, and the level it stands on.
class Walk {
 public:
  Walk(pg::ParallelReads& reads, const TraceQuery& query, TraceToTell* to_tell)
      : reads_(reads),
        query_(query),
        to_tell_(to_tell),
        kinds_(query.filter.link_kinds),
        downstream_(query.direction == TraceDirection::kDownstream),
        graph_(query.direction) {}

  absl::StatusOr<TraceGraph> Run() {
    for (const LotId& seed : query_.seeds) reached_.push_back(graph_.AddLot(seed));
    RETURN_IF_ERROR(EnterLevel());
    while (!level_.empty()) {
      RETURN_IF_ERROR(EachPipeline([&](LotParts parts) { return Cross(parts); }));
      OrderSteps();
      ++depth_;
      RETURN_IF_ERROR(EnterLevel());
    }
    return std::move(graph_).Finish(std::move(truncated_by_));
  }

 private:
  using Lines = std::vector<TraceLine>;
  // A transformation that the level led to, and its number.
  struct Led {
    Transformation step;
    uint32_t number;
  };
  // Downstream pairs of a transformation and an output; upstream any of them may belong together.
  struct Exact {
    std::vector<TransformationId> steps;
    std::vector<LotId> lots;
  };
  // What some parts of a level ask of their other side.
  struct FarSide {
    std::vector<TransformationId> fresh;  // asked about for the first time
    std::vector<TransformationId> pooled;
    std::vector<Exact> exact;  // by part
  };
  // Makes the lots that were reached and are new the next level, as far as the limit allows.
  absl::Status EnterLevel() {
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
    RETURN_IF_ERROR(CutIntoParts(fresh));
    RETURN_IF_ERROR(query_.lock ? LockLevel(room) : ReadLevel(room));
    graph_.AddLevel(level_);
    // A limit kept some out, or they were deleted meanwhile.
    return level_.size() < fresh.size() ? CutIntoParts(level_) : absl::OkStatus();
  }

  // By id: what a part asks for then lies together on the database's pages, and whoever locks
  // several lots does so in one order.
  absl::Status CutIntoParts(const LotNumbers& lots) {
    ids_.clear();
    for (const uint32_t lot : lots) ids_.push_back(graph_.IdOfLot(lot));
    std::sort(ids_.begin(), ids_.end());
    const pg::Statement& between = downstream_ ? kUsesBetween : kMakingsBetween;
    ASSIGN_OR_RETURN(parts_, PartsOf<LotId>(reads_, between, query_.company, ids_));
    return absl::OkStatus();
  }

  // For some parts of the level after the other.
  absl::Status EachPipeline(absl::FunctionRef<absl::Status(LotParts)> visit) const {
    for (size_t begin = 0; begin < parts_.size(); begin += kPartsPerPipeline) {
      RETURN_IF_ERROR(visit(LotParts(parts_).subspan(begin, kPartsPerPipeline)));
    }
    return absl::OkStatus();
  }

  absl::Status LockLevel(size_t room) {
    return EachPipeline([&](LotParts parts) -> absl::Status {
      for (const auto& part : parts) AddByIds(reads_, kLockLots, query_.company, part);
      RETURN_IF_ERROR(reads_.Post());
      for (size_t i = 0; i < parts.size(); ++i) {
        ASSIGN_OR_RETURN(const pg::Result rows, reads_.Take());
        for (const pg::Row& row : rows) {
          if (level_.size() == room) break;
          AddToLevel(row.Get<LotId>(0), row.Get<int>(1), row.Get<Tracking>(2));
        }
      }
      return absl::OkStatus();
    });
  }

  absl::Status ReadLevel(size_t room) {
    std::vector<TraceLot> read;
    read.reserve(ids_.size());
    RETURN_IF_ERROR(EachPipeline([&](LotParts parts) -> absl::Status {
      for (const auto& part : parts) AddTraceLots(reads_, query_, part);
      RETURN_IF_ERROR(reads_.Post());
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
      if (to_tell_ != nullptr && depth_ > 0) to_tell_->lots.Push(lot);
    }
    return absl::OkStatus();
  }

  void AddToLevel(const LotId& lot_id, int scale, Tracking tracking) {
    level_.push_back(graph_.FindLot(lot_id));
    graph_.Describe(level_.back(), scale, tracking == Tracking::kSerial);
  }

  // From the lots to the transformations next to them, and to the lots on their other side.
  absl::Status Cross(LotParts parts) {
    const ByIds& near_lots = downstream_ ? kInputsOfLots : kOutputsOfLots;
    for (const auto& part : parts) AddByIds(reads_, near_lots, query_.company, part);
    RETURN_IF_ERROR(reads_.Post());
    if (depth_ == query_.depth_max) return Stop(parts.size());
    FarSide far;
    for (const auto& part : parts) {
      ASSIGN_OR_RETURN(const Lines near, TakeNear());
      FollowTo(near, part.ids, far);
    }
    return ReadFarSide(far);
  }

  absl::StatusOr<Lines> TakeNear() {
    ASSIGN_OR_RETURN(const pg::Result rows, reads_.Take());
    return Read(rows, downstream_ ? InputLine : OutputLine);
  }

  void FollowTo(const Lines& near, absl::Span<const LotId> lots, FarSide& far) {
    Exact exact;
    for (const auto& [link, line] : near) {
      const auto [step, is_new] = graph_.AddStep(link.transformation_id, depth_);
      graph_.AddLink(link, step, line);
      if (is_new) far.fresh.push_back(link.transformation_id);
      if (downstream_) {
        AskForOutputs(link, step, far.pooled, exact);
      } else {
        if (is_new) far.pooled.push_back(link.transformation_id);
        exact.steps.push_back(link.transformation_id);
      }
    }
    if (exact.steps.empty()) return;
    if (!downstream_) exact.lots.assign(lots.begin(), lots.end());
    far.exact.push_back(std::move(exact));
  }

  // A pooled input went into every output; an exact one into the output that it names.
  void AskForOutputs(const TraceLink& link, uint32_t number, std::vector<TransformationId>& pooled,
                     Exact& exact) {
    TraceGraph::Step& step = graph_.step(number);
    if (step.all_outputs) return;
    if (link.output_lot_id) {
      exact.steps.push_back(link.transformation_id);
      exact.lots.push_back(*link.output_lot_id);
    } else {
      step.all_outputs = true;
      pooled.push_back(link.transformation_id);
    }
  }

  absl::Status ReadFarSide(FarSide& far) {
    std::sort(far.fresh.begin(), far.fresh.end());
    std::sort(far.pooled.begin(), far.pooled.end());
    ASSIGN_OR_RETURN(const StepParts fresh, StepPartsOf(far.fresh));
    // Mostly the same.
    StepParts pooled = fresh;
    if (far.pooled != far.fresh) {
      ASSIGN_OR_RETURN(pooled, StepPartsOf(far.pooled));
    }
    for (const auto& part : fresh) AddHeaders(part);
    const ByIds& far_lots = downstream_ ? kAllOutputs : kPooledInputs;
    for (const auto& part : pooled) AddByIds(reads_, far_lots, query_.company, part);
    for (const Exact& part : far.exact) {
      reads_.Add(downstream_ ? kExactOutputs : kExactInputs, query_.company, part.steps, part.lots);
    }
    if (fresh.empty() && pooled.empty() && far.exact.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(reads_.Post());
    for (size_t i = 0; i < fresh.size(); ++i) {
      ASSIGN_OR_RETURN(const pg::Result headers, reads_.Take());
      ReadHeaders(headers);
    }
    for (size_t i = 0; i < pooled.size(); ++i) {
      ASSIGN_OR_RETURN(const pg::Result lines, reads_.Take());
      if (downstream_) CountOutputs(lines);
      Reach(lines);
    }
    for (size_t i = 0; i < far.exact.size(); ++i) {
      ASSIGN_OR_RETURN(const pg::Result lines, reads_.Take());
      Reach(lines);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<StepParts> StepPartsOf(absl::Span<const TransformationId> steps) {
    return PartsOf(reads_, downstream_ ? kOutputsBetween : kInputsBetween, query_.company, steps);
  }

  void AddHeaders(const IdPart<TransformationId>& steps) {
    AddByIds(reads_, kStepHeaders, query_.company, steps, query_.filter.begin, query_.filter.end,
             query_.as_of, query_.known_at, !downstream_);
  }

  void ReadHeaders(const pg::Result& headers) {
    for (const pg::Row& row : headers) {
      Transformation read;
      read.transformation_id = row.Get<TransformationId>(0);
      read.kind = row.Get<TransformationKind>(1);
      read.occurred_at = row.Get<absl::Time>(3);
      read.work_order = row.Get<std::optional<WorkOrderId>>(4);
      read.recorded_at = row.Get<absl::Time>(5);
      read.actor = row.Get<std::string>(6);
      read.note = row.Get<std::string>(7);
      const uint32_t number = graph_.FindStep(read.transformation_id);
      TraceGraph::Step& step = graph_.step(number);
      step.kind = read.kind;
      step.single_output = row.Get<bool>(2);
      step.counts = true;
      led_.push_back({std::move(read), number});
    }
  }

  // All the outputs of transformations; each is read once.
  void CountOutputs(const pg::Result& outputs) {
    absl::flat_hash_map<uint32_t, LotId> firsts;
    for (const pg::Row& row : outputs) {
      const uint32_t step = graph_.FindStep(row.Get<TransformationId>(0));
      const auto [first, is_first] = firsts.emplace(step, row.Get<LotId>(1));
      bool& single = graph_.step(step).single_output;
      single = is_first || (single && first->second == row.Get<LotId>(1));
    }
  }

  void Reach(const pg::Result& rows) {
    for (const auto& [link, line] : Read(rows, downstream_ ? OutputLine : InputLine)) {
      const uint32_t step = graph_.FindStep(link.transformation_id);
      if (!graph_.step(step).counts) continue;
      graph_.AddLink(link, step, line);
      if (link.kind == TraceLinkKind::kReturnedComponent) continue;
      reached_.push_back(graph_.FindLot(link.lot_id));
    }
  }

  // Beyond the last level nothing new is read, but whether there is something.
  absl::Status Stop(size_t parts) {
    Lines near;
    for (size_t i = 0; i < parts; ++i) {
      ASSIGN_OR_RETURN(const Lines some, TakeNear());
      near.insert(near.end(), some.begin(), some.end());
    }
    if (near.empty()) return absl::OkStatus();
    std::vector<TransformationId> unknown;
    for (const auto& [link, line] : near) {
      const uint32_t step = graph_.FindStep(link.transformation_id);
      if (step == kNoNumber) unknown.push_back(link.transformation_id);
      if (step != kNoNumber && graph_.step(step).counts) StopAt(link, step, line);
    }
    AddHeaders({unknown});
    RETURN_IF_ERROR(reads_.Post());
    ASSIGN_OR_RETURN(const pg::Result headers, reads_.Take());
    absl::flat_hash_set<TransformationId> counting;
    for (const pg::Row& row : headers) counting.insert(row.Get<TransformationId>(0));
    for (const auto& [link, line] : near) {
      if (counting.contains(link.transformation_id)) Cut(link);
    }
    return absl::OkStatus();
  }

  // A link to a transformation that is told is told too.
  void StopAt(const TraceLink& link, uint32_t step, uint32_t line) {
    graph_.AddLink(link, step, line);
    TraceGraph::Step& found = graph_.step(step);
    if (downstream_ && found.all_outputs) return;
    if (!link.output_lot_id) found.outputs_missing = true;
    Cut(link);
  }

  void Cut(const TraceLink& link) {
    graph_.MarkCut(graph_.FindLot(link.lot_id));
    if (truncated_by_.empty()) truncated_by_ = "depth_max";
  }

  // What the level led to, oldest first.
  void OrderSteps() {
    const auto place = [](const Transformation& step) {
      return std::tie(step.occurred_at, step.work_order, step.recorded_at, step.transformation_id);
    };
    std::vector<Led> led = std::exchange(led_, {});
    std::sort(led.begin(), led.end(),
              [&](const Led& a, const Led& b) { return place(a.step) < place(b.step); });
    for (const auto& [step, number] : led) {
      graph_.OrderStep(number);
      if (to_tell_ != nullptr) to_tell_->steps.Push(step);
    }
  }

  // The lines that the filter leaves.
  Lines Read(const pg::Result& rows, TraceLine (*read)(const pg::Row&)) const {
    Lines lines;
    lines.reserve(rows.size());
    for (const pg::Row& row : rows) {
      const TraceLine line = read(row);
      if (kinds_.Allows(line.link.kind)) lines.push_back(line);
    }
    return lines;
  }

  pg::ParallelReads& reads_;
  const TraceQuery& query_;
  TraceToTell* const to_tell_;
  const LinkKindFilter kinds_;
  const bool downstream_;
  TraceGatherer graph_;
  int depth_ = 0;
  LotNumbers level_;
  std::vector<LotId> ids_;            // of the level
  std::vector<IdPart<LotId>> parts_;  // of ids_
  LotNumbers reached_;                // from the level
  std::vector<Led> led_;              // what the level led to
  std::string truncated_by_;
};

}  // namespace

absl::StatusOr<TraceGraph> WalkTrace(pg::ParallelReads& reads, const TraceQuery& query,
                                     TraceToTell* to_tell) {
  return Walk(reads, query, to_tell).Run();
}

}  // namespace lots
