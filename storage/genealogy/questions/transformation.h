// One transformation with its lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/domain/transformation.h"
#include "storage/pg/connection.h"

namespace lots {

// The lot of a line.
struct TransformedLot {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  int scale = 0;
  Quantity quantity;
};

// The other lot that a line names.
struct NamedLot {
  LotId lot_id;
  std::string number;
};

struct TransformationInputDetails {
  TransformedLot lot;
  std::optional<NamedLot> output;  // of an exact input
  Quantity remaining;              // what did not come out again
};

struct TransformationOutputDetails {
  TransformedLot lot;
  OutputRole role = OutputRole::kProduct;
  std::optional<NamedLot> input;  // of a component that came back from one unit
};

struct TransformationDetails {
  Transformation transformation;
  std::optional<TransformationId> corrects;  // of a correction
  // The first kTransformationCorrectionsShownMax, and the first kTransformationLinesShownMax each,
  // in the order of recording; the counts are of all.
  std::vector<Transformation> corrections;
  std::vector<TransformationOutputDetails> outputs;
  std::vector<TransformationInputDetails> inputs;
  int64_t correction_count = 0;
  int64_t output_count = 0;
  int64_t input_count = 0;
};

// TRANSFORMATION_NOT_FOUND.
absl::StatusOr<TransformationDetails> GetTransformation(pg::Connection& db,
                                                        const CompanyId& company,
                                                        const TransformationId& transformation);

}  // namespace lots
