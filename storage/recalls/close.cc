// CloseRecall: everything on hand is accounted for, or stays held.
#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/counters.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/refusals.h"
#include "storage/recalls/rows.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

// The first lots and places of which nothing accounts for something, and how many there are.
constexpr pg::Statement kReadUnaccounted{"read_unaccounted_recall_goods", R"sql(
  SELECT b.lot_id, l.product_id, l.number, l.scale, b.location_id, b.quantity - good.quantity,
         count(*) OVER ()
  FROM recall_members m
  JOIN balances b ON b.company = $1 AND b.lot_id = m.lot_id AND b.quantity > 0
    AND b.kind IN ({PLACES_ON_HAND})
  JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
  CROSS JOIN LATERAL (SELECT )sql" LOTS_GOOD_QUANTITY R"sql( AS quantity) AS good
  WHERE m.company = $1 AND m.recall_id = $2 AND m.ended_at IS NULL AND b.quantity > good.quantity
  ORDER BY l.product_id, l.number_key, b.lot_id, b.location_id LIMIT $3)sql"_sql};

// As the ledger locks lots: serials first, then by id.
constexpr pg::Statement kLockOnHand{"lock_recall_goods_on_hand", R"sql(
  SELECT l.lot_id FROM lots l
  WHERE l.company = $1 AND l.lot_id IN (
    SELECT m.lot_id
    FROM recall_members m
    JOIN balances b ON b.company = $1 AND b.lot_id = m.lot_id AND b.quantity > 0
      AND b.kind IN ({PLACES_ON_HAND})
    WHERE m.company = $1 AND m.recall_id = $2 AND m.ended_at IS NULL)
  ORDER BY l.tracking DESC, l.lot_id FOR UPDATE)sql"_sql};

constexpr pg::Statement kReadLotsToHold{"read_recall_lots_to_hold", R"sql(
  SELECT DISTINCT m.lot_id
  FROM recall_members m
  JOIN balances b ON b.company = $1 AND b.lot_id = m.lot_id AND b.quantity > 0
    AND b.kind IN ({PLACES_ON_HAND})
  WHERE m.company = $1 AND m.recall_id = $2 AND m.ended_at IS NULL
    AND b.quantity > )sql" LOTS_GOOD_QUANTITY R"sql(
  ORDER BY m.lot_id)sql"_sql};

// The places to which goods of the recall may go on their own: they stay exempt.
constexpr pg::Statement kReadExemptPlaces{"read_recall_exempt_places", R"sql(
  SELECT location_id FROM locations
  WHERE company = $1 AND (kind = {PLACE_SCRAP} OR is_quarantine)
  ORDER BY is_default DESC, location_id LIMIT $2)sql"_sql};

// A hold sorts in history after every earlier movement of its lot.
constexpr pg::Statement kInsertHolds{"insert_holds_of_closed_recall", R"sql(
  INSERT INTO holds (company, hold_id, lot_id, cause, location_id, source_lot_id, reason,
                     exempt_location_ids, expires_at, placed_by, placed_at, entry_id)
  SELECT $1, n.hold_id, n.lot_id, {CAUSE_LOT}, NULL, NULL, $4, $5, NULL, $6,
         GREATEST($7, (
           SELECT max(b.last_recorded_at) + interval '1 microsecond' FROM balances b
           WHERE b.company = $1 AND b.lot_id = n.lot_id AND b.last_recorded_at > '-infinity')),
         $8
  FROM unnest($2::uuid[], $3::uuid[]) AS n (hold_id, lot_id))sql"_sql};

constexpr pg::Statement kCloseRecall{"close_recall", R"sql(
  UPDATE recalls SET state = {RECALL_CLOSED}, closed_by = $3, closed_at = $4, closing_note = $5,
         close_entry_id = $6, version = $7
  WHERE company = $1 AND recall_id = $2)sql"_sql};

// Outputs that are made of members while these are being locked are members too: they are locked in
// the next round. Each round waits for what was under way, so a second one is rare.
constexpr int kLockRoundsMax = 20;
// One insert of this many rows has a few MiB.
constexpr size_t kHoldsPerStatement = 20'000;

class RecallCloser {
 public:
  RecallCloser(pg::Connection& db, const CloseRecallCommand& command)
      : command_(command), transaction_(db) {}

  absl::Status Run();

 private:
  absl::Status Lock();
  // RECALL_UNACCOUNTED.
  absl::Status CheckAccounted();
  // Locks the members that are on hand, and those that join meanwhile.
  absl::Status LockGoods();
  absl::Status LeaveHeld();
  absl::Status ReadExempt();
  void AddHolds(absl::Time placed_at);

  const CloseRecallCommand& command_;
  pg::Transaction transaction_;
  LockedRecall recall_;
  std::vector<LotId> held_;
  std::vector<LocationId> exempt_;
};

