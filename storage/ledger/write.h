// Writes what was applied to the ledger's facts.
#pragma once

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct WriteContext;

// Adds the statements that write changed balances, the movements and their deliveries, and counts
// the movements. Rows that a movement refers to (new lots, transformations) are added before.
void AddLedgerWrites(pg::Transaction& transaction, const WriteContext& context,
                     const LedgerFacts& facts, absl::Span<const MovementRow> movements);

// Turns the error of a commit into a status of the domain: a refusal when a constraint of the
// ledger failed; a conflict, to be run again, when another writer inserted the same balance first;
// any other status unchanged.
absl::Status ExplainLedgerError(const absl::Status& status);

}  // namespace lots
