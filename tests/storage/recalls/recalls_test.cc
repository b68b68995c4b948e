// Recalls: members, holds, lots that join later, the report, closing.
#include "storage/recalls/recalls.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/movement.h"
#include "storage/genealogy/questions/recipients.h"
#include "storage/lots/lots.h"
#include "storage/recalls/report.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr pg::Statement kMembers{"test_recall_members", R"sql(
  SELECT l.number, m.depth, m.certain, m.transformation_id IS NOT NULL
  FROM recall_members m JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
  WHERE m.company = $1 AND m.recall_id = $2 ORDER BY m.depth, l.number)sql"};

class RecallsTest : public ::testing::Test {
 protected:
  ~RecallsTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  OpenRecallCommand Opening(const std::string& recall_id, const std::vector<LotId>& seeds) {
    OpenRecallCommand command{.context = world_.Context("OpenRecall"),
                              .recall_id = RecallId(recall_id),
                              .reason = "metal splinters"};
    command.context.now = absl::Now();
    for (const LotId& seed : seeds) command.seeds.push_back({.lot_id = seed});
    return command;
  }
  Recall Open(const OpenRecallCommand& command) {
    const auto recall = OpenRecall(world_.db(), command);
    EXPECT_TRUE(recall.ok()) << recall.status();
    return recall.value_or(Recall());
  }
  CloseRecallCommand Closing(const std::string& recall_id) {
    return {.context = world_.Context("CloseRecall"),
            .recall_id = RecallId(recall_id),
            .closing_note = "all destroyed",
            .leave_held = true};
  }

  // One order that makes these soups of this salt, pooled.
  Completion Cook(const std::string& work_order, const std::vector<std::string>& soups,
                  const LotId& salt, bool accept_held = false) {
    CompletionCommand command = world_.CompleteCommand(work_order, "soup");
    for (const std::string& soup : soups) command.outputs.push_back(Output(soup, "10"));
    command.components = {Component(salt, "1")};
    command.accept.held = accept_held;
    const auto completion = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(completion.ok()) << completion.status();
    return completion.value_or(Completion());
  }
  absl::Status Move(MovementKind kind, const LotId& lot, absl::string_view quantity,
                    absl::string_view from, absl::string_view to) {
    RecordMovementsCommand command = world_.MoveCommand(kind, lot, quantity, from, to);
    command.context.now = absl::Now();
    return RecordMovements(world_.db(), command).status();
  }
  MovementId Deliver(const LotId& lot, absl::string_view quantity) {
    RecordMovementsCommand command =
        world_.MoveCommand(MovementKind::kDelivery, lot, quantity, "shelf", "shop");
    command.movements.front().partner_id = "rewe";
    const auto recorded = RecordMovements(world_.db(), command);
    EXPECT_TRUE(recorded.ok()) << recorded.status();
    return recorded->movement_ids.front();
  }
  absl::Status Return(const LotId& lot, const MovementId& delivery, absl::string_view quantity) {
    RecordMovementsCommand command =
        world_.MoveCommand(MovementKind::kReturn, lot, quantity, "shop", "stock");
    command.movements.front().delivery = delivery;
    command.context.now = absl::Now();
    return RecordMovements(world_.db(), command).status();
  }

