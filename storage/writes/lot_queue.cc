// Locks lots and their balances in the order in which nobody else holds one and waits for another.
#include "storage/writes/lot_queue.h"

#include "storage/domain/kinds/sql_words.h"

namespace lots {
namespace {

// Movements lock serials before the balances of lots.
constexpr pg::Statement kLockSerials{"take_turn_at_serials", R"sql(
  SELECT 1 FROM lots
  WHERE company = $1 AND lot_id = ANY($2) AND tracking = {TRACKING_SERIAL}
  ORDER BY lot_id
  FOR UPDATE)sql"_sql};

// Whoever makes one of the lots locks it so before the balances. Movements (KEY SHARE) go on.
constexpr pg::Statement kLockLots{"take_turn_at_lots", R"sql(
  SELECT 1 FROM lots
  WHERE company = $1 AND lot_id = ANY($2) AND tracking <> {TRACKING_SERIAL}
  ORDER BY lot_id
  FOR NO KEY UPDATE)sql"_sql};

constexpr pg::Statement kLockBalances{"take_turn_at_balances", R"sql(
  SELECT 1 FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND NOT is_serial
  ORDER BY lot_id, location_id
  FOR UPDATE)sql"};

}  // namespace

void AddTurnAtLots(pg::Transaction& transaction, const CompanyId& company,
                   absl::Span<const LotId> lot_ids) {
  transaction.Add(kLockSerials, company, lot_ids);
  transaction.Add(kLockLots, company, lot_ids);
  transaction.Add(kLockBalances, company, lot_ids);
  // A movement that this transaction waited for may have brought a lot to a place of its own.
  transaction.Add(kLockBalances, company, lot_ids);
}

}  // namespace lots
