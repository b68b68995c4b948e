// Edits of many lots at once: all or none, in their order, every problem named.
#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/barrier.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/lot.h"
#include "storage/lots/lots.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class BatchUpdateTest : public ::testing::Test {
 protected:
  LotEdit EditOf(const LotId& lot) {
    LotEdit edit;
    edit.lot_id = lot;
    return edit;
  }
  LotEdit Rename(const LotId& lot, const std::string& number) {
    LotEdit edit = EditOf(lot);
    edit.number = number;
    return edit;
  }
  UpdateLotsCommand CommandOf(std::vector<LotEdit> edits, absl::string_view request_id = "") {
    return {.context = world_.Context("BatchUpdateLots", request_id), .edits = std::move(edits)};
  }
  std::string Update(std::vector<LotEdit> edits) {
    return RefusalOf(UpdateLots(world_.db(), CommandOf(std::move(edits))).status());
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(BatchUpdateTest, EachLotHasItsOwnEdit) {
  const std::vector<LotId> lots = world_.CreateLots("wire", {"L1", "L2", "L3"});
  LotEdit first = EditOf(lots[2]);
  first.reference = "SUP-3";
  LotEdit second = Rename(lots[0], "L-ONE");
  second.notes = "dented";
  LotEdit third = EditOf(lots[1]);
  third.notes = "";  // as it is

  const auto updated = UpdateLots(world_.db(), CommandOf({first, second, third}));

  ASSERT_TRUE(updated.ok()) << updated.status();
  ASSERT_THAT(*updated, SizeIs(3));
  EXPECT_EQ((*updated)[0].reference, "SUP-3");
  EXPECT_EQ((*updated)[0].version, 2);
  EXPECT_EQ((*updated)[1].number, "L-ONE");
  EXPECT_EQ((*updated)[2].number, "L2");
  EXPECT_EQ((*updated)[2].version, 1);  // nothing changed
  EXPECT_THAT(world_.History(lots[0]),
              ElementsAre("CREATED", "EDITED number: L1 > L-ONE notes:  > dented"));
  EXPECT_THAT(world_.History(lots[1]), ElementsAre("CREATED"));
}

TEST_F(BatchUpdateTest, EveryProblemIsNamedAndNothingChanges) {
  const std::vector<LotId> lots = world_.CreateLots("wire", {"L1", "L2", "L3", "L4", "L5", "L6"});
  world_.SetState(lots[4], LotState::kVoid);
  LotEdit good = EditOf(lots[0]);
  good.reference = "SUP-1";
  LotEdit wrong = Rename(lots[1], "");
  wrong.manufactured_on = absl::CivilDay(2026, 2, 1);
  wrong.expires_on = absl::CivilDay(2026, 1, 1);
  LotEdit taken = Rename(lots[2], "l6");
  LotEdit twice = Rename(lots[3], "NEW");
  LotEdit again = Rename(lots[5], "new");

  EXPECT_EQ(Update({good, wrong, taken, twice, EditOf(lots[4]), again}),
            "NUMBER_INVALID updates[1].lot.number; FIELD_INVALID updates[1].lot.expire_date; "
            "LOT_VOID updates[4].lot.lot_id; DUPLICATE_IN_REQUEST updates[5].lot.number; "
            "LOT_NUMBER_TAKEN updates[2].lot.number");
  EXPECT_EQ(world_.Get(lots[0]).reference, "");
}

TEST_F(BatchUpdateTest, MissingAndChangedLotsAreNamedFirst) {
  const std::vector<LotId> lots = world_.CreateLots("wire", {"L1", "L2"});
  LotEdit stale = EditOf(lots[0]);
  stale.version = 7;
  stale.notes = "n";
  LotEdit nobody = EditOf(LotId(Uuid::MakeV7()));
  nobody.notes = "n";
  LotEdit good = EditOf(lots[1]);
  good.version = 1;
  good.notes = "n";

  EXPECT_EQ(Update({good, stale, nobody}),
            "ETAG_MISMATCH updates[1].lot.etag; LOT_NOT_FOUND updates[2].lot.lot_id");
  EXPECT_EQ(Update({nobody, good}), "LOT_NOT_FOUND updates[0].lot.lot_id");
  EXPECT_EQ(Update({good}), "OK");
}

// Two lots that were never made: their numbers go round.
TEST_F(BatchUpdateTest, ANumberThatIsGivenUpIsFreeForLaterEdits) {
  const std::vector<LotId> pumps = world_.Assign("W1", "pump", {"P-1", "P-2"});

  EXPECT_EQ(Update({Rename(pumps[0], "P-2"), Rename(pumps[1], "P-3")}),
            "LOT_NUMBER_TAKEN updates[0].lot.number");
  EXPECT_EQ(Update({Rename(pumps[1], "P-3"), Rename(pumps[0], "P-2")}), "OK");
  EXPECT_EQ(world_.Get(pumps[0]).number, "P-2");
  // That of a lot that was ACTIVE stays the lot's.
  const std::vector<LotId> lots = world_.CreateLots("wire", {"L1", "L2"});
  EXPECT_EQ(Update({Rename(lots[1], "L3"), Rename(lots[0], "L2")}),
            "LOT_NUMBER_TAKEN updates[1].lot.number");
}

TEST_F(BatchUpdateTest, ARepeatIsAnsweredAsTheFirstCall) {
  const std::vector<LotId> lots = world_.CreateLots("wire", {"L1", "L2"});
  LotEdit edit = EditOf(lots[0]);
  edit.notes = "seen";
  edit.version = 1;
  const UpdateLotsCommand command = CommandOf({Rename(lots[1], "L9"), edit}, "one");
  ASSERT_TRUE(UpdateLots(world_.db(), command).ok());
  ASSERT_TRUE(DeleteLot(world_.db(), world_.LotCommandFor(lots[1])).ok());

  const auto repeat = UpdateLots(world_.db(), command);

  ASSERT_TRUE(repeat.ok()) << repeat.status();
  ASSERT_THAT(*repeat, SizeIs(2));
  EXPECT_TRUE((*repeat)[0].deleted_at.has_value());
  EXPECT_EQ((*repeat)[1].notes, "seen");
  EXPECT_EQ((*repeat)[1].version, 2);
}

TEST_F(BatchUpdateTest, ALaterExpiryOfOneLotIsRefused) {
  const std::vector<LotId> lots =
      world_.CreateLots("wire", {"L1", "L2"}, {.expires_on = absl::CivilDay(2027, 1, 1)});
  LotEdit earlier = EditOf(lots[0]);
  earlier.expires_on = absl::CivilDay(2026, 12, 1);
  LotEdit later = EditOf(lots[1]);
  later.expires_on = absl::CivilDay(2027, 2, 1);

  EXPECT_EQ(Update({earlier, later}), "EXPIRY_LATER updates[1].lot.expire_date");
  later.later_expiry = {.accepted = true, .note = ""};
  EXPECT_EQ(Update({earlier, later}), "FIELD_INVALID note");
  later.later_expiry = {.accepted = true, .note = "laboratory"};
  EXPECT_EQ(Update({earlier, later}), "OK");
}

// In opposite orders: they take their locks in one order, so neither fails.
TEST_F(BatchUpdateTest, TwoBatchesOfTheSameLotsTakeTurns) {
  std::vector<std::string> numbers;
  for (int i = 0; i < 50; ++i) numbers.push_back(absl::StrCat("L", i));
  const std::vector<LotId> lots = world_.CreateLots("wire", numbers);
  absl::Barrier start(2);
  const auto run = [&](bool backwards) {
    World world(world_, database_.Connect());
    UpdateLotsCommand command{.context = world.Context("BatchUpdateLots"), .edits = {}};
    for (const LotId& lot : lots) {
      LotEdit edit;
      edit.lot_id = lot;
      edit.notes = backwards ? "back" : "forth";
      command.edits.push_back(edit);
    }
    if (backwards) std::reverse(command.edits.begin(), command.edits.end());
    start.Block();
    EXPECT_EQ(RefusalOf(UpdateLots(world.db(), command).status()), "OK");
  };
  std::thread other([&] { run(true); });
  run(false);
  other.join();

  const std::string notes = world_.Get(lots[0]).notes;
  EXPECT_THAT(notes, AnyOf("back", "forth"));
  for (const LotId& lot : lots) {
    EXPECT_EQ(world_.Get(lot).notes, notes);
    EXPECT_EQ(world_.Get(lot).version, 3);
  }
}

// One of two that want a number gets it.
TEST_F(BatchUpdateTest, ANumberGoesToOneOfTwoBatches) {
  const std::vector<LotId> lots = world_.CreateLots("wire", {"L1", "L2"});
  absl::Barrier start(2);
  std::vector<std::string> endings(2);
  const auto run = [&](int i) {
    World world(world_, database_.Connect());
    LotEdit edit;
    edit.lot_id = lots[i];
    edit.number = "NEW";
    const UpdateLotsCommand command{.context = world.Context("BatchUpdateLots"), .edits = {edit}};
    start.Block();
    endings[i] = RefusalOf(UpdateLots(world.db(), command).status());
  };
  std::thread other([&] { run(1); });
  run(0);
  other.join();

  EXPECT_THAT(endings,
              testing::UnorderedElementsAre("OK", "LOT_NUMBER_TAKEN updates[0].lot.number"));
}

}  // namespace
}  // namespace lots
