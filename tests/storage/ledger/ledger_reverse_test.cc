// Which movements can be taken back, and what that leaves behind.
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/errors.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/movements.h"
#include "storage/pg/pipeline.h"
#include "storage/stock/stock.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LedgerReverseTest : public ::testing::Test {
 protected:
  LedgerReverseTest() {
    world_.CreateLot("salt", "L1");
    world_.CreateLot("bike", "S1");
  }
  ~LedgerReverseTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  MovementId Record(const std::string& movement) { return world_.MustRecord(movement); }
  // The reason, or OK.
  std::string Reverse(const MovementId& movement) {
    reversed_ = world_.Reverse(movement);
    return ReasonOf(reversed_.status());
  }
  std::string Fact(absl::string_view key) { return FactOf(reversed_.status(), key); }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  absl::StatusOr<Movement> reversed_ = absl::UnknownError("nothing reversed yet");
};

TEST_F(LedgerReverseTest, ReversalMirrorsTheMovement) {
  Record("RECEIPT L1 10 >stock");
  const MovementId moved = Record("TRANSFER L1 4 stock>yard @2026-03-04");

  ASSERT_EQ(Reverse(moved), "OK");

  EXPECT_EQ(world_.Where("L1"), "stock 10");
  EXPECT_EQ(reversed_->kind, MovementKind::kTransfer);
  EXPECT_EQ(reversed_->from, LocationId("yard"));
  EXPECT_EQ(reversed_->to, LocationId("stock"));
  EXPECT_EQ(reversed_->reverses, moved);
  EXPECT_EQ(reversed_->note, "mistake");
  EXPECT_EQ(reversed_->actor, "tester");
  // What never happened did not happen on that day either.
  EXPECT_EQ(absl::FormatTime("%Y-%m-%d", reversed_->occurred_at, absl::UTCTimeZone()),
            "2026-03-04");
}

TEST_F(LedgerReverseTest, EveryKindCanBeReversed) {
  Record("RECEIPT L1 50 >stock");
  world_.deliveries["d"] = Record("DELIVERY L1 9 stock>");
  for (const char* movement :
       {"RECEIPT L1 5 >stock", "TRANSFER L1 5 stock>yard", "DELIVERY L1 5 stock>",
        "RETURN L1 5 >yard =d", "CONSUMPTION L1 5 stock>", "SCRAP L1 5 stock>",
        "ADJUSTMENT L1 5 stock>", "ADJUSTMENT L1 5 >yard"}) {
    SCOPED_TRACE(movement);
    const MovementId posted = Record(movement);

    EXPECT_EQ(Reverse(posted), "OK");
    EXPECT_EQ(world_.Where("L1"), "CUSTOMER 9, stock 41");
  }
}

TEST_F(LedgerReverseTest, OnceOnly) {
  const MovementId received = Record("RECEIPT L1 10 >stock");
  ASSERT_EQ(Reverse(received), "OK");
  const std::string reversal = reversed_->movement_id.value().ToString();

  EXPECT_EQ(Reverse(received), "ALREADY_REVERSED");
  EXPECT_EQ(Fact("reversed_by"), reversal);
  EXPECT_EQ(Fact("movement_id"), received.value().ToString());
}

TEST_F(LedgerReverseTest, ReversalIsNotReversed) {
  const MovementId received = Record("RECEIPT L1 10 >stock");
  ASSERT_EQ(Reverse(received), "OK");

  EXPECT_EQ(Reverse(reversed_->movement_id), "REVERSAL_NOT_REVERSIBLE");
}

TEST_F(LedgerReverseTest, UnknownMovementIsNotFound) {
  const MovementId unknown(Uuid::MakeV7());

  EXPECT_EQ(Reverse(unknown), "MOVEMENT_NOT_FOUND");
  EXPECT_EQ(Fact("movement_id"), unknown.value().ToString());
}

TEST_F(LedgerReverseTest, SerialThatMovedOnIsUsedUntilThatIsReversed) {
  const MovementId received = Record("RECEIPT S1 1 >stock");
  const MovementId moved = Record("TRANSFER S1 1 stock>yard");
  ASSERT_EQ(Reverse(received), "RESULT_USED");
  EXPECT_EQ(Fact("movement_id"), moved.value().ToString());

  ASSERT_EQ(Reverse(moved), "OK");

  EXPECT_EQ(Reverse(received), "OK");
  EXPECT_EQ(world_.Where("S1"), "");
}

