// A recall against movements and completions under way: each either finished before and is
// included, or is refused.
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/genealogy/trace.h"
#include "storage/recalls/recalls.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/base/eventually.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::IsEmpty;

constexpr int kCooks = 6;

constexpr pg::Statement kMembers{"race_recall_members", R"sql(
  SELECT lot_id FROM recall_members WHERE company = $1 AND recall_id = $2)sql"};

std::set<LotId> MembersOf(World& world) {
  const auto rows = pg::Query(world.db(), kMembers, world.company(), "RC-1");
  EXPECT_TRUE(rows.ok()) << rows.status();
  std::set<LotId> members;
  for (const pg::Row row : *rows) members.insert(row.Get<LotId>(0));
  return members;
}

std::set<LotId> MadeOf(World& world, const LotId& seed) {
  std::set<LotId> made;
  const auto summary = Trace(world.db(),
                             {.company = world.company(),
                              .direction = TraceDirection::kDownstream,
                              .seeds = {seed},
                              .depth_max = kTraceDepthMax,
                              .node_limit = kTraceNodesMax},
                             [&](const TracePiece& piece) {
                               for (const TraceNode& node : piece.nodes) made.insert(node.lot_id);
                             });
  EXPECT_TRUE(summary.ok()) << summary.status();
  return made;
}

// One thread that cooks of the salt, and of its last soup, and moves soup about, until it is
// refused.
class Cook {
 public:
  Cook(const TestDatabase& database, World& world, int number, const LotId& salt,
       const std::atomic<bool>& opened)
      : db_(database.Connect()), world_(world), number_(number), salt_(salt), opened_(opened) {}

  void Run() {
    for (int i = 0; i < kRounds && !refused_; ++i) {
      Make(absl::StrCat("A", number_, "-", i), salt_, "stock");
      if (!refused_) Move();
      if (!refused_) Make(absl::StrCat("B", number_, "-", i), last_, "line");
    }
  }

  bool refused() const { return refused_; }
  const std::vector<std::string>& surprises() const { return surprises_; }

 private:
  // Far more than happen before the recall opens.
  static constexpr int kRounds = 100'000;

  WriteContext Context(const char* method) {
    return {.company = world_.company(),
            .request_id = absl::StrCat(method, number_, "-", ++requests_),
            .method = method,
            .payload_hash = "hash",
            .actor = "cook",
            .now = world_.now()};
  }

  void Make(const std::string& soup, const LotId& of, const char* from) {
    CompletionCommand command;
    command.context = Context("CompleteWorkOrder");
    command.work_order = WorkOrderId(absl::StrCat("W-", soup));
    command.product = ProductId("soup");
    command.destination = LocationId("shelf");
    command.occurred_at = world_.now();
    command.outputs = {Output(soup, "5")};
    command.components = {Component(of, "1")};
    command.components.front().from = LocationId(from);
    const bool too_late = opened_;
    const auto completion = CompleteWorkOrder(*db_, command);
    if (Happened(completion.status(), too_late, soup)) {
      last_ = completion->outputs.front().lot_id;
    }
  }

  void Move() {
    NewMovement movement;
    movement.kind = MovementKind::kTransfer;
    movement.lot.lot_id = last_;
    movement.quantity = Q("2");
    movement.from = LocationId("shelf");
    movement.to = LocationId("line");
    movement.occurred_at = world_.now();
    RecordMovementsCommand command;
    command.context = Context("RecordMovements");
    command.movements = {movement};
    const bool too_late = opened_;
    Happened(RecordMovements(*db_, command).status(), too_late, "move");
  }

  // Returns whether the write happened. Notes a write that happened too late.
  bool Happened(const absl::Status& status, bool too_late, const std::string& what) {
    if (status.ok() && too_late) surprises_.push_back(absl::StrCat(what, " slipped through"));
    if (status.ok()) return true;
    refused_ = true;
    if (!absl::StartsWith(RefusalOf(status), "LOT_HELD")) surprises_.push_back(RefusalOf(status));
    return false;
  }

  const std::unique_ptr<pg::Connection> db_;
  World& world_;
  const int number_;
  const LotId salt_;
  const std::atomic<bool>& opened_;
  LotId last_;
  int requests_ = 0;
  bool refused_ = false;
  std::vector<std::string> surprises_;
};

TEST(RecallsRace, NothingSlipsBetweenTheScopeAndTheHold) {
  const TestDatabase database(TestDatabase::kMigrated);
  World world(database);
  const LotId salt = world.CreateLot("salt", "SALT", "1000000");
  std::atomic<bool> opened{false};
  std::vector<std::unique_ptr<Cook>> cooks;
  for (int i = 0; i < kCooks; ++i) {
    cooks.push_back(std::make_unique<Cook>(database, world, i, salt, opened));
  }
  std::vector<std::thread> threads;
  for (const auto& cook : cooks) threads.emplace_back([&cook] { cook->Run(); });

  // The kitchen is busy once it has made something of what it made.
  EXPECT_TRUE(Eventually([&] { return MadeOf(world, salt).size() >= 50; }));
  OpenRecallCommand command{.context = world.Context("OpenRecall"),
                            .recall_id = RecallId("RC-1"),
                            .seeds = {{.lot_id = salt}},
                            .reason = "glass"};
  const auto recall = OpenRecall(world.db(), command);
  opened = true;
  for (std::thread& thread : threads) thread.join();

  ASSERT_TRUE(recall.ok()) << recall.status();
  for (const auto& cook : cooks) {
    EXPECT_TRUE(cook->refused());
    EXPECT_THAT(cook->surprises(), IsEmpty());
  }
  EXPECT_EQ(MembersOf(world), MadeOf(world, salt));
  EXPECT_THAT(CheckLedger(world.db(), world.company()), IsEmpty());
}

}  // namespace
}  // namespace lots
