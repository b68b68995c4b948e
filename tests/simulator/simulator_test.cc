// Random histories, played against the server and the model at once.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/simulator/run.h"
#include "tests/support/base/random.h"
#include "tests/support/database/test_database.h"
#include "tests/support/server/test_server.h"

namespace lots::simulator {
namespace {

constexpr int kThreads = 2;

// LOTS_SIMULATOR_STEPS asks for another number of steps in all.
int StepsInAll() {
  int steps = 20'000;
  const char* given = std::getenv("LOTS_SIMULATOR_STEPS");
  if (given != nullptr && !absl::SimpleAtoi(given, &steps)) std::abort();
  return steps;
}

// The same histories every time, so that a failure tells of the change that was tried; with
// LOTS_TEST_SEED others are played.
TestRandom Randomness() {
  constexpr uint64_t kSeed = 20'261'123;
  return std::getenv("LOTS_TEST_SEED") != nullptr ? TestRandom() : TestRandom(kSeed);
}

// A name that no history before had.
std::string NewCompany() {
  static std::atomic<int> next = 0;
  return absl::StrCat("company-", ++next);
}

ApiClientFactory HandlersOf(const TestDatabase& database, Clock clock) {
  return [&database, clock] {
    return std::make_unique<ApiClient>(database.Connect(), NewCompany(), clock);
  };
}

ApiClientFactory ChannelsTo(const TestServer& server) {
  return [&server] { return std::make_unique<ApiClient>(server.NewChannel(), NewCompany()); };
}

// Several histories, by several threads; each has the seed that follows the one before.
class Plays {
 public:
  struct Plan {
    int histories = 0;
    int steps = 0;
    GeneratorOptions options;
  };

  Plays(ApiClientFactory make_client, Plan plan)
      : make_client_(std::move(make_client)), plan_(plan) {}

  void Run() {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([this] { Work(); });
    for (std::thread& thread : threads) thread.join();
  }

  int64_t steps() const { return steps_; }
  int64_t accepted() const { return accepted_; }
  int64_t bounds_tried() const { return bounds_tried_; }

 private:
  void Work() {
    for (int i = next_++; i < plan_.histories && !failed_; i = next_++) {
      GeneratorOptions options = plan_.options;
      options.seed += static_cast<uint64_t>(i);
      const Played played = PlayRandom(make_client_, options, plan_.steps);
      steps_ += played.steps;
      accepted_ += played.accepted;
      bounds_tried_ += played.bounds_tried;
      if (!played.failure.wrong.empty()) Report(played.failure, options.seed);
    }
  }

  void Report(const Failure& failure, uint64_t seed) {
    if (failed_.exchange(true)) return;
    const Failure smallest = Shrink(make_client_, failure);
    ADD_FAILURE() << "history of seed " << seed << ", at first after " << failure.steps.size()
                  << " steps:\n"
                  << failure.wrong << "made small: " << TextOf(smallest);
  }

  const ApiClientFactory make_client_;
  const Plan plan_;
  std::atomic<int> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::atomic<int64_t> steps_ = 0;
  std::atomic<int64_t> accepted_ = 0;
  std::atomic<int64_t> bounds_tried_ = 0;
};

// `share` percent of all steps, in histories of so many.
void ExpectAgreement(ApiClientFactory make_client, int share, int steps, GeneratorOptions options) {
  const TestRandom random = Randomness();
  TRACE_SEED(random);
  options.seed = random.seed();
  const int histories = std::max(1, StepsInAll() * share / 100 / steps);
  Plays plays(std::move(make_client), {.histories = histories, .steps = steps, .options = options});

  plays.Run();

  std::cout << plays.steps() << " steps, " << plays.accepted() << " changes, "
            << plays.bounds_tried() << " traces with every allocation tried" << std::endl;
  // Where most is refused, refusals alone are tested.
  EXPECT_GT(plays.accepted() * 3, plays.steps());
}

TEST(Simulator, HistoriesAgreeWithTheModel) {
  const TestDatabase database(TestDatabase::kMigrated);
  ExpectAgreement(HandlersOf(database, Clock::kWall), 45, 300, {});
}

TEST(Simulator, HistoriesOfMonthsAgreeWithTheModel) {
  const TestDatabase database(TestDatabase::kMigrated);
  ExpectAgreement(HandlersOf(database, Clock::kSteps), 30, 300,
                  {.holds_expire = true, .recalls = false});
}

TEST(Simulator, HistoriesOfFewGoodsAgreeWithTheModel) {
  const TestDatabase database(TestDatabase::kMigrated);
  ExpectAgreement(HandlersOf(database, Clock::kWall), 15, 100,
                  {.numbers = 6, .quantity_max = 3, .look_every = 25});
}

TEST(Simulator, HistoriesThroughGrpcAgreeWithTheModel) {
  const TestServer server;
  ExpectAgreement(ChannelsTo(server), 10, 250, {});
}

TEST(Simulator, TheOrderOfWhatIsIndependentChangesNoAnswer) {
  const TestRandom random = Randomness();
  TRACE_SEED(random);
  const TestDatabase database(TestDatabase::kMigrated);
  const ApiClientFactory make_client = HandlersOf(database, Clock::kSteps);
  for (int i = 0; i < 3; ++i) {
    const TwoOrders orders = PlayInTwoOrders(
        make_client,
        {.seed = random.seed() + static_cast<uint64_t>(i), .asks = false, .recalls = false}, 200);

    ASSERT_EQ(orders.failure.wrong, "") << TextOf(orders.failure);
    EXPECT_GT(orders.moved * 2, orders.steps);
    EXPECT_THAT(orders.second, testing::ElementsAreArray(orders.first));
  }
}

}  // namespace
}  // namespace lots::simulator
