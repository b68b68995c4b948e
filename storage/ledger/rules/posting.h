// Movements before and after they are posted.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/document.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/movement.h"

namespace lots {

// The two dates of one lot at one place. `arrived_at` is absent where no goods are held and while
// the place is empty; `stock_since` is absent where nothing is on hand.
struct StockDates {
  std::optional<absl::Time> arrived_at;  // the first arrival since the lot was last empty here
  // Since when the goods are in stock. A TRANSFER carries the date along; a RETURN, a disassembly
  // and a by-product of a component's own lot bring back the date that the goods left with; goods
  // that meet at a place keep the earlier date. FIFO sorts by it.
  std::optional<absl::Time> stock_since;

  friend bool operator==(const StockDates&, const StockDates&) = default;
};

// One movement to post.
struct Posting {
  MovementId movement_id;
  MovementKind kind = MovementKind::kTransfer;
  LotId lot_id;
  Quantity quantity;
  LocationId from;
  LocationId to;
  Document document;
  std::string partner_id;
  absl::Time occurred_at;
  std::string note;
  std::optional<MovementId> delivery;  // of a RETURN; the caller calls TouchDelivery before
  std::optional<MovementId> receipt;   // of a SUPPLIER_RETURN; the caller calls TouchReceiptsOf
  std::optional<TransformationId> transformation;
  std::optional<WorkOrderId> work_order;
  // Of a PRODUCTION that renames goods, or of a component that comes back from a unit or an order
  // or is left over: since when these goods are in stock.
  std::optional<absl::Time> stock_since;
  // Of a PRODUCTION: a component comes back from a unit. An archived lot is ACTIVE again.
  bool is_return = false;
  // Of a CONSUMPTION: the goods were issued to the order before, and come from its work in process.
  bool is_issued = false;
  std::string field;  // the path in the request, for problems: "movements[3]"
};

// A movement that was validated: one row of `movements` to insert.
struct MovementRow {
  Posting posting;
  std::optional<MovementId> reverses;
  absl::Time recorded_at;
  StockDates from_before;  // the dates at the source before this movement
  StockDates to_before;    // the dates at the destination before this movement
};

// A movement in the database, with the dates that a reversal restores.
// storage/ledger/movements.h reads it.
struct PostedMovement {
  Movement movement;
  StockDates from_before;
  StockDates to_before;
  std::optional<MovementId> reversed_by;
};

// How a posted movement is reversed.
struct Reversal {
  MovementId movement_id;  // of the reversing movement
  std::string note;
  std::optional<TransformationId> transformation;  // the reversing transformation
  std::string field;
};

// The movement that reverses `original`: the same goods on the way back, at the same time.
Posting PostingOf(const PostedMovement& original, const Reversal& reversal);

}  // namespace lots
