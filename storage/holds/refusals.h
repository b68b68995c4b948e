// The words of refusals about holds themselves.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"

namespace lots {

// HOLD_NOT_FOUND.
Problem HoldNotFound(absl::string_view field, const HoldId& hold_id);

// HOLD_ENDED.
struct EndedHold {
  HoldId hold_id;
  LotId lot_id;
  absl::Time ended_at;
  bool was_released = false;  // else it expired
};
Problem HoldEnded(absl::string_view field, const EndedHold& hold);

}  // namespace lots
