// What is counted of what is written: once, when it is committed.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "storage/domain/kinds/movement.h"
#include "storage/holds/holds.h"
#include "storage/inspections/inspections.h"
#include "storage/pg/dry_run.h"
#include "storage/recalls/recalls.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Counts = std::map<std::string, double>;

class Counting final : public pg::StatementObserver {
 public:
  explicit Counting(pg::StatementObserver* next) : next_(next) {}
  void OnStatement(const pg::Statement& statement, absl::Duration elapsed,
                   const absl::Status& status) override {
    if (next_ != nullptr) next_->OnStatement(statement, elapsed, status);
  }
  void OnWritten(const pg::Counter& counter, double amount) override {
    counts_[absl::StrCat(counter.name, "/", counter.label)] += amount;
  }
  // Since it was last asked.
  Counts Take() { return std::exchange(counts_, {}); }

 private:
  pg::StatementObserver* const next_;
  Counts counts_;
};

class Counters : public testing::Test {
 protected:
  static std::unique_ptr<pg::Connection> Open(const TestDatabase& database, Counting& counting) {
    pg::ConnectionOptions options = database.options();
    options.observer = &counting;
    return *pg::Connection::Open(options);
  }

  const TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
  Counting counting_{database_.options().observer};
  const std::unique_ptr<pg::Connection> db_ = Open(database_, counting_);
};

TEST_F(Counters, ACompletionCountsItsLotsAndMovementsOnce) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("SOUP", "10")};
  command.components = {Component(salt, "1")};

  ASSERT_TRUE(CompleteWorkOrder(*db_, command).ok());
  const Counts first = counting_.Take();
  ASSERT_TRUE(CompleteWorkOrder(*db_, command).ok());

  EXPECT_EQ(first, (Counts{{"lots_created/lot", 1},
                           {"movements/consumption", 1},
                           {"movements/production", 1},
                           {"transformations/production", 1}}));
  EXPECT_EQ(counting_.Take(), (Counts{{"repeats/", 1}})) << "the repeat wrote nothing";
}

TEST_F(Counters, WhatIsRefusedCountsNothing) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");

  ASSERT_FALSE(RecordMovements(
                   *db_, world_.MoveCommand(MovementKind::kTransfer, salt, "6", "stock", "shelf"))
                   .ok());

  EXPECT_EQ(counting_.Take(), Counts());
}

TEST_F(Counters, ADryRunCountsNothing) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  const pg::DryRun dry_run(*db_);

  ASSERT_TRUE(RecordMovements(
                  *db_, world_.MoveCommand(MovementKind::kTransfer, salt, "5", "stock", "shelf"))
                  .ok());

  EXPECT_EQ(counting_.Take(), Counts());
}

TEST_F(Counters, AssignedSerialsAreCountedAsCreatedToo) {
  ASSERT_TRUE(AssignSerials(*db_, world_.AssignCountCommand("W1", "bike", 3)).ok());

  EXPECT_EQ(counting_.Take(), (Counts{{"lots_created/serial", 3}, {"serials_assigned/", 3}}));
}

TEST_F(Counters, AReversalCountsAsItself) {
  CompletionCommand command = world_.CompleteCommand("W1", "soup");
  command.outputs = {Output("SOUP", "10")};
  command.components = {Component(world_.CreateLot("salt", "SALT", "5"), "1")};
  const auto completed = CompleteWorkOrder(*db_, command);
  ASSERT_TRUE(completed.ok());
  counting_.Take();

  ASSERT_TRUE(
      ReverseCompletion(*db_, world_.ReverseCompletionCommand(completed->transformation_id)).ok());

  EXPECT_EQ(counting_.Take(), (Counts{{"movements/consumption", 1},
                                      {"movements/production", 1},
                                      {"transformations/reversal", 1}}));
}

TEST_F(Counters, HoldsAndReleases) {
  const LotId salt = world_.CreateLot("salt", "SALT", "5");
  HoldLotsCommand hold{.context = world_.Context("HoldLots"), .reason = "metal"};
  hold.targets = {{.lot = {.lot_id = salt}}};
  ReleaseLotsCommand release{.context = world_.Context("ReleaseLots"), .note = "fine"};
  release.lots = {{.lot_id = salt}};

  ASSERT_TRUE(HoldLots(*db_, hold).ok());
  EXPECT_EQ(counting_.Take(), (Counts{{"holds_placed/", 1}}));
  ASSERT_TRUE(ReleaseLots(*db_, release).ok());
  EXPECT_EQ(counting_.Take(), (Counts{{"holds_released/", 1}}));
}

TEST_F(Counters, InspectionsByVerdictWithTheirHolds) {
  RecordInspectionCommand command{.context = world_.Context("RecordInspection"),
                                  .inspector = "ines",
                                  .inspected_at = world_.now(),
                                  .hold_failed = HoldTerms{.reason = "metal"}};
  for (const char* number : {"A", "B", "C"}) {
    command.inspections.push_back({.lot = {.lot_id = world_.CreateLot("salt", number)}});
  }
  command.inspections[0].verdict = Verdict::kFailed;

  ASSERT_TRUE(RecordInspection(*db_, command).ok());

  EXPECT_EQ(counting_.Take(),
            (Counts{{"holds_placed/", 1}, {"inspections/failed", 1}, {"inspections/passed", 2}}));
}

TEST_F(Counters, ADrillTellsItsSeconds) {
  OpenRecallCommand command{.context = world_.Context("OpenRecall"), .recall_id = RecallId("D-1")};
  command.seeds = {{.lot_id = world_.CreateLot("salt", "SALT", "5")}};
  command.reason = "metal";
  command.drill = true;
  command.context.now = absl::Now() - absl::Seconds(3);

  ASSERT_TRUE(OpenRecall(*db_, command).ok());
  const Counts opened = counting_.Take();
  ASSERT_TRUE(CloseRecall(*db_, {.context = world_.Context("CloseRecall"),
                                 .recall_id = RecallId("D-1"),
                                 .closing_note = "done"})
                  .ok());

  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened.begin()->first, "recall_opened/drill");
  EXPECT_GE(opened.begin()->second, 3);
  EXPECT_LT(opened.begin()->second, 60);
  EXPECT_EQ(counting_.Take(), (Counts{{"recalls_closed/", 1}}));
}

}  // namespace
}  // namespace lots
