// The kinds of location on both sides of each kind of movement.
#include "storage/ledger/rules/kinds.h"

#include "storage/ledger/rules/posting.h"

namespace lots {

bool KindsFit(const Posting& posting, LocationKind from, LocationKind to) {
  switch (posting.kind) {
    case MovementKind::kReceipt:
      return from == LocationKind::kSupplier && IsOnHand(to);
    case MovementKind::kTransfer:
      return IsOnHand(from) && IsOnHand(to);
    case MovementKind::kDelivery:
      return IsOnHand(from) && to == LocationKind::kCustomer;
    case MovementKind::kReturn:
      return from == LocationKind::kCustomer && IsOnHand(to);
    case MovementKind::kConsumption:
      return (posting.is_issued ? from == LocationKind::kProduction : IsOnHand(from)) &&
             to == LocationKind::kProduction;
    case MovementKind::kProduction:
      return from == LocationKind::kProduction && (IsOnHand(to) || to == LocationKind::kScrap);
    case MovementKind::kScrap:
      return IsOnHand(from) && to == LocationKind::kScrap;
    case MovementKind::kAdjustment:
      return (IsOnHand(from) && to == LocationKind::kAdjustment) ||
             (from == LocationKind::kAdjustment && IsOnHand(to));
    case MovementKind::kSupplierReturn:
      return IsOnHand(from) && to == LocationKind::kSupplier;
    case MovementKind::kIssue:
      return IsOnHand(from) && to == LocationKind::kProduction;
    case MovementKind::kIssueReturn:
      return from == LocationKind::kProduction && (IsOnHand(to) || to == LocationKind::kScrap);
    case MovementKind::kInstallation:
      return (IsOnHand(from) || from == LocationKind::kCustomer) && to == LocationKind::kProduction;
    case MovementKind::kRemoval:
      return from == LocationKind::kProduction && HoldsGoods(to);
  }
  return false;
}

absl::string_view KindsWanted(MovementKind kind) {
  switch (kind) {
    case MovementKind::kReceipt:
      return "goes from SUPPLIER to INTERNAL or TRANSIT";
    case MovementKind::kTransfer:
      return "goes between INTERNAL and TRANSIT locations";
    case MovementKind::kDelivery:
      return "goes from INTERNAL or TRANSIT to CUSTOMER";
    case MovementKind::kReturn:
      return "goes from CUSTOMER to INTERNAL or TRANSIT";
    case MovementKind::kConsumption:
      return "goes from INTERNAL or TRANSIT to PRODUCTION";
    case MovementKind::kProduction:
      return "goes from PRODUCTION to INTERNAL, TRANSIT or SCRAP";
    case MovementKind::kScrap:
      return "goes from INTERNAL or TRANSIT to SCRAP";
    case MovementKind::kSupplierReturn:
      return "goes from INTERNAL or TRANSIT to SUPPLIER";
    case MovementKind::kAdjustment:
      return "goes between ADJUSTMENT and INTERNAL or TRANSIT";
    case MovementKind::kIssue:
      return "goes from INTERNAL or TRANSIT to PRODUCTION";
    case MovementKind::kIssueReturn:
      return "goes from PRODUCTION to INTERNAL, TRANSIT or SCRAP";
    case MovementKind::kInstallation:
      return "goes from INTERNAL, TRANSIT or CUSTOMER to PRODUCTION";
    case MovementKind::kRemoval:
      return "goes from PRODUCTION to INTERNAL, TRANSIT, CUSTOMER or SCRAP";
  }
  return "is unknown";
}

}  // namespace lots
