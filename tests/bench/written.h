// What a measurement wrote into the factory: counted, checked, and taken away again, so that the
// next round, and the next run, finds the factory as it was.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "storage/pg/connection.h"

namespace lots::bench {

// Everything in a factory is older; what is written while measuring is younger. In milliseconds.
inline constexpr int64_t kWrittenSince = 1'780'272'000'000;  // 2026-06-01

// Rows of kFactory by table: "movements". Of balances only those of new lots.
using Rows = std::map<std::string, int64_t>;
Rows CountWritten(pg::Connection& db);

// Stops the program unless, of some hundred lots that moved, every balance is the sum of its
// movements.
void CheckWritten(pg::Connection& db);

// Takes it all away, and gives the balances back what was moved.
void Unwrite(pg::Connection& db);

}  // namespace lots::bench
