// Tries to lock all lots without waiting. If some lot is taken, gives the locks back and waits for
// its turn: serials first, then the balances of the other lots, then those lots.
#include "storage/genealogy/graph/lock_lots.h"

#include <algorithm>

#include "absl/functional/function_ref.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"

namespace lots {
namespace {

constexpr pg::Statement kBeginAttempt{"trace_begin_attempt", "SAVEPOINT attempt"};
constexpr pg::Statement kKeepAttempt{"trace_keep_attempt", "RELEASE SAVEPOINT attempt"};
constexpr pg::Statement kGiveUpAttempt{"trace_give_up_attempt", "ROLLBACK TO SAVEPOINT attempt"};

LOTS_BY_IDS(kTryToLock, "trace_try_to_lock",
            "SELECT lot_id, scale, tracking FROM lots WHERE company = $1 AND ", "lot_id",
            " ORDER BY lot_id FOR UPDATE SKIP LOCKED");

constexpr pg::Statement kLockSerials{"trace_lock_serials", R"sql(
  SELECT lot_id, scale, tracking FROM lots
  WHERE company = $1 AND lot_id = ANY($2) AND tracking = {TRACKING_SERIAL}
  ORDER BY lot_id
  FOR UPDATE)sql"_sql};

constexpr pg::Statement kTakeTurn{"trace_take_turn", R"sql(
  SELECT lot_id FROM lots
  WHERE company = $1 AND lot_id = ANY($2) AND tracking <> {TRACKING_SERIAL}
  ORDER BY lot_id
  FOR NO KEY UPDATE)sql"_sql};

constexpr pg::Statement kTakeTurnAtBalances{"trace_take_turn_at_balances", R"sql(
  SELECT 1 FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND NOT is_serial
  ORDER BY lot_id, location_id
  FOR UPDATE)sql"};

constexpr pg::Statement kLockOthers{"trace_lock_lots", R"sql(
  SELECT lot_id, scale, tracking FROM lots
  WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY lot_id
  FOR UPDATE)sql"};

void Append(const pg::Result& rows, std::vector<LockedLot>& locked) {
  for (const pg::Row row : rows) {
    locked.push_back(
        {.lot_id = row.Get<LotId>(0), .scale = row.Get<int>(1), .tracking = row.Get<Tracking>(2)});
  }
}

// Calls `take` after each pipeline of the statements that `add` adds for the parts.
absl::Status EachPart(pg::ParallelReads& reads, absl::Span<const IdPart<LotId>> parts,
                      absl::FunctionRef<void(const IdPart<LotId>&)> add,
                      absl::FunctionRef<absl::Status()> take) {
  for (size_t begin = 0; begin < parts.size(); begin += kPartsPerPipeline) {
    const auto pipeline = parts.subspan(begin, kPartsPerPipeline);
    for (const auto& part : pipeline) add(part);
    RETURN_IF_ERROR(reads.SendAsync());
    for (size_t i = 0; i < pipeline.size(); ++i) RETURN_IF_ERROR(take());
  }
  return absl::OkStatus();
}

// Returns the lots that nobody else has locked.
absl::StatusOr<std::vector<LockedLot>> LockFreeLots(pg::ParallelReads& reads,
                                                    const CompanyId& company,
                                                    absl::Span<const IdPart<LotId>> parts) {
  std::vector<LockedLot> locked;
  RETURN_IF_ERROR(EachPart(
      reads, parts, [&](const auto& part) { AddByIds(reads, kTryToLock, company, part); },
      [&]() -> absl::Status {
        ASSIGN_OR_RETURN(const pg::Result rows, reads.Take());
        Append(rows, locked);
        return absl::OkStatus();
      }));
  return locked;
}

// A movement has locked its serials when it waits at a balance: so all serials come first.
absl::StatusOr<std::vector<LockedLot>> LockInTurn(pg::ParallelReads& reads,
                                                  const CompanyId& company,
                                                  absl::Span<const IdPart<LotId>> parts) {
  std::vector<LockedLot> locked;
  std::vector<LotId> others;
  RETURN_IF_ERROR(EachPart(
      reads, parts,
      [&](const auto& part) {
        reads.Add(kLockSerials, company, part.ids);
        reads.Add(kTakeTurn, company, part.ids);
      },
      [&]() -> absl::Status {
        ASSIGN_OR_RETURN(const pg::Result serials, reads.Take());
        Append(serials, locked);
        ASSIGN_OR_RETURN(const pg::Result turns, reads.Take());
        for (const pg::Row row : turns) others.push_back(row.Get<LotId>(0));
        return absl::OkStatus();
      }));
  if (others.empty()) return locked;
  reads.Add(kTakeTurnAtBalances, company, others);
  // A movement that this transaction waited for may have brought a lot to a place of its own.
  reads.Add(kTakeTurnAtBalances, company, others);
  reads.Add(kLockOthers, company, others);
  RETURN_IF_ERROR(reads.SendAsync());
  RETURN_IF_ERROR(reads.Take().status());
  RETURN_IF_ERROR(reads.Take().status());
  ASSIGN_OR_RETURN(const pg::Result rows, reads.Take());
  Append(rows, locked);
  std::sort(locked.begin(), locked.end(),
            [](const LockedLot& a, const LockedLot& b) { return a.lot_id < b.lot_id; });
  return locked;
}

absl::Status Run(pg::ParallelReads& reads, const pg::Statement& statement) {
  reads.Add(statement);
  RETURN_IF_ERROR(reads.SendAsync());
  return reads.Take().status();
}

}  // namespace

absl::StatusOr<std::vector<LockedLot>> LockLots(pg::ParallelReads& reads, const CompanyId& company,
                                                absl::Span<const IdPart<LotId>> parts) {
  size_t count = 0;
  for (const auto& part : parts) count += part.ids.size();
  RETURN_IF_ERROR(Run(reads, kBeginAttempt));
  ASSIGN_OR_RETURN(std::vector<LockedLot> locked, LockFreeLots(reads, company, parts));
  const bool all = locked.size() == count;
  RETURN_IF_ERROR(Run(reads, all ? kKeepAttempt : kGiveUpAttempt));
  if (all) return locked;
  return LockInTurn(reads, company, parts);
}

}  // namespace lots
