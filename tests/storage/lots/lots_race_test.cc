// Many connections at once: what must be true of lots stays true.
#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/barrier.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/lot.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/lots.h"
#include "storage/stock/stock.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class LotRacesTest : public ::testing::Test {
 protected:
  // Runs `work` in so many threads, each with a connection of its own; all begin at once.
  void InThreads(int count, const std::function<void(int, World&)>& work) {
    auto* barrier = new absl::Barrier(count);
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        World world(world_, database_.Connect());
        if (barrier->Block()) delete barrier;
        work(i, world);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(LotRacesTest, OfTheSameNumberOneWinsAndTheOthersLearnItsId) {
  for (int round = 0; round < 10; ++round) {
    absl::Mutex mutex;
    std::vector<std::string> winners, reported;
    InThreads(8, [&](int i, World& world) {
      // Equal once folded and trimmed.
      const std::string number = absl::StrCat(i % 2 == 0 ? "sn-" : " SN-", round);
      const auto created = CreateLots(world.db(), world.CreateCommand("pump", {number}));
      absl::MutexLock lock(&mutex);
      if (created.ok()) {
        winners.push_back(created->lots[0].lot_id.value().ToString());
      } else {
        EXPECT_EQ(RefusalOf(created.status()), "LOT_NUMBER_TAKEN lots[0].number");
        reported.push_back(FactOf(created.status(), "lot_id"));
      }
    });
    ASSERT_THAT(winners, SizeIs(1));
    ASSERT_THAT(reported, SizeIs(7));
    for (const std::string& id : reported) EXPECT_EQ(id, winners[0]);
  }
}

TEST_F(LotRacesTest, GeneratedNumbersAreNeverTheSameTwice) {
  absl::Mutex mutex;
  std::vector<std::string> numbers;
  InThreads(20, [&](int i, World& world) {
    for (int round = 0; round < 5; ++round) {
      // From the template, from one and the same first number, and by hand in the template's way.
      CreateLotsCommand command =
          i % 3 == 0   ? world.CreateCountCommand("wire", 7)
          : i % 3 == 1 ? world.CreateCountCommand("wire", 5, "W0100")
                       : world.CreateCommand("wire", {absl::StrCat("W0", 100 + i, round)});
      const auto created = CreateLots(world.db(), command);
      if (i % 3 == 2 && !created.ok()) {
        EXPECT_EQ(RefusalOf(created.status()), "LOT_NUMBER_TAKEN lots[0].number");
        continue;
      }
      EXPECT_EQ(RefusalOf(created.status()), "OK");
      if (!created.ok()) continue;
      EXPECT_THAT(created->lots, SizeIs(command.lots.size()));
      absl::MutexLock lock(&mutex);
      for (const std::string& number : NumbersOf(created->lots)) numbers.push_back(number);
    }
  });

  const std::set<std::string> distinct(numbers.begin(), numbers.end());
  EXPECT_EQ(distinct.size(), numbers.size());
  const std::vector<std::string> listed = world_.List({});
  EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()), distinct);
}

TEST_F(LotRacesTest, OneRequestFromManyConnectionsHappensOnce) {
  CreateLotsCommand command = world_.CreateCommand("wire", {"", "a", ""}, "same");
  command.lots[1].opening = Opening{Quantity::FromUnits(5), LocationId("stock")};
  absl::Mutex mutex;
  std::set<std::string> answers;
  InThreads(16, [&](int, World& world) {
    const auto created = CreateLots(world.db(), command);
    EXPECT_EQ(RefusalOf(created.status()), "OK");
    if (!created.ok()) return;
    std::string answer;
    for (const NumberedLot& lot : created->lots) {
      absl::StrAppend(&answer, lot.number, " ", lot.lot_id.value().ToString(), " ");
    }
    absl::MutexLock lock(&mutex);
    answers.insert(answer);
  });

  EXPECT_THAT(answers, SizeIs(1));
  EXPECT_THAT(world_.List({}), SizeIs(3));
  EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
}

TEST_F(LotRacesTest, OfEditsWithOneEtagOneWins) {
  const LotId id = world_.CreateLot("wire", "a");
  std::atomic<int> won = 0;
  InThreads(12, [&](int i, World& world) {
    UpdateLotCommand command = world.UpdateCommand(id);
    command.version = 1;
    command.notes = absl::StrCat("by ", i);
    const absl::Status status = UpdateLot(world.db(), command).status();
    if (status.ok()) {
      ++won;
    } else {
      EXPECT_EQ(RefusalOf(status), "ETAG_MISMATCH etag");
    }
  });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(world_.Get(id).version, 2);
  EXPECT_THAT(world_.History(id), SizeIs(2));
}

