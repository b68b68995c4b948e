// The contents of a unit, and which of them come back when the unit is taken apart. For this folder
// only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct DisassemblyCommand;
class Ledger;
struct Problem;
struct ResolvedLot;

}  // namespace lots

namespace lots::orders {

// Counts the completions that made the unit since it was last taken apart, also those under a
// number or product that it had before a relabel.
struct UnitContents {
  std::vector<LotId> identities;                  // the lots that the unit is and was
  absl::btree_set<TransformationId> completions;  // those that used something
  absl::btree_map<LotId, Quantity> exact;         // went into this very unit
  absl::btree_map<LotId, Quantity> pooled;        // went into its completions as a whole
  // Since when each of them had been in stock when it went in: what comes back has that date again.
  absl::btree_map<LotId, absl::Time> stock_since;
};

// Adds the reads of what the unit's completions used; ReadUnitInputs takes their place. The unit is
// locked already: its former lots do not change any more.
size_t AddUnitInputs(pg::Transaction& transaction, const CompanyId& company, const LotId& unit);
UnitContents ReadUnitInputs(const pg::Results& results, size_t first);

// Adds the reads of what has come back since, from this unit and its siblings, and of since when
// the components had been in stock. The components'
// balances are locked already, so that siblings that are taken apart at the same time take turns.
size_t AddContentsPast(pg::Transaction& transaction, const CompanyId& company,
                       const UnitContents& contents);
// Subtracts what came back from the contents. AddContentsPast returned `first`.
void ReadContentsPast(const pg::Results& results, size_t first, UnitContents& contents);

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

}  // namespace lots::orders
