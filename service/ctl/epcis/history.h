// What a company has already of the lots that a plan speaks of.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "service/ctl/epcis/plan/plan.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {

struct PlanHistory {
  // The requests that an earlier import sent, by their indexes in the plan.
  std::set<size_t> done;
  // Why the rest of the plan, which begins with an empty balance, would be wrong: lots and work
  // orders that the company has from elsewhere, and what was changed since an earlier import. None
  // when nothing is left to do.
  std::vector<EpcisFinding> conflicts;
};

// Looks for the plan's lots, their movements and the plan's work orders. A movement is the plan's
// own when its note has the event's mark and it is what the plan would post.
absl::StatusOr<PlanHistory> ReadPlanHistory(Session& session, const EpcisPlan& plan);

}  // namespace lots::ctl