absl::Status RecallCloser::Lock() {
  ClaimRequest(transaction_, command_.context, {});
  const size_t lock = AddRecallLock(transaction_, command_.context.company, command_.recall_id);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  ASSIGN_OR_RETURN(recall_, ReadLockedRecall(results[lock], command_.recall_id));
  return absl::OkStatus();
}

absl::Status RecallCloser::CheckAccounted() {
  const size_t read = transaction_.Add(kReadUnaccounted, command_.context.company,
                                       command_.recall_id, kUnaccountedShownMax);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  std::vector<Problem> problems;
  for (const pg::Row row : results[read]) {
    problems.push_back(RecallUnaccounted({.lot_id = row.Get<LotId>(0),
                                          .product_id = row.Get<ProductId>(1),
                                          .number = row.Get<std::string>(2),
                                          .scale = row.Get<int>(3),
                                          .location_id = row.Get<LocationId>(4),
                                          .quantity = row.Get<Quantity>(5)},
                                         row.Get<int64_t>(6)));
  }
  return problems.empty() ? absl::OkStatus() : Refuse(std::move(problems));
}

absl::Status RecallCloser::LockGoods() {
  absl::flat_hash_set<LotId> locked;
  for (int round = 0; round < kLockRoundsMax; ++round) {
    const size_t lock = transaction_.Add(kLockOnHand, command_.context.company, command_.recall_id);
    ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
    const size_t before = locked.size();
    for (const pg::Row row : results[lock]) locked.insert(row.Get<LotId>(0));
    // The first round says nothing about lots that joined while it waited.
    if (round > 0 && locked.size() == before) return absl::OkStatus();
    if (round == 0 && locked.empty()) return absl::OkStatus();
  }
  return WriteConflict("lots join the recall while it is closed");
}

absl::Status RecallCloser::ReadExempt() {
  exempt_ = recall_.exempt_location_ids;
  if (recall_.only_listed_exempt) return absl::OkStatus();
  const size_t read =
      transaction_.Add(kReadExemptPlaces, command_.context.company, kExemptLocationsMax);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  for (const pg::Row row : results[read]) {
    if (exempt_.size() >= static_cast<size_t>(kExemptLocationsMax)) break;
    const auto place = row.Get<LocationId>(0);
    if (std::find(exempt_.begin(), exempt_.end(), place) == exempt_.end()) {
      exempt_.push_back(place);
    }
  }
  return absl::OkStatus();
}

absl::Status RecallCloser::LeaveHeld() {
  const size_t read =
      transaction_.Add(kReadLotsToHold, command_.context.company, command_.recall_id);
  ASSIGN_OR_RETURN(const pg::Results results, transaction_.Send());
  for (const pg::Row row : results[read]) held_.push_back(row.Get<LotId>(0));
  return ReadExempt();
}

void RecallCloser::AddHolds(absl::Time placed_at) {
  const WriteContext& context = command_.context;
  for (size_t begin = 0; begin < held_.size(); begin += kHoldsPerStatement) {
    const size_t end = std::min(held_.size(), begin + kHoldsPerStatement);
    const std::vector<LotId> lots(held_.begin() + begin, held_.begin() + end);
    std::vector<Uuid> ids;
    for (size_t i = 0; i < lots.size(); ++i) ids.push_back(Uuid::MakeV7());
    transaction_.Add(kInsertHolds, context.company, ids, lots, recall_.reason, exempt_,
                     context.actor, placed_at, context.entry_id);
  }
  transaction_.Count(counters::kHoldsPlaced, static_cast<double>(held_.size()));
}

absl::Status RecallCloser::Run() {
  const WriteContext& context = command_.context;
  RETURN_IF_ERROR(Lock());
  if (!recall_.drill) {
    // Refuses before it locks: a large recall of which much is left would stop its lots for
    // nothing.
    if (!command_.leave_held) RETURN_IF_ERROR(CheckAccounted());
    RETURN_IF_ERROR(LockGoods());
    if (command_.leave_held) {
      RETURN_IF_ERROR(LeaveHeld());
    } else {
      RETURN_IF_ERROR(CheckAccounted());
    }
  }
  const absl::Time now = absl::Now();
  if (!held_.empty()) AddHolds(now);
  transaction_.Add(kCloseRecall, context.company, command_.recall_id, context.actor, now,
                   command_.closing_note, context.entry_id, recall_.version + 1);
  AddAuditEntry(transaction_, context, {.lots = held_, .recall = command_.recall_id});
  transaction_.Count(counters::kRecallClosed);
  return transaction_.Commit().status();
}

}  // namespace

absl::StatusOr<Recall> CloseRecall(pg::Connection& db, const CloseRecallCommand& command) {
  return RunRecallWrite(db, command.context, command.recall_id,
                        [&] { return RecallCloser(db, command).Run(); });
}

}  // namespace lots
