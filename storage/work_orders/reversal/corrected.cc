// Joins the movements of a transformation with those of its corrections.
#include "storage/work_orders/reversal/corrected.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/ledger/movements.h"

namespace lots::orders {
namespace {

constexpr pg::Statement kReadCorrections{"read_corrections_to_reverse", R"sql(
  SELECT c.transformation_id FROM transformations c
  WHERE c.company = $1 AND c.corrects_id = $2 AND NOT EXISTS (
    SELECT FROM transformations r
    WHERE r.company = $1 AND r.reverses_id = c.transformation_id)
  ORDER BY c.recorded_at, c.transformation_id)sql"};

constexpr pg::Statement kReadSerials{"read_serials_of_corrections", R"sql(
  SELECT lot_id FROM lots
  WHERE company = $1 AND lot_id = ANY($2) AND tracking = {TRACKING_SERIAL})sql"_sql};

using Movements = std::vector<PostedMovement>;

bool GaveBack(const PostedMovement& posted) {
  return posted.movement.kind == MovementKind::kProduction;
}

absl::StatusOr<absl::flat_hash_set<LotId>> FindSerials(pg::Connection& db, const CompanyId& company,
                                                       const Movements& movements) {
  std::vector<LotId> lots;
  for (const PostedMovement& posted : movements) lots.push_back(posted.movement.lot_id);
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kReadSerials, company, lots));
  absl::flat_hash_set<LotId> serials;
  for (const pg::Row row : rows) serials.insert(row.Get<LotId>(0));
  return serials;
}

// Drops what happened to a serial before a correction gave it back, and the giving back itself: the
// goods are where they would be. `of_corrections` is in the order of recording.
void DropWhatCameBack(const absl::flat_hash_set<LotId>& serials, Movements& own,
                      Movements& of_corrections) {
  for (size_t i = of_corrections.size(); i-- > 0;) {
    const LotId lot = of_corrections[i].movement.lot_id;
    if (!GaveBack(of_corrections[i]) || !serials.contains(lot)) continue;
    const auto is_of_lot = [&](const PostedMovement& posted) {
      return posted.movement.lot_id == lot;
    };
    std::erase_if(own, is_of_lot);
    const auto end = of_corrections.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    const auto kept = std::remove_if(of_corrections.begin(), end, is_of_lot);
    i = static_cast<size_t>(kept - of_corrections.begin());
    of_corrections.erase(kept, end);
  }
}

}  // namespace

absl::StatusOr<CorrectedMovements> FindCorrectedMovements(pg::Connection& db,
                                                          const CompanyId& company,
                                                          const TransformationId& transformation) {
  ASSIGN_OR_RETURN(Movements own, FindMovementsOf(db, company, transformation));
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kReadCorrections, company, transformation));
  CorrectedMovements corrected{.corrections = ReadCorrections(rows), .movements = {}};
  if (corrected.corrections.empty()) {
    corrected.movements = std::move(own);
    return corrected;
  }
  Movements of_corrections;
  for (const TransformationId& correction : corrected.corrections) {
    ASSIGN_OR_RETURN(const Movements movements, FindMovementsOf(db, company, correction));
    of_corrections.insert(of_corrections.end(), movements.begin(), movements.end());
  }
  ASSIGN_OR_RETURN(const auto serials, FindSerials(db, company, of_corrections));
  DropWhatCameBack(serials, own, of_corrections);
  // What came back of lots is taken away last, once all that went in is there again.
  const auto used = std::stable_partition(of_corrections.begin(), of_corrections.end(), GaveBack);
  corrected.movements.assign(of_corrections.begin(), used);
  std::move(own.begin(), own.end(), std::back_inserter(corrected.movements));
  std::move(used, of_corrections.end(), std::back_inserter(corrected.movements));
  return corrected;
}

size_t AddCorrections(pg::Transaction& transaction, const CompanyId& company,
                      const TransformationId& transformation) {
  return transaction.Add(kReadCorrections, company, transformation);
}

std::vector<TransformationId> ReadCorrections(const pg::Result& rows) {
  std::vector<TransformationId> corrections;
  for (const pg::Row row : rows) corrections.push_back(row.Get<TransformationId>(0));
  return corrections;
}

}  // namespace lots::orders
