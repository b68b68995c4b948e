// The ledger: the one place where goods move. RecordMovements, opening quantities, completions,
// disassemblies and reversals all post through it.
//
// A posting is two pipelines of one transaction: lock and read; judge in memory; write. What only a
// refusal's words need is read when there is one.
//
//   Ledger ledger(context);
//   ledger.Touch(lot, from); ledger.Touch(lot, to);  // every place that will move
//   ledger.AddLocks(transaction);                    // to the first pipeline, after ClaimRequest
//   ASSIGN_OR_RETURN(auto locked, transaction.Send());
//   RETURN_IF_ERROR(ledger.Load(transaction, locked));
//   for (…) ledger.Post(posting, problems);          // each on what the ones before leave behind
//   if (!problems.empty()) return Refuse(std::move(problems));
//   ledger.AddWrites(transaction);                   // to the last pipeline
//   auto committed = transaction.Commit();
//   if (!committed.ok()) return Ledger::Explain(committed.status());
//
// Lock order, the same in every operation: the request, the work order, lots by id, then balances
// by (lot, location), then deliveries by id. A lot of a LOT product is locked FOR KEY SHARE: its
// movements cross each other at balances only. A serial is locked FOR NO KEY UPDATE: all that
// moves it takes turns, whatever places are involved, so what is known of it here stays true until
// the commit, and the operation may update its row. A operation that changes the state of other
// lots takes them FOR UPDATE before, so that no movement is under way. So does a operation that
// places a hold: both locks of the ledger wait for it, and holds are read after them, in a
// statement of their own. A movement is therefore either posted before the hold, or waits and sees
// it. What serials go into is written in a statement after what they leave, so that none is ever in
// two places. The database has the last word: balances_not_negative, balances_serial_is_one,
// balances_serial_in_one_place. A balance that is missing cannot be locked: it is added with what
// the movements make of it, and whoever finds that another writer came first runs again.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/domain/errors.h"
#include "storage/domain/model.h"
#include "storage/pg/pipeline.h"

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
  std::optional<WorkOrderId> planned_for;  // the order of a PLANNED serial
};

// What the ledger knows of the company.
struct CompanyFacts {
  bool lots_enabled = false;
  bool expiry_enabled = false;
  absl::TimeZone zone;
};

// The dates of one lot in one place. Both are absent while it is empty, `arrived_at` also where no
// goods are held, and `stock_since` where nothing is on hand.
struct StockDates {
  std::optional<absl::Time> arrived_at;   // first arrival since it was last empty here
  std::optional<absl::Time> stock_since;  // carried along internal moves, the earlier on merging

  friend bool operator==(const StockDates&, const StockDates&) = default;
};

// A place that something is in.
struct Place {
  LocationId location_id;
  LocationKind kind = LocationKind::kInternal;
  Quantity quantity;
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
  std::optional<MovementId> delivery;  // of a RETURN; said before by TouchDelivery
  std::optional<TransformationId> transformation;
  std::optional<WorkOrderId> work_order;
  // Of a PRODUCTION of goods that were only renamed: since when they are in stock; none: anew.
  std::optional<absl::Time> stock_since;
  std::string field;  // path in the request, for problems: "movements[3]"
};

// A movement as it was posted, with what a reversal needs. storage/ledger/movements.h reads it.
struct PostedMovement {
  Movement movement;
  StockDates from_before;
  StockDates to_before;
  std::optional<MovementId> reversed_by;
};

// How a posted movement is taken back.
struct Reversal {
  MovementId movement_id;  // of the reversing movement
  std::string note;
  std::optional<TransformationId> transformation;  // the reversing one
  std::string field;
};

// What postings may overrule.
struct Accept {
  bool held = false;  // held goods leave; the outputs made of them are then held (holds.h)
  bool expired = false;
  bool shortage = false;
};

// For one transaction, used by one thread.
class Ledger {
 public:
  explicit Ledger(const WriteContext& context, Accept accept = {});

  // --- before the locks: what will move -------------------------------------------------------

  // This place of this lot. Duplicates are fine. With `accept.shortage` the lot's ADJUSTMENT place
  // is touched too.
  void Touch(const LotId& lot_id, const LocationId& location_id);
  // A lot without movement: only its facts are wanted, and its row is locked as the others are.
  void TouchLot(const LotId& lot_id);
  // The request says how much of this lot moves, as it must of a LOT and need not of a serial. If
  // it is a serial all the same, where it is is read late, by a pipeline of its own.
  void ExpectNoSerial(const LotId& lot_id);
  // A location without movement: only its kind is wanted.
  void TouchLocation(const LocationId& location_id);
  // The delivery that a RETURN names.
  void TouchDelivery(const MovementId& delivery);
  // A movement that will be taken back: both its places, and its delivery.
  void TouchReversal(const PostedMovement& original);
  // A lot that this very transaction inserts, before AddWrites: known from the start, empty
  // everywhere. Its places are touched like any other's. May also come after Load, when all
  // locations of its postings were touched for any lot or by TouchLocation.
  void AddNewLot(const LotFacts& lot);