  // "SALT 0 certain", "SOUP 1 possible joined".
  std::vector<std::string> Members(const std::string& recall_id) {
    const auto rows = pg::Query(world_.db(), kMembers, world_.company(), recall_id);
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<std::string> members;
    for (const pg::Row row : *rows) {
      members.push_back(absl::StrCat(row.Get<std::string>(0), " ", row.Get<int>(1),
                                     row.Get<bool>(2) ? " certain" : " possible",
                                     row.Get<bool>(3) ? " joined" : ""));
    }
    return members;
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(RecallsTest, EverythingMadeOfTheSeedsIsAMemberWithItsCertainty) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  world_.CreateLot("salt", "OTHER", "10");
  Cook("W1", {"ONLY"}, salt);
  Cook("W2", {"LEFT", "RIGHT"}, salt);
  Cook("W3", {"DEEP"}, world_.IdOf("salt", "OTHER"));

  const Recall recall = Open(Opening("RC-1", {salt}));

  EXPECT_THAT(Members("RC-1"), ElementsAre("SALT 0 certain", "LEFT 1 possible", "ONLY 1 certain",
                                           "RIGHT 1 possible"));
  EXPECT_EQ(recall.scope.lot_count, 4);
  EXPECT_EQ(recall.scope.certain_count, 2);
  EXPECT_EQ(recall.scope.depth, 1);
  EXPECT_EQ(recall.scope.on_hand_lot_count, 4);
  EXPECT_EQ(recall.scope.delivered_lot_count, 0);
  EXPECT_EQ(recall.state, RecallState::kOpen);
  EXPECT_EQ(recall.opened_by, "tester");
  EXPECT_GT(recall.open_duration, absl::ZeroDuration());
  ASSERT_EQ(recall.seeds.size(), 1u);
  EXPECT_EQ(recall.seeds.front().number, "SALT");
}

TEST_F(RecallsTest, MembershipIsTheHold) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Cook("W1", {"SOUP"}, salt);
  const LotId soup = world_.IdOf("soup", "SOUP");
  Open(Opening("RC-1", {salt}));

  const absl::Status moved = Move(MovementKind::kTransfer, soup, "1", "shelf", "stock");
  EXPECT_EQ(RefusalOf(moved), "LOT_HELD movements[0].lot");
  EXPECT_EQ(FactOf(moved, "cause"), "RECALL");
  EXPECT_EQ(FactOf(moved, "recall_id"), "RC-1");

  // Nothing of it is on hand, so nothing is left to be held.
  ASSERT_TRUE(Move(MovementKind::kScrap, soup, "10", "shelf", "SCRAP").ok());
  ASSERT_TRUE(Move(MovementKind::kScrap, salt, "9", "stock", "SCRAP").ok());
  CloseRecallCommand closing = Closing("RC-1");
  closing.leave_held = false;
  ASSERT_TRUE(CloseRecall(world_.db(), closing).ok());
  EXPECT_EQ(CauseOf(world_.db(), world_.company(), soup, absl::Now()), "");
}

TEST_F(RecallsTest, MembersMayGoToExemptLocationsOnly) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  OpenRecallCommand command = Opening("RC-1", {salt});
  command.exempt_location_ids = {LocationId("shelf")};
  Open(command);
  EXPECT_EQ(RefusalOf(Move(MovementKind::kTransfer, salt, "1", "stock", "line")),
            "LOT_HELD movements[0].lot");
  EXPECT_EQ(RefusalOf(Move(MovementKind::kTransfer, salt, "1", "stock", "shelf")), "OK");
}

TEST_F(RecallsTest, ADrillRecordsEverythingAndHoldsNothing) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Cook("W1", {"SOUP"}, salt);
  OpenRecallCommand command = Opening("DRILL-1", {salt});
  command.drill = true;
  const Recall recall = Open(command);
  EXPECT_TRUE(recall.drill);
  EXPECT_EQ(recall.scope.lot_count, 2);
  EXPECT_EQ(RefusalOf(Move(MovementKind::kTransfer, salt, "1", "stock", "shelf")), "OK");
  // What is made later belongs to the exercise too.
  Cook("W2", {"LATER"}, salt);
  EXPECT_THAT(Members("DRILL-1"),
              ElementsAre("SALT 0 certain", "LATER 1 certain joined", "SOUP 1 certain"));
}

TEST_F(RecallsTest, ADryRunReturnsTheScopeAndRecordsNothing) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Cook("W1", {"SOUP"}, salt);
  Deliver(world_.IdOf("soup", "SOUP"), "10");
  OpenRecallCommand command = Opening("RC-1", {salt});
  command.validate_only = true;
  const Recall dry = Open(command);
  EXPECT_FALSE(dry.opened_at.has_value());
  EXPECT_EQ(GetRecall(world_.db(), world_.company(), RecallId("RC-1")).status().code(),
            absl::StatusCode::kNotFound);

  const Recall opened = Open(Opening("RC-1", {salt}));
  EXPECT_EQ(dry.scope.lot_count, opened.scope.lot_count);
  EXPECT_EQ(dry.scope.certain_count, opened.scope.certain_count);
  EXPECT_EQ(dry.scope.depth, opened.scope.depth);
  EXPECT_EQ(dry.scope.on_hand_lot_count, 1);
  EXPECT_EQ(opened.scope.on_hand_lot_count, 1);
  EXPECT_EQ(dry.scope.delivered_lot_count, 1);
  EXPECT_EQ(opened.scope.delivered_lot_count, 1);
}

