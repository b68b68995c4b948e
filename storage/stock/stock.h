// Stock: what moves, and what is where.
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

// --- moving: stock_record.cc, stock_reverse.cc ------------------------------------------------

// One movement as it is asked for.
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
  std::string note;
};

struct RecordMovementsCommand {
  WriteContext context;
  std::vector<NewMovement> movements;
  Accept accept;
  bool validate_only = false;
};

struct RecordedMovements {
  std::vector<MovementId> movement_ids;  // in the order's order
  std::vector<Problem> problems;         // with validate_only: everything that would be refused
};

// Posts movements, all or nothing, each judged on what the ones before it leave behind. Refused
// with every problem at once: those of Ledger, and LOT_NOT_FOUND, MOVEMENT_NOT_FOUND,
// RETURN_MISMATCH, FIELD_INVALID (a side without a default, PRODUCTION), DUPLICATE_IN_REQUEST (a
// serial that moves twice).
absl::StatusOr<RecordedMovements> RecordMovements(pg::Connection& db,
                                                  const RecordMovementsCommand& command);

struct ReverseMovementCommand {
  WriteContext context;
  MovementId movement_id;
  std::string note;
};
// Takes a movement back, once; answers the reversal, which happened when the movement did.
// MOVEMENT_NOT_FOUND, PART_OF_TRANSFORMATION, and those of Ledger::PostReversal.
absl::StatusOr<Movement> ReverseMovement(pg::Connection& db, const ReverseMovementCommand& command);

// --- what happened: stock_movements.cc ----------------------------------------------------------

// The place of a movement in history.
struct MovementPosition {
  absl::Time recorded_at;
  MovementId movement_id;
};
struct ListMovementsQuery {
  CompanyId company;
  std::string filter;                     // the fields of ListMovementsRequest.filter
  std::optional<MovementPosition> after;  // go on below this one
  int limit = 0;
};
// The newest recorded first. FILTER_INVALID; COMPANY_NOT_FOUND with a filter, whose days are those
// of the company's zone.
absl::StatusOr<std::vector<Movement>> ListMovements(pg::Connection& db,
                                                    const ListMovementsQuery& query);

// --- what is where: stock_list.cc
// -----------------------------------------------------------------

struct StockPosition {
  LotId lot_id;
  LocationId location_id;
};
// At least one selection is given; several narrow each other down.
struct ListStockQuery {
  CompanyId company;
  std::vector<LotId> lot_ids;
  std::optional<ProductId> product_id;
  std::optional<LocationId> location_id;
  bool include_descendants = false;
  std::optional<absl::Time> as_of;     // by when movements happened
  std::optional<absl::Time> known_at;  // by when they were recorded; one of the two at most
  bool all_kinds = false;              // not INTERNAL and TRANSIT only
  absl::Time now;                      // decides which holds have expired
  std::optional<StockPosition> after;
  int limit = 0;
};
// By lot id and location id, places that hold something only. Without dates and hold causes where
// `as_of` or `known_at` is given. LOCATION_NOT_FOUND.
absl::StatusOr<std::vector<LotStock>> ListStock(pg::Connection& db, const ListStockQuery& query);

// --- what to take: stock_suggest.cc
// -----------------------------------------------------------------

enum class SuggestStrategy : int16_t {
  kFefo = 1,  // first expired, first out; lots without an expiry date last
  kFifo = 2,
  kLifo = 3,
};
struct SuggestLotsQuery {
  CompanyId company;
  ProductId product_id;
  Quantity quantity;
  std::optional<LocationId> location_id;    // from here and below; none: from every INTERNAL place
  std::optional<SuggestStrategy> strategy;  // none: FEFO where the company has expiry, else FIFO
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
  Quantity missing;            // what is not there at all, however many picks
  int scale = 0;               // the product's
};
// COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND, LOCATION_NOT_FOUND, PRODUCT_NOT_TRACKED, QUANTITY_SCALE.
absl::StatusOr<Suggestion> SuggestLots(pg::Connection& db, const SuggestLotsQuery& query);

}  // namespace lots
