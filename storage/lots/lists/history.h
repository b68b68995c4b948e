// Everything that happened to a lot, in one order.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/movement.h"
#include "storage/domain/transformation.h"
#include "storage/lots/events.h"
#include "storage/pg/connection.h"

namespace lots {

// The lot's own part in a transformation.
struct TransformationPart {
  Transformation transformation;
  std::optional<Quantity> input;   // how much of it went in
  std::optional<Quantity> output;  // how much of it came out
};

struct LotHistoryEntry {
  absl::Time recorded_at;
  Uuid id;  // with recorded_at: the order of history
  absl::Time occurred_at;
  std::string actor;
  std::optional<Uuid> entry_id;  // of the write's audit entry; none: no call wrote it
  std::variant<Movement, TransformationPart, LotEvent> what;
};

// The place of an entry in the order.
struct HistoryPosition {
  absl::Time recorded_at = absl::InfinitePast();
  Uuid id;
};

struct LotHistoryQuery {
  CompanyId company;
  LotId lot_id;
  HistoryPosition after;  // by default from the first
  int limit = 0;
};

struct LotHistory {
  std::vector<LotHistoryEntry> entries;  // oldest first
  bool has_more = false;
  ProductId product_id;  // of a lot that is not deleted, as the next two
  std::string number;
  int scale = 0;  // of the lot's quantities
};

// One page of creation, edits, assignments, holds, movements and transformations, read in one
// snapshot. Of holds: who placed and who released them, and recalls that are no drills. A
// deleted lot still answers. LOT_NOT_FOUND when there never was one.
absl::StatusOr<LotHistory> ListLotHistory(pg::Connection& db, const LotHistoryQuery& query);

}  // namespace lots
