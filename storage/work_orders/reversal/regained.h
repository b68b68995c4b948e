// What units have in them again when a transformation that took it out is reversed: a disassembly,
// a maintenance, a rework. For this folder only.
//
// Something may hold these components only since they came out: then the unit inherits it with
// them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct LedgerFacts;
struct WriteContext;

}  // namespace lots

namespace lots::orders {

// The components that units regain, each once, in the order of their ids: those that came out, and
// what is pooled in the makings of a unit that was taken apart, whether or not it came back. Read
// before the locks, so that the ledger locks them and knows what holds them; whoever holds the
// locks reads them again, because a correction may have added one.
absl::StatusOr<std::vector<LotId>> FindRegained(pg::Connection& db, const CompanyId& company,
                                                const TransformationId& transformation);
size_t AddRegained(pg::Transaction& transaction, const CompanyId& company,
                   const TransformationId& transformation);
std::vector<LotId> ReadRegained(const pg::Result& rows);

struct RegainingReversal {
  TransformationId reversal;
  TransformationId reversed;
  std::string note;
};

// Passes what holds the regained components on to their units, and to what was made of these. The
// writes of the reversal are added before; sends them if anything holds a component. Call before
// the commit; nothing else is added after.
absl::Status PassOnRegained(pg::Transaction& transaction, const WriteContext& context,
                            const LedgerFacts& facts, const RegainingReversal& reversal,
                            const std::vector<LotId>& regained);

}  // namespace lots::orders
