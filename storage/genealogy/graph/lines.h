// Lines of transformations as the walk reads them. Internal to the walk.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/genealogy/graph/links.h"
#include "storage/pg/values/result.h"

namespace lots {

// The link that one line describes. `line` distinguishes two outputs of the same lot.
struct TraceLine {
  TraceLink link;
  uint32_t line = 0;
};

// Columns: transformation_id, lot_id, output_lot_id, quantity.
TraceLine InputLine(const pg::Row& row);
// Columns: transformation_id, lot_id, role, quantity, line.
TraceLine OutputLine(const pg::Row& row);

// Says which kinds of links a filter allows.
class LinkKindFilter {
 public:
  // `kinds` are those of a TraceFilter; they must outlive this object.
  explicit LinkKindFilter(const std::vector<TraceLinkKind>& kinds);

  bool Allows(TraceLinkKind kind) const;
  // The lines of these rows that it allows.
  std::vector<TraceLine> Read(const pg::Result& rows, TraceLine (*read)(const pg::Row&)) const;

 private:
  const std::vector<TraceLinkKind>& kinds_;
  bool inputs_ = false;   // whether `kinds` names a kind of input
  bool outputs_ = false;  // whether `kinds` names a kind of output
};

}  // namespace lots
