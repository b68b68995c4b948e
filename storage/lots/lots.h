// Lots and serials: the operations that create, read, edit and end them. (Lists: lot_list.h;
// history: lot_history.h.)
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
#include "storage/domain/errors.h"
#include "storage/domain/hold.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot.h"
#include "storage/domain/write_context.h"
#include "storage/pg/connection.h"

namespace lots {

// --- creation: lot_create.cc ----------------------------------------------------------------

// What is there when a lot is first registered.
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
  std::vector<NumberedLot> lots;  // in the order's order
  std::vector<Problem> problems;  // with validate_only: everything that would be refused
};

// Creates lots of one product, all or nothing, each opening quantity as an ADJUSTMENT. Refused with
// every problem at once: COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND, LOTS_DISABLED, PRODUCT_NOT_TRACKED,
// FIELD_INVALID (dates), NUMBER_INVALID, DUPLICATE_IN_REQUEST, LOT_NUMBER_TAKEN,
// NO_NUMBER_TEMPLATE, NUMBERS_EXHAUSTED, and those of Ledger::Post.
absl::StatusOr<CreatedLots> CreateLots(pg::Connection& db, const CreateLotsCommand& command);

// The same for an order of one lot, answered whole. A repeat after the lot was deleted is answered
// with what is left of it: the fields that its deletion recorded.
absl::StatusOr<Lot> CreateLot(pg::Connection& db, const CreateLotsCommand& command);

// --- reading: lot_read.cc --------------------------------------------------------------------

// The lots in the order of `lot_ids`, nothing where there is none. One statement, whatever their
// count. `now` decides what is expired.
absl::StatusOr<std::vector<std::optional<Lot>>> FindLotsById(pg::Connection& db,
                                                             const CompanyId& company,
                                                             absl::Span<const LotId> lot_ids,
                                                             absl::Time now);

// LOT_NOT_FOUND.
absl::StatusOr<Lot> GetLot(pg::Connection& db, const CompanyId& company, const LotId& lot_id,
                           absl::Time now);

// LOT_NOT_FOUND of every one that is missing, at "lot_ids[3]".
absl::StatusOr<std::vector<Lot>> GetLots(pg::Connection& db, const CompanyId& company,
                                         absl::Span<const LotId> lot_ids, absl::Time now);

struct FindLotsQuery {
  CompanyId company;
  std::vector<std::string> numbers;  // as typed
  ProductId product_id;              // empty: every product
  absl::Time now;
};
// The lots that have each number, by product; in the order of the numbers.
absl::StatusOr<std::vector<std::vector<Lot>>> FindLots(pg::Connection& db,
                                                       const FindLotsQuery& query);

struct LotLocationsQuery {
  CompanyId company;
  LotId lot_id;
  bool show_all = false;  // also places that are empty or virtual
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
// Of several lots at once, in the order of `lot_ids`; nothing for a lot that is not there.
struct FindLocationsQuery {
  CompanyId company;
  std::vector<LotId> lot_ids;
  std::vector<bool> show_all;  // of each lot
  absl::Time now;
};
absl::StatusOr<std::vector<std::optional<LotLocations>>> FindLotLocations(
    pg::Connection& db, const FindLocationsQuery& query);
// Where a lot is, and what holds it. LOT_NOT_FOUND.
absl::StatusOr<LotLocations> ListLotLocations(pg::Connection& db, const LotLocationsQuery& query);

struct PreviewNumbersQuery {
  CompanyId company;
  ProductId product_id;
  int64_t count = 1;
  std::string first_number;  // empty: the template
  absl::Time now;
};
// The next numbers; reserves nothing. COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND, PRODUCT_NOT_TRACKED and
// those of ReserveNumbers.
absl::StatusOr<std::vector<std::string>> PreviewLotNumbers(pg::Connection& db,
                                                           const PreviewNumbersQuery& query);

// --- editing: lot_update.cc ------------------------------------------------------------------

// A date that an edit names: a day, or none to clear it.
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
};
// Changes what is given and records the old and new values. A date that was derived, and is not
// named, is derived anew. Another product brings its own tracking, scale and case rule, and is
// refused once anything happened to the lot but edits. Changing nothing changes no version.
// LOT_NOT_FOUND, ETAG_MISMATCH, LOT_VOID, NUMBER_INVALID, LOT_NUMBER_TAKEN, FIELD_INVALID (dates),
// LOT_IN_USE, PRODUCT_NOT_FOUND, PRODUCT_NOT_TRACKED.
absl::StatusOr<Lot> UpdateLot(pg::Connection& db, const UpdateLotCommand& command);

// --- the ends of a life: lot_state.cc --------------------------------------------------------

struct LotCommand {
  WriteContext context;
  LotId lot_id;
  std::optional<int64_t> version;  // must be the current one
};
// LOT_NOT_FOUND, ETAG_MISMATCH, LOT_ON_HAND, LOT_PLANNED, LOT_VOID.
absl::StatusOr<Lot> ArchiveLot(pg::Connection& db, const LotCommand& command);
// LOT_NOT_FOUND, ETAG_MISMATCH, LOT_PLANNED, LOT_VOID.
absl::StatusOr<Lot> UnarchiveLot(pg::Connection& db, const LotCommand& command);
// Its creation, its edits and its deletion stay in its history. LOT_NOT_FOUND, ETAG_MISMATCH,
// LOT_IN_USE.
absl::Status DeleteLot(pg::Connection& db, const LotCommand& command);

}  // namespace lots
