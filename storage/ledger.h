// The ledger: the one place where goods move. RecordMovements, opening quantities, completions, disassemblies and reversals all post through it.
//
// A posting is two flights of one transaction: lock and read; judge in memory; write.
//
//   Ledger ledger(context);
//   ledger.Touch(lot, from); ledger.Touch(lot, to);           // every place that will move, before the first flight
//   ledger.AddLocks(transaction);                             // to the first flight (after ClaimRequest)
//   ASSIGN_OR_RETURN(auto read, transaction.Send());
//   RETURN_IF_ERROR(ledger.Load(read));
//   for (…) ledger.Post(posting, accept, problems);           // judged in order, each on what the ones before it leave behind
//   if (!problems.empty()) return Refuse(std::move(problems));
//   ledger.AddWrites(transaction);                            // to the last flight
//
// Lock order, the same in every verb: the request, the work order, lots by id (FOR KEY SHARE; a change of state takes FOR UPDATE before), then
// balances by (lot, location). Debits are written in one statement and credits in the next, so that a serial is never in two places.
// The database has the last word: balances_not_negative, balances_serial_is_one, balances_serial_in_one_place.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "storage/errors.h"
#include "storage/model.h"
#include "storage/pg/flight.h"

namespace lots {

// What the ledger knows of a lot it locked.
struct LotFacts {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Tracking tracking = Tracking::kLot;
  int scale = 0;
  LotState state = LotState::kActive;
  std::optional<absl::CivilDay> expires_on;
};

// What the ledger knows of the company.
struct CompanyFacts {
  bool lots_enabled = false;
  bool expiry_enabled = false;
  absl::TimeZone zone;
};

// One movement to post.
struct Posting {
  MovementId movement_id;
  MovementKind kind = MovementKind::kTransfer;
  LotId lot_id;
  Quantity quantity;
  LocationId from;
  LocationId to;
  Document document;
  std::string partner_id;
  absl::Time occurred_at;
  std::string note;
  std::optional<MovementId> reverses;
  std::optional<MovementId> delivery;
  std::optional<TransformationId> transformation;
  std::optional<WorkOrderId> work_order;
  std::string field;  // path in the request, for problems: "movements[3]"
};

// What a posting may overrule.
struct Accept {
  bool held = false;
  bool expired = false;
  bool shortage = false;
};

class Ledger {
 public:
  explicit Ledger(const WriteContext& context);

  // Says, before the locks, that this place of this lot will move. Duplicates are fine.
  void Touch(const LotId& lot_id, const LocationId& location_id);
  // A lot that this very transaction inserts: known from the start, empty everywhere. `Touch` it as well.
  void AddNewLot(const LotFacts& lot);
  // A lot whose row the verb locks FOR UPDATE itself because it changes its state: judged by the facts given in `AddNewLot`-like form after Load.
  void SetState(const LotId& lot_id, LotState state);

  // Adds the statements of the first flight: the company, the lots (FOR KEY SHARE), the locations, missing balances as 0, the balances (FOR UPDATE).
  void AddLocks(pg::Transaction& transaction);
  // Reads their results. COMPANY_NOT_FOUND and LOTS_DISABLED are refused here; unknown lots and locations by Post.
  absl::Status Load(const pg::Results& results);

  const CompanyFacts& company() const;
  // Null when the lot or location does not exist.
  const LotFacts* FindLot(const LotId& lot_id) const;
  std::optional<LocationKind> FindKind(const LocationId& location_id) const;
  // What is there at this point of the judging.
  Quantity At(const LotId& lot_id, const LocationId& location_id) const;

  // Judges one movement on what is there now, with every refusal of domain.md, and applies it in memory. Problems are appended; a movement with a problem is not
  // applied. With `accept.shortage`, what is missing at the source is posted first as an ADJUSTMENT; its id is remembered.
  void Post(const Posting& posting, const Accept& accept, std::vector<Problem>& problems);
  // Takes a posted movement back; the dates it had changed are restored when nothing moved there since.
  // The caller judged whether it may be reversed at all.
  void PostReversal(const Movement& original, const struct DatesBefore& before,
                    const Posting& reversal, std::vector<Problem>& problems);

  const std::vector<MovementId>& adjustments() const;
  // The latest recorded_at of this posting's movements: transformations and events are recorded with it.
  absl::Time recorded_at() const;

  // Adds the statements that write what was judged: debits, credits, balances of new lots, movements, deliveries.
  void AddWrites(pg::Transaction& transaction);
};

}  // namespace lots
