// Transformations as they are posted: a head, what went in, what came out.
#pragma once

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"
#include "storage/domain/movement.h"
#include "storage/domain/write_context.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct InputLine {
  LotId lot_id;
  Quantity quantity;
  std::optional<LotId> output;  // the output that it went into (exact); none: pooled
};

struct OutputLine {
  LotId lot_id;
  Quantity quantity;
  OutputRole role = OutputRole::kProduct;
  std::optional<LotId> input;  // of kReturnedComponent: the unit that it was exact in
};

// Each adds one statement. Lots and work order are added before; lines keep their order.
// `reversed_by` is what reads say, and not written.
void AddTransformation(pg::Transaction& transaction, const WriteContext& context,
                       const Transformation& transformation);
void AddInputs(pg::Transaction& transaction, const CompanyId& company,
               const TransformationId& transformation, absl::Span<const InputLine> lines);
void AddOutputs(pg::Transaction& transaction, const CompanyId& company,
                const TransformationId& transformation, absl::Span<const OutputLine> lines);

}  // namespace lots