TEST_F(LotRacesTest, EditsWithoutEtagAllHappen) {
  const LotId id = world_.CreateLot("wire", "a");
  InThreads(12, [&](int i, World& world) {
    UpdateLotCommand command = world.UpdateCommand(id);
    command.notes = absl::StrCat("by ", i);
    EXPECT_EQ(RefusalOf(UpdateLot(world.db(), command).status()), "OK");
  });
  EXPECT_EQ(world_.Get(id).version, 13);
}

TEST_F(LotRacesTest, RenamingCrossesRenaming) {
  std::vector<LotId> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(world_.CreateLot("wire", absl::StrCat("n", i)));
  // Each takes the number of its neighbour or a free one; never two lots with one number.
  InThreads(6, [&](int i, World& world) {
    for (int round = 0; round < 20; ++round) {
      UpdateLotCommand command = world.UpdateCommand(ids[i]);
      command.number = absl::StrCat("n", (i + round) % 8);
      const std::string outcome = RefusalOf(UpdateLot(world.db(), command).status());
      EXPECT_TRUE(outcome == "OK" || outcome == "LOT_NUMBER_TAKEN lot.number" ||
                  outcome == "TRANSACTION_CONFLICT")
          << outcome;
    }
  });
  const std::vector<std::string> numbers = world_.List({});
  EXPECT_EQ(std::set<std::string>(numbers.begin(), numbers.end()).size(), 6);
}

// An operation that ends a lot's life, or changes what it is, against receipts of it: one of the
// two is refused.
class LotEndsTest : public LotRacesTest {
 protected:
  std::string Receive(World& world, const LotId& id) {
    const NewMovement receipt{.kind = MovementKind::kReceipt,
                              .lot = {.lot_id = id},
                              .quantity = Quantity::FromUnits(1),
                              .to = LocationId("stock"),
                              .occurred_at = world.now()};
    return RefusalOf(RecordMovements(world.db(), {.context = world.Context("RecordMovements"),
                                                  .movements = {receipt}})
                         .status());
  }
  // Races `operation` against a receipt; `check` sees both outcomes.
  void Race(const std::function<std::string(World&, const LotId&)>& operation,
            const std::function<void(const LotId&, const std::string& operation,
                                     const std::string& receipt)>& check) {
    for (int round = 0; round < 15; ++round) {
      const LotId id = world_.CreateLot("cable", absl::StrCat("lot-", round));
      std::string outcomes[2];
      InThreads(2, [&](int i, World& world) {
        outcomes[i] = i == 0 ? operation(world, id) : Receive(world, id);
      });
      SCOPED_TRACE(absl::StrCat(outcomes[0], " against ", outcomes[1]));
      check(id, outcomes[0], outcomes[1]);
    }
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }
};

TEST_F(LotEndsTest, AnArchivedLotIsNeverOnHand) {
  Race(
      [](World& world, const LotId& id) {
        return RefusalOf(ArchiveLot(world.db(), world.LotCommandFor(id)).status());
      },
      [&](const LotId& id, const std::string& archive, const std::string& receipt) {
        EXPECT_NE(archive == "OK", receipt == "OK");
        const Lot lot = world_.Get(id);
        EXPECT_NE(lot.state == LotState::kArchived, lot.on_hand.IsPositive());
      });
}

TEST_F(LotEndsTest, ALotThatIsReceivedIsNotDeleted) {
  Race([](World& world,
          const LotId& id) { return RefusalOf(DeleteLot(world.db(), world.LotCommandFor(id))); },
       [&](const LotId& id, const std::string& deletion, const std::string& receipt) {
         EXPECT_NE(deletion == "OK", receipt == "OK");
         if (receipt == "OK") {
           EXPECT_TRUE(world_.Get(id).on_hand.IsPositive());
         } else {
           EXPECT_THAT(receipt, testing::StartsWith("LOT_NOT_FOUND"));
         }
       });
}

TEST_F(LotEndsTest, ALotThatIsReceivedKeepsItsProduct) {
  Race(
      [](World& world, const LotId& id) {
        UpdateLotCommand command = world.UpdateCommand(id);
        command.product_id = ProductId("wire");
        return RefusalOf(UpdateLot(world.db(), command).status());
      },
      [&](const LotId& id, const std::string& edit, const std::string& receipt) {
        EXPECT_EQ(receipt, "OK");
        EXPECT_THAT(edit, testing::AnyOf("OK", "LOT_IN_USE lot_id"));
        EXPECT_EQ(world_.Get(id).product_id, ProductId(edit == "OK" ? "wire" : "cable"));
      });
  // What the books copied of the product is the lot's.
  ASSERT_TRUE(world_.db()
                  .RunScript("test",
                             "DO $$ BEGIN IF EXISTS (SELECT 1 FROM balances b JOIN lots l USING "
                             "(company, lot_id) WHERE b.product_id <> l.product_id) THEN RAISE "
                             "'differs'; END IF; END $$")
                  .ok());
}

}  // namespace
}  // namespace lots
