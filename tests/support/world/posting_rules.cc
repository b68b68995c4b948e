// Compares the problems of postings with tables.
#include "tests/support/world/posting_rules.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "storage/domain/reasons.h"
#include "storage/ledger/rules/validate.h"
#include "tests/support/world/ledger_facts.h"

namespace lots {

namespace {

std::string FactOf(const std::vector<Problem>& problems, const std::string& key) {
  if (problems.empty()) return "";
  for (const auto& [name, value] : problems[0].facts) {
    if (name == key) return value;
  }
  return "";
}

}  // namespace

std::string Answer(const std::vector<Problem>& problems) {
  if (problems.empty()) return "OK";
  return absl::StrJoin(problems, ", ", [](std::string* out, const Problem& problem) {
    absl::StrAppend(out, Name(problem.reason), " ", problem.field);
  });
}

void ExpectFact(const std::vector<Problem>& problems, const std::string& fact) {
  const size_t at = fact.find('=');
  if (at == std::string::npos) return;
  EXPECT_EQ(FactOf(problems, fact.substr(0, at)), fact.substr(at + 1));
}

void ExpectAnswers(const std::vector<Rule>& rules, const Accept& accept) {
  for (const Rule& rule : rules) {
    SCOPED_TRACE(rule.name);
    LedgerFacts facts = Warehouse();
    if (rule.given) rule.given(facts);

    const std::vector<Problem> problems = ValidatePosting(facts, accept, rule.posting);

    EXPECT_EQ(Answer(problems), rule.answer);
    ExpectFact(problems, rule.fact);
  }
}

Given State(const LotId& lot, LotState state) {
  return [=](LedgerFacts& facts) { facts.lots.at(lot).state = state; };
}

Given At(const LotId& lot, const std::string& location, const std::string& quantity) {
  return [=](LedgerFacts& facts) { Put(facts, lot, location, quantity); };
}

Given SerialAt(const std::string& location) {
  return [=](LedgerFacts& facts) { PutSerial(facts, kBike, location); };
}

Given Nowhere() {
  return [](LedgerFacts& facts) { facts.serial_places.clear(); };
}

Given Held(Hold hold) {
  return [=](LedgerFacts& facts) { facts.holds[hold.lot_id].push_back(hold); };
}

void Deliver(LedgerFacts& facts) {
  Put(facts, kSteel, "CUSTOMER", "4");
  facts.deliveries[MovementId(IdOf(77))] = {.lot_id = kSteel,
                                            .to = LocationId("CUSTOMER"),
                                            .partner_id = "ann",
                                            .returnable = Quantity::FromUnits(3)};
}

Posting ReturnOf(const LotId& lot, const std::string& quantity, const std::string& from,
                 const std::string& partner) {
  Posting posting = Move(MovementKind::kReturn, lot, quantity, from, "stock");
  posting.delivery = MovementId(IdOf(77));
  posting.partner_id = partner;
  return posting;
}

}  // namespace lots
