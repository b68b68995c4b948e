// What the ledger refuses, as tables: what happened before, the movement, the answer.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/stock/stock.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Rule {
  std::string name;
  std::vector<std::string> before;
  std::string movement;
  std::string answer;      // the reason, or OK
  std::string fact = {};   // "key=value" of the refusal
  std::string after = {};  // where the lot is then; only when OK
};

class LedgerRulesTest : public ::testing::Test {
 protected:
  // Every rule in a company of its own.
  void Check(const std::vector<Rule>& rules) {
    for (const Rule& rule : rules) {
      SCOPED_TRACE(rule.name);
      World world(database_, rule.name);
      world.CreateLot("salt", "L1");
      world.CreateLot("salt", "L2");
      world.CreateLot("bike", "S1");
      world.CreateLot("salt", "old", {.expires_on = absl::CivilDay(2026, 3, 5)});
      CheckRule(rule, world);
      EXPECT_THAT(CheckLedger(world.db(), world.company()), IsEmpty());
    }
  }

  static void CheckRule(const Rule& rule, World& world) {
    for (const std::string& movement : rule.before) {
      const MovementId id = world.MustRecord(movement);
      world.deliveries["d" + std::to_string(world.deliveries.size() + 1)] = id;
    }
    const auto recorded = world.Record({rule.movement});
    EXPECT_EQ(ReasonOf(recorded.status()), rule.answer) << recorded.status();
    if (const size_t at = rule.fact.find('='); at != std::string::npos) {
      EXPECT_EQ(FactOf(recorded.status(), rule.fact.substr(0, at)), rule.fact.substr(at + 1))
          << recorded.status();
    }
    if (!rule.after.empty()) {
      EXPECT_EQ(world.Where(world.RecordCommand({rule.movement}).movements[0].lot.lot_id ==
                                    world.IdOf("S1")
                                ? "S1"
                                : "L1"),
                rule.after);
    }
  }

  TestDatabase database_{TestDatabase::kMigrated};
};

TEST_F(LedgerRulesTest, KindsOfLocationsMustFitTheKindOfMovement) {
  const std::string mismatch = "LOCATION_KIND_MISMATCH";
  const std::vector<std::string> ten = {"RECEIPT L1 10 >stock"};
  Check({
      {"receipt-in", {}, "RECEIPT L1 1 SUPPLIER>truck", "OK", "", "truck 1"},
      {"receipt-to-customer", {}, "RECEIPT L1 1 SUPPLIER>CUSTOMER", mismatch, "to_kind=CUSTOMER"},
      {"receipt-from-stock", ten, "RECEIPT L1 1 stock>yard", mismatch, "from_kind=INTERNAL"},
      {"transfer", ten, "TRANSFER L1 4 stock>truck", "OK", "", "stock 6, truck 4"},
      {"transfer-out", ten, "TRANSFER L1 4 stock>CUSTOMER", mismatch, "kind=TRANSFER"},
      {"delivery", ten, "DELIVERY L1 4 stock>", "OK", "", "CUSTOMER 4, stock 6"},
      {"delivery-to-supplier", ten, "DELIVERY L1 4 stock>SUPPLIER", mismatch},
      {"consumption", ten, "CONSUMPTION L1 4 stock>", "OK", "", "stock 6"},
      {"consumption-to-scrap", ten, "CONSUMPTION L1 4 stock>SCRAP", mismatch},
      {"scrap", ten, "SCRAP L1 4 stock>", "OK", "", "SCRAP 4, stock 6"},
      {"scrap-from-supplier", {}, "SCRAP L1 4 SUPPLIER>SCRAP", mismatch},
      {"adjustment-in", {}, "ADJUSTMENT L1 4 >stock", "OK", "", "stock 4"},
      {"adjustment-out", ten, "ADJUSTMENT L1 4 stock>", "OK", "", "stock 6"},
      {"adjustment-of-supplier", {}, "ADJUSTMENT L1 4 SUPPLIER>ADJUSTMENT", mismatch},
      {"adjustment-nowhere",
       {},
       "ADJUSTMENT L1 4 >",
       "FIELD_INVALID",
       "field=movements[0].to_location_id"},
  });
}

