// RecordMovements as a whole: all or nothing, every problem at once, once per request_id.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/reasons.h"
#include "storage/ledger/movements.h"
#include "storage/stock/movements.h"
#include "storage/stock/stock.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StockRecordTest : public ::testing::Test {
 protected:
  StockRecordTest() {
    world_.CreateLot("salt", "L1");
    world_.CreateLot("bike", "S1");
    world_.CreateLot("bike", "S2");
  }
  ~StockRecordTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  // "field REASON" of every problem.
  static std::vector<std::string> Texts(const std::vector<Problem>& problems) {
    std::vector<std::string> texts;
    for (const Problem& problem : problems) {
      texts.push_back(absl::StrCat(problem.field, " ", Name(problem.reason)));
    }
    return texts;
  }
  size_t MovementCount() {
    return ListMovements(world_.db(), {.company = world_.company(), .limit = 1000})->size();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(StockRecordTest, MovementIsPostedAsItWasAskedFor) {
  RecordMovementsCommand command =
      world_.RecordCommand({"RECEIPT L1 2.5 >stock @2026-03-01 #steelworks"});
  command.movements[0].document = {.type = "purchase_order", .number = "PO-7"};
  command.movements[0].note = "by rail";

  const auto recorded = RecordMovements(world_.db(), command);

  ASSERT_TRUE(recorded.ok()) << recorded.status();
  const auto posted = FindMovements(world_.db(), world_.company(), recorded->movement_ids);
  ASSERT_EQ(posted->size(), 1u);
  const Movement& movement = posted->front().movement;
  EXPECT_EQ(movement.kind, MovementKind::kReceipt);
  EXPECT_EQ(movement.lot_id, world_.IdOf("L1"));
  EXPECT_EQ(movement.product_id, ProductId("salt"));
  EXPECT_EQ(movement.number, "L1");
  EXPECT_EQ(movement.quantity.Format(movement.scale), "2.500");
  EXPECT_EQ(movement.from, LocationId("SUPPLIER"));
  EXPECT_EQ(movement.to, LocationId("stock"));
  EXPECT_EQ(movement.document.type, "purchase_order");
  EXPECT_EQ(movement.document.number, "PO-7");
  EXPECT_EQ(movement.partner_id, "steelworks");
  EXPECT_EQ(movement.actor, "tester");
  EXPECT_EQ(movement.note, "by rail");
  EXPECT_EQ(movement.recorded_at, absl::FromUnixMicros(absl::ToUnixMicros(world_.now())));
  EXPECT_FALSE(movement.reverses.has_value());
}

TEST_F(StockRecordTest, LotsAreFoundByNumberWhateverItsCase) {
  RecordMovementsCommand command =
      world_.RecordCommand({"RECEIPT L1 1 >stock", "RECEIPT S1 1 >stock"});
  command.movements[0].lot = {.product_id = ProductId("salt"), .number = " l1 "};
  command.movements[1].lot = {.product_id = ProductId("salt"), .number = "S1"};

  const absl::Status refused = RecordMovements(world_.db(), command).status();

  EXPECT_THAT(Texts(ProblemsOf(refused)), ElementsAre("movements[1].lot LOT_NOT_FOUND"));
  command.movements.pop_back();
  EXPECT_TRUE(RecordMovements(world_.db(), command).ok());
  EXPECT_EQ(world_.Where("L1"), "stock 1");
}

TEST_F(StockRecordTest, TenthsAddUpExactly) {
  for (int i = 0; i < 3; ++i) world_.MustRecord("RECEIPT L1 0.1 >stock");

  world_.MustRecord("DELIVERY L1 0.3 stock>");

  EXPECT_EQ(world_.Where("L1"), "CUSTOMER 0.3");
}

TEST_F(StockRecordTest, EachIsJudgedOnWhatTheOnesBeforeLeave) {
  EXPECT_TRUE(world_.Record({"RECEIPT L1 5 >stock", "DELIVERY L1 5 stock>"}).ok());

  const absl::Status refused =
      world_.Record({"DELIVERY L1 5 stock>", "RECEIPT L1 5 >stock"}).status();

  EXPECT_THAT(Texts(ProblemsOf(refused)), ElementsAre("movements[0].quantity NOT_ENOUGH"));
  EXPECT_EQ(world_.Where("L1"), "CUSTOMER 5");
}

TEST_F(StockRecordTest, NothingIsPostedWhenOneIsRefused) {
  const absl::Status refused =
      world_.Record({"RECEIPT L1 5 >stock", "RECEIPT S1 2 >stock", "SCRAP S2 1 stock>"}).status();

  EXPECT_THAT(Texts(ProblemsOf(refused)),
              ElementsAre("movements[1].quantity SERIAL_QUANTITY_NOT_ONE",
                          "movements[2].from_location_id SERIAL_NOT_THERE"));
  EXPECT_EQ(MovementCount(), 0u);
}

TEST_F(StockRecordTest, DryRunTellsEverythingAndWritesNothing) {
  RecordMovementsCommand command = world_.RecordCommand(
      {"RECEIPT L1 0.00001 >stock", "RECEIPT L1 5 >attic", "RECEIPT S1 1 >stock",
       "DELIVERY S1 1 stock>", "RECEIPT L1 5 >stock", "DELIVERY L1 6 stock>"});
  command.validate_only = true;

  const auto validated = RecordMovements(world_.db(), command);

  ASSERT_TRUE(validated.ok()) << validated.status();
  EXPECT_THAT(validated->movement_ids, IsEmpty());
  EXPECT_THAT(
      Texts(validated->problems),
      ElementsAre("movements[0].quantity QUANTITY_SCALE",
                  "movements[1].to_location_id LOCATION_NOT_FOUND",
                  "movements[3].lot DUPLICATE_IN_REQUEST", "movements[5].quantity NOT_ENOUGH"));
  EXPECT_EQ(MovementCount(), 0u);
  // The request_id is still free.
  command.movements = world_.RecordCommand({"RECEIPT L1 5 >stock"}).movements;
  command.validate_only = false;
  EXPECT_TRUE(RecordMovements(world_.db(), command).ok());
}

TEST_F(StockRecordTest, DryRunTellsWhatIsWrongWithTheCompanyToo) {
  world_.SetSetting("lots_enabled", "false");
  RecordMovementsCommand command = world_.RecordCommand({"RECEIPT L1 5 >stock"});
  command.validate_only = true;

  EXPECT_THAT(Texts(RecordMovements(world_.db(), command)->problems),
              ElementsAre(" LOTS_DISABLED"));
}

TEST_F(StockRecordTest, SerialMovesOnceInARequest) {
  world_.MustRecord("RECEIPT S1 1 >stock");
  world_.MustRecord("RECEIPT S2 1 >stock");

  const absl::Status refused = world_
                                   .Record({"TRANSFER S1 1 stock>yard", "TRANSFER S2 1 stock>yard",
                                            "TRANSFER S1 1 yard>stock"})
                                   .status();

  EXPECT_THAT(Texts(ProblemsOf(refused)), ElementsAre("movements[2].lot DUPLICATE_IN_REQUEST"));
  EXPECT_EQ(FactOf(refused, "first_index"), "0");
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(StockRecordTest, SerialIsJudgedTheSameWhetherItsQuantityIsSaidOrNot) {
  for (const std::string quantity : {"1", "-"}) {
    SCOPED_TRACE(quantity);
    const auto move = [&](absl::string_view kind, absl::string_view way) {
      return world_.Record({absl::StrCat(kind, " S1 ", quantity, " ", way)}).status();
    };
    ASSERT_TRUE(move("RECEIPT", ">stock").ok());
    EXPECT_THAT(Texts(ProblemsOf(move("RECEIPT", ">yard"))),
                ElementsAre("movements[0].lot SERIAL_ON_HAND"));
    EXPECT_THAT(Texts(ProblemsOf(move("TRANSFER", "yard>stock"))),
                ElementsAre("movements[0].from_location_id SERIAL_NOT_THERE"));
    ASSERT_TRUE(move("TRANSFER", "stock>yard").ok());
    EXPECT_EQ(world_.Where("S1"), "yard 1");
    ASSERT_TRUE(move("ADJUSTMENT", "yard>").ok());
    EXPECT_EQ(world_.Where("S1"), "");
  }
}

TEST_F(StockRecordTest, RefusalTellsWhereTheRestIsMostFirst) {
  world_.MustRecord("RECEIPT L1 1 >stock");
  for (const char* const receipt :
       {"RECEIPT L1 2 >yard", "RECEIPT L1 9 >truck", "RECEIPT L1 3 >box"}) {
    world_.MustRecord(receipt);
  }

  const absl::Status refused =
      world_.Record({"DELIVERY L1 5 stock>", "DELIVERY L1 7 stock>"}).status();

  const std::vector<Problem> problems = ProblemsOf(refused);
  ASSERT_EQ(problems.size(), 2u);
  for (const Problem& problem : problems) {
    EXPECT_THAT(problem.facts,
                ::testing::Contains(Facts::value_type("elsewhere",
                                                      "9.000 at truck, 3.000 at box, "
                                                      "2.000 at yard")));
  }
}

TEST_F(StockRecordTest, RepeatIsAnsweredAsTheSuccessItWas) {
  const auto first = world_.Record({"RECEIPT L1 5 >stock", "RECEIPT S1 1 >stock"}, "r1");
  ASSERT_TRUE(first.ok());
  // By now it could not be done again.
  world_.MustRecord("TRANSFER S1 1 stock>yard");
  world_.SetState(world_.IdOf("L1"), LotState::kVoid);

  const auto repeat = world_.Record({"RECEIPT L1 5 >stock", "RECEIPT S1 1 >stock"}, "r1");

  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_EQ(repeat->movement_ids, first->movement_ids);
  EXPECT_EQ(world_.Where("L1"), "stock 5");
}

TEST_F(StockRecordTest, RepeatByNumberIsAnsweredAfterTheLotGotAnotherNumber) {
  RecordMovementsCommand command = world_.RecordCommand({"RECEIPT L1 5 >stock"}, "r1");
  command.movements[0].lot = {.product_id = ProductId("salt"), .number = "L1"};
  const auto first = RecordMovements(world_.db(), command);
  ASSERT_TRUE(first.ok());
  world_.Execute(
      "UPDATE lots SET number = 'M1', number_key = 'm1' WHERE company = 'acme' AND "
      "number = 'L1'");

  const auto repeat = RecordMovements(world_.db(), command);

  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_EQ(repeat->movement_ids, first->movement_ids);
}

TEST_F(StockRecordTest, RequestIdIsNotForAnotherRequest) {
  ASSERT_TRUE(world_.Record({"RECEIPT L1 5 >stock"}, "r1").ok());

  RecordMovementsCommand other = world_.RecordCommand({"RECEIPT L1 6 >stock"}, "r1");
  other.context.payload_hash = "another payload";
  EXPECT_EQ(ReasonOf(RecordMovements(world_.db(), other).status()), "REQUEST_ID_REUSED");

  const MovementId moved = world_.MustRecord("TRANSFER L1 1 stock>yard");
  EXPECT_EQ(ReasonOf(world_.Reverse(moved, "r1").status()), "REQUEST_ID_REUSED");
}

TEST_F(StockRecordTest, RefusedRequestMayBeRepeatedWhenItCanBeDone) {
  ASSERT_EQ(ReasonOf(world_.Record({"DELIVERY L1 5 stock>"}, "r1").status()), "NOT_ENOUGH");
  world_.MustRecord("RECEIPT L1 5 >stock");

  EXPECT_TRUE(world_.Record({"DELIVERY L1 5 stock>"}, "r1").ok());
}

TEST_F(StockRecordTest, ReversalIsRepeatedAsTheSuccessItWas) {
  const MovementId received = world_.MustRecord("RECEIPT L1 5 >stock");
  const auto first = world_.Reverse(received, "r1");
  ASSERT_TRUE(first.ok());

  const auto repeat = world_.Reverse(received, "r1");

  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_EQ(repeat->movement_id, first->movement_id);
  EXPECT_EQ(repeat->recorded_at, first->recorded_at);
}

TEST_F(StockRecordTest, UnknownDeliveryIsNotFound) {
  world_.deliveries["nothing"] = MovementId(Uuid::MakeV7());

  const absl::Status refused = world_.Record({"RETURN L1 1 >stock =nothing"}).status();

  EXPECT_THAT(Texts(ProblemsOf(refused)),
              ElementsAre("movements[0].delivery_movement_id MOVEMENT_NOT_FOUND"));
}

TEST_F(StockRecordTest, TwoReturnsInOneRequestShareWhatIsLeft) {
  world_.MustRecord("RECEIPT L1 10 >stock");
  world_.deliveries["d"] = world_.MustRecord("DELIVERY L1 4 stock>");

  EXPECT_EQ(ReasonOf(world_.Record({"RETURN L1 3 >stock =d", "RETURN L1 2 >stock =d"}).status()),
            "RETURN_EXCEEDS_DELIVERY");
  EXPECT_TRUE(world_.Record({"RETURN L1 3 >stock =d", "RETURN L1 1 >yard =d"}).ok());
}

TEST_F(StockRecordTest, ReturnTakesThePartnerOfItsDelivery) {
  world_.MustRecord("RECEIPT L1 10 >stock");
  world_.deliveries["d"] = world_.MustRecord("DELIVERY L1 4 stock> #ann");

  const MovementId returned = world_.MustRecord("RETURN L1 3 >stock =d");

  const auto posted = FindMovements(world_.db(), world_.company(), {returned});
  EXPECT_EQ(posted->front().movement.partner_id, "ann");
  EXPECT_EQ(posted->front().movement.delivery, world_.deliveries["d"]);
}

TEST_F(StockRecordTest, ReturnWithoutADeliveryNamesPartnerAndPlace) {
  // Bought elsewhere: the unit was never here.
  const MovementId bought = world_.MustRecord("RETURN S1 - CUSTOMER>stock #bob @2026-03-05");
  EXPECT_EQ(world_.Where("S1"), "stock 1");
  EXPECT_EQ(world_.Dates("S1", "stock"), "1 arrived 03-05 since 03-05");
  // Taken back, the customer has it, and may send it again.
  EXPECT_TRUE(world_.Reverse(bought).ok());
  EXPECT_EQ(world_.Where("S1"), "CUSTOMER 1");
  world_.MustRecord("RETURN S1 1 CUSTOMER>yard #bob");
  EXPECT_EQ(world_.Where("S1"), "yard 1");

  EXPECT_EQ(ReasonOf(world_.Record({"RETURN S2 1 CUSTOMER>stock"}).status()), "FIELD_INVALID");
  EXPECT_EQ(ReasonOf(world_.Record({"RETURN S2 1 >stock #bob"}).status()), "FIELD_INVALID");
  EXPECT_EQ(ReasonOf(world_.Record({"RETURN S1 1 CUSTOMER>stock #bob"}).status()),
            "SERIAL_NOT_THERE");
}

TEST_F(StockRecordTest, ReturnByTheSecondOwnerIsOfTheDeliveryThatThereWas) {
  world_.MustRecord("RECEIPT S1 1 >stock @2026-03-01");
  const MovementId delivery = world_.MustRecord("DELIVERY S1 1 stock> #ann @2026-03-02");

  const MovementId returned = world_.MustRecord("RETURN S1 1 CUSTOMER>stock #bob @2026-03-03");

  const auto posted = FindMovements(world_.db(), world_.company(), {returned});
  EXPECT_EQ(posted->front().movement.partner_id, "bob");
  EXPECT_EQ(posted->front().movement.delivery, delivery);
  world_.deliveries["d"] = delivery;
  world_.MustRecord("DELIVERY S1 1 stock> #ann");
  EXPECT_EQ(ReasonOf(world_.Record({"RETURN S1 1 >stock =d"}).status()), "RETURN_EXCEEDS_DELIVERY");
}

TEST_F(StockRecordTest, ReturnOfALotNamesOneOfItsDeliveries) {
  world_.MustRecord("RECEIPT L1 10 >stock");
  world_.deliveries["d"] = world_.MustRecord("DELIVERY L1 4 stock> #ann");
  world_.MustRecord("RETURN L1 1 CUSTOMER>stock #ann");
  world_.MustRecord("DELIVERY L1 2 stock> #ann");

  const absl::Status refused = world_.Record({"RETURN L1 1 CUSTOMER>stock #ann"}).status();

  EXPECT_EQ(ReasonOf(refused), "RETURN_MISMATCH");
  EXPECT_THAT(FactOf(refused, "deliveries"),
              ::testing::HasSubstr(world_.deliveries["d"].value().ToString()));
  EXPECT_EQ(ReasonOf(world_.Record({"RETURN L1 1 CUSTOMER>stock #bob"}).status()),
            "RETURN_MISMATCH");
  world_.MustRecord("RETURN L1 3 >stock =d");
  EXPECT_EQ(world_.Where("L1"), "CUSTOMER 2, stock 8");
}

TEST_F(StockRecordTest, GoodsGoBackToTheirSupplier) {
  const MovementId receipt = world_.MustRecord("RECEIPT L1 10 >stock #steelworks");
  RecordMovementsCommand command = world_.RecordCommand({"SUPPLIER_RETURN L1 7 stock>"});
  command.movements[0].receipt = receipt;
  const auto recorded = RecordMovements(world_.db(), command);
  ASSERT_TRUE(recorded.ok()) << recorded.status();

  const auto posted = FindMovements(world_.db(), world_.company(), recorded->movement_ids);
  EXPECT_EQ(posted->front().movement.receipt, receipt);
  EXPECT_EQ(posted->front().movement.partner_id, "steelworks");
  EXPECT_EQ(posted->front().movement.to, LocationId("SUPPLIER"));
  EXPECT_EQ(world_.Where("L1"), "stock 3");
  const auto listed = ListMovements(
      world_.db(), {.company = world_.company(), .filter = "kind = SUPPLIER_RETURN", .limit = 10});
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->size(), 1u);

  // No more goes back of a receipt than came, unless a return was taken back.
  world_.MustRecord("RECEIPT L1 10 >stock #steelworks");
  command = world_.RecordCommand({"SUPPLIER_RETURN L1 4 stock>"});
  command.movements[0].receipt = receipt;
  EXPECT_EQ(ReasonOf(RecordMovements(world_.db(), command).status()), "RETURN_EXCEEDS_DELIVERY");
  ASSERT_TRUE(world_.Reverse(recorded->movement_ids[0]).ok());
  EXPECT_TRUE(RecordMovements(world_.db(), command).ok());
  EXPECT_EQ(world_.Where("L1"), "stock 16");

  world_.MustRecord("RECEIPT S1 1 >stock");
  world_.MustRecord("SUPPLIER_RETURN S1 - stock>");
  EXPECT_EQ(world_.Where("S1"), "");
  world_.MustRecord("RECEIPT S1 1 >stock");
}

TEST_F(StockRecordTest, GoodsGoBackToThePartnerOfTheirReceipt) {
  const MovementId receipt = world_.MustRecord("RECEIPT L1 10 >stock #steelworks");
  RecordMovementsCommand command = world_.RecordCommand({"SUPPLIER_RETURN L1 4 stock> #mill"});
  command.movements[0].receipt = receipt;

  const absl::Status refused = RecordMovements(world_.db(), command).status();

  EXPECT_THAT(Texts(ProblemsOf(refused)),
              ElementsAre("movements[0].receipt_movement_id RETURN_MISMATCH"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("came from steelworks, not from mill"));
}

TEST_F(StockRecordTest, AReturnWithoutADeliveryInventsNothingThatIsAtAnotherCustomer) {
  world_.MustRecord("RECEIPT L1 10 >stock");
  const MovementId delivery = world_.MustRecord("DELIVERY L1 5 stock>CUSTOMER #anna");

  const absl::Status refused = world_.Record({"RETURN L1 5 shop>stock #anna"}).status();

  EXPECT_THAT(Texts(ProblemsOf(refused)),
              ElementsAre("movements[0].from_location_id RETURN_MISMATCH",
                          "movements[0].quantity NOT_ENOUGH"));
  EXPECT_EQ(FactOf(refused, "deliveries"), delivery.value().ToString());
  EXPECT_EQ(world_.Where("L1"), "CUSTOMER 5, stock 5");
  // What anna has, and had from somebody else.
  world_.MustRecord("RETURN L1 5 CUSTOMER>stock #anna");
  world_.MustRecord("RETURN L1 2 shop>stock #anna");
  EXPECT_EQ(world_.Where("L1"), "stock 12");
}

// Also when it is delivered by the same request.
TEST_F(StockRecordTest, AReturnMeansTheDeliveryBeforeIt) {
  world_.MustRecord("RECEIPT L1 10 >stock");

  const auto recorded =
      world_.Record({"DELIVERY L1 5 stock>CUSTOMER #anna", "RETURN L1 2 CUSTOMER>stock #anna"});

  ASSERT_TRUE(recorded.ok()) << recorded.status();
  const auto posted = FindMovements(world_.db(), world_.company(), {recorded->movement_ids[1]});
  ASSERT_TRUE(posted.ok()) << posted.status();
  EXPECT_EQ(posted->front().movement.delivery, recorded->movement_ids[0]);
  world_.deliveries["d"] = recorded->movement_ids[0];
  const absl::Status refused = world_.Record({"RETURN L1 4 >stock =d"}).status();
  EXPECT_EQ(FactOf(refused, "returnable"), "3.000");
}

TEST_F(StockRecordTest, OnlyASupplierReturnNamesAReceiptThatExists) {
  const MovementId receipt = world_.MustRecord("RECEIPT L1 10 >stock");
  RecordMovementsCommand command =
      world_.RecordCommand({"TRANSFER L1 1 stock>yard", "SUPPLIER_RETURN L1 1 stock>"});
  command.movements[0].receipt = receipt;
  command.movements[1].receipt = MovementId(Uuid::MakeV7());

  const absl::Status refused = RecordMovements(world_.db(), command).status();

  EXPECT_THAT(Texts(ProblemsOf(refused)),
              ElementsAre("movements[0].receipt_movement_id FIELD_INVALID",
                          "movements[1].receipt_movement_id MOVEMENT_NOT_FOUND"));
}

TEST_F(StockRecordTest, SerialIsNotMovedOrReturnedBeforeItCameThere) {
  world_.MustRecord("RECEIPT S1 1 >stock @2026-03-01");
  world_.deliveries["d1"] = world_.MustRecord("DELIVERY S1 1 stock> @2026-03-05");
  world_.MustRecord("RECEIPT L1 5 >stock @2026-03-01");

  for (const char* quantity : {"1", "-"}) {
    const absl::Status refused =
        world_.Record({absl::StrCat("RETURN S1 ", quantity, " >stock @2001-01-01 =d1")}).status();
    ASSERT_THAT(Texts(ProblemsOf(refused)), ElementsAre("movements[0].occur_time BEFORE_ARRIVAL"));
    EXPECT_THAT(ProblemsOf(refused)[0].facts,
                ::testing::Contains(Facts::value_type("arrive_time", "2026-03-05T00:00:00+00:00")));
  }
  world_.MustRecord("DELIVERY L1 5 stock> @2001-01-01");
  world_.MustRecord("RETURN S1 1 >stock @2026-03-05 =d1");
  EXPECT_EQ(world_.Where("S1"), "stock 1");
}

TEST_F(StockRecordTest, SerialThatLeftTheBooksComesBackLater) {
  const MovementId receipt = world_.MustRecord("RECEIPT S1 1 >stock @2026-03-04");
  EXPECT_TRUE(world_.Reverse(receipt).ok());
  // What was taken back never happened: the right time may be earlier.
  world_.MustRecord("RECEIPT S1 1 >stock @2026-03-02");
  world_.MustRecord("ADJUSTMENT S1 1 stock> @2026-03-06");

  const absl::Status refused = world_.Record({"RECEIPT S1 1 >stock @2026-03-05"}).status();

  EXPECT_THAT(Texts(ProblemsOf(refused)), ElementsAre("movements[0].occur_time BEFORE_ARRIVAL"));
  world_.MustRecord("RECEIPT S1 1 >stock @2026-03-06");
}

TEST_F(StockRecordTest, ServerWhoseClockIsBehindMovesWhatTheOtherReceived) {
  const absl::Time now = world_.now();
  world_.set_now(now + absl::Seconds(2));
  RecordMovementsCommand receipt = world_.RecordCommand({"RECEIPT S1 1 >stock"});
  receipt.movements[0].occurred_at = receipt.context.now;
  ASSERT_TRUE(RecordMovements(world_.db(), receipt).ok());
  world_.set_now(now);
  RecordMovementsCommand delivery = world_.RecordCommand({"DELIVERY S1 1 stock>"});
  delivery.movements[0].occurred_at = delivery.context.now;

  const auto delivered = RecordMovements(world_.db(), delivery);

  ASSERT_TRUE(delivered.ok()) << delivered.status();
  const auto posted = FindMovements(world_.db(), world_.company(), delivered->movement_ids);
  EXPECT_EQ(posted->front().movement.occurred_at,
            absl::FromUnixMicros(absl::ToUnixMicros(now + absl::Seconds(2))));
}

TEST_F(StockRecordTest, TenThousandSerialsMoveInOneRequest) {
  std::vector<std::string> numbers, receipts;
  for (int i = 0; i < 10'000; ++i) {
    numbers.push_back(absl::StrCat("N", i));
    receipts.push_back(absl::StrCat("RECEIPT ", numbers.back(), " - >stock"));
  }
  world_.CreateLots("bike", numbers);

  const auto recorded = world_.Record(receipts);

  ASSERT_TRUE(recorded.ok()) << recorded.status();
  EXPECT_EQ(recorded->movement_ids.size(), 10'000u);
  EXPECT_EQ(world_.Where("N9999"), "stock 1");
}

}  // namespace
}  // namespace lots