  // Adds the statements of the first pipeline: the company and the locations, the lots, the
  // balances of lots (FOR UPDATE), the holds, where serials are, the deliveries (FOR UPDATE).
  void AddLocks(pg::Transaction& transaction);
  // Reads what they answered, and what is missing of serials that were not expected; `transaction`
  // outlives the judging. NOT_FOUND COMPANY_NOT_FOUND and FAILED_PRECONDITION LOTS_DISABLED are
  // refused here; unknown lots and locations by Post.
  absl::Status Load(pg::Transaction& transaction, const pg::Results& results);

  // --- after Load: what is known ---------------------------------------------------------------

  const CompanyFacts& company() const { return company_; }
  // Null when the lot does not exist or was not touched.
  const LotFacts* FindLot(const LotId& lot_id) const;
  std::optional<LocationKind> FindKind(const LocationId& location_id) const;
  // What is there at this point of the judging, in a place that was touched.
  Quantity At(const LotId& lot_id, const LocationId& location_id) const;
  StockDates DatesAt(const LotId& lot_id, const LocationId& location_id) const;
  // Where a serial is at this point of the judging: the place that holds it; else the virtual place
  // that it went to last (PRODUCTION: it was used up, or taken apart); empty: it never moved.
  std::optional<Place> WhereIs(const LotId& serial) const;
  // What holds a lot that was touched, now: neither released nor expired, oldest first. Also what
  // does not bind (a drill's), and what binds another place than those that move.
  absl::Span<const Hold> HoldsOf(const LotId& lot_id) const;
  // Whether anything that was posted here took from what this place has of the lot.
  bool HasTaken(const LotId& lot_id, const LocationId& location_id) const;
  // The state that the operation gives the lot in this transaction: postings are judged by it.
  void SetState(const LotId& lot_id, LotState state);

  // --- judging ---------------------------------------------------------------------------------

  // Judges one movement on what is there now, with every refusal of errors.proto about moving, and
  // applies it in memory. Problems are appended; a movement with a problem is not applied. Goods
  // that leave an INTERNAL or TRANSIT place are refused with LOT_HELD while a hold of the lot, or
  // of what is there of it, binds and does not exempt the destination, unless `accept.held`. With
  // `accept.shortage`, what is missing at the source is posted just before as an ADJUSTMENT.
  // Not judged here: whether the same serial stands twice in the request, and when it happened.
  void Post(const Posting& posting, std::vector<Problem>& problems);

  // Takes a posted movement back, at the time it happened; several of one transformation in the
  // opposite order of their posting. Refused: ALREADY_REVERSED, REVERSAL_NOT_REVERSIBLE,
  // RESULT_USED, LOT_ARCHIVED, LOT_HELD as in Post. The dates that it had changed are restored
  // where nothing moved since. Not judged here: whether it is part of a transformation.
  void PostReversal(const PostedMovement& original, const Reversal& reversal,
                    std::vector<Problem>& problems);

  // The adjustments posted for accepted shortages, in order.
  const std::vector<MovementId>& adjustments() const { return adjustments_; }
  // The latest recorded_at of what was posted (now, when nothing was): transformations and events
  // of the same write are recorded with it.
  absl::Time recorded_at() const { return recorded_at_; }

  // --- writing ---------------------------------------------------------------------------------

  // Adds the statements that write what was judged: balances, movements, deliveries. The rows they
  // refer to (new lots, transformations) are added before.
  void AddWrites(pg::Transaction& transaction);

  // The refusal in words of the domain, when a commit failed on one of the ledger's constraints; a
  // conflict, to be run again, when another writer came first to a place; any other status
  // unchanged.
  static absl::Status Explain(const absl::Status& status);

 private:
  using PlaceKey = std::pair<LotId, LocationId>;

