// Locks and reads what postings need, and fills the ledger's facts.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "storage/domain/ids.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"
#include "storage/pg/pipeline.h"

namespace lots {

// For one transaction, used by one thread. ledger.h describes the order of the locks.
class LedgerLoader {
 public:
  // With `accepts_shortage`, Load also reads how much of the lots is at places that are not
  // touched.
  LedgerLoader(CompanyId company, bool accepts_shortage)
      : company_(std::move(company)), accepts_shortage_(accepts_shortage) {}

  // A place of a lot that will move. Duplicates are fine.
  void Touch(const LotId& lot_id, const LocationId& location_id);
  // The request says how much of this lot moves, so it is probably no serial. If the lot is a
  // serial, Load reads its place in an extra round trip. A serial that was used up, or left the
  // company, costs another round trip: Load reads when that was.
  void ExpectNoSerial(const LotId& lot_id);
  // A location without a lot: only its kind is read.
  void TouchLocation(const LocationId& location_id);
  // The delivery that a RETURN names.
  void TouchDelivery(const MovementId& delivery);
  // A RETURN of this lot names no delivery: all deliveries of it of which something can come back.
  void TouchDeliveriesOf(const LotId& lot_id);
  // A SUPPLIER_RETURN of this lot names a receipt, or a receipt of this lot is reversed.
  void TouchReceiptsOf(const LotId& lot_id);
  // The lot may be received: Load reads whether what is received of it waits for an inspection.
  // Only for the movements that follow in the same write; receipt_holds.h holds every receipt.
  void ExpectReceipt(const LotId& lot_id);
  // A movement that will be reversed: its two places, and its delivery or receipt.
  void TouchReversal(const PostedMovement& original);

  // Adds the statements of the first pipeline: the company and the locations, the lots, the
  // balances of lots (FOR UPDATE), the holds, the places of serials, the deliveries (FOR UPDATE).
  // `new_lots` are not in the database yet.
  void AddLocks(pg::Transaction& transaction, const absl::flat_hash_set<LotId>& new_lots);

  // Adds to `facts` what the statements of AddLocks answered. Refuses with NOT_FOUND
  // COMPANY_NOT_FOUND and FAILED_PRECONDITION LOTS_DISABLED; unknown lots and locations are only
  // missing among the facts.
  absl::Status Load(pg::Transaction& transaction, const pg::Results& results, LedgerFacts& facts);

 private:
  // The indices of the statements' results in Results.
  struct Locks {
    size_t company, serials, lots, balances, holds;
    std::optional<size_t> serial_places, deliveries, open_deliveries, receipts, later_movements,
        reversals, on_hand, held_on_receipt;
  };

  void AddReversalLocks(pg::Transaction& transaction);
  absl::Status LoadUnexpectedSerials(pg::Transaction& transaction, LedgerFacts& facts) const;
  void LoadOnHandElsewhere(const pg::Results& results, LedgerFacts& facts) const;
  void LoadReceipts(const pg::Results& results, LedgerFacts& facts) const;
  void LoadDeliveries(const pg::Results& results, LedgerFacts& facts) const;
  absl::Status LoadLastTimes(pg::Transaction& transaction, LedgerFacts& facts) const;
  void LoadReversals(const pg::Results& results, LedgerFacts& facts) const;
  void AddEmptyBalances(LedgerFacts& facts) const;

  const CompanyId company_;
  const bool accepts_shortage_;
  absl::btree_set<LedgerFacts::BalanceKey> places_;
  absl::btree_set<LotId> lots_;
  absl::flat_hash_set<LotId> expected_no_serials_;
  absl::btree_set<LocationId> locations_;
  absl::btree_set<MovementId> deliveries_;
  absl::btree_set<LotId> delivered_;
  absl::btree_set<LotId> received_;
  std::vector<LotId> expected_receipts_;
  std::vector<MovementId> reversed_;
  Locks locks_{};
};

}  // namespace lots
