// Facts of the ledger made by hand, for tests without a database.
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

// It is noon of March 10. 10 of kSteel and kBike are in stock, in since March 1. stock and yard are
// INTERNAL, truck is TRANSIT; the default locations have the names of their kinds.
LedgerFacts Warehouse();

// Sets what is at a place.
void Put(LedgerFacts& facts, const LotId& lot, const std::string& location,
         const std::string& quantity);
// Moves a serial there, with all its balances.
void PutSerial(LedgerFacts& facts, const LotId& serial, const std::string& location);

// A movement of field "m" that happens at noon of March 10.
Posting Move(MovementKind kind, const LotId& lot, const std::string& quantity,
             const std::string& from, const std::string& to);

}  // namespace lots
