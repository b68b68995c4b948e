// Who received lots and what was made of them.

#include "storage/genealogy/questions/recipients.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/domain/movement.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/trace_graph_builder.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RecipientsTest : public ::testing::Test {
 protected:
  MovementId Move(RecordMovementsCommand command) {
    const auto moved = RecordMovements(world_.db(), command);
    EXPECT_TRUE(moved.ok()) << moved.status();
    return moved.ok() ? moved->movement_ids.front() : MovementId();
  }
  MovementId Deliver(const LotId& lot, absl::string_view quantity, const std::string& partner,
                     absl::string_view from = "stock", absl::Duration later = {}) {
    RecordMovementsCommand command =
        world_.MoveCommand(MovementKind::kDelivery, lot, quantity, from, "shop");
    command.movements[0].partner_id = partner;
    command.movements[0].document = {"note", absl::StrCat("N-", ++notes_)};
    command.movements[0].occurred_at += later;
    return Move(command);
  }
  MovementId Return(const MovementId& delivery, const LotId& lot, absl::string_view quantity) {
    RecordMovementsCommand command =
        world_.MoveCommand(MovementKind::kReturn, lot, quantity, "shop", "stock");
    command.movements[0].delivery = delivery;
    return Move(command);
  }
  void Reverse(const MovementId& movement) {
    const auto reversed = ReverseMovement(
        world_.db(), {.context = world_.Context("ReverseMovement"), .movement_id = movement});
    ASSERT_TRUE(reversed.ok()) << reversed.status();
  }
  // Bikes of frames, pooled and exact, on shelf.
  std::vector<NumberedLot> Make(CompletionCommand command) {
    const auto completion = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(completion.ok()) << completion.status();
    return completion.ok() ? completion->outputs : std::vector<NumberedLot>();
  }

  // "C-1 B 3-1 depth 1 certain": one delivery.
  std::vector<std::string> List(std::vector<LotId> seeds, bool show_returned = false) {
    std::vector<std::string> lines;
    const RecipientsQuery query{
        .company = world_.company(), .seeds = std::move(seeds), .show_returned = show_returned};
    RecipientReader reader(query);
    for (;;) {
      const auto recipients = reader.Next(world_.db());
      EXPECT_TRUE(recipients.ok()) << recipients.status();
      if (!recipients.ok() || !recipients->has_value()) break;
      for (const Recipient& one : **recipients) {
        lines.push_back(absl::StrCat(one.partner_id, " ", one.number, " ", one.delivered.ToString(),
                                     "-", one.returned.ToString(), " depth ", one.depth,
                                     one.certain ? " certain" : " possible"));
        last_ = one;
      }
    }
    summary_ = reader.summary();
    return lines;
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  int notes_ = 0;
  Recipient last_;
  RecipientSummary summary_;
};

TEST_F(RecipientsTest, AUnitWithANewNumberWasDeliveredUnderTheOldOne) {
  const LotId bike = world_.CreateLot("bike", "B", "1");
  Return(Deliver(bike, "", "C-1"), bike, "");
  const auto relabelled = RelabelLot(world_.db(), {.context = world_.Context("RelabelLot"),
                                                   .lot = {.lot_id = bike},
                                                   .from = LocationId("stock"),
                                                   .number = "B-NEW",
                                                   .occurred_at = world_.now()});
  ASSERT_TRUE(relabelled.ok()) << relabelled.status();
  const LotId renamed = relabelled->lots[0].lot_id;
  Deliver(renamed, "", "C-2");

  EXPECT_THAT(List({renamed}, true),
              ElementsAre("C-1 B 1-1 depth 0 certain", "C-2 B-NEW 1-0 depth 0 certain"));
  EXPECT_THAT(List({renamed}), ElementsAre("C-2 B-NEW 1-0 depth 0 certain"));
}

