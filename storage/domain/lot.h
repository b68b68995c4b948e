// A lot or serial number, and how much of it one place holds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"

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

// How a request names a lot: by id, or by product and number.
struct LotRef {
  std::optional<LotId> lot_id;
  ProductId product_id;  // with number
  std::string number;
};

struct NumberedLot {
  std::string number;
  LotId lot_id;
  bool is_deleted = false;  // only in the answer of a repeated write that made it
};

// One typed attribute. Kept as JSON {"<type>": value} so that the type survives.
using AttributeValue = std::variant<std::string, Quantity, bool, absl::CivilDay, absl::Time>;
using Attributes = std::map<std::string, AttributeValue>;

struct Lot {
  LotId lot_id;
  CompanyId company;
  ProductId product_id;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  std::string reference;
  std::string notes;
  Attributes attributes;
  LotDates dates;
  LotState state = LotState::kActive;
  Quantity on_hand;
  int64_t version = 0;  // the etag
  std::string created_by;
  absl::Time created_at;
  absl::Time updated_at;
  // Only in the answer of a repeated write: the lot is gone since, and `state` says nothing.
  std::optional<absl::Time> deleted_at = {};
  bool expired = false;                 // today, in the company's zone
  std::optional<HoldCause> hold_cause;  // the strongest; none: it is free
};

// What one place holds of one lot.
struct LotStock {
  CompanyId company;
  LotId lot_id;
  ProductId product_id;
  std::string number;
  int scale = 0;
  LocationId location_id;
  LocationKind kind = LocationKind::kInternal;
  Quantity quantity;
  std::optional<absl::Time> arrived_at;
  std::optional<absl::Time> stock_since;
  std::optional<absl::CivilDay> expires_on;
  std::optional<HoldCause> hold_cause;  // of what is here
};

}  // namespace lots