TEST_F(RecallsTest, WhatIsMadeLaterOfAMemberJoins) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Open(Opening("RC-1", {salt}));
  CompletionCommand refused = world_.CompleteCommand("W1", "soup");
  refused.outputs = {Output("SOUP", "10")};
  refused.components = {Component(salt, "1")};
  EXPECT_EQ(RefusalOf(CompleteWorkOrder(world_.db(), refused).status()),
            "LOT_HELD components[0].lot");

  Cook("W1", {"SOUP"}, salt, /*accept_held=*/true);
  Cook("W2", {"LEFT", "RIGHT"}, salt, /*accept_held=*/true);

  EXPECT_THAT(Members("RC-1"), ElementsAre("SALT 0 certain", "LEFT 1 possible joined",
                                           "RIGHT 1 possible joined", "SOUP 1 certain joined"));
  EXPECT_EQ(
      RefusalOf(Move(MovementKind::kTransfer, world_.IdOf("soup", "SOUP"), "1", "shelf", "stock")),
      "LOT_HELD movements[0].lot");
}

TEST_F(RecallsTest, WhatWasPossibleMayBecomeCertain) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Cook("W1", {"LEFT", "RIGHT"}, salt);
  Open(Opening("RC-1", {salt}));
  // More of LEFT, of salt alone.
  Cook("W2", {"LEFT"}, salt, /*accept_held=*/true);
  EXPECT_THAT(Members("RC-1"), ElementsAre("SALT 0 certain", "LEFT 1 certain", "RIGHT 1 possible"));
}

TEST_F(RecallsTest, ARepeatIsAnsweredAsTheSuccessItWas) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  const OpenRecallCommand command = Opening("RC-1", {salt});
  const Recall first = Open(command);
  const Recall again = Open(command);
  EXPECT_EQ(again.opened_at, first.opened_at);
  EXPECT_THAT(Members("RC-1"), ElementsAre("SALT 0 certain"));

  const CloseRecallCommand closing = Closing("RC-1");
  const auto closed = CloseRecall(world_.db(), closing);
  const auto closed_again = CloseRecall(world_.db(), closing);
  ASSERT_TRUE(closed.ok() && closed_again.ok()) << closed_again.status();
  EXPECT_EQ(closed_again->closed_at, closed->closed_at);
}

TEST_F(RecallsTest, RefusalsNameWhatIsWrong) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  OpenRecallCommand command = Opening("RC-1", {salt});
  command.seeds.push_back({.product_id = ProductId("salt"), .number = "NONE"});
  command.seeds.push_back({.product_id = ProductId("salt"), .number = "salt"});
  command.exempt_location_ids = {LocationId("NOWHERE")};
  EXPECT_EQ(RefusalOf(OpenRecall(world_.db(), command).status()),
            "LOT_NOT_FOUND seeds[1]; DUPLICATE_IN_REQUEST seeds[2]; LOCATION_NOT_FOUND "
            "exempt_location_ids[0]");

  for (const char* id : {"RC/1", "-RC", "RC\\1", "RC?1", "RC#1", "RC%1", ".", ".."}) {
    EXPECT_EQ(RefusalOf(OpenRecall(world_.db(), Opening(id, {salt})).status()),
              "FIELD_INVALID recall_id")
        << id;
  }
  Open(Opening("RC-1", {salt}));
  const absl::Status exists = OpenRecall(world_.db(), Opening("RC-1", {salt})).status();
  EXPECT_EQ(RefusalOf(exists), "RECALL_EXISTS recall_id");
  EXPECT_EQ(FactOf(exists, "state"), "OPEN");
  OpenRecallCommand dry = Opening("RC-1", {salt});
  dry.validate_only = true;
  EXPECT_EQ(RefusalOf(OpenRecall(world_.db(), dry).status()), "RECALL_EXISTS recall_id");

  EXPECT_EQ(RefusalOf(CloseRecall(world_.db(), Closing("RC-2")).status()),
            "RECALL_NOT_FOUND recall_id");
  ASSERT_TRUE(CloseRecall(world_.db(), Closing("RC-1")).ok());
  EXPECT_EQ(RefusalOf(CloseRecall(world_.db(), Closing("RC-1")).status()),
            "RECALL_CLOSED recall_id");

  OpenRecallCommand stranger = Opening("RC-1", {salt});
  stranger.context.company = CompanyId("nobody");
  EXPECT_EQ(RefusalOf(OpenRecall(world_.db(), stranger).status()), "COMPANY_NOT_FOUND");
}

