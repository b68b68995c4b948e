// Gauges of one company: open recalls, lots that are about to expire, number ranges that run out.
// The reads are cheap and bounded, whatever the size of the company.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

// With this many rows the three statements take milliseconds.
inline constexpr int64_t kGaugeLotsMax = 10'000;
inline constexpr int64_t kGaugeRangesMax = 100;
// Below this ratio a range counts as low: there is still time to change the template.
inline constexpr double kNumberRangeLowRatio = 0.1;

struct CompanyGauges {
  int64_t recalls_open = 0;
  int64_t drills_open = 0;
  // Lots on hand whose expiry date is in the next 7 or 30 days, today (UTC) included. At most
  // kGaugeLotsMax lots that expire in that time, the earliest first, are looked at.
  int64_t expiring_in_7_days = 0;
  int64_t expiring_in_30_days = 0;
  // Of the number templates: how much of its counter the worst one has left, from 1 to 0, and how
  // many have less than kNumberRangeLowRatio left.
  double number_range_remaining_ratio = 1;
  int64_t number_ranges_low = 0;
};

// One round trip of three statements that read indexes: some milliseconds for a small company, at
// most a few tenths of a second for one with a million lots and a hundred thousand products.
absl::StatusOr<CompanyGauges> ReadCompanyGauges(pg::Connection& db, const CompanyId& company,
                                                absl::Time now);

}  // namespace lots
