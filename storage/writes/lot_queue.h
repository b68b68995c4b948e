// The turn of a transaction that will lock lots FOR UPDATE.
//
// Movements of a lot of a LOT product hold FOR KEY SHARE, which several transactions have at once.
// PostgreSQL gives that lock to one after the other while somebody waits for FOR UPDATE: of a lot
// that is moved without pause, a hold would wait for ever. Movements of one place take turns at its
// balance, which they lock before the lot (ledger.h), and PostgreSQL keeps the order of that queue.
#pragma once

#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

// Waits for the transactions that move or make the lots, and lets later ones wait until the commit.
// The caller's statement that locks the lots FOR UPDATE comes next in the same pipeline. The
// movements of a serial take turns at the serial's row: serials are locked FOR UPDATE right away.
void AddTurnAtLots(pg::Transaction& transaction, const CompanyId& company,
                   absl::Span<const LotId> lot_ids);

}  // namespace lots
