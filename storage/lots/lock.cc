// Locks a lot and reads what an edit must know of it.
#include "storage/lots/lock.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/domain/write_context.h"
#include "storage/lot_rows/lot_row.h"
#include "storage/writes/lot_queue.h"

namespace lots {
namespace {

constexpr pg::Statement kLockForEdit{"lock_lot_for_edit", R"sql(
  SELECT 1 FROM lots WHERE company = $1 AND lot_id = $2 FOR NO KEY UPDATE)sql"};

constexpr pg::Statement kLockExclusively{"lock_lot_exclusively", R"sql(
  SELECT 1 FROM lots WHERE company = $1 AND lot_id = $2 FOR UPDATE)sql"};

// A statement after the lock: what it reads was committed before the lock was given.
constexpr pg::Statement kReadLocked{
    "read_locked_lot",
    "SELECT" LOTS_LOT_COLUMNS("$3")
    ", l.case_sensitive, p.expire_days, p.best_before_days, p.removal_days, p.alert_days, "
    "l.active_before "
    "FROM lots l JOIN companies c ON c.company = $1 "
    "JOIN products p ON p.company = $1 AND p.product_id = l.product_id "
    "WHERE l.company = $1 AND l.lot_id = $2"};

constexpr pg::Statement kReadUses{"read_lot_uses", R"sql(
  SELECT EXISTS (SELECT 1 FROM movements WHERE company = $1 AND lot_id = $2),
         EXISTS (SELECT 1 FROM transformation_inputs WHERE company = $1 AND lot_id = $2)
           OR EXISTS (SELECT 1 FROM transformation_outputs WHERE company = $1 AND lot_id = $2),
         EXISTS (SELECT 1 FROM assignments WHERE company = $1 AND lot_id = $2),
         EXISTS (SELECT 1 FROM holds WHERE company = $1 AND lot_id = $2),
         EXISTS (SELECT 1 FROM recall_members WHERE company = $1 AND lot_id = $2)
           OR EXISTS (SELECT 1 FROM recall_former_lots WHERE company = $1 AND lot_id = $2),
         EXISTS (SELECT 1 FROM inspections WHERE company = $1 AND lot_id = $2),
         EXISTS (SELECT 1 FROM warranty_extensions WHERE company = $1 AND lot_id = $2))sql"};

// In the order of kReadUses.
constexpr const char* kUses[] = {"movements", "transformations", "assignments",        "holds",
                                 "recalls",   "inspections",     "warranty extensions"};
constexpr int kUseCount = 7;

}  // namespace

size_t AddLockLot(pg::Transaction& transaction, const WriteContext& context, const LotId& lot_id,
                  LotLock lock) {
  const bool exclusive = lock == LotLock::kExclusive;
  if (exclusive) AddTurnAtLots(transaction, context.company, {lot_id});
  const size_t first =
      transaction.Add(exclusive ? kLockExclusively : kLockForEdit, context.company, lot_id);
  transaction.Add(kReadLocked, context.company, lot_id, context.now);
  if (exclusive) transaction.Add(kReadUses, context.company, lot_id);
  return first;
}

absl::StatusOr<LockedLot> ReadLockedLot(const pg::Results& results, size_t first,
                                        const WriteContext& context, const LotId& lot_id,
                                        std::optional<int64_t> version, LotLock lock) {
  const pg::Result& read = results[first + 1];
  if (read.empty()) return Refuse(LotNotFound(lot_id, "lot_id"));
  const pg::Row row = read[0];
  LockedLot locked;
  locked.lot = LotReader(context.company, context.now).Read(row);
  if (version.has_value() && *version != locked.lot.version)
    return Refuse(LotChanged(locked.lot.lot_id, locked.lot.version));
  using Days = std::optional<int32_t>;
  constexpr int kProduct = kLotColumnCount;
  locked.product = {.product_id = locked.lot.product_id,
                    .tracking = locked.lot.tracking,
                    .scale = locked.lot.scale,
                    .case_sensitive = row.Get<bool>(kProduct),
                    .shelf_life = {.expire_days = row.Get<Days>(kProduct + 1),
                                   .best_before_days = row.Get<Days>(kProduct + 2),
                                   .removal_days = row.Get<Days>(kProduct + 3),
                                   .alert_days = row.Get<Days>(kProduct + 4)}};
  locked.active_before = row.Get<bool>(kProduct + 5);
  if (lock != LotLock::kExclusive) return locked;
  const pg::Row uses = results[first + 2][0];
  for (int use = 0; use < kUseCount; ++use) {
    if (uses.Get<bool>(use)) locked.uses.push_back(kUses[use]);
  }
  return locked;
}

absl::Status RefuseLot(Reason reason, const Lot& lot, absl::string_view message, Facts facts) {
  Facts all = {{"lot_id", lot.lot_id.value().ToString()}, {"number", lot.number}};
  for (auto& fact : facts) all.push_back(std::move(fact));
  return Refuse(Problem{.reason = reason,
                        .field = "lot_id",
                        .message = absl::StrCat("lot \"", lot.number, "\" ", message),
                        .facts = std::move(all)});
}

absl::Status LotInUse(const LockedLot& locked, absl::string_view consequence) {
  const std::string what = absl::StrJoin(locked.uses, ", ");
  return RefuseLot(Reason::kLotInUse, locked.lot, absl::StrCat("has ", what, "; ", consequence),
                   {{"what", what}});
}

}  // namespace lots
