// What is in a unit: the lines of inputs that are in effect, with what is left of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/genealogy/ends/ends.h"
#include "storage/pg/pipeline.h"

namespace lots {

// One line of an input that is at least partly in the unit.
struct UnitLink {
  TransformationId transformation_id;
  int32_t line = 0;
  LotId lot_id;   // the component
  LotId unit;     // the unit under the number that it had then
  Quantity left;  // of the line: without what ended. Of a pooled line: in all that was made there
  bool exact = false;
};

// A transformation that made the unit, and was not undone by taking the unit apart.
struct UnitMaking {
  TransformationId transformation_id;
  LotId unit;  // under the number that it had then
};

struct UnitLinks {
  std::vector<LotId> identities;    // the lots that the unit is and was, the newest first
  std::vector<UnitLink> links;      // the oldest first; the unit itself (rework) is none
  std::vector<UnitMaking> makings;  // also those that used nothing
};

// Adds the reads of what is in the unit, at a time; ReadUnitLinks takes their results. To write
// what depends on it, lock the unit before: its former lots do not change any more, and nothing is
// put in or taken out meanwhile. Other units may still share what is pooled.
size_t AddUnitLinks(pg::Transaction& transaction, const CompanyId& company, const LotId& unit,
                    absl::Time as_of = absl::InfiniteFuture(),
                    absl::Time known_at = absl::InfiniteFuture());
UnitLinks ReadUnitLinks(const pg::Results& results, size_t first);
// How many results these are.
inline constexpr size_t kUnitLinkReads = 3;

// The end of this quantity of the link.
ComponentEnd EndOf(const UnitLink& link, Quantity quantity);

}  // namespace lots