TEST_F(RecipientsTest, ADeliveryHasItsDocument) {
  const LotId salt = world_.CreateLot("salt", "A", "10");
  const MovementId delivery = Deliver(salt, "2.5", "C-1");
  EXPECT_THAT(List({salt}), ElementsAre("C-1 A 2.5-0 depth 0 certain"));
  EXPECT_EQ(last_.movement_id, delivery);
  EXPECT_EQ(last_.location_id, LocationId("shop"));
  EXPECT_EQ(last_.from, LocationId("stock"));
  EXPECT_EQ(last_.document.type, "note");
  EXPECT_EQ(last_.document.number, "N-1");
  EXPECT_EQ(last_.product_id, ProductId("salt"));
  EXPECT_EQ(last_.scale, 3);
  EXPECT_EQ(absl::ToUnixMicros(last_.occurred_at), absl::ToUnixMicros(world_.now()));
  EXPECT_TRUE(last_.direct());
  EXPECT_EQ(summary_.delivery_count, 1);
  EXPECT_EQ(summary_.partner_count, 1);
  EXPECT_EQ(summary_.lot_count, 1);
}

TEST_F(RecipientsTest, ReturnsAreTakenOffAndReversalsDoNotCount) {
  const LotId salt = world_.CreateLot("salt", "A", "10");
  const MovementId some = Deliver(salt, "3", "C-1");
  const MovementId all = Deliver(salt, "2", "C-2");
  Return(some, salt, "1");
  Reverse(Return(some, salt, "1"));
  Return(all, salt, "2");
  Reverse(Deliver(salt, "4", "C-3"));

  EXPECT_THAT(List({salt}), ElementsAre("C-1 A 3-1 depth 0 certain"));
  EXPECT_EQ(last_.net(), Q("2"));
  EXPECT_EQ(summary_.partner_count, 1);
  EXPECT_THAT(List({salt}, /*show_returned=*/true),
              ElementsAre("C-1 A 3-1 depth 0 certain", "C-2 A 2-2 depth 0 certain"));
  EXPECT_EQ(summary_.delivery_count, 2);
}

TEST_F(RecipientsTest, DirectOnesFirstThenByPartnerTimeAndMovement) {
  const LotId salt = world_.CreateLot("salt", "SALT", "20");
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("SOUP", "10")};
  command.components = {Component(salt, "1")};
  command.by_products = {ByProduct("peel", "PEEL", "3")};
  const LotId soup = Make(command).at(0).lot_id;
  const LotId peel = world_.IdOf("peel", "PEEL");
  Deliver(soup, "1", "C-0", "shelf");
  Deliver(peel, "1", "C-1", "shelf");
  Deliver(salt, "3", "C-2", "stock", absl::Hours(1));
  Deliver(salt, "4", "C-2");
  Deliver(salt, "5", "C-2");
  Deliver(salt, "2", "");
  Deliver(salt, "1", "C-1");

  EXPECT_THAT(List({salt}),
              ElementsAre(" SALT 2-0 depth 0 certain", "C-1 SALT 1-0 depth 0 certain",
                          "C-2 SALT 4-0 depth 0 certain", "C-2 SALT 5-0 depth 0 certain",
                          "C-2 SALT 3-0 depth 0 certain", "C-0 SOUP 1-0 depth 1 possible",
                          "C-1 PEEL 1-0 depth 1 possible"));
  EXPECT_EQ(summary_.partner_count, 3);
  EXPECT_EQ(summary_.lot_count, 3);
}

TEST_F(RecipientsTest, ExactComponentsAreCertainAndSiblingsAreNotInTheAnswer) {
  const LotId f1 = world_.CreateLot("frame", "F1", "1");
  const LotId f2 = world_.CreateLot("frame", "F2", "1");
  CompletionCommand command = world_.CompleteCommand("W1", "bike");
  command.outputs = {Output("B1"), Output("B2")};
  command.components = {Component(f1, "", 0), Component(f2, "", 1)};
  const auto bikes = Make(command);
  Deliver(bikes[0].lot_id, "", "C-1", "shelf");
  Deliver(bikes[1].lot_id, "", "C-2", "shelf");
  EXPECT_THAT(List({f1}), ElementsAre("C-1 B1 1-0 depth 1 certain"));
  EXPECT_THAT(List({f2, bikes[0].lot_id}),
              ElementsAre("C-1 B1 1-0 depth 0 certain", "C-2 B2 1-0 depth 1 certain"));
}

TEST_F(RecipientsTest, AReworkedUnitIsListedOnceWithEveryDelivery) {
  const LotId bike = world_.CreateLot("bike", "B", "1");
  const MovementId first = Deliver(bike, "", "C-1");
  Return(first, bike, "");
  CompletionCommand rework = world_.CompleteCommand("W1", "bike");
  rework.outputs = {Output(bike)};
  rework.components = {Component(bike, "", 0)};
  Make(rework);
  Deliver(bike, "", "C-2", "shelf");
  EXPECT_THAT(List({bike}), ElementsAre("C-2 B 1-0 depth 0 certain"));
  EXPECT_THAT(List({bike}, /*show_returned=*/true),
              ElementsAre("C-1 B 1-1 depth 0 certain", "C-2 B 1-0 depth 0 certain"));
}

