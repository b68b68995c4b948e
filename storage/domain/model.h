// The domain's words as types. Enumerations have the values that the protos and the database have.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/base/strong.h"
#include "storage/base/uuid.h"

namespace lots {

using CompanyId = Strong<struct CompanyTag, std::string>;
using ProductId = Strong<struct ProductTag, std::string>;
using LocationId = Strong<struct LocationTag, std::string>;
using WorkOrderId = Strong<struct WorkOrderTag, std::string>;
using LotId = Strong<struct LotTag, Uuid>;
using MovementId = Strong<struct MovementTag, Uuid>;
using TransformationId = Strong<struct TransformationTag, Uuid>;
using HoldId = Strong<struct HoldTag, Uuid>;
using RecallId = Strong<struct RecallTag, std::string>;

enum class Tracking : int16_t { kNone = 1, kLot = 2, kSerial = 3 };
enum class LocationKind : int16_t {
  kInternal = 1,
  kTransit = 2,
  kSupplier = 3,
  kCustomer = 4,
  kProduction = 5,
  kScrap = 6,
  kAdjustment = 7,
};
enum class LotState : int16_t { kPlanned = 1, kActive = 2, kArchived = 3, kVoid = 4 };
enum class MovementKind : int16_t {
  kReceipt = 1,
  kTransfer = 2,
  kDelivery = 3,
  kReturn = 4,
  kConsumption = 5,
  kProduction = 6,
  kScrap = 7,
  kAdjustment = 8,
};
enum class TransformationKind : int16_t {
  kProduction = 1,
  kDisassembly = 2,
  kSplit = 3,
  kMerge = 4,
  kRelabel = 5,
};
enum class OutputRole : int16_t { kProduct = 1, kByProduct = 2, kReturnedComponent = 3 };
enum class WorkOrderState : int16_t { kOpen = 1, kClosed = 2, kCancelled = 3 };
enum class AssignmentState : int16_t { kPlanned = 1, kCompleted = 2, kUnassigned = 3, kVoided = 4 };
enum class LotEventKind : int16_t {
  kCreated = 1,
  kEdited = 2,
  kArchived = 3,
  kUnarchived = 4,
  kAssigned = 5,
  kUnassigned = 6,
  kVoided = 7,
  kDeleted = 8,
  kHeld = 9,
  kReleased = 10,
};
// Why a lot is held.
enum class HoldCause : int16_t {
  kLot = 1,        // it was held itself
  kPlace = 2,      // what of it is at one place was held
  kInherited = 3,  // it was made of a held lot
  kRecall = 4,     // it is a member of an open recall
};
enum class RecallState : int16_t { kOpen = 1, kClosed = 2 };

// The names that facts, filters and messages use: "SERIAL", "INTERNAL", "PLANNED", …
absl::string_view Name(Tracking tracking);
absl::string_view Name(LocationKind kind);
absl::string_view Name(LotState state);
absl::string_view Name(MovementKind kind);
absl::string_view Name(WorkOrderState state);
absl::string_view Name(HoldCause cause);
absl::string_view Name(RecallState state);

// INTERNAL and TRANSIT: counts as on hand.
bool IsOnHand(LocationKind kind);
// INTERNAL, TRANSIT, CUSTOMER, SCRAP: holds goods, so it is never negative.
bool HoldsGoods(LocationKind kind);
// SUPPLIER, CUSTOMER, PRODUCTION, SCRAP, ADJUSTMENT: every company has a default location of it,
// whose id is the kind's name.
bool IsVirtual(LocationKind kind);
LocationId DefaultLocation(LocationKind kind);

// The dates of a lot. Calendar dates in the company's time zone.
struct LotDates {
  std::optional<absl::CivilDay> manufactured_on;
  std::optional<absl::CivilDay> expires_on;
  std::optional<absl::CivilDay> best_before_on;
  std::optional<absl::CivilDay> removal_on;
  std::optional<absl::CivilDay> alert_on;

