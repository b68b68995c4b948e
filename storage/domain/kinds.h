// The enumerations of the domain. Their values are those of the protos and of the database.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "storage/domain/ids.h"

namespace lots {

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
  kSupplierReturn = 9,
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
// The id of the location that every company has of each virtual kind (SUPPLIER, CUSTOMER,
// PRODUCTION, SCRAP, ADJUSTMENT): the kind's name.
LocationId DefaultLocation(LocationKind kind);

}  // namespace lots
