// Writes transformations: the row itself, its inputs, its outputs.
#pragma once

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/domain/lot_details.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct Transformation;
struct WriteContext;

struct InputLine {
  LotId lot_id;
  Quantity quantity;
  std::optional<LotId> output;  // the output that this input went into (exact); none: pooled
};

// What a stored lot was before a transformation made it, or changed its dates.
struct LotBefore {
  LotState state = LotState::kPlanned;
  LotDates dates;
};

struct OutputLine {
  LotId lot_id;
  Quantity quantity;
  OutputRole role = OutputRole::kProduct;
  std::optional<LotId> input;  // of kReturnedComponent: the unit whose exact component this was
  std::optional<LotBefore> before;  // only of a stored serial that is made, or changed dates
  bool left_over = false;           // of kByProduct: it went in, and was not used
};

// Each function adds one statement. The lots and the work order are added before. Lines keep their
// order. `reversed_by` is not written: reads derive it.
void AddTransformation(pg::Transaction& transaction, const WriteContext& context,
                       const Transformation& transformation);
void AddInputs(pg::Transaction& transaction, const CompanyId& company,
               const TransformationId& transformation, absl::Span<const InputLine> lines);
void AddOutputs(pg::Transaction& transaction, const CompanyId& company,
                const TransformationId& transformation, absl::Span<const OutputLine> lines);

}  // namespace lots
