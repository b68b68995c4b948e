// Checks a company's ledger against its movements.
#pragma once

#include <string>
#include <vector>

#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

// Checks the rules below; returns a line for each violation:
//   · every balance is the sum of its movements, and every movement has its two balances;
//   · the balances of each lot over all places sum to zero;
//   · in the order of history (recorded_at, id), no place that holds goods was ever negative, and a
//     serial was never in two such places;
//   · no two movements of one place have the same recorded_at, and the balance has the last one;
//   · a movement is reversed at most once, by a movement in the opposite direction;
//   · the returnable quantity of a delivery is the delivered less the returned quantity;
//   · a balance has dates if and only if its place has goods of the lot.
// Reads one snapshot, so other connections may write at the same time.
std::vector<std::string> CheckLedger(pg::Connection& db, const CompanyId& company);

}  // namespace lots
