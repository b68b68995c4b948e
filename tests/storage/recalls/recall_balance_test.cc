// The mass balance of a recall, and the totals of a trace, count goods that go round once: what is
// left over, what is split off and merged back, what is reworked in place, and what comes back from
// a unit.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/genealogy/trace.h"
#include "storage/pg/pipeline.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/report.h"
#include "storage/work_orders/reshape/reshape.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class RecallBalanceTest : public ::testing::Test {
 protected:
  ~RecallBalanceTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), IsEmpty());
  }

  // A drill holds nothing, so that the goods can move on.
  void Open(const std::string& recall_id, const LotId& seed, bool drill = true) {
    OpenRecallCommand command{.context = world_.Context("OpenRecall"),
                              .recall_id = RecallId(recall_id),
                              .reason = "metal splinters"};
    command.context.now = absl::Now();
    command.seeds = {{.lot_id = seed}};
    command.drill = drill;
    const auto recall = OpenRecall(world_.db(), command);
    EXPECT_TRUE(recall.ok()) << recall.status();
  }

  // "in 100 out 7 on hand 93 difference 0" of the seed of a new drill.
  std::string BalanceOf(const LotId& seed) {
    const std::string recall_id = absl::StrCat("RC-", ++recalls_);
    Open(recall_id, seed);
    RecallReportReader reader(world_.company(), RecallId(recall_id));
    for (auto piece = reader.Next(world_.db()); piece.ok() && piece->has_value();
         piece = reader.Next(world_.db())) {
      if ((*piece)->balances.empty()) continue;
      const MassBalance& balance = (*piece)->balances.front();
      return absl::StrCat("in ", balance.in.ToString(), " out ", balance.out.ToString(),
                          " on hand ", balance.on_hand.ToString(), " difference ",
                          balance.difference.ToString());
    }
    return "no balance";
  }

  // The lots of a trace, by number: "100: 7–7 of the seeds", and upstream "".
  std::map<std::string, std::string> TraceOf(
      const LotId& seed, TraceDirection direction = TraceDirection::kDownstream) {
    const TraceQuery query{.company = world_.company(),
                           .direction = direction,
                           .seeds = {seed},
                           .depth_max = kTraceDepthMax,
                           .node_limit = kTraceNodesDefault};
    std::map<std::string, std::string> found;
    const auto summary = Trace(world_.db(), query, [&](const TracePiece& piece) {
      for (const TraceNode& node : piece.nodes) {
        std::string& text = found[node.number];
        if (!node.bounds.has_value()) continue;
        text = absl::StrCat(node.bounds->total.ToString(), ": ", node.bounds->seed_min.ToString(),
                            "–", node.bounds->seed_max.ToString(), " of the seeds");
      }
    });
    EXPECT_TRUE(summary.ok()) << summary.status();
    return found;
  }

  // The order takes so much of the lot, and gives back a by-product of the same lot.
  CompletionCommand Using(const std::string& work_order, const std::string& soup, const LotId& salt,
                          absl::string_view taken, absl::string_view left_over) {
    CompletionCommand command = world_.CompleteCommand(work_order, "soup");
    command.outputs = {Output(soup, "10")};
    command.components = {Component(salt, taken)};
    command.by_products = {ByProduct("salt", "SALT", left_over)};
    return command;
  }
  void Complete(const CompletionCommand& command) {
    const auto completion = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(completion.ok()) << completion.status();
  }

  void Merge(const LotId& part, absl::string_view quantity, const std::string& into) {
    MergeLotsCommand command{.context = world_.Context("MergeLots")};
    command.sources = {
        {.lot = {.lot_id = part}, .from = LocationId("stock"), .quantity = Q(quantity)}};
    command.number = into;
    command.occurred_at = world_.now();
    const auto merged = MergeLots(world_.db(), command);
    EXPECT_TRUE(merged.ok()) << merged.status();
  }

  std::vector<std::string> Members(const std::string& recall_id) {
    const auto rows = pg::Query(world_.db(), kMembers, world_.company(), recall_id);
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<std::string> members;
    for (const pg::Row row : *rows) members.push_back(row.Get<std::string>(0));
    return members;
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};

 private:
  static constexpr pg::Statement kMembers{"test_numbers_of_recall_members", R"sql(
    SELECT l.number FROM recall_members m JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
    WHERE m.company = $1 AND m.recall_id = $2 ORDER BY l.number)sql"};

  int recalls_ = 0;
};

TEST_F(RecallBalanceTest, WhatIsLeftOverCountsOnce) {
  const LotId salt = world_.CreateLot("salt", "SALT", "100");
  Complete(Using("W1", "SOUP", salt, "10", "3"));
  EXPECT_EQ(BalanceOf(salt), "in 100 out 7 on hand 93 difference 0");
  EXPECT_THAT(TraceOf(salt), ElementsAre(Pair("SALT", "100: 100–100 of the seeds"),
                                         Pair("SOUP", "10: 7–7 of the seeds")));
}

