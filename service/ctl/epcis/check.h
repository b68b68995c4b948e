// Compares a plan with the company before anything is written.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "service/ctl/epcis/plan/plan.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {

struct EpcisCheck {
  // What no adjustment can settle: the plan does not fit what the company has, or the service would
  // refuse it. Nothing may be written when there is any.
  std::vector<EpcisFinding> obstacles;
  // What only the company shows not to add up, and what an import with `adjust` does about it:
  // goods that have expired by dates that the company derives.
  std::vector<EpcisFinding> discrepancies;
  // The requests that an earlier import sent, by their indexes in the plan.
  std::set<size_t> done;
};

// Reads what the company has, and has the service validate each request that is not done yet. Finds
// every obstacle; an error is only what keeps it from asking.
absl::StatusOr<EpcisCheck> CheckEpcisPlan(Session& session, const EpcisPlan& plan);

}  // namespace lots::ctl