TEST_F(LedgerRulesTest, FieldsThatAreMissingOrWrongAreNamed) {
  const std::string invalid = "FIELD_INVALID";
  const std::vector<std::string> ten = {"RECEIPT L1 10 >stock"};
  Check({
      {"no-destination",
       {},
       "RECEIPT L1 1 SUPPLIER>",
       invalid,
       "field=movements[0].to_location_id"},
      {"no-source", ten, "DELIVERY L1 1 >CUSTOMER", invalid, "field=movements[0].from_location_id"},
      {"production", {}, "PRODUCTION L1 1 PRODUCTION>stock", invalid, "field=movements[0].kind"},
      {"same-place", ten, "TRANSFER L1 1 stock>stock", invalid,
       "field=movements[0].to_location_id"},
      {"no-quantity", ten, "TRANSFER L1 - stock>yard", invalid, "field=movements[0].quantity"},
      {"zero", ten, "TRANSFER L1 0 stock>yard", invalid, "field=movements[0].quantity"},
      {"negative", ten, "TRANSFER L1 -1 stock>yard", invalid, "field=movements[0].quantity"},
      {"no-delivery", ten, "RETURN L1 1 CUSTOMER>stock", invalid,
       "field=movements[0].delivery_movement_id"},
      {"delivery-of-transfer", ten, "TRANSFER L1 1 stock>yard =d1", invalid,
       "field=movements[0].delivery_movement_id"},
      {"unknown-source", ten, "TRANSFER L1 1 attic>yard", "LOCATION_NOT_FOUND",
       "location_id=attic"},
      {"unknown-destination", ten, "TRANSFER L1 1 stock>attic", "LOCATION_NOT_FOUND",
       "location_id=attic"},
      {"too-fine", {}, "RECEIPT L1 0.0001 >stock", "QUANTITY_SCALE", "scale=3"},
      {"fine", {}, "RECEIPT L1 0.001 >stock", "OK", "", "stock 0.001"},
      {"two-of-a-serial", {}, "RECEIPT S1 2 >stock", "SERIAL_QUANTITY_NOT_ONE", "quantity=2"},
      {"half-a-serial", {}, "RECEIPT S1 0.5 >stock", "SERIAL_QUANTITY_NOT_ONE", "quantity=0.5"},
      {"a-serial-is-one", {}, "RECEIPT S1 - >stock", "OK", "", "stock 1"},
  });
}

TEST_F(LedgerRulesTest, NoPlaceThatHoldsGoodsGoesBelowZero) {
  const std::vector<std::string> spread = {"RECEIPT L1 10 >stock", "TRANSFER L1 7.5 stock>yard"};
  Check({
      {"not-enough", spread, "DELIVERY L1 3 stock>", "NOT_ENOUGH", "available=2.500"},
      {"needed", spread, "DELIVERY L1 3 stock>", "NOT_ENOUGH", "needed=3.000"},
      {"elsewhere", spread, "DELIVERY L1 3 stock>", "NOT_ENOUGH", "elsewhere=7.500 at yard"},
      {"all-of-it", spread, "DELIVERY L1 2.5 stock>", "OK", "", "CUSTOMER 2.5, yard 7.5"},
      {"never-there", {}, "SCRAP L1 1 shelf>", "NOT_ENOUGH", "available=0.000"},
      {"too-much",
       {"RECEIPT L1 999999999999 >stock"},
       "RECEIPT L1 2 >stock",
       "QUANTITY_OVERFLOW",
       "location_id=SUPPLIER"},
      {"too-much-there",
       {"RECEIPT L1 999999999999 >stock", "DELIVERY L1 999999999999 stock>",
        "ADJUSTMENT L1 9 >stock"},
       "DELIVERY L1 9 stock>",
       "QUANTITY_OVERFLOW",
       "location_id=CUSTOMER"},
  });
}

TEST_F(LedgerRulesTest, SerialIsInOnePlace) {
  const std::string in = "RECEIPT S1 1 >stock";
  const std::string taken = "SERIAL_ON_HAND";
  const std::string absent = "SERIAL_NOT_THERE";
  Check({
      {"received-on-hand", {in}, "RECEIPT S1 1 >yard", taken, "actual_location_id=stock"},
      {"found-on-hand", {in}, "ADJUSTMENT S1 1 >yard", taken, "actual_location_id=stock"},
      {"received-at-customer",
       {in, "DELIVERY S1 1 stock>shop"},
       "RECEIPT S1 1 >stock",
       taken,
       "actual_location_id=shop"},
      {"received-scrapped",
       {in, "SCRAP S1 1 stock>"},
       "RECEIPT S1 1 >stock",
       taken,
       "actual_location_id=SCRAP"},
      {"received-consumed",
       {in, "CONSUMPTION S1 1 stock>"},
       "RECEIPT S1 1 >stock",
       taken,
       "actual_location_id=PRODUCTION"},
      {"found-consumed",
       {in, "CONSUMPTION S1 1 stock>"},
       "ADJUSTMENT S1 1 >stock",
       taken,
       "actual_location_id=PRODUCTION"},
      {"lost-and-found",
       {in, "ADJUSTMENT S1 1 stock>"},
       "ADJUSTMENT S1 1 >yard",
       "OK",
       "",
       "yard 1"},
      {"elsewhere-serial", {in}, "TRANSFER S1 1 yard>truck", absent, "actual_location_id=stock"},
      {"moved-on",
       {in, "TRANSFER S1 1 stock>yard"},
       "TRANSFER S1 1 stock>yard",
       absent,
       "actual_location_id=yard"},
      {"nowhere", {}, "TRANSFER S1 1 stock>yard", absent, "actual_location_id="},
      {"used-up",
       {in, "CONSUMPTION S1 1 stock>"},
       "DELIVERY S1 1 stock>",
       absent,
       "actual_location_id=PRODUCTION"},
      {"delivered",
       {in, "DELIVERY S1 1 stock>"},
       "SCRAP S1 1 stock>",
       absent,
       "actual_location_id=CUSTOMER"},
      {"there-and-back",
       {in, "TRANSFER S1 1 stock>yard", "TRANSFER S1 1 yard>stock", "TRANSFER S1 1 stock>yard"},
       "TRANSFER S1 1 yard>stock",
       "OK",
       "",
       "stock 1"},
  });
}

