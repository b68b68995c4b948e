// What the ledger refuses, as tables over plain facts: no database, no clock.
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/ledger/rules/accept.h"
#include "storage/ledger/rules/validate.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/ledger_facts.h"
#include "tests/support/world/posting_rules.h"

namespace lots {
namespace {

constexpr auto kReceipt = MovementKind::kReceipt;
constexpr auto kTransfer = MovementKind::kTransfer;
constexpr auto kDelivery = MovementKind::kDelivery;
constexpr auto kReturn = MovementKind::kReturn;
constexpr auto kConsumption = MovementKind::kConsumption;
constexpr auto kProduction = MovementKind::kProduction;
constexpr auto kScrap = MovementKind::kScrap;
constexpr auto kAdjustment = MovementKind::kAdjustment;

TEST(ValidatePosting, NamesWhatDoesNotExistAndWhatIsWrongWithAField) {
  ExpectAnswers({
      {"fine", {}, Move(kTransfer, kSteel, "1", "stock", "yard"), "OK"},
      {"unknown-lot",
       {},
       Move(kTransfer, LotId(IdOf(9)), "1", "stock", "yard"),
       "LOT_NOT_FOUND m.lot"},
      {"unknown-source",
       {},
       Move(kTransfer, kSteel, "1", "attic", "yard"),
       "LOCATION_NOT_FOUND m.from_location_id",
       "location_id=attic"},
      {"unknown-destination",
       {},
       Move(kTransfer, kSteel, "1", "stock", "attic"),
       "LOCATION_NOT_FOUND m.to_location_id",
       "location_id=attic"},
      {"all-unknown",
       {},
       Move(kTransfer, LotId(IdOf(9)), "1", "attic", "attic"),
       "LOT_NOT_FOUND m.lot, LOCATION_NOT_FOUND m.from_location_id, "
       "LOCATION_NOT_FOUND m.to_location_id, FIELD_INVALID m.to_location_id"},
      {"same-place",
       {},
       Move(kTransfer, kSteel, "1", "stock", "stock"),
       "FIELD_INVALID m.to_location_id"},
      {"nothing", {}, Move(kTransfer, kSteel, "0", "stock", "yard"), "FIELD_INVALID m.quantity"},
      {"negative", {}, Move(kTransfer, kSteel, "-1", "stock", "yard"), "FIELD_INVALID m.quantity"},
      {"too-fine",
       {},
       Move(kTransfer, kSteel, "0.0001", "stock", "yard"),
       "QUANTITY_SCALE m.quantity",
       "scale=3"},
      {"two-of-a-serial",
       {},
       Move(kTransfer, kBike, "2", "stock", "yard"),
       "SERIAL_QUANTITY_NOT_ONE m.quantity",
       "quantity=2"},
      {"kinds",
       {},
       Move(kDelivery, kSteel, "1", "stock", "yard"),
       "LOCATION_KIND_MISMATCH m.kind",
       "to_kind=INTERNAL"},
  });
}

// The kinds of both sides, for each kind of movement: ledger.proto has the same list.
TEST(ValidatePosting, KindsOfLocationsFitTheKindOfMovement) {
  const std::map<MovementKind, std::set<std::string>> allowed = {
      {kReceipt, {"SUPPLIER>stock", "SUPPLIER>truck"}},
      {kTransfer, {"stock>truck", "truck>stock"}},
      {kDelivery, {"stock>CUSTOMER", "truck>CUSTOMER"}},
      {kReturn, {"CUSTOMER>stock", "CUSTOMER>truck"}},
      {kConsumption, {"stock>PRODUCTION", "truck>PRODUCTION"}},
      {kProduction, {"PRODUCTION>stock", "PRODUCTION>truck", "PRODUCTION>SCRAP"}},
      {kScrap, {"stock>SCRAP", "truck>SCRAP"}},
      {MovementKind::kSupplierReturn, {"stock>SUPPLIER", "truck>SUPPLIER"}},
      {MovementKind::kIssue, {"stock>PRODUCTION", "truck>PRODUCTION"}},
      {MovementKind::kIssueReturn, {"PRODUCTION>stock", "PRODUCTION>truck", "PRODUCTION>SCRAP"}},
      {kAdjustment,
       {"stock>ADJUSTMENT", "truck>ADJUSTMENT", "ADJUSTMENT>stock", "ADJUSTMENT>truck"}},
  };
  const std::vector<std::string> places = {"stock",      "truck", "SUPPLIER",  "CUSTOMER",
                                           "PRODUCTION", "SCRAP", "ADJUSTMENT"};
  const LedgerFacts facts = Warehouse();
  for (const auto& [kind, sides] : allowed) {
    for (const std::string& from : places) {
      for (const std::string& to : places) {
        if (from == to) continue;
        SCOPED_TRACE(absl::StrCat(Name(kind), " ", from, ">", to));

        const auto problems = ValidatePosting(facts, {}, Move(kind, kSteel, "1", from, to));

        const bool refused =
            !problems.empty() && problems[0].reason == Reason::kLocationKindMismatch;
        EXPECT_EQ(refused, !sides.contains(absl::StrCat(from, ">", to)));
      }
    }
  }
}

TEST(ValidatePosting, IssuedGoodsComeFromProductionAndAreUsedUpAsOthersAre) {
  LedgerFacts facts = Warehouse();
  facts.kinds[LocationId("WORK_IN_PROCESS")] = LocationKind::kProduction;
  Posting issued = Move(kConsumption, kSteel, "1", "WORK_IN_PROCESS", "PRODUCTION");
  EXPECT_EQ(RefusalOf(ValidatePosting(facts, {}, issued)), "LOCATION_KIND_MISMATCH m.kind");
  issued.is_issued = true;
  EXPECT_EQ(RefusalOf(ValidatePosting(facts, {}, issued)), "OK");
  facts.lots.at(kSteel).state = LotState::kArchived;
  EXPECT_EQ(RefusalOf(ValidatePosting(facts, {}, issued)), "OK");
  facts.lots.at(kSteel).state = LotState::kVoid;
  EXPECT_EQ(RefusalOf(ValidatePosting(facts, {}, issued)), "LOT_VOID m.lot");
  Posting from_stock = Move(kConsumption, kSteel, "1", "stock", "PRODUCTION");
  from_stock.is_issued = true;
  EXPECT_EQ(RefusalOf(ValidatePosting(Warehouse(), {}, from_stock)),
            "LOCATION_KIND_MISMATCH m.kind");
}

TEST(ValidatePosting, NothingGoesIntoARetiredPlace) {
  const Given retired = [](LedgerFacts& facts) { facts.retired.insert(LocationId("yard")); };
  const Given left_there = [&](LedgerFacts& facts) {
    retired(facts);
    Put(facts, kSteel, "yard", "5");
  };
  ExpectAnswers({
      {"into", retired, Move(kTransfer, kSteel, "1", "stock", "yard"), "RETIRED m.to_location_id",
       "location_id=yard"},
      {"received", retired, Move(kReceipt, kSteel, "1", "SUPPLIER", "yard"),
       "RETIRED m.to_location_id"},
      {"out-of", left_there, Move(kTransfer, kSteel, "1", "yard", "stock"), "OK"},
      {"elsewhere", retired, Move(kTransfer, kSteel, "1", "stock", "truck"), "OK"},
  });
}

TEST(ValidatePosting, OnlyActiveLotsMove) {
  const Posting posting = Move(kTransfer, kSteel, "1", "stock", "yard");
  ExpectAnswers({
      {"active", State(kSteel, LotState::kActive), posting, "OK"},
      {"planned", State(kSteel, LotState::kPlanned), posting, "LOT_PLANNED m.lot", "number=L1"},
      {"archived", State(kSteel, LotState::kArchived), posting, "LOT_ARCHIVED m.lot"},
      {"void", State(kSteel, LotState::kVoid), posting, "LOT_VOID m.lot"},
  });
}

TEST(ValidatePosting, ExpiredLotIsNotUsed) {
  const auto ends = [](absl::CivilDay day) {
    return [=](LedgerFacts& facts) { facts.lots.at(kSteel).expires_on = day; };
  };
  const auto at = [](Posting posting, absl::Time when) {
    posting.occurred_at = when;
    return posting;
  };
  const Posting delivery = Move(kDelivery, kSteel, "1", "stock", "CUSTOMER");
  const Posting consumption = Move(kConsumption, kSteel, "1", "stock", "PRODUCTION");
  const Given yesterday = ends(absl::CivilDay(2026, 3, 9));
  ExpectAnswers({
      {"last-day", ends(absl::CivilDay(2026, 3, 10)), delivery, "OK"},
      {"delivered", yesterday, delivery, "LOT_EXPIRED m.lot", "day=2026-03-10"},
      {"consumed", yesterday, consumption, "LOT_EXPIRED m.lot", "expire_date=2026-03-09"},
      {"scrapped", yesterday, Move(kScrap, kSteel, "1", "stock", "SCRAP"), "OK"},
      {"on-the-day-it-happened", yesterday, at(delivery, Noon(9)), "OK"},
      {"in-the-companys-zone",
       [](LedgerFacts& facts) {
         facts.lots.at(kSteel).expires_on = absl::CivilDay(2026, 3, 10);
         facts.company.zone = absl::FixedTimeZone(13 * 3600);
       },
       delivery, "LOT_EXPIRED m.lot", "day=2026-03-11"},
      {"switched-off",
       [](LedgerFacts& facts) {
         facts.lots.at(kSteel).expires_on = absl::CivilDay(2026, 3, 9);
         facts.company.expiry_enabled = false;
       },
       delivery, "OK"},
  });
  ExpectAnswers({{"accepted", yesterday, delivery, "OK"}}, {.expired = true});
}

TEST(ValidatePosting, BalancesStayInTheirRange) {
  const std::string most = "1000000000000";
  ExpectAnswers({
      {"all-of-it", {}, Move(kTransfer, kSteel, "10", "stock", "yard"), "OK"},
      {"not-enough",
       {},
       Move(kTransfer, kSteel, "10.001", "stock", "yard"),
       "NOT_ENOUGH m.quantity",
       "available=10.000"},
      {"customer-has-not-enough", Deliver, ReturnOf(kSteel, "3", "CUSTOMER"), "OK"},
      {"below-the-lowest", At(kSteel, "SUPPLIER", "-" + most),
       Move(kReceipt, kSteel, "1", "SUPPLIER", "stock"), "QUANTITY_OVERFLOW m.quantity",
       "location_id=SUPPLIER"},
      {"above-the-highest", At(kSteel, "yard", most), Move(kTransfer, kSteel, "1", "stock", "yard"),
       "QUANTITY_OVERFLOW m.quantity", "location_id=yard"},
  });
}

TEST(ValidatePosting, SerialIsInOnePlace) {
  const Posting leaves = Move(kTransfer, kBike, "1", "stock", "yard");
  const Posting comes = Move(kReceipt, kBike, "1", "SUPPLIER", "yard");
  const std::string absent = "SERIAL_NOT_THERE m.from_location_id";
  const std::string taken = "SERIAL_ON_HAND m.lot";
  const Given unmade = [](LedgerFacts& facts) {
    PutSerial(facts, kBike, "PRODUCTION");
    facts.serial_places[kBike].is_nowhere = true;
  };
  ExpectAnswers({
      {"leaves", {}, leaves, "OK"},
      {"leaves-from-elsewhere", SerialAt("truck"), leaves, absent, "actual_location_id=truck"},
      {"leaves-after-use", SerialAt("PRODUCTION"), leaves, absent, "actual_location_id=PRODUCTION"},
      {"leaves-after-loss", SerialAt("ADJUSTMENT"), leaves, absent, "actual_location_id="},
      {"leaves-from-nowhere", Nowhere(), leaves, absent, "actual_location_id="},
      {"comes", Nowhere(), comes, "OK"},
      {"comes-after-its-making-was-reversed", unmade, comes, "OK"},
      {"comes-after-loss", SerialAt("ADJUSTMENT"), comes, "OK"},
      {"comes-on-hand", {}, comes, taken, "actual_location_id=stock"},
      {"comes-from-customer", SerialAt("CUSTOMER"), comes, taken, "actual_location_id=CUSTOMER"},
      {"comes-after-use", SerialAt("PRODUCTION"), comes, taken, "actual_location_id=PRODUCTION"},
      {"made-again", SerialAt("PRODUCTION"), Move(kProduction, kBike, "1", "PRODUCTION", "yard"),
       "OK"},
      {"made-on-hand", {}, Move(kProduction, kBike, "1", "PRODUCTION", "yard"), taken},
  });
}

TEST(ValidatePosting, FactsOfASerialAreInOrder) {
  const auto at = [](Posting posting, absl::Time time) {
    posting.occurred_at = time;
    return posting;
  };
  const Posting leaves = Move(kTransfer, kBike, "1", "stock", "yard");
  const Posting comes = Move(kReceipt, kBike, "1", "SUPPLIER", "yard");
  const Posting made = Move(kProduction, kBike, "1", "PRODUCTION", "yard");
  const absl::Time before = Noon(1) - absl::Microseconds(1);
  const std::string refused = "BEFORE_ARRIVAL m.occur_time";
  ExpectAnswers({
      {"leaves-as-it-comes", {}, at(leaves, Noon(1)), "OK"},
      {"leaves-before-it-came",
       {},
       at(leaves, before),
       refused,
       "arrive_time=2026-03-01T12:00:00+00:00"},
      {"used-before-it-came",
       {},
       at(Move(kConsumption, kBike, "1", "stock", "PRODUCTION"), before),
       refused,
       "location_id=stock"},
      {"comes-before-it-was-lost", SerialAt("ADJUSTMENT"), at(comes, before), refused},
      {"comes-out-before-it-went-in", SerialAt("PRODUCTION"), at(made, before), refused},
      {"comes-out-at-once", SerialAt("PRODUCTION"), at(made, Noon(1)), "OK"},
      {"comes-from-nowhere", Nowhere(), at(comes, before), "OK"},
      // Of a serial that is elsewhere, the time there says nothing.
      {"elsewhere", SerialAt("truck"), at(leaves, before), "SERIAL_NOT_THERE m.from_location_id"},
      {"lots-are-back-dated", {}, at(Move(kTransfer, kSteel, "1", "stock", "yard"), before), "OK"},
  });
  ExpectAnswers({{"found-before-it-was-lost", SerialAt("ADJUSTMENT"),
                  at(Move(kConsumption, kBike, "1", "stock", "PRODUCTION"), before), refused}},
                {.shortage = true});
}

TEST(ValidatePosting, AcceptedShortageIsNoProblem) {
  const Posting more = Move(kConsumption, kSteel, "12", "stock", "PRODUCTION");
  const Posting serial = Move(kConsumption, kBike, "1", "yard", "PRODUCTION");
  ExpectAnswers(
      {
          {"lot", {}, more, "OK"},
          {"lot-elsewhere", At(kSteel, "truck", "0.001"), more, "NOT_ENOUGH m.quantity"},
          {"lot-in-a-place-that-is-not-touched",
           [](LedgerFacts& facts) { facts.on_hand_elsewhere[kSteel] = Quantity::FromUnits(1); },
           more, "NOT_ENOUGH m.quantity"},
          {"lot-at-a-customer", At(kSteel, "CUSTOMER", "5"), more, "OK"},
          {"serial-that-never-moved", Nowhere(), serial, "OK"},
          {"serial-elsewhere", {}, serial, "SERIAL_NOT_THERE m.from_location_id"},
          {"serial-used-up", SerialAt("PRODUCTION"), serial, "SERIAL_NOT_THERE m.from_location_id"},
          {"customer", Deliver, ReturnOf(kSteel, "5", "CUSTOMER"),
           "RETURN_EXCEEDS_DELIVERY m.quantity, NOT_ENOUGH m.quantity"},
          {"customer-has-less",
           [](LedgerFacts& facts) {
             Deliver(facts);
             Put(facts, kSteel, "CUSTOMER", "1");
           },
           ReturnOf(kSteel, "2", "CUSTOMER"), "NOT_ENOUGH m.quantity"},
          // Only of a movement without another problem.
          {"archived", State(kSteel, LotState::kArchived), more,
           "LOT_ARCHIVED m.lot, NOT_ENOUGH m.quantity"},
      },
      {.shortage = true});
  EXPECT_EQ(ShortageOf(Warehouse(), more), Quantity::FromUnits(2));
}

TEST(ValidatePosting, EveryProblemIsListed) {
  ExpectAnswers({{"all",
                  [](LedgerFacts& facts) {
                    LotFacts& lot = facts.lots.at(kSteel);
                    lot.state = LotState::kArchived;
                    lot.expires_on = absl::CivilDay(2026, 3, 1);
                    facts.holds[kSteel] = {{.lot_id = kSteel, .reason = "smells"}};
                  },
                  Move(kDelivery, kSteel, "11", "stock", "CUSTOMER"),
                  "LOT_ARCHIVED m.lot, LOT_EXPIRED m.lot, LOT_HELD m.lot, NOT_ENOUGH m.quantity"}});
}

struct ReversalRule {
  std::string name;
  Given given;
  std::string answer;
  std::string fact = {};
};

// The reversal of 4 of steel that went from yard to stock as movement 50.
void ExpectReversalAnswers(PostedMovement original, const std::vector<ReversalRule>& rules,
                           const Accept& accept = {}) {
  for (const ReversalRule& rule : rules) {
    SCOPED_TRACE(rule.name);
    LedgerFacts facts = Warehouse();
    if (rule.given) rule.given(facts);
    const Posting posting =
        PostingOf(original, {.movement_id = MovementId(IdOf(60)), .field = "movement_id"});

    const auto problems = ValidateReversal(facts, accept, original, posting);

    EXPECT_EQ(Answer(problems), rule.answer);
    ExpectFact(problems, rule.fact);
  }
}

PostedMovement Posted(MovementKind kind, const std::string& from, const std::string& to) {
  PostedMovement original;
  original.movement = {.movement_id = MovementId(IdOf(50)),
                       .kind = kind,
                       .lot_id = kSteel,
                       .quantity = Quantity::FromUnits(4),
                       .from = LocationId(from),
                       .to = LocationId(to)};
  return original;
}

TEST(ValidateReversal, EveryReason) {
  const MovementId original(IdOf(50));
  const MovementId other(IdOf(51));
  const std::string id = other.value().ToString();
  const std::vector<ReversalRule> rules = {
      {"fine", {}, "OK"},
      {"reversed-before", [=](LedgerFacts& facts) { facts.reversals[original] = other; },
       "ALREADY_REVERSED movement_id", "reversed_by=" + id},
      {"moved-on",
       [=](LedgerFacts& facts) {
         facts.later_movements[original] = {.first = {{.movement_id = other}}, .count = 1};
       },
       "RESULT_USED movement_id", "movement_id=" + id},
      {"used", At(kSteel, "stock", "3"), "RESULT_USED movement_id", "available=3.000"},
      {"archived", State(kSteel, LotState::kArchived), "OK"},
      {"held", Held({.lot_id = kSteel, .reason = "smells"}), "LOT_HELD movement_id"},
      {"retired", [](LedgerFacts& facts) { facts.retired.insert(LocationId("yard")); },
       "RETIRED movement_id", "location_id=yard"},
      // A reversal may take back what was planned or voided since: its caller decides.
      {"void", State(kSteel, LotState::kVoid), "OK"},
  };
  ExpectReversalAnswers(Posted(kTransfer, "yard", "stock"), rules);
  ExpectReversalAnswers(Posted(kTransfer, "yard", "stock"),
                        {{"accepted", Held({.lot_id = kSteel, .reason = "smells"}), "OK"}},
                        {.held = true});
}

TEST(ValidateReversal, OfAReversalIsRefused) {
  PostedMovement reversal = Posted(kTransfer, "yard", "stock");
  reversal.movement.reverses = MovementId(IdOf(49));

  ExpectReversalAnswers(reversal, {{"reversal", {}, "REVERSAL_NOT_REVERSIBLE movement_id"}});
}

TEST(ValidateReversal, OfADeliveryThatWasReturnedIsRefused) {
  const auto delivered = [](int64_t returnable) {
    return [=](LedgerFacts& facts) {
      Put(facts, kSteel, "CUSTOMER", "4");
      facts.deliveries[MovementId(IdOf(50))] = {.lot_id = kSteel,
                                                .to = LocationId("CUSTOMER"),
                                                .returnable = Quantity::FromUnits(returnable)};
    };
  };
  ExpectReversalAnswers(Posted(kDelivery, "stock", "CUSTOMER"),
                        {{"whole", delivered(4), "OK"},
                         {"returned", delivered(3), "RESULT_USED movement_id", "available=3.000"}});
}

TEST(ValidateReversal, OfAReceiptThatWentBackIsRefused) {
  const auto received = [](int64_t returnable) {
    return [=](LedgerFacts& facts) {
      facts.receipts[MovementId(IdOf(50))] = {.lot_id = kSteel,
                                              .from = LocationId("SUPPLIER"),
                                              .returnable = Quantity::FromUnits(returnable)};
    };
  };
  ExpectReversalAnswers(Posted(kReceipt, "SUPPLIER", "stock"),
                        {{"whole", received(4), "OK"},
                         {"went-back", received(3), "RESULT_USED movement_id", "available=3.000"}});
}

// What leaves no INTERNAL or TRANSIT place is not held back, and an archived lot may leave stock.
TEST(ValidateReversal, OfAReceiptOfAnArchivedLotIsPossible) {
  ExpectReversalAnswers(Posted(kReceipt, "SUPPLIER", "stock"),
                        {{"archived", State(kSteel, LotState::kArchived), "OK"}});
}

}  // namespace
}  // namespace lots
