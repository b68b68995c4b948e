// What the ledger refuses. Pure functions: facts and a movement in, problems out; no statement, no
// clock. refusals.h has the words.
#pragma once

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
// place, is in effect, binds and does not exempt the destination. `accept.held` overrules it.
// `accept.shortage` overrules NOT_ENOUGH and SERIAL_NOT_THERE where ShortageOf is more than 0.
// The caller refuses a serial that moves twice in one request, and a wrong time.
std::vector<Problem> ValidatePosting(const LedgerFacts& facts, const Accept& accept,
                                     const Posting& posting);

// The problems of reversing `original` by `posting`, which PostingOf made: ALREADY_REVERSED,
// REVERSAL_NOT_REVERSIBLE, RESULT_USED, and LOT_HELD as above. The lot and both
// places are among the facts. The caller refuses a movement that is part of a transformation.
std::vector<Problem> ValidateReversal(const LedgerFacts& facts, const Accept& accept,
                                      const PostedMovement& original, const Posting& posting);

// How much is missing at the source of a movement. 0 when nothing is missing, when the source is
// not INTERNAL or TRANSIT, and for a serial that is at another place or went into production: such
// a serial is not short, it is elsewhere.
Quantity ShortageOf(const LedgerFacts& facts, const Posting& posting);

}  // namespace lots
