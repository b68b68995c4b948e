// What a company has already of the lots that a plan speaks of.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "service/ctl/epcis/plan/plan.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {

// Product and number, as numbers are compared where case does not matter.
using LotKey = std::pair<std::string, std::string>;
LotKey LotKeyOf(const std::string& product_id, const std::string& number);

struct PlanHistory {
  // The requests that an earlier import sent, by their indexes in the plan.
  std::set<size_t> done;
  // Why the rest of the plan, which begins with an empty balance, would be wrong: lots and work
  // orders that the company has from elsewhere, and what was changed since an earlier import. None
  // when nothing is left to do.
  std::vector<EpcisFinding> conflicts;
  // The plan's lots that the company has, under the numbers that the plan has for them.
  std::map<LotKey, v1::Lot> lots;
};

// Looks for the plan's lots, their movements and the plan's work orders, and for what an earlier
// import recorded of the events that the document takes back. A movement is the plan's own when its
// note has the event's mark and it is what the plan would post.
absl::StatusOr<PlanHistory> ReadPlanHistory(Session& session, const EpcisPlan& plan);

}  // namespace lots::ctl
