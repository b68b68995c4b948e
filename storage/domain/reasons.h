// The reasons of refusals. Every reason stands in proto/lots/v1/errors.proto with the same name and
// number; a test holds the two together. Separate from errors.h, so that a new reason is compiled
// only where reasons are named.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace lots {

enum class Reason : int {
  kFieldInvalid = 1,
  kFilterInvalid = 2,
  kPageTokenInvalid = 3,
  kRequestIdReused = 4,
  kQuantityScale = 5,
  kSerialQuantityNotOne = 6,
  kDuplicateInRequest = 7,
  kNumberInvalid = 8,
  kAnswerTooLarge = 9,

  kCompanyNotFound = 20,
  kProductNotFound = 21,
  kLocationNotFound = 22,
  kLotNotFound = 23,
  kMovementNotFound = 24,
  kWorkOrderNotFound = 25,
  kTransformationNotFound = 26,
  kHoldNotFound = 27,
  kRecallNotFound = 28,
  kInspectionNotFound = 29,

  kLotNumberTaken = 40,
  kSerialAlreadyProduced = 41,
  kRecallExists = 42,

  kLotsDisabled = 60,
  kProductNotTracked = 61,
  kTrackingMismatch = 62,
  kProductHasLots = 63,
  kProductNotProducible = 64,
  kNoNumberTemplate = 65,
  kNumbersExhausted = 66,
  kLocationKindImmutable = 67,
  kLocationCycle = 68,
  kLocationKindMismatch = 69,
  kRetired = 70,
  kStillInUse = 71,

  kNotEnough = 80,
  kSerialNotThere = 81,
  kSerialOnHand = 82,
  kLotExpired = 83,
  kLotArchived = 84,
  kLotPlanned = 85,
  kLotVoid = 86,
  kLotOnHand = 87,
  kLotInUse = 88,
  kReturnExceedsDelivery = 89,
  kReturnMismatch = 90,
  kQuantityOverflow = 91,
  kLotHeld = 92,
  kHoldEnded = 93,
  kLotNotHeld = 94,
  kProductMismatch = 95,
  kBeforeArrival = 96,
  kExpiryLater = 97,
  kLotsDiffer = 98,

  kWorkOrderClosed = 100,
  kWorkOrderProductMismatch = 101,
  kSerialAssignedElsewhere = 102,
  kSerialNotAssigned = 103,
  kWorkOrderNeedsProduct = 104,
  kOutputNotInCompletion = 105,
  kNotAComponent = 106,
  kComponentMissing = 107,
  kComponentsIssued = 108,
  kNotIssued = 109,
  kResultUsed = 110,
  kAlreadyReversed = 111,
  kReversalNotReversible = 112,
  kPartOfTransformation = 113,
  kConsumptionOfOrder = 114,
  kComponentShort = 115,
  kUnitNotInUse = 116,
  kComponentContainsUnit = 117,
  kTransformationNotCorrectable = 118,
  kUnitNotCorrectable = 119,

  kRecallClosed = 120,
  kRecallTooLarge = 121,
  kTraceTooLarge = 122,
  kRecallUnaccounted = 123,
  kLotNotInRecall = 124,

  kEtagMismatch = 130,
  kTransactionConflict = 131,
  kServerBusy = 140,
  kCallerLimit = 141,
  kDatabaseUnavailable = 150,
  kShuttingDown = 151,
  kDeadlineExceeded = 152,
  kCancelled = 153,
  kInternal = 160,

  kCredentialsMissing = 170,
  kTokenInvalid = 171,
  kTokenExpired = 172,
  kPermissionMissing = 173,
  kCompanyForbidden = 174,
};

// "LOT_NUMBER_TAKEN".
absl::string_view Name(Reason reason);
// The canonical code that a reason comes with.
absl::StatusCode CodeOf(Reason reason);

}  // namespace lots
