// The rules of calendar dates: shelf life, expiry, warranty, and which day it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace lots {

struct LotDates;
struct Problem;

// A product's offsets, in days after the manufacturing date.
struct ShelfLife {
  std::optional<int32_t> expire_days;
  std::optional<int32_t> best_before_days;
  std::optional<int32_t> removal_days;
  std::optional<int32_t> alert_days;

  friend bool operator==(const ShelfLife&, const ShelfLife&) = default;
};

// INVALID_ARGUMENT for an offset outside 0 to kShelfLifeDaysMax, or for one later than expire_days.
absl::Status CheckShelfLife(const ShelfLife& shelf_life);

// The dates, with those not given derived from the manufacturing date, where that is known and the
// product has the offset. What is given stays. A derived date is never later than a given expiry
// date: a supplier who names an early one has not asked for an alert after it.
LotDates DeriveDates(LotDates given, const ShelfLife& shelf_life);

// Everything that is plainly wrong, empty when nothing is: a date before the manufacturing date,
// and best before, removal or alert after the expiry date. Which order removal, alert and best
// before have among each other is the company's own affair. Fields are named as in the API:
// "alert_date".
std::vector<Problem> CheckDates(const LotDates& dates);

// The zone of an IANA name such as "Europe/Berlin" or "UTC". INVALID_ARGUMENT for any other text;
// never a file outside the zone database, nor the zone of this machine.
absl::StatusOr<absl::TimeZone> LoadZone(absl::string_view name);

// Which day it is at an instant.
absl::CivilDay DayIn(absl::Time time, absl::TimeZone zone);

// Whether a lot is expired today. The expiry date is the last day of use and the lot is expired
// from the day after: GS1 defines AI 17 by the risk of using a product after the date (General
// Specifications, "Expiration date: AI (17)"; data dictionary, itemExpirationDate), and so does the
// EU's "use by" date (Regulation 1169/2011, article 24). Without a date it never is.
bool IsExpired(std::optional<absl::CivilDay> expires_on, absl::CivilDay today);

// Whether goods that expired on the first date would expire later on the second one, or never.
bool IsLaterExpiry(std::optional<absl::CivilDay> before, std::optional<absl::CivilDay> after);

// What lets an expiry date become later.
struct LaterExpiry {
  bool accepted = false;
  std::string note;  // why; must not be empty then
};

// The last day of a warranty of `months` (1 or more) of which the day of delivery is the first: the
// one before the same day of that month, or the month's last day where it has no such day.
// 2026-01-15 and one month: 2026-02-14; 2026-01-31 and one month: 2026-02-28.
absl::CivilDay WarrantyEnd(absl::CivilDay delivered_on, int32_t months);

}  // namespace lots