TEST_F(LedgerReverseTest, TheFirstFiveOfTheLaterMovementsAreNamedAndAllAreCounted) {
  const MovementId received = Record("RECEIPT S1 1 >stock");
  std::vector<std::string> moved;
  for (int round = 0; round < 4; ++round) {
    for (const char* movement : {"TRANSFER S1 1 stock>yard", "TRANSFER S1 1 yard>stock"}) {
      moved.push_back(Record(movement).value().ToString());
    }
  }

  ASSERT_EQ(Reverse(received), "RESULT_USED");

  EXPECT_EQ(Fact("movement_ids"), absl::StrJoin(moved.rbegin(), moved.rbegin() + 5, ","));
  EXPECT_EQ(Fact("movement_count"), "8");
  EXPECT_THAT(std::string(reversed_.status().message()), HasSubstr("and 3 more movements"));
}

TEST_F(LedgerReverseTest, SerialThatCameBackToTheSamePlaceIsStillUsed) {
  const MovementId received = Record("RECEIPT S1 1 >stock");
  Record("TRANSFER S1 1 stock>yard");
  Record("TRANSFER S1 1 yard>stock");

  EXPECT_EQ(Reverse(received), "RESULT_USED");
}

TEST_F(LedgerReverseTest, SerialComesInAgainAfterItsReceiptWasReversed) {
  const MovementId received = Record("RECEIPT S1 1 >stock");
  ASSERT_EQ(Reverse(received), "OK");

  Record("RECEIPT S1 1 >yard");

  EXPECT_EQ(world_.Where("S1"), "yard 1");
}

TEST_F(LedgerReverseTest, LotIsUsedWhenItIsNoLongerThere) {
  const MovementId received = Record("RECEIPT L1 10 >stock");
  Record("DELIVERY L1 4 stock>");
  ASSERT_EQ(Reverse(received), "RESULT_USED");
  EXPECT_EQ(Fact("available"), "6.000");

  Record("ADJUSTMENT L1 4 >stock");

  EXPECT_EQ(Reverse(received), "OK");
}

TEST_F(LedgerReverseTest, DeliveryStandsWhileSomethingOfItIsReturned) {
  Record("RECEIPT L1 10 >stock");
  world_.deliveries["d"] = Record("DELIVERY L1 4 stock>");
  // More of the lot is with customers, so that only the delivery itself can say no.
  Record("DELIVERY L1 4 stock>");
  const MovementId returned = Record("RETURN L1 1 >stock =d");
  ASSERT_EQ(Reverse(world_.deliveries["d"]), "RESULT_USED");
  EXPECT_EQ(Fact("available"), "3.000");

  ASSERT_EQ(Reverse(returned), "OK");

  EXPECT_EQ(Reverse(world_.deliveries["d"]), "OK");
  EXPECT_EQ(ReasonOf(world_.Record({"RETURN L1 1 >stock =d"}).status()), "RETURN_EXCEEDS_DELIVERY");
}

TEST_F(LedgerReverseTest, ReceiptStandsWhileSomethingOfItIsBackAtTheSupplier) {
  const MovementId received = Record("RECEIPT L1 10 >stock #mill");
  RecordMovementsCommand back = world_.RecordCommand({"SUPPLIER_RETURN L1 4 stock>"});
  back.movements[0].receipt = received;
  const auto sent_back = RecordMovements(world_.db(), back);
  ASSERT_TRUE(sent_back.ok()) << sent_back.status();
  // More of the lot is there, so that only the receipt itself can say no.
  const MovementId again = Record("RECEIPT L1 10 >stock #mill");
  ASSERT_EQ(Reverse(received), "RESULT_USED");
  EXPECT_EQ(Fact("available"), "6.000");
  EXPECT_THAT(std::string(reversed_.status().message()), HasSubstr("went back to the supplier"));
  EXPECT_EQ(world_.Where("L1"), "stock 16");

  ASSERT_EQ(Reverse(again), "OK");
  ASSERT_EQ(Reverse(sent_back->movement_ids[0]), "OK");

  EXPECT_EQ(Reverse(received), "OK");
}