TEST_F(LedgerRulesTest, ReturnNamesTheDeliveryAndNoMoreComesBackThanWent) {
  const std::vector<std::string> out = {"RECEIPT L1 10 >stock", "DELIVERY L1 4 stock> #ann",
                                        "DELIVERY L1 3 stock>shop #bob"};
  const auto and_then = [&](const std::string& movement) {
    std::vector<std::string> movements = out;
    movements.push_back(movement);
    return movements;
  };
  const std::string mismatch = "RETURN_MISMATCH";
  Check({
      {"return-part", out, "RETURN L1 1 >stock =d2", "OK", "", "CUSTOMER 3, shop 3, stock 4"},
      {"return-all", out, "RETURN L1 4 >yard =d2", "OK", "", "shop 3, stock 3, yard 4"},
      {"return-more", out, "RETURN L1 5 >stock =d2", "RETURN_EXCEEDS_DELIVERY", "returnable=4.000"},
      {"return-twice", and_then("RETURN L1 3 >stock =d2"), "RETURN L1 2 >stock =d2",
       "RETURN_EXCEEDS_DELIVERY", "returnable=1.000"},
      {"return-of-receipt", out, "RETURN L1 1 CUSTOMER>stock =d1", mismatch},
      {"return-of-other-lot", and_then("RECEIPT L2 5 >stock"), "RETURN L2 1 CUSTOMER>stock =d2",
       mismatch},
      {"return-from-other-place", out, "RETURN L1 1 shop>stock =d2", mismatch},
      {"return-by-other", out, "RETURN L1 1 >stock =d2 #bob", mismatch},
      {"return-by-same", out, "RETURN L1 1 >stock =d2 #ann", "OK", "",
       "CUSTOMER 3, shop 3, stock 4"},
      {"serial-returned",
       {"RECEIPT S1 1 >stock", "DELIVERY S1 1 stock>"},
       "RETURN S1 1 >yard =d2",
       "OK",
       "",
       "yard 1"},
      {"serial-returned-twice",
       {"RECEIPT S1 1 >stock", "DELIVERY S1 1 stock>", "RETURN S1 1 >stock =d2",
        "DELIVERY S1 1 stock>"},
       "RETURN S1 1 >stock =d2",
       "RETURN_EXCEEDS_DELIVERY",
       "returnable=0"},
      {"serial-used-again",
       {"RECEIPT S1 1 >stock", "DELIVERY S1 1 stock>", "RETURN S1 1 >stock =d2",
        "CONSUMPTION S1 1 stock>"},
       "RETURN S1 1 >stock =d2",
       "RETURN_EXCEEDS_DELIVERY"},
  });
}

TEST_F(LedgerRulesTest, ExpiredIsJudgedOnTheDayItHappened) {
  const std::vector<std::string> in = {"RECEIPT old 10 >stock @2026-03-01"};
  Check({
      {"last-day", in, "DELIVERY old 1 stock> @2026-03-05T23:59:59Z", "OK"},
      {"day-after", in, "DELIVERY old 1 stock> @2026-03-06", "LOT_EXPIRED", "day=2026-03-06"},
      {"consumed", in, "CONSUMPTION old 1 stock> @2026-03-06", "LOT_EXPIRED",
       "expire_date=2026-03-05"},
      {"scrapped", in, "SCRAP old 1 stock> @2026-03-06", "OK"},
      {"moved", in, "TRANSFER old 1 stock>yard @2026-03-06", "OK"},
      {"received", {}, "RECEIPT old 1 >stock @2026-03-06", "OK"},
      {"corrected", in, "ADJUSTMENT old 1 stock> @2026-03-06", "OK"},
  });
}

