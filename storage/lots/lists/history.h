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
  // Of a component in a maintenance or disassembly: the unit.
  struct Unit {
    LotId lot_id;
    ProductId product_id;
    std::string number;
  };
  std::optional<Unit> unit;
};

struct LotHistoryEntry {
  absl::Time recorded_at;
  Uuid id;  // with recorded_at: the order of history
  // The lot that was asked, or the lot that the unit was before a relabel. Of a relabel: the lot
  // that came out. A deleted lot has no number.
  LotId lot_id;
  ProductId product_id;
  std::string number;
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
  int scale = 0;  // of the lot's quantities; 0 of a deleted lot
};

// One page of creation, edits, assignments, holds, inspections, movements and transformations, read
// in one snapshot. Of holds: who placed, changed and released them, and recalls that are no drills,
// with what these say of the lot later. The history of a serial includes that of the serials that
// it was before a relabel; the relabel is one entry. A deleted lot still answers. LOT_NOT_FOUND
// when there never was one.
absl::StatusOr<LotHistory> ListLotHistory(pg::Connection& db, const LotHistoryQuery& query);

}  // namespace lots
