// Stock: records and reverses movements, lists movements and stock, suggests lots to take.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"
#include "storage/domain/lot.h"
#include "storage/domain/movement.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/ledger.h"
#include "storage/pg/connection.h"

namespace lots {

// Recording and reversing: record.cc, reverse.cc.

// One movement of a request.
struct NewMovement {
  MovementKind kind = MovementKind::kTransfer;
  LotRef lot;
  std::optional<Quantity> quantity;  // of a serial: 1 when absent
  LocationId from;                   // empty: the default of the side's kind
  LocationId to;
  Document document;
  std::string partner_id;
  absl::Time occurred_at;
  std::optional<MovementId> delivery;  // of a RETURN
  std::optional<MovementId> receipt;   // of a SUPPLIER_RETURN
  std::string note;
};

struct RecordMovementsCommand {
  WriteContext context;
  std::vector<NewMovement> movements;
  Accept accept;
  bool validate_only = false;
};

struct RecordedMovements {
  std::vector<MovementId> movement_ids;  // in the order of the request
  std::vector<Problem> problems;         // with validate_only: every problem that would be refused
};

// Posts all movements or none. Each movement is validated on what the movements before it leave
// behind. A refusal names every problem: those of ValidatePosting, and LOT_NOT_FOUND,
// MOVEMENT_NOT_FOUND, FIELD_INVALID (a side without a default, PRODUCTION), DUPLICATE_IN_REQUEST (a
// serial that moves twice).
absl::StatusOr<RecordedMovements> RecordMovements(pg::Connection& db,
                                                  const RecordMovementsCommand& command);

struct ReverseMovementCommand {
  WriteContext context;
  MovementId movement_id;
  std::string note;
};
// Reverses a movement, once. Returns the reversal, which has the occurred_at of the movement.
// Refuses with MOVEMENT_NOT_FOUND, PART_OF_TRANSFORMATION, and the problems of ValidateReversal.
absl::StatusOr<Movement> ReverseMovement(pg::Connection& db, const ReverseMovementCommand& command);

// Listing movements: movements.cc.

// The place of a movement in history.
struct MovementPosition {
  absl::Time recorded_at;
  MovementId movement_id;
};
struct ListMovementsQuery {
  CompanyId company;
  std::string filter;                     // the fields of ListMovementsRequest.filter
  std::optional<MovementPosition> after;  // the last movement of the page before
  int limit = 0;
};
// Movements, the newest recorded first. Refuses with FILTER_INVALID, and with COMPANY_NOT_FOUND
// when there is a filter: the days of a filter are days in the company's zone.
absl::StatusOr<std::vector<Movement>> ListMovements(pg::Connection& db,
                                                    const ListMovementsQuery& query);

// Listing stock: list.cc.

struct StockPosition {
  LotId lot_id;
  LocationId location_id;
};
// At least one of the selections (lots, product, location) is given; all given ones apply.
struct ListStockQuery {
  CompanyId company;
  std::vector<LotId> lot_ids;
  std::optional<ProductId> product_id;
  std::optional<LocationId> location_id;
  bool include_descendants = false;
  std::optional<absl::Time> as_of;  // counts what happened until then
  std::optional<absl::Time>
      known_at;            // counts what was recorded until then; at most one of the two
  bool all_kinds = false;  // false: INTERNAL and TRANSIT only
  absl::Time now;          // decides which holds have expired
  std::optional<StockPosition> after;
  int limit = 0;
};
// The places with a quantity other than 0, by lot id and location id. Dates and hold causes are
// left empty when `as_of` or `known_at` is given. Refuses with LOCATION_NOT_FOUND.
absl::StatusOr<std::vector<LotStock>> ListStock(pg::Connection& db, const ListStockQuery& query);

// Suggesting lots: suggest.cc.

enum class SuggestStrategy : int16_t {
  kFefo = 1,  // first expired, first out; lots without an expiry date last
  kFifo = 2,
  kLifo = 3,
};
struct SuggestLotsQuery {
  CompanyId company;
  ProductId product_id;
  Quantity quantity;
  std::optional<LocationId> location_id;  // this location and those below; none: every INTERNAL one
  std::optional<SuggestStrategy> strategy;  // none: FEFO where the company has expiry, else FIFO
  bool include_past_removal = false;        // also lots that should be off the shelf by now
  absl::Time now;
};
struct LotPick {
  LotId lot_id;
  std::string number;
  LocationId location_id;
  Quantity quantity;
  std::optional<absl::CivilDay> expires_on;
  std::optional<absl::Time> stock_since;
};
struct Suggestion {
  std::vector<LotPick> picks;  // at most kSuggestPicksMax
  Quantity missing;            // the wanted quantity minus all that could be taken
  int scale = 0;               // the product's
};
// Which lots to take first. Refuses with COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND, LOCATION_NOT_FOUND,
// PRODUCT_NOT_TRACKED and QUANTITY_SCALE.
absl::StatusOr<Suggestion> SuggestLots(pg::Connection& db, const SuggestLotsQuery& query);

}  // namespace lots
