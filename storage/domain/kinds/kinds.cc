// The names of the enumerations, and what their values mean.
#include "storage/domain/kinds/counter_reset.h"
#include "storage/domain/kinds/hold.h"
#include "storage/domain/kinds/inspection.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/recall.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/kinds/whereabouts.h"
#include "storage/domain/kinds/work_order.h"

namespace lots {

absl::string_view Name(Tracking tracking) {
  switch (tracking) {
    case Tracking::kNone:
      return "NONE";
    case Tracking::kLot:
      return "LOT";
    case Tracking::kSerial:
      return "SERIAL";
  }
  return "UNKNOWN";
}

absl::string_view Name(CounterReset reset) {
  switch (reset) {
    case CounterReset::kNever:
      return "NEVER";
    case CounterReset::kYear:
      return "YEAR";
    case CounterReset::kMonth:
      return "MONTH";
    case CounterReset::kDay:
      return "DAY";
  }
  return "UNKNOWN";
}

absl::string_view Name(LocationKind kind) {
  switch (kind) {
    case LocationKind::kInternal:
      return "INTERNAL";
    case LocationKind::kTransit:
      return "TRANSIT";
    case LocationKind::kSupplier:
      return "SUPPLIER";
    case LocationKind::kCustomer:
      return "CUSTOMER";
    case LocationKind::kProduction:
      return "PRODUCTION";
    case LocationKind::kScrap:
      return "SCRAP";
    case LocationKind::kAdjustment:
      return "ADJUSTMENT";
  }
  return "UNKNOWN";
}

absl::string_view Name(LotState state) {
  switch (state) {
    case LotState::kPlanned:
      return "PLANNED";
    case LotState::kActive:
      return "ACTIVE";
    case LotState::kArchived:
      return "ARCHIVED";
    case LotState::kVoid:
      return "VOID";
  }
  return "UNKNOWN";
}

absl::string_view Name(MovementKind kind) {
  switch (kind) {
    case MovementKind::kReceipt:
      return "RECEIPT";
    case MovementKind::kTransfer:
      return "TRANSFER";
    case MovementKind::kDelivery:
      return "DELIVERY";
    case MovementKind::kReturn:
      return "RETURN";
    case MovementKind::kConsumption:
      return "CONSUMPTION";
    case MovementKind::kProduction:
      return "PRODUCTION";
    case MovementKind::kScrap:
      return "SCRAP";
    case MovementKind::kAdjustment:
      return "ADJUSTMENT";
    case MovementKind::kSupplierReturn:
      return "SUPPLIER_RETURN";
    case MovementKind::kIssue:
      return "ISSUE";
    case MovementKind::kIssueReturn:
      return "ISSUE_RETURN";
    case MovementKind::kInstallation:
      return "INSTALLATION";
    case MovementKind::kRemoval:
      return "REMOVAL";
  }
  return "UNKNOWN";
}

absl::string_view Name(HoldCause cause) {
  switch (cause) {
    case HoldCause::kLot:
      return "LOT";
    case HoldCause::kPlace:
      return "PLACE";
    case HoldCause::kInherited:
      return "INHERITED";
    case HoldCause::kRecall:
      return "RECALL";
  }
  return "";
}

absl::string_view Name(RecallState state) {
  switch (state) {
    case RecallState::kOpen:
      return "OPEN";
    case RecallState::kClosed:
      return "CLOSED";
  }
  return "";
}

absl::string_view Name(RecallMemberChange change) {
  switch (change) {
    case RecallMemberChange::kExcluded:
      return "EXCLUDED";
    case RecallMemberChange::kIncluded:
      return "INCLUDED";
    case RecallMemberChange::kJoinedAgain:
      return "JOINED_AGAIN";
    case RecallMemberChange::kUnlinked:
      return "UNLINKED";
  }
  return "";
}

absl::string_view Name(RecallDispositionKind kind) {
  switch (kind) {
    case RecallDispositionKind::kCleared:
      return "CLEARED";
    case RecallDispositionKind::kReworked:
      return "REWORKED";
    case RecallDispositionKind::kScrapped:
      return "SCRAPPED";
    case RecallDispositionKind::kReturnedToSupplier:
      return "RETURNED_TO_SUPPLIER";
    case RecallDispositionKind::kDestroyedByCustomer:
      return "DESTROYED_BY_CUSTOMER";
  }
  return "";
}

absl::string_view Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "PASSED";
    case Verdict::kFailed:
      return "FAILED";
  }
  return "UNKNOWN";
}

absl::string_view Name(WorkOrderState state) {
  switch (state) {
    case WorkOrderState::kOpen:
      return "OPEN";
    case WorkOrderState::kClosed:
      return "CLOSED";
    case WorkOrderState::kCancelled:
      return "CANCELLED";
  }
  return "UNKNOWN";
}

absl::string_view Name(Whereabouts whereabouts) {
  switch (whereabouts) {
    case Whereabouts::kNeverMoved:
      return "NEVER_MOVED";
    case Whereabouts::kInStock:
      return "IN_STOCK";
    case Whereabouts::kIssued:
      return "ISSUED";
    case Whereabouts::kBuiltIn:
      return "BUILT_IN";
    case Whereabouts::kConsumed:
      return "CONSUMED";
    case Whereabouts::kWithCustomer:
      return "WITH_CUSTOMER";
    case Whereabouts::kAtSupplier:
      return "AT_SUPPLIER";
    case Whereabouts::kScrapped:
      return "SCRAPPED";
    case Whereabouts::kTakenApart:
      return "TAKEN_APART";
    case Whereabouts::kReshaped:
      return "RESHAPED";
    case Whereabouts::kAdjustedAway:
      return "ADJUSTED_AWAY";
  }
  return "UNKNOWN";
}

bool IsOnHand(LocationKind kind) {
  return kind == LocationKind::kInternal || kind == LocationKind::kTransit;
}

bool HoldsGoods(LocationKind kind) {
  return IsOnHand(kind) || kind == LocationKind::kCustomer || kind == LocationKind::kScrap;
}

}  // namespace lots
