// The dates and attributes that are recorded with a lot.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"

namespace lots {

// The dates of a lot. Calendar dates in the company's time zone.
struct LotDates {
  std::optional<absl::CivilDay> manufactured_on;
  std::optional<absl::CivilDay> expires_on;
  std::optional<absl::CivilDay> best_before_on;
  std::optional<absl::CivilDay> removal_on;
  std::optional<absl::CivilDay> alert_on;

  friend bool operator==(const LotDates&, const LotDates&) = default;
};

// One typed attribute. Kept as JSON {"<type>": value} so that the type survives.
using AttributeValue = std::variant<std::string, Quantity, bool, absl::CivilDay, absl::Time>;
using Attributes = std::map<std::string, AttributeValue>;

}  // namespace lots
