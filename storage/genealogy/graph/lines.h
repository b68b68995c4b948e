// Lines of transformations as a walk reads them: links. Internal to the trace.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/genealogy/graph/types.h"
#include "storage/pg/values/result.h"

namespace lots {

// A link as one line says it; the line tells outputs apart.
struct TraceLine {
  TraceLink link;
  uint32_t line = 0;
};

// Of transformation_id, lot_id, output_lot_id, quantity.
TraceLine InputLine(const pg::Row& row);
// Of transformation_id, lot_id, role, quantity, line.
TraceLine OutputLine(const pg::Row& row);

// Which kinds of links a filter leaves.
class LinkKindFilter {
 public:
  // `kinds`: of TraceFilter; they outlive it.
  explicit LinkKindFilter(const std::vector<TraceLinkKind>& kinds);

  bool Allows(TraceLinkKind kind) const;

 private:
  const std::vector<TraceLinkKind>& kinds_;
  bool inputs_ = false;
  bool outputs_ = false;
};

}  // namespace lots
