// A number under which a lot was ever ACTIVE stays that lot's: it is taken and findable after the
// lot got another one.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_ref.h"
#include "storage/lot_rows/resolve.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/lots.h"
#include "storage/lots/read.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FormerNumbersTest : public ::testing::Test {
 protected:
  std::string Rename(const LotId& lot, const std::string& number) {
    UpdateLotCommand command = world_.UpdateCommand(lot);
    command.number = number;
    return RefusalOf(UpdateLot(world_.db(), command).status());
  }
  absl::Status Create(absl::string_view product, const std::string& number) {
    return CreateLots(world_.db(), world_.CreateCommand(product, {number})).status();
  }
  absl::Status Assign(const std::string& number) {
    return AssignSerials(world_.db(), {.context = world_.Context("AssignSerials"),
                                       .work_order = WorkOrderId("W1"),
                                       .product = ProductId("pump"),
                                       .planned_quantity = {},
                                       .count = 0,
                                       .first_number = "",
                                       .numbers = {number}})
        .status();
  }
  // "P-2 formerly" of each match.
  std::vector<std::string> Find(const std::string& number) {
    const auto found = FindLots(
        world_.db(),
        {.company = world_.company(), .numbers = {number}, .product_id = {}, .now = world_.now()});
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<std::string> lines;
    for (const Lot& lot : (*found)[0].lots) {
      const bool is_former = (*found)[0].former == std::vector<LotId>{lot.lot_id};
      lines.push_back(absl::StrCat(lot.number, is_former ? " formerly" : ""));
    }
    return lines;
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(FormerNumbersTest, StaysTakenForEveryOperationThatNamesLots) {
  const LotId pump = world_.CreateLot("pump", "U1");
  ASSERT_EQ(Rename(pump, "U1-NEW"), "OK");

  const absl::Status created = Create("pump", " u1");
  EXPECT_EQ(RefusalOf(created), "LOT_NUMBER_TAKEN lots[0].number");
  EXPECT_EQ(FactOf(created, "lot_id"), pump.value().ToString());
  EXPECT_EQ(FactOf(created, "current_number"), "U1-NEW");
  EXPECT_THAT(std::string(created.message()), HasSubstr("former number"));
  const absl::Status assigned = Assign("U1");
  EXPECT_EQ(RefusalOf(assigned), "LOT_NUMBER_TAKEN numbers[0]");
  EXPECT_EQ(FactOf(assigned, "lot_id"), pump.value().ToString());
  const LotId other = world_.CreateLot("pump", "U2");
  EXPECT_EQ(Rename(other, "U1"), "LOT_NUMBER_TAKEN lot.number");
  // A number of another product is another number.
  EXPECT_EQ(RefusalOf(Create("wire", "U1")), "OK");
}

TEST_F(FormerNumbersTest, IsNotGenerated) {
  const LotId wire = world_.CreateLot("wire", "W0001");
  ASSERT_EQ(Rename(wire, "X"), "OK");
  const auto made = CreateLots(world_.db(), world_.CreateCountCommand("wire", 2));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_THAT(NumbersOf(made->lots), ElementsAre("W0002", "W0003"));
  const auto counted = CreateLots(world_.db(), world_.CreateCountCommand("wire", 1, "W0001"));
  ASSERT_TRUE(counted.ok()) << counted.status();
  EXPECT_THAT(NumbersOf(counted->lots), ElementsAre("W0004"));
}

TEST_F(FormerNumbersTest, FindsTheLot) {
  const LotId pump = world_.CreateLot("pump", "U1", "1");
  ASSERT_EQ(Rename(pump, "U1-NEW"), "OK");

  EXPECT_THAT(Find("u1 "), ElementsAre("U1-NEW formerly"));
  EXPECT_THAT(Find("U1-new"), ElementsAre("U1-NEW"));
  const auto resolved =
      ResolveLots(world_.db(), world_.company(),
                  {LotRef{.lot_id = {}, .product_id = ProductId("pump"), .number = "U1"}});
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  ASSERT_TRUE((*resolved)[0].has_value());
  EXPECT_EQ((*resolved)[0]->lot_id, pump);
  EXPECT_EQ((*resolved)[0]->number, "U1-NEW");
}

TEST_F(FormerNumbersTest, IsSearched) {
  const LotId wire = world_.CreateLot("wire", "OLD-77");
  world_.CreateLot("wire", "OTHER");
  ASSERT_EQ(Rename(wire, "NEW-1"), "OK");
  EXPECT_THAT(world_.List({.text = "old-77"}), ElementsAre("NEW-1"));
  // Another edit does not lose it.
  UpdateLotCommand command = world_.UpdateCommand(wire);
  command.reference = "S-9";
  ASSERT_TRUE(UpdateLot(world_.db(), command).ok());
  EXPECT_THAT(world_.List({.text = "old-77"}), ElementsAre("NEW-1"));
  EXPECT_THAT(world_.List({.text = "s-9"}), ElementsAre("NEW-1"));
}

TEST_F(FormerNumbersTest, TheLotTakesItBack) {
  const LotId wire = world_.CreateLot("wire", "A");
  ASSERT_EQ(Rename(wire, "B"), "OK");
  ASSERT_EQ(Rename(wire, "C"), "OK");
  ASSERT_EQ(Rename(wire, "A"), "OK");
  EXPECT_THAT(Find("A"), ElementsAre("A"));
  EXPECT_THAT(Find("B"), ElementsAre("A formerly"));
  EXPECT_EQ(RefusalOf(Create("wire", "B")), "LOT_NUMBER_TAKEN lots[0].number");
  EXPECT_EQ(RefusalOf(Create("wire", "C")), "LOT_NUMBER_TAKEN lots[0].number");
  // Only in upper and lower case: the same number.
  ASSERT_EQ(Rename(wire, "a"), "OK");
  EXPECT_THAT(Find("A"), ElementsAre("a"));
}

TEST_F(FormerNumbersTest, ANumberOfALotThatWasNeverActiveIsFree) {
  const LotId planned = world_.Assign("W1", "pump", {"TYPO"}).front();
  ASSERT_EQ(Rename(planned, "U1"), "OK");
  EXPECT_THAT(Find("TYPO"), IsEmpty());
  EXPECT_EQ(RefusalOf(Assign("TYPO")), "OK");
}

TEST_F(FormerNumbersTest, DeletionFreesIt) {
  const LotId wire = world_.CreateLot("wire", "A");
  ASSERT_EQ(Rename(wire, "B"), "OK");
  ASSERT_EQ(RefusalOf(DeleteLot(world_.db(), world_.LotCommandFor(wire))), "OK");
  EXPECT_THAT(Find("A"), IsEmpty());
  EXPECT_EQ(RefusalOf(Create("wire", "A")), "OK");
}

// A lot of another product leaves nothing behind: its numbers do not name a lot of that product.
TEST_F(FormerNumbersTest, AnotherProductFreesIt) {
  const LotId lot = world_.CreateLot("wire", "A");
  ASSERT_EQ(Rename(lot, "B"), "OK");
  UpdateLotCommand command = world_.UpdateCommand(lot);
  command.product_id = ProductId("salt");
  ASSERT_EQ(RefusalOf(UpdateLot(world_.db(), command).status()), "OK");

  EXPECT_THAT(Find("A"), IsEmpty());
  EXPECT_THAT(Find("B"), ElementsAre("B"));
  EXPECT_THAT(world_.List({.text = "A"}), IsEmpty());
  const auto resolved =
      ResolveLots(world_.db(), world_.company(),
                  {LotRef{.lot_id = {}, .product_id = ProductId("wire"), .number = "A"}});
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_FALSE((*resolved)[0].has_value());
  EXPECT_EQ(RefusalOf(Create("wire", "A")), "OK");
  EXPECT_EQ(RefusalOf(Create("wire", "B")), "OK");
}

// Who comes second is refused, whichever that is.
TEST_F(FormerNumbersTest, RenamingAgainstCreationOfTheFormerNumber) {
  for (int round = 0; round < 30; ++round) {
    const std::string number = absl::StrCat("R", round);
    const LotId lot = world_.CreateLot("pump", number);
    World world(world_, database_.Connect());
    UpdateLotCommand command = world_.UpdateCommand(lot);
    command.number = absl::StrCat(number, "-NEW");
    std::thread renaming([&] { EXPECT_TRUE(UpdateLot(world_.db(), command).ok()); });
    const absl::Status created =
        CreateLots(world.db(), world.CreateCommand("pump", {number})).status();
    renaming.join();
    EXPECT_EQ(RefusalOf(created), "LOT_NUMBER_TAKEN lots[0].number");
  }
}

}  // namespace
}  // namespace lots
