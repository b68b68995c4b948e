// Holds of goods that are received and must be inspected.
#pragma once

#include "absl/types/span.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct WriteContext;

inline constexpr char kAwaitsInspectionReason[] = "waits for inspection";

// Adds the statement that holds each lot of a RECEIPT whose product says hold_on_receipt. The hold
// binds the lot everywhere, waits for an inspection, and lets goods go back to where they came
// from. A lot that waits already gets no second hold. Ledger::ExpectReceipt lets the hold also bind
// movements that the same write posts after the receipt.
void AddReceiptHolds(pg::Transaction& transaction, const WriteContext& context,
                     const LedgerFacts& facts, absl::Span<const MovementRow> movements);

}  // namespace lots
