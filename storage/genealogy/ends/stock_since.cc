// Reads the dates from the movements that put the components in.
#include "storage/genealogy/ends/stock_since.h"

#include <vector>

#include "absl/container/btree_set.h"
#include "storage/domain/kinds/sql_words.h"

namespace lots {
namespace {

constexpr pg::Statement kReadStockSince{"read_stock_since_of_components", R"sql(
  SELECT m.lot_id, min(m.from_stock_since)
  FROM movements m
  WHERE m.company = $1 AND m.transformation_id = ANY($2)
    AND m.kind IN ({MOVEMENT_CONSUMPTION}, {MOVEMENT_INSTALLATION})
    AND m.lot_id = ANY($3) AND m.from_stock_since IS NOT NULL
  GROUP BY m.lot_id)sql"_sql};

}  // namespace

size_t AddStockSince(pg::Transaction& transaction, const CompanyId& company,
                     const UnitLinks& links) {
  absl::btree_set<TransformationId> transformations;
  absl::btree_set<LotId> lots;
  for (const UnitLink& link : links.links) {
    transformations.insert(link.transformation_id);
    lots.insert(link.lot_id);
  }
  return transaction.Add(
      kReadStockSince, company,
      std::vector<TransformationId>(transformations.begin(), transformations.end()),
      std::vector<LotId>(lots.begin(), lots.end()));
}

StockSinceOfLots ReadStockSince(const pg::Result& rows) {
  StockSinceOfLots since;
  for (const pg::Row row : rows) since[row.Get<LotId>(0)] = row.Get<absl::Time>(1);
  return since;
}

}  // namespace lots
