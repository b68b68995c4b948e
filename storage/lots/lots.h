// Lots and serials: the operations that create, read, edit, archive and delete them. (Lists:
// lists/list.h; history: lists/history.h.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/hold.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot.h"
#include "storage/domain/write_context.h"
#include "storage/pg/connection.h"

namespace lots {

// Creation (create.cc).

// The quantity that is on hand when a lot is created.
struct Opening {
  Quantity quantity;
  LocationId location_id;
};

struct NewLot {
  std::string number;  // empty: generated
  std::string reference;
  std::string notes;
  Attributes attributes;
  LotDates dates;  // those not given are derived
  std::optional<Opening> opening;
};

struct CreateLotsCommand {
  WriteContext context;
  ProductId product_id;
  std::vector<NewLot> lots;
  // Generated numbers count up from this; empty: from the product's template.
  std::string first_number;
  bool validate_only = false;
  // How problems name fields: as CreateLotRequest ("lot.number"), which has one lot, or as
  // BatchCreateLotsRequest ("lots[0].number").
  bool is_single = false;
};

struct CreatedLots {
  std::vector<NumberedLot> lots;  // in the order of the command
  std::vector<Problem> problems;  // with validate_only: everything that would be refused
};

// Creates lots of one product, all or none; posts each opening quantity as an ADJUSTMENT. A refusal
// has every problem at once: COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND, LOTS_DISABLED,
// PRODUCT_NOT_TRACKED, FIELD_INVALID (dates), NUMBER_INVALID, DUPLICATE_IN_REQUEST,
// LOT_NUMBER_TAKEN, NO_NUMBER_TEMPLATE, NUMBERS_EXHAUSTED, and those of Ledger::Post.
absl::StatusOr<CreatedLots> CreateLots(pg::Connection& db, const CreateLotsCommand& command);

// The same for a command of one lot; returns the whole lot. When a repeat comes after the lot was
// deleted, it gets the fields that the deletion recorded.
absl::StatusOr<Lot> CreateLot(pg::Connection& db, const CreateLotsCommand& command);

// Reading (read.cc).

// The lots in the order of `lot_ids`, none for an id that no lot has. Runs one statement, whatever
// the number of lots. `now` decides which lots are expired.
absl::StatusOr<std::vector<std::optional<Lot>>> FindLotsById(pg::Connection& db,
                                                             const CompanyId& company,
                                                             absl::Span<const LotId> lot_ids,
                                                             absl::Time now);

// LOT_NOT_FOUND.
absl::StatusOr<Lot> GetLot(pg::Connection& db, const CompanyId& company, const LotId& lot_id,
                           absl::Time now);

// LOT_NOT_FOUND for each missing lot, at "lot_ids[3]".
absl::StatusOr<std::vector<Lot>> GetLots(pg::Connection& db, const CompanyId& company,
                                         absl::Span<const LotId> lot_ids, absl::Time now);

struct FindLotsQuery {
  CompanyId company;
  std::vector<std::string> numbers;  // as typed
  ProductId product_id;              // empty: every product
  absl::Time now;
};
// For each number, in their order: the lots that have it, sorted by product.
absl::StatusOr<std::vector<std::vector<Lot>>> FindLots(pg::Connection& db,
                                                       const FindLotsQuery& query);

struct LotLocationsQuery {
  CompanyId company;
  LotId lot_id;
  bool show_all = false;  // empty and virtual places too
  absl::Time now;         // decides which holds have expired
};
struct LotLocations {
  ProductId product_id;
  std::string number;
  std::vector<LotStock> locations;  // on hand first, then with customers, then scrapped, then the
                                    // virtual ones; by id within
  Quantity on_hand;
  int scale = 0;
  std::vector<Hold> holds;  // those that bind, oldest first; at most kHoldsShownMax
};
// The same of several lots at once.
struct FindLocationsQuery {
  CompanyId company;
  std::vector<LotId> lot_ids;
  std::vector<bool> show_all;  // of each lot
  absl::Time now;
};
// In the order of `lot_ids`; none for an id that no lot has.
absl::StatusOr<std::vector<std::optional<LotLocations>>> FindLotLocations(
    pg::Connection& db, const FindLocationsQuery& query);
// The places of a lot, and its holds. LOT_NOT_FOUND.
absl::StatusOr<LotLocations> ListLotLocations(pg::Connection& db, const LotLocationsQuery& query);

struct PreviewNumbersQuery {
  CompanyId company;
  ProductId product_id;
  int64_t count = 1;
  std::string first_number;  // empty: the template
  absl::Time now;
};
// The next numbers of a product. Reserves none. COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND,
// PRODUCT_NOT_TRACKED and those of ReserveNumbers.
absl::StatusOr<std::vector<std::string>> PreviewLotNumbers(pg::Connection& db,
                                                           const PreviewNumbersQuery& query);

// Editing (update.cc).

// A date that an edit changes: the new day, or none to clear the date.
using NewDate = std::optional<std::optional<absl::CivilDay>>;

struct UpdateLotCommand {
  WriteContext context;
  LotId lot_id;
  std::optional<int64_t> version;  // must be the current one
  std::optional<ProductId> product_id;
  std::optional<std::string> number;
  std::optional<std::string> reference;
  std::optional<std::string> notes;
  std::optional<Attributes> attributes;
  NewDate manufactured_on;
  NewDate expires_on;
  NewDate best_before_on;
  NewDate removal_on;
  NewDate alert_on;
  LaterExpiry later_expiry;  // the history keeps its note
};
// Changes the given fields and records old and new values. A derived date that the edit does not
// name is derived again. A new product brings its own tracking, scale and case rule; the edit is
// refused when anything but edits has happened to the lot. An edit that changes nothing keeps the
// version.
// LOT_NOT_FOUND, ETAG_MISMATCH, LOT_VOID, NUMBER_INVALID, LOT_NUMBER_TAKEN, FIELD_INVALID (dates),
// LOT_IN_USE, PRODUCT_NOT_FOUND, PRODUCT_NOT_TRACKED, EXPIRY_LATER.
absl::StatusOr<Lot> UpdateLot(pg::Connection& db, const UpdateLotCommand& command);

// Archiving and deleting (state.cc).

struct LotCommand {
  WriteContext context;
  LotId lot_id;
  std::optional<int64_t> version;  // must be the current one
};
// LOT_NOT_FOUND, ETAG_MISMATCH, LOT_ON_HAND, LOT_PLANNED, LOT_VOID.
absl::StatusOr<Lot> ArchiveLot(pg::Connection& db, const LotCommand& command);
// LOT_NOT_FOUND, ETAG_MISMATCH, LOT_PLANNED, LOT_VOID.
absl::StatusOr<Lot> UnarchiveLot(pg::Connection& db, const LotCommand& command);
// The history keeps the lot's creation, edits and deletion. LOT_NOT_FOUND, ETAG_MISMATCH,
// LOT_IN_USE.
absl::Status DeleteLot(pg::Connection& db, const LotCommand& command);

}  // namespace lots
