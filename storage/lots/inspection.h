// An inspection of a lot or a unit: what was measured, and the verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/inspection.h"
#include "storage/domain/lot_details.h"

namespace lots {

// One characteristic.
struct InspectionResult {
  std::string name;
  std::optional<AttributeValue> value;  // none: only whether it passed
  std::string unit;
  // Of a decimal: within, when it is neither below nor above.
  std::optional<Quantity> lower_limit;
  std::optional<Quantity> upper_limit;
  std::optional<bool> passed;  // none: nobody judged it
};

// A document that lies elsewhere.
struct InspectionDocument {
  std::string type;  // "certificate"
  std::string title;
  std::string url;
};

struct Inspection {
  InspectionId inspection_id;
  CompanyId company;
  LotId lot_id;
  ProductId product_id;
  std::string number;
  std::string plan;
  Verdict verdict = Verdict::kPassed;
  std::string inspector;
  absl::Time inspected_at;
  absl::Time recorded_at;
  std::string actor;
  std::string note;
  std::vector<InspectionResult> results;
  std::vector<InspectionDocument> documents;
  std::optional<HoldId> hold_id;           // that it placed
  std::optional<HoldId> released_hold_id;  // that it ended
};

}  // namespace lots