  friend bool operator==(const LotDates&, const LotDates&) = default;
};

struct Document {
  std::string type;
  std::string number;
};

// How a request names a lot: by id, or by product and number.
struct LotRef {
  std::optional<LotId> lot_id;
  ProductId product_id;  // with number
  std::string number;
};

struct NumberedLot {
  std::string number;
  LotId lot_id;
};

// One typed attribute. Kept as JSON {"<type>": value} so that the type survives.
using AttributeValue = std::variant<std::string, Quantity, bool, absl::CivilDay, absl::Time>;
using Attributes = std::map<std::string, AttributeValue>;

struct Lot {
  LotId lot_id;
  CompanyId company;
  ProductId product_id;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  std::string reference;
  std::string notes;
  Attributes attributes;
  LotDates dates;
  LotState state = LotState::kActive;
  Quantity on_hand;
  int64_t version = 0;  // the etag
  std::string created_by;
  absl::Time created_at;
  absl::Time updated_at;
  bool expired = false;                 // today, in the company's zone
  std::optional<HoldCause> hold_cause;  // the strongest; none: it is free
};

// What one place holds of one lot.
struct LotStock {
  CompanyId company;
  LotId lot_id;
  ProductId product_id;
  std::string number;
  int scale = 0;
  LocationId location_id;
  LocationKind kind = LocationKind::kInternal;
  Quantity quantity;
  std::optional<absl::Time> arrived_at;
  std::optional<absl::Time> stock_since;
  std::optional<absl::CivilDay> expires_on;
  std::optional<HoldCause> hold_cause;  // of what is here
};

struct Movement {
  MovementId movement_id;
  CompanyId company;
  MovementKind kind = MovementKind::kTransfer;
  LotId lot_id;
  ProductId product_id;
  std::string number;
  int scale = 0;
  Quantity quantity;
  LocationId from;
  LocationId to;
  Document document;
  std::string partner_id;
  absl::Time occurred_at;
  absl::Time recorded_at;
  std::string actor;
  std::string note;
  std::optional<MovementId> reverses;
  std::optional<MovementId> delivery;
  std::optional<TransformationId> transformation;
  std::optional<WorkOrderId> work_order;
};

struct Transformation {
  TransformationId transformation_id;
  TransformationKind kind = TransformationKind::kProduction;
  std::optional<WorkOrderId> work_order;
  absl::Time occurred_at;
  absl::Time recorded_at;
  std::string actor;
  std::string note;
  std::optional<TransformationId> reverses;
  std::optional<TransformationId> reversed_by;
};

// One reason for which a lot, or what of it is at one place, may not be taken away.
struct Hold {
  std::optional<HoldId> hold_id;  // none: of a recall
  LotId lot_id;
  HoldCause cause = HoldCause::kLot;
  std::optional<LocationId> location_id;  // of kPlace
  std::optional<LotId> source_lot_id;     // of kInherited
  std::optional<RecallId> recall_id;      // of kRecall
  std::string reason;
  std::vector<LocationId> exempt_location_ids;
  std::optional<absl::Time> expires_at;
  std::string placed_by;
  absl::Time placed_at;
  bool binding = true;  // false: of a drill, which refuses nothing
  std::string released_by;
  std::optional<absl::Time> released_at;
  std::string release_note;
};

// From where a call comes, as the audit log (storage/writes/audit.h) keeps it.
struct CallOrigin {
  std::string caller;       // as whom it was known: "token:anna"; empty: nobody asked
  std::string peer;         // the address at the other end, without its port
  std::string certificate;  // the name in the client's certificate; empty: it showed none
  std::string trace_id;     // of the caller's W3C trace context; empty: it said none
};

// What every write carries.
struct WriteContext {
  CompanyId company;
  std::string
      request_id;      // empty: this write is not recorded (Upserts and updates with an etag only)
  std::string method;  // "lots.v1.StockService/RecordMovements"
  std::string payload_hash;  // SHA-256 of the request without its request_id
  std::string actor;
  absl::Time now;  // the server's clock when the request came in
  CallOrigin origin = {};
  Uuid entry_id = Uuid::MakeV7();  // of the audit entry, which all rows of the write name
};

}  // namespace lots
