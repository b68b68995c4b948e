// What the tests of issued components share: an order's issues, returns and completions, written
// short. The ledger is checked after each test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/holds/holds.h"
#include "storage/work_orders/issue/issue.h"
#include "storage/work_orders/read.h"
#include "storage/work_orders/work_orders.h"
#include "tests/storage/work_orders/issue/issue_calls.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {

class IssueTest : public ::testing::Test {
 protected:
  ~IssueTest() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), ::testing::IsEmpty());
  }

  IssuePosted Issue(const IssueCommand& command) {
    const auto posted = IssueComponents(world_.db(), command);
    EXPECT_TRUE(posted.ok()) << posted.status();
    return posted.value_or(IssuePosted());
  }
  IssuePosted Issue(absl::string_view work_order, const std::vector<IssueLine>& lines) {
    IssueCommand command = IssueOf(world_, work_order, "bike");
    command.lines = lines;
    return Issue(command);
  }
  std::string Refused(const IssueCommand& command) {
    return RefusalOf(IssueComponents(world_.db(), command).status());
  }
  std::string Returned(const ReturnCommand& command) {
    return RefusalOf(ReturnComponents(world_.db(), command).status());
  }
  std::string Completed(const CompletionCommand& command) {
    return RefusalOf(CompleteWorkOrder(world_.db(), command).status());
  }
  CompletionCommand Completion(absl::string_view work_order, const std::string& number) {
    CompletionCommand command = world_.CompleteCommand(work_order, "bike");
    command.outputs = {Output(number)};
    return command;
  }
  // "SALT 3", by product and number.
  std::vector<std::string> Left(absl::string_view work_order) {
    const auto order =
        GetWorkOrder(world_.db(), world_.company(), WorkOrderId(std::string(work_order)));
    EXPECT_TRUE(order.ok()) << order.status();
    std::vector<std::string> left;
    for (const IssuedComponent& issued : order->issued) {
      left.push_back(absl::StrCat(issued.number, " ", issued.quantity.ToString()));
    }
    EXPECT_EQ(order->issued_count, static_cast<int64_t>(left.size()));
    return left;
  }
  WorkOrderState StateOf(absl::string_view work_order) {
    const auto order =
        GetWorkOrder(world_.db(), world_.company(), WorkOrderId(std::string(work_order)));
    EXPECT_TRUE(order.ok()) << order.status();
    return order.ok() ? order->state : WorkOrderState::kOpen;
  }
  void Hold(const LotId& lot) {
    const auto held = HoldLots(world_.db(), {.context = world_.Context("HoldLots"),
                                             .targets = {{.lot = {.lot_id = lot}}},
                                             .reason = "look at it"});
    ASSERT_TRUE(held.ok()) << held.status();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

}  // namespace lots
