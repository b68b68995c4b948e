// The statement that holds what is received until somebody has inspected it.
#include "storage/ledger/receipt_holds.h"

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "storage/base/uuid.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/write_context.h"

namespace lots {

namespace {

// The lot is only locked FOR KEY SHARE. That suffices: a movement that could take the received
// goods away waits at their balance until this transaction commits, and then reads the hold.
constexpr pg::Statement kHoldReceived{"ledger_hold_received", R"sql(
  INSERT INTO holds (company, hold_id, lot_id, cause, location_id, source_lot_id, reason,
                     exempt_location_ids, expires_at, placed_by, placed_at, entry_id,
                     awaits_inspection)
  SELECT $1, r.hold_id, r.lot_id, {CAUSE_LOT}, NULL, NULL, $9, ARRAY[r.source], NULL, $6, $7,
         $8, true
  FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[])
    AS r (hold_id, lot_id, product_id, source)
  JOIN products p ON p.company = $1 AND p.product_id = r.product_id
  WHERE p.hold_on_receipt
  ORDER BY r.lot_id
  ON CONFLICT (company, lot_id) WHERE awaits_inspection AND released_at IS NULL
  DO NOTHING)sql"_sql};

}  // namespace

void AddReceiptHolds(pg::Transaction& transaction, const WriteContext& context,
                     const LedgerFacts& facts, absl::Span<const MovementRow> movements) {
  std::vector<Uuid> holds;
  std::vector<LotId> lots;
  std::vector<ProductId> products;
  std::vector<LocationId> sources;
  absl::flat_hash_set<LotId> seen;
  for (const MovementRow& row : movements) {
    const Posting& posting = row.posting;
    if (posting.kind != MovementKind::kReceipt || row.reverses.has_value()) continue;
    if (!seen.insert(posting.lot_id).second) continue;
    holds.push_back(Uuid::MakeV7());
    lots.push_back(posting.lot_id);
    products.push_back(facts.lots.at(posting.lot_id).product_id);
    sources.push_back(posting.from);
  }
  if (lots.empty()) return;
  transaction.Add(kHoldReceived, context.company, holds, lots, products, sources, context.actor,
                  facts.recorded_at + absl::Microseconds(1), context.entry_id,
                  absl::string_view(kAwaitsInspectionReason));
}

}  // namespace lots