TEST_F(RecipientsTest, AReversedCompletionLeadsNowhere) {
  const LotId salt = world_.CreateLot("salt", "SALT", "20");
  const LotId soup = world_.CreateLot("soup", "SOUP", "5");
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("SOUP", "10")};
  command.components = {Component(salt, "1")};
  const auto completion = CompleteWorkOrder(world_.db(), command);
  ASSERT_TRUE(completion.ok()) << completion.status();
  Deliver(soup, "5", "C-1");
  EXPECT_THAT(List({salt}), ElementsAre("C-1 SOUP 5-0 depth 1 certain"));
  ASSERT_TRUE(
      ReverseCompletion(world_.db(), world_.ReverseCompletionCommand(completion->transformation_id))
          .ok());
  EXPECT_THAT(List({salt}), IsEmpty());
  EXPECT_EQ(summary_.lot_count, 1);
}

// Beyond one statement's lots and one message's deliveries.
TEST_F(RecipientsTest, ManyDeliveriesComeInOrderAndInPieces) {
  std::vector<std::string> numbers;
  for (int i = 0; i < 5'600; ++i) numbers.push_back(absl::StrCat("F", i));
  const std::vector<LotId> frames = world_.CreateLots("frame", numbers, {.quantity = "1"});
  RecordMovementsCommand command =
      world_.MoveCommand(MovementKind::kDelivery, frames[0], "", "stock", "shop");
  command.movements.resize(frames.size(), command.movements[0]);
  for (size_t i = 0; i < frames.size(); ++i) {
    command.movements[i].lot.lot_id = frames[i];
    command.movements[i].partner_id = absl::StrCat("C-", i % 7);
    command.movements[i].occurred_at += absl::Seconds(i % 11);
  }
  Move(command);
  std::vector<AffectedLot> affected;
  for (const LotId& frame : frames) affected.push_back({.lot_id = frame, .depth = 2});
  affected[5'555].depth = 0;

  std::vector<Recipient> recipients;
  size_t largest = 0;
  pg::Transaction snapshot(world_.db(), pg::Transaction::Kind::kSnapshot);
  const auto reader = RecipientReader::Of(snapshot, world_.company(), affected, false);
  ASSERT_TRUE(reader.ok()) << reader.status();
  ASSERT_TRUE(snapshot.Commit().ok());
  while (true) {
    const auto piece = (*reader)->Next(world_.db());
    ASSERT_TRUE(piece.ok()) << piece.status();
    if (!piece->has_value()) break;
    largest = std::max(largest, (*piece)->size());
    recipients.insert(recipients.end(), (*piece)->begin(), (*piece)->end());
  }
  const RecipientSummary& summary = (*reader)->summary();
  EXPECT_EQ(summary.delivery_count, 5'600);
  EXPECT_EQ(summary.partner_count, 7);
  EXPECT_EQ(largest, kRecipientsPerMessage);
  ASSERT_EQ(recipients.size(), 5'600u);
  EXPECT_EQ(recipients[0].number, "F5555");
  for (size_t i = 2; i < recipients.size(); ++i) {
    const auto key = [](const Recipient& r) {
      return std::tie(r.partner_id, r.occurred_at, r.movement_id);
    };
    ASSERT_LT(key(recipients[i - 1]), key(recipients[i])) << i;
  }
}

TEST(Recipients, AnAnswerThatIsNotWholeIsRefused) {
  const TestDatabase database{TestDatabase::kMigrated};
  TraceGraphBuilder graph(database);
  for (int i = 0; i <= kTraceDepthMax; ++i) {
    graph.AddTransformation({{.lot = absl::StrCat("L", i)}}, {{.lot = absl::StrCat("L", i + 1)}});
  }
  RecipientReader reader({.company = graph.company(), .seeds = {graph.Lot("L0")}});
  EXPECT_EQ(RefusalOf(reader.Next(graph.db()).status()), "TRACE_TOO_LARGE seeds");
}

}  // namespace
}  // namespace lots
