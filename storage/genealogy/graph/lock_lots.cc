// Locks serials first, then takes the turn at the other lots, then locks those.
#include "storage/genealogy/graph/lock_lots.h"

#include <algorithm>

#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"

namespace lots {
namespace {

LOTS_BY_IDS(kLockSerials, "trace_lock_serials",
            "SELECT lot_id, scale, tracking FROM lots WHERE company = $1 AND ", "lot_id",
            " AND tracking = {TRACKING_SERIAL} ORDER BY lot_id FOR UPDATE"_sql);

LOTS_BY_IDS(kTakeTurn, "trace_take_turn", "SELECT lot_id FROM lots WHERE company = $1 AND ",
            "lot_id", " AND tracking <> {TRACKING_SERIAL} ORDER BY lot_id FOR NO KEY UPDATE"_sql);

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

}  // namespace

absl::StatusOr<std::vector<LockedLot>> LockLots(pg::ParallelReads& reads, const CompanyId& company,
                                                absl::Span<const IdPart<LotId>> parts) {
  std::vector<LockedLot> locked;
  std::vector<LotId> others;
  // A movement has locked its serials when it waits at a balance: so all serials come first.
  for (size_t begin = 0; begin < parts.size(); begin += kPartsPerPipeline) {
    const auto pipeline = parts.subspan(begin, kPartsPerPipeline);
    for (const auto& part : pipeline) {
      AddByIds(reads, kLockSerials, company, part);
      AddByIds(reads, kTakeTurn, company, part);
    }
    RETURN_IF_ERROR(reads.SendAsync());
    for (size_t i = 0; i < pipeline.size(); ++i) {
      ASSIGN_OR_RETURN(const pg::Result serials, reads.Take());
      Append(serials, locked);
      ASSIGN_OR_RETURN(const pg::Result turns, reads.Take());
      for (const pg::Row row : turns) others.push_back(row.Get<LotId>(0));
    }
  }
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

}  // namespace lots
