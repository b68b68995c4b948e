// ListRecalls: filters and orders.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/recalls/recalls.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(RecallsList, RecallsAreFilteredAndSorted) {
  const TestDatabase database(TestDatabase::kMigrated);
  World world(database);
  const LotId salt = world.CreateLot("salt", "SALT", "10");
  const LotId other = world.CreateLot("salt", "OTHER", "10");
  CompletionCommand cook = world.CompleteCommand("W1", "soup");
  cook.outputs = {Output("SOUP", "10")};
  cook.components = {Component(salt, "1")};
  ASSERT_TRUE(CompleteWorkOrder(world.db(), cook).ok());
  const std::string soup = world.IdOf("soup", "SOUP").value().ToString();
  OpenRecallCommand open{.context = world.Context("OpenRecall"),
                         .recall_id = RecallId("RC-1"),
                         .seeds = {{.lot_id = salt}},
                         .reason = "glass"};
  open.context.now = absl::Now();
  ASSERT_TRUE(OpenRecall(world.db(), open).ok());
  OpenRecallCommand drill{.context = world.Context("OpenRecall"),
                          .recall_id = RecallId("A-2"),
                          .seeds = {{.lot_id = other}},
                          .reason = "Metal splinters",
                          .drill = true};
  drill.context.now = absl::Now();
  ASSERT_TRUE(OpenRecall(world.db(), drill).ok());
  const auto list = [&](const std::string& filter, const std::string& order_by = "") {
    const auto recalls = ListRecalls(
        world.db(),
        {.company = world.company(), .filter = filter, .order_by = order_by, .limit = 10});
    if (!recalls.ok()) return RefusalOf(recalls.status());
    return absl::StrJoin(*recalls, " ", [](std::string* out, const Recall& recall) {
      absl::StrAppend(out, recall.recall_id.value());
    });
  };

  EXPECT_EQ(list(""), "A-2 RC-1");
  EXPECT_EQ(list("", "open_time"), "RC-1 A-2");
  EXPECT_EQ(list("", "recall_id desc"), "RC-1 A-2");
  EXPECT_EQ(list("drill = true"), "A-2");
  EXPECT_EQ(list("state = OPEN AND drill = false"), "RC-1");
  EXPECT_EQ(list("reason:splinters"), "A-2");
  EXPECT_EQ(list(absl::StrCat("lot_id = \"", soup, "\"")), "RC-1");
  EXPECT_EQ(list(absl::StrCat("seed_lot_id = \"", soup, "\"")), "");
  EXPECT_EQ(list("seed_lot_id = nonsense"), "");
  EXPECT_EQ(list("lot_id = \"01890000-0000-7000-8000-000000000001\""), "LOT_NOT_FOUND filter");
  EXPECT_THAT(list("", "reason"), HasSubstr("FIELD_INVALID"));
  const auto next = ListRecalls(
      world.db(),
      {.company = world.company(), .order_by = "recall_id", .after = {"A-2"}, .limit = 10});
  ASSERT_TRUE(next.ok()) << next.status();
  ASSERT_THAT(*next, SizeIs(1));
  EXPECT_EQ(PositionOf(next->front(), "recall_id"), std::vector<std::string>{"RC-1"});
}

}  // namespace
}  // namespace lots
