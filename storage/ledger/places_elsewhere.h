// The other places of a lot, for the words of NOT_ENOUGH.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/ledger/facts.h"
#include "storage/pg/pipeline.h"

namespace lots {

// Adds to each NOT_ENOUGH where else the lot is on hand: up to four places, the largest quantity
// first. One round trip when there is such a problem, none otherwise. The error of a failed read is
// returned.
absl::Status AddPlacesElsewhere(pg::Transaction& transaction, const CompanyId& company,
                                const LedgerFacts& facts, std::vector<Problem>& problems);

}  // namespace lots