TEST_F(RecallsTest, RecallsAreListedNewestFirstByState) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  for (int i = 1; i <= 3; ++i) Open(Opening(absl::StrCat("RC-", i), {salt}));
  ASSERT_TRUE(CloseRecall(world_.db(), Closing("RC-2")).ok());
  const auto ids = [&](ListRecallsQuery query) {
    query.company = world_.company();
    std::vector<std::string> found;
    const auto recalls = ListRecalls(world_.db(), query);
    EXPECT_TRUE(recalls.ok()) << recalls.status();
    for (const Recall& recall : *recalls) {
      EXPECT_EQ(recall.scope.lot_count, 1);
      found.push_back(recall.recall_id.value());
    }
    return found;
  };
  EXPECT_THAT(ids({.limit = 10}), ElementsAre("RC-3", "RC-2", "RC-1"));
  EXPECT_THAT(ids({.state = RecallState::kOpen, .limit = 10}), ElementsAre("RC-3", "RC-1"));
  const auto newest = GetRecall(world_.db(), world_.company(), RecallId("RC-3"));
  ASSERT_TRUE(newest.ok()) << newest.status();
  EXPECT_THAT(ids({.after = PositionOf(*newest, ""), .limit = 1}), ElementsAre("RC-2"));
}

struct WholeReport {
  std::vector<Recall> recalls;
  std::vector<MassBalance> balances;
  std::map<std::string, RecallLot> lots;
  std::vector<Recipient> recipients;
};

// With `pausing`, as for a client that takes one piece at a time.
WholeReport Report(World& world, const std::string& recall_id, bool pausing = false) {
  WholeReport report;
  RecallReportReader reader(world.company(), RecallId(recall_id));
  while (true) {
    const auto piece = reader.Next(world.db());
    EXPECT_TRUE(piece.ok()) << piece.status();
    if (!piece.ok() || !piece->has_value()) return report;
    if ((*piece)->recall.has_value()) report.recalls.push_back(*(*piece)->recall);
    report.balances.insert(report.balances.end(), (*piece)->balances.begin(),
                           (*piece)->balances.end());
    for (const RecallLot& lot : (*piece)->lots) report.lots[lot.number] = lot;
    report.recipients.insert(report.recipients.end(), (*piece)->recipients.begin(),
                             (*piece)->recipients.end());
    if (pausing) reader.Pause();
  }
}