TEST_F(LedgerRulesTest, DayOfAMovementIsTheCompanysOwn) {
  World world(database_);
  world.CreateLot("salt", "old", {.expires_on = absl::CivilDay(2026, 3, 5)});
  world.MustRecord("RECEIPT old 10 >stock @2026-03-01");
  const std::string late = "DELIVERY old 1 stock> @2026-03-06T02:00:00Z";

  world.SetSetting("time_zone", "'America/New_York'");
  EXPECT_EQ(ReasonOf(world.Record({late}).status()), "OK");

  world.SetSetting("time_zone", "'Europe/Berlin'");
  EXPECT_EQ(ReasonOf(world.Record({late}).status()), "LOT_EXPIRED");
}

TEST_F(LedgerRulesTest, ExpiryCanBeAcceptedAndSwitchedOff) {
  World world(database_);
  world.CreateLot("salt", "old", {.expires_on = absl::CivilDay(2026, 3, 5)});
  world.MustRecord("RECEIPT old 10 >stock");
  RecordMovementsCommand command = world.RecordCommand({"DELIVERY old 1 stock>"});
  ASSERT_EQ(ReasonOf(RecordMovements(world.db(), command).status()), "LOT_EXPIRED");

  command.accept.expired = true;
  EXPECT_EQ(ReasonOf(RecordMovements(world.db(), command).status()), "OK");

  world.SetSetting("expiry_enabled", "false");
  EXPECT_EQ(ReasonOf(world.Record({"DELIVERY old 1 stock>"}).status()), "OK");
}

TEST_F(LedgerRulesTest, OnlyActiveLotsMove) {
  const std::vector<std::pair<LotState, std::string>> answers = {
      {LotState::kPlanned, "LOT_PLANNED"},
      {LotState::kActive, "OK"},
      {LotState::kArchived, "LOT_ARCHIVED"},
      {LotState::kVoid, "LOT_VOID"},
  };
  World world(database_);
  for (const auto& [state, answer] : answers) {
    SCOPED_TRACE(answer);
    world.CreateLot("bike", answer, {.state = state});

    const auto recorded = world.Record({"RECEIPT " + answer + " 1 >stock"});

    EXPECT_EQ(ReasonOf(recorded.status()), answer);
  }
}

TEST_F(LedgerRulesTest, PlannedSerialNamesItsWorkOrder) {
  World world(database_);
  world.CreateLot("bike", "S1", {.state = LotState::kPlanned});
  world.Execute(
      "INSERT INTO work_orders (company, work_order_id, product_id, completed_quantity, state, "
      "created_at, updated_at) VALUES ('acme', 'WO-7', 'bike', 0, 1, now(), now()); "
      "INSERT INTO assignments (company, work_order_id, lot_id, assigned_at, position, "
      "assigned_by, "
      "state) SELECT 'acme', 'WO-7', lot_id, now(), 0, 'test', 1 FROM lots WHERE company = 'acme'");

  const absl::Status refused = world.Record({"RECEIPT S1 1 >stock"}).status();

  EXPECT_EQ(ReasonOf(refused), "LOT_PLANNED");
  EXPECT_EQ(FactOf(refused, "work_order_id"), "WO-7");
}

TEST_F(LedgerRulesTest, CompanyMustExistAndHaveLotsOn) {
  World world(database_);
  world.CreateLot("salt", "L1");
  RecordMovementsCommand command = world.RecordCommand({"RECEIPT L1 1 >stock"});
  command.context.company = CompanyId("nobody");
  EXPECT_EQ(ReasonOf(RecordMovements(world.db(), command).status()), "COMPANY_NOT_FOUND");

  world.SetSetting("lots_enabled", "false");
  EXPECT_EQ(ReasonOf(world.Record({"RECEIPT L1 1 >stock"}).status()), "LOTS_DISABLED");
}

TEST_F(LedgerRulesTest, LotOfAnotherCompanyDoesNotExist) {
  World ours(database_, "ours");
  World theirs(database_, "theirs");
  ours.CreateLot("salt", "L1");
  ours.MustRecord("RECEIPT L1 5 >stock");
  RecordMovementsCommand command = ours.RecordCommand({"TRANSFER L1 1 stock>yard"});
  command.context.company = theirs.company();

  EXPECT_EQ(ReasonOf(RecordMovements(theirs.db(), command).status()), "LOT_NOT_FOUND");
  EXPECT_EQ(ours.Where("L1"), "stock 5");
}

TEST_F(LedgerRulesTest, TextSaysWhatIsTheCaseAndWhatToDo) {
  World world(database_);
  world.CreateLot("bike", "S1");
  world.MustRecord("RECEIPT S1 1 >stock");
  world.MustRecord("DELIVERY S1 1 stock>");

  const absl::Status refused = world.Record({"RECEIPT S1 1 >stock"}).status();

  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("serial S1 of product bike is at CUSTOMER"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("record a RETURN"));
}

}  // namespace
}  // namespace lots
