// Reads the ends of components, and takes them off the lines of a walk.
#include "storage/genealogy/graph/ended.h"

#include <algorithm>
#include <optional>

#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/genealogy/ends/sql_ends.h"
#include "storage/genealogy/graph/graph.h"

namespace lots {
namespace {

constexpr pg::Statement kAnyEnds{"trace_any_ends", R"sql(
  SELECT EXISTS (SELECT FROM component_ends WHERE company = $1))sql"};

// An end that happened or was recorded later than asked is none.
constexpr const char* kEndsText = R"sql(
  SELECT n.transformation_id, n.input_line = 0, n.lot_id, n.unit_lot_id, n.quantity, t.occurred_at,
         t.kind = {TRANSFORMATION_CORRECTION}
  FROM component_ends n
  JOIN transformations t ON t.company = $1 AND t.transformation_id = n.ending_id
  WHERE n.company = $1 AND n.transformation_id = ANY($2) AND)sql" LOTS_IN_EFFECT("t") R"sql(
  ORDER BY t.occurred_at, t.recorded_at, n.ending_id, n.line)sql"_sql;
constexpr pg::Statement kEnds{"trace_ends", kEndsText};

// One answer stays small.
constexpr size_t kTransformationsPerStatement = 2'000;

}  // namespace

void EndedLines::AddWhether(pg::ParallelReads& reads) const { reads.Add(kAnyEnds, query_.company); }

absl::Status EndedLines::ReadWhether(pg::ParallelReads& reads) {
  ASSIGN_OR_RETURN(const pg::Result rows, reads.Take());
  any_ = rows[0].Get<bool>(0);
  return absl::OkStatus();
}

absl::Status EndedLines::Read(pg::ParallelReads& reads,
                              absl::Span<const std::vector<TraceLine>> lines) {
  if (!any_) return absl::OkStatus();
  std::vector<TransformationId> fresh;
  for (const std::vector<TraceLine>& part : lines) {
    for (const TraceLine& line : part) {
      if (read_.insert(line.link.transformation_id).second) {
        fresh.push_back(line.link.transformation_id);
      }
    }
  }
  std::sort(fresh.begin(), fresh.end());
  absl::Span<const TransformationId> left = fresh;
  while (!left.empty()) {
    const absl::Span<const TransformationId> part = left.subspan(0, kTransformationsPerStatement);
    reads.Add(kEnds, query_.company, part, query_.as_of, query_.known_at);
    RETURN_IF_ERROR(reads.SendAsync());
    ASSIGN_OR_RETURN(const pg::Result rows, reads.Take());
    for (const pg::Row& row : rows) {
      const auto transformation = row.Get<TransformationId>(0);
      const auto lot = row.Get<LotId>(2);
      if (row.Get<bool>(1)) {
        makings_.emplace(std::tuple(transformation, lot), row.Get<absl::Time>(5));
      } else {
        const LotId unit = row.Get<std::optional<LotId>>(3).value_or(LotId());
        inputs_[{transformation, lot, unit}].push_back({.quantity = row.Get<Quantity>(4),
                                                        .until = row.Get<absl::Time>(5),
                                                        .was_never_in_it = row.Get<bool>(6)});
      }
    }
    left.remove_prefix(part.size());
  }
  return absl::OkStatus();
}

std::vector<TraceLine> EndedLines::Apply(std::vector<TraceLine> lines) {
  if (!any_) return lines;
  std::vector<TraceLine> applied;
  applied.reserve(lines.size());
  for (const TraceLine& line : lines) {
    if (IsInput(line.link.kind)) {
      ApplyToInput(line, applied);
    } else {
      ApplyToOutput(line, applied);
    }
  }
  return applied;
}

void EndedLines::ApplyToInput(TraceLine line, std::vector<TraceLine>& applied) {
  TraceLink& link = line.link;
  const auto found =
      inputs_.find({link.transformation_id, link.lot_id, link.output_lot_id.value_or(LotId())});
  if (found == inputs_.end()) return applied.push_back(line);
  for (Ended& ended : found->second) {
    const Quantity quantity = std::min(ended.quantity, link.quantity);
    if (!quantity.IsPositive()) continue;
    ended.quantity -= quantity;
    link.quantity -= quantity;
    if (!query_.include_former || ended.was_never_in_it) continue;
    TraceLine& former = applied.emplace_back(line);
    former.link.quantity = quantity;
    former.link.former_until = ended.until;
  }
  if (link.quantity.IsPositive()) applied.push_back(line);
}

void EndedLines::ApplyToOutput(TraceLine line, std::vector<TraceLine>& applied) const {
  const auto found = makings_.find({line.link.transformation_id, line.link.lot_id});
  if (found != makings_.end()) {
    if (!query_.include_former) return;
    line.link.former_until = found->second;
  }
  applied.push_back(line);
}

}  // namespace lots
