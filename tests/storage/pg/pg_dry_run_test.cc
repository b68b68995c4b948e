// Dry runs: transactions that end with ROLLBACK where they would commit.
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "storage/pg/dry_run.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "tests/support/database/gate.h"
#include "tests/support/database/test_database.h"

namespace lots::pg {
namespace {

constexpr Statement kInsert{"test_insert", "INSERT INTO things (id, parent) VALUES ($1, $2)"};
constexpr Statement kCount{"test_count", "SELECT count(*) FROM things"};
constexpr Counter kThings{"things"};

class WrittenThings final : public StatementObserver {
 public:
  void OnStatement(const Statement&, absl::Duration, const absl::Status&) override {}
  void OnWritten(const Counter&, double amount) override { count_ += amount; }
  double count() const { return count_; }

 private:
  double count_ = 0;
};

class DryRunTest : public ::testing::Test {
 protected:
  DryRunTest() {
    database_.Execute(
        "CREATE TABLE things (id int8 NOT NULL CONSTRAINT things_pkey PRIMARY KEY,"
        " parent int8 CONSTRAINT things_parent_fkey REFERENCES things"
        " DEFERRABLE INITIALLY DEFERRED)");
    ConnectionOptions options = database_.options();
    options.observer = &written_;
    auto opened = Connection::Open(options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    db_ = *std::move(opened);
  }

  // Inserts one thing, as an operation does.
  absl::StatusOr<Results> Write(int64_t id, std::optional<int64_t> parent = std::nullopt) {
    Transaction transaction(*db_);
    transaction.Add(kInsert, id, parent);
    transaction.Count(kThings);
    return transaction.Commit();
  }
  static int64_t CountIn(Connection& db) {
    const auto counted = Query(db, kCount);
    EXPECT_TRUE(counted.ok()) << counted.status();
    return counted.ok() ? (*counted)[0].Get<int64_t>(0) : -1;
  }
  int64_t Count() { return CountIn(*database_.Connect()); }

  TestDatabase database_;
  WrittenThings written_;
  std::unique_ptr<Connection> db_;
};

TEST_F(DryRunTest, WritesAndCountsNothingAndTheNextTransactionDoes) {
  {
    const DryRun dry_run(*db_);
    const auto results = Write(1);
    ASSERT_TRUE(results.ok()) << results.status();
    ASSERT_EQ(results->size(), 1);
    EXPECT_EQ((*results)[0].affected(), 1);
    EXPECT_EQ(Count(), 0);
  }
  EXPECT_FALSE(db_->in_transaction());
  EXPECT_EQ(Count(), 0);
  EXPECT_EQ(written_.count(), 0);

  ASSERT_TRUE(Write(1).ok());

  EXPECT_EQ(Count(), 1);
  EXPECT_EQ(written_.count(), 1);
}

TEST_F(DryRunTest, ReadsThatFollowSeeWhatWouldBe) {
  const DryRun dry_run(*db_);
  ASSERT_TRUE(Write(1).ok());

  EXPECT_EQ(CountIn(*db_), 1);
  {
    Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
    snapshot.Add(kCount);
    const auto sent = snapshot.Send();
    ASSERT_TRUE(sent.ok()) << sent.status();
    EXPECT_EQ((*sent)[0][0].Get<int64_t>(0), 1);
  }
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  snapshot.Add(kCount);
  const auto committed = snapshot.Commit();

  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_EQ((*committed)[0][0].Get<int64_t>(0), 1);
  EXPECT_EQ(CountIn(*db_), 1);
  EXPECT_EQ(Count(), 0);
}

TEST_F(DryRunTest, ASnapshotOfItsOwnEndsWithItsCommit) {
  const DryRun dry_run(*db_);
  Transaction snapshot(*db_, Transaction::Kind::kSnapshot);
  snapshot.Add(kCount);

  ASSERT_TRUE(snapshot.Commit().ok());

  EXPECT_FALSE(db_->in_transaction());
  EXPECT_TRUE(Write(1).ok());
}

TEST_F(DryRunTest, WhatOnlyCommitChecksIsChecked) {
  const DryRun dry_run(*db_);

  const absl::Status status = Write(1, 7).status();

  EXPECT_TRUE(ViolatesConstraint(status, "things_parent_fkey")) << status;
  EXPECT_FALSE(IsUnknownOutcome(status));
  EXPECT_FALSE(db_->in_transaction());
}

TEST_F(DryRunTest, AFailedRunCanBeRunAgain) {
  ASSERT_TRUE(Write(1).ok());
  const DryRun dry_run(*db_);

  EXPECT_TRUE(ViolatesConstraint(Write(1).status(), "things_pkey"));

  EXPECT_TRUE(Write(2).ok());
  EXPECT_EQ(CountIn(*db_), 2);
}

TEST_F(DryRunTest, ALostConnectionIsNoUnknownOutcome) {
  Gate gate(database_.options().conninfo);
  auto db = Connection::Open({.conninfo = gate.conninfo()});
  ASSERT_TRUE(db.ok()) << db.status();
  const DryRun dry_run(**db);
  Transaction transaction(**db);
  transaction.Add(kInsert, 1, std::optional<int64_t>());
  ASSERT_TRUE(transaction.Send().ok());
  gate.Cut();

  const absl::Status status = transaction.Commit().status();

  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_FALSE(IsUnknownOutcome(status)) << status;
  EXPECT_EQ(Count(), 0);
}

using DryRunDeathTest = DryRunTest;

TEST_F(DryRunDeathTest, ASecondWriteStopsTheProgram) {
  const DryRun dry_run(*db_);
  ASSERT_TRUE(Write(1).ok());

  EXPECT_DEATH(Write(2).IgnoreError(), "a check failed");
}

}  // namespace
}  // namespace lots::pg
