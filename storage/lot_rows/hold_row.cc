// Reads holds.
#include "storage/lot_rows/hold_row.h"

#include <optional>
#include <string>
#include <vector>

#include "storage/domain/hold.h"
#include "storage/domain/ids.h"

namespace lots {

Hold ReadHold(const pg::Row& row, int first) {
  Hold hold;
  hold.lot_id = row.Get<LotId>(first);
  hold.cause = row.Get<HoldCause>(first + 1);
  hold.hold_id = row.Get<std::optional<HoldId>>(first + 2);
  hold.location_id = row.Get<std::optional<LocationId>>(first + 3);
  hold.source_lot_id = row.Get<std::optional<LotId>>(first + 4);
  hold.recall_id = row.Get<std::optional<RecallId>>(first + 5);
  hold.reason = row.Get<std::string>(first + 6);
  hold.exempt_location_ids = row.Get<std::vector<LocationId>>(first + 7);
  hold.expires_at = row.Get<std::optional<absl::Time>>(first + 8);
  hold.placed_by = row.Get<std::string>(first + 9);
  hold.placed_at = row.Get<absl::Time>(first + 10);
  hold.binding = row.Get<bool>(first + 11);
  hold.quantity = row.Get<std::optional<Quantity>>(first + 12);
  hold.case_id = row.Get<std::optional<std::string>>(first + 13).value_or("");
  hold.awaits_inspection = row.Get<bool>(first + 14);
  hold.version = row.Get<int64_t>(first + 15);
  hold.updated_at = row.Get<std::optional<absl::Time>>(first + 16);
  return hold;
}

Hold ReadPlacedHold(const pg::Row& row, int first) {
  Hold hold = ReadHold(row, first);
  const int release = first + kHoldColumnCount;
  hold.released_by = row.Get<std::optional<std::string>>(release).value_or("");
  hold.released_at = row.Get<std::optional<absl::Time>>(release + 1);
  hold.release_note = row.Get<std::optional<std::string>>(release + 2).value_or("");
  return hold;
}

}  // namespace lots