// Of the 5, 3 went in before.
TEST_F(RecallBalanceTest, WhatIsMadeBeyondWhatWentInCounts) {
  const LotId salt = world_.CreateLot("salt", "SALT", "100");
  Complete(Using("W1", "SOUP", salt, "3", "5"));
  EXPECT_EQ(BalanceOf(salt), "in 102 out 0 on hand 102 difference 0");
  EXPECT_THAT(TraceOf(salt), ElementsAre(Pair("SALT", "102: 102–102 of the seeds"),
                                         Pair("SOUP", "10: 0–3 of the seeds")));
}

TEST_F(RecallBalanceTest, WhatIsSplitOffAndMergedBackCountsOnce) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  SplitLotCommand split{.context = world_.Context("SplitLot")};
  split.lot = {.lot_id = salt};
  split.from = LocationId("stock");
  split.parts = {{"PART", Q("4")}};
  split.occurred_at = world_.now();
  ASSERT_TRUE(SplitLot(world_.db(), split).ok());
  const LotId part = world_.IdOf("salt", "PART");

  EXPECT_EQ(BalanceOf(salt), "in 10 out 4 on hand 6 difference 0");
  EXPECT_EQ(BalanceOf(part), "in 4 out 0 on hand 4 difference 0");
  Merge(part, "3", "SALT");
  EXPECT_EQ(BalanceOf(salt), "in 10 out 1 on hand 9 difference 0");
  EXPECT_EQ(BalanceOf(part), "in 4 out 3 on hand 1 difference 0");
  Merge(part, "1", "SALT");
  EXPECT_EQ(BalanceOf(salt), "in 10 out 0 on hand 10 difference 0");
  EXPECT_THAT(TraceOf(salt), ElementsAre(Pair("PART", "4: 4–4 of the seeds"),
                                         Pair("SALT", "10: 10–10 of the seeds")));
}

TEST_F(RecallBalanceTest, WhatIsReworkedInPlaceCountsOnce) {
  const LotId soup = world_.CreateLot("soup", "SOUP", "100");
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("SOUP", "100")};
  command.components = {Component(soup, "100")};
  Complete(command);
  EXPECT_EQ(BalanceOf(soup), "in 100 out 0 on hand 100 difference 0");
  EXPECT_THAT(TraceOf(soup), ElementsAre(Pair("SOUP", "100: 100–100 of the seeds")));
}

TEST_F(RecallBalanceTest, WhatGetsInAtAReworkLeavesTheTotal) {
  const LotId soup = world_.CreateLot("soup", "SOUP", "100");
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("SOUP", "100")};
  command.components = {Component(soup, "100"), Component(salt, "5")};
  Complete(command);
  EXPECT_THAT(TraceOf(salt), ElementsAre(Pair("SALT", "5: 5–5 of the seeds"),
                                         Pair("SOUP", "100: 5–5 of the seeds")));
  EXPECT_THAT(TraceOf(soup), ElementsAre(Pair("SOUP", "100: 100–100 of the seeds")));
}

TEST_F(RecallBalanceTest, WhatComesBackFromAUnitCountsOnce) {
  const LotId salt = world_.CreateLot("salt", "SALT", "10");
  CompletionCommand command = world_.CompleteCommand("W1", "motor");
  command.outputs = {Output("M-1")};
  command.components = {Component(salt, "2", 0)};
  Complete(command);
  const LotId motor = world_.IdOf("motor", "M-1");
  EXPECT_EQ(BalanceOf(salt), "in 10 out 2 on hand 8 difference 0");
  EXPECT_EQ(BalanceOf(motor), "in 1 out 0 on hand 1 difference 0");

  const auto apart = Disassemble(world_.db(), world_.DisassembleCommand(motor));
  ASSERT_TRUE(apart.ok()) << apart.status();

  EXPECT_EQ(BalanceOf(salt), "in 10 out 0 on hand 10 difference 0");
  EXPECT_EQ(BalanceOf(motor), "in 1 out 1 on hand 0 difference 0");
}

// Of the salt that was left over, nothing bad went into anything.
TEST_F(RecallBalanceTest, WhatIsLeftOverIsNotMadeOfWhatElseWentIn) {
  const LotId salt = world_.CreateLot("salt", "SALT", "100");
  const LotId bad = world_.CreateLot("salt", "BAD", "100");
  CompletionCommand command = Using("W1", "SOUP", salt, "10", "3");
  command.components.push_back(Component(bad, "1"));
  Complete(command);
  command = world_.CompleteCommand("W2", "soup");
  command.outputs = {Output("STRANGER", "10")};
  command.components = {Component(salt, "1")};
  Complete(command);

  EXPECT_THAT(TraceOf(world_.IdOf("soup", "STRANGER"), TraceDirection::kUpstream),
              ElementsAre(Pair("SALT", ""), Pair("STRANGER", "")));
  Open("BAD", bad, /*drill=*/false);
  EXPECT_THAT(Members("BAD"), ElementsAre("BAD", "SOUP"));

  // Nor does it join the open recall.
  command = Using("W3", "MORE", salt, "10", "3");
  command.components.push_back(Component(bad, "1"));
  command.accept.held = true;
  Complete(command);
  EXPECT_THAT(Members("BAD"), ElementsAre("BAD", "MORE", "SOUP"));
}

}  // namespace
}  // namespace lots
