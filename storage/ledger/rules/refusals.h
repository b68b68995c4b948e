// The words of the ledger's refusals. Every refusal says what is the case instead, and what to do.
// validate.cc decides which of them is given.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/errors.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"

namespace lots {

// The path of a movement's field: "movements[3].quantity".
std::string FieldOf(const Posting& posting, absl::string_view field);

// Of the movement itself.
Problem KindMismatch(const Posting& posting, LocationKind from, LocationKind to);
// Of a place that a request of HoldLots names, and of one that an output of a split, merge or
// relabel goes to.
Problem HeldAtKindMismatch(const std::string& field, const LocationId& location, LocationKind kind);
Problem OutputAtKindMismatch(const std::string& field, const LocationId& location,
                             LocationKind kind);
Problem SerialQuantityNotOne(const Posting& posting, const LotFacts& lot);

// Of the lot. LotNotActive: LOT_PLANNED, LOT_ARCHIVED or LOT_VOID, by its state.
Problem LotNotActive(const Posting& posting, const LotFacts& lot);
Problem LotExpired(const Posting& posting, const LotFacts& lot, absl::CivilDay day);
Problem LotHeld(const Posting& posting, const LotFacts& lot, const Hold& hold,
                const std::string& field);

// Of the delivery that a RETURN names. `why` completes "movement …".
Problem ReturnMismatch(const Posting& posting, absl::string_view why);
// Of a RETURN that names no delivery: it must name what there is instead, or one of `deliveries`.
Problem ReturnNamesNothing(absl::string_view field);
Problem ReturnIsOfADelivery(const Posting& posting, const LotFacts& lot,
                            absl::Span<const MovementId> deliveries);
// Of the receipt that a SUPPLIER_RETURN names. `why` completes "movement …".
Problem ReceiptMismatch(const Posting& posting, absl::string_view why);
// Of what is left to return of the delivery, or of the receipt.
Problem ReturnExceeds(const Posting& posting, const LotFacts& lot, Quantity returnable);

// Of what is at the places. `here`: where the serial is.
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

// Of a reversal. `why` completes "lot L-1 of product steel"; `fact` is the later movement, or what
// is left.
Problem AlreadyReversed(const MovementId& movement, const MovementId& reversal,
                        const std::string& field);
Problem NotReversible(const MovementId& movement, const std::string& field);
Problem ResultUsed(const LotFacts& lot, const std::string& field, absl::string_view why,
                   Facts::value_type fact);
// RESULT_USED of a serial that moved on: what to reverse before, and in which order.
Problem MovedOn(const LotFacts& lot, const std::string& field,
                absl::Span<const LaterMovement> later);
// Of a reversal of a whole transformation.
Problem AlreadyReversed(const TransformationId& transformation, const TransformationId& reversal);
Problem NotReversible(const TransformationId& transformation);

// The refusal that a failed constraint of the ledger stands for: another write came first. Empty
// for any other constraint.
std::optional<Problem> FailedConstraint(absl::string_view constraint);

}  // namespace lots
