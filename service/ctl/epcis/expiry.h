// What the service would refuse as expired. The company's own dates of a lot count there: those
// that a registered product's shelf life derives, and those that a lot has by now.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lots/v1/catalog.pb.h"
#include "service/ctl/epcis/history.h"
#include "service/ctl/epcis/plan/plan.h"

namespace lots::ctl {

struct ExpiryFacts {
  absl::TimeZone zone;                          // of the company's days
  std::map<std::string, v1::Product> products;  // that are registered, by their ids
  PlanHistory history;                          // its lots, and what is done
};

// A discrepancy for each lot that a request, which is not done and does not accept EXPIRED,
// delivers or consumes after its last day.
std::vector<EpcisFinding> FindExpiredUses(const EpcisPlan& plan, const ExpiryFacts& facts);

}  // namespace lots::ctl
