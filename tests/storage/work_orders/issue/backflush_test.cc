// Automatic components: a completion chooses the lots of a product under its locks.

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/holds/holds.h"
#include "storage/pg/pipeline.h"
#include "storage/work_orders/read.h"
#include "storage/work_orders/work_orders.h"
#include "tests/storage/work_orders/issue/issue_calls.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BackflushTest : public ::testing::Test {
 protected:
  ~BackflushTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  CompletionCommand Completion(absl::string_view work_order, const std::string& number,
                               const std::vector<AutoComponent>& components) {
    CompletionCommand command = world_.CompleteCommand(work_order, "bike");
    command.outputs = {Output(number)};
    command.auto_components = components;
    return command;
  }
  // "SALT 3, OTHER 2": what was taken; or the refusal.
  std::string Taken(const CompletionCommand& command) {
    const auto completion = CompleteWorkOrder(world_.db(), command);
    if (!completion.ok()) return RefusalOf(completion.status());
    std::vector<std::string> taken;
    for (const ChosenComponent& chosen : completion->chosen) {
      taken.push_back(absl::StrCat(chosen.number, " ", chosen.quantity.ToString()));
    }
    return absl::StrJoin(taken, ", ");
  }
  absl::CivilDay Today() { return absl::ToCivilDay(world_.now(), absl::UTCTimeZone()); }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(BackflushTest, StrategiesDivideAmongLots) {
  const absl::CivilDay today = Today();
  world_.CreateLot("salt", "LATE", {.expires_on = today + 30});
  world_.CreateLot("salt", "SOON", {.expires_on = today + 3});
  world_.CreateLot("salt", "NEVER");
  world_.MustRecord("RECEIPT LATE 2 >stock @2026-01-01");
  world_.MustRecord("RECEIPT SOON 2 >stock @2026-01-02");
  world_.MustRecord("RECEIPT NEVER 2 >stock @2026-01-03");
  struct Case {
    std::optional<SuggestStrategy> strategy;
    std::string taken;
  };
  int number = 0;
  for (const Case& c :
       {Case{SuggestStrategy::kFefo, "SOON 2, LATE 1"},
        Case{SuggestStrategy::kFifo, "LATE 2, SOON 1"},
        Case{SuggestStrategy::kLifo, "NEVER 2, SOON 1"}, Case{std::nullopt, "SOON 2, LATE 1"}}) {
    SCOPED_TRACE(number);
    AutoComponent salt = Auto("salt", "3");
    salt.strategy = c.strategy;
    CompletionCommand command = Completion("W1", absl::StrCat("A", number++), {salt});
    command.validate_only = true;
    EXPECT_EQ(Taken(command), c.taken);
  }
  world_.SetSetting("expiry_enabled", "false");
  EXPECT_EQ(Taken(Completion("W1", "B", {Auto("salt", "3")})), "LATE 2, SOON 1");
}

TEST_F(BackflushTest, WhatMayNotBeUsedIsSkipped) {
  const absl::CivilDay today = Today();
  const LotId held = world_.CreateLot("salt", "HELD", "5");
  world_.CreateLot("salt", "EXPIRED", {.quantity = "5", .expires_on = today - 1});
  world_.CreateLot("salt", "ELSEWHERE", {.quantity = "5", .location = "yard"});
  world_.CreateLot("salt", "BELOW", {.quantity = "5", .location = "box"});
  ASSERT_TRUE(HoldLots(world_.db(), {.context = world_.Context("HoldLots"),
                                     .targets = {{.lot = {.lot_id = held}}},
                                     .reason = "look at it"})
                  .ok());
  EXPECT_EQ(Taken(Completion("W1", "A", {Auto("salt", "5")})), "BELOW 5");
  const absl::Status refused =
      CompleteWorkOrder(world_.db(), Completion("W1", "B", {Auto("salt", "1")})).status();
  EXPECT_EQ(RefusalOf(refused), "COMPONENT_SHORT auto_components[0].quantity");
  EXPECT_EQ(FactOf(refused, "available"), "0");
  EXPECT_EQ(FactOf(refused, "needed"), "1");
}

TEST_F(BackflushTest, LotsOfTheRequestAndOtherComponentsAreNotTakenTwice) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  CompletionCommand command =
      Completion("W1", "A", {Auto("salt", "2"), Auto("salt", "2"), Auto("frame", "1")});
  command.components = {Component(salt, "2")};
  EXPECT_EQ(Taken(command),
            "COMPONENT_SHORT auto_components[1].quantity; "
            "COMPONENT_SHORT auto_components[2].quantity");
  world_.CreateLot("frame", "F1", "1");
  command.auto_components[1].quantity = Q("1");
  EXPECT_EQ(Taken(command), "SALT 2, SALT 1, F1 1");
  EXPECT_EQ(world_.Where(salt), "");
}

// More places than are needed are looked at, but not all: those of another component that are left
// are no reason to try again.
TEST_F(BackflushTest, AShortageIsToldWhileOtherComponentsAreInManyPlaces) {
  for (int i = 0; i < 50; ++i) world_.CreateLot("salt", absl::StrCat("S", i), "10");
  EXPECT_EQ(Taken(Completion("W1", "A", {Auto("salt", "1"), Auto("frame", "1")})),
            "COMPONENT_SHORT auto_components[1].quantity");
  EXPECT_EQ(Taken(Completion("W1", "B", {Auto("salt", "250"), Auto("salt", "251")})),
            "COMPONENT_SHORT auto_components[1].quantity");
}

