// What lots that become one agree on. For this folder only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "storage/work_orders/details.h"

namespace lots {

struct MergedDetails;
struct Problem;

}  // namespace lots

namespace lots::reshape {

using orders::LotDetails;

// The reference, notes and attributes that all lots have alike, with what the request says of the
// others. LOTS_DIFFER for each field that differs and of which nothing is said: an attribute that
// one lot has and another has not differs too, so that an allergen never disappears. FIELD_INVALID
// for more attributes than a lot may have. The rest of the answer is the first lot's.
LotDetails AgreedOn(absl::Span<const LotDetails* const> lots, const MergedDetails& said,
                    std::vector<Problem>& problems);

// LOTS_DIFFER for the reference, the notes and each attribute in which goods differ from the stored
// lot that they are added to.
void ValidateAdded(const LotDetails& goods, const LotDetails& stored,
                   std::vector<Problem>& problems);

// The details of `lot`, with those of `other` where it has none.
LotDetails FilledFrom(LotDetails lot, const LotDetails& other);

}  // namespace lots::reshape
