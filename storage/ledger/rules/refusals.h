// The words of the ledger's refusals. Every refusal says what is the case instead, and what to do.
// validate.cc decides which of them is given.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/errors.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"

namespace lots {

// "serial SN-1 of product bike".
std::string NameOf(const LotFacts& lot);

// The path of a movement's field: "movements[3].quantity".
std::string FieldOf(const Posting& posting, absl::string_view field);

// Refusals about the movement itself.
Problem KindMismatch(const Posting& posting, LocationKind from, LocationKind to);
// Refusals about the kind of a place: where a request of HoldLots holds goods; where an output of a
// split, merge or relabel goes.
Problem HeldAtKindMismatch(const std::string& field, const LocationId& location, LocationKind kind);
Problem OutputAtKindMismatch(const std::string& field, const LocationId& location,
                             LocationKind kind);
Problem SerialQuantityNotOne(const Posting& posting, const LotFacts& lot);

// Refusals about the lot. LotNotActive: LOT_PLANNED, LOT_ARCHIVED or LOT_VOID, by its state.
Problem LotNotActive(const Posting& posting, const LotFacts& lot);
Problem LotExpired(const Posting& posting, const LotFacts& lot, absl::CivilDay day);
Problem LotHeld(const Posting& posting, const LotFacts& lot, const Hold& hold,
                const std::string& field);
// LOT_HELD by holds of a part: of `present` at the source, `kept` must stay. `hold` is the oldest.
struct HeldPart {
  Quantity kept;
  Quantity present;
};
Problem PartHeld(const Posting& posting, const LotFacts& lot, const Hold& hold,
                 const HeldPart& part, const std::string& field);

// Refusals about the delivery that a RETURN names: the movement is no delivery, is of another lot,
// or went to another place or partner than the goods come from.
Problem ReturnNamesNoDelivery(const Posting& posting);
Problem ReturnOfAnotherLot(const Posting& posting);
Problem ReturnFromAnotherPlace(const Posting& posting, const DeliveryFacts& delivery);
Problem ReturnFromAnotherPartner(const Posting& posting, const DeliveryFacts& delivery);
// Refusals about a RETURN that names no delivery: it must name the partner, or one of `deliveries`.
Problem ReturnNeedsPartnerOrDelivery(absl::string_view field);
Problem ReturnMustNameDelivery(const Posting& posting, const LotFacts& lot,
                               absl::Span<const MovementId> deliveries);
// The goods that the partner has are at `location`, by `deliveries`, and not where they are said to
// come from.
Problem ReturnIsElsewhere(const Posting& posting, const LotFacts& lot, const LocationId& location,
                          absl::Span<const MovementId> deliveries);
// Refusals about the receipt that a SUPPLIER_RETURN names: the movement is no receipt of this lot,
// or came from another place or partner than the goods go to.
Problem SupplierReturnNamesNoReceipt(const Posting& posting);
Problem SupplierReturnToAnotherPlace(const Posting& posting, const ReceiptFacts& receipt);
Problem SupplierReturnToAnotherPartner(const Posting& posting, const ReceiptFacts& receipt);
// The posting returns more than is left to return of the delivery, or of the receipt.
Problem ReturnExceeds(const Posting& posting, const LotFacts& lot, Quantity returnable);

// Refusals about what is at the places. `here`: where the serial is.
Problem NotEnough(const Posting& posting, const LotFacts& lot, Quantity available);
Problem QuantityOverflow(const Posting& posting, const LotFacts& lot, const LocationId& location);
Problem SerialNotThere(const Posting& posting, const LotFacts& lot,
                       const std::optional<Place>& here);
Problem SerialOnHand(const Posting& posting, const LotFacts& lot, const Place& here);

// The serial came to where it is, `here`, at `since`, which is after the movement.
Problem BeforeArrival(const Posting& posting, const LotFacts& lot, const Place& here,
                      absl::Time since);

// Adds to a NOT_ENOUGH the places of the lot other than the source.
void AppendElsewhere(absl::Span<const Place> places, int scale, Problem& problem);

// Refusals about a reversal.
Problem AlreadyReversed(const MovementId& movement, const MovementId& reversal,
                        const std::string& field);
Problem NotReversible(const MovementId& movement, const std::string& field);
// RESULT_USED: of the `moved` goods only `available` are left where the reversal takes them from.
Problem ResultUsedUp(const Posting& reversal, const LotFacts& lot, Quantity available,
                     Quantity moved);
// RESULT_USED: goods of the delivery came back; `returnable` has not come back.
Problem ResultReturned(const LotFacts& lot, const std::string& field, Quantity returnable);
// RESULT_USED: goods of the receipt went back to the supplier; `returnable` has not gone back.
Problem ResultSentBack(const LotFacts& lot, const std::string& field, Quantity returnable);
// RESULT_USED: `why` completes "lot L-1 of product steel"; `fact` is the later transformation.
Problem ResultUsed(const LotFacts& lot, const std::string& field, absl::string_view why,
                   std::pair<std::string, std::string> fact);
// RESULT_USED of a serial that moved on: what to reverse before, and in which order.
Problem SerialMovedSince(const LotFacts& lot, const std::string& field,
                         const LaterMovements& later);
// Refusals about a reversal of a whole transformation.
Problem AlreadyReversed(const TransformationId& transformation, const TransformationId& reversal);
Problem NotReversible(const TransformationId& transformation);

// The refusal that a failed constraint of the ledger stands for: another write came first. Empty
// for any other constraint.
std::optional<Problem> FailedConstraint(absl::string_view constraint);

}  // namespace lots
