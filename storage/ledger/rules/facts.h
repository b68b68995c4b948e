// What the ledger knows while it validates postings: plain data, without a database.
//
// LedgerLoader (storage/ledger/loader.h) fills the facts from what it locked and read.
// ValidatePosting (validate.h) compares a posting with them. ApplyPosting (apply.h) updates
// them, so that each posting is validated on what the postings before it left behind.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/base/quantity.h"
#include "storage/domain/hold.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/ledger/rules/posting.h"

namespace lots {

// A lot whose row is locked.
struct LotFacts {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  LotState state = LotState::kActive;
  std::optional<absl::CivilDay> expires_on;
};

struct CompanyFacts {
  bool lots_enabled = false;
  bool expiry_enabled = false;
  absl::TimeZone zone;
};

// A place that a lot is at.
struct Place {
  LocationId location_id;
  LocationKind kind = LocationKind::kInternal;
  Quantity quantity;
};

// One lot at one location: a row of `balances`, which is locked.
struct BalanceFacts {
  LocationKind kind = LocationKind::kInternal;
  Quantity quantity_before;  // as stored
  Quantity quantity;
  StockDates dates;
  absl::Time last_recorded_at = absl::InfinitePast();
  bool stored = false;   // whether the row exists; it is inserted when goods first come or leave
  bool changed = false;  // whether a movement was applied
  bool taken = false;    // whether something left this place
  // The transformation whose movements are being reversed here, when nothing moved since.
  std::optional<TransformationId> reversing_transformation;
};

// Where a serial is, and when its last movement was recorded.
struct SerialPlace {
  Place place;
  absl::Time last_recorded_at;
  // When the last movement in effect happened: nothing happens to the serial before that.
  absl::Time since = absl::InfinitePast();
  bool is_nowhere = false;  // every movement of it was reversed
};

// A delivery that a RETURN names or may mean, or whose movement is reversed.
struct DeliveryFacts {
  LotId lot_id;
  LocationId to;
  std::string partner_id;
  Quantity returnable;
  // Since when the goods had been in stock when they left: a return gives that back to them.
  std::optional<absl::Time> stock_since;
  bool changed = false;
};

// A movement that has to be reversed before an earlier one of the same serial.
struct LaterMovement {
  MovementId movement_id;
  MovementKind kind = MovementKind::kTransfer;
  std::optional<TransformationId> transformation;
};
struct LaterMovements {
  std::vector<LaterMovement> first;  // in the order of their reversals; kLaterMovementsShownMax
  int64_t count = 0;                 // of all
};

// A receipt that a SUPPLIER_RETURN names, or that is reversed.
struct ReceiptFacts {
  LotId lot_id;
  LocationId from;
  std::string partner_id;
  Quantity returnable;  // without what was sent back before
};

struct LedgerFacts {
  using BalanceKey = std::pair<LotId, LocationId>;

  absl::Time now;  // the time of the write, in microseconds as the database keeps it
  CompanyFacts company;
  absl::flat_hash_map<LotId, LotFacts> lots;
  absl::flat_hash_set<LotId> new_lots;  // lots that this transaction inserts
  absl::flat_hash_map<LocationId, LocationKind> kinds;
  absl::flat_hash_set<LocationId> retired;      // those of `kinds` that nothing goes into
  absl::flat_hash_set<LocationId> quarantines;  // of the locations in `kinds`
  // Every place that may move, stored or not. Ordered as they are locked and written; a reference
  // to a balance stays valid while others are added.
  std::map<BalanceKey, BalanceFacts> balances;
  absl::flat_hash_map<LotId, SerialPlace> serial_places;
  // Where a shortage is accepted: how much of a lot is on hand in places that are not touched.
  absl::flat_hash_map<LotId, Quantity> on_hand_elsewhere;
  absl::flat_hash_map<LotId, std::vector<Hold>> holds;  // those in effect; only of held lots
  // Lots whose receipt is held until an inspection; only those that the write may receive.
  absl::flat_hash_set<LotId> held_on_receipt;
  std::map<MovementId, DeliveryFacts> deliveries;
  absl::flat_hash_map<MovementId, ReceiptFacts> receipts;  // those in effect
  // Of a movement to reverse: the later movements of the same serial that are not reversed, the
  // last one first.
  absl::flat_hash_map<MovementId, LaterMovements> later_movements;
  // Of a movement to reverse: the movement that reversed it before.
  absl::flat_hash_map<MovementId, MovementId> reversals;
  // Archived lots that applied movements brought back on hand: they are ACTIVE again.
  absl::btree_set<LotId> unarchived;
  // The latest recorded_at of all applied movements; `now` when there is none. Transformations and
  // events of the same write are recorded at this time.
  absl::Time recorded_at;

  // Null when the lot does not exist or was not touched.
  const LotFacts* FindLot(const LotId& lot_id) const;
  std::optional<LocationKind> FindKind(const LocationId& location_id) const;
  // The balance of a place; an empty one when nothing of the lot was ever there. The location must
  // be known.
  BalanceFacts BalanceAt(const LotId& lot_id, const LocationId& location_id) const;
  // What is at a place after the postings that were applied. 0 where nothing is known.
  Quantity QuantityAt(const LotId& lot_id, const LocationId& location_id) const;
  // How much of a lot is on hand at other places than this one; known where a shortage is accepted.
  Quantity OnHandElsewhere(const LotId& lot_id, const LocationId& location_id) const;
  StockDates DatesAt(const LotId& lot_id, const LocationId& location_id) const;
  // Whether an applied movement took goods from this place.
  bool HasTaken(const LotId& lot_id, const LocationId& location_id) const;
  // Where a serial is: the place that holds it; else the virtual place of its last movement
  // (PRODUCTION: it was used up or taken apart; WORK_IN_PROCESS: an order has it). Empty when no
  // movement of it is in effect.
  std::optional<Place> WhereIs(const LotId& serial) const;
  // When a serial came to where it is. InfinitePast when it never moved.
  absl::Time CameAt(const LotId& serial) const;
  // The holds of a lot that are in effect, oldest first. Among them are holds that refuse nothing
  // (of a drill) and holds of other places than those that move.
  absl::Span<const Hold> HoldsOf(const LotId& lot_id) const;
};

}  // namespace lots
