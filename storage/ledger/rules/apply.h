// What a valid movement does to the ledger's facts.
#pragma once

#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"

namespace lots {

// Applies a movement that ValidatePosting found no problem with: quantities, dates, the place of a
// serial, what is left to return of a delivery. Returns the row to write.
// Precondition: the balances are loaded, or the lot is new or a serial.
MovementRow ApplyPosting(const Posting& posting, LedgerFacts& facts);

// Applies a reversal that ValidateReversal found no problem with. The dates that `original` had
// changed are restored where nothing moved since. Movements of one transformation are reversed in
// the opposite order of their posting.
MovementRow ApplyReversal(const PostedMovement& original, const Posting& posting,
                          LedgerFacts& facts);

}  // namespace lots
