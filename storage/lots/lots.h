// Lots and serials: the operations that create, edit, archive and delete them. (Reading: read.h,
// locations.h; lists: lists/list.h; history: lists/history.h.)
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/base/quantity.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_details.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/pg/connection.h"

namespace lots {

enum class LotState : int16_t;
struct Lot;

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
  std::vector<NumberedLot> lots;  // in the order of the command; after a repeat some may be deleted
  std::vector<Problem> problems;  // with validate_only: everything that would be refused
};

// Creates lots of one product, all or none; posts each opening quantity as an ADJUSTMENT. A refusal
// has every problem at once: COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND, LOTS_DISABLED,
// PRODUCT_NOT_TRACKED, FIELD_INVALID (dates), NUMBER_INVALID, DUPLICATE_IN_REQUEST,
// LOT_NUMBER_TAKEN, NO_NUMBER_TEMPLATE, NUMBERS_EXHAUSTED, and those of Ledger::Post.
absl::StatusOr<CreatedLots> CreateLots(pg::Connection& db, const CreateLotsCommand& command);

// The same for a command of one lot; returns the whole lot. When a repeat comes after the lot was
// deleted, it gets the fields that the deletion recorded, with `deleted_at`.
absl::StatusOr<Lot> CreateLot(pg::Connection& db, const CreateLotsCommand& command);

// Editing (update.cc).

// A date that an edit changes: the new day, or none to clear the date.
using NewDate = std::optional<std::optional<absl::CivilDay>>;

// The edit of one lot.
struct LotEdit {
  LotId lot_id;
  std::optional<int64_t> version;  // must be the current one
  std::optional<ProductId> product_id;
  std::optional<std::string> number;
  std::optional<std::string> reference;
  std::optional<std::string> notes;
  std::optional<Attributes> attributes;  // all of them
  // Single attributes, after `attributes`; none: the attribute goes.
  std::map<std::string, std::optional<AttributeValue>> attribute_edits;
  NewDate manufactured_on;
  NewDate expires_on;
  NewDate best_before_on;
  NewDate removal_on;
  NewDate alert_on;
  LaterExpiry later_expiry;  // the history keeps its note
  // Fields that other operations change. The edit is refused when the caller sent other values than
  // the current ones.
  std::optional<Quantity> quantity;
  std::optional<Quantity> on_hand;
  std::optional<LotState> state;
};

struct UpdateLotCommand : LotEdit {
  WriteContext context;
};
// Changes the given fields and records old and new values. A derived date that the edit does not
// name is derived again. A new product brings its own tracking, scale and case rule; the edit is
// refused when anything but edits has happened to the lot. An edit that changes nothing keeps the
// version.
// The former number stays the lot's.
// LOT_NOT_FOUND, ETAG_MISMATCH, LOT_VOID, NUMBER_INVALID, LOT_NUMBER_TAKEN, FIELD_INVALID (dates,
// number of attributes, quantity, state),
// LOT_IN_USE, PRODUCT_NOT_FOUND, PRODUCT_NOT_TRACKED, RETIRED, EXPIRY_LATER.
absl::StatusOr<Lot> UpdateLot(pg::Connection& db, const UpdateLotCommand& command);

struct UpdateLotsCommand {
  WriteContext context;
  std::vector<LotEdit> edits;  // no lot twice
};
// The same for many lots, all or none, in their order: a number that an edit gives up and may be
// used again is free for the edits after it. A refusal has every problem at once, each field in the
// edit that it is of: "updates[3].lot.number". Returns the lots in the order of the command. As
// UpdateLot; also DUPLICATE_IN_REQUEST (one number for two lots).
absl::StatusOr<std::vector<Lot>> UpdateLots(pg::Connection& db, const UpdateLotsCommand& command);

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
