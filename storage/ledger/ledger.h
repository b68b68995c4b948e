// The ledger: the one place where goods move. RecordMovements, opening quantities, completions,
// disassemblies and reversals all post through it.
//
// A posting has three parts, each in a file of its own:
//   loader.h          locks rows and reads them; rules/facts.h says what is then known
//   rules/validate.h  compares a movement with the facts, without the database; rules/apply.h
//                     updates the facts
//   write.h           writes the rows
// Ledger joins them for one transaction of two pipelines: lock and read, then write.
//
//   Ledger ledger(context);
//   ledger.Touch(lot, from); ledger.Touch(lot, to);  // every place that will move
//   ledger.AddLocks(transaction);                    // to the first pipeline, after ClaimRequest
//   ASSIGN_OR_RETURN(auto locked, transaction.Send());
//   RETURN_IF_ERROR(ledger.Load(transaction, locked));
//   for (…) ledger.Post(posting, problems);          // each sees what the ones before left behind
//   if (!problems.empty()) return ledger.Refuse(transaction, std::move(problems));
//   ledger.AddWrites(transaction);                   // to the last pipeline
//   auto committed = transaction.Commit();
//   if (!committed.ok()) return Ledger::Explain(committed.status());
//
// The order of locks is the same in every operation: the request, the work order, the serials by
// id, the balances of lots by (lot, location), the lots by id, the deliveries by id, the number
// counters by product.
// - A lot of a LOT product is locked FOR KEY SHARE. Two movements of such a lot wait for each other
//   only at a balance that both change. They wait there before they lock the lot: else some of them
//   would always hold its lock, and nobody would ever get it FOR UPDATE (writes/lot_queue.h).
// - A serial is locked FOR NO KEY UPDATE. All movements of a serial wait for each other, whatever
//   the places are. What was read of the serial stays true until the commit, and the operation may
//   update the serial's row.
// - An operation that changes the state of other lots locks these lots FOR UPDATE before. So does
//   an operation that places a hold. Both locks of the ledger wait for FOR UPDATE. The ledger reads
//   holds in a statement after the locks: a movement is either posted before the hold, or waits and
//   sees the hold. The hold of a receipt (receipt_holds.h) needs no such lock.
// - Locations are locked FOR KEY SHARE, by id, as the foreign keys of movements do. Only
//   RetireLocations locks them FOR UPDATE: it sees what went into the place, or the movement sees
//   that the place is retired.
// - A balance that does not exist cannot be locked. The last pipeline inserts it. If another writer
//   inserted it first, Explain returns a conflict and the operation runs again.
// The database decides in the end: its constraints balances_not_negative, balances_serial_is_one
// and balances_serial_in_one_place hold whatever the validation overlooked.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/ledger/loader.h"
#include "storage/ledger/rules/accept.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"
#include "storage/pg/pipeline.h"

namespace lots {

enum class LotState : int16_t;
struct Problem;
struct WriteContext;

// For one transaction, used by one thread. Keeps a reference to the context.
class Ledger {
 public:
  explicit Ledger(const WriteContext& context, Accept accept = {});

  // Before AddLocks: what will move. LedgerLoader describes each.

  // With `accept.shortage` the lot's ADJUSTMENT place is touched too.
  void Touch(const LotId& lot_id, const LocationId& location_id);
  void ExpectNoSerial(const LotId& lot_id) { loader_.ExpectNoSerial(lot_id); }
  void TouchLocation(const LocationId& location_id) { loader_.TouchLocation(location_id); }
  void TouchDelivery(const MovementId& delivery) { loader_.TouchDelivery(delivery); }
  void TouchReceiptsOf(const LotId& lot_id) { loader_.TouchReceiptsOf(lot_id); }
  void ExpectReceipt(const LotId& lot_id) { loader_.ExpectReceipt(lot_id); }
  // Of a RETURN that names no delivery.
  void TouchUnnamedReturn(const LotId& lot_id);
  void TouchReversal(const PostedMovement& original) { loader_.TouchReversal(original); }
  // A lot that this transaction inserts before AddWrites. It is empty everywhere, and its places
  // are touched like those of any other lot. A lot may also be added after Load, when every
  // location of its postings was touched for any lot or by TouchLocation.
  void AddNewLot(const LotFacts& lot);

  void AddLocks(pg::Transaction& transaction) { loader_.AddLocks(transaction, facts_.new_lots); }
  absl::Status Load(pg::Transaction& transaction, const pg::Results& results) {
    return loader_.Load(transaction, results, facts_);
  }

  // What is known after Load, and after every movement that was posted.
  const LedgerFacts& facts() const { return facts_; }
  // The operation gives a lot this state in the same transaction: postings are validated with it.
  void SetState(const LotId& lot_id, LotState state);

  // Validates a movement (ValidatePosting) and applies it to the facts. A movement with a problem
  // is not applied; its problems are appended. A RETURN that names no delivery gets the only one
  // that it can mean (FindDelivery). If MissingAtSource is positive, Post first posts an
  // ADJUSTMENT of that quantity.
  void Post(const Posting& wanted, std::vector<Problem>& problems);
  // Whether Post would post the movement without overruling anything: for an operation that chooses
  // among lots.
  bool CanPost(const Posting& wanted) const;
  // Validates a reversal (ValidateReversal) and applies it to the facts, or appends its problems.
  void PostReversal(const PostedMovement& original, const Reversal& reversal,
                    std::vector<Problem>& problems);
  // The adjustments posted for what was missing, in order.
  const std::vector<MovementId>& adjustments() const { return adjustments_; }

  // Reads what only the words of these problems need: for NOT_ENOUGH the other places of the lot,
  // for LOT_PLANNED its work order. Without such a problem nothing is read. A failed read is an
  // error of the call.
  absl::Status CompleteRefusals(pg::Transaction& transaction, std::vector<Problem>& problems) const;
  // The refusal that carries these problems, with complete words; or the error of a failed read.
  absl::Status Refuse(pg::Transaction& transaction, std::vector<Problem> problems) const;

  // Adds the statements that write what was posted; write.h.
  void AddWrites(pg::Transaction& transaction) const;
  // What the error of a commit means; ExplainLedgerError in write.h.
  static absl::Status Explain(const absl::Status& status);

 private:
  // Raises the time of a serial's movement to the serial's arrival, if the movement is earlier by
  // less than kClockSkewMax.
  void RaiseToArrivalWithinClockSkew(Posting& posting) const;
  // Lets the hold of a receipt bind the movements that follow in this write.
  void HoldReceived(const MovementRow& receipt);
  // Posts the ADJUSTMENT that adds what is missing at the source of the posting.
  void PostAdjustment(Quantity missing, const Posting& posting);

  const WriteContext& context_;
  const Accept accept_;
  LedgerLoader loader_;
  LedgerFacts facts_;
  std::vector<MovementRow> movements_;
  std::vector<MovementId> adjustments_;
};

}  // namespace lots
