// LedgerFacts of a small warehouse, for tests of the ledger without a database.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"

namespace lots {

// An id that is the same in every run.
Uuid IdOf(int number);

extern const LotId kSteel;  // lot L1 of a LOT product, three decimals
extern const LotId kBike;   // serial S1

// Noon of a day in March 2026, UTC.
absl::Time Noon(int day);

// The time is noon of March 10. 10 of kSteel, and kBike, are in stock since March 1. stock and yard
// are INTERNAL, truck is TRANSIT; the default locations have the names of their kinds.
LedgerFacts Warehouse();

// Sets the quantity of a lot at a location.
void Put(LedgerFacts& facts, const LotId& lot, const std::string& location,
         const std::string& quantity);
// Sets the location of a serial and all balances of the serial.
void PutSerial(LedgerFacts& facts, const LotId& serial, const std::string& location);

// A posting for the field "m" that happens at noon of March 10.
Posting Move(MovementKind kind, const LotId& lot, const std::string& quantity,
             const std::string& from, const std::string& to);

}  // namespace lots