TEST_F(RecallsTest, TheReportAccountsForEverySeed) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  Cook("W1", {"SOUP"}, salt);
  ASSERT_TRUE(Move(MovementKind::kTransfer, salt, "6", "stock", "shelf").ok());
  const MovementId delivery = Deliver(salt, "5");
  ASSERT_TRUE(Return(salt, delivery, "1").ok());
  ASSERT_TRUE(Move(MovementKind::kScrap, salt, "0.5", "stock", "SCRAP").ok());
  ASSERT_TRUE(Move(MovementKind::kAdjustment, salt, "0.25", "stock", "ADJUSTMENT").ok());

  Open(Opening("RC-1", {salt}));
  ASSERT_TRUE(Return(salt, delivery, "3").ok());

  const WholeReport report = Report(world_, "RC-1");
  ASSERT_EQ(report.recalls.size(), 1u);
  ASSERT_EQ(report.balances.size(), 1u);
  const MassBalance& balance = report.balances.front();
  EXPECT_EQ(balance.in, Q("10"));
  EXPECT_EQ(balance.out, Q("2.25"));  // 1 consumed, 1 with the customer, 0.25 lost
  EXPECT_EQ(balance.recovered, Q("3"));
  EXPECT_EQ(balance.on_hand, Q("4.25"));
  EXPECT_EQ(balance.scrapped, Q("0.5"));
  EXPECT_EQ(balance.difference, Quantity());

  const RecallLot& lot = report.lots.at("SALT");
  EXPECT_EQ(lot.on_hand, Q("7.25"));
  EXPECT_EQ(lot.delivered, Q("1"));
  EXPECT_EQ(lot.recovered, Q("3"));
  EXPECT_EQ(lot.scrapped, Q("0.5"));
  EXPECT_EQ(lot.place_count, 4);
  EXPECT_EQ(lot.places.front().location_id, LocationId("shelf"));
  EXPECT_EQ(lot.places.back().location_id, LocationId("SCRAP"));
  EXPECT_EQ(report.lots.at("SOUP").on_hand, Q("10"));

  ASSERT_EQ(report.recipients.size(), 1u);
  EXPECT_EQ(report.recipients.front().partner_id, "rewe");
  EXPECT_EQ(report.recipients.front().net(), Q("1"));
}

TEST_F(RecallsTest, WhatGoesBackToTheSupplierAndWhatWasNeverDeliveredBalance) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  OpenRecallCommand opening = Opening("RC-1", {salt});
  opening.exempt_location_ids = {LocationId("SUPPLIER")};
  Open(opening);
  ASSERT_TRUE(Move(MovementKind::kSupplierReturn, salt, "4", "stock", "SUPPLIER").ok());
  RecordMovementsCommand unknown =
      world_.MoveCommand(MovementKind::kReturn, salt, "2", "shop", "stock");
  unknown.movements[0].partner_id = "edeka";
  ASSERT_TRUE(RecordMovements(world_.db(), unknown).ok());

  const WholeReport report = Report(world_, "RC-1");

  ASSERT_EQ(report.balances.size(), 1u);
  const MassBalance& balance = report.balances.front();
  EXPECT_EQ(balance.in, Q("12"));
  EXPECT_EQ(balance.out, Q("4"));
  EXPECT_EQ(balance.recovered, Q("2"));
  EXPECT_EQ(balance.on_hand, Q("6"));
  EXPECT_EQ(balance.difference, Quantity());
}

TEST_F(RecallsTest, ASeedThatNeverMovedAndRecoveredGoodsThatLeftAgainBalance) {
  CreateLotsCommand command;
  command.context = world_.Context("CreateLot");
  command.product_id = ProductId("salt");
  command.lots.emplace_back().number = "IDLE";
  ASSERT_TRUE(CreateLots(world_.db(), command).ok());
  const LotId salt = world_.CreateLot("salt", "SALT", {.quantity = "10", .location = "shelf"});
  const MovementId delivery = Deliver(salt, "10");
  OpenRecallCommand opening = Opening("RC-1", {salt, world_.IdOf("salt", "IDLE")});
  opening.exempt_location_ids = {LocationId("SCRAP"), LocationId("PRODUCTION")};
  Open(opening);
  ASSERT_TRUE(Return(salt, delivery, "8").ok());
  ASSERT_TRUE(Move(MovementKind::kScrap, salt, "5", "stock", "SCRAP").ok());
  ASSERT_TRUE(Move(MovementKind::kConsumption, salt, "2", "stock", "PRODUCTION").ok());

  const WholeReport report = Report(world_, "RC-1");
  ASSERT_EQ(report.balances.size(), 2u);
  EXPECT_EQ(report.balances[0].seed.number, "IDLE");
  EXPECT_EQ(report.balances[0].in, Quantity());
  const MassBalance& balance = report.balances[1];
  EXPECT_EQ(balance.in, Q("10"));
  EXPECT_EQ(balance.out, Q("4"));
  EXPECT_EQ(balance.recovered, Q("6"));
  EXPECT_EQ(balance.on_hand, Quantity());
  EXPECT_EQ(balance.scrapped, Quantity());
  EXPECT_EQ(balance.difference, Quantity());
}

