// The ledger's invariants, attacked by sixteen connections at once.
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/barrier.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/ledger/movements.h"
#include "storage/stock/movements.h"
#include "storage/stock/stock.h"
#include "tests/support/base/random.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr int kWorkers = 16;

class LedgerRaceTest : public ::testing::Test {
 protected:
  ~LedgerRaceTest() override { EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty()); }

  // Runs `work(worker, its world)` on every worker at the same moment.
  template <class Work>
  void Together(Work work) {
    absl::Barrier start(kWorkers);
    std::vector<std::thread> threads;
    for (int worker = 0; worker < kWorkers; ++worker) {
      threads.emplace_back([&, worker] {
        World world(world_, database_.Connect());
        start.Block();
        work(worker, world);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  // The same, counting how the calls ended.
  template <class Call>
  std::map<std::string, int> Race(Call call) {
    std::mutex mutex;
    std::map<std::string, int> endings;
    Together([&](int worker, World& world) {
      const std::string ending = ReasonOf(call(worker, world));
      const std::lock_guard<std::mutex> lock(mutex);
      ++endings[ending];
    });
    return endings;
  }

  size_t MovementCount() {
    return ListMovements(world_.db(), {.company = world_.company(), .limit = 100'000})->size();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(LedgerRaceTest, NoMoreLeavesThanThereIs) {
  world_.CreateLot("salt", "L1");
  world_.MustRecord("RECEIPT L1 10 >stock");

  const auto endings =
      Race([](int, World& world) { return world.Record({"DELIVERY L1 1 stock>"}).status(); });

  EXPECT_THAT(endings, UnorderedElementsAre(Pair("OK", 10), Pair("NOT_ENOUGH", 6)));
  EXPECT_EQ(world_.Where("L1"), "CUSTOMER 10");
}

TEST_F(LedgerRaceTest, PlacesThatEverybodyMissesAreAddedOnce) {
  world_.CreateLot("salt", "L1");

  const auto endings =
      Race([](int, World& world) { return world.Record({"RECEIPT L1 1 >stock"}).status(); });

  EXPECT_THAT(endings, ElementsAre(Pair("OK", kWorkers)));
  EXPECT_EQ(world_.Where("L1"), absl::StrCat("stock ", kWorkers));
}

TEST_F(LedgerRaceTest, SerialLeavesOnce) {
  world_.CreateLot("bike", "S1");
  world_.MustRecord("RECEIPT S1 1 >stock");
  // With and without its quantity: where it is is read later when the quantity is said.
  const std::vector<std::string> ways = {"DELIVERY S1 1 stock>", "TRANSFER S1 - stock>yard",
                                         "CONSUMPTION S1 1 stock>", "SCRAP S1 - stock>"};

  const auto endings = Race([&](int worker, World& world) {
    return world.Record({ways[worker % ways.size()]}).status();
  });

  EXPECT_THAT(endings, UnorderedElementsAre(Pair("OK", 1), Pair("SERIAL_NOT_THERE", 15)));
}

TEST_F(LedgerRaceTest, SerialComesInOnceAndTheOthersLearnWhereItIs) {
  world_.CreateLot("bike", "S1");
  const std::vector<std::string> ways = {"RECEIPT S1 1 >stock", "ADJUSTMENT S1 1 >yard",
                                         "RECEIPT S1 1 >truck", "ADJUSTMENT S1 1 >box"};
  std::mutex mutex;
  std::set<std::string> reported;

  const auto endings = Race([&](int worker, World& world) {
    const absl::Status status = world.Record({ways[worker % ways.size()]}).status();
    const std::lock_guard<std::mutex> lock(mutex);
    if (!status.ok()) reported.insert(FactOf(status, "actual_location_id") + " 1");
    return status;
  });

  EXPECT_THAT(endings, UnorderedElementsAre(Pair("OK", 1), Pair("SERIAL_ON_HAND", 15)));
  EXPECT_THAT(reported, ElementsAre(world_.Where("S1")));
}

TEST_F(LedgerRaceTest, NoMoreIsReturnedThanWasDelivered) {
  world_.CreateLot("salt", "L1");
  world_.MustRecord("RECEIPT L1 100 >stock");
  // The customer has plenty, so only the delivery itself can say no.
  world_.MustRecord("DELIVERY L1 50 stock>");
  world_.deliveries["d"] = world_.MustRecord("DELIVERY L1 5 stock>");

  const auto endings =
      Race([](int, World& world) { return world.Record({"RETURN L1 1 >stock =d"}).status(); });

  EXPECT_THAT(endings, UnorderedElementsAre(Pair("OK", 5), Pair("RETURN_EXCEEDS_DELIVERY", 11)));
}

TEST_F(LedgerRaceTest, MovementIsReversedOnce) {
  world_.CreateLot("salt", "L1");
  world_.MustRecord("RECEIPT L1 100 >stock");
  const MovementId received = world_.MustRecord("RECEIPT L1 1 >stock");

  const auto endings = Race([&](int, World& world) { return world.Reverse(received).status(); });

  EXPECT_THAT(endings, UnorderedElementsAre(Pair("OK", 1), Pair("ALREADY_REVERSED", 15)));
  EXPECT_EQ(world_.Where("L1"), "stock 100");
}

TEST_F(LedgerRaceTest, WhatIsReversedIsNotUsedAsWell) {
  for (int round = 0; round < 5; ++round) {
    const std::string serial = absl::StrCat("S", round);
    world_.CreateLot("bike", serial);
    const MovementId received = world_.MustRecord(absl::StrCat("RECEIPT ", serial, " 1 >stock"));

    const auto endings = Race([&](int worker, World& world) {
      if (worker % 2 == 0) return world.Reverse(received).status();
      return world.Record({absl::StrCat("DELIVERY ", serial, " 1 stock>")}).status();
    });

    EXPECT_EQ(endings.at("OK"), 1);
    const bool delivered = world_.Where(serial) == "CUSTOMER 1";
    EXPECT_EQ(endings.count("RESULT_USED"), delivered ? 1u : 0u);
    EXPECT_EQ(endings.count("ALREADY_REVERSED"), delivered ? 0u : 1u);
  }
}

TEST_F(LedgerRaceTest, DeliveryIsReturnedOrReversedNotBoth) {
  world_.CreateLot("salt", "L1");
  world_.MustRecord("RECEIPT L1 100 >stock");
  world_.MustRecord("DELIVERY L1 50 stock>");
  for (int round = 0; round < 5; ++round) {
    world_.deliveries["d"] = world_.MustRecord("DELIVERY L1 3 stock>");

    Race([&](int worker, World& world) {
      if (worker % 2 == 0) return world.Reverse(world.deliveries["d"]).status();
      return world.Record({"RETURN L1 1 >yard =d"}).status();
    });

    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }
}

TEST_F(LedgerRaceTest, RequestHappensOnceAndEveryRepeatHasItsAnswer) {
  world_.CreateLot("salt", "L1");
  world_.CreateLot("bike", "S1");
  std::mutex mutex;
  std::set<std::vector<MovementId>> answers;

  const auto endings = Race([&](int, World& world) {
    const auto recorded = world.Record({"RECEIPT L1 5 >stock", "RECEIPT S1 1 >stock"}, "r1");
    const std::lock_guard<std::mutex> lock(mutex);
    if (recorded.ok()) answers.insert(recorded->movement_ids);
    return recorded.status();
  });

  EXPECT_THAT(endings, ElementsAre(Pair("OK", kWorkers)));
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_EQ(MovementCount(), 2u);
}

TEST_F(LedgerRaceTest, ReversalRequestHappensOnceAndEveryRepeatHasItsAnswer) {
  world_.CreateLot("salt", "L1");
  const MovementId received = world_.MustRecord("RECEIPT L1 5 >stock");
  std::mutex mutex;
  std::set<MovementId> answers;

  const auto endings = Race([&](int, World& world) {
    const auto reversed = world.Reverse(received, "r1");
    const std::lock_guard<std::mutex> lock(mutex);
    if (reversed.ok()) answers.insert(reversed->movement_id);
    return reversed.status();
  });

  EXPECT_THAT(endings, ElementsAre(Pair("OK", kWorkers)));
  EXPECT_EQ(answers.size(), 1u);
}

TEST_F(LedgerRaceTest, OneRequestIdOneRequest) {
  world_.CreateLot("salt", "L1");

  const auto endings = Race([](int worker, World& world) {
    RecordMovementsCommand command =
        world.RecordCommand({absl::StrCat("RECEIPT L1 ", worker + 1, " >stock")}, "r1");
    command.context.payload_hash = absl::StrCat("payload ", worker);
    return RecordMovements(world.db(), command).status();
  });

  EXPECT_THAT(endings, UnorderedElementsAre(Pair("OK", 1), Pair("REQUEST_ID_REUSED", 15)));
  EXPECT_EQ(MovementCount(), 1u);
}

TEST_F(LedgerRaceTest, CrossingRequestsWaitForEachOtherInOneDirection) {
  for (const char* lot : {"A", "B", "C"}) {
    world_.CreateLot("salt", lot);
    world_.MustRecord(absl::StrCat("RECEIPT ", lot, " 1000 >stock"));
  }
  const std::vector<std::vector<std::string>> requests = {
      {"TRANSFER A 1 stock>yard", "TRANSFER B 1 stock>box", "TRANSFER C 1 stock>truck"},
      {"TRANSFER C 1 stock>box", "TRANSFER B 1 stock>truck", "TRANSFER A 1 stock>shelf"},
      {"DELIVERY B 1 stock>shop", "SCRAP C 1 stock>", "CONSUMPTION A 1 stock>"},
  };
  std::atomic<int> refused = 0;

  Together([&](int worker, World& world) {
    for (int i = 0; i < 20; ++i) {
      if (!world.Record(requests[(worker + i) % requests.size()]).ok()) ++refused;
    }
  });

  EXPECT_EQ(refused, 0);
  EXPECT_EQ(MovementCount(), 3u + 3u * 20 * kWorkers);
}

// A random workload. Whatever happens, the books are right, at the end and on the way.
class RandomWorkload {
 public:
  RandomWorkload(World& world, uint64_t seed) : world_(world), engine_(seed) {}

  // One call; how it ended.
  std::string Step() {
    if (!posted_.empty() && Below(4) == 0) return ReasonOf(world_.Reverse(Any(posted_)).status());
    std::vector<std::string> movements;
    for (size_t i = 0; i <= Below(3); ++i) movements.push_back(Movement());
    const auto recorded = world_.Record(movements);
    if (!recorded.ok()) return ReasonOf(recorded.status());
    for (size_t i = 0; i < movements.size(); ++i) {
      posted_.push_back(recorded->movement_ids[i]);
      if (movements[i].substr(0, 8) != "DELIVERY") continue;
      const std::string name = absl::StrCat("d", delivered_.size());
      world_.deliveries[name] = posted_.back();
      delivered_.push_back(absl::StrCat(movements[i].substr(9, 2), " 1 >stock =", name));
    }
    return "OK";
  }

 private:
  size_t Below(size_t limit) { return engine_() % limit; }
  template <class T>
  const T& Any(const std::vector<T>& values) {
    return values[Below(values.size())];
  }

  std::string Movement() {
    static const std::vector<std::string> kLots = {"L1", "L2", "S1", "S2", "S3"};
    static const std::vector<std::string> kPlaces = {"stock", "yard", "box", "truck"};
    static const std::vector<std::string> kKinds = {
        "RECEIPT $ 1 >#",       "RECEIPT $ 1 >#",    "TRANSFER $ 1 #>stock",
        "TRANSFER $ 1 stock>#", "DELIVERY $ 1 #>",   "SCRAP $ 1 #>",
        "CONSUMPTION $ 1 #>",   "ADJUSTMENT $ 1 #>", "ADJUSTMENT $ 1 >#"};
    if (!delivered_.empty() && Below(6) == 0) return "RETURN " + Any(delivered_);
    std::string text = Any(kKinds);
    text.replace(text.find('$'), 1, Any(kLots));
    text.replace(text.find('#'), 1, Any(kPlaces));
    return text;
  }

  World& world_;
  std::mt19937_64 engine_;
  std::vector<MovementId> posted_;
  std::vector<std::string> delivered_;
};

TEST_F(LedgerRaceTest, BooksAreRightWhateverHappens) {
  TestRandom random;
  TRACE_SEED(random);
  for (const char* lot : {"L1", "L2"}) world_.CreateLot("salt", lot);
  for (const char* serial : {"S1", "S2", "S3"}) world_.CreateLot("bike", serial);
  const std::set<std::string> allowed = {"OK",
                                         "NOT_ENOUGH",
                                         "SERIAL_NOT_THERE",
                                         "SERIAL_ON_HAND",
                                         "RESULT_USED",
                                         "FIELD_INVALID",
                                         "RETURN_EXCEEDS_DELIVERY",
                                         "ALREADY_REVERSED",
                                         "DUPLICATE_IN_REQUEST"};
  std::mutex mutex;
  std::map<std::string, int> endings;

  Together([&](int worker, World& world) {
    RandomWorkload workload(world, random.seed() + static_cast<uint64_t>(worker));
    for (int step = 0; step < 60; ++step) {
      const std::string ending = workload.Step();
      if (worker == 0 && step % 20 == 10) {
        EXPECT_THAT(CheckLedger(world.db(), world.company()), IsEmpty());
      }
      const std::lock_guard<std::mutex> lock(mutex);
      ++endings[ending];
    }
  });

  for (const auto& [ending, count] : endings) {
    EXPECT_TRUE(allowed.count(ending) == 1) << ending << " x " << count;
  }
  EXPECT_GT(endings["OK"], 100);
}

}  // namespace
}  // namespace lots
