// What a quantity of a lot was made of, and how much of that may come back when the quantity is
// taken apart. For this folder only.
//
// A completion that made 100 of a lot with 50 of a component put 5 of the component into each 10 of
// the lot, as far as anybody knows. So much may come back of 10, rounded up to the component's
// decimals, but of all parts together never more than the 50.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/genealogy/ends/ends.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/completion/unit.h"

namespace lots::orders {

// One line of a completion, or of a correction of one, that put a component into the lot.
struct PortionLine {
  TransformationId transformation_id;
  int32_t line = 0;
  LotId lot_id;
  std::optional<LotId> output;  // exact; none: pooled
  Quantity left;                // without what came back since, and what never was in it
};

struct LotPortion {
  std::vector<PortionLine> lines;  // the oldest ones first
  UnitContents contents;           // what may come back, all of it only when it is named
};

// Adds the reads of what the completions of a lot used of these components, and of how much of it
// this quantity of the lot has. The components' balances are locked already, so that disassemblies
// of the same goods take turns.
size_t AddPortionReads(pg::Transaction& transaction, const CompanyId& company, const LotId& lot,
                       Quantity quantity, const std::vector<LotId>& components);
LotPortion ReadPortion(const pg::Results& results, size_t first);

// The links that end when these components come back.
std::vector<ComponentEnd> EndsOf(const LotPortion& portion, const std::vector<BackLine>& back);

}  // namespace lots::orders
