// Every path that makes numbers: a write that is refused uses up none of a product's sequence.

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/lot_ref.h"
#include "storage/lots/lots.h"
#include "storage/lots/read.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// More than the sequences below have room for, if each refusal used up a number.
constexpr int kRefusals = 20;

class NumbersTakenTest : public ::testing::Test {
 protected:
  // Refuses `call` so often, each time with a request of its own.
  void Refuse(absl::string_view refusal, const std::function<absl::Status()>& call) {
    for (int i = 0; i < kRefusals; ++i) ASSERT_EQ(RefusalOf(call()), refusal);
  }
  // The number that the next lot of the product would get.
  std::string Next(absl::string_view product) {
    const auto numbers =
        PreviewLotNumbers(world_.db(), {.company = world_.company(),
                                        .product_id = ProductId(std::string(product)),
                                        .count = 1,
                                        .first_number = "",
                                        .now = world_.now()});
    EXPECT_TRUE(numbers.ok()) << numbers.status();
    return numbers.ok() ? numbers->front() : "";
  }
  CreateLotsCommand Creating(absl::string_view product, const std::vector<std::string>& numbers) {
    CreateLotsCommand command;
    command.context = world_.Context("BatchCreateLots");
    command.product_id = ProductId(std::string(product));
    for (const std::string& number : numbers) command.lots.push_back({.number = number});
    return command;
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(NumbersTakenTest, ABatchWithATakenNumber) {
  world_.CreateLot("motor", "TAKEN", "1");
  std::vector<std::string> numbers(1000);
  numbers.push_back("TAKEN");

  Refuse("LOT_NUMBER_TAKEN lots[1000].number",
         [&] { return CreateLots(world_.db(), Creating("motor", numbers)).status(); });

  const auto created = CreateLots(world_.db(), Creating("motor", {"", ""}));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_THAT(NumbersOf(created->lots), ElementsAre("M0001", "M0002"));
}

TEST_F(NumbersTakenTest, ALotWhoseOpeningPlaceIsUnknown) {
  Refuse("LOCATION_NOT_FOUND lots[0].opening_location_id", [&] {
    CreateLotsCommand command = Creating("motor", {""});
    command.lots[0].opening = Opening{Q("1"), LocationId("moon")};
    return CreateLots(world_.db(), command).status();
  });
  EXPECT_EQ(Next("motor"), "M0001");
}

TEST_F(NumbersTakenTest, AnAssignmentToAnOrderThatIsNewAndRefused) {
  Refuse("QUANTITY_SCALE planned_quantity", [&] {
    AssignSerialsCommand command = world_.AssignCountCommand("W1", "motor", 900);
    command.planned_quantity = Q("2.5");
    return AssignSerials(world_.db(), command).status();
  });
  EXPECT_EQ(Next("motor"), "M0001");
}

TEST_F(NumbersTakenTest, ACompletionThatIsShort) {
  const LotId salt = world_.CreateLot("salt", "S1", "1");
  Refuse("NOT_ENOUGH components[0].quantity", [&] {
    CompletionCommand command = world_.CompleteCommand("W1", "motor");
    command.outputs.resize(600);
    command.components = {Component(salt, "2")};
    command.by_products = {ByProduct("peel", "", "1")};
    return CompleteWorkOrder(world_.db(), command).status();
  });
  EXPECT_EQ(Next("motor"), "M0001");
  EXPECT_EQ(Next("peel"), "P0001");

  CompletionCommand command = world_.CompleteCommand("W1", "motor");
  command.outputs = {Output(""), Output("M0002"), Output("")};
  command.components = {Component(salt, "1")};
  command.by_products = {ByProduct("peel", "", "1")};
  const auto made = CompleteWorkOrder(world_.db(), command);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_THAT(NumbersOf(made->outputs), ElementsAre("M0001", "M0002", "M0003"));
  EXPECT_THAT(NumbersOf(made->by_products), ElementsAre("P0001"));
}

TEST_F(NumbersTakenTest, ASplitOfMoreThanThereIs) {
  const LotId peel = world_.CreateLot("peel", "OLD", "2");
  Refuse("NOT_ENOUGH parts", [&] {
    return SplitLot(world_.db(), {.context = world_.Context("SplitLot"),
                                  .lot = {.lot_id = peel},
                                  .from = LocationId("stock"),
                                  .parts = std::vector<SplitPart>(900, {.quantity = Q("1")}),
                                  .occurred_at = world_.now()})
        .status();
  });
  EXPECT_EQ(Next("peel"), "P0001");
}

TEST_F(NumbersTakenTest, ARelabelFromAWrongPlace) {
  const LotId motor = world_.CreateLot("motor", "X1", "1");
  Refuse("SERIAL_NOT_THERE location_id", [&] {
    return RelabelLot(world_.db(), {.context = world_.Context("RelabelLot"),
                                    .lot = {.lot_id = motor},
                                    .from = LocationId("shelf"),
                                    .occurred_at = world_.now()})
        .status();
  });
  EXPECT_EQ(Next("motor"), "M0001");
}

TEST_F(NumbersTakenTest, ManyWritersAtOnceLeaveNoGapForTheirRefusals) {
  constexpr int kWriters = 8, kRounds = 20;
  world_.CreateLot("motor", "TAKEN", "1");
  // Half of the calls are refused.
  std::vector<std::vector<CreateLotsCommand>> commands(kWriters);
  for (auto& own : commands) {
    for (int round = 0; round < kRounds; ++round) {
      own.push_back(Creating("motor", {"", "", ""}));
      own.push_back(Creating("motor", {"", "TAKEN", ""}));
    }
  }
  std::vector<std::thread> threads;
  for (const auto& own : commands) {
    threads.emplace_back([&] {
      const auto db = database_.Connect();
      for (const CreateLotsCommand& command : own) {
        const std::string refusal = RefusalOf(CreateLots(*db, command).status());
        EXPECT_EQ(refusal,
                  command.lots[1].number.empty() ? "OK" : "LOT_NUMBER_TAKEN lots[1].number");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(Next("motor"), absl::StrCat("M0", kWriters * kRounds * 3 + 1));
}

}  // namespace
}  // namespace lots
