// What a changed genealogy does to the units, and to everything that was made of them: holds that
// they inherit, and memberships of open recalls.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/domain/ids.h"
#include "storage/holds/holds.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct LedgerFacts;
struct WriteContext;

}  // namespace lots

namespace lots::effects {

// One lot that is in a unit, or is not in it any more.
struct ComponentOfUnit {
  LotId component;
  LotId unit;
};

struct GenealogyChange {
  TransformationId transformation_id;  // the correction, or the reversal
  std::string reason;
  std::vector<HoldInheritance> added;    // exact
  PooledHoldInheritance added_pooled;    // no inputs: nothing pooled was added
  std::vector<ComponentOfUnit> removed;  // exact ones, and the pooled ones of every unit
  std::vector<LotId> units;              // of all of these; each once
};

// Gives the units what holds the added components, takes off what only the removed ones gave them,
// and goes on with what was made of the units. The links of the change are written in this
// transaction, and `facts` knows the components. Locks the units and what was made of them FOR
// UPDATE, but only where something holds a component or a unit: whoever places a hold on a
// component meanwhile waits for the ledger's lock of it.
absl::Status ApplyChange(pg::Transaction& transaction, const WriteContext& context,
                         const LedgerFacts& facts, const GenealogyChange& change);

}  // namespace lots::effects
