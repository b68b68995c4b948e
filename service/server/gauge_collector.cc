// Reads the gauges of one company after the other, for a bounded time.
#include "service/server/gauge_collector.h"

#include <algorithm>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/time/clock.h"
#include "service/base/server_limits.h"
#include "storage/base/status_macros.h"
#include "storage/writes/requests.h"

namespace lots {
namespace {

// All companies in order, beginning after `last`.
std::vector<CompanyId> InTurn(std::vector<CompanyId> companies, const CompanyId& last) {
  const auto behind = std::upper_bound(companies.begin(), companies.end(), last);
  std::rotate(companies.begin(), behind, companies.end());
  return companies;
}

void AddTo(CompanyGauges& total, const CompanyGauges& one) {
  total.recalls_open += one.recalls_open;
  total.drills_open += one.drills_open;
  total.expiring_in_7_days += one.expiring_in_7_days;
  total.expiring_in_30_days += one.expiring_in_30_days;
  total.number_ranges_low += one.number_ranges_low;
  total.number_range_remaining_ratio =
      std::min(total.number_range_remaining_ratio, one.number_range_remaining_ratio);
}

}  // namespace

void GaugeCollector::Round() {
  const absl::Status taken = TryRound(absl::Now() + kGaugeRoundMax);
  if (!taken.ok()) {
    log_.Write(LogLevel::kWarning, "census_failed", LogFields().Add("error", taken.ToString()));
  }
  if (taken.ok() || !taken_.empty()) Publish();
}

absl::Status GaugeCollector::TryRound(absl::Time deadline) {
  ASSIGN_OR_RETURN(pg::Pool::Lease db, pool_.Acquire(deadline));
  db->set_deadline(deadline);
  ASSIGN_OR_RETURN(const std::vector<CompanyId> companies, ListCompanies(*db));
  const absl::btree_set<CompanyId> there(companies.begin(), companies.end());
  absl::erase_if(taken_, [&](const auto& taken) { return !there.contains(taken.first); });
  for (const CompanyId& company : InTurn(companies, last_)) {
    const absl::Time now = absl::Now();
    if (now >= deadline) break;
    const absl::StatusOr<CompanyGauges> gauges = ReadCompanyGauges(*db, company, now);
    // Set after a failure too: a company that alone takes longer than a round must not block the
    // others for ever.
    last_ = company;
    if (!gauges.ok()) return gauges.status();
    taken_[company] = {*gauges, now};
  }
  return absl::OkStatus();
}

void GaugeCollector::Publish() {
  CompanyGauges total;
  absl::Time oldest = absl::Now();
  for (const auto& [company, taken] : taken_) {
    AddTo(total, taken.gauges);
    oldest = std::min(oldest, taken.at);
  }
  metrics_.Set(total, static_cast<int64_t>(taken_.size()), oldest);
}

}  // namespace lots
