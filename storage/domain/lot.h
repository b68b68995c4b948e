// A lot or serial number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/hold.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/lot_details.h"

namespace lots {

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

}  // namespace lots
