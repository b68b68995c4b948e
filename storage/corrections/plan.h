// What a correction changes: which links end, which are new, which goods move. For this folder
// only.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/corrections/corrections.h"
#include "storage/corrections/facts.h"
#include "storage/domain/ids.h"
#include "storage/genealogy/ends/ends.h"
#include "storage/lot_rows/resolve.h"

namespace lots {

class Ledger;
struct Problem;

}  // namespace lots

namespace lots::corrections {

// The lots that a line names, as far as there are such lots.
struct NamedLine {
  std::optional<ResolvedLot> wrong, wrong_unit, right, right_unit;
};

// A part of a wrong component, which comes back.
struct ReturnedPart {
  LotId lot_id;
  Quantity quantity;
  std::optional<LotId> unit;  // in which it is recorded; none: pooled
  LocationId to;
  std::optional<absl::Time> stock_since;
  std::string field;
};

// A right component, which is consumed.
struct UsedPart {
  LotId lot_id;
  Quantity quantity;
  std::optional<LotId> unit;  // into which it went; none: pooled
  // None: where the serial is once everything came back, else `fallback`.
  std::optional<LocationId> from;
  std::optional<LocationId> fallback;
  std::string field;
};

struct CorrectionPlan {
  std::vector<ComponentEnd> ends;
  std::vector<ReturnedPart> returned;
  std::vector<UsedPart> used;
};

// Plans the lines; adds every problem that is not about the movement of goods.
CorrectionPlan PlanCorrection(const CorrectGenealogyCommand& command,
                              const std::vector<NamedLine>& named, const GenealogyFacts& facts,
                              std::vector<Problem>& problems);

// Posts the movements of the plan for `correction`: first what comes back, then what is used.
void PostCorrection(const CorrectGenealogyCommand& command, const TransformationId& correction,
                    const CorrectedTransformation& corrected, const CorrectionPlan& plan,
                    Ledger& ledger, std::vector<Problem>& problems);

}  // namespace lots::corrections
