// Turns rows of transformation_inputs and transformation_outputs into links.
#include "storage/genealogy/graph/lines.h"

#include <algorithm>
#include <optional>

#include "storage/genealogy/graph/graph.h"

namespace lots {
namespace {

TraceLinkKind KindOf(OutputRole role) {
  switch (role) {
    case OutputRole::kProduct:
      return TraceLinkKind::kOutput;
    case OutputRole::kByProduct:
      return TraceLinkKind::kByProduct;
    case OutputRole::kReturnedComponent:
      return TraceLinkKind::kReturnedComponent;
    case OutputRole::kMaintained:
      return TraceLinkKind::kMaintained;
  }
  return TraceLinkKind::kOutput;
}

}  // namespace

TraceLine InputLine(const pg::Row& row) {
  TraceLine read;
  TraceLink& link = read.link;
  link.transformation_id = row.Get<TransformationId>(0);
  link.lot_id = row.Get<LotId>(1);
  link.output_lot_id = row.Get<std::optional<LotId>>(2);
  link.kind = link.output_lot_id ? TraceLinkKind::kExactInput : TraceLinkKind::kPooledInput;
  link.quantity = row.Get<Quantity>(3);
  return read;
}

TraceLine OutputLine(const pg::Row& row) {
  TraceLine read;
  read.line = row.Get<uint32_t>(4);
  TraceLink& link = read.link;
  link.transformation_id = row.Get<TransformationId>(0);
  link.lot_id = row.Get<LotId>(1);
  link.kind = KindOf(row.Get<OutputRole>(2));
  link.quantity = row.Get<Quantity>(3);
  return read;
}

LinkKindFilter::LinkKindFilter(const std::vector<TraceLinkKind>& kinds) : kinds_(kinds) {
  for (const TraceLinkKind kind : kinds) (IsInput(kind) ? inputs_ : outputs_) = true;
}

bool LinkKindFilter::Allows(TraceLinkKind kind) const {
  const bool narrowed = IsInput(kind) ? inputs_ : outputs_;
  return !narrowed || std::find(kinds_.begin(), kinds_.end(), kind) != kinds_.end();
}

std::vector<TraceLine> LinkKindFilter::Read(const pg::Result& rows,
                                            TraceLine (*read)(const pg::Row&)) const {
  std::vector<TraceLine> lines;
  lines.reserve(rows.size());
  for (const pg::Row& row : rows) {
    const TraceLine line = read(row);
    if (Allows(line.link.kind)) lines.push_back(line);
  }
  return lines;
}

}  // namespace lots
