// Since when the components of a unit had been in stock when they went in: what comes back has that
// date again.
#pragma once

#include <cstddef>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/genealogy/ends/unit_links.h"
#include "storage/pg/pipeline.h"

namespace lots {

using StockSinceOfLots = absl::btree_map<LotId, absl::Time>;

// Adds one read; ReadStockSince takes its result.
size_t AddStockSince(pg::Transaction& transaction, const CompanyId& company,
                     const UnitLinks& links);
// Of several lines of a lot the earliest date. A lot without a date is missing.
StockSinceOfLots ReadStockSince(const pg::Result& rows);

}  // namespace lots
