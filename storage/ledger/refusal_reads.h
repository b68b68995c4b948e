// Reads what only the words of refusals need, after the validation.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "storage/domain/ids.h"
#include "storage/ledger/rules/facts.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct Problem;

// Adds to each NOT_ENOUGH where else the lot is on hand (up to four places, the largest quantity
// first), and to each LOT_PLANNED the work order of the serial. One round trip when there is such a
// problem, none otherwise. The error of a failed read is returned.
absl::Status CompleteRefusals(pg::Transaction& transaction, const CompanyId& company,
                              const LedgerFacts& facts, std::vector<Problem>& problems);

}  // namespace lots
