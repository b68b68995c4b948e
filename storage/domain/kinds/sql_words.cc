// Compares the numbers of the words with the enumerators that the words stand for.
#include "storage/domain/kinds/sql_words.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/string_view.h"
#include "storage/domain/kinds/hold.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/lot_event.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/recall.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/domain/kinds/work_order.h"

namespace lots::sql_words {
namespace {

template <class... Enum>
constexpr Word WordOf(absl::string_view name, Enum... values) {
  return {name, {static_cast<int>(values)...}};
}

constexpr Word kWordsOfEnumerators[] = {
    WordOf("TRACKING_SERIAL", Tracking::kSerial),

    WordOf("PLACE_INTERNAL", LocationKind::kInternal),
    WordOf("PLACE_SUPPLIER", LocationKind::kSupplier),
    WordOf("PLACE_CUSTOMER", LocationKind::kCustomer),
    WordOf("PLACE_PRODUCTION", LocationKind::kProduction),
    WordOf("PLACE_SCRAP", LocationKind::kScrap),
    WordOf("PLACE_ADJUSTMENT", LocationKind::kAdjustment),
    // IsOnHand and HoldsGoods.
    WordOf("PLACES_ON_HAND", LocationKind::kInternal, LocationKind::kTransit),
    WordOf("PLACES_OF_GOODS", LocationKind::kInternal, LocationKind::kTransit,
           LocationKind::kCustomer, LocationKind::kScrap),

    WordOf("STATE_PLANNED", LotState::kPlanned),
    WordOf("STATE_ACTIVE", LotState::kActive),
    WordOf("STATE_ARCHIVED", LotState::kArchived),
    WordOf("STATE_VOID", LotState::kVoid),

    WordOf("MOVEMENT_RECEIPT", MovementKind::kReceipt),
    WordOf("MOVEMENT_DELIVERY", MovementKind::kDelivery),
    WordOf("MOVEMENT_RETURN", MovementKind::kReturn),
    WordOf("MOVEMENT_CONSUMPTION", MovementKind::kConsumption),
    WordOf("MOVEMENT_PRODUCTION", MovementKind::kProduction),
    WordOf("MOVEMENT_ADJUSTMENT", MovementKind::kAdjustment),
    WordOf("MOVEMENT_SUPPLIER_RETURN", MovementKind::kSupplierReturn),
    WordOf("MOVEMENT_ISSUE", MovementKind::kIssue),
    WordOf("MOVEMENT_INSTALLATION", MovementKind::kInstallation),
    WordOf("MOVEMENTS_INTO_UNITS", MovementKind::kConsumption, MovementKind::kInstallation),

    WordOf("TRANSFORMATION_PRODUCTION", TransformationKind::kProduction),
    WordOf("TRANSFORMATION_DISASSEMBLY", TransformationKind::kDisassembly),
    WordOf("TRANSFORMATION_RELABEL", TransformationKind::kRelabel),
    WordOf("TRANSFORMATION_MAINTENANCE", TransformationKind::kMaintenance),
    WordOf("TRANSFORMATION_CORRECTION", TransformationKind::kCorrection),
    WordOf("TRANSFORMATIONS_OF_NAMES", TransformationKind::kSplit, TransformationKind::kMerge,
           TransformationKind::kRelabel),
    WordOf("TRANSFORMATION_ISSUE", TransformationKind::kIssue),

    WordOf("OUTPUT_PRODUCT", OutputRole::kProduct),
    WordOf("OUTPUT_BY_PRODUCT", OutputRole::kByProduct),
    WordOf("OUTPUT_RETURNED", OutputRole::kReturnedComponent),
    WordOf("OUTPUTS_MADE", OutputRole::kProduct, OutputRole::kByProduct),
    WordOf("OUTPUT_MAINTAINED", OutputRole::kMaintained),

    WordOf("ORDER_OPEN", WorkOrderState::kOpen),

    WordOf("ASSIGNMENT_PLANNED", AssignmentState::kPlanned),
    WordOf("ASSIGNMENT_VOIDED", AssignmentState::kVoided),
    WordOf("ASSIGNMENTS_IN_EFFECT", AssignmentState::kPlanned, AssignmentState::kCompleted),

    WordOf("EVENT_CREATED", LotEventKind::kCreated),
    WordOf("EVENT_ASSIGNED", LotEventKind::kAssigned),
    WordOf("EVENT_UNARCHIVED", LotEventKind::kUnarchived),
    WordOf("EVENT_DELETED", LotEventKind::kDeleted),
    WordOf("EVENT_HELD", LotEventKind::kHeld),
    WordOf("EVENT_RELEASED", LotEventKind::kReleased),
    WordOf("EVENT_HOLD_CHANGED", LotEventKind::kHoldChanged),
    WordOf("EVENT_INSPECTED", LotEventKind::kInspected),
    WordOf("EVENT_RECALL_MEMBER", LotEventKind::kRecallMember),
    WordOf("EVENT_RECALL_DISPOSITION", LotEventKind::kRecallDisposition),

    WordOf("CAUSE_LOT", HoldCause::kLot),
    WordOf("CAUSE_PLACE", HoldCause::kPlace),
    WordOf("CAUSE_INHERITED", HoldCause::kInherited),
    WordOf("CAUSE_RECALL", HoldCause::kRecall),

    WordOf("RECALL_OPEN", RecallState::kOpen),
    WordOf("RECALL_CLOSED", RecallState::kClosed),

    WordOf("MEMBER_EXCLUDED", RecallMemberChange::kExcluded),
    WordOf("MEMBER_JOINED_AGAIN", RecallMemberChange::kJoinedAgain),
    WordOf("DISPOSITION_CLEARED", RecallDispositionKind::kCleared),
    // Goods that stay on hand and are good.
    WordOf("DISPOSITIONS_ON_HAND", RecallDispositionKind::kCleared,
           RecallDispositionKind::kReworked),
    WordOf("DISPOSITION_DESTROYED", RecallDispositionKind::kDestroyedByCustomer),
};

constexpr bool IsEqual(const Word& a, const Word& b) {
  return a.name == b.name &&
         std::equal(std::begin(a.numbers), std::end(a.numbers), std::begin(b.numbers));
}

static_assert(std::equal(std::begin(kWords), std::end(kWords), std::begin(kWordsOfEnumerators),
                         std::end(kWordsOfEnumerators), IsEqual));

}  // namespace
}  // namespace lots::sql_words
