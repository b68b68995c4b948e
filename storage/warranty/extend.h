// ExtendWarranty: the warranties of units get more months, or another end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "storage/domain/document.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/genealogy/questions/warranty.h"
#include "storage/pg/connection.h"

namespace lots {

struct ExtendWarrantyCommand {
  WriteContext context;
  std::vector<LotRef> lots;
  // One of the two.
  std::optional<int32_t> months;
  std::optional<absl::CivilDay> ends_on;
  bool is_shortening = false;  // with ends_on
  std::string reason;
  Document document;
};

// Records an extension for each unit, all or none, and an event in the history of each. A unit that
// was not delivered yet keeps the extension for its delivery. Returns the warranties as they are
// now, in the order of the command. A refusal has every problem at once: LOT_NOT_FOUND,
// TRACKING_MISMATCH (no serial), LOT_VOID, DUPLICATE_IN_REQUEST, FIELD_INVALID (an end before
// today's without is_shortening, too many months or extensions).
absl::StatusOr<std::vector<Warranty>> ExtendWarranty(pg::Connection& db,
                                                     const ExtendWarrantyCommand& command);

}  // namespace lots
