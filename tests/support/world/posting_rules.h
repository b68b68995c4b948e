// Rules of postings as tables: what a movement is refused for, on a warehouse with small changes
// (ledger_facts.h).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "storage/domain/errors.h"
#include "storage/domain/hold.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/ledger/rules/accept.h"
#include "storage/ledger/rules/facts.h"
#include "storage/ledger/rules/posting.h"

namespace lots {

// Changes a warehouse.
using Given = std::function<void(LedgerFacts&)>;

struct Rule {
  std::string name;
  Given given;  // what differs from a warehouse with 10 of steel and the bike in stock
  Posting posting;
  std::string answer;
  std::string fact = {};  // "key=value" of the first problem
};

// "NOT_ENOUGH quantity, LOT_HELD lot"; "OK".
std::string Answer(const std::vector<Problem>& problems);
void ExpectFact(const std::vector<Problem>& problems, const std::string& fact);
void ExpectAnswers(const std::vector<Rule>& rules, const Accept& accept = {});

Given State(const LotId& lot, LotState state);
Given At(const LotId& lot, const std::string& location, const std::string& quantity);
Given SerialAt(const std::string& location);
Given Nowhere();
Given Held(Hold hold);

// 4 of steel went to CUSTOMER, to ann, with movement 77, and 3 may come back.
void Deliver(LedgerFacts& facts);
// A RETURN to stock that names movement 77.
Posting ReturnOf(const LotId& lot, const std::string& quantity, const std::string& from,
                 const std::string& partner = "");

}  // namespace lots
