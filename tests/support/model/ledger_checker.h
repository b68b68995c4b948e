// What must always be true of a company's ledger, recomputed from its movements.
#pragma once

#include <string>
#include <vector>

#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

// Everything that is not as it must be, a line each; empty when all is well:
//   · every balance is the sum of its movements, and every movement has its two balances;
//   · each lot sums to zero over all places;
//   · along the order of history (recorded_at, id) no place that holds goods was ever negative, and
//     a serial was never in two of them;
//   · no two movements of one place share a recorded_at, and the balance knows the last one;
//   · a movement is reversed once at most, by its mirror image;
//   · what is left to return of each delivery is what was delivered less what came back;
//   · dates are there exactly while goods are.
// Reads one snapshot, so it may run while others write.
std::vector<std::string> CheckLedger(pg::Connection& db, const CompanyId& company);

}  // namespace lots
