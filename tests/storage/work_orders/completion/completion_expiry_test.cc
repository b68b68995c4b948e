// A completion gives a serial that has an expiry date a later one only when that is accepted.
#include <string>

#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/lot.h"
#include "storage/lots/lots.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

constexpr absl::CivilDay kEarly(2050, 1, 1);
constexpr absl::CivilDay kLate(2060, 1, 1);

class CompletionExpiryTest : public ::testing::Test {
 protected:
  ~CompletionExpiryTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  LotId Create(const std::string& number) {
    CreateLotsCommand create = world_.CreateCommand("bike", {number});
    create.lots[0].dates.expires_on = kEarly;
    return CreateLots(world_.db(), create)->lots.front().lot_id;
  }
  CompletionCommand Making(const std::string& number, std::optional<absl::CivilDay> expires_on) {
    CompletionCommand command = world_.CompleteCommand("W1", "bike");
    command.outputs = {Output(number)};
    command.outputs[0].dates.expires_on = expires_on;
    return command;
  }
  std::string Complete(const CompletionCommand& command) {
    return RefusalOf(CompleteWorkOrder(world_.db(), command).status());
  }
  void Disassemble(const LotId& unit) {
    const auto apart = lots::Disassemble(world_.db(), world_.DisassembleCommand(unit));
    ASSERT_TRUE(apart.ok()) << apart.status();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(CompletionExpiryTest, ALaterDateIsAcceptedWithAReason) {
  const LotId bike = Create("X");
  CompletionCommand command = Making("X", kLate);
  EXPECT_EQ(Complete(command), "EXPIRY_LATER outputs[0].expire_date");
  command.accept_later_expiry = true;
  EXPECT_EQ(Complete(command), "FIELD_INVALID note");
  command.note = "tested again, report 7";
  ASSERT_EQ(Complete(command), "OK");
  EXPECT_EQ(world_.Get(bike).dates.expires_on, kLate);
  const std::string today =
      absl::FormatCivilTime(absl::ToCivilDay(world_.now(), absl::UTCTimeZone()));
  EXPECT_THAT(world_.History(bike), Contains("EDITED manufacture_date:  > " + today +
                                             " expire_date: 2050-01-01 > 2060-01-01"));
}

TEST_F(CompletionExpiryTest, TheMissingNoteIsOneProblem) {
  Create("X");
  Create("Y");
  CompletionCommand command = Making("X", kLate);
  command.outputs.push_back(Output("Y"));
  command.outputs[1].dates.expires_on = kLate;
  EXPECT_EQ(Complete(command),
            "EXPIRY_LATER outputs[0].expire_date; EXPIRY_LATER outputs[1].expire_date");
  command.accept_later_expiry = true;
  EXPECT_EQ(Complete(command), "FIELD_INVALID note");
}

TEST_F(CompletionExpiryTest, AnAssignedSerialKeepsItsDate) {
  const LotId bike = Create("X");
  ASSERT_TRUE(AssignSerials(world_.db(), world_.AssignCommand("W1", "bike", {"X"})).ok());
  EXPECT_EQ(Complete(Making("X", kLate)), "EXPIRY_LATER outputs[0].expire_date");
  CompletionCommand planned = world_.CompleteCommand("W1", "bike");
  planned.planned_serial_count = 1;
  ASSERT_EQ(Complete(planned), "OK");
  EXPECT_EQ(world_.Get(bike).dates.expires_on, kEarly);
}

TEST_F(CompletionExpiryTest, AnEarlierDateIsNotAsked) {
  const LotId bike = Create("X");
  ASSERT_EQ(Complete(Making("X", kEarly - 1)), "OK");
  EXPECT_EQ(world_.Get(bike).dates.expires_on, kEarly - 1);
}

TEST_F(CompletionExpiryTest, AUnitThatNothingCameOutOfIsTheSameGoods) {
  const LotId bike = world_.CreateLot("bike", "X", {.quantity = "1", .expires_on = kEarly});
  Disassemble(bike);
  EXPECT_EQ(Complete(Making("X", kLate)), "EXPIRY_LATER outputs[0].expire_date");
  ASSERT_EQ(Complete(Making("X", {})), "OK");
  EXPECT_EQ(world_.Get(bike).dates.expires_on, kEarly);
}

TEST_F(CompletionExpiryTest, AUnitThatIsBuiltAgainOfComponentsIsMadeAnew) {
  CompletionCommand command = Making("X", kEarly);
  command.components = {Component(world_.CreateLot("frame", "F", "1"), "", 0)};
  ASSERT_EQ(Complete(command), "OK");
  const LotId bike = world_.IdOf("bike", "X");
  Disassemble(bike);
  ASSERT_EQ(Complete(Making("X", kLate)), "OK");
  EXPECT_EQ(world_.Get(bike).dates.expires_on, kLate);
}

}  // namespace
}  // namespace lots
