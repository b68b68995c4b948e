// What is no longer in what it went into, as the walk leaves it out. Internal to the walk.
#pragma once

#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/genealogy/graph/lines.h"
#include "storage/genealogy/graph/query.h"
#include "storage/pg/parallel_reads.h"

namespace lots {

// The ends of the transformations that a walk found. Most companies have none: then one statement
// of the walk's first pipeline is all that this costs.
class EndedLines {
 public:
  explicit EndedLines(const TraceQuery& query) : query_(query) {}

  // Adds the statement that finds out whether the company has ends; ReadWhether takes its result.
  void AddWhether(pg::ParallelReads& reads) const;
  absl::Status ReadWhether(pg::ParallelReads& reads);
  // False: no line ended. Read then does nothing, and Apply returns the lines as they are.
  bool any() const { return any_; }

  // Reads the ends of the transformations of these lines. No statement may be waiting in `reads`.
  absl::Status Read(pg::ParallelReads& reads, absl::Span<const std::vector<TraceLine>> lines);

  // The lines as they are without what ended. With include_former a line that ended is there, too:
  // marked, and beside what is left of it. Lines of inputs must come once, whatever the order.
  std::vector<TraceLine> Apply(std::vector<TraceLine> lines);

 private:
  struct Ended {
    Quantity quantity;  // which Apply has not met yet
    absl::Time until;
    bool was_never_in_it = false;  // a correction ended the line, which was recorded wrongly
  };
  // The transformation, the component, and the unit that it was exact in (else nil).
  using Key = std::tuple<TransformationId, LotId, LotId>;

  void ApplyToInput(TraceLine line, std::vector<TraceLine>& applied);
  void ApplyToOutput(TraceLine line, std::vector<TraceLine>& applied) const;

  const TraceQuery& query_;
  bool any_ = false;
  absl::flat_hash_set<TransformationId> read_;
  absl::flat_hash_map<Key, std::vector<Ended>> inputs_;  // the first that ended first
  // Lots that are no longer what a transformation made of them, and since when.
  absl::flat_hash_map<std::tuple<TransformationId, LotId>, absl::Time> makings_;
};

}  // namespace lots
