// What is in a unit, and what of it may come back when it is taken apart. For
// storage/work_order_*.cc only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "storage/domain/ids.h"
#include "storage/ledger/ledger.h"
#include "storage/lot_rows/resolve.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/work_orders.h"

namespace lots::orders {

// The unit's completions are the computed ones that made it since it was last taken apart.
struct UnitContents {
  absl::btree_set<TransformationId> completions;  // those that used something
  absl::btree_map<LotId, Quantity> exact;         // what went into this very unit
  absl::btree_map<LotId, Quantity> pooled;        // what its completions used as a whole
};

// Adds the read of what the unit's completions used. The unit is locked.
size_t AddUnitInputs(pg::Transaction& transaction, const CompanyId& company, const LotId& unit);
UnitContents ReadUnitInputs(const pg::Result& rows, const LotId& unit);

// Adds the reads of what came back of it since, from this unit and its siblings. The components'
// balances are locked, so siblings that are taken apart at the same time take turns.
size_t AddContentsPast(pg::Transaction& transaction, const CompanyId& company, const LotId& unit,
                       const UnitContents& contents);
// Takes it off the contents. `first`: what AddContentsPast answered.
void ReadContentsPast(const pg::Results& results, size_t first, UnitContents& contents);

// One component that comes back.
struct BackLine {
  LotId lot_id;
  Quantity quantity;
  LocationId to;
  bool exact = false;
  std::string field;
};

// What comes back: what the order states, and the exact components that it does not name. `named`:
// the unit, then the order's components.
std::vector<BackLine> PlanReturn(const DisassemblyCommand& command,
                                 const std::vector<std::optional<ResolvedLot>>& named,
                                 const Ledger& ledger, const UnitContents& contents,
                                 std::vector<Problem>& problems);

}  // namespace lots::orders
