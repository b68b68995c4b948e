// The contents of a unit, and which of them come back when the unit is taken apart. For this folder
// only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/genealogy/ends/ends.h"
#include "storage/genealogy/ends/stock_since.h"
#include "storage/genealogy/ends/unit_links.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct DisassemblyCommand;
class Ledger;
struct Problem;
struct ResolvedLot;

}  // namespace lots

namespace lots::orders {

// What is in the unit now, also what went in under a number or product that it had before a
// relabel.
struct UnitContents {
  UnitLinks links;
  absl::btree_map<LotId, Quantity> exact;   // in this very unit
  absl::btree_map<LotId, Quantity> pooled;  // in all that its completions made as a whole
  StockSinceOfLots stock_since;
};

// The contents, by what AddUnitLinks read. Before the components are locked, siblings may still
// give back what is pooled.
UnitContents ContentsOf(UnitLinks links);

// Adds the reads of the contents once more, and of since when the components had been in stock. The
// unit and the components' balances are locked already, so that siblings that are taken apart at
// the same time take turns. `before` is what ContentsOf said before the locks.
size_t AddLockedContents(pg::Transaction& transaction, const CompanyId& company,
                         const UnitContents& before);
UnitContents ReadLockedContents(const pg::Results& results, size_t first);

// One component that comes back.
struct BackLine {
  LotId lot_id;
  Quantity quantity;
  LocationId to;
  bool exact = false;
  std::string field;
};

// Plans what comes back: the components of the command, and the exact components that the command
// does not name. `named` has the unit, then the command's components.
std::vector<BackLine> PlanReturn(const DisassemblyCommand& command,
                                 const std::vector<std::optional<ResolvedLot>>& named,
                                 const Ledger& ledger, const UnitContents& contents,
                                 std::vector<Problem>& problems);

// What is no longer in the unit when these lines come back and the unit is taken apart. Of pooled
// lines the oldest end first.
std::vector<ComponentEnd> EndsOf(const UnitLinks& links, const std::vector<BackLine>& lines);

}  // namespace lots::orders
