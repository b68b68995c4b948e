// What the ledger refuses. Pure functions: facts and a movement in, problems out; no statement, no
// clock. refusals.h has the words.
#pragma once

#include <optional>
#include <vector>

#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"

namespace lots {

struct Accept;
struct Problem;

// The problems of a movement on these facts: every refusal of errors.proto about moving. Without
// a problem, ApplyPosting may follow.
//
// LOT_HELD: goods leave an INTERNAL or TRANSIT place while a hold of the lot, or of the lot at this
// place, is in effect, binds and does not exempt the destination. Holds of a part of what is at
// this place refuse what would leave less there than the sum of their quantities. Most recalls also
// exempt scrap, quarantine places and suppliers. `accept.held` overrules all of these.
// NOT_ENOUGH and SERIAL_NOT_THERE are not given where MissingAtSource is more than 0.
// The caller refuses a serial that moves twice in one request, and a wrong time.
std::vector<Problem> ValidatePosting(const LedgerFacts& facts, const Accept& accept,
                                     const Posting& posting);

// The problems of reversing `original` by `posting`, which PostingOf made: ALREADY_REVERSED,
// REVERSAL_NOT_REVERSIBLE, RESULT_USED, and LOT_HELD as above. The lot and both
// places are among the facts. The caller refuses a movement that is part of a transformation.
std::vector<Problem> ValidateReversal(const LedgerFacts& facts, const Accept& accept,
                                      const PostedMovement& original, const Posting& posting);

// For a RETURN that names no delivery: the lot's only delivery to the source that still has a
// returnable quantity. Empty if there are none or several. Deliveries of a lot to other partners do
// not count. A serial is recognised by its number, whoever sends it: it may have a second owner.
std::optional<MovementId> FindDelivery(const LedgerFacts& facts, const Posting& posting);

// For an INSTALLATION of goods that a customer bought: the delivery that it takes them off. What is
// built in is no longer the customer's to send back by itself: it goes where the unit goes. Empty
// as for a RETURN, and where the delivery has less than that.
std::optional<MovementId> FindInstalledDelivery(const LedgerFacts& facts, const Posting& posting);

// The quantity of an ADJUSTMENT that is posted before a movement without any other problem: an
// accepted shortage; or what a customer sends back that was never delivered (bought elsewhere, or
// before lots were recorded here).
Quantity MissingAtSource(const LedgerFacts& facts, const Accept& accept, const Posting& posting);

// How much is missing at the source of a movement. 0 when nothing is missing, when the source is
// not INTERNAL or TRANSIT, for a serial that is at another place or went into production, and for a
// lot of which some is on hand at another place: then the goods are at another place, and nothing
// is missing.
Quantity ShortageOf(const LedgerFacts& facts, const Posting& posting);

}  // namespace lots
