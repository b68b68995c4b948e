// Statements that are sent without waiting, and whose results are taken one by one.
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "absl/time/clock.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "tests/support/database/test_database.h"

namespace lots::pg {
namespace {

constexpr Statement kInsert{"async_insert", "INSERT INTO things (id) VALUES ($1)"};
constexpr Statement kCount{"async_count", "SELECT count(*) FROM things"};
constexpr Statement kLock{"async_lock", "SELECT 1 FROM pg_advisory_xact_lock(1)"};
constexpr Statement kSleep{"async_sleep", "SELECT pg_sleep($1::int8)"};

class SendAsyncTest : public ::testing::Test {
 protected:
  SendAsyncTest() {
    database_.Execute("CREATE TABLE things (id int8 CONSTRAINT things_positive CHECK (id > 0))");
    db_ = database_.Connect();
    db_->set_deadline(absl::Now() + absl::Seconds(60));
  }

  // What somebody else sees.
  int64_t Count() {
    const auto counted = Query(*database_.Connect(), kCount);
    EXPECT_TRUE(counted.ok()) << counted.status();
    return counted.ok() ? (*counted)[0].Get<int64_t>(0) : -1;
  }

  TestDatabase database_;
  std::unique_ptr<Connection> db_;
};

TEST_F(SendAsyncTest, AnAnswerIsThereWhileTheNextStatementStillRuns) {
  const std::unique_ptr<Connection> other = database_.Connect();
  std::optional<Transaction> holder(std::in_place, *other);
  holder->Add(kLock);
  ASSERT_TRUE(holder->Send().ok());
  Transaction transaction(*db_);
  transaction.Add(kCount);
  transaction.Add(kLock);
  transaction.Add(kCount);

  ASSERT_TRUE(transaction.SendAsync().ok());

  // The second waits for the holder, which ends only after this.
  const auto first = transaction.Take();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ((*first)[0].Get<int>(0), 0);
  holder.reset();
  EXPECT_EQ(transaction.Take().status(), absl::OkStatus());
  EXPECT_EQ(transaction.Take().status(), absl::OkStatus());
}

TEST_F(SendAsyncTest, ATransactionGoesOnAfterTheLastAnswer) {
  Transaction transaction(*db_);
  for (int round = 1; round <= 3; ++round) {
    transaction.Add(kInsert, 2 * round);
    transaction.Add(kInsert, 2 * round + 1);
    ASSERT_TRUE(transaction.SendAsync().ok());
    const auto first = transaction.Take();
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_EQ(first->affected(), 1);
    ASSERT_TRUE(transaction.Take().ok());
    EXPECT_EQ(Count(), 0);
  }
  transaction.Add(kCount);

  const auto committed = transaction.Commit();

  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_EQ(committed->front()[0].Get<int>(0), 6);
  EXPECT_EQ(Count(), 6);
}

TEST_F(SendAsyncTest, TheFirstErrorIsTheLastAnswer) {
  {
    Transaction transaction(*db_);
    transaction.Add(kInsert, 1);
    transaction.Add(kInsert, -1);
    transaction.Add(kInsert, -2);
    ASSERT_TRUE(transaction.SendAsync().ok());
    ASSERT_TRUE(transaction.Take().ok());

    const absl::Status failed = transaction.Take().status();

    EXPECT_TRUE(ViolatesConstraint(failed, "things_positive")) << failed;
    EXPECT_EQ(FailedStatement(failed), "async_insert");
  }
  EXPECT_TRUE(db_->usable());
  EXPECT_FALSE(db_->in_transaction());
  EXPECT_EQ(Count(), 0);
}

TEST_F(SendAsyncTest, WhatIsNotTakenIsDroppedWithTheTransaction) {
  for (int taken = 0; taken < 3; ++taken) {
    {
      Transaction transaction(*db_);
      for (int i = 1; i <= 3; ++i) transaction.Add(kInsert, i);
      ASSERT_TRUE(transaction.SendAsync().ok());
      for (int i = 0; i < taken; ++i) ASSERT_TRUE(transaction.Take().ok());
    }
    EXPECT_FALSE(db_->in_transaction());
    const auto counted = Query(*db_, kCount);
    ASSERT_TRUE(counted.ok()) << counted.status();
    EXPECT_EQ((*counted)[0].Get<int>(0), 0);
  }
}

TEST_F(SendAsyncTest, TheDeadlineEndsWhatNobodyHasTaken) {
  const absl::Time began = absl::Now();
  db_->set_deadline(began + absl::Seconds(2));
  {
    Transaction transaction(*db_);
    transaction.Add(kCount);
    transaction.Add(kSleep, 50);
    ASSERT_TRUE(transaction.SendAsync().ok());
    ASSERT_TRUE(transaction.Take().ok());
  }
  EXPECT_LT(absl::Now() - began, absl::Seconds(30));
}

TEST_F(SendAsyncTest, TheDeadlineIsKeptWhileTaking) {
  db_->set_deadline(absl::Now() + absl::Seconds(2));
  Transaction transaction(*db_);
  transaction.Add(kSleep, 50);
  ASSERT_TRUE(transaction.SendAsync().ok());

  EXPECT_EQ(transaction.Take().status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(SendAsyncTest, AStatementThatGrewStaleIsUnavailableOnce) {
  ASSERT_TRUE(Query(*db_, Statement{"posted_all", "SELECT * FROM things"}).ok());
  database_.Execute("ALTER TABLE things ADD COLUMN name text");
  {
    Transaction transaction(*db_);
    transaction.Add(kCount);
    transaction.Add(Statement{"posted_all", "SELECT * FROM things"});
    ASSERT_TRUE(transaction.SendAsync().ok());
    ASSERT_TRUE(transaction.Take().ok());
    EXPECT_EQ(transaction.Take().status().code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_TRUE(Query(*db_, Statement{"posted_all", "SELECT * FROM things"}).ok());
}

}  // namespace
}  // namespace lots::pg