TEST_F(LedgerReverseTest, AnArchivedLotComesBackToLife) {
  Record("RECEIPT L1 4 >stock");
  const MovementId delivered = Record("DELIVERY L1 4 stock>");
  world_.SetState(world_.IdOf("L1"), LotState::kArchived);

  const auto reversal = world_.Reverse(delivered, "once");

  ASSERT_TRUE(reversal.ok()) << reversal.status();
  EXPECT_TRUE(reversal->unarchived);
  EXPECT_EQ(world_.Where("L1"), "stock 4");
  EXPECT_TRUE(world_.Reverse(delivered, "once")->unarchived);
  Record("DELIVERY L1 4 stock>");
}

TEST_F(LedgerReverseTest, AReturnBringsAnArchivedLotBackToLife) {
  Record("RECEIPT L1 4 >stock");
  Record("RECEIPT S1 1 >stock");
  world_.deliveries["d"] = Record("DELIVERY L1 4 stock>");
  world_.SetState(world_.IdOf("L1"), LotState::kArchived);
  EXPECT_EQ(ReasonOf(world_.Record({"RECEIPT L1 1 >stock"}).status()), "LOT_ARCHIVED");

  const std::vector<std::string> movements = {"RETURN L1 1 >stock =d", "TRANSFER S1 1 stock>yard",
                                              "RETURN L1 1 >yard =d"};
  const auto returned = world_.Record(movements, "returns");
  ASSERT_TRUE(returned.ok()) << returned.status();
  EXPECT_EQ(returned->unarchived, std::vector<LotId>{world_.IdOf("L1")});
  const auto repeat = world_.Record(movements, "returns");
  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_EQ(repeat->unarchived, returned->unarchived);
  // Once.
  EXPECT_TRUE(world_.Record({"RETURN L1 1 >stock =d"})->unarchived.empty());
}

TEST_F(LedgerReverseTest, MovementOfATransformationIsReversedWithIt) {
  const MovementId received = Record("RECEIPT L1 4 >stock");
  const TransformationId step(Uuid::MakeV7());
  world_.Execute(
      "INSERT INTO transformations (company, transformation_id, kind, occurred_at, recorded_at, "
      "actor, note) VALUES ('acme', '" +
      step.value().ToString() +
      "', 1, now(), now(), '', ''); "
      "UPDATE movements SET transformation_id = '" +
      step.value().ToString() + "' WHERE company = 'acme'");

  EXPECT_EQ(Reverse(received), "PART_OF_TRANSFORMATION");
  EXPECT_EQ(Fact("transformation_id"), step.value().ToString());
}

TEST_F(LedgerReverseTest, MovementsOfOneTransformationAreTakenBackTogether) {
  Record("RECEIPT L1 5 >stock @2026-03-01");
  Record("RECEIPT L1 1 >yard @2026-03-05");
  Record("RECEIPT S1 1 >stock @2026-03-01");
  const auto step =
      world_.Record({"TRANSFER L1 2 stock>yard @2026-03-06", "TRANSFER L1 3 stock>yard @2026-03-07",
                     "TRANSFER S1 1 stock>yard @2026-03-03"});
  ASSERT_TRUE(step.ok());
  const TransformationId id(Uuid::MakeV7());
  const auto posted = FindMovements(world_.db(), world_.company(), step->movement_ids);
  ASSERT_TRUE(posted.ok());

  const WriteContext context = world_.Context("Reverse");
  Ledger ledger(context);
  for (const PostedMovement& movement : *posted) ledger.TouchReversal(movement);
  pg::Transaction transaction(world_.db());
  ledger.AddLocks(transaction);
  const auto locked = transaction.Send();
  ASSERT_TRUE(locked.ok()) << locked.status();
  ASSERT_TRUE(ledger.Load(transaction, *locked).ok());
  std::vector<Problem> problems;
  for (size_t i = posted->size(); i-- > 0;) {
    PostedMovement original = (*posted)[i];
    original.movement.transformation = id;
    ledger.PostReversal(original, {.movement_id = MovementId(Uuid::MakeV7())}, problems);
  }
  ledger.AddWrites(transaction);
  ASSERT_TRUE(transaction.Commit().ok());

  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(world_.Where("L1"), "stock 5, yard 1");
  EXPECT_EQ(world_.Dates("L1", "stock"), "5 arrived 03-01 since 03-01");
  EXPECT_EQ(world_.Dates("L1", "yard"), "1 arrived 03-05 since 03-05");
  EXPECT_EQ(world_.Dates("S1", "stock"), "1 arrived 03-01 since 03-01");
}

}  // namespace
}  // namespace lots