TEST_F(BackflushTest, WrongComponentsAreRefused) {
  world_.CreateLot("salt", "SALT", "5");
  AutoComponent output = Auto("salt", "1");
  output.output_index = 1;
  AutoComponent place = Auto("salt", "1");
  place.from = LocationId("nowhere");
  EXPECT_EQ(
      Taken(Completion("W1", "A", {Auto("none", "1"), Auto("salt", "0.0001"), output, place})),
      "PRODUCT_NOT_FOUND auto_components[0].product_id; "
      "QUANTITY_SCALE auto_components[1].quantity; "
      "OUTPUT_NOT_IN_COMPLETION auto_components[2].output_index; "
      "LOCATION_NOT_FOUND auto_components[3].from_location_id");
  CompletionCommand command = Completion("W1", "A", {Auto("salt", "1")});
  command.source.reset();
  EXPECT_EQ(Taken(command), "FIELD_INVALID auto_components[0].from_location_id");
}

constexpr pg::Statement kReadExact{"test_read_exact_inputs", R"sql(
  SELECT l.number || '>' || COALESCE(o.number, '')
  FROM transformation_inputs i
  JOIN lots l ON l.company = $1 AND l.lot_id = i.lot_id
  LEFT JOIN lots o ON o.company = $1 AND o.lot_id = i.output_lot_id
  WHERE i.company = $1 ORDER BY i.transformation_id, i.line)sql"};

TEST_F(BackflushTest, ChosenLotsAreLinkedToTheirOutputOrPooled) {
  world_.CreateLot("frame", "F1", "1");
  world_.CreateLot("salt", "SALT", "5");
  AutoComponent frame = Auto("frame", "1");
  frame.output_index = 0;
  EXPECT_EQ(Taken(Completion("W1", "A", {frame, Auto("salt", "1")})), "F1 1, SALT 1");
  const auto rows = pg::Query(world_.db(), kReadExact, world_.company());
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_THAT(*rows, SizeIs(2));
  EXPECT_EQ((*rows)[0].Get<std::string>(0), "F1>A");
  EXPECT_EQ((*rows)[1].Get<std::string>(0), "SALT>");
}

TEST_F(BackflushTest, AShortageIsFoundWhenAccepted) {
  const LotId salt = world_.CreateLot("salt", "SALT", "2");
  CompletionCommand command = Completion("W1", "A", {Auto("salt", "5")});
  EXPECT_EQ(Taken(command), "COMPONENT_SHORT auto_components[0].quantity");
  command.accept.shortage = true;
  const auto completion = CompleteWorkOrder(world_.db(), command);
  ASSERT_TRUE(completion.ok()) << completion.status();
  EXPECT_THAT(completion->adjustments, SizeIs(1));
  EXPECT_EQ(world_.Where(salt), "");
  // Where there never was any, no lot is known that could have been found.
  CompletionCommand none = Completion("W1", "B", {Auto("frame", "1")});
  none.accept.shortage = true;
  EXPECT_EQ(Taken(none), "COMPONENT_SHORT auto_components[0].quantity");
}

TEST_F(BackflushTest, ARepeatAnswersTheLotsThatWereTaken) {
  const LotId first = world_.CreateLot("salt", "S1", "3");
  world_.CreateLot("salt", "S2", "3");
  CompletionCommand command = Completion("W1", "A", {Auto("salt", "4")});
  command.components = {Component(first, "1")};
  EXPECT_EQ(Taken(command), "S1 2, S2 2");
  EXPECT_EQ(Taken(command), "S1 2, S2 2");
}

// There is exactly enough, in lots that many completions use up at the same moment.
TEST_F(BackflushTest, NobodyIsShortWhileThereIsEnough) {
  constexpr int kConnections = 8;
  constexpr int kCompletions = 40;  // of each connection
  for (int i = 0; i < 32; ++i) world_.CreateLot("salt", absl::StrCat("S", i), "10");
  std::vector<std::vector<CompletionCommand>> commands(kConnections);
  for (int i = 0; i < kConnections; ++i) {
    for (int j = 0; j < kCompletions; ++j) {
      commands[i].push_back(
          Completion(absl::StrCat("W", i), absl::StrCat("A", i, "-", j), {Auto("salt", "1")}));
    }
  }
  std::vector<std::vector<std::string>> answers(kConnections);
  std::vector<std::thread> threads;
  for (int i = 0; i < kConnections; ++i) {
    threads.emplace_back([&, i] {
      const auto db = database_.Connect();
      for (const CompletionCommand& command : commands[i]) {
        answers[i].push_back(RefusalOf(CompleteWorkOrder(*db, command).status()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& own : answers) EXPECT_THAT(own, Each("OK"));
  EXPECT_EQ(Taken(Completion("W", "LAST", {Auto("salt", "1")})),
            "COMPONENT_SHORT auto_components[0].quantity");
}

TEST_F(BackflushTest, EachSerialIsChosenOnce) {
  constexpr int kConnections = 8;
  std::vector<std::string> numbers;
  for (int i = 0; i < kConnections * 4; ++i) numbers.push_back(absl::StrCat("F", i));
  world_.CreateLots("frame", numbers, {.quantity = "1"});
  std::vector<CompletionCommand> commands;
  for (int i = 0; i < kConnections; ++i) {
    commands.push_back(
        Completion(absl::StrCat("W", i), absl::StrCat("A", i), {Auto("frame", "4")}));
  }
  std::vector<std::string> answers(kConnections);
  std::vector<std::thread> threads;
  for (int i = 0; i < kConnections; ++i) {
    threads.emplace_back([&, i] {
      const auto db = database_.Connect();
      answers[i] = RefusalOf(CompleteWorkOrder(*db, commands[i]).status());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(answers, Each("OK"));
  for (const std::string& number : numbers) EXPECT_EQ(world_.Where(number), "") << number;
}

}  // namespace
}  // namespace lots