  struct Balance {
    LocationKind kind = LocationKind::kInternal;
    Quantity quantity_before;  // as stored
    Quantity quantity;
    StockDates dates;
    absl::Time last_recorded_at = absl::InfinitePast();
    bool stored = false;  // false: nothing of the lot was ever there
    bool changed = false;
    bool taken = false;  // something left it
    // The transformation whose movements are being taken back here, and nothing moved since.
    std::optional<TransformationId> rewinding;
  };
  struct SerialPlace {
    Place place;
    absl::Time last_recorded_at;  // of the serial, wherever that was
  };
  struct Delivery {
    LotId lot_id;
    LocationId to;
    std::string partner_id;
    Quantity returnable;
    bool changed = false;
  };
  struct Line {
    Posting posting;
    std::optional<MovementId> reverses;
    absl::Time recorded_at;
    StockDates from_before;
    StockDates to_before;
  };
  // Where the statements' results stand.
  struct Locks {
    size_t company, serials, lots, balances, holds;
    std::optional<size_t> serial_places, deliveries, later_movements, reversals;
  };
  // One movement under judgement, once its lot and places are known.
  struct Case {
    const Posting& posting;
    const LotFacts& lot;
    Balance& from;
    Balance& to;
  };
  using Problems = std::vector<Problem>;
  using PlacesOfLots = absl::flat_hash_map<LotId, std::vector<Place>>;

  // ledger.cc: what is locked and known.
  void AddReturnLocks(pg::Transaction& transaction);
  absl::Status LoadCompany(const pg::Result& rows);
  void LoadBalance(const pg::Row& row);
  void LoadSerialPlaces(const pg::Result& rows);
  absl::Status LoadUnexpectedSerials(pg::Transaction& transaction);
  // Of two places of one serial, it is in the one where this is greater.
  static std::tuple<bool, absl::Time, bool> LocationRank(const SerialPlace& candidate);
  void LoadReturns(const pg::Results& results);
  Balance& BalanceOf(const LotId& lot_id, const LocationId& location_id);

  // ledger_judge.cc: what is refused.
  bool JudgeReferences(const Posting& posting, Problems& problems) const;
  bool JudgeShape(const Case& c, Problems& problems) const;
  void JudgeLot(const Case& c, Problems& problems) const;
  void JudgeReturn(const Case& c, Problems& problems) const;
  void JudgeSource(const Case& c, Problems& problems);
  void JudgeSerialSource(const Case& c, Problems& problems) const;
  Problem NotEnough(const Case& c);
  // Where a lot is on hand, the most first. Those of all touched lots are read when one is asked.
  absl::Span<const Place> LotPlaces(const LotId& lot_id);
  PlacesOfLots ReadLotPlaces();
  void CoverShortage(const Case& c);

  // ledger_holds.cc: what is held.
  size_t AddHolds(pg::Transaction& transaction, const std::vector<LotId>& lot_ids) const;
  void LoadHolds(const pg::Result& rows);
  void JudgeHolds(const Case& c, const std::string& field, Problems& problems) const;

  // ledger_reverse.cc: what is refused of a reversal, and what it restores.
  void JudgeReversal(const PostedMovement& original, const Case& c, Problems& problems) const;
  void ApplyReversal(const PostedMovement& original, const Case& c);

  // ledger_apply.cc: what a movement does.
  void Apply(const Case& c);
  Line& AddLine(const Case& c);
  absl::Time RecordTime(const Case& c) const;

  // ledger_write.cc: the rows.
  void WriteBalances(pg::Transaction& transaction) const;
  void WriteNewBalances(pg::Transaction& transaction) const;
  void WriteMovements(pg::Transaction& transaction) const;
  void WriteDeliveries(pg::Transaction& transaction) const;

  const WriteContext& context_;
  const Accept accept_;
  const absl::Time now_;  // as the database keeps it, in microseconds

  absl::btree_set<PlaceKey> touched_;
  absl::btree_set<LotId> touched_lots_;
  absl::flat_hash_set<LotId> expected_no_serials_;
  absl::btree_set<LocationId> touched_locations_;
  absl::btree_set<MovementId> touched_deliveries_;
  std::vector<MovementId> reversed_;
  Locks locks_{};
  pg::Transaction* transaction_ = nullptr;  // once loaded

  CompanyFacts company_;
  absl::flat_hash_map<LotId, LotFacts> lots_;
  absl::flat_hash_map<LocationId, LocationKind> kinds_;
  absl::flat_hash_set<LotId> new_lots_;
  // Ordered as they are locked and written; references to them stay good while others are added.
  std::map<PlaceKey, Balance> balances_;
  absl::flat_hash_map<LotId, SerialPlace> serial_places_;
  std::optional<PlacesOfLots> lot_places_;               // once read
  absl::flat_hash_map<LotId, std::vector<Hold>> holds_;  // of held lots only
  std::map<MovementId, Delivery> deliveries_;
  // Of a movement that will be reversed: the first later one of the same serial that stands.
  absl::flat_hash_map<MovementId, MovementId> later_movements_;
  // Of a movement that will be reversed: what reversed it already.
  absl::flat_hash_map<MovementId, MovementId> reversals_;

  std::vector<Line> lines_;
  std::vector<MovementId> adjustments_;
  absl::Time recorded_at_;
};

}  // namespace lots