TEST_F(RecallsTest, TheReportSaysWhereNumbersWereAssigned) {
  const LotId received = world_.CreateLot("salt", "RECEIVED");
  ASSERT_TRUE(world_.Reverse(world_.MustRecord("RECEIPT RECEIVED 1 >yard #typo")).ok());
  world_.MustRecord("RECEIPT RECEIVED 10 >stock #mill");
  world_.MustRecord("RECEIPT RECEIVED 5 >line #other");
  const LotId counted = world_.CreateLot("salt", "COUNTED", "10");
  world_.MustRecord("RECEIPT COUNTED 5 >stock #mill");
  const LotId idle = world_.CreateLot("salt", "IDLE");
  Cook("W1", {"SOUP"}, received);
  ASSERT_TRUE(
      Move(MovementKind::kTransfer, world_.IdOf("soup", "SOUP"), "10", "shelf", "line").ok());
  Open(Opening("RC-1", {received, counted, idle}));

  const WholeReport report = Report(world_, "RC-1");

  EXPECT_EQ(report.lots.at("RECEIVED").source, LocationId("SUPPLIER"));
  EXPECT_EQ(report.lots.at("RECEIVED").source_partner_id, "mill");
  EXPECT_EQ(report.lots.at("SOUP").source, LocationId("shelf"));
  EXPECT_EQ(report.lots.at("SOUP").source_partner_id, "");
  for (const char* unknown : {"COUNTED", "IDLE"}) {
    EXPECT_EQ(report.lots.at(unknown).source, LocationId()) << unknown;
    EXPECT_EQ(report.lots.at(unknown).source_partner_id, "") << unknown;
  }
}

TEST_F(RecallsTest, AReportThatPausesIsTheSame) {
  const LotId salt = world_.CreateLot("salt", "SALT", {.quantity = "10", .location = "shelf"});
  Deliver(salt, "5");
  Deliver(salt, "1");
  Open(Opening("RC-1", {salt}));
  const WholeReport at_once = Report(world_, "RC-1");
  const WholeReport paused = Report(world_, "RC-1", /*pausing=*/true);
  EXPECT_EQ(paused.recalls.size(), 1u);
  ASSERT_EQ(paused.balances.size(), 1u);
  EXPECT_EQ(paused.balances.front().on_hand, at_once.balances.front().on_hand);
  EXPECT_EQ(paused.lots.at("SALT").on_hand, Q("4"));
  ASSERT_EQ(paused.recipients.size(), 2u);
  EXPECT_EQ(paused.recipients.back().movement_id, at_once.recipients.back().movement_id);
}

// A delivery during a pause of the report is not in the report at all.
TEST_F(RecallsTest, DeliveriesAreThoseOfTheMomentOfTheReport) {
  const LotId salt = world_.CreateLot("salt", "SALT", {.quantity = "10", .location = "shelf"});
  OpenRecallCommand opening = Opening("RC-1", {salt});
  opening.drill = true;
  Open(opening);
  RecallReportReader reader(world_.company(), RecallId("RC-1"));
  ASSERT_TRUE(reader.Next(world_.db()).ok());
  reader.Pause();
  Deliver(salt, "5");
  size_t deliveries = 0;
  for (auto piece = reader.Next(world_.db()); piece.ok() && piece->has_value();
       piece = reader.Next(world_.db())) {
    deliveries += (*piece)->recipients.size();
    for (const MassBalance& balance : (*piece)->balances) EXPECT_EQ(balance.on_hand, Q("10"));
  }
  EXPECT_EQ(deliveries, 0u);
}

TEST_F(RecallsTest, AReportOnNothingIsRefused) {
  const absl::Status status =
      RecallReportReader(world_.company(), RecallId("RC-9")).Next(world_.db()).status();
  EXPECT_EQ(RefusalOf(status), "RECALL_NOT_FOUND recall_id");
  EXPECT_THAT(status.message(), HasSubstr("RC-9"));
}

}  // namespace
}  // namespace lots
